"""What filters see of an article, as words of bounded length that an index can hold."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from rag.corpus.documents import Row, compact_json
from rag.datatypes import Filters
from rag.errors import BadRequest

_COLUMNS = ("language", "outlet", "author", "section")


def facts_of(article: Row) -> Iterator[str]:
    """Yield a word for each value that an article can be filtered by, its day left out."""
    yield _fact("id", article["id"])
    for column in _COLUMNS:
        if article[column] is not None:
            yield _fact(column, article[column])
    for key, value in json.loads(article["metadata"]).items():
        yield _fact("metadata", compact_json({key: value}))


def facts_asked_for(filters: Filters) -> Iterator[list[str]]:
    """Yield, for each filter but those of days, the words of which an article needs one.

    Raises:
        BadRequest: a metadata value is NaN or infinite.
    """
    values = {
        "language": filters.language,
        "outlet": filters.outlet,
        "author": filters.author,
        "section": filters.section,
        "id": filters.article_id,
    }
    for name, allowed in values.items():
        if allowed:
            yield [_fact(name, value) for value in allowed]
    for key, value in filters.metadata.items():
        yield [_fact("metadata", metadata_pair(key, value))]


def metadata_pair(key: str, value: Any) -> str:
    """Return a metadata filter as an object of one key.

    Raises:
        BadRequest: the value is NaN or infinite.
    """
    try:
        return compact_json({key: value})
    except ValueError as error:
        raise BadRequest(
            f"The filter metadata.{key} is {value!r:.100}, which JSON cannot express: give another value.",
            field="filters",
        ) from error


def _fact(name: str, value: str) -> str:
    """Return a word of bounded length that stands for `name` having `value`."""
    return hashlib.blake2b(f"{name}={value}".encode(), digest_size=16).hexdigest()
