"""Reads the data of the indexes from the database: vectors, words, and filterable properties."""

import sqlite3
from collections.abc import Generator, Iterator

import numpy as np

from embeddings.vector_index import IdArray
from embeddings.weights import FloatArray
from rag.corpus.local.keyword_index import Entry
from rag.errors import CorpusDamaged

ADDED_AT_ONCE = 10_000

FIX = "run `kutip doctor --fix`"


def vector_batches(connection: sqlite3.Connection, *, after: int = 0) -> Iterator[tuple[IdArray, FloatArray]]:
    """Yield the passages with ids above `after`, in order: ids (count) and vectors (count, dimension).

    Raises:
        CorpusDamaged: the vectors differ in length.
    """
    query = "SELECT id, vector FROM passages WHERE id > ? ORDER BY id"
    for rows in _batches(connection.execute(query, [after])):
        if len({len(row["vector"]) for row in rows}) > 1:
            raise CorpusDamaged(f"The stored vectors differ in length: {FIX}.")
        vectors = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32)
        yield np.array([row["id"] for row in rows], np.int64), vectors.reshape(len(rows), -1)


def entry_batches(connection: sqlite3.Connection, *, after: int) -> Generator[tuple[int, list[Entry]]]:
    """Yield the passages with ids above `after`, in order: the last id of each batch, and its entries."""
    cursor = connection.execute(f"{_ENTRIES} WHERE passages.id > ? ORDER BY passages.id", [after])
    for rows in _batches(cursor):
        yield rows[-1]["passage_id"], [_entry(row) for row in rows]


def entries(connection: sqlite3.Connection, *, sample: int) -> Iterator[Entry]:
    """Yield a sample of passages from the whole corpus, as entries of the keyword index."""
    yield from map(_entry, connection.execute(f"{_ENTRIES} WHERE passages.id IN ({_SAMPLED_IDS})", [sample]))


_ENTRIES = (
    "SELECT passages.id AS passage_id, words, articles.* FROM passages "
    "JOIN articles ON articles.id = article_id"
)

# Chooses a sample from the whole corpus. The sample of a corpus is always the same.
_SAMPLED_IDS = "SELECT id FROM passages ORDER BY id * 2654435761 % 4294967296 LIMIT ?"


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["passage_id"], row["words"], row)


def sampled_vectors(connection: sqlite3.Connection, count: int) -> FloatArray:
    """Return the vectors of a sample of `count` passages from the whole corpus."""
    vectors, found = bytearray(), 0
    for row in connection.execute(f"SELECT vector FROM passages WHERE id IN ({_SAMPLED_IDS})", [count]):
        vectors += row["vector"]  # one copy of them in memory, not three
        found += 1
    return np.frombuffer(vectors, np.float32).reshape(found, -1)


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[sqlite3.Row]]:
    while rows := cursor.fetchmany(ADDED_AT_ONCE):
        yield rows
