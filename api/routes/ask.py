"""`POST /v1/ask`: an answer with citations, as a whole or as a stream."""

from collections.abc import Iterator
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.dependencies import RunningService
from api.preferred_languages import preferred_languages
from api.problems import problem_of
from api.schemas import AskBody, answer_json, citations_json, claim_json, hits_json
from api.streams import cancel_on_disconnect, data_line, encode_stream, event_stream, wait_for_first
from rag.answering.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.datatypes import Answer

router = APIRouter(tags=["ask"])


@router.post(
    "/v1/ask",
    response_model=Answer,
    responses={
        200: {
            "content": {"text/event-stream": {}},
            "description": "The answer, or events if `stream` is true",
        }
    },
)
async def ask(body: AskBody, request: Request, service: RunningService) -> Response:
    """Answer a question from the articles, or refuse. With `stream`, the reply is server-sent events.

    The events are `hits`, then `delta` {text} and, as soon as a sentence is checked, `claim`
    {claim, citations}, then `answer` (the whole answer) and `done`. If an `error` event comes before the
    `answer`, the `answer` replaces the text streamed so far.
    """
    preferred = preferred_languages(request.headers.get("accept-language"))
    question = replace(body.to_question(), preferred_languages=preferred)
    if not body.stream:
        answer = await cancel_on_disconnect(request, service.pipeline.answer(question))
        return JSONResponse(answer_json(answer))
    events = await cancel_on_disconnect(request, wait_for_first(service.pipeline.stream(question)))
    lines = encode_stream(
        events,
        encode=_encode,
        encode_problem=lambda document: data_line(document, event="error"),
        end=[data_line({}, event="done")],
    )
    return event_stream(lines)


def _encode(event: Event) -> Iterator[str]:
    match event:
        case HitsFound(hits):
            yield data_line({"hits": hits_json(hits)}, event="hits")
        case TextWritten(text):
            yield data_line({"text": text}, event="delta")
        case ClaimCited(claim, citations):
            value = {"claim": claim_json(claim), "citations": citations_json(citations)}
            yield data_line(value, event="claim")
        case WritingFailed(error):
            yield data_line(problem_of(error), event="error")
        case Answered(answer):
            yield data_line(answer_json(answer), event="answer")
