"""The tools `search`, `ask`, `get_article` and `fetch`.

Their arguments and results are those of the HTTP API. `search` and `fetch` also have the shape that
connectors of chat services expect: https://platform.openai.com/docs/mcp
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError

from api.mcp_door.tool_texts import answer_text, article_text, json_text, search_text
from api.openai_door.citation_shapes import web_url
from api.schemas import (
    ArticleBody,
    ArticleReply,
    QuestionBody,
    SearchBody,
    SearchReply,
    StrictBody,
    answer_json,
    answer_schema,
    article_json,
    search_reply,
)
from rag.datatypes import Hit
from rag.errors import BadRequest, NotFound
from rag.service import Service

Body = TypeVar("Body", bound=StrictBody)
Json = dict[str, Any]

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A tool's result as the JSON of the HTTP API and as text."""

    json: Json
    text: str


@dataclass(frozen=True, kw_only=True)
class Tool(Generic[Body]):
    """A tool: its name and description for the model, its arguments and result, and its function."""

    name: str
    title: str
    description: str
    body: type[Body]
    output_schema: Callable[[], Json]
    run: Callable[[Service, Body], Awaitable[Reply]]

    def input_schema(self) -> Json:
        """Return the JSON Schema of the arguments."""
        schema = self.body.model_json_schema()
        own = {name: value for name, value in schema.items() if name not in {"title", "description"}}
        without: Json = _without_patterns(own)
        return without

    def parse(self, arguments: Mapping[str, Any]) -> Body:
        """Validate the arguments.

        Raises:
            BadRequest: the arguments do not match the schema; the message names the fields.
        """
        try:
            return self.body.model_validate(self._present(arguments))
        except ValidationError as error:
            raise BadRequest(_described(error)) from error

    def _present(self, arguments: Mapping[str, Any]) -> Json:
        """Return the arguments without those that a model left empty. Filters may be given as a JSON text.

        Null or an empty text for an optional argument means that it is absent, because some models fill in
        every argument.
        """
        given = {**arguments}
        if isinstance(given.get("filters"), str):
            given["filters"] = _read_json(given["filters"])
        if isinstance(given.get("filters"), dict):
            filters = {name: _without_empty_texts(value) for name, value in given["filters"].items()}
            given["filters"] = {name: value for name, value in filters.items() if not _is_empty(value)}
        fields = self.body.model_fields
        optional = {name for name, field in fields.items() if not field.is_required()}
        return {name: value for name, value in given.items() if name not in optional or not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _without_empty_texts(value: Any) -> Any:
    """Return the values of a filter without empty texts."""
    return [item for item in value if item != ""] if isinstance(value, list) else value


def _without_patterns(schema: Any) -> Any:
    """Return a JSON Schema without patterns, because many clients read another dialect of them.

    The checks themselves are in code.
    """
    if isinstance(schema, list):
        return [_without_patterns(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    is_pattern = isinstance(schema.get("pattern"), str)
    return {
        name: _without_patterns(value)
        for name, value in schema.items()
        if not (name == "pattern" and is_pattern)
    }


def _read_json(text: str) -> Any:
    """Return the value of a JSON text, None for an empty text, or the text itself if it is not JSON."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text


def _described(error: ValidationError) -> str:
    """Return a message that names the first three invalid fields and their errors."""
    errors = error.errors(include_url=False, include_input=False)[:3]
    fields = (".".join(map(str, item["loc"]))[:_SHOWN_CHARACTERS] or "arguments" for item in errors)
    return "; ".join(f"{field}: {item['msg']}" for field, item in zip(fields, errors, strict=True)) + "."


async def _search(service: Service, body: SearchBody) -> Reply:
    def search() -> Reply:
        question = body.to_question()
        found = service.pipeline.search(question, mode=body.mode, rerank=body.rerank)
        undated = service.pipeline.undated_left_out(question.filters)
        reply = search_reply(found, undated=undated).model_dump(mode="json")
        results = [*_results(found.hits, service.settings.public_url)]
        text = search_text(found.hits, results, undated=undated)
        return Reply(json={**reply, "results": results}, text=text)

    return await service.search_pool.run_or_refuse(search)


async def _ask(service: Service, body: QuestionBody) -> Reply:
    answer = await service.pipeline.answer(body.to_question())
    return Reply(json=answer_json(answer), text=answer_text(answer))


async def _get_article(service: Service, body: ArticleBody) -> Reply:
    def read() -> Reply:
        body.check()
        article = service.corpus.article(body.article_id, version=body.version)
        if article is None:
            raise _not_found(body)
        return Reply(json=article_json(article), text=article_text(article))

    return await service.reading_pool.run_within(read)


class FetchBody(StrictBody):
    """The id of the document to fetch."""

    id: Annotated[str, Field(description="The id of a result of search")]


class Result(BaseModel):
    """An article that a search found, as connectors expect it. Without a URL, `url` is empty."""

    id: str
    title: str
    url: str


class SearchToolReply(SearchReply):
    """The reply to a search, with the articles of the hits as `results`."""

    results: list[Result]


class FetchReply(BaseModel):
    """A whole article, as connectors expect it."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any]


async def _fetch(service: Service, body: FetchBody) -> Reply:
    found = await _get_article(service, ArticleBody(article_id=body.id))
    article = found.json
    names = ("version", "language", "outlet", "author", "section", "published_at", "updated_at")
    url = _url(article["url"], article["id"], service.settings.public_url)
    document = {
        **{name: article[name] for name in ("id", "title", "text")},
        "url": url,
        "metadata": {name: article[name] for name in names if article[name] is not None},
    }
    return Reply(json=document, text=json_text(document))


def _results(hits: Sequence[Hit], public_url: str | None) -> Iterator[Json]:
    """Yield each article of the hits once, in their order."""
    first = {hit.article_id: hit for hit in reversed(hits)}
    for article_id in dict.fromkeys(hit.article_id for hit in hits):
        hit = first[article_id]
        yield {"id": article_id, "title": hit.title, "url": _url(hit.url, article_id, public_url)}


def _url(url: str | None, article_id: str, public_url: str | None) -> str:
    """Return the article's http(s) URL, or that of Kutip's own page if its address is known."""
    if not public_url or web_url(url):
        return web_url(url)
    return f"{public_url.rstrip('/')}/?{urlencode({'article': article_id})}"


def _not_found(body: ArticleBody) -> NotFound:
    of_version = f" of version {body.version!r}" if body.version else ""
    return NotFound(f"There is no article {body.article_id!r}{of_version}. Use search to find article ids.")


SEARCH = Tool(
    name="search",
    title="Search the articles",
    description=(
        "Find the passages that are most relevant to a query, best first. Each comes with its exact words, "
        "article, outlet, date and language. The query may be in any language and also finds passages in "
        "other languages. Use it to explore, to compare what several articles say, or to find ids for "
        "get_article or fetch. To answer a question use ask, which checks and cites every sentence."
    ),
    body=SearchBody,
    output_schema=lambda: SearchToolReply.model_json_schema(mode="serialization"),
    run=_search,
)

ASK = Tool(
    name="ask",
    title="Ask the articles",
    description=(
        "Answer a question from the articles alone. Every sentence of the answer ends with markers such as "
        "[1]. Each number is a source: the exact words of an article, with its title, outlet, date and link. "
        "The reply warns of every sentence that the articles contradict or do not support. If the articles "
        "do not answer the question, the reply says so and shows the closest passages. Ask one thing at a "
        "time. The question must be understandable without the conversation: use names, not pronouns."
    ),
    body=QuestionBody,
    output_schema=answer_schema,
    run=_ask,
)

GET_ARTICLE = Tool(
    name="get_article",
    title="Read an article",
    description=(
        "Return a whole article: its text, title, outlet, author, dates and link. The id comes from a hit or "
        "a citation. Use it to read the text around a passage or to check a quote: a citation's start and "
        "end count the characters of this text, in the version that the citation names."
    ),
    body=ArticleBody,
    output_schema=lambda: ArticleReply.model_json_schema(mode="serialization"),
    run=_get_article,
)

FETCH = Tool(
    name="fetch",
    title="Fetch a document",
    description=(
        "Return the whole article with an id from search: its title, text and link. get_article also returns "
        "the paragraphs and older versions."
    ),
    body=FetchBody,
    output_schema=lambda: FetchReply.model_json_schema(mode="serialization"),
    run=_fetch,
)

TOOLS: tuple[Tool[Any], ...] = (SEARCH, ASK, GET_ARTICLE, FETCH)
