"""How many requests a minute one caller may send."""

import time
from collections.abc import Callable

from rag.errors import RateLimited

_MINUTE = 60.0

# Of callers that are remembered; one that is forgotten begins anew with a full bucket.
_MAXIMUM_CALLERS = 10_000


class RateLimit:
    """A token bucket for each caller: it holds a minute's requests and fills evenly.

    In the memory of this process; `refused` counts the requests without a token.

    Of the libraries, `limits` 5.8 has no token bucket, remembers every address
    and starts threads; `throttled-py` 3.5 counts whole tokens and seconds, so that of 40 requests a minute a
    fifth fails at a limit of 45, and its other algorithm lets 6 requests through at a limit of 7.
    """

    def __init__(self, requests_a_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = requests_a_minute
        self._clock = clock
        self.refused = 0
        # Caller -> tokens, and when there were so many; who came last stands last.
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> None:
        """Take a token of a caller's; of a limit of 0 there are always some.

        Raises:
            RateLimited: there is none.
        """
        if not self._capacity:
            return
        now = self._clock()
        tokens, then = self._buckets.pop(caller, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - then) * self._capacity / _MINUTE)
        self._buckets[caller] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > _MAXIMUM_CALLERS:
            del self._buckets[next(iter(self._buckets))]
        if tokens < 1:
            self.refused += 1
            wait = (1 - tokens) * _MINUTE / self._capacity
            raise RateLimited(
                f"More than {self._capacity} requests a minute: wait {wait:.1f} seconds.",
                retry_after_seconds=wait,
            )
