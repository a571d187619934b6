"""JSON that a language model writes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.errors import LanguageModelRejected
from rag.language_model.protocol import LanguageModel, Sampling, Usage, read_text
from rag.prompts import Message


async def read_json_text(
    language_model: LanguageModel,
    messages: Sequence[Message],
    sampling: Sampling,
    *,
    schema: Mapping[str, Any],
    max_characters: int,
) -> tuple[str, Usage | None]:
    """Return a text that should be JSON of a schema, and the usage.

    A server that knows no JSON schemas is asked again without one, so the text may be anything.

    Raises:
        LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
    """
    with_schema = replace(sampling, json_schema=schema)
    try:
        return await read_text(language_model, messages, with_schema, max_characters=max_characters)
    except LanguageModelRejected:
        without = replace(sampling, json_schema=None)
        return await read_text(language_model, messages, without, max_characters=max_characters)


def find_json_object(text: str) -> tuple[str, dict[str, Any]]:
    """Return the JSON object in a text, which may stand in a Markdown code block, as text and as a value.

    Raises:
        ValueError: there is no JSON object.

    >>> find_json_object('Here it is: {"answer": "Satu."}')
    ('{"answer": "Satu."}', {'answer': 'Satu.'})
    """
    found = text[text.index("{") : text.rindex("}") + 1]
    try:
        return found, json.loads(found)
    except RecursionError:
        raise ValueError("the JSON object is too deep") from None
