"""Bodies that come in, checked; dataclasses that go out, as JSON."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, TypeAdapter

from rag.datatypes import (
    Answer,
    AnswerMode,
    Article,
    ArticleHeader,
    Citation,
    Claim,
    Filters,
    Hit,
    IngestResult,
    SearchMode,
)
from rag.errors import BadRequest
from rag.pipeline import Question

_MAXIMUM_VALUES = 100


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


OneOrMore = Annotated[list[str], BeforeValidator(_as_list), Field(max_length=_MAXIMUM_VALUES)]


class StrictBody(BaseModel):
    """A body in which an unknown field is an error, not a typing mistake without effect."""

    model_config = ConfigDict(extra="forbid")


class FiltersBody(StrictBody):
    """Which articles may be searched; a value or a list of them, any of which will do."""

    language: OneOrMore = []
    outlet: OneOrMore = []
    author: OneOrMore = []
    section: OneOrMore = []
    article_id: OneOrMore = []
    published_from: date | None = None
    published_to: date | None = None
    metadata: dict[str, JsonValue] = {}

    def to_filters(self) -> Filters:
        """Return the filters as the pipeline takes them."""
        return Filters(
            language=tuple(self.language),
            outlet=tuple(self.outlet),
            author=tuple(self.author),
            section=tuple(self.section),
            article_id=tuple(self.article_id),
            published_from=self.published_from,
            published_to=self.published_to,
            metadata=self.metadata,
        )


class ArticleQuery(StrictBody):
    """The query string of a listing: filters that may be repeated, and the page."""

    language: list[str] = []
    outlet: list[str] = []
    author: list[str] = []
    section: list[str] = []
    article_id: list[str] = []
    published_from: date | None = None
    published_to: date | None = None
    metadata: Annotated[list[str], Field(description="`key=value`; the value as JSON, or plain text")] = []
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = None

    def to_filters(self) -> Filters:
        """Return the filters as the pipeline takes them."""
        fields = self.model_dump(exclude={"limit", "cursor", "metadata"})
        return FiltersBody(**fields, metadata=parse_metadata(self.metadata)).to_filters()


class AskBody(StrictBody):
    """`POST /v1/ask`."""

    question: str
    filters: FiltersBody = FiltersBody()
    top_k: Annotated[int, Field(ge=1, le=50)] | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = None
    mode: AnswerMode = "auto"
    stream: bool = False

    def to_question(self) -> Question:
        """Return the question as the pipeline takes it."""
        return Question(
            text=self.question,
            filters=self.filters.to_filters(),
            top_k=self.top_k,
            language=self.language,
            mode=self.mode,
        )


class SearchBody(StrictBody):
    """`POST /v1/search`."""

    query: str
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    filters: FiltersBody = FiltersBody()
    mode: SearchMode = "hybrid"

    def to_question(self) -> Question:
        """Return the query as the pipeline takes it."""
        return Question(text=self.query, filters=self.filters.to_filters(), top_k=self.top_k)


class SearchReply(BaseModel):
    """What a search returns; undated articles cannot be in a range of days."""

    hits: list[Hit]
    timings_ms: dict[str, float]
    undated_articles_left_out: int = 0


class ArticlesReply(BaseModel):
    """What became of each article, in the order they came."""

    articles: list[IngestResult]


class ParagraphReply(BaseModel):
    """A paragraph of an article: `text[start:end]` of the article's text."""

    number: int
    start: int
    end: int
    text: str


def parse_metadata(pairs: Sequence[str]) -> dict[str, JsonValue]:
    """Read `key=value` pairs; a value that is JSON keeps its type.

    Raises:
        BadRequest: a pair has no `=`.

    >>> parse_metadata(["domain=news", "edition=2"])
    {'domain': 'news', 'edition': 2}
    """
    metadata: dict[str, JsonValue] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise BadRequest(f"The metadata filter {pair!r} is no key=value pair.", field="metadata")
        try:
            metadata[key] = json.loads(value)
        except ValueError:
            metadata[key] = value
    return metadata


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the Answer as the contract shows it."""
    value: dict[str, Any] = _ANSWER.dump_python(answer, mode="json")
    return value


def claim_json(claim: Claim) -> dict[str, Any]:
    """Return one claim of an Answer."""
    value: dict[str, Any] = _CLAIM.dump_python(claim, mode="json")
    return value


def hits_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return hits as the contract shows them."""
    return [_HIT.dump_python(hit, mode="json") for hit in hits]


def citations_json(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """Return citations as the contract shows them."""
    return [_CITATION.dump_python(citation, mode="json") for citation in citations]


def ingest_json(result: IngestResult) -> dict[str, Any]:
    """Return what became of one article; `reason` only where there is one."""
    value: dict[str, Any] = _RESULT.dump_python(result, mode="json")
    return {name: item for name, item in value.items() if name != "reason" or item}


def header_json(header: ArticleHeader) -> dict[str, Any]:
    """Return an article without its body."""
    value: dict[str, Any] = _HEADER.dump_python(header, mode="json")
    return value


def article_json(article: Article) -> dict[str, Any]:
    """Return the whole article with its text, its paragraphs' offsets and its version."""
    value: dict[str, Any] = _ARTICLE.dump_python(article, mode="json")
    value["version"] = article.version
    value["text"] = article.text
    value["paragraphs"] = [
        ParagraphReply(number=p.number, start=p.start, end=p.end, text=p.text).model_dump()
        for p in article.numbered_paragraphs()
    ]
    return value


_ANSWER = TypeAdapter(Answer)
_ARTICLE = TypeAdapter(Article)
_CITATION = TypeAdapter(Citation)
_CLAIM = TypeAdapter(Claim)
_HEADER = TypeAdapter(ArticleHeader)
_HIT = TypeAdapter(Hit)
_RESULT = TypeAdapter(IngestResult)
