"""`POST /v1/search`: the best passages for a query, without an answer."""

from fastapi import APIRouter

from api.dependencies import RunningService
from api.problems import rename_error_fields
from api.schemas import SearchBody, SearchReply, search_reply

router = APIRouter(tags=["search"])


@router.post("/v1/search")
async def search(body: SearchBody, service: RunningService) -> SearchReply:
    """Return the best passages, found by meaning (`vector`), by words (`keyword`) or by both (`hybrid`)."""

    def run_search() -> SearchReply:
        question = body.to_question()
        with rename_error_fields({"question": "query"}):
            found = service.pipeline.search(question, mode=body.mode, rerank=body.rerank)
        return search_reply(found, undated=service.pipeline.undated_left_out(question.filters))

    return await service.search_pool.run_or_refuse(run_search)
