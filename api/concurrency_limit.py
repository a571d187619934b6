"""How many requests are worked on at once."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import is_open
from api.problems import refusal
from rag.errors import Overloaded


class ConcurrencyLimit:
    """Works on so many requests at once; lets as many more wait a moment, and refuses others without waiting.

    A stream counts until it ends.
    """

    def __init__(self, app: ASGIApp, *, limit: int, waiting_seconds: float = 5.0) -> None:
        self.app = app
        self._limit = limit
        self._waiting_seconds = waiting_seconds
        self._waiting = 0
        self._places = asyncio.Semaphore(limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when there is a place for it."""
        if not self._limit or scope["type"] != "http" or is_open(scope):
            await self.app(scope, receive, send)
            return
        try:
            await self._take_place()
        except Overloaded as error:
            await refusal(error, path=scope["path"])(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        if self._places.locked() and self._waiting >= self._limit:
            raise self._overloaded()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._waiting_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise self._overloaded() from None
        finally:
            self._waiting -= 1

    def _overloaded(self) -> Overloaded:
        return Overloaded(
            f"{self._limit} at once are worked on and others wait already: "
            f"try again in {self._waiting_seconds:.0f} seconds.",
            retry_after_seconds=self._waiting_seconds,
        )
