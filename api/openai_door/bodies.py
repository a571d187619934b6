"""The request bodies of chat completions and responses."""

import json
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from api.field_types import NullAs
from api.openai_door.json_answers import JsonFormat
from api.openai_door.messages import MAXIMUM_MESSAGES, ItemReference, MessageBody, conversation, notes_on
from api.openai_door.models import MODEL_NAME_SCHEMA, model_of
from api.question_time import QuestionTime
from api.schemas import LANGUAGE_TAG, FiltersBody, StrictBody
from rag.citations import CitationMarkers
from rag.datatypes import AnswerMode, Markers, SourceEvents
from rag.language_model.protocol import Sampling
from rag.pipeline import Question
from rag.validation import check_characters

_MAXIMUM_STOPS = 4
_ID_CHARACTERS = 200

# The choices of tools that are met by an answer that calls none.
_NO_CALL = ("auto", "none")


def _only_one_choice(value: object) -> object:
    if value not in (None, 1) or isinstance(value, bool):
        raise PydanticCustomError("choices", "Kutip gives one answer: leave out n, or send 1")
    return value


def as_texts(value: object) -> object:
    """Return a list of texts: of one text or null, which clients send for one or none, too."""
    return [value] if isinstance(value, str) else value or []


def _text_or_json(value: object) -> object:
    """Read a format: None for text, or the JSON that the client asks for."""
    if value is None or isinstance(value, JsonFormat):
        return value
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "text":
        return None
    if kind == "json_object":
        return JsonFormat()
    if isinstance(value, dict) and kind == "json_schema":
        named = value.get("json_schema", value)
        schema = named.get("schema") if isinstance(named, dict) else None
        if isinstance(schema, dict):
            _check_can_be_sent(schema)
            return JsonFormat(schema)
    raise PydanticCustomError(
        "format", "This is not a format: send the type text, json_object, or json_schema with a schema"
    )


def _check_can_be_sent(schema: object) -> None:
    """Refuse a schema that cannot be sent to a language model."""
    try:
        json.dumps(schema, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise PydanticCustomError(
            "format", "The schema holds NaN, an infinite number, half of a sign or too many levels: remove it"
        ) from None


def _calls_no_tool(value: object) -> object:
    if _demands_tool(value):
        raise PydanticCustomError(
            "tool_choice", "Kutip calls no tools: leave this out, or send auto. Tools themselves are ignored"
        )
    return value


def _demands_tool(choice: object) -> bool:
    """Whether a choice of tools cannot be met by an answer that calls none."""
    if isinstance(choice, dict):
        allowed = choice.get("allowed_tools")
        mode = choice.get("mode") or (allowed.get("mode") if isinstance(allowed, dict) else None)
        return mode != "auto" if choice.get("type") == "allowed_tools" else choice.get("type") not in _NO_CALL
    return choice is not None and choice not in _NO_CALL


Stops = Annotated[
    list[str],
    BeforeValidator(as_texts, json_schema_input_type=str | list[str] | None),
    Field(max_length=_MAXIMUM_STOPS),
]
Limit = Annotated[int, Field(ge=1)] | None
Temperature = Annotated[float, Field(ge=0, le=2)] | None


def _format_schema(schema_format: JsonDict) -> JsonDict:
    """Return the JSON Schema of a format, where `schema_format` holds the client's own schema."""
    plain: JsonDict = {
        "type": "object",
        "properties": {"type": {"enum": ["text", "json_object"]}},
        "required": ["type"],
    }
    return {"anyOf": [plain, schema_format, {"type": "null"}]}


_NAMED_SCHEMA: JsonDict = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "schema": {"type": "object"}},
    "required": ["schema"],
}
_CHAT_FORMAT = _format_schema(
    {
        "type": "object",
        "properties": {"type": {"const": "json_schema"}, "json_schema": _NAMED_SCHEMA},
        "required": ["type", "json_schema"],
    }
)
_FLAT_FORMAT = _format_schema(
    {
        "type": "object",
        "properties": {
            "type": {"const": "json_schema"},
            "name": {"type": "string"},
            "schema": {"type": "object"},
        },
        "required": ["type", "schema"],
    }
)
TextFormat = Annotated[
    JsonFormat | None, BeforeValidator(_text_or_json), WithJsonSchema(_CHAT_FORMAT, mode="validation")
]
ToolChoice = Annotated[
    Any, BeforeValidator(_calls_no_tool), WithJsonSchema({"enum": [*_NO_CALL, {"type": "auto"}, None]})
]
OneChoice = Annotated[Any, BeforeValidator(_only_one_choice), WithJsonSchema({"enum": [1, None]})]


class KutipOptions(StrictBody):
    """Options that OpenAI's API lacks. OpenAI's Python client sends them as `extra_body={"kutip": {...}}`."""

    filters: Annotated[FiltersBody, NullAs(FiltersBody)] = FiltersBody()
    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    language: Annotated[str | None, Field(json_schema_extra=LANGUAGE_TAG)] = None
    now: QuestionTime = None
    markers: Markers | None = None
    sources: SourceEvents | None = None


Messages = Annotated[list[MessageBody], Field(min_length=1, max_length=MAXIMUM_MESSAGES)]


class OpenAIBody(BaseModel):
    """The fields that both kinds of request have in common. Other fields, such as `tools`, are ignored."""

    model_config = ConfigDict(extra="ignore")

    conversation_field: ClassVar[str] = "messages"
    format_field: ClassVar[str] = "response_format"
    stop_field: ClassVar[str] = "stop"

    model: Annotated[str, Field(json_schema_extra=MODEL_NAME_SCHEMA)]
    messages: Messages
    stream: Annotated[bool, NullAs(bool)] = False
    temperature: Temperature = None
    max_tokens: Limit = None
    stop: Stops = []
    tool_choice: ToolChoice = None
    metadata: Annotated[dict[str, Any], NullAs(dict)] = {}
    kutip: Annotated[KutipOptions, NullAs(KutipOptions)] = KutipOptions()

    @property
    def sampling(self) -> Sampling:
        """The sampling options for the language model.

        Raises:
            BadRequest: a stop sequence holds a forbidden character.
        """
        stop = tuple(filter(None, self.stop))
        for text in stop:
            check_characters(text, subject="The stop sequence", field=self.stop_field)
        return Sampling(max_tokens=self.max_tokens, temperature=self.temperature or 0.0, stop=stop)

    @property
    def mode(self) -> AnswerMode:
        """The answer mode of the named model.

        Raises:
            UnknownModel: there is no such model.
        """
        return model_of(self.model).mode

    @property
    def lists_sources(self) -> bool:
        """Whether the text ends with a list of the sources.

        Raises:
            UnknownModel: there is no such model.
        """
        return model_of(self.model).lists_sources

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return None

    @property
    def notes(self) -> list[str]:
        """What the reply says of how the messages were read."""
        return notes_on(self.messages, field=self.conversation_field)

    def to_question(self, citation_markers: CitationMarkers) -> Question:
        """Return the last message as a question for the pipeline, with the turns before it."""
        text, turns = conversation(self.messages, field=self.conversation_field)
        return Question(
            text=text,
            turns=turns,
            filters=self.kutip.filters.to_filters_in("kutip.filters"),
            top_k=self.kutip.top_k,
            language=self.kutip.language,
            now=self.kutip.now,
            mode=self.mode,
            sampling=self.sampling,
            citation_markers=citation_markers,
            has_silent_contradictions=True,
            is_append_only=True,
        )


class StreamOptions(BaseModel):
    """Options for a stream."""

    include_usage: Annotated[bool, NullAs(bool)] = False


class ChatBody(OpenAIBody):
    """The body of `POST /v1/chat/completions`."""

    stream_options: Annotated[StreamOptions, NullAs(StreamOptions)] = StreamOptions()
    max_completion_tokens: Limit = None
    n: OneChoice = None
    function_call: ToolChoice = None
    response_format: TextFormat = None

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return self.response_format

    @property
    def sampling(self) -> Sampling:
        """The sampling options for the language model."""
        return replace(super().sampling, max_tokens=self.max_completion_tokens or self.max_tokens)


def _as_messages(value: object) -> object:
    """Read the input as messages. Other items, such as calls of tools, become messages without text."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    return [_as_message(item) for item in value] if isinstance(value, list) else value


def _as_message(item: object) -> object:
    kind = item.get("type") or "message" if isinstance(item, dict) else "message"
    if kind == "message":
        return item
    assert isinstance(item, dict)
    if kind == "item_reference":
        named = str(item.get("id"))[:_ID_CHARACTERS]
        return ItemReference(role="assistant", reference=named.encode(errors="replace").decode())
    return {"role": "tool"}


def _not_stored(value: object) -> object:
    if value is not None:
        raise PydanticCustomError("stored", "Conversations are not stored: send the whole one as input")
    return value


def _format_in(value: object) -> object:
    """Read the `format` in an object of options: None for text, or the JSON that the client asks for."""
    if value is not None and not isinstance(value, dict):
        raise PydanticCustomError("text", "This is not an object: leave it out")
    return _text_or_json(value.get("format") if value else None)


NotStored = Annotated[Any, BeforeValidator(_not_stored), WithJsonSchema({"type": "null"})]
TextOptions = Annotated[
    JsonFormat | None,
    BeforeValidator(_format_in),
    WithJsonSchema({"type": ["object", "null"], "properties": {"format": _FLAT_FORMAT}}),
]


class ResponsesBody(OpenAIBody):
    """The body of `POST /v1/responses`."""

    conversation_field: ClassVar[str] = "input"
    format_field: ClassVar[str] = "text.format"

    messages: Annotated[
        Messages,
        BeforeValidator(_as_messages, json_schema_input_type=str | Messages),
        Field(validation_alias="input"),
    ]
    max_tokens: Annotated[Limit, Field(validation_alias="max_output_tokens")] = None
    previous_response_id: NotStored = None
    conversation: NotStored = None
    store: Annotated[bool, NullAs(lambda: True)] = True
    text: TextOptions = None

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return self.text

    @property
    def returned_metadata(self) -> dict[str, str]:
        """The texts in `metadata`. OpenAI's API returns them in the response.

        Raises:
            BadRequest: a text holds a forbidden character.
        """
        texts = {name: value for name, value in self.metadata.items() if isinstance(value, str)}
        for name, value in texts.items():
            check_characters(name + value, subject="The metadata", field="metadata")
        return texts
