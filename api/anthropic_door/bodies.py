"""The request body of the Messages API."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from api.openai_door.bodies import Messages, OpenAIBody, Stops, TextOptions
from api.openai_door.json_answers import JsonFormat


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
    stop: Annotated[Stops, Field(validation_alias="stop_sequences")] = Field(default_factory=list)
    output_config: TextOptions = None

    @property
    def json_format(self) -> JsonFormat | None:
        """The JSON that the client asks for, or None for text."""
        return self.output_config
