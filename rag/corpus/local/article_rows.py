"""Writes articles and passages to the tables of the local corpus."""

import logging
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.documents import document, from_document, header_values, passage_words
from rag.corpus.local import properties as corpus_properties
from rag.datatypes import Article, Passage
from rag.errors import CorpusDamaged
from rag.text.languages import ANALYSIS

logger = logging.getLogger(__name__)


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


_ARTICLES = (
    "SELECT id, document FROM articles "
    "JOIN versions ON article_id = id AND versions.version = articles.version"
)


def analyze_again(connection: sqlite3.Connection) -> None:
    """Compute the words of every passage again, with the current word analysis.

    A damaged article keeps its words, so that the corpus can be opened. `kutip doctor` reports the damage.
    """
    for header in connection.execute(_ARTICLES):  # not `fetchall`: the texts may not fit into memory
        try:
            article = from_document(header["id"], header["document"])
        except CorpusDamaged as error:
            logger.warning("%s Its words are not analyzed again.", error)
            continue
        _analyze_article(connection, article)
    connection.execute("UPDATE statistics SET words = (SELECT coalesce(sum(word_count), 0) FROM passages)")
    corpus_properties.write(connection, "analysis", str(ANALYSIS))


def _analyze_article(connection: sqlite3.Connection, article: Article) -> None:
    rows = connection.execute(
        "SELECT id, paragraph, start, end, text FROM passages WHERE article_id = ?", [article.id]
    ).fetchall()
    passages = [
        Passage(paragraph=row["paragraph"], start=row["start"], end=row["end"], text=row["text"])
        for row in rows
    ]
    for row, keywords in zip(rows, passage_words(article, passages), strict=True):
        connection.execute(
            "UPDATE passages SET words = ?, word_count = ? WHERE id = ?",
            [" ".join(keywords), len(keywords), row["id"]],
        )
