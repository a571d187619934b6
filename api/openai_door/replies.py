"""Replies to OpenAI clients, whole or as a stream, in the format of the route."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from api.openai_door.bodies import OpenAIBody
from api.openai_door.citation_shapes import (
    ChatMarkers,
    CitationUrls,
    renumbered_answer,
    renumbered_event,
)
from api.openai_door.housekeeping import TaskReply, reply_to_task, task_of
from api.openai_door.json_answers import JsonFormat, check_json_format, json_answer
from api.openai_door.messages import check_messages, last_place
from api.preferred_languages import preferred_languages
from api.problems import rename_error_fields
from api.streams import async_lines, cancel_on_disconnect, encode_stream, event_stream, wait_for_first
from rag.answering.events import Answered, ClaimCited, Event, HitsFound
from rag.datatypes import Answer
from rag.pipeline import Question
from rag.service import Service

Json = dict[str, Any]


class ReplyFormatter(Protocol):
    """Formats answers and replies to tasks for one route. `end` are the last lines of a stream."""

    end: Sequence[str]
    urls: CitationUrls
    json_text: str | None

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
        work = reply_to_task(
            task,
            body.messages,
            language_model=language_model,
            sampling=body.sampling,
            max_prompt_tokens=service.settings.llm_context_tokens - service.settings.llm_max_tokens,
        )
        task_reply = await cancel_on_disconnect(request, work)
        if body.stream:
            return event_stream(async_lines([*formatter.task_events(task_reply), *formatter.end]))
        return JSONResponse(formatter.task_body(task_reply))
    preferred = preferred_languages(request.headers.get("accept-language"))
    question = replace(body.to_question(citation_markers), preferred_languages=preferred)
    before = citation_markers.sources_before
    asked = f"{body.conversation_field}.{last_place(body.messages, role='user')}.content"
    with rename_error_fields({"question": asked, "language": "kutip.language"}):
        if body.json_format is not None:
            return await _reply_in_json(
                body, body.json_format, question, formatter, request, service, sources_before=before
            )
        if not body.stream:
            answer = await cancel_on_disconnect(request, service.pipeline.answer(question))
            return JSONResponse(formatter.answer_body(renumbered_answer(answer, sources_before=before)))
        events = await cancel_on_disconnect(request, wait_for_first(service.pipeline.stream(question)))
        lines = encode_stream(
            events,
            encode=lambda event: formatter.answer_events(renumbered_event(event, sources_before=before)),
            encode_problem=formatter.problem_event,
            end=formatter.end,
        )
        return event_stream(lines)


async def _reply_in_json(
    body: OpenAIBody,
    json_format: JsonFormat,
    question: Question,
    formatter: ReplyFormatter,
    request: Request,
    service: Service,
    *,
    sources_before: int,
) -> Response:
    """Reply with the answer as JSON. Its stream begins when the answer is complete."""
    language_model = service.pipeline.language_model if body.mode == "auto" else None
    check_json_format(json_format, language_model=language_model, field=body.format_field)

    seconds = service.settings.answer_timeout_seconds
    deadline = asyncio.get_running_loop().time() + seconds  # for the answer and its JSON together

    async def write() -> Answer:
        answer = await service.pipeline.answer(question)
        answer = renumbered_answer(answer, sources_before=sources_before)
        formatter.json_text, answer = await json_answer(
            answer,
            json_format,
            urls=formatter.urls,
            messages=body.messages,
            language_model=language_model,
            sampling=replace(body.sampling, deadline=deadline),
        )
        return answer

    answer = await cancel_on_disconnect(request, write())
    if not body.stream:
        return JSONResponse(formatter.answer_body(answer))
    lines = [line for event in _events_of(answer) for line in formatter.answer_events(event)]
    return event_stream(async_lines([*lines, *formatter.end]))


def _events_of(answer: Answer) -> Iterator[Event]:
    """Yield the events of an answer that is complete already, without its text."""
    yield HitsFound(answer.hits)
    for place, claim in enumerate(answer.claims):
        yield ClaimCited(claim, [citation for citation in answer.citations if citation.claim == place])
    yield Answered(answer)
