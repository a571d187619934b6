"""`POST /v1/responses`: text in, text with citations out, as OpenAI's Responses API has it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.chat_bodies import ResponsesBody
from api.dependencies import RequestedForm, RunningService
from api.housekeeping import fulfil, task_of
from api.problems import openai_error
from api.response_events import ResponseReply
from api.streams import (
    begun,
    data_line,
    event_stream,
    lines,
    narrated,
    while_connected,
)

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post(
    "/responses",
    responses={200: {"content": {"text/event-stream": {}}, "description": "Response; events if `stream`"}},
)
async def responses(
    body: ResponsesBody, request: Request, service: RunningService, form: RequestedForm
) -> Response:
    """Answer the input as a response whose text carries `url_citation` annotations.

    Nothing is stored, so `previous_response_id` is refused: send the conversation as `input`. `kutip` takes
    what it takes in chat completions.
    """
    mode = body.mode
    reply = ResponseReply(model=body.model, addresses=form.addresses, metadata=body.metadata)
    task = task_of(body.messages, body.metadata)
    if task is not None:
        language_model = service.pipeline.language_model if mode == "auto" else None
        work = fulfil(task, body.messages, language_model=language_model, sampling=body.sampling)
        text = await while_connected(request, work)
        if body.stream:
            return event_stream(lines(map(_line, reply.text_events(text))))
        return JSONResponse(reply.whole_text(text))
    question = body.to_question(form.marks(body.kutip.markers))
    if not body.stream:
        answer = await while_connected(request, service.pipeline.answer(question))
        return JSONResponse(reply.whole(answer))
    events = narrated(
        await begun(service.pipeline.stream(question)),
        tell=lambda event: map(_line, reply.events(event)),
        apologise=lambda document: _line(reply.error(openai_error(document))),
    )
    return event_stream(events)


def _line(event: dict[str, Any]) -> str:
    return data_line(event, event=event["type"])
