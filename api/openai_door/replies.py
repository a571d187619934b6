"""A request of an OpenAI client, answered whole or in a stream, in the shape of the route that took it."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from api.openai_door.bodies import OpenAIBody, fields_called
from api.openai_door.citation_shapes import ChatMarks
from api.openai_door.housekeeping import Fulfilment, fulfil, task_of
from api.openai_door.messages import check_messages
from api.streams import begun, event_stream, lines, narrated, while_connected
from rag.answering.events import Event
from rag.datatypes import Answer
from rag.service import Service

Json = dict[str, Any]


class Shape(Protocol):
    """What one route makes of an answer, or of a text that answers no question."""

    end: Sequence[str]

    def whole(self, answer: Answer) -> Json:
        """Return a whole answer."""
        ...

    def whole_fulfilment(self, fulfilment: Fulfilment) -> Json:
        """Return a whole text that answers no question."""
        ...

    def told(self, event: Event) -> Iterator[str]:
        """Yield server-sent events of what happens to an answer."""
        ...

    def fulfilment_told(self, fulfilment: Fulfilment) -> Iterator[str]:
        """Yield the server-sent events of a text that answers no question."""
        ...

    def apology(self, document: Json) -> str:
        """Return the server-sent event of a problem that ends the stream."""
        ...


async def reply(
    body: OpenAIBody, shape: Shape, *, request: Request, service: Service, marks: ChatMarks
) -> Response:
    """Answer the question, or fulfil the task, that a body is.

    Raises:
        BadRequest: it cannot be asked, or of no such model.
    """
    check_messages(body.messages, field=body.conversation_field)
    task = task_of(body.messages, body.metadata)
    if task is not None:
        language_model = service.pipeline.language_model if body.mode == "auto" else None
        work = fulfil(task, body.messages, language_model=language_model, sampling=body.sampling)
        fulfilment = await while_connected(request, work)
        if body.stream:
            return event_stream(lines([*shape.fulfilment_told(fulfilment), *shape.end]))
        return JSONResponse(shape.whole_fulfilment(fulfilment))
    question = body.to_question(marks)
    last = f"{body.conversation_field}.{len(body.messages) - 1}.content"
    with fields_called({"question": last, "language": "kutip.language"}):
        if not body.stream:
            answer = await while_connected(request, service.pipeline.answer(question))
            return JSONResponse(shape.whole(answer))
        events = await while_connected(request, begun(service.pipeline.stream(question)))
        return event_stream(narrated(events, tell=shape.told, apologise=shape.apology, end=shape.end))
