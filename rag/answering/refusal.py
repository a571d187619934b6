"""Decide whether a question must be refused, from the first hit after reranking.

There are two decisions. Is the hit on the subject of the question? And if it is, does it answer? Only this
hit counts, so the size of the corpus does not matter.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters
from rag.text.tags import primary_language


@dataclass(frozen=True, kw_only=True)
class Features:
    """What decides about a hit.

    `relevance` is the log odds of the cross-encoder, and `resemblance` how much the hit resembles the
    question (`rag.answering.resemblance`). `language` is that of the hit. `is_negated` tells whether the
    question denies something.
    """

    relevance: float
    resemblance: float
    language: str
    is_same_language: bool
    is_negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The weights of the features for one of the two decisions.

    The intercept is for a hit in the language of the question. `across_languages` is added to it if the hit
    is in another one, and `negated` if the question is negated.

    The cross-encoder is more lenient in some languages than in others. `languages` is added by the language
    of a hit in that of the question, and `languages_across` by the language of another hit.
    """

    relevance: float
    resemblance: float = 0.0
    intercept: float
    across_languages: float = 0.0
    negated: float = 0.0
    languages: Mapping[str, float] = field(default_factory=dict)
    languages_across: Mapping[str, float] = field(default_factory=dict)

    def probability(self, features: Features) -> float:
        """Return the probability that the decision is yes."""
        of_language = self.languages if features.is_same_language else self.languages_across
        return _logistic(
            self.relevance * features.relevance
            + self.resemblance * features.resemblance
            + self.intercept
            + self.across_languages * (not features.is_same_language)
            + self.negated * features.is_negated
            + of_language.get(primary_language(features.language), 0.0)
        )


# Fitted on development questions about single articles, and about none of 20 articles, in seven languages and
# across 39 pairs, as `python -m benchmarks.subjects --data FOLDER` does. The intercept is then raised by .4
# in one language and by .2 across languages, because people mostly ask about what is there.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": Calibration(
        relevance=0.724,
        resemblance=42.9,
        intercept=-1.7,
        across_languages=0.65,
        languages={"ar": -1.1, "en": -1.0, "es": -0.2, "id": 1.5, "vi": -0.4, "zh": 0.2},
        languages_across={
            "ar": 0.6, "en": -0.3, "es": -0.3, "fil": -1.0, "fr": -0.6, "hi": 0.2, "id": -0.6, "ja": 1.1,
            "ko": 0.6, "ms": 0.3, "th": 0.3, "vi": -0.3, "zh": 0.8,
        },
    )
}  # fmt: skip

# Similarities of other encoders are on another scale, so only the cross-encoder counts. Not fitted: with the
# probabilities below, a hit is relevant from a relevance of -3.7 on, and on the subject from -0.4 on.
WITHOUT_RESEMBLANCE = Calibration(relevance=0.9, intercept=0.4)

# That a hit on the subject answers. Fitted by `python -m benchmarks.refusal --data FOLDER`. But less is
# needed across languages, because the cross-encoder is less sure there, and more of a negated question,
# because it overlooks negations. Of the unanswerable Indonesian questions of XQuAD, 18 % are negated, and
# of the answerable ones 3 %.
ANSWERING = Calibration(relevance=1.04, across_languages=0.7, negated=-1.5, intercept=-0.04)

# A hit below the first probability is on another subject, so that no language model is asked. From the second
# on, it is on the subject of a question.
RELEVANT = 0.05
ON_SUBJECT = 0.5

# A hit on the subject below this probability does not answer. It is lower than .5, because a reader can check
# the quotes of an answer but cannot check a wrong refusal. It is still lower for a follow-up, which says less
# than a question.
ANSWERED = 0.1
ANSWERED_FOLLOW_UP = 0.04

# An article is in a digest if one of its hits is on the subject with this probability, and with this share
# of the highest probability in its language. Chosen with `python -m benchmarks.digests`.
LISTED = 0.25
LISTED_SHARE = 0.37


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The probabilities that a hit is on the subject of a question, and that it answers if it is.

    A hit of the article that the last answer quotes is on the subject of a follow-up.
    """

    on_subject: float
    answering: float
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
        return self.on_subject >= ON_SUBJECT and self.answering >= ANSWERED


def assess(
    features: Features,
    *,
    on_subject: Calibration,
    answering: Calibration = ANSWERING,
    is_follow_up: bool = False,
) -> Assessment:
    """Assess a hit."""
    return Assessment(
        on_subject=on_subject.probability(features),
        answering=answering.probability(features),
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
