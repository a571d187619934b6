"""The judge decides whether the hits answer a question, and which of their sentences do."""

from dataclasses import dataclass, replace
from typing import Protocol

from embeddings.encoder import Encoder
from rag.answering.best_sentences import Excerpt, best_sentences
from rag.answering.refusal import LISTED, LISTED_SHARE, Assessment, Features, assess, calibration_of
from rag.answering.resemblance import Resemblance
from rag.datatypes import Hit
from rag.search.retrieval import Query, SearchResult
from rag.text.tags import is_same_language
from rag.verification.facts.polarity import is_negated

# The probability from which an article more likely answers than not.
_LIKELY = 0.5


@dataclass(frozen=True)
class Choice:
    """The excerpts that answer a question, the best first, or the reason to refuse."""

    excerpts: tuple[Excerpt, ...] = ()
    refusal_reason: str | None = None


class Judge(Protocol):
    """Decides whether the hits are relevant, and which sentences answer if no language model writes."""

    def assess(self, query: Query, found: SearchResult) -> Assessment | None:
        """Return how likely the first hit answers the question, or None if it was not read."""
        ...

    def relevance_refusal(self, query: Query, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        ...

    def on_topic(self, query: Query, found: SearchResult) -> list[Hit]:
        """Return the hits that are on the topic of a digest, in their order."""
        ...

    def choose(self, query: Query, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        ...

    def choose_each(self, query: Query, found: SearchResult) -> list[Excerpt]:
        """Return the best sentence of each article that more likely answers than not, best hit first."""
        ...


class ReadingJudge:
    """Judges by what the cross-encoder read in the hits, and by the resemblance of the first one.

    Without a cross-encoder, no question is refused, and the encoder's similarities choose the sentences.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._resemblance = Resemblance(encoder)
        self._calibration = calibration_of(encoder.name)

    def assess(self, query: Query, found: SearchResult) -> Assessment | None:
        """Return how likely the first hit answers the question, or None if it was not read."""
        return self._assess(query, found, found.hits[0])

    def relevance_refusal(self, query: Query, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        assessment = self.assess(query, found)
        return None if assessment is None or assessment.is_relevant else "nothing_relevant"

    def on_topic(self, query: Query, found: SearchResult) -> list[Hit]:
        """Return the hits that are on the topic of a digest, in their order."""
        assessments = [self._assess(query, found, hit) for hit in found.hits]
        probabilities = [1.0 if one is None else one.on_subject for one in assessments]
        least: dict[str, float] = {}
        for hit, probability in zip(found.hits, probabilities, strict=True):
            least[hit.language] = max(least.get(hit.language, LISTED), probability * LISTED_SHARE)
        return [
            hit
            for hit, probability in zip(found.hits, probabilities, strict=True)
            if probability >= least[hit.language]
        ]

    def choose(self, query: Query, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        assessment = self.assess(query, found)
        if assessment is not None and not assessment.is_answer:
            return Choice(refusal_reason="evidence_does_not_answer")
        on_article = _on_article(query, found)
        answering = self._only_answering(query, on_article or found)
        return Choice(
            best_sentences(answering, encoder=self._encoder, are_of_one_story=on_article is not None)
        )

    def choose_each(self, query: Query, found: SearchResult) -> list[Excerpt]:
        """Return the best sentence of each article that more likely answers than not, best hit first."""
        chosen: dict[str, Excerpt] = {}
        for hit in found.hits:
            assessment = self._assess(query, found, hit)
            is_likely = assessment is not None and assessment.probability >= _LIKELY
            if is_likely and hit.article_id not in chosen:
                alone = replace(found, hits=[hit])
                chosen[hit.article_id] = best_sentences(alone, encoder=self._encoder)[0]
        return list(chosen.values())

    def _only_answering(self, query: Query, found: SearchResult) -> SearchResult:
        """Return the first hit and those of the others that answer the question, too."""
        first, *others = found.hits
        assessed = [(hit, self._assess(query, found, hit)) for hit in others]
        also = [hit for hit, assessment in assessed if assessment is None or assessment.is_answer]
        return replace(found, hits=[first, *also])

    def _assess(self, query: Query, found: SearchResult, hit: Hit) -> Assessment | None:
        """Return how likely a hit answers the question, or None if it was not read."""
        reading = found.readings.get(hit.passage_id)
        if reading is None:
            return None
        assert found.vector is not None, "hybrid search must encode the query"
        features = Features(
            relevance=reading.relevance,
            resemblance=self._resemblance.of(found.vector, hit, language=query.language),
            language=hit.language,
            is_same_language=is_same_language(query.language, hit.language),
            is_negated=is_negated(query.text, language=query.language),
        )
        is_follow_up = hit.article_id == query.first_article
        return assess(features, on_subject=self._calibration, is_follow_up=is_follow_up)


def _on_article(query: Query, found: SearchResult) -> SearchResult | None:
    """Return only the hits of the article of the last answer if its hit is the first one, else None.

    A follow-up that this article answers is about it. If the article is in another language than the
    question, the same story in the language of the question may be better, so all hits stay.
    """
    first = found.hits[0]
    if first.article_id != query.first_article or not is_same_language(query.language, first.language):
        return None
    return replace(found, hits=[hit for hit in found.hits if hit.article_id == first.article_id])
