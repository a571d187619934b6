"""The protocol of the cross-encoder, which reads two texts together, such as claim and evidence.

`bundled_cross_encoder.py` implements it with the bundled model, `claim_model.py` with a model of the user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.weights import FloatArray

# The order of the labels of a judged claim.
CLAIM_LABELS = ("supported", "unsupported", "contradicted")


@dataclass(frozen=True)
class Reading:
    """The result for one passage.

    `relevance` is the log odds that the passage answers the question. `parts` has one score for each given
    part of the passage: that of the best span of an answer that begins in the part. The scores of different
    passages cannot be compared.
    """

    relevance: float
    parts: tuple[float, ...]


class ClaimJudge(Protocol):
    """Reads a claim together with evidence."""

    name: str

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (pairs, 3): the probabilities that a claim is supported, unsupported or contradicted."""
        ...


class CrossEncoder(ClaimJudge, Protocol):
    """Reads a claim together with evidence, and a question together with passages."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Read the question with each passage, which is given in parts such as sentences."""
        ...
