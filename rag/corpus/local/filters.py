"""Filters as a condition on the local corpus's `articles` table."""

from collections.abc import Iterator

from rag.corpus.article_facts import metadata_pair
from rag.datatypes import Filters

Condition = tuple[str, list[str]]


def where(filters: Filters, *, with_dates: bool = True) -> Condition:
    """Return an SQL condition over `articles` and its parameters; `1` where everything passes.

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


# Both sides are taken apart by SQLite, so that a key may hold any sign. Types are compared too, so that
# 1, "1" and true stay three values.
_METADATA_HOLDS = (
    "EXISTS (SELECT 1 FROM json_each(metadata) AS stored, json_each(?) AS wanted "
    "WHERE stored.key = wanted.key AND stored.type = wanted.type AND stored.value IS wanted.value)"
)


def _metadata(filters: Filters) -> Iterator[Condition]:
    for key, value in filters.metadata.items():
        yield _METADATA_HOLDS, [metadata_pair(key, value)]


def _days(filters: Filters) -> Iterator[Condition]:
    if filters.published_from is not None:
        yield "published_day >= ?", [filters.published_from.isoformat()]
    if filters.published_to is not None:
        yield "published_day <= ?", [filters.published_to.isoformat()]
