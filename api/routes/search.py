"""`POST /v1/search`: the passages that matter, without an answer."""

from fastapi import APIRouter

from api.dependencies import RunningService
from api.schemas import SearchBody, SearchReply, search_reply

router = APIRouter(tags=["search"])


@router.post("/v1/search")
async def search(body: SearchBody, service: RunningService) -> SearchReply:
    """Return passages by meaning and keywords (`hybrid`), or by one of the two."""

    def found() -> SearchReply:
        question = body.to_question()
        found = service.pipeline.search(question, mode=body.mode)
        return search_reply(found, undated=service.pipeline.undated_left_out(question.filters))

    return await service.searching.begin(found)
