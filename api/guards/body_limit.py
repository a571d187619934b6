"""A limit on the size of request bodies."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guards.paths import path_of

_MEBIBYTE = 1024 * 1024

# A batch of 1000 long articles fits into the first limit, a conversation of 1000 long turns into the second.
_ARTICLES_PATH = "/v1/articles"
_MAXIMUM_ARTICLES = 64 * _MEBIBYTE
_MAXIMUM_QUESTION = 8 * _MEBIBYTE


class BodyLimit:
    """Stops reading a body as soon as it exceeds the limit, and answers 413.

    FastAPI's own `max_body_size` answers in plain text, but clients expect a problem document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body limited."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = _MAXIMUM_ARTICLES if path_of(scope) == _ARTICLES_PATH else _MAXIMUM_QUESTION
        size = 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {limit // _MEBIBYTE} MiB"
                )
            return message

        await self.app(scope, limited, send)
