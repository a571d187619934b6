import asyncio

from asking import NO_MODEL, QUESTION, URL, report
from langchain_mcp_adapters.client import MultiServerMCPClient


async def call(name: str, arguments: dict[str, object]) -> str:
    servers = {"kutip": {"transport": "streamable_http", "url": f"{URL}/mcp"}}
    tools = {tool.name: tool for tool in await MultiServerMCPClient(servers).get_tools()}
    result = await tools[name].ainvoke(arguments)
    return result if isinstance(result, str) else result[0]["text"]


asked = asyncio.run(call("ask", {"question": QUESTION}))
found = asyncio.run(call("search", {"query": "terumbu karang", "top_k": 1}))
refused = asyncio.run(call("ask", {"question": QUESTION, "mode": NO_MODEL}))  # the error is a result
report(asked=asked, streamed=None, continued=found, refused=refused, cited=asked)
