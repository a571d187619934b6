"""What BM25 needs to know of all passages in Milvus, asked of the server and kept for a while."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from rag.corpus.keyword_ranking import Statistics
from rag.corpus.milvus.rows import GENERATION_BITS, none_of, row_id
from rag.corpus.milvus.server import MilvusServer

# How long a number is believed; what this process writes is known at once.
BELIEVED_SECONDS = 60.0

# The average length is that of so many passages, whose ids are drawn by chance.
_SAMPLE = 10_000

_VALUES_A_ROUND = 1000

_MOST_KEPT = 20_000

T = TypeVar("T")


class MilvusStatistics:
    """Numbers of passages and words; safe for several threads."""

    def __init__(self, server: MilvusServer, *, believed_seconds: float = BELIEVED_SECONDS) -> None:
        """Begin with nothing known."""
        self._server = server
        self._believed_seconds = believed_seconds
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="milvus-statistics")
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, object]] = {}
        self._generation = 0

    def close(self) -> None:
        """End the threads that ask."""
        self._pool.shutdown()

    def forget(self) -> None:
        """Ask again: something was written."""
        with self._lock:
            self._known.clear()
            self._generation += 1

    def of(self, collection: str, words: Sequence[str]) -> Statistics:
        """Return how many passages there are, how long they are, and how many hold each word."""
        counts = self._pool.map(lambda word: self._passages_with(collection, word), words)
        total, average = self._lengths(collection)
        return Statistics(
            passages=total, words_a_passage=average, passages_with=dict(zip(words, counts, strict=True))
        )

    def values(self, collection: str, field: str) -> Mapping[str, int]:
        """Return the values that a field of articles has, and how many have each."""
        return self._kept((collection, f"values of {field}"), lambda: self._counted_values(collection, field))

    def _counted_values(self, collection: str, field: str) -> dict[str, int]:
        found: dict[str, None] = {}
        while True:
            # As with a loose index scan: each round leaves out what is known.
            condition = none_of(field, found) if found else 'id != ""'
            rows = self._server.query(collection, condition, [field], limit=_VALUES_A_ROUND)
            found |= dict.fromkeys(row[field] for row in rows)
            if len(rows) < _VALUES_A_ROUND:
                break
        counts = self._pool.map(lambda value: self._server.count(collection, f'{field} == "{value}"'), found)
        return dict(zip(found, counts, strict=True))

    def _passages_with(self, collection: str, word: str) -> int:
        condition = f"text_match(words, '{word}')"
        return self._kept((collection, word), lambda: self._server.count(collection, condition))

    def _lengths(self, collection: str) -> tuple[int, float]:
        return self._kept((collection, ""), lambda: self._measured_lengths(collection))

    def _measured_lengths(self, collection: str) -> tuple[int, float]:
        total = self._server.count(collection)
        share = min(1.0, _SAMPLE / max(total, 1))
        # subtle: generations are random numbers, so those below a bound are a fair sample.
        below = int(share * (1 << GENERATION_BITS))
        rows = self._server.query(collection, f"id <= {row_id(below, 0) - 1}", ["word_count"])
        average = sum(row["word_count"] for row in rows) / max(len(rows), 1)
        return total, average or 1.0

    def _kept(self, key: tuple[str, str], ask: Callable[[], T]) -> T:
        with self._lock:
            known, generation = self._known.get(key), self._generation
        if known and known[0] > time.monotonic():
            return cast(T, known[1])
        answer = ask()
        with self._lock:
            if generation == self._generation:  # nothing was written meanwhile
                if len(self._known) >= _MOST_KEPT:
                    self._known.clear()
                self._known[key] = (time.monotonic() + self._believed_seconds, answer)
        return answer
