"""`/v1/filters`: what a question can be narrowed down to."""

from fastapi import APIRouter

from api.dependencies import RunningService
from rag.datatypes import FilterValues

router = APIRouter(tags=["articles"])


@router.get("/v1/filters")
def filters(service: RunningService) -> FilterValues:
    """List the languages and outlets of the articles, each with how many there are, the most first."""
    return service.corpus.filter_values()
