"""What is told of an answer while it is being made, in this order."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Answer, Citation, Claim, Hit
from rag.errors import LanguageModelError


@dataclass(frozen=True)
class HitsFound:
    """The evidence, before anything is written."""

    hits: Sequence[Hit]


@dataclass(frozen=True)
class TextWritten:
    """The next piece of the answer's text, markers in it."""

    text: str


@dataclass(frozen=True)
class ClaimCited:
    """A claim of the text written so far, with its citations."""

    claim: Claim
    citations: Sequence[Citation]


@dataclass(frozen=True)
class WritingFailed:
    """The language model failed; the answer that follows replaces what was written so far.

    Where nothing may be taken back (`Question.is_append_only`), it is what was written so far.
    """

    error: LanguageModelError


@dataclass(frozen=True)
class Answered:
    """The whole answer; always the last event."""

    answer: Answer


Event = HitsFound | TextWritten | ClaimCited | WritingFailed | Answered
