"""Bodies that come in, checked; dataclasses that go out, as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from api.openai_door.messages import MAXIMUM_MESSAGES, MessageBody, conversation
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
from rag.search.retrieval import Found
from rag.validation import check_characters, language_tag

_MAXIMUM_VALUES = 100


# What JSON Schema can say of them; their own checks say it in words.
_HOLDS_A_WORD: JsonDict = {"pattern": r"[\p{L}\p{N}]"}
LANGUAGE_TAG: JsonDict = {"pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,8}$"}
_PAIR: JsonDict = {"pattern": "^[^=]+="}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_day(value: object) -> object:
    # Left to pydantic, 0 would be a day in 1970 and "2025" a second of it.
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("day", "This is no day such as 2025-07-27") from None


AsList = BeforeValidator(_as_list, json_schema_input_type=str | list[str])
OneOrMore = Annotated[list[str], AsList, Field(max_length=_MAXIMUM_VALUES)]
Day = Annotated[date, BeforeValidator(_as_day)]


class StrictBody(BaseModel):
    """A body in which an unknown field is an error, not a typing mistake without effect."""

    model_config = ConfigDict(extra="forbid")


class ArticleFilters(StrictBody):
    """Which articles are meant; of each field a value or a list of them, any of which will do."""

    language: Annotated[
        OneOrMore, Field(description="Languages of articles as BCP 47 tags: `id`, `en`, `zh-Hans`")
    ] = []
    outlet: Annotated[OneOrMore, Field(description="Who published the articles")] = []
    author: Annotated[OneOrMore, Field(description="Who wrote the articles")] = []
    section: Annotated[OneOrMore, Field(description="Sections of the outlets")] = []
    article_id: Annotated[OneOrMore, Field(description="Ids of articles")] = []
    published_from: Annotated[
        Day | None, Field(description="First day, such as 2025-07-27; leaves undated articles out")
    ] = None
    published_to: Annotated[
        Day | None, Field(description="Last day, inclusive; leaves undated articles out")
    ] = None

    def with_metadata(self, metadata: dict[str, JsonValue]) -> Filters:
        """Return the filters as the pipeline takes them.

        Raises:
            BadRequest: a language is no BCP 47 tag, or a value holds a character that no text may hold.
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
            for text in _texts(value):
                check_characters(text, subject=f"The filter {name}", field=name)
        return filters


class FiltersBody(ArticleFilters):
    """Which articles are meant: every condition must hold; of the values of a list any will do."""

    metadata: Annotated[
        dict[str, JsonValue],
        Field(max_length=_MAXIMUM_VALUES, description="Keys and values that the articles' metadata hold"),
    ] = {}

    def to_filters(self) -> Filters:
        """Return the filters as the pipeline takes them."""
        return self.with_metadata(self.metadata)


class ArticleQuery(ArticleFilters):
    """The query string of a listing: filters that may be repeated, and the page."""

    metadata: Annotated[
        list[Annotated[str, Field(json_schema_extra=_PAIR)]],
        Field(max_length=_MAXIMUM_VALUES, description="`key=value`; the value as JSON, or plain text"),
    ] = []
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = None

    def to_filters(self) -> Filters:
        """Return the filters as the pipeline takes them."""
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
    """A question that can be understood without what was said before."""

    question: Annotated[
        str, Field(description="The question, in any language", json_schema_extra=_HOLDS_A_WORD)
    ]
    filters: Annotated[FiltersBody, Field(description="Answer only from these articles")] = FiltersBody()
    top_k: Annotated[
        int | None,
        Field(ge=1, le=50, description="How many passages to answer from, if not as usual"),
    ] = None
    language: Annotated[
        str | None,
        Field(
            description="Language to answer in, as a BCP 47 tag; the question's otherwise",
            json_schema_extra=LANGUAGE_TAG,
        ),
    ] = None
    mode: Annotated[
        AnswerMode,
        Field(
            description="`llm`: written by the server's language model, every sentence checked; "
            "`extractive`: verbatim sentences; `auto`: `llm` where the server has one"
        ),
    ] = "auto"

    def to_question(self) -> Question:
        """Return the question as the pipeline takes it."""
        return Question(
            text=self.question,
            filters=self.filters.to_filters(),
            top_k=self.top_k,
            language=self.language,
            mode=self.mode,
        )


class AskBody(QuestionBody):
    """`POST /v1/ask`; without a question it is the last of the messages."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": _ASK_EXAMPLES,
            "anyOf": [
                {"required": ["question"], "properties": {"question": _HOLDS_A_WORD}},
                {"required": ["messages"], "properties": {"messages": {"minItems": 1}}},
            ],
        }
    )

    question: str = ""
    messages: Annotated[list[MessageBody], Field(max_length=MAXIMUM_MESSAGES)] = []
    stream: bool = False

    def to_question(self) -> Question:
        """Return the question as the pipeline takes it."""
        text, turns = conversation(self.messages, question=self.question)
        return replace(super().to_question(), text=text, turns=turns)


class SearchBody(StrictBody):
    """`POST /v1/search`."""

    query: Annotated[
        str, Field(description="What to look for, in any language", json_schema_extra=_HOLDS_A_WORD)
    ]
    top_k: Annotated[int, Field(ge=1, le=100, description="How many passages to return")] = 10
    filters: Annotated[FiltersBody, Field(description="Search only these articles")] = FiltersBody()
    mode: Annotated[
        SearchMode,
        Field(description="By meaning (`vector`), by words (`keyword`), or by both, which finds most"),
    ] = "hybrid"

    def to_question(self) -> Question:
        """Return the query as the pipeline takes it."""
        return Question(text=self.query, filters=self.filters.to_filters(), top_k=self.top_k)


class ArticleBody(StrictBody):
    """Which article is to be read, and as it was when."""

    article_id: Annotated[str, Field(description="The article's id, as a hit or a citation names it")]
    version: Annotated[
        str | None,
        Field(description="An older version, as a citation names it; the newest otherwise"),
    ] = None

    def check(self) -> None:
        """Refuse what no id or version can hold.

        Raises:
            BadRequest: a character that no text may hold.
        """
        check_characters(self.article_id, subject="The article_id", field="article_id")
        check_characters(self.version or "", subject="The version", field="version")


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


class ArticleReply(BaseModel):
    """A whole article, as it is now or was in one version."""

    id: str
    version: str
    title: str
    text: str
    paragraphs: list[ParagraphReply]
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
    """Read `key=value` pairs; a value that is JSON keeps its type.

    Raises:
        BadRequest: a pair has no `=`.

    >>> parse_metadata(["domain=news", "edition=2"])
    {'domain': 'news', 'edition': 2}
    """
    metadata: Annotated[dict[str, JsonValue], Field(max_length=_MAXIMUM_VALUES)] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise BadRequest(f"The metadata filter {pair!r} is no key=value pair.", field="metadata")
        try:
            metadata[key] = json.loads(value)
        except (ValueError, RecursionError):
            metadata[key] = value
    return metadata


def search_reply(found: Found, *, undated: int) -> SearchReply:
    """Return what a search found as the contract shows it."""
    return SearchReply(hits=found.hits, timings_ms=found.timings_ms, undated_articles_left_out=undated)


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the Answer as the contract shows it."""
    value: dict[str, Any] = _ANSWER.dump_python(answer, mode="json")
    return value


def usage_of(answer: Answer) -> Usage:
    """Return the tokens that the language model read and wrote: none for verbatim sentences."""
    return Usage(**answer.usage) if answer.usage else NO_USAGE


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
