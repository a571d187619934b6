"""`/v1/chat/completions` and `/v1/models`: Kutip as a model of OpenAI's API."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.chat_bodies import MODES, ChatBody, mode_of
from api.completions import Completion
from api.dependencies import RequestedForm, RunningService
from api.housekeeping import fulfil, task_of
from api.problems import openai_error
from api.streams import (
    begun,
    data_line,
    event_stream,
    lines,
    narrated,
    while_connected,
)

router = APIRouter(prefix="/v1", tags=["openai"])

# Clients want a time of making; what they are told is the day on which these names were first given out.
_CREATED = 1795478400

_END = "data: [DONE]\n\n"


@router.post(
    "/chat/completions",
    responses={200: {"content": {"text/event-stream": {}}, "description": "Completion; chunks if `stream`"}},
)
async def chat_completions(
    body: ChatBody, request: Request, service: RunningService, form: RequestedForm
) -> Response:
    """Answer the last message as a chat completion, with the citations in every shape at once.

    Beyond OpenAI's fields `kutip` takes `filters`, `top_k`, `language`, `markers` (`plain`, `links`) and
    `sources` (`none`, `open-webui`). Tools, images and more than one choice are refused.
    """
    mode = body.mode
    completion = Completion(
        model=body.model,
        addresses=form.addresses,
        has_source_events=form.has_source_events(body.kutip.sources),
        has_usage_chunk=body.stream_options.include_usage,
    )
    task = task_of(body.messages, body.metadata)
    if task is not None:
        language_model = service.pipeline.language_model if mode == "auto" else None
        work = fulfil(task, body.messages, language_model=language_model, sampling=body.sampling)
        text = await while_connected(request, work)
        if body.stream:
            return event_stream(lines([*map(data_line, completion.text_chunks(text)), _END]))
        return JSONResponse(completion.whole_text(text))
    question = body.to_question(form.marks(body.kutip.markers))
    if not body.stream:
        answer = await while_connected(request, service.pipeline.answer(question))
        return JSONResponse(completion.whole(answer))
    chunks = narrated(
        await begun(service.pipeline.stream(question)),
        tell=lambda event: map(data_line, completion.chunks(event)),
        apologise=lambda document: data_line(openai_error(document)),
        end=[_END],
    )
    return event_stream(chunks)


@router.get("/models")
def list_models() -> dict[str, Any]:
    """List the models: `kutip`, and `kutip-extractive`, which asks no language model."""
    return {"object": "list", "data": [_model(name) for name in MODES]}


@router.get("/models/{model}")
def read_model(model: str) -> dict[str, Any]:
    """Return one model."""
    mode_of(model)
    return _model(model)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "kutip"}
