"""What scores texts beside a query: the `Reranker` protocol, and any sentence-transformers cross-encoder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # importing it takes the four seconds that torch takes
    from sentence_transformers import CrossEncoder

# Pairs a forward pass; those of like length go together, so that little is padding.
BATCH_SIZE = 16


class Reranker(Protocol):
    """Reads a query and a text together and says how well the text fits."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score a text, the higher the better."""
        ...


class CrossEncoderReranker:
    """Any cross-encoder of one label, on the device and with the activation that are its own.

    Pairs longer than the model takes are truncated by its tokenizer.

    Raises:
        ValueError: the model cannot score texts.
    """

    def __init__(self, model: "CrossEncoder", *, name: str) -> None:
        _check(model)
        self._model = model.eval()
        self.name = name

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score a text, the higher the better."""
        pairs = [(query, text) for text in texts]
        scores = self._model.predict(pairs, batch_size=BATCH_SIZE, show_progress_bar=False)
        return [float(score) for score in scores]


def _check(model: "CrossEncoder") -> None:
    if model.num_labels != 1:
        raise ValueError(f"it has {model.num_labels} labels where a reranker has one")
    transformer = model.transformers_model
    # subtle: of a model without a scoring head the library makes a cross-encoder with one of random weights.
    if transformer is not None and type(transformer).__name__ not in (transformer.config.architectures or ()):
        raise ValueError("it has no trained head that scores, as embedding models have none")
