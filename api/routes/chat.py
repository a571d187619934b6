"""`/v1/chat/completions` and `/v1/models`: Kutip as a model of OpenAI's API."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.dependencies import RequestedForm, RunningService
from api.openai_door.bodies import MODES, ONE_OF_THE_MODELS, ChatBody, mode_of
from api.openai_door.completions import Completion
from api.openai_door.replies import reply

router = APIRouter(prefix="/v1", tags=["openai"])

# Clients want a time of making; what they are told is the day on which these names were first given out.
_CREATED = 1795478400


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
    completion = Completion(
        model=body.model,
        addresses=form.addresses,
        has_source_events=form.has_source_events(body.kutip.sources),
        has_usage_chunk=body.stream_options.include_usage,
    )
    marks = form.marks(body.kutip.markers)
    return await reply(body, completion, request=request, service=service, marks=marks)


@router.get("/models")
def list_models() -> dict[str, Any]:
    """List the models: `kutip`, and `kutip-extractive`, which asks no language model."""
    return {"object": "list", "data": [_model(name) for name in MODES]}


@router.get("/models/{model}")
def read_model(model: Annotated[str, Path(json_schema_extra=ONE_OF_THE_MODELS)]) -> dict[str, Any]:
    """Return one model."""
    mode_of(model)
    return _model(model)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "kutip"}
