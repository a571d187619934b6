"""One text after the other for many threads: queries in batches of those that wait, passages between them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.encoder import Encoder, batches_by_tokens
from embeddings.weights import FloatArray

# More would keep the first of them waiting without making the others faster.
_LARGEST_BATCH = 64

# What a query waits for at most while passages are encoded. So few at a time take them a quarter longer,
# which an ingest that nobody searches beside is spared.
_PASSAGE_TOKENS = 128
_QUIET_SECONDS = 10.0


@dataclass
class _Waiting:
    """The texts of one caller, and what became of them."""

    texts: Sequence[str]
    vectors: FloatArray | None = None


class BatchingEncoder:
    """An encoder for many threads at once: nobody waits for a batch to fill, only for the one that runs.

    Sixteen short queries together take about seven tenths of their time one by one.
    """

    def __init__(self, encoder: Encoder, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._encoder = encoder
        self._clock = clock
        self._queried_at = float("-inf")
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
        self._queried_at = self._clock()
        mine = _Waiting(texts)
        self._waiting.append(mine)
        with self._encoding:
            while mine.vectors is None:
                self._encode_waiting(mine)
        return mine.vectors

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension); where queries have come lately, a few at a time between those.

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        if self._clock() - self._queried_at >= _QUIET_SECONDS:
            return self._encoder.encode_passages(texts)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch in batches_by_tokens(self.count_tokens(texts), budget=_PASSAGE_TOKENS):
            with self._encoding:
                vectors[batch] = self._encoder.encode_passages([texts[place] for place in batch])
                # subtle: whoever gives a lock back and takes it again comes before those that wait for it.
                self._encode_waiting()
        return vectors

    def _encode_waiting(self, mine: _Waiting | None = None) -> None:
        """Encode what waits, `mine` among it, if there is one; the caller holds the lock."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _LARGEST_BATCH))]
        if not batch:
            return
        try:
            vectors = self._encoder.encode_queries([text for waiting in batch for text in waiting.texts])
        except Exception:
            # Whose text was it? Each asks for its own, so that nobody hears of another's.
            self._waiting.extendleft(waiting for waiting in reversed(batch) if waiting is not mine)
            if mine and len(batch) == 1:
                raise
            if mine:
                mine.vectors = self._encoder.encode_queries(mine.texts)
            return
        ends = np.cumsum([len(waiting.texts) for waiting in batch])[:-1]
        for waiting, part in zip(batch, np.split(vectors, ends), strict=True):
            waiting.vectors = part
