"""Articles as rows and as JSON documents of the local corpus, and back."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.local import properties as corpus_properties
from rag.corpus.local.properties import ANALYSIS
from rag.datatypes import Article, ArticleHeader, Hit, Passage, ScoredPassage, SearchSource
from rag.errors import CorpusDamaged
from rag.text.languages import words


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


def header(row: sqlite3.Row | Mapping[str, Any]) -> ArticleHeader:
    """Read a row of the `articles` table."""
    names = ("id", "version", "title", "language", "url", "outlet", "author", "section")
    return ArticleHeader(**{name: row[name] for name in names}, published_at=parse_time(row["published_at"]))


def hit(
    row: sqlite3.Row | Mapping[str, Any], passage: ScoredPassage, *, rank: int, source: SearchSource
) -> Hit:
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


def write_article(connection: sqlite3.Connection, article: Article) -> None:
    """Store a version, and make it the current one."""
    write_version(connection, article)
    write_header(connection, article)


def write_version(connection: sqlite3.Connection, article: Article) -> None:
    """Store a version."""
    connection.execute(
        "INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?)",
        [article.id, article.version, datetime.now(UTC).isoformat(), document(article)],
    )


def write_header(connection: sqlite3.Connection, article: Article) -> None:
    """Make a stored version the current one."""
    values = header_values(article)
    connection.execute(
        f"INSERT OR REPLACE INTO articles ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def write_passages(
    connection: sqlite3.Connection, article: Article, passages: Sequence[Passage], vectors: FloatArray
) -> None:
    """Add the passages of a current article with their vectors (passages, dimension) and words."""
    for passage, vector, keywords in zip(passages, vectors, passage_words(article, passages), strict=True):
        connection.execute(
            "INSERT INTO passages (article_id, paragraph, start, end, text, word_count, words, vector) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                article.id,
                passage.paragraph,
                passage.start,
                passage.end,
                passage.text,
                len(keywords),
                " ".join(keywords),
                vector.astype(np.float32).tobytes(),
            ],
        )


def passage_words(article: Article, passages: Sequence[Passage]) -> Iterator[list[str]]:
    """Yield each passage's words; its article's title says what it is about, so those are among them."""
    title_words = words(article.title, language=article.language)
    for passage in passages:
        yield title_words + words(passage.text, language=article.language)


def analyze_again(connection: sqlite3.Connection) -> None:
    """Make every passage's words anew, as they are made now."""
    rows = connection.execute(
        "SELECT passages.id, text, title, language FROM passages JOIN articles ON articles.id = article_id"
    )
    for row in rows.fetchall():
        keywords = [word for part in ("title", "text") for word in words(row[part], language=row["language"])]
        connection.execute(
            "UPDATE passages SET words = ?, word_count = ? WHERE id = ?",
            [" ".join(keywords), len(keywords), row["id"]],
        )
    connection.execute("UPDATE statistics SET words = (SELECT coalesce(sum(word_count), 0) FROM passages)")
    corpus_properties.write(connection, "analysis", str(ANALYSIS))
