"""How many requests are worked on at once."""

import asyncio

from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Receive, Scope, Send

from api.guards.access import is_measuring, is_open
from api.guards.paths import path_of
from api.problems import refusal
from rag.errors import Overloaded


class Load:
    """How many requests are worked on and how many wait, now; how many were refused since the start."""

    def __init__(self) -> None:
        self.working = _gauge("working", "Requests that are worked on now.")
        self.waiting = _gauge("waiting", "Requests that wait for a place.")
        self.shed = Counter(
            "kutip_requests_shed", "Requests refused because of too many at once.", registry=None
        )


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"kutip_requests_{name}", text, registry=None, multiprocess_mode="livesum")


class ConcurrencyLimit:
    """Works on so many requests at once; lets as many more wait a moment, and refuses others without waiting.

    A stream counts until it ends. `load`, where it is given, is kept up.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int, waiting_seconds: float = 5.0, load: Load | None = None
    ) -> None:
        self.app = app
        self._limit = limit
        self._waiting_seconds = waiting_seconds
        self._load = load or Load()
        self._places = asyncio.Semaphore(limit)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when there is a place for it."""
        if scope["type"] != "http" or is_open(scope) or is_measuring(scope):
            await self.app(scope, receive, send)
            return
        try:
            await self._take_place()
        except Overloaded as error:
            await refusal(error, path=path_of(scope))(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._give_place_back()

    async def _take_place(self) -> None:
        if self._limit:
            await self._wait_for_place()
        self._load.working.inc()

    def _give_place_back(self) -> None:
        self._load.working.dec()
        if self._limit:
            self._places.release()

    async def _wait_for_place(self) -> None:
        if self._places.locked() and self._waiting >= self._limit:
            raise self._overloaded()
        self._waiting += 1
        try:
            with self._load.waiting.track_inprogress():
                async with asyncio.timeout(self._waiting_seconds):
                    await self._places.acquire()
        except TimeoutError:
            raise self._overloaded() from None
        finally:
            self._waiting -= 1

    def _overloaded(self) -> Overloaded:
        self._load.shed.inc()
        return Overloaded(
            f"{self._limit} at once are worked on and others wait already: "
            f"try again in {self._waiting_seconds:.0f} seconds.",
            retry_after_seconds=self._waiting_seconds,
        )
