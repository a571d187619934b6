"""Decide whether a question must be refused, from the first hit after reranking.

There are two decisions. Before anything is written: is the hit on the subject (`nothing_relevant`)? If no
language model writes: does it answer the question (`evidence_does_not_answer`)? Only this hit counts, so the
size of the corpus does not matter.
"""

import math
from dataclasses import dataclass

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The weights of the evidence that a hit answers a question.

    `relevance` is the weight of the cross-encoder's log odds, and `similarity` that of the cosine similarity
    of question and hit. `across_languages` is added if they are in different languages.
    """

    relevance: float
    similarity: float
    across_languages: float
    intercept: float

    def probability(self, relevance: float, similarity: float, *, is_same_language: bool) -> float:
        """Return the probability that the hit answers the question."""
        log_odds = self.relevance * relevance + self.similarity * similarity + self.intercept
        log_odds += 0.0 if is_same_language else self.across_languages
        return 1 / (1 + math.exp(-max(-500.0, log_odds)))


# Fitted on development questions with and without their article, and on questions that their article nearly
# answers. `python -m benchmarks.refusal --data FOLDER` fits again and prints the shares answered.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": Calibration(
        relevance=0.684, similarity=42.31, across_languages=3.44, intercept=-37.31
    )
}

# Similarities of other encoders are on another scale, so only the cross-encoder counts.
WITHOUT_SIMILARITY = Calibration(relevance=0.7, similarity=0.0, across_languages=0.0, intercept=-0.656)

# Below the first probability, the hit is on another subject. Below the second, it does not answer. Both are
# lower than .5, because a reader can check the quotes of an answer but cannot check a wrong refusal.
RELEVANT = 0.05
ANSWERED = 0.28


def calibration_of(encoder_name: str) -> Calibration:
    """Return the calibration for the similarities of an encoder."""
    return CALIBRATIONS.get(encoder_name, WITHOUT_SIMILARITY)


def no_hits_reason(corpus: Corpus, filters: Filters) -> str:
    """Return the reason why there are no hits."""
    is_empty = filters == NO_FILTERS or corpus.counts().articles == 0
    return "empty_corpus" if is_empty else "filters_leave_nothing"


def relevance_refusal(probability: float) -> str | None:
    """Return the reason to refuse the question before anything is written, if there is one."""
    return "nothing_relevant" if probability < RELEVANT else None


def answer_refusal(probability: float) -> str | None:
    """Return the reason to refuse if no language model writes, if there is one."""
    return "evidence_does_not_answer" if probability < ANSWERED else None
