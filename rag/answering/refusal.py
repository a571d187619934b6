"""Decide whether a question must be refused, from what the cross-encoder read in the hits.

There are two decisions. Before anything is written: are the hits on the subject (`nothing_relevant`)? If no
language model writes: does any of the hits answer the question (`evidence_does_not_answer`)? Only the hits
count, so the size of the corpus does not matter.
"""

import math
from dataclasses import dataclass

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters
from rag.search.retrieval import SearchResult


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The probability that a hit answers the question, from the log odds of the cross-encoder."""

    slope: float
    intercept: float

    def probability(self, relevance: float) -> float:
        """Return the probability for the log odds of the best hit."""
        return 1 / (1 + math.exp(-max(-500.0, self.slope * relevance + self.intercept)))


# Fitted on development questions with and without their article, and on questions that their article nearly
# answers. `python -m benchmarks.refusal --data FOLDER` fits again and prints the shares answered.
CALIBRATION = Calibration(slope=0.772, intercept=-0.207)

# Below the first probability, the hits are on another subject. Below the second, none of them answers. Both
# are lower than .5, because a reader can check the quotes of an answer but cannot check a wrong refusal.
RELEVANT = 0.05
ANSWERED = 0.373


def no_hits_reason(corpus: Corpus, filters: Filters) -> str:
    """Return the reason why there are no hits."""
    is_empty = filters == NO_FILTERS or corpus.counts().articles == 0
    return "empty_corpus" if is_empty else "filters_leave_nothing"


def relevance_refusal(found: SearchResult) -> str | None:
    """Return the reason to refuse the question, or None if the hits may contain an answer.

    If nothing was read, no question is refused.
    """
    probability = answer_probability(found)
    return "nothing_relevant" if probability is not None and probability < RELEVANT else None


def answer_refusal(found: SearchResult) -> str | None:
    """Return the reason to refuse if none of the hits answers the question, else None."""
    probability = answer_probability(found)
    return "evidence_does_not_answer" if probability is not None and probability < ANSWERED else None


def answer_probability(found: SearchResult) -> float | None:
    """Return the probability that the best hit answers the question, or None if nothing was read."""
    read = [
        found.readings[hit.passage_id].relevance for hit in found.hits if hit.passage_id in found.readings
    ]
    return CALIBRATION.probability(max(read)) if read else None
