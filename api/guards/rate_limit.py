"""A limit on the requests per minute of each caller."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

from prometheus_client import Counter

from api.shared_table import SharedTable
from rag.errors import RateLimited

_MINUTE = 60.0

# Number of callers that are remembered. A caller that was dropped starts again with a full bucket.
_MAXIMUM_CALLERS = 10_000

# Longer than any process locks the buckets.
_BUSY_TIMEOUT_SECONDS = 5.0

_COLUMNS = "caller TEXT PRIMARY KEY, tokens REAL NOT NULL, since REAL NOT NULL"


class RateLimit:
    """A token bucket for each caller. A bucket holds the requests of one minute and refills evenly.

    The buckets are in this process's memory, or in `shared_file` if several processes share them. `refused`
    counts the requests that found their bucket empty. A limit of 0 means no limit.

    No library does this. `limits` 5.8 has no token bucket, remembers every address and starts threads.
    `throttled-py` 3.5 counts whole tokens and seconds: at a limit of 45 requests a minute it refuses a fifth
    of 40, and its other algorithm allows only 6 at a limit of 7.
    """

    def __init__(
        self,
        requests_a_minute: int,
        *,
        shared_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = requests_a_minute
        self._clock = clock
        self._takes = itertools.count(1)
        self._buckets = SharedTable(
            "buckets", _COLUMNS, shared_file=shared_file, busy_timeout_seconds=_BUSY_TIMEOUT_SECONDS
        )
        self.refused = Counter(
            "kutip_requests_rate_limited", "Requests refused by the rate limit.", registry=None
        )

    def take(self, caller: str) -> None:
        """Take a token from a caller's bucket.

        Raises:
            RateLimited: the bucket is empty.
        """
        if not self._capacity:
            return
        tokens = self._take_token(caller)
        if tokens < 1:
            self.refused.inc()
            wait = (1 - tokens) * _MINUTE / self._capacity
            raise RateLimited(
                f"The limit is {self._capacity} requests a minute: wait {wait:.1f} seconds.",
                retry_after_seconds=wait,
            )

    def _take_token(self, caller: str) -> float:
        """Take a token if there is one, and return the number of tokens before that."""
        with self._buckets.writing() as buckets:
            now = self._clock()
            found = buckets.execute("SELECT tokens, since FROM buckets WHERE caller = ?", [caller])
            tokens, then = found.fetchone() or (self._capacity, now)
            tokens = min(float(self._capacity), tokens + (now - then) * self._capacity / _MINUTE)
            left = tokens - 1 if tokens >= 1 else tokens
            buckets.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", [caller, left, now])
            if next(self._takes) % _MAXIMUM_CALLERS == 0:
                self._buckets.drop_oldest(kept=_MAXIMUM_CALLERS)
        return tokens
