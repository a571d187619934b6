"""The embedded corpus: SQLite holds the truth, FAISS is derived from it."""

import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from embeddings.vector_index import IdArray, UnusableIndexFile, VectorIndex
from embeddings.weights import FloatArray
from rag.article_rows import document, from_document, header, header_values, parse_time
from rag.corpus import NO_FILTERS
from rag.database import Database
from rag.datatypes import (
    Article,
    ArticlePage,
    Counts,
    Filters,
    FilterValue,
    FilterValues,
    Hit,
    IngestStatus,
    KeywordMatches,
    Passage,
    ScoredPassage,
    SearchSource,
)
from rag.errors import CorpusError, EncoderMismatch
from rag.filters import where
from rag.keyword_ranking import Statistics, query_weights, rank_by_bm25
from rag.languages import words
from rag.migrations import migrate

logger = logging.getLogger(__name__)

DATABASE_NAME = "corpus.sqlite3"
INDEX_NAME = "vectors.faiss"

_ADDED_AT_ONCE = 10_000


class EncoderIdentity(NamedTuple):
    """What must be equal for vectors to be comparable."""

    name: str
    dimension: int


class LocalCorpus:
    """Articles in one folder; safe for several threads and several processes at once."""

    def __init__(self, folder: Path, *, encoder: EncoderIdentity | None) -> None:
        """Open the corpus in `folder`, or make it; without an encoder it does all but vector search and add.

        Raises:
            CorpusNotWritable, CorpusTooNew, EncoderMismatch, CorpusError
        """
        self._encoder = encoder
        self._database = Database(folder / DATABASE_NAME)
        try:
            with self._database.writing() as connection:
                migrate(connection)
                if encoder:
                    _claim_for_encoder(connection, encoder)
            self._derived = _DerivedIndex(folder / INDEX_NAME, encoder) if encoder else None
            if self._derived:
                with self._database.reading() as connection:
                    self._derived.check(connection)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Save the vector index if it has changed, and close the database."""
        if self._derived:
            try:
                with self._database.reading() as connection:
                    self._derived.bring_up(connection)
                self._derived.save()
            except (CorpusError, OSError) as error:
                logger.warning("The vector index could not be saved; it will be built anew: %s", error)
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Articles

    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        """Put a new or edited article in place of its former version, in one transaction."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder takes no articles.")
        with self._database.writing() as connection:
            _claim_for_encoder(connection, self._encoder)
            current = _current_version(connection, article.id)
            if current == article.version:
                return "unchanged"
            connection.execute("DELETE FROM passages WHERE article_id = ?", [article.id])
            _write_article(connection, article)
            _write_passages(connection, article, passages, vectors)
            return "created" if current is None else "updated"

    def remove(self, article_id: str) -> bool:
        """Remove an article with all its versions from every index; False where there is none."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM passages WHERE article_id = ?", [article_id])
            connection.execute("DELETE FROM versions WHERE article_id = ?", [article_id])
            return connection.execute("DELETE FROM articles WHERE id = ?", [article_id]).rowcount > 0

    def encode_again(
        self, encoder: EncoderIdentity, encode: Callable[[Article], tuple[Sequence[Passage], FloatArray]]
    ) -> int:
        """Replace every passage and vector by another encoder's, in one transaction; return the articles."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM passages")
            _claim_for_encoder(connection, encoder)
            rows = connection.execute(
                "SELECT article_id, document FROM versions JOIN articles USING (version) "
                "WHERE articles.id = article_id"
            ).fetchall()
            for row in rows:
                article = from_document(row["article_id"], row["document"])
                _write_passages(connection, article, *encode(article))
        return len(rows)

    def article(self, article_id: str, *, version: str | None = None) -> Article | None:
        """Return an article as it is now, or as it was in `version`."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT document FROM versions WHERE article_id = ? AND version = ?",
                [article_id, version or _current_version(connection, article_id)],
            ).fetchone()
        return from_document(article_id, row["document"]) if row else None

    def articles(self, filters: Filters, *, limit: int, cursor: str | None) -> ArticlePage:
        """List current articles in the order of their ids, from the one after `cursor`."""
        condition, parameters = where(filters)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT * FROM articles WHERE {condition} AND id > ? ORDER BY id LIMIT ?",
                [*parameters, cursor or "", limit + 1],
            ).fetchall()
        headers = [header(row) for row in rows[:limit]]
        return ArticlePage(articles=headers, next_cursor=headers[-1].id if len(rows) > limit else None)

    def passages_of(self, article_id: str) -> list[tuple[Passage, FloatArray]]:
        """Return an article's current passages with their vectors, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT paragraph, start, end, text, vector FROM passages WHERE article_id = ? ORDER BY id",
                [article_id],
            ).fetchall()
        return [
            (
                Passage(paragraph=row["paragraph"], start=row["start"], end=row["end"], text=row["text"]),
                np.frombuffer(row["vector"], np.float32),
            )
            for row in rows
        ]

    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated ones that a range of days left out."""
        condition, parameters = where(filters)
        dateless, dateless_parameters = where(filters, with_dates=False)
        with self._database.reading() as connection:
            articles = _count(connection, f"articles WHERE {condition}", parameters)
            passages = _count(
                connection,
                f"passages WHERE article_id IN (SELECT id FROM articles WHERE {condition})",
                parameters,
            )
            undated = _count(
                connection, f"articles WHERE {dateless} AND published_day IS NULL", dateless_parameters
            )
        return Counts(
            articles=articles, passages=passages, undated_left_out=undated if filters.has_dates else 0
        )

    def filter_values(self) -> FilterValues:
        """Return the languages and outlets that current articles have, those of most articles first."""
        with self._database.reading() as connection:
            return FilterValues(
                languages=_values_of(connection, "language"), outlets=_values_of(connection, "outlet")
            )

    # Search

    def vector_search(
        self, vector: FloatArray, *, depth: int, filters: Filters = NO_FILTERS
    ) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first."""
        if self._derived is None:
            raise ValueError("A corpus opened without an encoder has no vector search.")
        with self._database.reading() as connection:
            self._derived.bring_up(connection)
            within = None if filters == NO_FILTERS else _passing(connection, filters)
        found = self._derived.vectors.search(vector, depth=depth, within=within)
        return [ScoredPassage(passage_id=passage_id, score=score) for passage_id, score in found]

    def keyword_search(
        self, query: str, *, language: str, depth: int, filters: Filters = NO_FILTERS
    ) -> KeywordMatches:
        """Return the passages that share words with `query`, the rarer the better, best first."""
        stems = dict.fromkeys(words(query, language=language))
        query_words = list(dict.fromkeys(map(_as_kept, stems)))
        with self._database.reading() as connection:
            weights = {
                _as_kept(stem): weight
                for stem, weight in query_weights(
                    query, language=language, passage_languages=_languages(connection)
                ).items()
            }
            statistics = _statistics(connection, [*weights])
            # Of what passes a filter, much may share nothing but common words with the query.
            is_filtered = filters != NO_FILTERS
            finding_words = statistics.known_words() if is_filtered else statistics.finding_words()
            candidates = _find(connection, finding_words, depth=depth, filters=filters)
        matches = rank_by_bm25(query_words, candidates, weights=weights, statistics=statistics)
        return replace(matches, rarity={stem: statistics.rarity(_as_kept(stem)) for stem in stems})

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; one removed since it was found is left out."""
        ids = [passage.passage_id for passage in passages]
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT passages.*, articles.* FROM passages JOIN articles ON articles.id = article_id "
                f"WHERE passages.id IN ({', '.join('?' * len(ids))})",
                ids,
            ).fetchall()
        by_id = {row[0]: row for row in rows}
        found = [passage for passage in passages if passage.passage_id in by_id]
        return [
            _hit(by_id[passage.passage_id], passage, rank=rank, source=source)
            for rank, passage in enumerate(found, start=1)
        ]


class _DerivedIndex:
    """The vector index, with how much of the database it holds: a cache, never trusted.

    `state` is whose index it is, and the last passage id and the last removal that were applied.
    """

    def __init__(self, path: Path, encoder: EncoderIdentity) -> None:
        self._path = path
        self._encoder = encoder
        self._lock = threading.Lock()
        self.vectors, self._state = self._load()
        self._saved_state = dict(self._state)

    def check(self, connection: sqlite3.Connection) -> None:
        """Forget an index of another database, or of a later state of this one, restored since.

        subtle: the caller asks the database after the file was read, as another process may write both.
        """
        newest = _newest(connection)
        is_ahead = any(self._state[name] > newest[name] for name in ("last_passage", "last_removal"))
        if is_ahead or self._state["corpus"] not in (0, newest["corpus"]):
            logger.warning("The vector index is built anew: %s is of another database.", self._path)
            self._path.unlink(missing_ok=True)
            self.vectors, self._state = self._empty()
            self._saved_state = dict(self._state)

    def bring_up(self, connection: sqlite3.Connection) -> None:
        """Apply what was committed since the last time."""
        newest = _newest(connection)
        if newest == self._state:
            return
        with self._lock:
            _check_encoder(connection, self._encoder)
            for ids, vectors in _added(connection, after=self._state["last_passage"]):
                self.vectors.add(ids, vectors)
                # Noted at once, so that nothing is added twice if the next rows cannot be read.
                self._state = {**self._state, "last_passage": int(ids[-1])}
            removed = connection.execute(
                "SELECT passage_id FROM removals WHERE sequence > ?", [self._state["last_removal"]]
            ).fetchall()
            self.vectors.remove(np.array([row["passage_id"] for row in removed], np.int64))
            # subtle: another thread may have been ahead of this snapshot; the state never goes back.
            self._state = {name: max(newest[name], self._state[name]) for name in newest}

    def save(self) -> None:
        """Write the file if anything was applied since it was read or written."""
        with self._lock:
            if self._state != self._saved_state:
                self.vectors.save(self._path, state=self._state)
                self._saved_state = dict(self._state)

    def _load(self) -> tuple[VectorIndex, dict[str, int]]:
        name, dimension = self._encoder
        try:
            return VectorIndex.load(self._path, encoder_name=name, dimension=dimension)
        except UnusableIndexFile as error:
            if self._path.exists():
                logger.warning("The vector index is built anew from the database: %s", error)
            return self._empty()

    def _empty(self) -> tuple[VectorIndex, dict[str, int]]:
        name, dimension = self._encoder
        state = {"corpus": 0, "last_passage": 0, "last_removal": 0}
        return VectorIndex(encoder_name=name, dimension=dimension), state


def _claim_for_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Note whose vectors these are, or refuse another's."""
    _check_encoder(connection, encoder)
    connection.execute("INSERT OR REPLACE INTO properties VALUES ('encoder', ?)", [_label(encoder)])


def _check_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Refuse an encoder whose vectors are not those in the corpus; an empty one takes any."""
    stored = _property(connection, "encoder")
    if stored != _label(encoder) and _count(connection, "passages", []):
        raise EncoderMismatch(
            f"The corpus holds vectors of {stored}; the configured encoder is {_label(encoder)}: "
            "set KUTIP_EMBEDDING_MODEL back, or run `kutip ingest --rebuild`."
        )


def _label(encoder: EncoderIdentity) -> str:
    return f"{encoder.name} ({encoder.dimension})"


def _property(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM properties WHERE name = ?", [name]).fetchone()
    return row["value"] if row else None


def _current_version(connection: sqlite3.Connection, article_id: str) -> str | None:
    row = connection.execute("SELECT version FROM articles WHERE id = ?", [article_id]).fetchone()
    return row["version"] if row else None


def _write_article(connection: sqlite3.Connection, article: Article) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?)",
        [article.id, article.version, datetime.now(UTC).isoformat(), document(article)],
    )
    values = header_values(article)
    connection.execute(
        f"INSERT OR REPLACE INTO articles ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def _write_passages(
    connection: sqlite3.Connection, article: Article, passages: Sequence[Passage], vectors: FloatArray
) -> None:
    # A passage is found by the words of its article's title too: they say what it is about.
    title_keywords = _keywords(article.title, article.language)
    for passage, vector in zip(passages, vectors, strict=True):
        keywords = title_keywords + _keywords(passage.text, article.language)
        row = connection.execute(
            "INSERT INTO passages (article_id, paragraph, start, end, text, word_count, vector) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            [
                article.id,
                passage.paragraph,
                passage.start,
                passage.end,
                passage.text,
                len(keywords),
                vector.astype(np.float32).tobytes(),
            ],
        ).fetchone()
        connection.execute(
            "INSERT INTO keywords (rowid, words) VALUES (?, ?)", [row["id"], " ".join(keywords)]
        )


def _keywords(text: str, language: str) -> list[str]:
    return [_as_kept(word) for word in words(text, language=language)]


def _as_kept(word: str) -> str:
    """Return a stem as FTS5 keeps it: an ASCII sign inside a word ("1.500,5", "don't") becomes `_`."""
    return re.sub(r"[!-/:-@\[-`{-~]", "_", word)


def _count(connection: sqlite3.Connection, rest: str, parameters: list[str]) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {rest}", parameters).fetchone()
    return int(count)


def _values_of(connection: sqlite3.Connection, column: str) -> list[FilterValue]:
    rows = connection.execute(
        f"SELECT {column} AS value, count(*) AS articles FROM articles WHERE {column} IS NOT NULL "
        "GROUP BY value ORDER BY articles DESC, value"
    ).fetchall()
    return [FilterValue(value=row["value"], articles=row["articles"]) for row in rows]


def _passing(connection: sqlite3.Connection, filters: Filters) -> IdArray:
    condition, parameters = where(filters)
    rows = connection.execute(
        f"SELECT id FROM passages WHERE article_id IN (SELECT id FROM articles WHERE {condition})", parameters
    ).fetchall()
    return np.array([row["id"] for row in rows], np.int64)


def _languages(connection: sqlite3.Connection) -> list[str]:
    return [row["language"] for row in connection.execute("SELECT DISTINCT language FROM articles")]


def _statistics(connection: sqlite3.Connection, query_words: Sequence[str]) -> Statistics:
    passages, total = connection.execute("SELECT passages, words FROM statistics").fetchone()
    passages_with = {}
    for word in query_words:
        row = connection.execute("SELECT doc FROM keyword_counts WHERE term = ?", [word]).fetchone()
        passages_with[word] = row["doc"] if row else 0
    return Statistics(
        passages=passages, words_a_passage=total / max(passages, 1), passages_with=passages_with
    )


def _find(
    connection: sqlite3.Connection, finding_words: Sequence[str], *, depth: int, filters: Filters
) -> dict[int, list[str]]:
    """Return the `depth` best passages by FTS5's own ranking, with their words."""
    if not finding_words:
        return {}
    condition, parameters = where(filters)
    passing = (
        ""
        if filters == NO_FILTERS
        else (
            " AND rowid IN (SELECT passages.id FROM passages "
            f"WHERE article_id IN (SELECT id FROM articles WHERE {condition}))"
        )
    )
    rows = connection.execute(
        f"SELECT rowid, words FROM keywords WHERE keywords MATCH ?{passing} ORDER BY rank LIMIT ?",
        [" OR ".join(f'"{word}"' for word in finding_words), *parameters, depth],
    ).fetchall()
    return {row["rowid"]: row["words"].split(" ") for row in rows}


def _hit(row: sqlite3.Row, passage: ScoredPassage, *, rank: int, source: SearchSource) -> Hit:
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


def _newest(connection: sqlite3.Connection) -> dict[str, int]:
    """Return whose state this is, and the last passage id and the last removal ever given out."""
    rows = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    last = {row["name"]: row["seq"] for row in rows}
    return {
        "corpus": int(_property(connection, "corpus") or 0),
        "last_passage": last.get("passages", 0),
        "last_removal": last.get("removals", 0),
    }


def _added(connection: sqlite3.Connection, *, after: int) -> Iterator[tuple[IdArray, FloatArray]]:
    cursor = connection.execute("SELECT id, vector FROM passages WHERE id > ? ORDER BY id", [after])
    while rows := cursor.fetchmany(_ADDED_AT_ONCE):
        ids = np.array([row["id"] for row in rows], np.int64)
        vectors = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32)
        yield ids, vectors.reshape(len(ids), -1)
