"""The local corpus: SQLite stores the articles, and the indexes are derived from the database."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Self, TypeVar

import numpy as np

from embeddings.vector_index import Tier
from embeddings.weights import FloatArray
from rag.corpus.checked_articles import checked_document
from rag.corpus.documents import damaged_document, headers, stored_day
from rag.corpus.findings import Finding
from rag.corpus.index_report import IndexReport
from rag.corpus.local import properties as corpus_properties
from rag.corpus.local.article_rows import analyze_again, write_article, write_passages, write_version
from rag.corpus.local.database import Database
from rag.corpus.local.derived_indexes import DerivedIndexes
from rag.corpus.local.filters import where
from rag.corpus.local.integrity import check_database, check_indexes, intact_article
from rag.corpus.local.migrations import is_migrated, migrate
from rag.corpus.local.properties import count_takedown, record_encoder, stored_encoder
from rag.corpus.local.repair import repair
from rag.corpus.local.search import LocalSearch
from rag.corpus.protocol import NO_FILTERS, CutAndEncode, EncoderIdentity, ProgressCallback
from rag.data_folder import CORPUS_FILE
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
    StoredArticle,
)
from rag.text.languages import ANALYSIS

T = TypeVar("T")

DATABASE_NAME = CORPUS_FILE

_KEPT_AT_ONCE = 32


class LocalCorpus:
    """Articles in one folder. Several threads and processes can use the folder at the same time."""

    def __init__(self, folder: Path, *, encoder: EncoderIdentity | None) -> None:
        """Open the corpus in `folder`, or create one. Without an encoder, it cannot search vectors or add.

        Raises:
            CorpusNotWritable: the folder cannot be written.
            CorpusTooNew: a newer version of Kutip wrote the corpus.
            EncoderMismatch: the vectors come from another encoder.
            CorpusError: the corpus cannot be used for another reason.
        """
        self.location = str(folder)
        self._encoder = encoder
        self._database = Database(folder / DATABASE_NAME)
        try:
            self._prepare()
            self._derived = DerivedIndexes(folder, self._database, encoder)
            self._search = LocalSearch(self._database, self._derived)
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        """Create or migrate the tables and record the encoder if needed; otherwise, wait for no writer."""
        with self._database.reading() as connection:
            if is_migrated(connection) and _is_prepared(connection, self._encoder):
                return
        with self._database.writing() as connection:
            migrate(connection)
            if self._encoder:
                record_encoder(connection, self._encoder)
            if corpus_properties.read(connection, "analysis") != str(ANALYSIS):
                analyze_again(connection)
            has_remnants = corpus_properties.read(connection, "remnants") is not None
        if has_remnants and self._database.drop_remnants():
            with self._database.writing() as connection:
                corpus_properties.remove(connection, "remnants")

    def close(self) -> None:
        """Save the indexes and close the database."""
        self._derived.close()
        self._database.close()

    def optimize(self) -> None:
        """Do the upkeep now that otherwise runs in the background: update, train and save the indexes."""
        self._derived.optimize()

    def vector_tier(self) -> Tier:
        """Return the kind of vector index that searches use now.

        Raises:
            ValueError: the corpus was opened without an encoder.
        """
        with self._database.reading() as connection:
            return self._derived.searched_vectors.updated(connection).tier

    def search_description(self) -> str:
        """Describe in a few words how vectors are searched."""
        tier = self.vector_tier()
        if not tier.lists:
            return "every vector is compared"
        return (
            f"{tier.lists_searched} of {tier.lists} lists of vectors are searched, "
            f"which finds {tier.recall:.4f} of the ten nearest"
        )

    def index_report(self) -> IndexReport:
        """Report the state of the indexes without updating them.

        Raises:
            CorpusError: the database cannot be read.
        """
        return replace(self._derived.report(), damaged_hits=self._search.checked.left_out)

    def encoder_of_vectors(self) -> EncoderIdentity | None:
        """Return the encoder of the stored vectors, whatever encoder the corpus was opened with."""
        with self._database.reading() as connection:
            return stored_encoder(connection)

    def check(self, *, on_progress: ProgressCallback) -> list[Finding]:
        """Check the stored data and the indexes, and return findings. Call `on_progress` for each article.

        Indexes are checked only if no stored data needs repair first. The vector index is checked only if the
        corpus was opened with an encoder.

        Raises:
            CorpusError: the database cannot be read.
        """
        with self._database.reading() as connection:
            found = check_database(connection, on_progress=on_progress)
            if any(finding.problem.repair for finding in found):
                return found
            keywords = self._derived.keywords.updated(connection)
            vectors = self._derived.vectors.updated(connection) if self._derived.vectors else None
            return [*found, *check_indexes(connection, keywords=keywords, vectors=vectors)]

    def repair(self, findings: Sequence[Finding], cut_and_encode: CutAndEncode) -> None:
        """Repair the findings unless data would be lost.

        Raises:
            CorpusError: the database cannot be written.
            ValueError: the corpus was opened without an encoder.
        """
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot be repaired.")
        for finding in findings:
            repair(self._database, finding, encoder=self._encoder, cut_and_encode=cut_and_encode)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Articles

    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        """Add a new article or replace its former version, in one transaction."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot add articles.")
        with self._database.writing() as connection:
            record_encoder(connection, self._encoder)
            current = _current_version(connection, article.id)
            if current == article.version and _is_stored(connection, article):
                return "unchanged"
            connection.execute("DELETE FROM passages WHERE article_id = ?", [article.id])
            write_article(connection, article)
            write_passages(connection, article, passages, vectors)
            return "created" if current is None else "updated"

    def remove(self, article_id: str) -> bool:
        """Remove an article with all its versions from every index; return False if there is none.

        Afterwards, no file of the data folder contains its text. Upkeep may still be writing the index files.
        """
        with self._database.writing(is_takedown=True) as connection:
            connection.execute("DELETE FROM passages WHERE article_id = ?", [article_id])
            listed = connection.execute("DELETE FROM articles WHERE id = ?", [article_id]).rowcount
            stored = connection.execute("DELETE FROM versions WHERE article_id = ?", [article_id]).rowcount
            is_removed = listed + stored > 0
            if is_removed:
                count_takedown(connection)
        if is_removed:
            self._derived.take_down()
        return is_removed

    def encode_again(self, encoder: EncoderIdentity, encode: CutAndEncode) -> int:
        """Encode all articles with another encoder, in one transaction; return the number of articles."""
        self._derived.forget_vectors()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM passages")
            record_encoder(connection, encoder)
            rows = connection.execute(
                "SELECT article_id, version, document FROM versions JOIN articles USING (version) "
                "WHERE articles.id = article_id"
            )
            count = 0
            for row in rows:  # not `fetchall`: the texts may not fit into memory
                article = checked_document(row["article_id"], row["version"], row["document"])
                write_passages(connection, article, *encode(article))
                count += 1
        return count

    def articles_after(self, article_id: str) -> list[StoredArticle]:
        """Return the next articles by id, with all their versions and passages; none after the last.

        Raises:
            CorpusDamaged: a stored document does not match its version.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, version FROM articles WHERE id > ? ORDER BY id LIMIT ?",
                [article_id, _KEPT_AT_ONCE],
            ).fetchall()
            return [self._stored_article(connection, row) for row in rows]

    def _stored_article(self, connection: sqlite3.Connection, row: sqlite3.Row) -> StoredArticle:
        versions = _versions(connection, row)
        current = versions.pop(row["version"])
        passages = self.passages_of(current.id)
        return StoredArticle(article=current, passages=passages, former=list(versions.values()))

    def add_stored(self, stored: StoredArticle) -> None:
        """Add or replace an article in one transaction; keep the former versions of both."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot add articles.")
        vectors = np.array([vector for _, vector in stored.passages])
        with self._database.writing() as connection:
            record_encoder(connection, self._encoder)
            connection.execute("DELETE FROM passages WHERE article_id = ?", [stored.article.id])
            for former in stored.former:
                write_version(connection, former)
            write_article(connection, stored.article)
            write_passages(connection, stored.article, [passage for passage, _ in stored.passages], vectors)

    def article(self, article_id: str, *, version: str | None = None) -> Article | None:
        """Return the current version of an article, or the given one; None if there is none.

        Raises:
            CorpusDamaged: the stored document does not match its version.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT document, version FROM versions WHERE article_id = ? AND version = ?",
                [article_id, version or _current_version(connection, article_id)],
            ).fetchone()
        return checked_document(article_id, row["version"], row["document"]) if row else None

    def some_articles(self, count: int) -> list[str]:
        """Return the ids of `count` current articles, chosen at random."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id FROM articles ORDER BY random() LIMIT ?", [count]).fetchall()
        return [row["id"] for row in rows]

    def articles(self, filters: Filters, *, limit: int, cursor: str | None) -> ArticlePage:
        """List current articles in the order of their ids, beginning after `cursor`."""
        condition, parameters = where(filters)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT * FROM articles WHERE {condition} AND id > ? ORDER BY id LIMIT ?",
                [*parameters, cursor or "", limit + 1],
            ).fetchall()
        next_cursor = rows[limit - 1]["id"] if len(rows) > limit else None
        return ArticlePage(articles=headers(rows[:limit]), next_cursor=next_cursor)

    def passages_of(self, article_id: str, *, version: str | None = None) -> list[tuple[Passage, FloatArray]]:
        """Return an article's current passages and vectors, in order; none if `version` is not current."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT paragraph, start, end, text, vector FROM passages "
                "JOIN articles ON articles.id = article_id "
                "WHERE article_id = ? AND version = coalesce(?, version) ORDER BY passages.id",
                [article_id, version],
            ).fetchall()
        return [
            (
                Passage(paragraph=row["paragraph"], start=row["start"], end=row["end"], text=row["text"]),
                np.frombuffer(row["vector"], np.float32),
            )
            for row in rows
        ]

    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated articles that a date range excludes."""
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
        """Return the languages and outlets of current articles, those with the most articles first."""
        with self._database.reading() as connection:
            return FilterValues(
                languages=_values_of(connection, "language"), outlets=_values_of(connection, "outlet")
            )

    def published_days(self) -> tuple[date, date] | None:
        """Return the first and the last day of publication of current articles; None if none has a date.

        Raises:
            CorpusDamaged: a day is damaged.
        """
        with self._database.reading() as connection:
            (first,) = connection.execute("SELECT min(published_day) FROM articles").fetchone()
            (last,) = connection.execute("SELECT max(published_day) FROM articles").fetchone()
        return (stored_day(first), stored_day(last)) if first is not None else None

    # Search

    def vector_search(
        self, vector: FloatArray, *, depth: int, filters: Filters = NO_FILTERS
    ) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first."""
        return self._search.by_vector(vector, depth=depth, filters=filters)

    def keyword_search(
        self, query: str, *, language: str, depth: int, filters: Filters = NO_FILTERS
    ) -> KeywordMatches:
        """Return the passages that share words with `query`, best first; rare words count more."""
        return self._search.by_words(query, language=language, depth=depth, filters=filters)

    def in_snapshot(self, work: Callable[[], T]) -> T:
        """Return the result of `work`; its searches and hits see one state, despite concurrent writes."""
        return self._search.in_snapshot(work)

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; omit those removed since the search."""
        return self._search.hits(passages, source=source)


def _is_prepared(connection: sqlite3.Connection, encoder: EncoderIdentity | None) -> bool:
    is_analyzed = corpus_properties.read(connection, "analysis") == str(ANALYSIS)
    is_clean = corpus_properties.read(connection, "remnants") is None
    return (
        is_analyzed
        and is_clean
        and (encoder is None or corpus_properties.is_recorded_encoder(connection, encoder))
    )


def _current_version(connection: sqlite3.Connection, article_id: str) -> str | None:
    row = connection.execute("SELECT version FROM articles WHERE id = ?", [article_id]).fetchone()
    return row["version"] if row else None


def _is_stored(connection: sqlite3.Connection, article: Article) -> bool:
    """Return whether the stored document is undamaged; otherwise the article must be stored again."""
    row = connection.execute(
        "SELECT * FROM versions WHERE article_id = ? AND version = ?", [article.id, article.version]
    ).fetchone()
    return row is not None and intact_article(row) is not None


def _versions(connection: sqlite3.Connection, header: sqlite3.Row) -> dict[str, Article]:
    """Return the versions of an article, and check each against its hash."""
    rows = connection.execute("SELECT * FROM versions WHERE article_id = ? ORDER BY sequence", [header["id"]])
    versions = {
        row["version"]: checked_document(header["id"], row["version"], row["document"]) for row in rows
    }
    if header["version"] not in versions:
        raise damaged_document(header["id"])
    return versions


def _count(connection: sqlite3.Connection, rest: str, parameters: list[str]) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {rest}", parameters).fetchone()
    return int(count)


def _values_of(connection: sqlite3.Connection, column: str) -> list[FilterValue]:
    rows = connection.execute(
        f"SELECT {column} AS value, count(*) AS articles FROM articles WHERE {column} IS NOT NULL "
        "GROUP BY value ORDER BY articles DESC, value"
    ).fetchall()
    return [FilterValue(value=row["value"], articles=row["articles"]) for row in rows]
