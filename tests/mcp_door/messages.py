"""What the tests of the MCP door send."""

from typing import Any

Json = dict[str, Any]

QUESTION = "Berapa ton panen kopi?"
QUOTE = "Panen kopi mencapai 1.500,5 ton pada Senin (3/6)."
CALL: Json = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": QUESTION}},
}
INITIALIZE: Json = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
