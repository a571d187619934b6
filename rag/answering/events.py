"""The events of a streamed answer, in the order in which they occur."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Answer, Citation, Claim, Hit
from rag.errors import LanguageModelError


@dataclass(frozen=True)
class HitsFound:
    """The hits that the answer will be based on. This is the first event."""

    hits: Sequence[Hit]


@dataclass(frozen=True)
class TextWritten:
    """The next piece of the answer's text, with its markers."""

    text: str


@dataclass(frozen=True)
class ClaimCited:
    """A claim in the text so far, with its citations.

    `is_revised` is true if an earlier event had the same claim with another verdict.
    """

    claim: Claim
    citations: Sequence[Citation]
    is_revised: bool = False


@dataclass(frozen=True)
class WritingFailed:
    """The language model failed. The answer that follows replaces the text written so far.

    If the question is append-only (`Question.is_append_only`), the text written so far is the answer.
    """

    error: LanguageModelError


@dataclass(frozen=True)
class Answered:
    """The whole answer. This is always the last event."""

    answer: Answer


Event = HitsFound | TextWritten | ClaimCited | WritingFailed | Answered
