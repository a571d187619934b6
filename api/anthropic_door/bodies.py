"""The request body of the Messages API."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from api.openai_door.bodies import FORMAT_SCHEMA, Messages, OpenAIBody, Stops, read_format_in
from api.openai_door.json_answers import JsonFormat

_MAXIMUM_STOPS = 4


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

    messages: Annotated[Messages, BeforeValidator(_with_tool_results, json_schema_input_type=Messages)]
    stop: Annotated[Stops, Field(validation_alias="stop_sequences", max_length=_MAXIMUM_STOPS)] = Field(
        default_factory=list
    )
    output_config: Annotated[
        JsonFormat | None,
        BeforeValidator(read_format_in),
        WithJsonSchema({"type": ["object", "null"], "properties": {"format": FORMAT_SCHEMA}}),
    ] = None

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return self.output_config
