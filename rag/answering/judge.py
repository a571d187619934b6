"""Who decides whether what was found answers a question, and with which of its sentences."""

from dataclasses import dataclass
from typing import Protocol

from embeddings.encoder import Encoder
from rag.answering.best_sentences import Run, best_sentences
from rag.answering.refusal import answer_refusal, relevance_refusal
from rag.search.retrieval import Found, Query


@dataclass(frozen=True)
class Choice:
    """The runs of sentences that answer, the best first; none where there is a `refusal_reason`."""

    runs: tuple[Run, ...] = ()
    refusal_reason: str | None = None


class Judge(Protocol):
    """Decides twice: before anything is written, and, where no language model writes, on each sentence."""

    def relevance_refusal(self, query: Query, found: Found) -> str | None:
        """Return why the question is refused for what was found, or None where that may hold an answer."""
        ...

    def choose(self, query: Query, found: Found) -> Choice:
        """Return the sentences of the hits that answer."""
        ...


class EncoderJudge:
    """Goes by the similarities of an encoder and by the words in common."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def relevance_refusal(self, query: Query, found: Found) -> str | None:
        """Return why the question is refused for what was found, or None where that may hold an answer."""
        return relevance_refusal(query, found, encoder_name=self._encoder.name)

    def choose(self, query: Query, found: Found) -> Choice:
        """Return the sentences of the hits that answer."""
        extract = best_sentences(query, found, encoder=self._encoder)
        reason = answer_refusal(query, found, extract, encoder_name=self._encoder.name)
        return Choice(refusal_reason=reason) if reason else Choice(extract.runs)
