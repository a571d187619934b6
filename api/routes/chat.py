"""`/v1/chat/completions` and `/v1/models`: the parts of OpenAI's API that chat clients use."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.dependencies import RequestedReplyOptions, RunningService
from api.openai_door.bodies import MODEL_NAME_SCHEMA, MODES, ChatBody, mode_of
from api.openai_door.completions import CompletionFormatter
from api.openai_door.replies import reply

router = APIRouter(prefix="/v1", tags=["openai"])

# Clients expect the time at which a model was created. This is the day these model names were introduced.
_CREATED = 1795478400


@router.post(
    "/chat/completions",
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": "The completion, or chunks if `stream` is true",
        }
    },
)
async def chat_completions(
    body: ChatBody, request: Request, service: RunningService, options: RequestedReplyOptions
) -> Response:
    """Answer the last message as a chat completion. The reply holds the citations in several formats.

    The field `kutip` takes options that OpenAI's API does not have: `filters`, `top_k`, `language`,
    `markers` (`plain`, `links`) and `sources` (`none`, `open-webui`). Requests with tools, images or more
    than one choice are refused.
    """
    formatter = CompletionFormatter(
        model=body.model,
        urls=options.urls,
        has_source_events=options.has_source_events(body.kutip.sources),
        has_usage_chunk=body.stream_options.include_usage,
    )
    citation_markers = options.citation_markers(body.kutip.markers)
    return await reply(body, formatter, request=request, service=service, citation_markers=citation_markers)


@router.get("/models")
async def list_models() -> dict[str, Any]:
    """List the models: `kutip`, and `kutip-extractive`, which uses no language model."""
    return {"object": "list", "data": [_model(name) for name in MODES]}


@router.get("/models/{model}")
async def read_model(model: Annotated[str, Path(json_schema_extra=MODEL_NAME_SCHEMA)]) -> dict[str, Any]:
    """Return one model."""
    mode_of(model)
    return _model(model)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "kutip"}
