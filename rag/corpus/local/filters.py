"""Translates filters to an SQL condition on the `articles` table of the local corpus."""

from collections.abc import Iterator

from rag.corpus.article_facts import metadata_pair
from rag.datatypes import Filters

Condition = tuple[str, list[str]]


def where(filters: Filters, *, with_dates: bool = True) -> Condition:
    """Return an SQL condition on `articles` and its parameters; the condition is `1` without filters.

    Raises:
        BadRequest: a metadata value is NaN or infinite.

    >>> where(Filters(language=("id", "ms")))
    ('language IN (?, ?)', ['id', 'ms'])
    """
    conditions = [*_values(filters), *_metadata(filters)]
    if with_dates:
        conditions.extend(_days(filters))
    if not conditions:
        return "1", []
    return " AND ".join(sql for sql, _ in conditions), [p for _, parameters in conditions for p in parameters]


def _values(filters: Filters) -> Iterator[Condition]:
    columns = {
        "language": filters.language,
        "outlet": filters.outlet,
        "author": filters.author,
        "section": filters.section,
        "id": filters.article_id,
    }
    for column, values in columns.items():
        if values:
            yield f"{column} IN ({', '.join('?' * len(values))})", list(values)


# SQLite parses both JSON objects, so that a key may contain any character. The condition compares types too,
# so that 1, "1" and true are three different values.
_METADATA_MATCHES = (
    "EXISTS (SELECT 1 FROM json_each(metadata) AS stored, json_each(?) AS wanted "
    "WHERE stored.key = wanted.key AND stored.type = wanted.type AND stored.value IS wanted.value)"
)


def _metadata(filters: Filters) -> Iterator[Condition]:
    for key, value in filters.metadata.items():
        yield _METADATA_MATCHES, [metadata_pair(key, value)]


def _days(filters: Filters) -> Iterator[Condition]:
    if filters.published_from is not None:
        yield "published_day >= ?", [filters.published_from.isoformat()]
    if filters.published_to is not None:
        yield "published_day <= ?", [filters.published_to.isoformat()]
