"""Searches the local corpus: the derived indexes find the passages, the database has their texts."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from embeddings.vector_index import IdArray
from embeddings.weights import FloatArray
from rag.corpus.checked_articles import CheckedArticles
from rag.corpus.documents import hits_of
from rag.corpus.keyword_ranking import Statistics, query_weights, rank_by_bm25
from rag.corpus.local.database import Database
from rag.corpus.local.derived_indexes import DerivedIndexes
from rag.corpus.local.filters import where
from rag.corpus.local.keyword_index import KeywordIndex
from rag.corpus.local.properties import newest_state
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Article, Filters, Hit, KeywordMatches, ScoredPassage, SearchSource
from rag.text.languages import words

T = TypeVar("T")

# Vectors and words would be most of the bytes.
_COLUMNS_OF_HITS = (
    "article_id, paragraph, start, end, text, version, title, language, url, outlet, author, section, "
    "published_at, published_day"
)


class LocalSearch:
    """Finds passages. With `in_snapshot`, all searches of a thread see one state of the database."""

    def __init__(self, database: Database, derived: DerivedIndexes) -> None:
        self._database = database
        self._derived = derived
        self.checked = CheckedArticles()
        self._filter_cache = _FilterCache()
        self._newer_index = _NewerIndex()

    def by_vector(self, vector: FloatArray, *, depth: int, filters: Filters) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first."""
        vectors = self._derived.searched_vectors
        with self._database.reading() as connection:
            index = vectors.updated(connection)
            within = None if filters == NO_FILTERS else self._filter_cache.ids(connection, filters)
            found = index.search(vector, depth=depth, within=within)
            if within is not None:
                self._newer_index.record_if(len(found) < min(depth, len(within)))
            if index.lists:
                found = _rescored(connection, vector, found)
        self._derived.upkeep_if_due()
        return [ScoredPassage(*pair) for pair in found]

    def by_words(self, query: str, *, language: str, depth: int, filters: Filters) -> KeywordMatches:
        """Return the passages that share words with `query`, best first; rare words count more."""
        query_words = list(dict.fromkeys(words(query, language=language)))
        with self._database.reading() as connection:
            languages = _languages(connection)
            weights = query_weights(query, language=language, passage_languages=languages)
            index = self._derived.keywords.updated(connection)
            statistics = _statistics(connection, index, list(weights))
            known = {word: weights[word] for word in statistics.known_words()}
            found = index.search(known, depth=depth, filters=filters)
            candidates = _words_of(connection, found)
            self._newer_index.record_if(len(candidates) < len(found))
        self._derived.upkeep_if_due()
        ranked = rank_by_bm25(candidates, weights=weights, statistics=statistics)
        rarity = {word: statistics.rarity(word) for word in query_words}
        return KeywordMatches(passages=ranked[:depth], rarity=rarity)

    def in_snapshot(self, work: Callable[[], T]) -> T:
        """Return the result of `work`; its searches and hits see one state, despite concurrent writes.

        Other threads may update an index beyond the state that this thread reads. If this affects the
        results, `work` runs again while no other thread can update the indexes.
        """
        with self._database.reading():
            self._newer_index.is_recorded = False
            result = work()
            if not self._newer_index.is_recorded:
                return result
        with self._derived.updates_paused(), self._database.reading():
            return work()

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; omit those removed since the search.

        A passage that does not match its article is omitted, logged and counted.
        """
        ids = [passage.passage_id for passage in passages]
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT passages.id AS passage_id, {_COLUMNS_OF_HITS} FROM passages "
                "JOIN articles ON articles.id = article_id "
                f"WHERE passages.id IN ({', '.join('?' * len(ids))})",
                ids,
            ).fetchall()
            self._newer_index.record_if(len(rows) < len(ids))
            by_id = {row["passage_id"]: (row, self._quotable(connection, row)) for row in rows}
        return hits_of(passages, by_id, source=source)

    def _quotable(self, connection: sqlite3.Connection, row: sqlite3.Row) -> Article | None:
        def read() -> str | None:
            stored = connection.execute(
                "SELECT document FROM versions WHERE article_id = ? AND version = ?",
                [row["article_id"], row["version"]],
            ).fetchone()
            return stored["document"] if stored else None

        article = self.checked.article(row["article_id"], row["version"], read)
        return self.checked.quotable(article, row, passage_id=row["passage_id"])


class _NewerIndex(threading.local):
    """Records whether this thread found an index newer than the state that it reads."""

    is_recorded = False

    def record_if(self, is_newer_index: bool) -> None:
        self.is_recorded = self.is_recorded or is_newer_index


class _FilterCache:
    """Caches the passages that pass the most recent filters, because requests often repeat filters."""

    _SIZE = 8

    def __init__(self) -> None:
        self._ids: dict[str, IdArray] = {}

    def ids(self, connection: sqlite3.Connection, filters: Filters) -> IdArray:
        """Return the ids of the passages that pass."""
        condition, parameters = where(filters)
        key = repr((newest_state(connection), condition, parameters))
        ids = self._ids.get(key)
        if ids is None:
            kept = list(self._ids.items())[1 - self._SIZE :]
            ids = _passing_ids(connection, filters)
            self._ids = dict([*kept, (key, ids)])
        return ids


def _passing_ids(connection: sqlite3.Connection, filters: Filters) -> IdArray:
    condition, parameters = where(filters)
    # Read the ids as one text, which takes a third of the time of separate rows for half a million passages.
    (joined,) = connection.execute(
        "SELECT group_concat(id) FROM passages "
        f"WHERE article_id IN (SELECT id FROM articles WHERE {condition})",
        parameters,
    ).fetchone()
    return np.array((joined or "").split(",") if joined else [], np.int64)


def _languages(connection: sqlite3.Connection) -> list[str]:
    """Return the languages of articles. One index lookup finds each; DISTINCT would read the whole index."""
    rows = connection.execute(
        "WITH RECURSIVE found (language) AS (SELECT min(language) FROM articles UNION ALL "
        "SELECT (SELECT min(language) FROM articles WHERE language > found.language) FROM found "
        "WHERE found.language IS NOT NULL) SELECT language FROM found WHERE language IS NOT NULL"
    )
    return [row["language"] for row in rows]


def _statistics(connection: sqlite3.Connection, index: KeywordIndex, query: Sequence[str]) -> Statistics:
    passages, total = connection.execute("SELECT passages, words FROM statistics").fetchone()
    return Statistics(
        passages=passages,
        words_a_passage=total / max(passages, 1),
        passages_with={word: index.passages_with(word) for word in query},
    )


def _words_of(connection: sqlite3.Connection, passage_ids: Sequence[int]) -> dict[int, str]:
    rows = connection.execute(
        f"SELECT id, words FROM passages WHERE id IN ({', '.join('?' * len(passage_ids))})", passage_ids
    )
    return {row["id"]: row["words"] for row in rows}


def _rescored(
    connection: sqlite3.Connection, vector: FloatArray, found: Sequence[tuple[int, float]]
) -> list[tuple[int, float]]:
    """Replace the similarities of 8-bit codes by those of the stored vectors."""
    scores = dict(found)
    rows = connection.execute(
        f"SELECT id, vector FROM passages WHERE id IN ({', '.join('?' * len(scores))})", list(scores)
    ).fetchall()
    stored = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32).reshape(-1, len(vector))
    scores.update(zip((row["id"] for row in rows), (stored @ vector).tolist(), strict=True))
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
