"""Articles as JSON documents and as the columns that lists and hits are read from, and back."""

import json
from datetime import datetime
from typing import Any, Protocol

from rag.datatypes import Article, ArticleHeader, Hit, ScoredPassage, SearchSource
from rag.errors import CorpusDamaged


class Row(Protocol):
    """Values by the names of columns: a row of a database, or a mapping."""

    def __getitem__(self, name: str, /) -> Any: ...


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
    """Read what `document` wrote.

    Raises:
        CorpusDamaged: it is something else.
    """
    try:
        fields: dict[str, Any] = json.loads(text)
        fields["paragraphs"] = tuple(fields["paragraphs"])
        for name in ("published_at", "updated_at"):
            fields[name] = parse_time(fields[name])
        return Article(id=article_id, **fields)
    except (ValueError, TypeError, KeyError) as error:
        raise CorpusDamaged(
            f"The stored article {article_id!r} is damaged ({error}): run `kutip doctor`."
        ) from error


def not_whole(article_id: str) -> CorpusDamaged:
    """Return what to say where a document is not what its version says."""
    return CorpusDamaged(
        f"The stored article {article_id!r} is not what its version says: run `kutip doctor`."
    )


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


def header(row: Row) -> ArticleHeader:
    """Read a row of the `articles` table."""
    names = ("id", "version", "title", "language", "url", "outlet", "author", "section")
    return ArticleHeader(**{name: row[name] for name in names}, published_at=parse_time(row["published_at"]))


def hit(row: Row, passage: ScoredPassage, *, rank: int, source: SearchSource) -> Hit:
    """Read a passage that was found, in a row that has its article's columns too."""
    return Hit(
        rank=rank,
        score=passage.score,
        source=source,
        passage_id=passage.passage_id,
        article_id=row["article_id"],
        article_version=row["version"],
        title=row["title"],
        url=row["url"],
        outlet=row["outlet"],
        author=row["author"],
        published_at=parse_time(row["published_at"]),
        language=row["language"],
        paragraph=row["paragraph"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
    )


def parse_time(text: str | None) -> datetime | None:
    """Read an RFC 3339 time, its offset kept."""
    return datetime.fromisoformat(text) if text else None


def compact_json(value: Any) -> str:
    """Write JSON, each value in one way only, so that two can be compared; ValueError for NaN."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
