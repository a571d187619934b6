"""Decide whether a question must be refused.

There are two decisions. Before anything is written: are the hits on the subject (`nothing_relevant`)? If no
language model writes: does any sentence of the hits answer the question (`evidence_does_not_answer`)?
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rag.answering.best_sentences import BestSentences
from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Filters
from rag.search.retrieval import Query, SearchResult


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Measures of how well the hits fit a question.

    `similarity` and `coverage` are those of the best passage. `background` is the mean similarity of the
    passages found. `prominence` is the distance of the best passage from this mean, in standard deviations.
    `lead` is the distance of the best sentence from this mean. `score` is the score of `BestSentences`.
    `lead` and `score` are 0 before the sentences are read.
    """

    similarity: float
    coverage: float
    background: float
    prominence: float
    lead: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Logistic:
    """Log odds as a weighted sum of signals. A signal with weight 0 has no effect."""

    intercept: float
    similarity: float = 0.0
    coverage: float = 0.0
    background: float = 0.0
    prominence: float = 0.0
    lead: float = 0.0
    score: float = 0.0

    def probability(self, signals: Signals) -> float:
        """Return the probability for these signals."""
        weights = vars(self)
        log_odds = self.intercept + sum(weights[name] * value for name, value in vars(signals).items())
        return 1 / (1 + math.exp(-max(log_odds, -500.0)))


@dataclass(frozen=True, kw_only=True)
class Background:
    """The prior mean and spread of the similarity between a question and unrelated passages.

    The prior has the weight of `passages` passages, so that an index of only three passages has a background
    too.
    """

    similarity: float
    spread: float
    passages: int

    def of(self, similarities: Iterable[float]) -> tuple[float, float]:
        """Return the mean and spread of the observed similarities combined with the prior.

        >>> Background(similarity=0.8, spread=0.01, passages=10).of([])
        (0.8, 0.01)
        """
        seen = list(similarities)
        number = len(seen) + self.passages
        mean = (sum(seen) + self.passages * self.similarity) / number
        squares = sum((similarity - mean) ** 2 for similarity in seen)
        squares += self.passages * (self.spread**2 + (self.similarity - mean) ** 2)
        return mean, math.sqrt(squares / number)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Estimates the probabilities that the passages are relevant and that a sentence answers the question.

    A question below a threshold is refused. The thresholds are lower than .5, because a reader can check the
    quotes of an answer but cannot check a wrong refusal. The threshold of relevance is the lowest, because
    passages that pass it are judged again, by their sentences or by a language model.
    """

    relevance: Logistic
    relevance_threshold: float
    answer: Logistic
    answer_threshold: float


@dataclass(frozen=True, kw_only=True)
class Calibrations:
    """The calibration of one encoder, within a language and across languages."""

    background: Background
    same_language: Calibration
    across_languages: Calibration


# Fitted on development questions with and without their article, and on questions that their article nearly
# answers. `python -m benchmarks.refusal --data FOLDER` fits again and prints the shares answered.
CALIBRATIONS = {
    "bundled:multilingual-e5-small": Calibrations(
        background=Background(similarity=0.80, spread=0.015, passages=10),
        same_language=Calibration(
            relevance=Logistic(similarity=81.0, coverage=8.2, background=-59.4, intercept=-25.7),
            relevance_threshold=0.15,
            answer=Logistic(score=0.615, background=-39.4, intercept=-8.12),
            answer_threshold=0.37,
        ),
        # The score counts words in common, but different languages have hardly any words in common.
        across_languages=Calibration(
            relevance=Logistic(prominence=3.02, intercept=-6.06),
            relevance_threshold=0.08,
            answer=Logistic(prominence=1.12, lead=71.7, intercept=-5.84),
            answer_threshold=0.22,
        ),
    )
}


def no_hits_reason(corpus: Corpus, filters: Filters) -> str:
    """Return the reason why there are no hits."""
    is_empty = filters == NO_FILTERS or corpus.counts().articles == 0
    return "empty_corpus" if is_empty else "filters_leave_nothing"


def relevance_refusal(query: Query, found: SearchResult, *, encoder_name: str) -> str | None:
    """Return the reason to refuse the question, or None if the hits may contain an answer.

    With an encoder that has no calibration, no question is refused with `nothing_relevant`.
    """
    if not found.hits:
        return "no_hits"
    calibrated = _calibrated(query, found, None, encoder_name=encoder_name)
    if calibrated is None:
        return None
    calibration, signals = calibrated
    is_likely = calibration.relevance.probability(signals) >= calibration.relevance_threshold
    return None if is_likely else "nothing_relevant"


def answer_refusal(
    query: Query, found: SearchResult, best: BestSentences, *, encoder_name: str
) -> str | None:
    """Return the reason to refuse if no sentence of the hits answers the question, else None."""
    calibrated = _calibrated(query, found, best, encoder_name=encoder_name)
    if calibrated is None:
        return None
    calibration, signals = calibrated
    is_likely = calibration.answer.probability(signals) >= calibration.answer_threshold
    return None if is_likely else "evidence_does_not_answer"


def signals_of(found: SearchResult, best: BestSentences | None, *, background: Background) -> Signals:
    """Return the signals of a search result, with or without those of the sentences."""
    mean, spread = background.of(found.similarities.values())
    similarity = found.similarity or 0.0
    return Signals(
        similarity=similarity,
        coverage=found.coverage or 0.0,
        background=mean,
        prominence=(similarity - mean) / spread,
        lead=best.similarity - mean if best else 0.0,
        score=best.score if best else 0.0,
    )


def is_same_language(query: Query, found: SearchResult) -> bool:
    """Whether the best hit is in the question's language. Malay counts as Indonesian."""
    return found.language is not None and _primary(found.language) == _primary(query.language)


def _calibrated(
    query: Query, found: SearchResult, best: BestSentences | None, *, encoder_name: str
) -> tuple[Calibration, Signals] | None:
    """Return the calibration and the signals, or None if the encoder or the similarity is unknown."""
    calibrations = CALIBRATIONS.get(encoder_name)
    if calibrations is None or found.similarity is None:
        return None
    is_same = is_same_language(query, found)
    calibration = calibrations.same_language if is_same else calibrations.across_languages
    return calibration, signals_of(found, best, background=calibrations.background)


def _primary(language: str) -> str:
    """Return the language without script and region. Malay counts as Indonesian."""
    primary = language.split("-")[0]
    return "id" if primary == "ms" else primary
