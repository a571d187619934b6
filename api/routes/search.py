"""`POST /v1/search`: the passages that matter, without an answer."""

from fastapi import APIRouter

from api.dependencies import RunningService
from api.schemas import SearchBody, SearchReply

router = APIRouter(tags=["search"])


@router.post("/v1/search")
def search(body: SearchBody, service: RunningService) -> SearchReply:
    """Return passages by meaning and keywords (`hybrid`), or by one of the two."""
    question = body.to_question()
    found = service.pipeline.search(question, mode=body.mode)
    undated = 0
    if question.filters.has_dates:
        undated = service.corpus.counts(question.filters).undated_left_out
    return SearchReply(hits=found.hits, timings_ms=found.timings_ms, undated_articles_left_out=undated)
