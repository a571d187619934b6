"""The field `now` of the requests that ask a question."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from rag.reading.record import Time

# Times relative to `now` reach some decades back and ahead, and must be years that a calendar has.
_EARLIEST_YEAR, _LATEST_YEAR = 1000, 8999


def check_year(now: datetime | None) -> datetime | None:
    """Return the time of a question; raise ValueError if its year is out of range."""
    if now is not None and not _EARLIEST_YEAR <= now.year <= _LATEST_YEAR:
        raise ValueError(f"give a year from {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    return now


_TimeOfThoseYears = Annotated[Time, Field(json_schema_extra={"pattern": "^[1-8][0-9]{3}-"})]

QuestionTime = Annotated[
    _TimeOfThoseYears | None,
    AfterValidator(check_year),
    Field(
        description="The time of the question, to which words such as 'last year' are relative. "
        "Default: the clock"
    ),
]
