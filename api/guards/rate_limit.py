"""How many requests a minute one caller may send."""

import itertools
import sqlite3
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from prometheus_client import Counter

from rag.errors import RateLimited

_MINUTE = 60.0

# Of callers that are remembered; one that is forgotten begins anew with a full bucket.
_MAXIMUM_CALLERS = 10_000

# Longer than any process has the buckets to itself.
_BUSY_TIMEOUT_SECONDS = 5.0


class RateLimit:
    """A token bucket for each caller: it holds a minute's requests and fills evenly.

    In the memory of this process, or in a file that several share; `refused` counts the requests without a
    token.

    Of the libraries, `limits` 5.8 has no token bucket, remembers every address
    and starts threads; `throttled-py` 3.5 counts whole tokens and seconds, so that of 40 requests a minute a
    fifth fails at a limit of 45, and its other algorithm lets 6 requests through at a limit of 7.
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
            "kutip_requests_rate_limited", "Requests refused because of their rate.", registry=None
        )

    def take(self, caller: str) -> None:
        """Take a token of a caller's; of a limit of 0 there are always some.

        Raises:
            RateLimited: there is none.
        """
        if not self._capacity:
            return
        tokens = self._taken_from(caller)
        if tokens < 1:
            self.refused.inc()
            wait = (1 - tokens) * _MINUTE / self._capacity
            raise RateLimited(
                f"More than {self._capacity} requests a minute: wait {wait:.1f} seconds.",
                retry_after_seconds=wait,
            )

    def _taken_from(self, caller: str) -> float:
        """Return how many tokens there were before one was taken, where there was one."""
        self._buckets.execute("BEGIN IMMEDIATE")
        try:
            now = self._clock()
            found = self._buckets.execute("SELECT tokens, since FROM buckets WHERE caller = ?", [caller])
            tokens, then = found.fetchone() or (self._capacity, now)
            tokens = min(float(self._capacity), tokens + (now - then) * self._capacity / _MINUTE)
            left = tokens - 1 if tokens >= 1 else tokens
            self._buckets.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", [caller, left, now])
            if next(self._takes) % _MAXIMUM_CALLERS == 0:
                self._forget()
        finally:
            self._buckets.execute("COMMIT")
        return tokens

    def _forget(self) -> None:
        """Forget who came longest ago; whoever comes is written anew, under the largest number."""
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
    buckets.execute("PRAGMA synchronous = OFF")  # nothing of this outlives the server
    buckets.execute(
        "CREATE TABLE IF NOT EXISTS buckets "
        "(caller TEXT PRIMARY KEY, tokens REAL NOT NULL, since REAL NOT NULL)"
    )
    return buckets
