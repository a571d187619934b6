"""Worker pools: each kind of work has threads of its own, and is refused if it would wait too long."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from rag.errors import Overloaded

logger = logging.getLogger(__name__)

T = TypeVar("T")

# The weight of the last duration in the moving average of durations.
_WEIGHT = 0.1


def processor_count() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerPool:
    """A pool of threads that refuses work that would wait longer than `max_wait_seconds` for a thread.

    The wait is estimated from the length of the queue and the average duration of recent work. A wait of one
    average duration is always accepted.
    """

    def __init__(
        self, *, threads: int, max_wait_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limiter = CapacityLimiter(threads)
        self._max_wait_seconds = max_wait_seconds
        self._clock = clock
        self._average_seconds = 0.0
        self._left: set[asyncio.Future[Any]] = set()

    async def run_or_refuse(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread, and return its result.

        Raises:
            Overloaded: the work would wait too long.
        """
        wait = self.expected_wait_seconds()
        if wait > max(self._max_wait_seconds, self._average_seconds):
            raise Overloaded(
                f"The service is overloaded. The request would wait {wait:.1f} seconds. Try again later.",
                retry_after_seconds=max(1.0, wait),
            )
        return await self.run(work)

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread, however long it waits, and return its result.

        This is for the later parts of work that `run_or_refuse` has accepted.
        """
        return await to_thread.run_sync(self._timed, work, limiter=self._limiter)

    async def run_when_free(self, work: Callable[[], T]) -> T:
        """Wait up to `max_wait_seconds` for a thread, then run `work` to its end, and return its result.

        Raises:
            Overloaded: no thread became free.
        """
        worker = object()
        try:
            async with asyncio.timeout(self._max_wait_seconds):
                await self._limiter.acquire_on_behalf_of(worker)
        except TimeoutError:
            raise self._too_slow() from None
        try:
            return await to_thread.run_sync(self._timed, work, limiter=CapacityLimiter(1))
        finally:
            self._limiter.release_on_behalf_of(worker)

    async def run_within(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread, and return its result.

        If `work` has begun but takes too long, it goes on in its thread, which stays occupied meanwhile.

        Raises:
            Overloaded: there is no result within `max_wait_seconds`.
        """
        has_begun = False

        def begin() -> T:
            nonlocal has_begun
            has_begun = True
            return work()

        task = asyncio.ensure_future(self.run(begin))
        try:
            await asyncio.wait({task}, timeout=self._max_wait_seconds)
        finally:
            if not task.done():
                self._leave(task, has_begun=has_begun)
        if not task.done() or task.cancelled():
            raise self._too_slow()
        return task.result()

    def _leave(self, task: "asyncio.Future[T]", *, has_begun: bool) -> None:
        """Let work that has begun go on; do not begin other work."""
        if not has_begun:
            task.cancel()
            return
        self._left.add(task)  # subtle: the event loop itself would not keep the task
        task.add_done_callback(self._forget)

    def _forget(self, task: "asyncio.Future[Any]") -> None:
        self._left.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.warning("Work that took too long has failed: %s", task.exception())

    def _too_slow(self) -> Overloaded:
        return Overloaded(
            f"The service did not get to this request within {self._max_wait_seconds:g} seconds, because "
            "others are reading or changing the articles. Try again later.",
            retry_after_seconds=max(1.0, self._max_wait_seconds),
        )

    def expected_wait_seconds(self) -> float:
        """Return the estimated wait for a thread: 0 if a thread is free."""
        if self._limiter.available_tokens > 0:
            return 0.0
        before = self._limiter.statistics().tasks_waiting + 0.5  # the running work is half done on average
        return before * self._average_seconds / self._limiter.total_tokens

    def _timed(self, work: Callable[[], T]) -> T:
        started = self._clock()
        try:
            return work()
        finally:
            self._average_seconds += _WEIGHT * (self._clock() - started - self._average_seconds)
