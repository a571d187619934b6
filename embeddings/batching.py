"""Shares an encoder between threads: waiting queries form a batch, and passages run between batches."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.encoder import Encoder, batches_by_tokens
from embeddings.weights import FloatArray

# A larger batch would delay its first query without making the others faster.
_LARGEST_BATCH = 64

# While passages are encoded, a query waits for at most one batch of this many tokens. Such small batches take
# a quarter longer, so passages get them only if a query came within this many seconds.
_PASSAGE_TOKENS = 128
_QUIET_SECONDS = 10.0


@dataclass(eq=False)
class _Waiting:
    """The texts of one caller, and their vectors once they are encoded."""

    texts: Sequence[str]
    vectors: FloatArray | None = None


class BatchingEncoder:
    """An encoder for many threads at once. A query never waits for a batch to fill, only for the running one.

    Sixteen short queries in one batch take about 70 % of the time that they take one by one.
    """

    def __init__(self, encoder: Encoder, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._encoder = encoder
        self._clock = clock
        self._last_query_at = float("-inf")
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self._waiting: deque[_Waiting] = deque()
        self._encoding = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        self._last_query_at = self._clock()
        own = _Waiting(texts)
        self._waiting.append(own)
        with self._encoding:
            while own.vectors is None:
                self._encode_waiting(own)
        return own.vectors

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension); if queries came recently, encode small batches between them.

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        if self._clock() - self._last_query_at >= _QUIET_SECONDS:
            return self._encoder.encode_passages(texts)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch in batches_by_tokens(self.count_tokens(texts), budget=_PASSAGE_TOKENS):
            with self._encoding:
                vectors[batch] = self._encoder.encode_passages([texts[place] for place in batch])
                # subtle: a thread that releases a lock and takes it again gets it before the waiting threads.
                self._encode_waiting()
        return vectors

    def _encode_waiting(self, own: _Waiting | None = None) -> None:
        """Encode the waiting texts, `own` among them if given; the caller must hold the lock."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _LARGEST_BATCH))]
        if not batch:
            return
        try:
            vectors = self._encoder.encode_queries([text for waiting in batch for text in waiting.texts])
        except Exception:
            # One text made the batch fail. Each caller then encodes its own texts, so that nobody else gets
            # the error.
            self._waiting.extendleft(waiting for waiting in reversed(batch) if waiting is not own)
            if own and len(batch) == 1:
                raise
            if own:
                if own in self._waiting:  # more texts wait than a batch has
                    self._waiting.remove(own)
                own.vectors = self._encoder.encode_queries(own.texts)
            return
        ends = np.cumsum([len(waiting.texts) for waiting in batch])[:-1]
        for waiting, part in zip(batch, np.split(vectors, ends), strict=True):
            waiting.vectors = part
