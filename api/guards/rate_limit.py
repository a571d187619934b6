"""A limit on the requests per minute of each caller."""

import itertools
import sqlite3
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from prometheus_client import Counter

from rag.errors import RateLimited

_MINUTE = 60.0

# Number of callers that are remembered. A caller that was dropped starts again with a full bucket.
_MAXIMUM_CALLERS = 10_000

# Longer than any process locks the buckets.
_BUSY_TIMEOUT_SECONDS = 5.0


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
        self._buckets = _open(shared_file)
        weakref.finalize(self, self._buckets.close)
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
        self._buckets.execute("BEGIN IMMEDIATE")
        try:
            now = self._clock()
            found = self._buckets.execute("SELECT tokens, since FROM buckets WHERE caller = ?", [caller])
            tokens, then = found.fetchone() or (self._capacity, now)
            tokens = min(float(self._capacity), tokens + (now - then) * self._capacity / _MINUTE)
            left = tokens - 1 if tokens >= 1 else tokens
            self._buckets.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", [caller, left, now])
            if next(self._takes) % _MAXIMUM_CALLERS == 0:
                self._drop_oldest_callers()
        finally:
            self._buckets.execute("COMMIT")
        return tokens

    def _drop_oldest_callers(self) -> None:
        """Drop the callers who came longest ago: each request rewrites its row with the largest rowid."""
        self._buckets.execute(
            "DELETE FROM buckets WHERE rowid <= "
            "(SELECT rowid FROM buckets ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
            [_MAXIMUM_CALLERS],
        )


def _open(shared_file: Path | None) -> sqlite3.Connection:
    buckets = sqlite3.connect(
        shared_file or ":memory:",
        timeout=_BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    buckets.execute("PRAGMA journal_mode = WAL")
    buckets.execute("PRAGMA synchronous = OFF")  # the buckets are not needed after the server stops
    buckets.execute(
        "CREATE TABLE IF NOT EXISTS buckets "
        "(caller TEXT PRIMARY KEY, tokens REAL NOT NULL, since REAL NOT NULL)"
    )
    return buckets
