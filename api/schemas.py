"""Request bodies with their validation, and replies as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic.config import JsonDict

from api.field_types import AsList, Day, NullAs
from api.openai_door.messages import MAXIMUM_MESSAGES, MessageBody, conversation
from api.problems import rename_error_fields
from api.question_time import QuestionTime
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
from rag.language_model.protocol import NO_USAGE, Usage
from rag.pipeline import Question
from rag.search.retrieval import SearchResult
from rag.validation import check_characters, check_size, language_tag

_MAXIMUM_VALUES = 100


# These patterns are for the JSON Schema only. The checks themselves are in code and give better messages.
_HOLDS_A_WORD: JsonDict = {"pattern": r"[\p{L}\p{N}]"}
LANGUAGE_TAG: JsonDict = {"pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,8}$"}
_PAIR: JsonDict = {"pattern": "^[^=]+="}


OneOrMore = Annotated[list[str], AsList, Field(max_length=_MAXIMUM_VALUES)]


class StrictBody(BaseModel):
    """A body that refuses unknown fields, so that a misspelled field is reported instead of ignored."""

    model_config = ConfigDict(extra="forbid")


class ArticleFilters(StrictBody):
    """Filters on articles. Each field takes a value or a list; an article may match any value of the list."""

    language: Annotated[
        OneOrMore, Field(description="Languages of the articles as BCP 47 tags: `id`, `en`, `zh-Hans`")
    ] = []
    outlet: Annotated[OneOrMore, Field(description="Outlets that published the articles")] = []
    author: Annotated[OneOrMore, Field(description="Authors of the articles")] = []
    section: Annotated[OneOrMore, Field(description="Sections in which the articles appeared")] = []
    article_id: Annotated[OneOrMore, Field(description="Ids of articles")] = []
    published_from: Annotated[
        Day | None,
        Field(description="First day of publication, such as 2025-07-27. Excludes undated articles"),
    ] = None
    published_to: Annotated[
        Day | None, Field(description="Last day of publication, inclusive. Excludes undated articles")
    ] = None

    def with_metadata(self, metadata: dict[str, JsonValue]) -> Filters:
        """Return the filters for the pipeline.

        Raises:
            BadRequest: a language is not a BCP 47 tag, or a value holds a forbidden character.
            PayloadTooLarge: a filter is too long or too deep.
        """
        filters = Filters(
            language=tuple(map(language_tag, self.language)),
            outlet=tuple(self.outlet),
            author=tuple(self.author),
            section=tuple(self.section),
            article_id=tuple(self.article_id),
            published_from=self.published_from,
            published_to=self.published_to,
            metadata=metadata,
        )
        for name, value in vars(filters).items():
            check_size(value, subject=f"The filter {name}", field=name)
            for text in _texts(value):
                check_characters(text, subject=f"The filter {name}", field=name)
        return filters


class FiltersBody(ArticleFilters):
    """Filters on articles. An article must pass every filter; for a list, any one of its values is enough."""

    metadata: Annotated[
        dict[str, JsonValue],
        Field(max_length=_MAXIMUM_VALUES, description="Keys and values that the metadata must have"),
        NullAs(dict),
    ] = {}

    def to_filters(self) -> Filters:
        """Return the filters for the pipeline."""
        return self.with_metadata(self.metadata)

    def to_filters_in(self, field: str) -> Filters:
        """Return the filters; an error names a filter as in a body where they are `field`."""
        with rename_error_fields({name: f"{field}.{name}" for name in FiltersBody.model_fields}):
            return self.to_filters()


class ArticleQuery(ArticleFilters):
    """The query string of an article list: filters, which may be repeated, and paging."""

    metadata: Annotated[
        list[Annotated[str, Field(json_schema_extra=_PAIR)]],
        Field(max_length=_MAXIMUM_VALUES, description="`key=value`, where the value is JSON or plain text"),
    ] = []
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = None

    def to_filters(self) -> Filters:
        """Return the filters for the pipeline."""
        return self.with_metadata(parse_metadata(self.metadata))


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a JSON value or a tuple of texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


_ASK_EXAMPLES: list[JsonValue] = [
    {"question": "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?"},
    {
        "messages": [
            {"role": "user", "content": "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?"},
            {"role": "assistant", "content": "Seluas 1.500,5 meter persegi. [1]"},
            {"role": "user", "content": "Dan kapan itu?"},
        ]
    },
]


class QuestionBody(StrictBody):
    """A question that can be understood without the conversation before it."""

    question: Annotated[
        str, Field(description="The question, in any language", json_schema_extra=_HOLDS_A_WORD)
    ]
    filters: Annotated[
        FiltersBody, Field(description="Answer only from these articles"), NullAs(FiltersBody)
    ] = FiltersBody()
    top_k: Annotated[
        int | None,
        Field(ge=1, le=50, description="Number of passages to answer from. Default: the server's setting"),
    ] = None
    language: Annotated[
        str | None,
        Field(
            description="Language of the answer as a BCP 47 tag. Default: the question's language",
            json_schema_extra=LANGUAGE_TAG,
        ),
    ] = None
    mode: Annotated[
        AnswerMode,
        Field(
            description="`llm`: the server's language model writes the answer and every sentence is checked. "
            "`extractive`: the answer is verbatim sentences. `auto`: `llm` if the server has a language "
            "model, else `extractive`"
        ),
        NullAs(lambda: "auto"),
    ] = "auto"
    now: QuestionTime = None

    def to_question(self) -> Question:
        """Return the question for the pipeline."""
        return Question(
            text=self.question,
            filters=self.filters.to_filters_in("filters"),
            top_k=self.top_k,
            language=self.language,
            mode=self.mode,
            now=self.now,
        )


class AskBody(QuestionBody):
    """The body of `POST /v1/ask`. Without `question`, the last message is the question."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": _ASK_EXAMPLES,
            "anyOf": [
                {"required": ["question"], "properties": {"question": {"type": "string", **_HOLDS_A_WORD}}},
                {"required": ["messages"], "properties": {"messages": {"type": "array", "minItems": 1}}},
            ],
        }
    )

    question: Annotated[str, NullAs(str)] = ""
    messages: Annotated[list[MessageBody], Field(max_length=MAXIMUM_MESSAGES), NullAs(list)] = []
    stream: Annotated[bool, NullAs(bool)] = False

    def to_question(self) -> Question:
        """Return the question for the pipeline."""
        text, turns = conversation(self.messages, question=self.question)
        return replace(super().to_question(), text=text, turns=turns)


class SearchBody(StrictBody):
    """The body of `POST /v1/search`."""

    query: Annotated[
        str, Field(description="The search query, in any language", json_schema_extra=_HOLDS_A_WORD)
    ]
    top_k: Annotated[
        int, Field(ge=1, le=100, description="Number of passages to return"), NullAs(lambda: 10)
    ] = 10
    filters: Annotated[FiltersBody, Field(description="Search only these articles"), NullAs(FiltersBody)] = (
        FiltersBody()
    )
    mode: Annotated[
        SearchMode,
        Field(description="Search by meaning (`vector`), by words (`keyword`) or by both (`hybrid`)"),
        NullAs(lambda: "hybrid"),
    ] = "hybrid"
    rerank: Annotated[
        bool | None,
        Field(
            description="Reorder the best hits with a model that reads each one together with the query. "
            "Default: true if `KUTIP_RERANKER_MODEL` is set"
        ),
    ] = None

    def to_question(self) -> Question:
        """Return the query for the pipeline."""
        return Question(text=self.query, filters=self.filters.to_filters_in("filters"), top_k=self.top_k)


class ArticleBody(StrictBody):
    """The id and, for an older version, the version of the article to read."""

    article_id: Annotated[str, Field(description="The article's id from a hit or a citation")]
    version: Annotated[
        str | None,
        Field(description="The `article_version` of a citation. Default: the newest version"),
    ] = None

    def check(self) -> None:
        """Check the characters of both fields.

        Raises:
            BadRequest: a field holds a forbidden character.
        """
        check_characters(self.article_id, subject="The article_id", field="article_id")
        check_characters(self.version or "", subject="The version", field="version")


class SearchReply(BaseModel):
    """The reply to a search. A range of days leaves out undated articles; the reply says how many."""

    hits: list[Hit]
    timings_ms: dict[str, float]
    undated_articles_left_out: int = 0


class ArticlesReply(BaseModel):
    """The result for each article, in the order of the request."""

    articles: list[IngestResult]


class ParagraphReply(BaseModel):
    """A paragraph of an article. Its text is `text[start:end]` of the article's text."""

    number: int
    start: int
    end: int
    text: str


class ArticleReply(BaseModel):
    """A whole article in its newest or an older version."""

    id: str
    version: str
    title: str
    text: str
    paragraphs: list[ParagraphReply]
    headings: list[int]
    language: str
    url: str | None
    outlet: str | None
    author: str | None
    published_at: datetime | None
    updated_at: datetime | None
    section: str | None
    metadata: dict[str, Any]
    permission: str | None


def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of `answer_json`."""
    return _ANSWER.json_schema(mode="serialization")


def parse_metadata(pairs: Sequence[str]) -> dict[str, JsonValue]:
    """Read `key=value` pairs. A value that is JSON keeps its type; any other value is a text.

    Raises:
        BadRequest: a pair has no `=`.

    >>> parse_metadata(["domain=news", "edition=2"])
    {'domain': 'news', 'edition': 2}
    """
    metadata: dict[str, JsonValue] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise BadRequest(f"The metadata filter {pair!r} is not a key=value pair.", field="metadata")
        try:
            metadata[key] = json.loads(value)
        except (ValueError, RecursionError):
            metadata[key] = value
    return metadata


def search_reply(found: SearchResult, *, undated: int) -> SearchReply:
    """Return the reply to a search."""
    return SearchReply(hits=found.hits, timings_ms=found.timings_ms, undated_articles_left_out=undated)


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON."""
    value: dict[str, Any] = _ANSWER.dump_python(answer, mode="json", by_alias=True)
    return value


def usage_of(answer: Answer) -> Usage:
    """Return the tokens that the language model read and wrote. Verbatim answers use none."""
    return Usage(**answer.usage) if answer.usage else NO_USAGE


def claim_json(claim: Claim) -> dict[str, Any]:
    """Return a claim as JSON."""
    value: dict[str, Any] = _CLAIM.dump_python(claim, mode="json")
    return value


def hits_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return hits as JSON."""
    return [_HIT.dump_python(hit, mode="json") for hit in hits]


def citations_json(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """Return citations as JSON."""
    return [_CITATION.dump_python(citation, mode="json") for citation in citations]


def ingest_json(result: IngestResult) -> dict[str, Any]:
    """Return the result for one article as JSON, with `reason` only if there is one."""
    value: dict[str, Any] = _RESULT.dump_python(result, mode="json")
    return {name: item for name, item in value.items() if name != "reason" or item}


def header_json(header: ArticleHeader) -> dict[str, Any]:
    """Return an article without its text as JSON."""
    value: dict[str, Any] = _HEADER.dump_python(header, mode="json")
    return value


def article_json(article: Article) -> dict[str, Any]:
    """Return a whole article as JSON, with its version, its text and the offsets of its paragraphs."""
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
