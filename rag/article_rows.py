"""Articles as rows and as JSON documents of the local corpus, and back."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from rag.datatypes import Article, ArticleHeader


def document(article: Article) -> str:
    """Return the article, but for its id, as one JSON object; `from_document` reads it."""
    fields = {
        "title": article.title,
        "paragraphs": article.paragraphs,
        "language": article.language,
        "url": article.url,
        "outlet": article.outlet,
        "author": article.author,
        "published_at": article.published_at and article.published_at.isoformat(),
        "updated_at": article.updated_at and article.updated_at.isoformat(),
        "section": article.section,
        "metadata": dict(article.metadata),
        "permission": article.permission,
    }
    return compact_json(fields)


def from_document(article_id: str, text: str) -> Article:
    """Read what `document` wrote."""
    fields: dict[str, Any] = json.loads(text)
    fields["paragraphs"] = tuple(fields["paragraphs"])
    for name in ("published_at", "updated_at"):
        fields[name] = parse_time(fields[name])
    return Article(id=article_id, **fields)


def header_values(article: Article) -> dict[str, str | None]:
    """Return the columns of the `articles` table."""
    published = article.published_at
    return {
        "id": article.id,
        "version": article.version,
        "title": article.title,
        "language": article.language,
        "url": article.url,
        "outlet": article.outlet,
        "author": article.author,
        "section": article.section,
        "published_at": published.isoformat() if published else None,
        # The day in the source's own zone: what a reader means by a date.
        "published_day": published.date().isoformat() if published else None,
        "metadata": compact_json(dict(article.metadata)),
    }


def header(row: sqlite3.Row) -> ArticleHeader:
    """Read a row of the `articles` table."""
    names = ("id", "version", "title", "language", "url", "outlet", "author", "section")
    return ArticleHeader(**{name: row[name] for name in names}, published_at=parse_time(row["published_at"]))


def parse_time(text: str | None) -> datetime | None:
    """Read an RFC 3339 time, its offset kept."""
    return datetime.fromisoformat(text) if text else None


def compact_json(value: Any) -> str:
    """Write JSON, each value in one way only, so that two can be compared; ValueError for NaN."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
