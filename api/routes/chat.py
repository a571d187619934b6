"""`/v1/chat/completions` and `/v1/models`: the parts of OpenAI's API that chat clients use."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.dependencies import RequestedReplyOptions, RunningService
from api.openai_door.bodies import ChatBody
from api.openai_door.completions import CompletionFormatter
from api.openai_door.messages import sources_before
from api.openai_door.models import MODEL_NAME_SCHEMA, MODELS, model_of
from api.openai_door.replies import reply

router = APIRouter(prefix="/v1", tags=["openai"])

# Clients expect the time at which a model was created. This is the day these model names were introduced.
_CREATED = datetime(2026, 11, 24, tzinfo=UTC)


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
    `markers` (`plain`, `links`), `sources` (`none`, `open-webui`) and `now`. Tools in a request are never
    called.
    """
    has_source_events = options.has_source_events(body.kutip.sources)
    formatter = CompletionFormatter(
        model=body.model,
        urls=options.urls,
        notes=body.notes,
        lists_sources=body.lists_sources,
        has_source_events=has_source_events,
        has_usage_chunk=body.stream_options.include_usage,
    )
    before = sources_before(body.messages, is_open_webui=has_source_events)
    citation_markers = options.citation_markers(body.kutip.markers, sources_before=before)
    return await reply(body, formatter, request=request, service=service, citation_markers=citation_markers)


@router.get("/models")
async def list_models() -> dict[str, Any]:
    """List the models, in a format that clients of OpenAI and of Anthropic read.

    Names with `extractive` use no language model. Answers of names with `sources` end with their sources.
    """
    models = [_model(name) for name in MODELS]
    ends = {"first_id": models[0]["id"], "last_id": models[-1]["id"], "has_more": False}
    return {"object": "list", "data": models, **ends}


@router.get("/models/{model}")
async def read_model(model: Annotated[str, Path(json_schema_extra=MODEL_NAME_SCHEMA)]) -> dict[str, Any]:
    """Return one model."""
    model_of(model)
    return _model(model)


def _model(name: str) -> dict[str, Any]:
    of_openai = {"object": "model", "created": int(_CREATED.timestamp()), "owned_by": "kutip"}
    of_anthropic = {
        "type": "model",
        "display_name": name,
        "created_at": _CREATED.isoformat(),
        "lifecycle": "active",
    }
    return {"id": name, **of_openai, **of_anthropic}
