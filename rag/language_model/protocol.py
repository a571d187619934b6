"""The language model that writes answers, as the pipeline sees it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.prompts import Message


@dataclass(frozen=True)
class TextPart:
    """Some of the answer, as it arrives."""

    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens read and written, where the server says so."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a text is to be written: its longest, how freely, and what ends it before.

    `max_tokens` and `ends`, a time of the event loop's clock, only lower the language model's own limits.
    """

    max_tokens: int | None = None
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    ends: float | None = None


USUAL_SAMPLING = Sampling()


NO_USAGE = Usage(prompt_tokens=0, completion_tokens=0)


class LanguageModel(Protocol):
    """Writes a text after some messages."""

    name: str

    def stream(
        self, messages: Sequence[Message], sampling: Sampling = USUAL_SAMPLING, /
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the text as it is written, then the usage if it is known.

        Raises:
            LanguageModelError: no usable text came, or it was cut off; the class says why.
        """
        ...
