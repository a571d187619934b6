"""The judge decides whether the hits answer a question, and which of their sentences do."""

from dataclasses import dataclass
from typing import Protocol

from embeddings.encoder import Encoder
from rag.answering.best_sentences import Excerpt, best_sentences
from rag.answering.refusal import answer_refusal, relevance_refusal
from rag.search.retrieval import SearchResult


@dataclass(frozen=True)
class Choice:
    """The excerpts that answer a question, the best first, or the reason to refuse."""

    excerpts: tuple[Excerpt, ...] = ()
    refusal_reason: str | None = None


class Judge(Protocol):
    """Decides whether the hits are relevant, and which sentences answer if no language model writes."""

    def relevance_refusal(self, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        ...

    def choose(self, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        ...


class ReadingJudge:
    """Judges by what the cross-encoder read in the hits.

    Without a cross-encoder, no question is refused, and the encoder's similarities choose the sentences.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def relevance_refusal(self, found: SearchResult) -> str | None:
        """Return the reason to refuse the question, or None if the hits may contain an answer."""
        return relevance_refusal(found)

    def choose(self, found: SearchResult) -> Choice:
        """Return the sentences of the hits that answer the question, or the reason to refuse."""
        reason = answer_refusal(found)
        return (
            Choice(refusal_reason=reason) if reason else Choice(best_sentences(found, encoder=self._encoder))
        )
