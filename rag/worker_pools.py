"""Worker pools: each kind of work has threads of its own, and is refused if it would wait too long."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from rag.errors import Overloaded

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
