"""Answers as JSON, for clients that ask for `json_object` or `json_schema`.

With a language model, it fills the client's schema from the finished answer. Without one, the answer is an
object `{answer, citations}`, if the schema allows it. The citations also stand beside the text as usual.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from api.openai_door.citation_shapes import CitationUrls, Json, numbered, supporting
from api.openai_door.json_schemas import fits, pruned
from api.openai_door.messages import MessageBody
from rag.datatypes import Answer
from rag.errors import BadRequest, LanguageModelError
from rag.language_model.json_texts import find_json_object, read_json_text
from rag.language_model.protocol import LanguageModel, Sampling, Usage, total_usage
from rag.prompts import build_json_messages, draw_frame

_MAXIMUM_CHARACTERS = 100_000


@dataclass(frozen=True)
class JsonFormat:
    """The JSON that a client asks for: any object, or one of a schema."""

    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Shape:
    """A JSON object that Kutip writes itself. `sample` has a value of each type that may occur in it."""

    sample: Json
    make: Callable[[Answer, CitationUrls], Json]


async def json_answer(
    answer: Answer,
    json_format: JsonFormat,
    *,
    urls: CitationUrls,
    messages: Sequence[MessageBody],
    language_model: LanguageModel | None,
    sampling: Sampling,
) -> tuple[str, Answer]:
    """Return the text as JSON, and the answer with the tokens that were used for it.

    Raises:
        LanguageModelError: the language model failed, and the schema does not allow Kutip's own object.
    """
    shape = shape_allowed_by(json_format)
    if language_model is not None:
        try:
            return await _written(answer, json_format, messages, language_model, sampling)
        except LanguageModelError as error:
            if shape is None:
                raise
            answer = replace(answer, degraded=answer.degraded or error.reason)
    assert shape is not None, "check_json_format was not called"
    own = pruned(shape.make(answer, urls), json_format.schema)
    return json.dumps(own, ensure_ascii=False), answer


def check_json_format(json_format: JsonFormat, *, language_model: LanguageModel | None, field: str) -> None:
    """Check that there is a way to write the JSON.

    Raises:
        BadRequest: there is no language model, and the schema does not allow Kutip's own object.
    """
    if language_model is None and shape_allowed_by(json_format) is None:
        raise BadRequest(
            "Without a language model the JSON is an object with the text `answer` and perhaps a list "
            "`citations`, which this schema does not allow: use such a schema, or set KUTIP_LLM_MODEL.",
            field=field,
        )


def shape_allowed_by(json_format: JsonFormat) -> Shape | None:
    """Return the most detailed of Kutip's own objects that the schema allows, or None."""
    schema = json_format.schema
    allowed = (it for it in _SHAPES if schema is None or fits(pruned(it.sample, schema), schema))
    return next(allowed, None)


def _with_quotes(answer: Answer, urls: CitationUrls) -> Json:
    citations = [
        {
            "number": citation.number,
            "title": citation.title,
            "url": urls.quote_url(citation),
            "quote": citation.quote,
            "article_id": citation.article_id,
        }
        for citation in numbered(supporting(answer.citations))
    ]
    return {"answer": answer.answer, "citations": citations}


def _with_urls(answer: Answer, urls: CitationUrls) -> Json:
    cited = numbered(supporting(answer.citations))
    return {"answer": answer.answer, "citations": [urls.quote_url(citation) for citation in cited]}


def _with_numbers(answer: Answer, _: CitationUrls) -> Json:
    cited = numbered(supporting(answer.citations))
    return {"answer": answer.answer, "citations": [citation.number for citation in cited]}


def _answer_only(answer: Answer, _: CitationUrls) -> Json:
    return {"answer": answer.answer}


_CITATION_SAMPLE = {"number": 1, "title": "", "url": "", "quote": "", "article_id": ""}
_SHAPES = (
    Shape({"answer": "", "citations": [_CITATION_SAMPLE]}, _with_quotes),
    Shape({"answer": "", "citations": [""]}, _with_urls),
    Shape({"answer": "", "citations": [1]}, _with_numbers),
    Shape({"answer": ""}, _answer_only),
)


async def _written(
    answer: Answer,
    json_format: JsonFormat,
    messages: Sequence[MessageBody],
    language_model: LanguageModel,
    sampling: Sampling,
) -> tuple[str, Answer]:
    """Let the language model write the JSON from the answer."""
    instructions = [message.content for message in messages if message.role in ("system", "developer")]
    schema = json.dumps(json_format.schema) if json_format.schema else ""
    untrusted = [answer.question, answer.answer, schema, *instructions]
    prompt = build_json_messages(
        answer.question,
        answer.answer,
        instructions="\n\n".join([*instructions, schema]).strip(),
        frame=draw_frame(untrusted),
    )
    text, usage = await read_json_text(
        language_model,
        prompt,
        replace(sampling, stop=()),
        schema=json_format.schema or {"type": "object"},
        max_characters=_MAXIMUM_CHARACTERS,
    )
    known = Usage(**answer.usage) if answer.usage else None
    total = total_usage(known, usage)
    return _object_in(text, language_model), replace(answer, usage=asdict(total) if total else None)


def _object_in(text: str, language_model: LanguageModel) -> str:
    try:
        found, _ = find_json_object(text)
    except ValueError:
        raise LanguageModelError(f"{language_model.name} wrote no JSON object.") from None
    return found
