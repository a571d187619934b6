"""Batches of JSON-RPC messages, which the protocol had in its version 2025-03-26 only.

The library answers single messages. A batch is answered message by message, and the replies are one list.
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

Json = dict[str, Any]

VERSION = "2025-03-26"
MAXIMUM_MESSAGES = 10

_INVALID_REQUEST = -32600


def may_be_batch(headers: Headers) -> bool:
    """Whether a client may send a batch: JSON of the version with batches, or without a version."""
    is_json = headers.get("content-type", "").startswith("application/json")
    return is_json and headers.get("mcp-protocol-version", VERSION) == VERSION


def batch_in(body: bytes) -> Sequence[Any] | None:
    """Return the messages in a body, or None if it is not a batch."""
    if not body.lstrip().startswith(b"["):
        return None
    try:
        messages = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return messages if isinstance(messages, list) and messages else None


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request. A middleware limits its size."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(parts)


def sending(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that sends a body that was read already, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


class Batches:
    """Answers batches. `manager` answers one message as JSON."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self.manager = manager

    async def answer(self, messages: Sequence[Any], scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the messages one after another, and send a list of the replies, if there are any."""
        if len(messages) > MAXIMUM_MESSAGES:
            refusal = f"A batch has at most {MAXIMUM_MESSAGES} messages: send fewer at once."
            error = {"code": _INVALID_REQUEST, "message": refusal}
            body = {"jsonrpc": "2.0", "id": None, "error": error}
            await JSONResponse(body, HTTPStatus.BAD_REQUEST)(scope, receive, send)
            return
        replies = [reply for message in messages if (reply := await self._reply(message, scope, receive))]
        # As ASCII, because a reply may hold half a surrogate pair as an escape.
        content = json.dumps(replies) if replies else None
        status = HTTPStatus.OK if replies else HTTPStatus.ACCEPTED
        await Response(content, status, media_type="application/json")(scope, receive, send)

    async def _reply(self, message: Any, scope: Scope, receive: Receive) -> Any:
        """Return the reply to one message. A notification has none."""
        content = json.dumps(message).encode()
        others = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        alone = {**scope, "headers": [*others, (b"content-length", str(len(content)).encode())]}
        sent = bytearray()

        async def keep(part: Message) -> None:
            sent.extend(part.get("body", b""))

        await self.manager.handle_request(alone, sending(content, receive), keep)
        return json.loads(sent) if sent else None
