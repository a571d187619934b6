"""What turns texts into unit vectors: the `Encoder` protocol, and how texts are laid into batches."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from embeddings.weights import FloatArray


class TextTooLong(ValueError):
    """A text has more tokens than the encoder can take; nothing is ever truncated."""


class Encoder(Protocol):
    """Texts to vectors of unit length; cosine similarity is their dot product."""

    name: str
    dimension: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, to be held against `max_tokens`."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension) for what is searched with."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension) for what is searched."""
        ...


def batches_by_tokens(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Yield places of texts, longest first, so that each padded rectangle holds at most `budget` tokens.

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
