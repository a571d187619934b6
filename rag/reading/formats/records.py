"""Reads a record of any other program: finds the fields of an article under the names that others use."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from rag.reading.dates import parse_timestamp, parse_written_date
from rag.reading.formats.fragments import filled, is_markup, plain, read_fragment
from rag.reading.page import Page
from rag.reading.record import ArticleRecord, with_metadata

_NAMES = {
    "id": ("article_id", "articleid", "guid", "uuid", "nomor", "no", "_id"),
    "title": ("headline", "judul", "titel", "titulo", "titre"),
    "text": ("body", "content", "article", "fulltext", "full_text", "isi", "konten", "teks", "article_text"),
    "url": ("link", "permalink", "canonical", "canonical_url", "address", "tautan"),
    "outlet": ("source", "publisher", "media", "publication", "sumber", "outlet_name"),
    "author": ("authors", "byline", "writer", "reporter", "penulis", "wartawan"),
    "published_at": ("date", "published", "pubdate", "publishedat", "publish_date", "date_published",
                     "datepublished", "publication_date", "tanggal", "tanggal_terbit", "date_publish"),
    "updated_at": ("updated", "modified", "lastmod", "date_modified", "datemodified", "diperbarui"),
    "language": ("lang", "bahasa", "locale"),
    "section": ("category", "kategori", "rubrik", "kanal", "channel"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in (field, *names)}
_FIELDS = frozenset(ArticleRecord.model_fields) - {"headings"}
_NOT_LETTERS = re.compile(r"[\s-]+")
_WIDEST_OFFSET = timedelta(hours=14)


def field_of(name: str) -> str | None:
    """Return the field of an article that a column's name means, or None.

    >>> field_of("Headline"), field_of("Tanggal terbit"), field_of("views")
    ('title', 'published_at', None)
    """
    key = _NOT_LETTERS.sub("_", name.strip().lower())
    return key if key in _FIELDS else _FIELD_OF.get(key)


def named_columns(columns: list[str]) -> list[str]:
    """Return the field of each column; a column that is no field, or another's again, keeps its name."""
    fields = [field_of(column) for column in columns]
    exact = {column for column in columns if column in _FIELDS}
    names: list[str] = []
    for number, (column, field) in enumerate(zip(columns, fields, strict=True), 1):
        is_free = field is not None and field not in names and (column == field or field not in exact)
        name = field if is_free and field else column.strip() or f"column {number}"
        names.append(name if name not in names else f"{name} {number}")
    return names


def read_record(fields: Mapping[str, Any]) -> Page:
    """Return the page of a record whose text may be HTML, and whose dates may be in words."""
    given = dict(fields)
    for name in ("published_at", "updated_at"):
        value = given.get(name)
        if isinstance(value, str) and value and parse_timestamp(value) is None:
            written = parse_written_date(value)
            given[name if written else f"{name}_stated"] = written or value
            if not written:
                del given[name]
    if isinstance(given.get("title"), str):
        given["title"] = plain(given["title"]) if is_markup(given["title"]) else given["title"]
    text = given.get("text")
    if not isinstance(text, str) or not is_markup(text):
        return Page(fields=with_metadata(given))
    del given["text"]
    page = read_fragment(text, title=given.get("title") or None)
    metadata = {**page.fields["metadata"], **(given.pop("metadata", None) or {})}
    stated = with_metadata(filled({**given, "metadata": metadata}))
    return Page(fields={**page.fields, **stated}, prohibition=page.prohibition, dropped=page.dropped)


def local_time(local: object, *, universal: object) -> datetime | str | None:
    """Return a local time with the zone that the same time in UTC tells, or as it is without that.

    >>> local_time("2024-01-05 08:00:00", universal="2024-01-05 01:00:00").isoformat()
    '2024-01-05T08:00:00+07:00'
    """
    if not isinstance(local, str) or not local.strip("0-: T"):
        return None
    try:
        here = datetime.fromisoformat(local)
        offset = here - datetime.fromisoformat(str(universal))
    except (ValueError, TypeError, OverflowError):
        return parse_written_date(local)
    is_offset = abs(offset) <= _WIDEST_OFFSET and not offset.seconds % 60
    return here.replace(tzinfo=timezone(offset)) if is_offset else here
