"""The field `now` of the requests that ask a question."""

from typing import Annotated

from pydantic import Field

from rag.reading.record import Time

QuestionTime = Annotated[
    Time | None,
    Field(
        description="The time of the question, to which words such as 'last year' are relative. "
        "Default: the clock"
    ),
]
