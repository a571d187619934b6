"""Vectors of texts that are encoded again and again, kept for a while."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray


class RememberingEncoder:
    """An encoder that encodes none of the last `capacity` passages twice; safe for many threads.

    Sentences of the same articles come back with each further question about them. A vector of 384 numbers
    and its text take about 2 kB.
    """

    def __init__(self, encoder: Encoder, *, capacity: int) -> None:
        self._encoder = encoder
        self._capacity = capacity
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()
        self._remembering = threading.Lock()
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
        vectors = self._remembered(texts)
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            vectors |= zip(new, self._encoder.encode_passages(new), strict=True)
        self._remember(vectors)
        return np.array([vectors[text] for text in texts], np.float32).reshape(-1, self.dimension)

    def _remembered(self, texts: Sequence[str]) -> dict[str, FloatArray]:
        with self._remembering:
            return {text: self._vectors[text] for text in texts if text in self._vectors}

    def _remember(self, vectors: dict[str, FloatArray]) -> None:
        with self._remembering:
            for text, vector in vectors.items():
                if text not in self._vectors:
                    self._vectors[text] = vector.copy()  # a view would keep all that was encoded with it
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)
