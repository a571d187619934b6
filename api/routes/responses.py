"""`POST /v1/responses`: text in, text with citations out, as OpenAI's Responses API has it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.dependencies import RequestedForm, RunningService
from api.openai_door.bodies import ResponsesBody
from api.openai_door.replies import reply
from api.openai_door.response_events import ResponseReply

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
    shape = ResponseReply(model=body.model, addresses=form.addresses, metadata=body.told_metadata)
    marks = form.marks(body.kutip.markers)
    return await reply(body, shape, request=request, service=service, marks=marks)
