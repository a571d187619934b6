"""A conversation as clients send it, into the turns that the pipeline takes."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from rag.datatypes import Turn
from rag.errors import BadRequest
from rag.validation import check_characters

MAXIMUM_MESSAGES = 1000

_PART_TYPES = {"text", "input_text", "output_text"}


class TextPart(BaseModel):
    """A part of a message's content."""

    type: Literal["text"]
    text: str


def _joined(value: object) -> object:
    """Return a content in parts as one text."""
    if isinstance(value, list):
        return "\n".join(_text_of(part, number=number) for number, part in enumerate(value))
    if isinstance(value, str):
        return value
    raise PydanticCustomError("content", "This is neither a text nor a list of text parts")


def _text_of(part: object, *, number: int) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get("text") if isinstance(part, dict) else None
    if not isinstance(kind, str) or kind not in _PART_TYPES or not isinstance(text, str):
        shown = str(kind)[:40]
        raise PydanticCustomError(
            "part",
            "Part {number} is of type {kind}; only parts of type text, with a text, are read: leave it out",
            {"number": number, "kind": shown},
        )
    return text


def _no_calls(value: object) -> object:
    if value not in (None, [], {}):
        raise PydanticCustomError("calls", "Tools are not used here: leave them out")
    return None


Content = Annotated[str, BeforeValidator(_joined, json_schema_input_type=str | list[TextPart])]
Calls = Annotated[
    None,
    BeforeValidator(_no_calls, json_schema_input_type=Any),
    WithJsonSchema({"enum": [None, [], {}]}, mode="validation"),
]


class MessageBody(BaseModel):
    """One message; other fields than these, which chat clients send along, are not read."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["user", "assistant", "system", "developer"]
    content: Content
    tool_calls: Calls = None
    function_call: Calls = None

    @model_validator(mode="before")
    @classmethod
    def _said_nothing(cls, value: object) -> object:
        """Take the null that OpenAI allows in the place of what an assistant said."""
        if isinstance(value, dict) and value.get("role") == "assistant" and value.get("content") is None:
            return {**value, "content": ""}
        return value


# How Open WebUI puts a question behind passages of its own: in a tag, or after them.
_CONTEXT_FRAME = re.compile(r"\s*#{1,3} Task:\s*Respond to the user query.*</context>(.*)", re.S | re.I)


def unframed(text: str) -> str:
    """Return the question in a prompt that Open WebUI made of it, any other text as it is."""
    framed = _CONTEXT_FRAME.match(text)
    if not framed:
        return text
    # Only behind the passages, for those may hold such a tag as well.
    tagged = between(framed[1], "<user_query>", "</user_query>")
    question = (framed[1] if tagged is None else tagged).strip()
    return question or text


def between(text: str, opening: str, closing: str) -> str | None:
    """Return what stands between two marks, None where one of them is missing."""
    _, opened, rest = text.partition(opening)
    inside, closed, _ = rest.partition(closing)
    return inside if opened and closed else None


def check_messages(messages: Sequence[MessageBody], *, field: str = "messages") -> None:
    """Refuse characters that no text may hold.

    Raises:
        BadRequest: a content holds one.
    """
    for number, message in enumerate(messages):
        check_characters(message.content, subject="The message", field=f"{field}.{number}.content")


def conversation(
    messages: Sequence[MessageBody], *, question: str = "", field: str = "messages"
) -> tuple[str, tuple[Turn, ...]]:
    """Return the question and the turns before it.

    `field` is the name under which the messages came. Without a question it is the last message; one that
    repeats the last message is not doubled. Messages of the system or a developer are no part of the
    conversation.

    Raises:
        BadRequest: there is no question, or a content holds a character that no text may hold.
    """
    check_messages(messages, field=field)
    turns = [
        Turn(role=message.role, text=unframed(message.content).strip())
        for message in messages
        if message.role == "user" or message.role == "assistant"
    ]
    is_repeated = bool(turns) and turns[-1] == Turn(role="user", text=question.strip())
    if messages and not question:
        question = _last_question(messages, field=field)
        is_repeated = True
    return question, tuple(turn for turn in (turns[:-1] if is_repeated else turns) if turn.text)


def _last_question(messages: Sequence[MessageBody], *, field: str) -> str:
    """Return the last message, which must be the user's; what a system says is passed over."""
    spoken = [(n, m) for n, m in enumerate(messages) if m.role in {"user", "assistant"}]
    if not spoken:
        raise BadRequest(
            "The messages hold none of the user: add one with the question.",
            field=field,
        )
    number, last = spoken[-1]
    if last.role != "user":
        raise BadRequest(
            "The last message is the assistant's: end with the user's question.",
            field=f"{field}.{number}.role",
        )
    if not last.content.strip():
        raise BadRequest(
            "The last message is empty: write what you want to know.", field=f"{field}.{number}.content"
        )
    return unframed(last.content)
