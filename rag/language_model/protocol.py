"""The interface of the language model that writes answers."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rag.prompts import Message


@dataclass(frozen=True)
class TextPart:
    """A piece of the answer, as it arrives."""

    text: str


@dataclass(frozen=True)
class Usage:
    """The numbers of tokens read and written, if the server reports them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How to write a text: its maximum length, the temperature, and what ends the text early.

    `deadline` is a time on the event loop's clock. `max_tokens` and `deadline` only lower the language
    model's own limits. With `json_schema`, the server makes the text JSON of this schema, if it can.
    """

    max_tokens: int | None = None
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    deadline: float | None = None
    json_schema: Mapping[str, Any] | None = None


DEFAULT_SAMPLING = Sampling()


NO_USAGE = Usage(prompt_tokens=0, completion_tokens=0)


def total_usage(*usages: Usage | None) -> Usage | None:
    """Return the sum of those usages that are known, or None if none is."""
    known = [usage for usage in usages if usage is not None]
    if not known:
        return None
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in known),
        completion_tokens=sum(usage.completion_tokens for usage in known),
    )


class LanguageModel(Protocol):
    """Writes a text in reply to messages."""

    name: str

    def stream(
        self, messages: Sequence[Message], sampling: Sampling = DEFAULT_SAMPLING, /
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the text as it is written, then the usage if it is known.

        Raises:
            LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
        """
        ...


async def read_text(
    language_model: LanguageModel,
    messages: Sequence[Message],
    sampling: Sampling = DEFAULT_SAMPLING,
    *,
    max_characters: int,
) -> tuple[str, Usage | None]:
    """Return a whole text and the usage. The text is cut soon after `max_characters`.

    Raises:
        LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
    """
    text, usage = "", None
    async for part in language_model.stream(messages, sampling):
        if isinstance(part, Usage):
            usage = part
        elif len(text) <= max_characters:
            text += part.text
    return text.strip(), usage
