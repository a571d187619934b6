"""How large a request's body may be."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guards.paths import path_of

_MEBIBYTE = 1024 * 1024

# A batch of a thousand long articles fits into the one, a thousand long turns into the other.
_ARTICLES_PATH = "/v1/articles"
_MAXIMUM_ARTICLES = 64 * _MEBIBYTE
_MAXIMUM_QUESTION = 8 * _MEBIBYTE


class BodyLimit:
    """Ends the reading of a body that is too large.

    FastAPI's own `max_body_size` answers in plain text, which no client of ours expects.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
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
