"""The bundled models, loaded once for all tests of this process that use them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from api.commands import doctor
from embeddings.batching import BatchingEncoder
from embeddings.caching import CachingEncoder
from embeddings.cross_encoder import CrossEncoder, Reading
from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag import service
from rag.search.reranking import Reranking
from rag.service import load_cross_encoder, load_encoder
from rag.settings import Settings

# More texts than all tests of a process encode.
_CACHED_TEXTS = 100_000


class RememberingCrossEncoder:
    """A cross-encoder that reads no pair twice: many tests ask the same questions about the same articles."""

    def __init__(self, cross_encoder: CrossEncoder) -> None:
        self.name = cross_encoder.name
        self._cross_encoder = cross_encoder
        self._judged: dict[tuple[str, str], FloatArray] = {}
        self._read: dict[tuple[str, tuple[str, ...]], Reading] = {}

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return what the cross-encoder judges of the pairs."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._judged]
        self._judged |= zip(new, self._cross_encoder.judge(new), strict=True)
        return np.array([self._judged[pair] for pair in pairs], np.float32).reshape(len(pairs), -1)

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Return what the cross-encoder reads in the passages."""
        keys = [(question, tuple(passage)) for passage in passages]
        new = [key for key in dict.fromkeys(keys) if key not in self._read]
        self._read |= zip(new, self._cross_encoder.read(question, [parts for _, parts in new]), strict=True)
        return [self._read[key] for key in keys]


@cache
def bundled_encoder() -> Encoder:
    """Load the encoder once."""
    # Imported here because torch takes four seconds, which most tests need not wait for.
    from embeddings import loading

    return loading.load_encoder("bundled")


@cache
def bundled_cross_encoder() -> CrossEncoder:
    """Load the cross-encoder once; it remembers what it has read."""
    # Imported here for the same reason as above.
    from embeddings import loading

    return RememberingCrossEncoder(loading.load_cross_encoder())


@cache
def _caching_encoder() -> Encoder:
    return CachingEncoder(bundled_encoder(), capacity=_CACHED_TEXTS)


def bundled_readers() -> dict[str, Any]:
    """Return the arguments with which a pipeline reads as a service does."""
    cross_encoder = bundled_cross_encoder()
    return {"claim_judge": cross_encoder, "reranking": Reranking(cross_encoder=cross_encoder)}


def share_bundled_models(patch: pytest.MonkeyPatch) -> None:
    """Let services of this process load the bundled models once. Any other model is loaded as usual."""
    for module in (service, doctor):
        patch.setattr(module, "load_encoder", _encoder)
        patch.setattr(module, "load_cross_encoder", _cross_encoder)


def _encoder(settings: Settings) -> Encoder:
    if (settings.embedding_model, settings.embedding_engine) != ("bundled", "auto"):
        return load_encoder(settings)
    return BatchingEncoder(_caching_encoder())


def _cross_encoder(settings: Settings) -> CrossEncoder:
    return bundled_cross_encoder() if settings.embedding_engine == "auto" else load_cross_encoder(settings)
