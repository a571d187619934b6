"""Decide whether a question must be refused, from the first hit after reranking.

There are two decisions. Is the hit on the subject of the question? And if it is, does it answer? Only this
hit counts, so the size of the corpus does not matter.
"""

import math
from dataclasses import dataclass

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The weights of the evidence for one of the two decisions.

    `relevance` is the weight of the cross-encoder's log odds, and `resemblance` that of how much the hit
    resembles the question (`rag.answering.resemblance`). `across_languages` is added if they are in different
    languages.
    """

    relevance: float
    resemblance: float = 0.0
    across_languages: float = 0.0
    intercept: float

    def probability(self, relevance: float, resemblance: float, *, is_same_language: bool) -> float:
        """Return the probability that the decision is yes."""
        log_odds = self.relevance * relevance + self.resemblance * resemblance + self.intercept
        return _logistic(log_odds + (0.0 if is_same_language else self.across_languages))


# Chosen on development questions with and without their article, on questions that their article nearly
# answers, and on short questions about single passages. `python -m benchmarks.refusal --data FOLDER` fits the
# weights and prints the shares answered. The fit gives relevance less weight, because the questions of most
# sets repeat the words of their passages, and those of readers do so less.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": Calibration(
        relevance=0.5, resemblance=70.0, across_languages=0.35, intercept=-3.4
    )
}

# Similarities of other encoders are on another scale, so only the cross-encoder counts. Not fitted: with the
# probabilities below, a hit is relevant from log odds of -3.7 on, and on the subject from -0.4 on.
WITHOUT_RESEMBLANCE = Calibration(relevance=0.9, intercept=0.4)

# That a hit on the subject answers. Fitted by the same command, except that the threshold across languages is
# lower, because the cross-encoder is less sure there.
ANSWERING = Calibration(relevance=0.819, across_languages=0.82, intercept=-0.471)

# A hit below the first probability is on another subject, so that no language model is asked. From the second
# on, it is on the subject of a question; across languages from the third on, because there a hit on the
# subject is harder to recognise.
RELEVANT = 0.05
ON_SUBJECT = 0.5
ON_SUBJECT_ACROSS_LANGUAGES = 0.26

# A hit on the subject below this probability does not answer. It is lower than .5, because a reader can check
# the quotes of an answer but cannot check a wrong refusal. It is still lower for a follow-up, which says less
# than a question.
ANSWERED = 0.14
ANSWERED_FOLLOW_UP = 0.05


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The probabilities that a hit is on the subject of a question, and that it answers if it is.

    A hit of the article that the last answer quotes is on the subject of a follow-up.
    """

    on_subject: float
    answering: float
    is_same_language: bool = True
    is_follow_up: bool = False

    @property
    def probability(self) -> float:
        """The probability that the hit is on the subject and answers."""
        return self.answering if self.is_follow_up else self.on_subject * self.answering

    @property
    def is_relevant(self) -> bool:
        """Whether the hit may be on the subject."""
        return self.on_subject >= RELEVANT or self.is_answer

    @property
    def is_answer(self) -> bool:
        """Whether the hit is on the subject and may answer."""
        if self.is_follow_up:
            return self.answering >= ANSWERED_FOLLOW_UP
        enough = ON_SUBJECT if self.is_same_language else ON_SUBJECT_ACROSS_LANGUAGES
        return self.on_subject >= enough and self.answering >= ANSWERED


def assess(
    on_subject: Calibration,
    *,
    relevance: float,
    resemblance: float,
    is_same_language: bool,
    is_follow_up: bool = False,
    answering: Calibration = ANSWERING,
) -> Assessment:
    """Assess a hit by its relevance and its resemblance."""
    return Assessment(
        on_subject=on_subject.probability(relevance, resemblance, is_same_language=is_same_language),
        answering=answering.probability(relevance, resemblance, is_same_language=is_same_language),
        is_same_language=is_same_language,
        is_follow_up=is_follow_up,
    )


def calibration_of(encoder_name: str) -> Calibration:
    """Return the calibration for the vectors of an encoder."""
    return CALIBRATIONS.get(encoder_name, WITHOUT_RESEMBLANCE)


def no_hits_reason(corpus: Corpus, filters: Filters) -> str:
    """Return the reason why there are no hits."""
    is_empty = filters == NO_FILTERS or corpus.counts().articles == 0
    return "empty_corpus" if is_empty else "filters_leave_nothing"


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, log_odds)))
