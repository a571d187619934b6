"""The bundled models, loaded once for all tests of this process that use them."""

from functools import cache
from typing import Any

import pytest

from api.commands import doctor
from embeddings.batching import BatchingEncoder
from embeddings.cross_encoder import CrossEncoder
from embeddings.encoder import Encoder
from rag import service
from rag.search.reranking import Reranking
from rag.service import load_cross_encoder, load_encoder
from rag.settings import Settings


@cache
def bundled_encoder() -> Encoder:
    """Load the encoder once."""
    # Imported here because torch takes four seconds, which most tests need not wait for.
    from embeddings import loading

    return loading.load_encoder("bundled")


@cache
def bundled_cross_encoder() -> CrossEncoder:
    """Load the cross-encoder once."""
    # Imported here for the same reason as above.
    from embeddings import loading

    return loading.load_cross_encoder()


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
    return BatchingEncoder(bundled_encoder())


def _cross_encoder(settings: Settings) -> CrossEncoder:
    return bundled_cross_encoder() if settings.embedding_engine == "auto" else load_cross_encoder(settings)
