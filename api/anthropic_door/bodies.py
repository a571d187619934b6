"""The request body of the Messages API."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from api.openai_door.bodies import Messages, OpenAIBody, TextOptions, as_texts
from api.openai_door.json_answers import JsonFormat
from rag.language_model.protocol import Sampling

_MAXIMUM_STOPS = 64

# OpenAI's API takes no more: https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop
_MAXIMUM_STOPS_SENT = 4

StopSequences = Annotated[
    list[str],
    BeforeValidator(as_texts, json_schema_input_type=str | list[str] | None),
    Field(max_length=_MAXIMUM_STOPS, validation_alias="stop_sequences"),
]


def _with_tool_results(value: object) -> object:
    """Give the messages that hold only results of tools a role of their own, as in OpenAI's API."""
    return [_as_tool(item) for item in value] if isinstance(value, list) else value


def _as_tool(item: Any) -> Any:
    parts = item.get("content") if isinstance(item, dict) else None
    if not isinstance(parts, list) or not parts:
        return item
    kinds = {str(part.get("type")) if isinstance(part, dict) else None for part in parts}
    return {"role": "tool"} if kinds == {"tool_result"} else item


class MessagesBody(OpenAIBody):
    """The body of `POST /v1/messages`. Other fields, such as `system` and `thinking`, are ignored."""

    format_field: ClassVar[str] = "output_config.format"
    stop_field: ClassVar[str] = "stop_sequences"

    messages: Annotated[Messages, BeforeValidator(_with_tool_results, json_schema_input_type=Messages)]
    stop: StopSequences = Field(default_factory=list)
    output_config: TextOptions = None

    @property
    def sampling(self) -> Sampling:
        """The sampling options for the language model, with the first four stop sequences.

        The others are ignored, because servers with OpenAI's API take four. `notes` says so.
        """
        sampling = super().sampling
        return replace(sampling, stop=sampling.stop[:_MAXIMUM_STOPS_SENT])

    @property
    def notes(self) -> list[str]:
        """What the reply says of how the messages and the stop sequences were read."""
        has_more = len([*filter(None, self.stop)]) > _MAXIMUM_STOPS_SENT
        ignored = (
            f"{self.stop_field}: only the first {_MAXIMUM_STOPS_SENT} end an answer; the others were ignored."
        )
        return [*super().notes, *([ignored] if has_more else [])]

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return self.output_config
