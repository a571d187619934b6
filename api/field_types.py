"""Types of the fields of request bodies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class NullAs:
    """Treats null like a field that is left out, because many clients send null. Its JSON Schema allows null.

    It is the last annotation of a field, so that limits such as `max_length` do not concern null.
    """

    default: Callable[[], object]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return core_schema.no_info_before_validator_function(
            self._read, schema, json_schema_input_schema=core_schema.nullable_schema(schema)
        )

    def _read(self, value: object) -> object:
        return self.default() if value is None else value


def _as_list(value: object) -> object:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _as_day(value: object) -> object:
    # pydantic itself would read 0 as a day in 1970 and "2025" as 2025 seconds after it began.
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("day", "This is not a date such as 2025-07-27") from None


AsList = BeforeValidator(_as_list, json_schema_input_type=str | list[str] | None)
Day = Annotated[date, BeforeValidator(_as_day)]
