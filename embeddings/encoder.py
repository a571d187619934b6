"""The interface of an encoder, which turns texts into unit vectors, and batches of texts."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from embeddings.weights import FloatArray


class TextTooLong(ValueError):
    """A text has more tokens than the encoder accepts; texts are never truncated."""


class Encoder(Protocol):
    """Turns texts into vectors of unit length; their dot product is the cosine similarity."""

    name: str
    dimension: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, for comparison with `max_tokens`."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension) for queries."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension) for the passages that queries search."""
        ...


def batches_by_tokens(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Yield indexes of texts, longest first, in batches that have at most `budget` tokens when padded.

    A text longer than the budget gets a batch of its own.

    >>> list(batches_by_tokens([3, 9, 4, 8], budget=20))
    [[1, 3], [2, 0]]
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
