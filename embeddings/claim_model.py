"""Any sentence-transformers cross-encoder for natural language inference, as the judge of claims."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embeddings.cross_encoder import CLAIM_LABELS
from embeddings.weights import FloatArray

if TYPE_CHECKING:  # importing it takes four seconds, due to torch
    from sentence_transformers import CrossEncoder

BATCH_SIZE = 16

# The beginnings of the names that models give to the labels of natural language inference.
_LABEL_NAMES = {"supported": ("entail", "support"), "unsupported": ("neutral",), "contradicted": ("contra",)}


class ClaimModel:
    """Judges claims with a model of three labels.

    The model gets the evidence as the premise and the claim as the hypothesis.

    Raises:
        ValueError: the labels of the model are not those of natural language inference.
    """

    def __init__(self, model: "CrossEncoder", *, name: str) -> None:
        self.name = name
        self._model = model.eval()
        self._columns = _columns(model)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (pairs, 3): the probabilities that a claim is supported, unsupported or contradicted."""
        if not pairs:
            return np.empty((0, len(CLAIM_LABELS)), np.float32)
        turned = [(evidence, claim) for claim, evidence in pairs]
        probabilities: FloatArray = self._model.predict(
            turned, batch_size=BATCH_SIZE, show_progress_bar=False, apply_softmax=True
        )
        return probabilities[:, self._columns]


def _columns(model: "CrossEncoder") -> list[int]:
    """Return the column of each label in the order of `CLAIM_LABELS`."""
    labels = (model.config and model.config.id2label) or {}
    names = [str(name).lower() for _, name in sorted(labels.items())]
    found = [
        [place for place, name in enumerate(names) if name.startswith(_LABEL_NAMES[label])]
        for label in CLAIM_LABELS
    ]
    if len(names) != len(CLAIM_LABELS) or any(len(places) != 1 for places in found):
        raise ValueError(f"its labels are {', '.join(names)}, not entailment, neutral and contradiction")
    return [places[0] for places in found]
