"""Caches the vectors of texts that are encoded repeatedly."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray


class CachingEncoder:
    """An encoder that encodes none of the last `capacity` passages twice; safe to use from many threads.

    Further questions about the same articles need the vectors of the same sentences. A vector of 384 numbers
    and its text take about 2 kB.
    """

    def __init__(self, encoder: Encoder, *, capacity: int) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.count_tokens = encoder.count_tokens
        self.encode_queries = encoder.encode_queries

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        vectors = self._cached(texts)
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            vectors |= zip(new, self._encoder.encode_passages(new), strict=True)
        self._store(vectors)
        return np.array([vectors[text] for text in texts], np.float32).reshape(-1, self.dimension)

    def _cached(self, texts: Sequence[str]) -> dict[str, FloatArray]:
        with self._lock:
            return {text: self._vectors[text] for text in texts if text in self._vectors}

    def _store(self, vectors: dict[str, FloatArray]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                if text not in self._vectors:
                    self._vectors[text] = vector.copy()  # a view would keep the whole batch
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)
