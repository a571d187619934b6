"""Does the evidence carry an answer at all? Decided before anything is written."""

import logging
import math
from dataclasses import dataclass

from rag.retrieval import Found, Query

logger = logging.getLogger(__name__)

# Below this probability a question is refused. Lower than .5: the reader of an answer can check its
# quotes, the reader of a wrong refusal cannot.
THRESHOLD = 0.25


@dataclass(frozen=True)
class Logistic:
    """Log odds that a question is answerable, from its best similarity and its best coverage."""

    similarity: float
    coverage: float
    intercept: float

    def probability(self, similarity: float, coverage: float) -> float:
        """Return the probability that the evidence carries an answer."""
        log_odds = self.similarity * similarity + self.coverage * coverage + self.intercept
        return 1 / (1 + math.exp(-log_odds))


@dataclass(frozen=True)
class Calibration:
    """How one encoder's similarities read, within a language and across languages."""

    same_language: Logistic
    across_languages: Logistic


# Fitted by `python -m benchmarks.refusal --data FOLDER` on development questions with and without their
# article.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": Calibration(
        same_language=Logistic(similarity=49.6, coverage=9.0, intercept=-46.3),
        across_languages=Logistic(similarity=80.2, coverage=7.5, intercept=-63.9),
    )
}


def refusal_reason(query: Query, found: Found, *, encoder_name: str) -> str | None:
    """Return why the question is refused, or None where the evidence may carry an answer.

    An encoder without a calibration is never refused for `nothing_relevant`.
    """
    if not found.hits:
        return "no_hits"
    calibration = CALIBRATIONS.get(encoder_name)
    if calibration is None or found.similarity is None:
        return None
    is_same = _primary(found.hits[0].language) == _primary(query.language)
    logistic = calibration.same_language if is_same else calibration.across_languages
    probability = logistic.probability(found.similarity, found.coverage or 0.0)
    return "nothing_relevant" if probability < THRESHOLD else None


def _primary(language: str) -> str:
    """Return the language without script and region; Malay reads like Indonesian."""
    primary = language.split("-")[0]
    return "id" if primary == "ms" else primary
