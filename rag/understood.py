"""What Kutip understood of a question, as every answer shows it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

TimeRole = Literal["event", "publication"]
QuestionKind = Literal["question", "follow_up", "digest", "count", "not_a_question"]


@dataclass(frozen=True, kw_only=True)
class TimeSpan:
    """The days that a question asks about, both inclusive; None means that the span is open at that end.

    In JSON, the days are `from` and `to`. The `role` says whether they are the days of the event, or the days
    on which it was reported ("menurut berita tahun 2021"). If the question gives a day without a year, the
    days are the last ones before now, but evidence of the same day in another year fits too.
    """

    first: Annotated[date | None, Field(serialization_alias="from")]
    last: Annotated[date | None, Field(serialization_alias="to")]
    role: TimeRole = "event"
    is_any_year: Annotated[bool, Field(exclude=True)] = field(default=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What a question asks.

    `query` is the text that was searched for: the question, or for a follow-up the completed question. With
    `recency`, the newest of the relevant articles comes first ("terbaru", "latest").
    """

    query: str
    language: str
    time: TimeSpan | None = None
    recency: bool = False
    kind: QuestionKind = "question"
