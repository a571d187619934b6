"""Messages of a chat, and their conversion to a question and the turns before it."""

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
    """A text part of a message's content."""

    type: Literal["text"]
    text: str


def _joined(value: object) -> object:
    """Join a content of several parts into one text."""
    if isinstance(value, list):
        return "\n".join(_text_of(part, number=number) for number, part in enumerate(value))
    if isinstance(value, str):
        return value
    raise PydanticCustomError("content", "The content must be a text or a list of text parts")


def _text_of(part: object, *, number: int) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get("text") if isinstance(part, dict) else None
    if not isinstance(kind, str) or kind not in _PART_TYPES or not isinstance(text, str):
        shown = str(kind)[:40]
        raise PydanticCustomError(
            "part",
            "Part {number} is of type {kind}. Only text parts with a text are supported: leave it out",
            {"number": number, "kind": shown},
        )
    return text


def _refuse_tools(value: object) -> object:
    if value not in (None, [], {}):
        raise PydanticCustomError("calls", "Tools are not supported: leave them out")
    return None


Content = Annotated[str, BeforeValidator(_joined, json_schema_input_type=str | list[TextPart])]
NoTools = Annotated[
    None,
    BeforeValidator(_refuse_tools, json_schema_input_type=Any),
    WithJsonSchema({"enum": [None, [], {}]}, mode="validation"),
]


class MessageBody(BaseModel):
    """One message. Other fields that chat clients send are ignored."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["user", "assistant", "system", "developer"]
    content: Content
    tool_calls: NoTools = None
    function_call: NoTools = None

    @model_validator(mode="before")
    @classmethod
    def _null_content_as_empty(cls, value: object) -> object:
        """Treat a null content of an assistant's message, which OpenAI allows, as an empty text."""
        if isinstance(value, dict) and value.get("role") == "assistant" and value.get("content") is None:
            return {**value, "content": ""}
        return value


# Open WebUI's prompt for a question with files: the files' passages, then the question, perhaps in a tag.
_CONTEXT_PROMPT = re.compile(r"\s*#{1,3} Task:\s*Respond to the user query.*</context>(.*)", re.S | re.I)


def extract_question(text: str) -> str:
    """Return the question in Open WebUI's prompt for a question with files. Return other texts unchanged."""
    prompt = _CONTEXT_PROMPT.match(text)
    if not prompt:
        return text
    # Look for the tag after the passages only, because a passage may hold such a tag too.
    tagged = between(prompt[1], "<user_query>", "</user_query>")
    question = (prompt[1] if tagged is None else tagged).strip()
    return question or text


def between(text: str, opening: str, closing: str) -> str | None:
    """Return the text between two delimiters, or None if one of them is missing."""
    _, opened, rest = text.partition(opening)
    inside, closed, _ = rest.partition(closing)
    return inside if opened and closed else None


def check_messages(messages: Sequence[MessageBody], *, field: str = "messages") -> None:
    """Check the characters of the messages.

    Raises:
        BadRequest: a message holds a forbidden character.
    """
    for number, message in enumerate(messages):
        check_characters(message.content, subject="The message", field=f"{field}.{number}.content")


def conversation(
    messages: Sequence[MessageBody], *, question: str = "", field: str = "messages"
) -> tuple[str, tuple[Turn, ...]]:
    """Return the question and the turns before it.

    `field` is the name of the body's field that holds the messages. If `question` is empty, the last message
    is the question. If `question` repeats the last message, that message is not a turn. Messages with the
    role system or developer are left out.

    Raises:
        BadRequest: there is no question, or a message holds a forbidden character.
    """
    check_messages(messages, field=field)
    turns = [
        Turn(role=message.role, text=extract_question(message.content).strip())
        for message in messages
        if message.role == "user" or message.role == "assistant"
    ]
    is_repeated = bool(turns) and turns[-1] == Turn(role="user", text=question.strip())
    if messages and not question:
        question = _last_question(messages, field=field)
        is_repeated = True
    return question, tuple(turn for turn in (turns[:-1] if is_repeated else turns) if turn.text)


def _last_question(messages: Sequence[MessageBody], *, field: str) -> str:
    """Return the last message of the user or assistant, which must be the user's."""
    turns = [(n, m) for n, m in enumerate(messages) if m.role in {"user", "assistant"}]
    if not turns:
        raise BadRequest(
            "There is no message with the role user: add one with the question.",
            field=field,
        )
    number, last = turns[-1]
    if last.role != "user":
        raise BadRequest(
            "The last message is from the assistant: end with the user's question.",
            field=f"{field}.{number}.role",
        )
    if not last.content.strip():
        raise BadRequest("The last message is empty: write a question.", field=f"{field}.{number}.content")
    return extract_question(last.content)
