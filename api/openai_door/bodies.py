"""The request bodies of chat completions and responses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from api.openai_door.messages import MAXIMUM_MESSAGES, MessageBody, NoTools, conversation
from api.question_time import QuestionTime
from api.schemas import LANGUAGE_TAG, FiltersBody, StrictBody
from rag.citations import CitationMarkers
from rag.datatypes import AnswerMode, Markers, SourceEvents
from rag.errors import BadRequest, UnknownModel
from rag.language_model.protocol import Sampling
from rag.pipeline import Question
from rag.validation import check_characters

MODES: dict[str, AnswerMode] = {"kutip": "auto", "kutip-extractive": "extractive"}

MODEL_NAME_SCHEMA: JsonDict = {"enum": list(MODES)}

_MAXIMUM_STOPS = 4


def _only_one_choice(value: object) -> object:
    if value not in (None, 1) or isinstance(value, bool):
        raise PydanticCustomError("choices", "Kutip gives one answer: leave out n, or send 1")
    return value


def _as_texts(value: object) -> object:
    return [value] if isinstance(value, str) else value or []


def _only_text(value: object) -> object:
    kind = value.get("type") if isinstance(value, dict) else None
    if value is not None and kind != "text":
        raise PydanticCustomError("format", "Answers are always text with citations: leave out the format")
    return value


def _null_as(default: Callable[[], object]) -> BeforeValidator:
    """Treat null like a field that is left out, because many clients send null."""
    return BeforeValidator(lambda value: default() if value is None else value)


Stops = Annotated[list[str], BeforeValidator(_as_texts, json_schema_input_type=str | list[str] | None)]
Limit = Annotated[int, Field(ge=1)] | None
Temperature = Annotated[float, Field(ge=0, le=2)] | None
_TEXT_FORMAT = {
    "anyOf": [
        {"type": "object", "properties": {"type": {"const": "text"}}, "required": ["type"]},
        {"type": "null"},
    ]
}
TextFormat = Annotated[Any, BeforeValidator(_only_text), WithJsonSchema(_TEXT_FORMAT)]
OneChoice = Annotated[Any, BeforeValidator(_only_one_choice), WithJsonSchema({"enum": [1, None]})]


class KutipOptions(StrictBody):
    """Options that OpenAI's API lacks. OpenAI's Python client sends them as `extra_body={"kutip": {...}}`."""

    filters: FiltersBody = FiltersBody()
    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    language: Annotated[str | None, Field(json_schema_extra=LANGUAGE_TAG)] = None
    now: QuestionTime = None
    markers: Markers | None = None
    sources: SourceEvents | None = None


Messages = Annotated[list[MessageBody], Field(min_length=1, max_length=MAXIMUM_MESSAGES)]


class OpenAIBody(BaseModel):
    """The fields that both kinds of request have in common. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    conversation_field: ClassVar[str] = "messages"

    model: Annotated[str, Field(json_schema_extra=MODEL_NAME_SCHEMA)]
    messages: Messages
    stream: Annotated[bool, _null_as(bool)] = False
    temperature: Temperature = None
    max_tokens: Limit = None
    stop: Annotated[Stops, Field(max_length=_MAXIMUM_STOPS)] = []
    tools: NoTools = None
    metadata: Annotated[dict[str, Any], _null_as(dict)] = {}
    kutip: Annotated[KutipOptions, _null_as(KutipOptions)] = KutipOptions()

    @property
    def sampling(self) -> Sampling:
        """The sampling options for the language model.

        Raises:
            BadRequest: a stop sequence holds a forbidden character.
        """
        stop = tuple(filter(None, self.stop))
        for text in stop:
            check_characters(text, subject="The stop sequence", field="stop")
        return Sampling(max_tokens=self.max_tokens, temperature=self.temperature or 0.0, stop=stop)

    @property
    def mode(self) -> AnswerMode:
        """The answer mode of the named model.

        Raises:
            UnknownModel: there is no such model.
        """
        return mode_of(self.model)

    def to_question(self, citation_markers: CitationMarkers) -> Question:
        """Return the last message as a question for the pipeline, with the turns before it."""
        text, turns = conversation(self.messages, field=self.conversation_field)
        with rename_error_fields({name: f"kutip.filters.{name}" for name in FiltersBody.model_fields}):
            filters = self.kutip.filters.to_filters()
        return Question(
            text=text,
            turns=turns,
            filters=filters,
            top_k=self.kutip.top_k,
            language=self.kutip.language,
            now=self.kutip.now,
            mode=self.mode,
            sampling=self.sampling,
            citation_markers=citation_markers,
            is_append_only=True,
        )


class StreamOptions(BaseModel):
    """Options for a stream."""

    include_usage: Annotated[bool, _null_as(bool)] = False


class ChatBody(OpenAIBody):
    """The body of `POST /v1/chat/completions`."""

    stream_options: Annotated[StreamOptions, _null_as(StreamOptions)] = StreamOptions()
    max_completion_tokens: Limit = None
    n: OneChoice = None
    functions: NoTools = None
    response_format: TextFormat = None

    @property
    def sampling(self) -> Sampling:
        """The sampling options for the language model."""
        return replace(super().sampling, max_tokens=self.max_completion_tokens or self.max_tokens)


def _as_messages(value: object) -> object:
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    for item in value if isinstance(value, list) else ():
        kind = item.get("type", "message") if isinstance(item, dict) else "message"
        if kind != "message":
            raise PydanticCustomError(
                "item", "Items of type {kind} are not supported: send messages", {"kind": str(kind)[:40]}
            )
    return value


def _not_stored(value: object) -> object:
    if value is not None:
        raise PydanticCustomError("stored", "Responses are not stored: send the whole conversation as input")
    return value


def _text_format(value: object) -> object:
    if value is not None and not isinstance(value, dict):
        raise PydanticCustomError("text", "This is not an object: leave it out")
    _only_text(value.get("format") if value else None)
    return value


NotStored = Annotated[Any, BeforeValidator(_not_stored), WithJsonSchema({"type": "null"})]
TextOptions = Annotated[
    Any,
    BeforeValidator(_text_format),
    WithJsonSchema({"type": ["object", "null"], "properties": {"format": _TEXT_FORMAT}}),
]


class ResponsesBody(OpenAIBody):
    """The body of `POST /v1/responses`."""

    conversation_field: ClassVar[str] = "input"

    messages: Annotated[
        Messages,
        BeforeValidator(_as_messages, json_schema_input_type=str | Messages),
        Field(validation_alias="input"),
    ]
    max_tokens: Annotated[Limit, Field(validation_alias="max_output_tokens")] = None
    previous_response_id: NotStored = None
    conversation: NotStored = None
    text: TextOptions = None

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


@contextmanager
def rename_error_fields(names: Mapping[str, str]) -> Iterator[None]:
    """Replace the field of a BadRequest with its name in the request's body."""
    try:
        yield
    except BadRequest as error:
        error.field = names.get(error.field or "", error.field)
        raise


def mode_of(model: str) -> AnswerMode:
    """Return the answer mode of a model.

    Raises:
        UnknownModel: there is no such model.
    """
    if model not in MODES:
        raise UnknownModel(
            f"There is no model {model[:100]!r}. The models are {', '.join(MODES)}.", field="model"
        )
    return MODES[model]
