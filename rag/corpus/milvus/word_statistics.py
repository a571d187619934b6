"""The statistics of all passages that BM25 needs, queried from Milvus and cached for a while."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from rag.corpus.keyword_ranking import Statistics
from rag.corpus.milvus.rows import GENERATION_BITS, none_of, row_id
from rag.corpus.milvus.server import MilvusServer

# How long a number is cached. Writes of this process empty the cache immediately.
CACHE_SECONDS = 60.0

# The average length is measured on about this many passages, chosen at random.
_SAMPLE = 10_000

_VALUES_PER_QUERY = 1000

_MAX_CACHED = 20_000

T = TypeVar("T")


class MilvusStatistics:
    """Counts passages and words. Several threads can use it at the same time."""

    def __init__(self, server: MilvusServer, *, cache_seconds: float = CACHE_SECONDS) -> None:
        """Start with an empty cache."""
        self._server = server
        self._cache_seconds = cache_seconds
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="milvus-statistics")
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str], tuple[float, object]] = {}
        self._generation = 0

    def close(self) -> None:
        """Stop the threads that query the server."""
        self._pool.shutdown()

    def forget(self) -> None:
        """Empty the cache, because something was written."""
        with self._lock:
            self._cache.clear()
            self._generation += 1

    def of(self, collection: str, words: Sequence[str]) -> Statistics:
        """Return the number of passages, their average length, and the number that contain each word."""
        counts = self._pool.map(lambda word: self._passages_with(collection, word), words)
        total, average = self._lengths(collection)
        return Statistics(
            passages=total, words_a_passage=average, passages_with=dict(zip(words, counts, strict=True))
        )

    def values(self, collection: str, field: str) -> Mapping[str, int]:
        """Return the values of a field, and the number of articles with each."""
        key = collection, f"values of {field}"
        return self._cached(key, lambda: self._counted_values(collection, field))

    def _counted_values(self, collection: str, field: str) -> dict[str, int]:
        found: dict[str, None] = {}
        while True:
            # As in a loose index scan, each query excludes the values found so far.
            condition = none_of(field, found) if found else 'id != ""'
            rows = self._server.query(collection, condition, [field], limit=_VALUES_PER_QUERY)
            found |= dict.fromkeys(row[field] for row in rows)
            if len(rows) < _VALUES_PER_QUERY:
                break
        counts = self._pool.map(lambda value: self._server.count(collection, f'{field} == "{value}"'), found)
        return dict(zip(found, counts, strict=True))

    def _passages_with(self, collection: str, word: str) -> int:
        condition = f"text_match(words, '{word}')"
        return self._cached((collection, word), lambda: self._server.count(collection, condition))

    def _lengths(self, collection: str) -> tuple[int, float]:
        return self._cached((collection, ""), lambda: self._measured_lengths(collection))

    def _measured_lengths(self, collection: str) -> tuple[int, float]:
        total = self._server.count(collection)
        share = min(1.0, _SAMPLE / max(total, 1))
        # subtle: generations are random numbers, so the ones below a bound are a random sample.
        below = int(share * (1 << GENERATION_BITS))
        rows = self._server.query(collection, f"id <= {row_id(below, 0) - 1}", ["word_count"])
        average = sum(row["word_count"] for row in rows) / max(len(rows), 1)
        return total, average or 1.0

    def _cached(self, key: tuple[str, str], ask: Callable[[], T]) -> T:
        with self._lock:
            cached, generation = self._cache.get(key), self._generation
        if cached and cached[0] > time.monotonic():
            return cast(T, cached[1])
        answer = ask()
        with self._lock:
            if generation == self._generation:  # nothing was written since the query
                if len(self._cache) >= _MAX_CACHED:
                    self._cache.clear()
                self._cache[key] = (time.monotonic() + self._cache_seconds, answer)
        return answer
