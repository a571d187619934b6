"""`POST /v1/ask`: an answer with citations, whole or as it is written."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse

from api.dependencies import RunningService
from api.problems import problem, problem_of
from api.schemas import AskBody, answer_json, citations_json, claim_json, hits_json
from rag.datatypes import Answer
from rag.errors import KutipError
from rag.events import Answered, ClaimCited, Event, HitsFound, TextWritten, WritingFailed
from rag.pipeline import Pipeline, Question

logger = logging.getLogger(__name__)

router = APIRouter(tags=["ask"])


@router.post(
    "/v1/ask",
    response_model=Answer,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Answer; events if `stream`"}},
)
async def ask(body: AskBody, service: RunningService) -> Response:
    """Answer a question from the articles, or refuse; `stream` sends server-sent events.

    Events: `hits`, then `delta` {text} and `claim` {claim, citations} as sentences are cited, `answer` (the
    whole Answer), `done`. After an `error` event the `answer` replaces what was streamed before it.
    """
    question = body.to_question()
    if body.stream:
        events = await _opened(service.pipeline, question)
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)
    return JSONResponse(answer_json(await service.pipeline.answer(question)))


async def _opened(pipeline: Pipeline, question: Question) -> AsyncIterator[str]:
    """Wait for the first event, so that a question that cannot be asked is an error and no stream."""
    events = pipeline.stream(question)
    first = await anext(events)

    async def lines() -> AsyncIterator[str]:
        yield _line(*_named(first))
        try:
            async for event in events:
                yield _line(*_named(event))
        except KutipError as error:
            yield _line("error", problem_of(error))
        except Exception:
            yield _line("error", problem(500, "Something unexpected failed; the server's log says what."))
            raise
        yield _line("done", {})

    return lines()


def _named(event: Event) -> tuple[str, Any]:
    match event:
        case HitsFound(hits):
            return "hits", {"hits": hits_json(hits)}
        case TextWritten(text):
            return "delta", {"text": text}
        case ClaimCited(claim, citations):
            return "claim", {"claim": claim_json(claim), "citations": citations_json(citations)}
        case WritingFailed(error):
            logger.warning("%s", error)
            return "error", problem_of(error)
        case Answered(answer):
            return "answer", answer_json(answer)


def _line(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
