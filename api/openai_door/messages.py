"""Messages of a chat, and their conversion to a question and the turns before it."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from rag.datatypes import Role, Turn
from rag.errors import BadRequest
from rag.validation import check_characters

MAXIMUM_MESSAGES = 1000

_PART_TYPES = {"text", "input_text", "output_text"}
_NAMED_CHARACTERS = 40
_NOT_IN_KINDS = re.compile(r"[^\w.-]", re.A)
_MAXIMUM_NOTES = 20

Json = dict[str, Any]


def _as_parts(value: object) -> object:
    """Return a content as a list of parts: a text and null, which clients send for no text, too."""
    if value is None or isinstance(value, str):
        return [{"type": "text", "text": value}] if value else []
    if not isinstance(value, list):
        raise PydanticCustomError("content", "The content must be a text or a list of parts")
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in value]


def _text_of(part: Json) -> str | None:
    """Return the text of a part, or None if the part is something else, such as an image.

    A part with a text but without a type is a text part.
    """
    text = part.get("text")
    is_text_part = part.get("type") is None or _has_text_type(part)
    return text if is_text_part and isinstance(text, str) else None


def _has_text_type(part: Json) -> bool:
    kind = part.get("type")
    return isinstance(kind, str) and kind in _PART_TYPES


def _kind_of(part: Json) -> str:
    """Return what a part without a text is: its type, without characters that cannot be shown."""
    if _has_text_type(part):
        return "text that is not a string"
    return _NOT_IN_KINDS.sub("", str(part.get("type") or ""))[:_NAMED_CHARACTERS] or "unknown"


Parts = Annotated[
    list[Json], BeforeValidator(_as_parts, json_schema_input_type=str | list[str | Json] | None)
]


class MessageBody(BaseModel):
    """One message. Other fields that chat clients send, such as calls of tools, are ignored."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    parts: Annotated[Parts, Field(alias="content")] = []

    @property
    def content(self) -> str:
        """The text of the message: its text parts, one a line."""
        return "\n".join(text for part in self.parts if (text := _text_of(part)) is not None)

    @property
    def skipped_parts(self) -> dict[int, str]:
        """The types of the parts that are not text, by their place."""
        skipped = (place for place, part in enumerate(self.parts) if _text_of(part) is None)
        return {place: _kind_of(self.parts[place]) for place in skipped}


class ItemReference(MessageBody):
    """An earlier answer that a client names by the id `reference` in place of its text."""

    reference: str


# Open WebUI's prompt for a question with files: the files' passages, then the question, perhaps in a tag.
# An administrator may replace the task above the passages, so numbered sources show the prompt, too.
_OWN_TASK = re.compile(r"#{1,3} Task:\s*Respond to the user query", re.I)
_FIRST_SOURCE = re.compile(r'<context>\s*<source id="1"')

# The first source begins a line, and each further one follows another. A passage may quote such tags.
_SOURCE_TAG = re.compile(r'(?:^(?=<source id="1")|</source>\n)<source id="(\d{1,6})"', re.M)


# DSPy's prompt names its fields like this, and ends with instructions for the reply.
_DSPY_FIELD = "[[ ## "
_DSPY_QUESTION = "[[ ## question ## ]]\n"
_DSPY_END = "\n\nRespond with "


# Coding assistants put notes about the day, the folder and their rules beside the question, in such tags.
_NOTES = ("system-reminder", "environment_context", "user_instructions")


def extract_question(text: str) -> str:
    """Return the question in a prompt of Open WebUI for a question with files, of DSPy, or of an assistant.

    Other texts are returned unchanged.
    """
    text = _without_notes(text)
    rest = _after_sources(text)
    if rest is None:
        return _field_of_dspy(text) if text.lstrip().startswith(_DSPY_FIELD) else text
    # Look for the tag after the passages only, because a passage may hold such a tag too.
    tagged = between(rest, "<user_query>", "</user_query>")
    question = (rest if tagged is None else tagged).strip()
    return question or text


def _without_notes(text: str) -> str:
    r"""Return a text without the notes of a coding assistant; a text that is only notes is empty.

    >>> _without_notes("<system-reminder>Today is Monday.</system-reminder>\nWhat is new?")
    '\nWhat is new?'
    """
    for name in _NOTES:
        opening, closing = f"<{name}>", f"</{name}>"
        first, *noted = text.split(opening)
        rests = (note.partition(closing)[2] if closing in note else f"{opening}{note}" for note in noted)
        text = f"{first}{''.join(rests)}"
    return text


def _after_sources(text: str) -> str | None:
    """Return what follows the sources in a prompt of Open WebUI, or None if the text is not such a prompt."""
    if not (_OWN_TASK.match(text.lstrip()) or _FIRST_SOURCE.search(text)):
        return None
    _, closing, rest = text.rpartition("</context>")
    return rest if closing else None


def _field_of_dspy(text: str) -> str:
    """Return the field `question` of a prompt of DSPy, or the text if there is none."""
    rest = text.partition(_DSPY_QUESTION)[2]
    question = rest.partition(f"\n\n{_DSPY_FIELD}")[0].partition(_DSPY_END)[0].strip()
    return question or text


def sources_before(messages: Sequence[MessageBody], *, is_open_webui: bool) -> int:
    """Return the number of sources that Open WebUI put into its prompt. It lists them before all others.

    They are numbered from 1 in the order of the prompt, which is the last question or a system message.
    Without `is_open_webui`, only the words of its prompt show that the messages are from Open WebUI.
    """
    place = last_place(messages, role="user")
    asked = [] if place is None else [messages[place].content]
    told = [message.content for message in messages if message.role == "system"]
    prompts = [text for text in (*told, *asked) if is_open_webui or _OWN_TASK.search(text)]
    count = 0
    for found in _SOURCE_TAG.finditer("\n".join(prompts)):
        count += found[1] == str(count + 1)
    return count


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

    `field` is the name of the body's field that holds the messages. If `question` is empty, the user's last
    message is the question. If `question` repeats the last message, that message is not a turn. Messages with
    the role system or developer and results of tools are left out.

    Raises:
        BadRequest: there is no question, or a message holds a forbidden character.
    """
    check_messages(messages, field=field)
    if messages and not question:
        question, place = _last_question(messages, field=field)
        return question, tuple(_turns(messages[:place]))
    turns = tuple(_turns(messages))
    is_repeated = bool(turns) and turns[-1] == Turn(role="user", text=question.strip())
    return question, turns[:-1] if is_repeated else turns


def _turns(messages: Sequence[MessageBody]) -> Iterator[Turn]:
    for message in messages:
        text = extract_question(message.content).strip()
        if text and (message.role == "user" or message.role == "assistant"):
            yield Turn(role=message.role, text=text)


def _last_question(messages: Sequence[MessageBody], *, field: str) -> tuple[str, int]:
    """Return the user's last message and its place."""
    place = last_place(messages, role="user")
    if place is None:
        raise BadRequest("There is no message with the role user: add one with the question.", field=field)
    message = messages[place]
    if message.content.strip():
        return extract_question(message.content), place
    kinds = " and ".join(sorted({*message.skipped_parts.values()}))
    problem = f"holds only {kinds}, and Kutip reads only text" if kinds else "is empty"
    raise BadRequest(f"The last message {problem}: write a question.", field=f"{field}.{place}.content")


def last_place(messages: Sequence[MessageBody], *, role: Role) -> int | None:
    """Return the place of the last message with a role, or None."""
    return next((place for place in reversed(range(len(messages))) if messages[place].role == role), None)


def notes_on(messages: Sequence[MessageBody], *, field: str = "messages") -> list[str]:
    """Return what a reply tells of the messages: the parts that were skipped, an answer asked for again."""
    notes = [
        f"{field}[{number}].content[{place}] was skipped: Kutip reads only text, and this is {kind}."
        for number, message in enumerate(messages)
        for place, kind in message.skipped_parts.items()
    ]
    notes += [
        f"{field}[{number}] was skipped: Kutip does not have the item that it names any more."
        for number, message in enumerate(messages)
        if isinstance(message, ItemReference) and not message.parts
    ]
    question, answer = last_place(messages, role="user"), last_place(messages, role="assistant")
    if question is not None and answer == len(messages) - 1:
        notes.append(f"{field}[{question}] was answered again: Kutip does not continue an answer.")
    return notes[:_MAXIMUM_NOTES]
