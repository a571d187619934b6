"""Converts articles to JSON documents and to table columns, and rows back to articles and hits."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from rag.datatypes import Article, ArticleHeader, Hit, Passage, ScoredPassage, SearchSource
from rag.errors import CorpusDamaged
from rag.text.languages import words
from rag.text.passages import joined_headings

logger = logging.getLogger(__name__)


class Row(Protocol):
    """Gives values by column name: a database row, or a mapping."""

    def __getitem__(self, name: str, /) -> Any: ...


def document(article: Article) -> str:
    """Return the article without its id as a JSON object. `from_document` reads this object."""
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
        **({"headings": article.headings} if article.headings else {}),
    }
    return compact_json(fields)


def from_document(article_id: str, text: str) -> Article:
    """Read an article from the JSON that `document` wrote.

    Raises:
        CorpusDamaged: the text is not such a JSON object.
    """
    try:
        fields: dict[str, Any] = json.loads(text)
        fields["paragraphs"] = tuple(fields["paragraphs"])
        fields["headings"] = tuple(fields.get("headings", ()))
        for name in ("published_at", "updated_at"):
            fields[name] = parse_time(fields[name])
        return Article(id=article_id, **fields)
    except (ValueError, TypeError, KeyError) as error:
        raise CorpusDamaged(
            f"The stored article {article_id!r} is damaged ({error}): run `kutip doctor`."
        ) from error


def damaged_document(article_id: str) -> CorpusDamaged:
    """Return the error for a document that does not match the hash in its version."""
    return CorpusDamaged(f"The stored article {article_id!r} does not match its version: run `kutip doctor`.")


def header_values(article: Article) -> dict[str, str | None]:
    """Return an article's values for the columns of the `articles` table."""
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
        # The day in the source's own time zone, because readers mean this day by a date.
        "published_day": published.date().isoformat() if published else None,
        "metadata": compact_json(dict(article.metadata)),
    }


def headers(rows: Iterable[Row]) -> list[ArticleHeader]:
    """Read the headers of articles from rows of the `articles` table; log and leave out damaged ones."""
    found = []
    for row in rows:
        try:
            found.append(_header(row))
        except (ValueError, TypeError) as error:
            message = "The list entry of the article %r is damaged and is not shown (%s): run `kutip doctor`."
            logger.error(message, row["id"], error)
    return found


def _header(row: Row) -> ArticleHeader:
    names = ("id", "version", "title", "language", "url", "outlet", "author", "section")
    return ArticleHeader(**{name: row[name] for name in names}, published_at=parse_time(row["published_at"]))


def hits_of(
    passages: Sequence[ScoredPassage],
    by_id: Mapping[int, tuple[Row, Article | None]],
    *,
    source: SearchSource,
) -> list[Hit]:
    """Return the hits of the found passages that have a row and an article.

    A row has the columns of a passage and of its article.
    """
    hits: list[Hit] = []
    for passage in passages:
        row, article = by_id.get(passage.passage_id, (None, None))
        if row is not None and article is not None:
            hits.append(_hit(row, passage, article=article, rank=len(hits) + 1, source=source))
    return hits


def _hit(row: Row, passage: ScoredPassage, *, article: Article, rank: int, source: SearchSource) -> Hit:
    headings = article.headings_above(row["paragraph"])
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
        heading=joined_headings(headings),
        headings=headings,
    )


def passage_words(article: Article, passages: Sequence[Passage]) -> Iterator[list[str]]:
    """Yield the words of each passage with those of the title and of the heading above it."""
    title_words = words(article.title, language=article.language)
    for passage in passages:
        heading = joined_headings(article.headings_above(passage.paragraph))
        yield title_words + words(
            f"{heading}\n{passage.text}" if heading else passage.text, language=article.language
        )


def parse_time(text: str | None) -> datetime | None:
    """Read an RFC 3339 time and keep its offset."""
    return datetime.fromisoformat(text) if text else None


def stored_day(text: str) -> date:
    """Read a day of publication.

    Raises:
        CorpusDamaged: the text is not a day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"The stored days of publication are damaged ({error}): run `kutip doctor`."
        raise CorpusDamaged(message) from error


def compact_json(value: Any) -> str:
    """Write JSON, equal values always as equal texts; ValueError for NaN or infinity."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
