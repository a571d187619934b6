"""The judge decides whether the hits answer a question, and which of their sentences do."""

from dataclasses import dataclass, replace
from typing import Protocol

from embeddings.encoder import Encoder
from rag.answering.best_sentences import Excerpt, best_sentences
from rag.answering.refusal import WITHOUT_SIMILARITY, answer_refusal, calibration_of, relevance_refusal
from rag.datatypes import Hit
from rag.search.retrieval import Query, SearchResult
from rag.text.passages import texts_to_encode
from rag.text.tags import is_same_language

# The probability from which an article more likely answers than not.
_LIKELY = 0.5


@dataclass(frozen=True)
class Choice:
    """The excerpts that answer a question, the best first, or the reason to refuse."""

    excerpts: tuple[Excerpt, ...] = ()
    refusal_reason: str | None = None


class Judge(Protocol):
    """Decides whether the hits are relevant, and which sentences answer if no language model writes."""

    def probability(self, query: Query, found: SearchResult) -> float | None:
        """Return the probability that the first hit answers the question, or None if it was not read."""
        ...

    def relevance_refusal(self, query: Query, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        ...

    def is_relevant(self, query: Query, found: SearchResult, hit: Hit) -> bool:
        """Whether a hit is on the subject of the question."""
        ...

    def choose(self, query: Query, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        ...

    def choose_each(self, query: Query, found: SearchResult) -> list[Excerpt]:
        """Return the best sentence of each article that more likely answers than not, best hit first."""
        ...


class ReadingJudge:
    """Judges by what the cross-encoder read in the hits, and by the similarity of the first one.

    Without a cross-encoder, no question is refused, and the encoder's similarities choose the sentences.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._calibration = calibration_of(encoder.name)

    def probability(self, query: Query, found: SearchResult) -> float | None:
        """Return the probability that the first hit answers the question, or None if it was not read."""
        return self._probability(query, found, found.hits[0])

    def relevance_refusal(self, query: Query, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        probability = self.probability(query, found)
        return None if probability is None else relevance_refusal(probability)

    def is_relevant(self, query: Query, found: SearchResult, hit: Hit) -> bool:
        """Whether a hit is on the subject of the question."""
        probability = self._probability(query, found, hit)
        return probability is None or relevance_refusal(probability) is None

    def choose(self, query: Query, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        probability = self.probability(query, found)
        reason = None if probability is None else answer_refusal(probability)
        if reason is not None:
            return Choice(refusal_reason=reason)
        return Choice(best_sentences(_on_article(query, found), encoder=self._encoder))

    def choose_each(self, query: Query, found: SearchResult) -> list[Excerpt]:
        """Return the best sentence of each article that more likely answers than not, best hit first."""
        chosen: dict[str, Excerpt] = {}
        for hit in found.hits:
            probability = self._probability(query, found, hit)
            if probability is not None and probability >= _LIKELY and hit.article_id not in chosen:
                alone = replace(found, hits=[hit])
                chosen[hit.article_id] = best_sentences(alone, encoder=self._encoder)[0]
        return list(chosen.values())

    def _probability(self, query: Query, found: SearchResult, hit: Hit) -> float | None:
        """Return the probability that a hit answers the question, or None if it was not read.

        A hit of the article that the last answer quotes is on the subject of a follow-up, even if a short
        follow-up does not resemble it.
        """
        reading = found.readings.get(hit.passage_id)
        if reading is None:
            return None
        is_same = is_same_language(query.language, hit.language)
        resemblance = similarity(found, hit, encoder=self._encoder)
        probability = self._calibration.probability(reading.relevance, resemblance, is_same_language=is_same)
        if hit.article_id != query.first_article:
            return probability
        read = WITHOUT_SIMILARITY.probability(reading.relevance, resemblance, is_same_language=is_same)
        return max(probability, read)


def _on_article(query: Query, found: SearchResult) -> SearchResult:
    """Return only the hits of the article of the last answer if its hit is the first one.

    A follow-up that this article answers is about it. If the article is in another language than the
    question, the same story in the language of the question may be better, so all hits stay.
    """
    first = found.hits[0]
    if first.article_id != query.first_article or not is_same_language(query.language, first.language):
        return found
    return replace(found, hits=[hit for hit in found.hits if hit.article_id == first.article_id])


def similarity(found: SearchResult, hit: Hit, *, encoder: Encoder) -> float:
    """Return the cosine similarity of the query and the text that is encoded for a hit."""
    assert found.vector is not None, "hybrid search must encode the query"
    texts = texts_to_encode(
        hit.title,
        [(hit.heading, hit.text)],
        count_tokens=encoder.count_tokens,
        max_tokens=encoder.max_tokens,
    )
    return float(encoder.encode_passages(texts)[0] @ found.vector)
