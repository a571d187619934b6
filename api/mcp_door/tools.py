"""What a model can call: search, ask and read, with the bodies and replies of the HTTP API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from anyio import to_thread
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
    """The JSON of the HTTP API, and the same as text."""

    json: Json
    text: str


@dataclass(frozen=True, kw_only=True)
class Tool(Generic[Body]):
    """One tool: what it is told to be, what it takes and gives, and what it does."""

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
        """Read the arguments.

        Raises:
            BadRequest: they do not fit the schema; the message names the fields.
        """
        try:
            return self.body.model_validate(arguments)
        except ValidationError as error:
            raise BadRequest(_described(error)) from error


def _described(error: ValidationError) -> str:
    """Name the first fields that are wrong, and what is wrong with them."""
    errors = error.errors(include_url=False, include_input=False)[:3]
    fields = (".".join(map(str, item["loc"]))[:_SHOWN_CHARACTERS] or "arguments" for item in errors)
    return "; ".join(f"{field}: {item['msg']}" for field, item in zip(fields, errors, strict=True)) + "."


async def _search(service: Service, body: SearchBody) -> Reply:
    def search() -> Reply:
        question = body.to_question()
        found = service.pipeline.search(question, mode=body.mode)
        undated = service.pipeline.undated_left_out(question.filters)
        reply = search_reply(found, undated=undated)
        return Reply(json=reply.model_dump(mode="json"), text=search_text(found, undated=undated))

    return await service.searching.begin(search)


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

    return await to_thread.run_sync(read)


def _not_found(body: ArticleBody) -> NotFound:
    of_version = f" of version {body.version!r}" if body.version else ""
    return NotFound(f"There is no article {body.article_id!r}{of_version}: search names those there are.")


SEARCH = Tool(
    name="search",
    title="Search the articles",
    description=(
        "Find the passages of the articles that matter for a query, best first, with their exact words, "
        "article, outlet, date and language. The query may be in any language and finds passages in others. "
        "Use it to explore, to compare what several articles say, or to find ids for get_article. "
        "For the answer to a question use ask, whose sentences are checked and cited."
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
        "[1], and each number is a source: the exact words of an article, with its title, outlet, date and "
        "link. A sentence that the articles do not support, or contradict, is named. Where the articles hold "
        "no answer, the reply says so and gives the nearest passages. Ask one thing at a time, in a question "
        "that can be understood without the conversation: names instead of pronouns."
    ),
    body=QuestionBody,
    output_schema=answer_schema,
    run=_ask,
)

GET_ARTICLE = Tool(
    name="get_article",
    title="Read an article",
    description=(
        "Return a whole article by the id that a hit or a citation names: its text, title, outlet, author, "
        "dates and link. Use it to read what stands around a passage or to check a quote: start and end of "
        "a citation count the characters of this text, in the version that the citation names."
    ),
    body=ArticleBody,
    output_schema=lambda: ArticleReply.model_json_schema(mode="serialization"),
    run=_get_article,
)

TOOLS: tuple[Tool[Any], ...] = (SEARCH, ASK, GET_ARTICLE)
