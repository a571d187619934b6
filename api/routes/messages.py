"""`POST /v1/messages`: answers in the format of Anthropic's Messages API."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from api.anthropic_door.bodies import MessagesBody
from api.anthropic_door.message_events import MessageFormatter
from api.dependencies import RequestedReplyOptions, RunningService
from api.openai_door.replies import reply

# The AI SDK refuses a whole message if it has a citation of a search result.
_WITHOUT_SEARCH_RESULTS = "ai-sdk/"

router = APIRouter(prefix="/v1", tags=["anthropic"])


@router.post(
    "/messages",
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": "The message, or events if `stream` is true",
        }
    },
)
async def messages(
    body: MessagesBody,
    request: Request,
    service: RunningService,
    options: RequestedReplyOptions,
    user_agent: Annotated[str, Header()] = "",
) -> Response:
    """Answer the last message as a message. Its text blocks have `citations`.

    The field `kutip` takes the same options as in chat completions. Tools in a request are never called.
    """
    formatter = MessageFormatter(
        model=body.model,
        urls=options.urls,
        notes=body.notes,
        lists_sources=body.lists_sources,
        has_web_results=_WITHOUT_SEARCH_RESULTS in user_agent,
    )
    citation_markers = options.citation_markers(body.kutip.markers)
    return await reply(body, formatter, request=request, service=service, citation_markers=citation_markers)
