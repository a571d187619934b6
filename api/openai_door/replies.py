"""Replies to OpenAI clients, whole or as a stream, in the format of the route."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from api.openai_door.bodies import OpenAIBody, rename_error_fields
from api.openai_door.citation_shapes import ChatMarkers
from api.openai_door.housekeeping import TaskReply, reply_to_task, task_of
from api.openai_door.messages import check_messages
from api.preferred_languages import preferred_languages
from api.streams import async_lines, cancel_on_disconnect, encode_stream, event_stream, wait_for_first
from rag.answering.events import Event
from rag.datatypes import Answer
from rag.service import Service

Json = dict[str, Any]


class ReplyFormatter(Protocol):
    """Formats answers and replies to tasks for one route. `end` are the last lines of a stream."""

    end: Sequence[str]

    def answer_body(self, answer: Answer) -> Json:
        """Return the body of a whole answer."""
        ...

    def task_body(self, task_reply: TaskReply) -> Json:
        """Return the body of a reply to a front end's task."""
        ...

    def answer_events(self, event: Event) -> Iterator[str]:
        """Yield the server-sent events for an event of an answer."""
        ...

    def task_events(self, task_reply: TaskReply) -> Iterator[str]:
        """Yield the server-sent events of a reply to a front end's task."""
        ...

    def problem_event(self, document: Json) -> str:
        """Return the server-sent event for a problem that ends the stream."""
        ...


async def reply(
    body: OpenAIBody,
    formatter: ReplyFormatter,
    *,
    request: Request,
    service: Service,
    citation_markers: ChatMarkers,
) -> Response:
    """Reply to the question or the task in a body.

    Raises:
        BadRequest: the question is not valid, or there is no such model.
    """
    check_messages(body.messages, field=body.conversation_field)
    task = task_of(body.messages, body.metadata)
    if task is not None:
        language_model = service.pipeline.language_model if body.mode == "auto" else None
        work = reply_to_task(task, body.messages, language_model=language_model, sampling=body.sampling)
        task_reply = await cancel_on_disconnect(request, work)
        if body.stream:
            return event_stream(async_lines([*formatter.task_events(task_reply), *formatter.end]))
        return JSONResponse(formatter.task_body(task_reply))
    preferred = preferred_languages(request.headers.get("accept-language"))
    question = replace(body.to_question(citation_markers), preferred_languages=preferred)
    last = f"{body.conversation_field}.{len(body.messages) - 1}.content"
    with rename_error_fields({"question": last, "language": "kutip.language"}):
        if not body.stream:
            answer = await cancel_on_disconnect(request, service.pipeline.answer(question))
            return JSONResponse(formatter.answer_body(answer))
        events = await cancel_on_disconnect(request, wait_for_first(service.pipeline.stream(question)))
        lines = encode_stream(
            events, encode=formatter.answer_events, encode_problem=formatter.problem_event, end=formatter.end
        )
        return event_stream(lines)
