import asyncio

from asking import NO_MODEL, QUESTION, URL, error_of, report
from mcp import Client


async def call(tool: str, arguments: dict[str, object]) -> str:
    async with Client(f"{URL}/mcp") as client:
        result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise RuntimeError(result.content[0].text)
    return result.content[0].text


async def search() -> str:
    async with Client(f"{URL}/mcp") as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert {"ask", "search", "fetch"} <= tools, tools
    return await call("search", {"query": "terumbu karang", "top_k": 1})


asked = asyncio.run(call("ask", {"question": QUESTION}))
found = asyncio.run(search())
refused = error_of(lambda: call("ask", {"question": QUESTION, "mode": NO_MODEL}))
report(asked=asked, streamed=None, continued=found, refused=refused, cited=asked)
