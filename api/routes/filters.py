"""`/v1/filters`: the languages and outlets that questions can be filtered by."""

from fastapi import APIRouter

from api.dependencies import RunningService
from rag.datatypes import FilterValues

router = APIRouter(tags=["articles"])


@router.get("/v1/filters")
async def filters(service: RunningService) -> FilterValues:
    """List the languages and outlets with their number of articles, the most frequent first."""
    return await service.reading_pool.run_within(service.corpus.filter_values)
