"""Batches of JSON-RPC messages, which the protocol had in its version 2025-03-26 only.

The library answers single messages. A batch is answered message by message, and the replies are one list.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from api.guards.body_reading import replayed

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


@dataclass
class _Reply:
    """The reply to one message of a batch: its HTTP status, and its JSON if it has any."""

    status: int = HTTPStatus.ACCEPTED
    body: Any = None

    @property
    def is_refused(self) -> bool:
        """Whether the message would have been refused if it had been sent alone."""
        return self.status >= HTTPStatus.BAD_REQUEST


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
        replies = [await self._reply(message, scope, receive) for message in messages]
        bodies = [reply.body for reply in replies if reply.body is not None]
        # As ASCII, because a reply may hold half a surrogate pair as an escape.
        content = json.dumps(bodies) if bodies else None
        response = Response(content, _status_of(replies), media_type="application/json")
        await response(scope, receive, send)

    async def _reply(self, message: Any, scope: Scope, receive: Receive) -> _Reply:
        """Return the reply to one message. A notification has no body."""
        content = json.dumps(message).encode()
        others = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        alone = {**scope, "headers": [*others, (b"content-length", str(len(content)).encode())]}
        reply, sent = _Reply(), bytearray()

        async def keep(part: Message) -> None:
            reply.status = part.get("status", reply.status)
            sent.extend(part.get("body", b""))

        await self.manager.handle_request(alone, replayed(content, receive), keep)
        reply.body = json.loads(sent) if sent else None
        return reply


def _status_of(replies: Sequence[_Reply]) -> int:
    """Return the status of a batch: its first refusal if every message was refused, else success.

    Among messages that were answered, the replies themselves tell which one was refused.
    """
    if all(reply.is_refused for reply in replies):
        return replies[0].status
    return HTTPStatus.ACCEPTED if all(reply.body is None for reply in replies) else HTTPStatus.OK
