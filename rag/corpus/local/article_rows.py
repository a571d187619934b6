"""Writes articles and passages to the tables of the local corpus."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.documents import document, header_values
from rag.corpus.local import properties as corpus_properties
from rag.datatypes import Article, Passage
from rag.text.languages import ANALYSIS, words


def write_article(connection: sqlite3.Connection, article: Article) -> None:
    """Store a version and make it the current version."""
    write_version(connection, article)
    write_header(connection, article)


def write_version(connection: sqlite3.Connection, article: Article) -> None:
    """Store a version."""
    connection.execute(
        "INSERT OR REPLACE INTO versions (article_id, version, stored_at, document, sequence) "
        "SELECT ?1, ?2, ?3, ?4, coalesce(max(sequence), 0) + 1 FROM versions WHERE article_id = ?1",
        [article.id, article.version, datetime.now(UTC).isoformat(), document(article)],
    )


def write_header(connection: sqlite3.Connection, article: Article) -> None:
    """Make a stored version the current version."""
    values = header_values(article)
    connection.execute(
        f"INSERT OR REPLACE INTO articles ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def write_passages(
    connection: sqlite3.Connection, article: Article, passages: Sequence[Passage], vectors: FloatArray
) -> None:
    """Add the passages of a current article, with their vectors (passages, dimension) and words."""
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
    """Yield the words of each passage, with the words of the title, which tells the topic of the passage."""
    title_words = words(article.title, language=article.language)
    for passage in passages:
        yield title_words + words(passage.text, language=article.language)


_ANALYZED_AT_ONCE = 1000
_TEXTS = (
    "SELECT passages.id, text, title, language FROM passages JOIN articles ON articles.id = article_id "
    "WHERE passages.id > ? ORDER BY passages.id LIMIT ?"
)


def analyze_again(connection: sqlite3.Connection) -> None:
    """Compute the words of every passage again, with the current word analysis."""
    after = 0
    while rows := connection.execute(_TEXTS, [after, _ANALYZED_AT_ONCE]).fetchall():
        for row in rows:
            parts = [words(row[part], language=row["language"]) for part in ("title", "text")]
            keywords = [word for part in parts for word in part]
            connection.execute(
                "UPDATE passages SET words = ?, word_count = ? WHERE id = ?",
                [" ".join(keywords), len(keywords), row["id"]],
            )
        after = rows[-1]["id"]
    connection.execute("UPDATE statistics SET words = (SELECT coalesce(sum(word_count), 0) FROM passages)")
    corpus_properties.write(connection, "analysis", str(ANALYSIS))
