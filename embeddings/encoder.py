"""Texts to unit vectors: the `Encoder` protocol and its sentence-transformers implementation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:  # four seconds at run time, and whoever has a model has imported it already
    from sentence_transformers import SentenceTransformer

from embeddings.weights import FloatArray

# Measured on two cores: more tokens a batch gain nothing and cost memory, fewer leave cores idle.
BATCH_TOKENS = 2048


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


class SentenceTransformerEncoder:
    """Any sentence-transformers model, in batches of a bounded number of tokens."""

    def __init__(self, model: SentenceTransformer, *, name: str) -> None:
        self._model = model
        self.name = name
        self.dimension = _dimension(model)
        self.max_tokens = _max_tokens(model)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, prompt and special tokens not counted."""
        tokenizer = self._model.tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
        batch = backend.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in batch]

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        return self._encode(texts, prompt_name="query")

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension).

        Raises:
            TextTooLong: a text is longer than `max_tokens`.
        """
        return self._encode(texts, prompt_name="document")

    def _encode(self, texts: Sequence[str], *, prompt_name: str) -> FloatArray:
        lengths = self.count_tokens(texts)
        if lengths and max(lengths) > self.max_tokens:
            raise TextTooLong(
                f"A text has {max(lengths)} tokens; {self.name} takes at most {self.max_tokens}."
            )
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for batch in batches_by_tokens(lengths, budget=BATCH_TOKENS):
            chosen = [texts[place] for place in batch]
            encode = self._model.encode_query if prompt_name == "query" else self._model.encode_document
            vectors[batch] = encode(chosen, batch_size=len(chosen), show_progress_bar=False)
        return vectors


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


def _dimension(model: SentenceTransformer) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise ValueError("The model does not say the dimension of its vectors.")
    return dimension


def _max_tokens(model: SentenceTransformer) -> int:
    """Return the tokens left for a text beside the longest prompt and the two special tokens."""
    limit = model.max_seq_length or 512
    prompts = [prompt for prompt in model.prompts.values() if prompt]
    tokenizer = model.tokenizer
    backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
    used = [len(encoding) for encoding in backend.encode_batch_fast(prompts)] if prompts else [2]
    return int(limit) - max(used)
