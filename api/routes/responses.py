"""`POST /v1/responses`: answers in the format of OpenAI's Responses API."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import KeptItems, RequestedReplyOptions, RunningService
from api.openai_door.bodies import ResponsesBody
from api.openai_door.replies import reply
from api.openai_door.response_events import ResponseFormatter

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post(
    "/responses",
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": "The response, or events if `stream` is true",
        }
    },
)
async def responses(
    body: ResponsesBody,
    request: Request,
    service: RunningService,
    options: RequestedReplyOptions,
    recent_items: KeptItems,
) -> Response:
    """Answer the input as a response. Its text has `url_citation` annotations.

    Conversations are not stored, so `previous_response_id` is refused: send the conversation as `input`. An
    item of it may be an `item_reference` to a recent answer, unless that was asked for with `store: false`.
    The field `kutip` takes the same options as in chat completions.
    """
    body = body.model_copy(update={"messages": recent_items.resolve(body.messages)})
    formatter = ResponseFormatter(
        model=body.model,
        urls=options.urls,
        notes=body.notes,
        lists_sources=body.lists_sources,
        metadata=body.returned_metadata,
        keep=recent_items.keep if body.store else None,
    )
    citation_markers = options.citation_markers(body.kutip.markers)
    return await reply(body, formatter, request=request, service=service, citation_markers=citation_markers)
