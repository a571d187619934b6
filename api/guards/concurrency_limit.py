"""A limit on the number of requests in progress at the same time."""

import asyncio

from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Receive, Scope, Send

from api.guards.access import is_metrics_request, is_public
from api.guards.paths import path_of
from api.problems import error_response
from rag.errors import Overloaded


class Load:
    """Metrics: the requests in progress and waiting now, and the requests refused since the start."""

    def __init__(self) -> None:
        self.working = _gauge("working", "Requests in progress.")
        self.waiting = _gauge("waiting", "Requests waiting for a free slot.")
        self.shed = Counter(
            "kutip_requests_shed",
            "Requests refused because too many were in progress.",
            registry=None,
        )


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"kutip_requests_{name}", text, registry=None, multiprocess_mode="livesum")


class ConcurrencyLimit:
    """Limits the requests in progress to `limit`. As many more may wait; the rest are refused at once.

    A waiting request is refused after `waiting_seconds`. A stream counts as in progress until it ends.
    A limit of 0 means no limit. `load` receives the counts.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int, waiting_seconds: float = 5.0, load: Load | None = None
    ) -> None:
        self.app = app
        self._limit = limit
        self._waiting_seconds = waiting_seconds
        self._load = load or Load()
        self._slots = asyncio.Semaphore(limit)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as soon as a slot is free, or refuse it."""
        if scope["type"] != "http" or is_public(scope) or is_metrics_request(scope):
            await self.app(scope, receive, send)
            return
        try:
            await self._acquire_slot()
        except Overloaded as error:
            await error_response(error, path=path_of(scope))(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._release_slot()

    async def _acquire_slot(self) -> None:
        if self._limit:
            await self._wait_for_slot()
        self._load.working.inc()

    def _release_slot(self) -> None:
        self._load.working.dec()
        if self._limit:
            self._slots.release()

    async def _wait_for_slot(self) -> None:
        if self._slots.locked() and self._waiting >= self._limit:
            raise self._overloaded()
        self._waiting += 1
        try:
            with self._load.waiting.track_inprogress():
                async with asyncio.timeout(self._waiting_seconds):
                    await self._slots.acquire()
        except TimeoutError:
            raise self._overloaded() from None
        finally:
            self._waiting -= 1

    def _overloaded(self) -> Overloaded:
        self._load.shed.inc()
        return Overloaded(
            f"Too many requests: {self._limit} are in progress and others are waiting. "
            f"Try again in {self._waiting_seconds:.0f} seconds.",
            retry_after_seconds=self._waiting_seconds,
        )
