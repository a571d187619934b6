"""`/v1/articles`: add, list, read and delete articles."""

import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse, Response

from api.dependencies import RunningService
from api.problems import problem, problem_response
from api.schemas import ArticleQuery, ArticlesReply, article_json, ingest_json
from rag.datatypes import Article, ArticlePage, IngestResult, Unreadable
from rag.errors import BadRequest, NotFound, ReadingError
from rag.reading import ArticleRecord, parse_record

router = APIRouter(prefix="/v1/articles", tags=["articles"])

MAXIMUM_BATCH = 1000

_ARTICLE_SCHEMA = ArticleRecord.model_json_schema(ref_template="#/components/schemas/{model}")
_BODY_SCHEMA = {
    "anyOf": [
        {name: value for name, value in _ARTICLE_SCHEMA.items() if name not in ("$defs", "description")},
        {
            "type": "object",
            "properties": {
                "articles": {
                    "type": "array",
                    "items": {"type": "object"},
                    "minItems": 1,
                    "maxItems": MAXIMUM_BATCH,
                }
            },
            "required": ["articles"],
            "additionalProperties": False,
        },
    ]
}


@router.post(
    "",
    response_model=ArticlesReply,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": _BODY_SCHEMA}}}},
)
async def add_articles(body: Annotated[dict[str, Any], Body()], service: RunningService) -> Response:
    """Add one article, or several as `{"articles": [...]}`. A rejected article does not affect the others.

    The reply is 200 with a result for each article, or 422 if every article was rejected.
    """
    records = _records(body)

    def add() -> list[IngestResult]:
        items = [_article(record, place) for place, record in enumerate(records)]
        return list(service.ingestion.ingest(items))

    results = await service.write_pool.run_when_free(add)
    reply: dict[str, Any] = {"articles": [ingest_json(result) for result in results]}
    rejected = [result for result in results if result.status == "rejected"]
    if len(rejected) < len(results):
        return JSONResponse(reply)
    reasons = "; ".join(f"{result.id}: {result.reason}" for result in rejected[:3])
    return problem_response(problem(422, f"Every article was rejected. {reasons}", **reply))


@router.get("")
async def list_articles(query: Annotated[ArticleQuery, Query()], service: RunningService) -> ArticlePage:
    """List the newest versions of the articles without their text, ordered by id."""
    filters = query.to_filters()

    def read() -> ArticlePage:
        page = service.corpus.articles(filters, limit=query.limit, cursor=query.cursor)
        return replace(page, undated_articles_left_out=service.pipeline.undated_left_out(filters))

    return await service.reading_pool.run_within(read)


@router.get("/{article_id:path}")
async def read_article(
    article_id: str, service: RunningService, version: str | None = None
) -> dict[str, Any]:
    """Return a whole article in its newest version, or in `version`."""

    def read() -> dict[str, Any]:
        article = service.corpus.article(article_id, version=version)
        if article is None:
            raise _not_found(article_id, version)
        return article_json(article)

    return await service.reading_pool.run_within(read)


@router.delete("/{article_id:path}", status_code=204)
async def delete_article(article_id: str, service: RunningService) -> None:
    """Delete an article with all its versions.

    The reply is 503 if this takes too long because of another writer. The article may be deleted later.
    """
    if not await service.deletion_pool.run_within(partial(service.corpus.remove, article_id)):
        raise _not_found(article_id, None)


def _records(body: dict[str, Any]) -> list[Any]:
    if "articles" not in body:
        return [body]
    records = body["articles"]
    if set(body) != {"articles"} or not isinstance(records, list) or not 1 <= len(records) <= MAXIMUM_BATCH:
        raise BadRequest(
            f'A batch must be {{"articles": […]}} with 1 to {MAXIMUM_BATCH} articles and no other field.',
            field="articles",
        )
    return records


def _article(record: Any, place: int) -> Article | Unreadable:
    named = record.get("id") if isinstance(record, dict) else None
    source = named if isinstance(named, str) and named.isprintable() and named else f"articles[{place}]"
    if not isinstance(record, dict):
        shown = json.dumps(record)[:100]
        return Unreadable(source=source, reason=f"{shown} is not an object with the fields of an article.")
    try:
        return parse_record(record).to_article()
    except ReadingError as error:
        return Unreadable(source=source, reason=str(error))


def _not_found(article_id: str, version: str | None) -> NotFound:
    of_version = f" of version {version!r}" if version else ""
    return NotFound(f"There is no article {article_id!r}{of_version}. GET /v1/articles lists the articles.")
