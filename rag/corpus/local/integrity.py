"""Checks the integrity of a corpus: the database must be consistent, and the indexes must agree with it.

The checks read all data. They do not run the encoder, so they do not check that a vector belongs to its text.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from embeddings.vector_index import IdArray, VectorIndex
from rag.corpus.checked_articles import CheckedArticle, checked_document
from rag.corpus.documents import header_values, passage_words
from rag.corpus.findings import (
    FIX,
    MISPLACED,
    UNCOVERED,
    Finding,
    Occurrence,
    Place,
    Problem,
    grouped,
    is_covered,
)
from rag.corpus.local.indexed_rows import entries, vector_batches
from rag.corpus.local.keyword_index import KeywordIndex
from rag.corpus.local.properties import stored_encoder
from rag.corpus.protocol import ProgressCallback
from rag.datatypes import Article, Passage
from rag.errors import CorpusDamaged

FILE = Problem("faults in the database file", "reindex", f"{FIX}; if that does not help, restore a backup")
ORPHANS = Problem("passages without an article", "drop", FIX)
UNKNOWN_ENCODER = Problem("sets of vectors from an unknown encoder", None, "run `kutip ingest --rebuild`")
DAMAGED = Problem(
    "articles that do not match their version",
    "withdraw",
    f"{FIX}, which removes them from search, then ingest them again",
)
WITHDRAWN = Problem(
    "articles removed from search because they do not match their version", None, "ingest them again"
)
DAMAGED_FORMER_VERSIONS = Problem(
    "former versions that do not match their hash",
    None,
    "citations of them cannot be checked: restore a backup, or delete the article and ingest it again",
)
LOST = Problem(
    "articles whose text is lost", None, "delete them with `kutip articles delete`, then ingest them again"
)
UNLISTED = Problem("articles that are stored but not listed", "article", FIX)
HEADERS = Problem("articles whose list entry differs from the stored article", "article", FIX)
VECTORS = Problem("passages whose vector has a wrong dimension or is not of length 1", "article", FIX)
WORDS = Problem("passages whose stored words differ from the words of their text", "words", FIX)
COUNTS = Problem("wrong counts", "counts", FIX)
VECTOR_INDEX = Problem("differences between the vector index and the passages", "indexes", FIX)
KEYWORD_INDEX = Problem("differences between the keyword index and the passages", "indexes", FIX)

_LENGTH_TOLERANCE = 1e-3

# A unit vector and its 8-bit code have a similarity of .9999.
_CODED_SIMILARITY = 0.99

# The number of passages whose words are looked up in the keyword index, one by one. All ids are compared.
_LOOKED_UP = 300


def check_database(connection: sqlite3.Connection, *, on_progress: ProgressCallback) -> list[Finding]:
    """Check the stored data and return the findings; `on_progress` is called after each article.

    Raises:
        CorpusError: the file cannot be read. The context that gave the connection raises this error.
    """
    found = list(_file(connection))
    if not found:  # a fault in the file would also appear as other problems
        found = [*_whole_corpus(connection), *_articles(connection, on_progress)]
    return grouped(found)


def check_indexes(
    connection: sqlite3.Connection, *, keywords: KeywordIndex, vectors: VectorIndex | None
) -> list[Finding]:
    """Compare the indexes with the passages that `connection` sees. The indexes must be up to date."""
    ids = _ids(connection)
    found = list(_keyword_index(connection, keywords, ids))
    if vectors is not None:
        found += _vector_index(connection, vectors, ids)
    return grouped(found)


def intact_article(row: sqlite3.Row) -> Article | None:
    """Return the article in a row of `versions`; None if its document does not match its version."""
    try:
        return checked_document(row["article_id"], row["version"], row["document"])
    except CorpusDamaged:
        return None


def _file(connection: sqlite3.Connection) -> Iterator[Occurrence]:
    for (message,) in connection.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield FILE, Place(None, message)


def _whole_corpus(connection: sqlite3.Connection) -> Iterator[Occurrence]:
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield ORPHANS, Place(None, f"passage {row['rowid']}")
    (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    if passages and stored_encoder(connection) is None:
        yield UNKNOWN_ENCODER, Place(None, f"{passages} passages")
    for name, query in _COUNTS.items():
        if connection.execute(query).fetchone()[0]:
            yield COUNTS, Place(None, name)


_COUNTS = {
    "passages and words": "SELECT (SELECT count(*) FROM statistics) <> 1 OR EXISTS (SELECT 1 FROM statistics "
    "WHERE passages <> (SELECT count(*) FROM passages) "
    "OR words <> (SELECT coalesce(sum(word_count), 0) FROM passages))",
    "the last passage": "SELECT coalesce((SELECT max(id) FROM passages), 0) > "
    "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0)",
    "the last removal": "SELECT coalesce((SELECT max(sequence) FROM removals), 0) > "
    "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'removals'), 0)",
    "passages noted as removed": "SELECT EXISTS (SELECT 1 FROM removals JOIN passages ON id = passage_id)",
}


def _articles(connection: sqlite3.Connection, on_progress: ProgressCallback) -> Iterator[Occurrence]:
    (total,) = connection.execute("SELECT count(DISTINCT article_id) FROM versions").fetchone()
    versions = connection.execute(
        "SELECT versions.*, articles.version AS current FROM versions "
        "LEFT JOIN articles ON articles.id = article_id ORDER BY article_id"
    )
    encoder = stored_encoder(connection)
    for done, (_, rows) in enumerate(groupby(versions, key=lambda row: row["article_id"]), start=1):
        yield from _article(connection, list(rows), dimension=encoder.dimension if encoder else None)
        on_progress(done, total)
    lost = "SELECT id FROM articles WHERE (id, version) NOT IN (SELECT article_id, version FROM versions)"
    for row in connection.execute(lost):
        yield LOST, Place(row["id"])


def _article(
    connection: sqlite3.Connection, versions: Sequence[sqlite3.Row], *, dimension: int | None
) -> Iterator[Occurrence]:
    """Check all versions of an article, and the header and passages of its current version."""
    article_id, current = versions[0]["article_id"], versions[0]["current"]
    newest = max(versions, key=lambda row: row["sequence"])["version"]
    for row in versions:
        article = intact_article(row)
        is_unlisted = current is None and row["version"] == newest
        if row["version"] == current:
            if article is None:
                yield DAMAGED, Place(article_id)
            else:
                yield from _current(connection, article, dimension)
        elif article is None:
            yield WITHDRAWN if is_unlisted else DAMAGED_FORMER_VERSIONS, Place(article_id, row["version"])
        elif is_unlisted:
            yield UNLISTED, Place(article_id)


def _current(connection: sqlite3.Connection, article: Article, dimension: int | None) -> Iterator[Occurrence]:
    header = connection.execute("SELECT * FROM articles WHERE id = ?", [article.id]).fetchone()
    if dict(header) != header_values(article):
        yield HEADERS, Place(article.id)
    rows = connection.execute(
        "SELECT * FROM passages WHERE article_id = ? ORDER BY start, id", [article.id]
    ).fetchall()
    checked = CheckedArticle(article)
    misplaced = [row for row in rows if not checked.has_passage(row)]
    for row in misplaced:
        yield MISPLACED, _passage_place(row)
    if not misplaced:
        if not is_covered(article, rows):
            yield UNCOVERED, Place(article.id)
        yield from _words(article, rows)
    for row in rows:
        if dimension and not _is_unit_vector(row["vector"], dimension):
            yield VECTORS, _passage_place(row)


def _passage_place(row: sqlite3.Row) -> Place:
    return Place(row["article_id"], f"passage {row['id']}")


def _words(article: Article, rows: Sequence[sqlite3.Row]) -> Iterator[Occurrence]:
    passages = [
        Passage(**{name: row[name] for name in ("paragraph", "start", "end", "text")}) for row in rows
    ]
    for row, words in zip(rows, passage_words(article, passages), strict=True):
        if (row["words"], row["word_count"]) != (" ".join(words), len(words)):
            yield WORDS, _passage_place(row)


def _is_unit_vector(blob: bytes, dimension: int) -> bool:
    if len(blob) != 4 * dimension:
        return False
    # A comparison with NaN is false, so vectors with NaN or infinity fail the check.
    return bool(abs(np.linalg.norm(np.frombuffer(blob, np.float32)) - 1) <= _LENGTH_TOLERANCE)


def _ids(connection: sqlite3.Connection) -> IdArray:
    rows = connection.execute("SELECT id FROM passages ORDER BY id")
    return np.fromiter((row["id"] for row in rows), np.int64)


def _keyword_index(connection: sqlite3.Connection, index: KeywordIndex, ids: IdArray) -> Iterator[Occurrence]:
    for place in _differences(index.passage_ids(), ids):
        yield KEYWORD_INDEX, place
    for entry in entries(connection, sample=_LOOKED_UP):
        if not index.holds(entry):
            yield (
                KEYWORD_INDEX,
                Place(entry.article["id"], f"its words do not find passage {entry.passage_id}"),
            )


def _vector_index(connection: sqlite3.Connection, index: VectorIndex, ids: IdArray) -> Iterator[Occurrence]:
    differences = list(_differences(index.ids(), ids))
    for place in differences:
        yield VECTOR_INDEX, place
    if differences:
        return
    for some, stored in vector_batches(connection):
        similarities = np.einsum("ij,ij->i", stored, index.vectors(some))
        for passage_id in some[~(similarities >= _CODED_SIMILARITY)]:
            yield VECTOR_INDEX, Place(None, f"passage {passage_id} has another vector in the index")


def _differences(indexed: IdArray, stored: IdArray) -> Iterator[Place]:
    unique, times = np.unique(indexed, return_counts=True)
    for ids, difference in (
        (np.setdiff1d(stored, unique), "is missing from the index"),
        (np.setdiff1d(unique, stored), "is only in the index"),
        (unique[times > 1], "is in the index twice"),
    ):
        for passage_id in ids:
            yield Place(None, f"passage {passage_id} {difference}")
