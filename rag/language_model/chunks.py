"""Reads the chunks of servers with an OpenAI-compatible API, which agree on little but the text.

Only the text is required. Counts, indexes, ids and reasons may be missing, null, or of another type.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rag.language_model.protocol import Usage

# The finish reasons of servers whose model stopped at its length limit.
LENGTH_REASONS = {"length", "max_tokens", "MAX_TOKENS"}


class Chunk(NamedTuple):
    """A part of a reply: its text, its usage, and the reason why it ended, empty if the server gives none."""

    text: str
    finish_reason: str
    usage: Usage | None


# The end of a reply without a reason, for a server that says only that its reply is complete.
END = Chunk(text="", finish_reason="stop", usage=None)


def read_chunk(value: object) -> Chunk:
    """Read a chunk of the client, or the JSON object that it comes from.

    Raises:
        TypeError: this is not a chunk, or its text is not a text.

    >>> read_chunk({"choices": [{"delta": {"content": "Kopi"}}], "usage": {}})
    Chunk(text='Kopi', finish_reason='', usage=None)
    """
    choices = _member(value, "choices")
    if choices is not None and not isinstance(choices, list):
        raise TypeError(f"the choices are {choices!r:.100}")
    choice = next((choice for choice in choices or () if _is_first(choice)), None)
    reason = _member(choice, "finish_reason")
    return Chunk(
        text="".join(_texts(choice)),
        finish_reason=reason if isinstance(reason, str) else "",
        usage=read_usage(_member(value, "usage")),
    )


def read_usage(value: object) -> Usage | None:
    """Return the usage, or None unless both counts are whole numbers of at least 0."""
    counts = [_count(_member(value, name)) for name in ("prompt_tokens", "completion_tokens")]
    return None if None in counts else Usage(*counts)  # type: ignore[arg-type]


def _is_first(choice: object) -> bool:
    """Whether a choice is the first one; a server need not number its only one."""
    return _member(choice, "index") in (None, 0)


def _texts(choice: object) -> Iterator[str]:
    """Yield the texts of a choice: a text, or a list of parts of which some are texts."""
    delta = _member(choice, "delta") or _member(choice, "message")
    content = _member(delta, "content")
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise TypeError(f"the text is {content!r:.100}")
    for part in content:
        text = _member(part, "text")
        if isinstance(text, str):
            yield text


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value >= 0 and value == value // 1 else None


def _member(value: object, name: str) -> Any:
    """Return a member of a mapping or an object of the client, None if it is missing."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, str | int | float | list):
        raise TypeError(f"{value!r:.100} is not an object")
    return getattr(value, name, None)
