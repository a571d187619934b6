import asyncio

from asking import NO_MODEL, QUESTION, URL, error_of, report
from fastmcp import Client


async def call(tool: str, arguments: dict[str, object]) -> str:
    async with Client(f"{URL}/mcp") as client:
        result = await client.call_tool(tool, arguments)
    return result.content[0].text


asked = asyncio.run(call("ask", {"question": QUESTION}))
found = asyncio.run(call("search", {"query": "terumbu karang", "top_k": 1}))
refused = error_of(lambda: call("ask", {"question": QUESTION, "mode": NO_MODEL}))
report(asked=asked, streamed=None, continued=found, refused=refused, cited=asked)
