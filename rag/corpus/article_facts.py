"""The filterable properties of an article, as terms of bounded length for an index.

A fact is the hash of a property and its value, such as `language=id`.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from rag.corpus.documents import Row, compact_json
from rag.datatypes import Filters
from rag.errors import BadRequest

_COLUMNS = ("language", "outlet", "author", "section")


def facts_of(article: Row) -> Iterator[str]:
    """Yield one fact for each value that an article can be filtered by, except its day."""
    yield _fact("id", article["id"])
    for column in _COLUMNS:
        if article[column] is not None:
            yield _fact(column, article[column])
    for key, value in _metadata_of(article).items():
        yield _fact("metadata", compact_json({key: value}))


def _metadata_of(article: Row) -> dict[str, Any]:
    """Return the metadata; none if it is damaged, which a check of the corpus finds."""
    try:
        metadata = json.loads(article["metadata"])
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def required_facts(filters: Filters) -> Iterator[list[str]]:
    """Yield one list of facts for each filter, except date filters. An article must have a fact of each list.

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
    """Return a metadata filter as a JSON object with one key.

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
    """Return a term of fixed length that means: the property `name` has this value."""
    return hashlib.blake2b(f"{name}={value}".encode(), digest_size=16).hexdigest()
