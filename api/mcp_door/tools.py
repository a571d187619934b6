"""The tools `search`, `ask` and `get_article`, with the arguments and results of the HTTP API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from api.mcp_door.tool_texts import answer_text, article_text, search_text
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
        return {name: value for name, value in schema.items() if name not in {"title", "description"}}

    def parse(self, arguments: Mapping[str, Any]) -> Body:
        """Validate the arguments.

        Raises:
            BadRequest: the arguments do not match the schema; the message names the fields.
        """
        try:
            return self.body.model_validate(arguments)
        except ValidationError as error:
            raise BadRequest(_described(error)) from error


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
        reply = search_reply(found, undated=undated)
        return Reply(json=reply.model_dump(mode="json"), text=search_text(found, undated=undated))

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
        "get_article. To answer a question use ask, which checks and cites every sentence."
    ),
    body=SearchBody,
    output_schema=lambda: SearchReply.model_json_schema(mode="serialization"),
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

TOOLS: tuple[Tool[Any], ...] = (SEARCH, ASK, GET_ARTICLE)
