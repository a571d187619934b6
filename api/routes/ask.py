"""`POST /v1/ask`: an answer with citations, whole or as it is written."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.dependencies import RunningService
from api.problems import problem_of
from api.schemas import AskBody, answer_json, citations_json, claim_json, hits_json
from api.streams import begun, data_line, event_stream, narrated, while_connected
from rag.answering.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.datatypes import Answer

router = APIRouter(tags=["ask"])


@router.post(
    "/v1/ask",
    response_model=Answer,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Answer; events if `stream`"}},
)
async def ask(body: AskBody, request: Request, service: RunningService) -> Response:
    """Answer a question from the articles, or refuse; `stream` sends server-sent events.

    Events: `hits`, then `delta` {text} and `claim` {claim, citations} as sentences are cited, `answer` (the
    whole Answer), `done`. After an `error` event the `answer` replaces what was streamed before it.
    """
    question = body.to_question()
    if not body.stream:
        answer = await while_connected(request, service.pipeline.answer(question))
        return JSONResponse(answer_json(answer))
    events = await while_connected(request, begun(service.pipeline.stream(question)))
    lines = narrated(
        events,
        tell=_told,
        apologise=lambda document: data_line(document, event="error"),
        end=[data_line({}, event="done")],
    )
    return event_stream(lines)


def _told(event: Event) -> Iterator[str]:
    match event:
        case HitsFound(hits):
            yield data_line({"hits": hits_json(hits)}, event="hits")
        case TextWritten(text):
            yield data_line({"text": text}, event="delta")
        case ClaimCited(claim, citations):
            told = {"claim": claim_json(claim), "citations": citations_json(citations)}
            yield data_line(told, event="claim")
        case WritingFailed(error):
            yield data_line(problem_of(error), event="error")
        case Answered(answer):
            yield data_line(answer_json(answer), event="answer")
