"""Reads the body of a request before the request takes a place, with limits on size, time and memory."""

import asyncio
from http import HTTPStatus
from io import BytesIO

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guards.access import is_public
from api.guards.paths import path_of
from api.problems import error_response, http_error_response
from rag.errors import Overloaded

_MEBIBYTE = 1024 * 1024

# A batch of 1000 long articles fits into the first limit, a conversation of 1000 long turns into the second.
_ARTICLES_PATH = "/v1/articles"
_MAXIMUM_ARTICLES = 64 * _MEBIBYTE
_MAXIMUM_QUESTION = 8 * _MEBIBYTE

# For the whole body; 64 MiB in this time is 4.5 Mbit/s.
_SECONDS = 120.0
# If nothing arrives for this long, the client is gone or wants to occupy the service.
_SECONDS_BETWEEN_PARTS = 10.0

# The bodies that are being read or answered, in one process.
_MAXIMUM_TOGETHER = 512 * _MEBIBYTE


class BodyReading:
    """Reads each body completely and passes it on, or answers 413, 408 or 503.

    FastAPI's own `max_body_size` answers in plain text, but clients expect a problem document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._together = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body, or refuse it."""
        if scope["type"] != "http" or is_public(scope):
            await self.app(scope, receive, send)
            return
        body, size = BytesIO(), 0
        try:
            try:
                is_complete = await self._read(receive, body, limit=_limit_of(scope))
            except (HTTPException, Overloaded) as error:
                await _refuse(error, scope, receive, send)
                return
            finally:
                size = body.tell()
            if is_complete:
                await self.app(scope, replayed(_content_of(body), receive), send)
        finally:
            self._together -= size

    async def _read(self, receive: Receive, body: BytesIO, *, limit: int) -> bool:
        """Read the body; return False if the client disconnected."""
        deadline = asyncio.get_running_loop().time() + _SECONDS
        while True:
            message = await self._next_message(receive, deadline)
            if message["type"] == "http.disconnect":
                return False
            part = message.get("body", b"")
            self._together += body.write(part)
            if body.tell() > limit:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"The body is larger than {limit // _MEBIBYTE} MiB: send less in one request",
                )
            if self._together > _MAXIMUM_TOGETHER:
                raise Overloaded(
                    "The bodies of other requests fill the memory for bodies. Try again later.",
                    retry_after_seconds=5.0,
                )
            if not message.get("more_body", False):
                return True

    async def _next_message(self, receive: Receive, deadline: float) -> Message:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(deadline, now + _SECONDS_BETWEEN_PARTS)):
                return await receive()
        except TimeoutError:
            message = "The body did not arrive in time: send the request again"
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, message) from None


async def _refuse(error: HTTPException | Overloaded, scope: Scope, receive: Receive, send: Send) -> None:
    # subtle: the rest of the body is still on its way, so the connection cannot be used again.
    headers = {"Connection": "close"}
    if isinstance(error, Overloaded):
        response = error_response(error, path=path_of(scope), headers=headers)
    else:
        response = http_error_response(scope, error, headers=headers)
    await response(scope, receive, send)


def _limit_of(scope: Scope) -> int:
    return _MAXIMUM_ARTICLES if path_of(scope) == _ARTICLES_PATH else _MAXIMUM_QUESTION


def _content_of(body: BytesIO) -> bytes:
    """Return a body without copying it, and give up the buffer."""
    with body:
        return body.getvalue()


def replayed(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body first, forgets it, and then gives whatever the client sends."""
    waiting = [content]

    async def receive_replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return receive_replayed
