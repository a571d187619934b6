"""Threads for work of one kind, so that it cannot keep another waiting; what would wait long is refused."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from rag.errors import Overloaded

T = TypeVar("T")

# How much the last piece of work counts in what one is expected to take.
_WEIGHT = 0.1


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Lane:
    """So many threads; work that would wait for one longer than `longest_wait_seconds` is refused at once.

    The wait is reckoned from what stands in line and what work has taken lately. One as long as that is
    never too long.
    """

    def __init__(
        self, *, threads: int, longest_wait_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limiter = CapacityLimiter(threads)
        self._longest_wait_seconds = longest_wait_seconds
        self._clock = clock
        self._usual_seconds = 0.0

    async def begin(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, called in a thread.

        Raises:
            Overloaded: it would wait too long.
        """
        wait = self.expected_wait_seconds()
        if wait > max(self._longest_wait_seconds, self._usual_seconds):
            raise Overloaded(
                f"More is asked than can be worked on: this would wait for {wait:.1f} seconds. Try again.",
                retry_after_seconds=max(1.0, wait),
            )
        return await self.go_on(work)

    async def go_on(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, called in a thread; part of what was begun, it is never refused."""
        return await to_thread.run_sync(self._timed, work, limiter=self._limiter)

    def expected_wait_seconds(self) -> float:
        """Return how long work would wait for a thread; 0 where one is free."""
        if self._limiter.available_tokens > 0:
            return 0.0
        before = self._limiter.statistics().tasks_waiting + 0.5  # what the threads do now is half done
        return before * self._usual_seconds / self._limiter.total_tokens

    def _timed(self, work: Callable[[], T]) -> T:
        started = self._clock()
        try:
            return work()
        finally:
            self._usual_seconds += _WEIGHT * (self._clock() - started - self._usual_seconds)
