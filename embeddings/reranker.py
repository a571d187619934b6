"""The interface of a reranker, which scores texts for a query; any sentence-transformers cross-encoder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # importing it takes four seconds, due to torch
    from sentence_transformers import CrossEncoder

# Pairs per forward pass. Pairs of similar length go together, so that little is padding.
BATCH_SIZE = 16


class Reranker(Protocol):
    """Reads a query and a text together and scores how well the text fits."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score per text; higher is better."""
        ...


class CrossEncoderReranker:
    """Any cross-encoder with one label, on its own device and with its own activation.

    Its tokenizer truncates pairs that are longer than the model accepts.

    Raises:
        ValueError: the model cannot score texts.
    """

    def __init__(self, model: "CrossEncoder", *, name: str) -> None:
        _check(model)
        self._model = model.eval()
        self.name = name

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score per text; higher is better."""
        pairs = [(query, text) for text in texts]
        scores = self._model.predict(pairs, batch_size=BATCH_SIZE, show_progress_bar=False)
        return [float(score) for score in scores]


def _check(model: "CrossEncoder") -> None:
    if model.num_labels != 1:
        raise ValueError(f"it has {model.num_labels} labels where a reranker has one")
    transformer = model.transformers_model
    # subtle: for a model without a scoring head, the library makes a cross-encoder with random weights.
    if transformer is not None and type(transformer).__name__ not in (transformer.config.architectures or ()):
        raise ValueError("it has no trained scoring head; it may be an embedding model")
