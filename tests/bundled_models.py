"""The bundled cross-encoder, loaded once for all tests that read with it."""

from functools import cache
from typing import Any

from embeddings.cross_encoder import CrossEncoder
from rag.search.reranking import Reranking


@cache
def bundled_cross_encoder() -> CrossEncoder:
    """Load the cross-encoder once."""
    # Imported here because torch takes four seconds, which most tests need not wait for.
    from embeddings.loading import load_cross_encoder

    return load_cross_encoder()


def bundled_readers() -> dict[str, Any]:
    """Return the arguments with which a pipeline reads as a service does."""
    cross_encoder = bundled_cross_encoder()
    return {"claim_judge": cross_encoder, "reranking": Reranking(cross_encoder=cross_encoder)}
