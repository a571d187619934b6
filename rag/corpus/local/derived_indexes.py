"""The vector index and the keyword index of a data folder: caches of the database, never trusted.

Each is brought up to a state of the database before it is searched, which takes memory only. What takes long
(training a larger tier, writing files) is done beside the searches, by one thread of one process at a time;
then the new index takes the old one's place.
"""

import logging
import shutil
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import faiss
import filelock
import numpy as np

from embeddings.recall import TrueNeighbours, made_up_queries
from embeddings.vector_index import (
    TRAINING_VECTORS_A_LIST,
    IdArray,
    UnusableIndexFile,
    VectorIndex,
    lists_for,
    read_description,
    unfinished,
)
from embeddings.weights import FloatArray
from rag.corpus.index_report import IndexReport, Progress
from rag.corpus.local.database import Database
from rag.corpus.local.keyword_index import Entry, KeywordIndex, keep, open_kept
from rag.corpus.local.properties import check_encoder, newest_state
from rag.corpus.protocol import EncoderIdentity
from rag.errors import CorpusDamaged, CorpusError

logger = logging.getLogger(__name__)

VECTORS_NAME = "vectors.faiss"
KEYWORDS_NAME = "keywords.tantivy"
_LOCK_NAME = "upkeep.lock"

_ADDED_AT_ONCE = 10_000

# Passages whose words are only in memory before they are written: read anew at each start, in .1 s.
_WRITTEN_FROM = 5_000

# The vector file is written again before the program ends when this share of it is new.
_UNSAVED_SHARE = 0.1

_SECONDS_BETWEEN_FAILURES = 60.0
_CLOSING_WAITS_SECONDS = 10.0

State = dict[str, int]
Index = TypeVar("Index")


class _Derived(ABC, Generic[Index]):
    """An index with the state of the database that it holds."""

    kind: Literal["vectors", "keywords"]
    _name: str

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._current: tuple[Index, State] = self._load()

    @property
    def index(self) -> Index:
        """The index as it is."""
        return self._current[0]

    def progress(self, newest: State) -> Progress:
        """Return how far the index has come on its way to `newest`."""
        _, state = self._current
        if not _is_same_corpus(state, newest):
            state = _NOTHING
        return Progress(
            index=self.kind,
            last_passage=state["last_passage"],
            last_removal=state["last_removal"],
            # Searches may have been ahead of whoever read `newest`.
            passages_behind=max(0, newest["last_passage"] - state["last_passage"]),
            removals_behind=max(0, newest["last_removal"] - state["last_removal"]),
        )

    def check(self, connection: sqlite3.Connection) -> None:
        """Forget an index of another database, or of a later state of this one, restored since.

        subtle: the caller asks the database after the file was read, as another process may write both.
        """
        if not _can_become(self._current[1], newest_state(connection)):
            logger.warning("The %s is built anew: %s is of another database.", self._name, self._path)
            _delete(self._path)
            self._current = self._empty(), _NOTHING

    def brought_up(self, connection: sqlite3.Connection) -> Index:
        """Return the index after applying what was committed since the last time."""
        newest = newest_state(connection)
        index, state = self._current
        if state == newest:
            return index
        with self._lock:
            index, state = self._current
            if not _is_same_corpus(state, newest):
                # A backup was restored, or the database repaired, while this process had it open.
                index, state = self._empty(), _NOTHING
            for last, rows in self._added(connection, after=state["last_passage"]):
                self._add(index, rows)
                # Noted at once, so that nothing is added twice if the next rows cannot be read.
                state = {**state, "last_passage": last}
                self._current = index, state
            self._remove(index, _removed(connection, after=state["last_removal"]))
            # subtle: another thread may have been ahead of this snapshot; the state never goes back.
            self._current = index, {name: max(newest[name], state[name]) for name in newest}
        return index

    def held(self) -> AbstractContextManager[bool]:
        """Keep other threads from bringing the index up."""
        return self._lock

    def _replace(self, index: Index, state: State) -> None:
        with self._lock:
            self._current = index, state

    def _load(self) -> tuple[Index, State]:
        try:
            return self._read()
        except UnusableIndexFile as error:
            if self._path.exists():
                logger.warning("The %s is built anew from the database: %s", self._name, error)
            return self._empty(), _NOTHING

    @property
    @abstractmethod
    def is_due(self) -> bool:
        """Whether `upkeep` has something to do."""

    @abstractmethod
    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Do what takes long; the index can be searched and brought up meanwhile."""

    @abstractmethod
    def save(self, database: Database) -> None:
        """Write what would take long to derive again."""

    @abstractmethod
    def _read(self) -> tuple[Index, State]: ...
    @abstractmethod
    def _empty(self) -> Index: ...
    @abstractmethod
    def _added(self, connection: sqlite3.Connection, *, after: int) -> Iterator[tuple[int, Any]]: ...
    @abstractmethod
    def _add(self, index: Index, rows: Any) -> None: ...
    @abstractmethod
    def _remove(self, index: Index, removed: Mapping[int, str]) -> None: ...


class DerivedVectors(_Derived[VectorIndex]):
    """The vector index and its file."""

    kind = "vectors"
    _name = "vector index"

    def __init__(self, path: Path, encoder: EncoderIdentity) -> None:
        self._encoder = encoder
        super().__init__(path)
        self._saved_state = self._current[1]

    @property
    def is_due(self) -> bool:
        """Whether the index has outgrown its tier, or much of it is in no file."""
        index, state = self._current
        unsaved = state["last_passage"] - self._saved_state["last_passage"]
        return index.is_outgrown or unsaved > max(_ADDED_AT_ONCE, _UNSAVED_SHARE * len(index))

    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Train the tier that so many vectors deserve, unless another process has; write the file."""
        if self.index.is_outgrown:
            self._adopt()
        if self.index.is_outgrown and (trained := self._trained(database, cancelled)):
            self._replace(*trained)
        self.save(database)

    def save(self, database: Database) -> None:
        """Write the file if anything was applied since it was read or written."""
        with self._lock:
            index, state = self._current
            if state != self._saved_state and not self._is_saved_by_another(index, state):
                index.save(self._path, state=state)
            self._saved_state = state

    def _is_saved_by_another(self, index: VectorIndex, state: State) -> bool:
        try:
            description = read_description(self._path)
        except UnusableIndexFile:
            return False
        return description.get("state") == state and description.get("lists") == index.lists

    def _adopt(self) -> None:
        """Take the file that another process wrote, if its tier is a larger one."""
        try:
            description = read_description(self._path)
            is_larger = description["lists"] > self.index.lists
            if is_larger and description["state"]["corpus"] == self._current[1]["corpus"]:
                index, state = self._read()
                self._replace(index, state)
                self._saved_state = state
        except (UnusableIndexFile, KeyError):
            return

    def _trained(self, database: Database, cancelled: threading.Event) -> tuple[VectorIndex, State] | None:
        """Return an index of the larger tier with all vectors.

        None where the corpus is closed meanwhile, or has become too small for it: others remove articles too.
        """
        started = time.monotonic()
        with database.reading() as connection:
            state = newest_state(connection)
            (count,) = connection.execute("SELECT passages FROM statistics").fetchone()
            lists = lists_for(count, self._encoder.dimension)
            if lists <= self.index.lists:
                return None
            vectors = _sample(connection, TRAINING_VECTORS_A_LIST * lists)
            index = VectorIndex.trained_on(vectors, encoder_name=self._encoder.name, lists=lists)
            sample = TrueNeighbours(made_up_queries(vectors))
            for _, (ids, added) in self._added(connection, after=0):
                if cancelled.is_set():
                    return None
                index.add(ids, added)
                sample.show(ids, added)
        index.tune(sample)
        logger.info(
            "The vector index has %d lists for %d passages now; recall@10 %.4f on its own sample, %.0f s.",
            index.lists, count, index.recall, time.monotonic() - started,
        )  # fmt: skip
        return index, state

    def _read(self) -> tuple[VectorIndex, State]:
        name, dimension = self._encoder
        return VectorIndex.load(self._path, encoder_name=name, dimension=dimension)

    def _empty(self) -> VectorIndex:
        name, dimension = self._encoder
        return VectorIndex(encoder_name=name, dimension=dimension)

    def _added(
        self, connection: sqlite3.Connection, *, after: int
    ) -> Iterator[tuple[int, tuple[IdArray, FloatArray]]]:
        check_encoder(connection, self._encoder)
        for ids, vectors in vector_batches(connection, after=after):
            if vectors.shape[1] != self._encoder.dimension:
                raise CorpusDamaged(f"A stored vector has not {self._encoder.dimension} numbers: {_FIX}.")
            yield int(ids[-1]), (ids, vectors)

    def _add(self, index: VectorIndex, rows: tuple[IdArray, FloatArray]) -> None:
        index.add(*rows)

    def _remove(self, index: VectorIndex, removed: Mapping[int, str]) -> None:
        index.remove(np.array(list(removed), np.int64))


class DerivedKeywords(_Derived[KeywordIndex]):
    """The keyword index and its folder."""

    kind = "keywords"
    _name = "keyword index"

    @property
    def is_due(self) -> bool:
        """Whether many passages are in memory only."""
        return self.index.unkept >= _WRITTEN_FROM

    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Write what is in memory only into the folder, and begin again with that."""
        try:
            _, kept = open_kept(self._path)
        except UnusableIndexFile:
            kept = _NOTHING
        with database.reading() as connection:
            newest = newest_state(connection)
            kept = kept if _can_become(kept, newest) else _NOTHING
            if kept != newest:  # no other process has done it
                removed = _removed(connection, after=kept["last_removal"]) if kept["corpus"] else {}
                # subtle: else the traceback of an error, which a log may keep, would keep the connection.
                with closing(self._added(connection, after=kept["last_passage"])) as batches:
                    entries = (entry for _, rows in batches for entry in rows)
                    keep(self._path, entries, removed=removed, state=newest, anew=not kept["corpus"])
        self._replace(*self._read())

    def save(self, database: Database) -> None:
        """Write the folder if much is in memory only."""
        if self.is_due:
            self.upkeep(database, threading.Event())

    def _read(self) -> tuple[KeywordIndex, State]:
        kept, state = open_kept(self._path)
        return KeywordIndex(kept, last_kept=state["last_passage"]), state

    def _empty(self) -> KeywordIndex:
        return KeywordIndex()

    def _added(self, connection: sqlite3.Connection, *, after: int) -> Generator[tuple[int, list[Entry]]]:
        cursor = connection.execute(f"{_ENTRIES} WHERE passages.id > ? ORDER BY passages.id", [after])
        for rows in _batches(cursor):
            yield rows[-1]["passage_id"], [_entry(row) for row in rows]

    def _add(self, index: KeywordIndex, rows: list[Entry]) -> None:
        index.add(rows)

    def _remove(self, index: KeywordIndex, removed: Mapping[int, str]) -> None:
        index.remove(removed)


class DerivedIndexes:
    """Both indexes of a folder, and the thread that keeps them in shape."""

    def __init__(self, folder: Path, database: Database, encoder: EncoderIdentity | None) -> None:
        self._database = database
        self._lock_path = folder / _LOCK_NAME
        self._vectors_path = folder / VECTORS_NAME
        self.keywords = DerivedKeywords(folder / KEYWORDS_NAME)
        self.vectors = DerivedVectors(self._vectors_path, encoder) if encoder else None
        self._all: list[_Derived[Any]] = [self.keywords, *([self.vectors] if self.vectors else [])]
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        with database.reading() as connection:
            for derived in self._all:
                derived.check(connection)

    def upkeep_if_due(self) -> None:
        """Start the upkeep beside the searches, unless it runs or has just failed."""
        if not any(derived.is_due for derived in self._all) or time.monotonic() < self._not_before:
            return
        with self._starting:
            if self._closing.is_set() or self._has_upkeep:
                return
            self._thread = threading.Thread(target=self._upkeep_beside, name="upkeep", daemon=True)
            self._thread.start()

    @property
    def _has_upkeep(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other threads from bringing the indexes up."""
        with ExitStack() as stack:
            for derived in self._all:
                stack.enter_context(derived.held())
            yield

    def report(self) -> IndexReport:
        """Return how both indexes stand, without bringing them up."""
        with self._database.reading() as connection:
            newest = newest_state(connection)
            (passages,) = connection.execute("SELECT passages FROM statistics").fetchone()
        index = self.vectors.index if self.vectors else None
        return IndexReport(
            passages=passages,
            vectors=None if index is None else len(index),
            tier=None if index is None else index.tier,
            has_upkeep=self._has_upkeep,
            progress=[derived.progress(newest) for derived in self._all],
        )

    def optimize(self) -> None:
        """Bring both up and do the upkeep now."""
        with self._database.reading() as connection:
            for derived in self._all:
                derived.brought_up(connection)
        self._upkeep(wait_seconds=_CLOSING_WAITS_SECONDS)

    def forget_vectors(self) -> None:
        """Delete the vector file, which an opening without an encoder does not hold against the database."""
        _delete(self._vectors_path)

    def close(self) -> None:
        """End the upkeep, and write what would take long to derive again."""
        self._closing.set()
        with self._starting:
            if self._thread:
                self._thread.join()
        try:
            with self._database.reading() as connection:
                for derived in self._all:
                    derived.brought_up(connection)
            with self._alone(wait_seconds=_CLOSING_WAITS_SECONDS):
                for derived in self._all:
                    derived.save(self._database)
        except (CorpusError, OSError, ValueError, filelock.Timeout) as error:
            logger.warning("The indexes could not be saved; they will be built anew: %s", error)

    def _upkeep_beside(self) -> None:
        faiss.omp_set_num_threads(1)  # of this thread alone: the other processors answer questions
        self._upkeep(wait_seconds=0)

    def _upkeep(self, *, wait_seconds: float) -> None:
        try:
            with self._alone(wait_seconds=wait_seconds):
                for derived in self._all:
                    if derived.is_due:
                        derived.upkeep(self._database, self._closing)
        except filelock.Timeout:
            self._not_before = time.monotonic() + 1
        except Exception:
            logger.exception("The indexes work on as they are; their upkeep failed.")
            self._not_before = time.monotonic() + _SECONDS_BETWEEN_FAILURES

    @contextmanager
    def _alone(self, *, wait_seconds: float) -> Iterator[None]:
        """Keep other processes from the files, and remove what one that was killed left."""
        with filelock.FileLock(self._lock_path, timeout=wait_seconds):
            unfinished(self._vectors_path).unlink(missing_ok=True)
            yield


def delete_files(folder: Path) -> None:
    """Delete the files of both indexes, unless another process is at work on them: they are derived anew."""
    with suppress(filelock.Timeout), filelock.FileLock(folder / _LOCK_NAME, timeout=_CLOSING_WAITS_SECONDS):
        _delete(folder / VECTORS_NAME)
        _delete(folder / KEYWORDS_NAME)


_NOTHING: State = {"corpus": 0, "analysis": 0, "last_passage": 0, "last_removal": 0}


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _can_become(state: State, newest: State) -> bool:
    """Whether the state is an earlier one of the same database, or none yet."""
    if state["corpus"] == 0:
        return True
    return _is_same_corpus(state, newest) and all(
        state[name] <= newest[name] for name in ("last_passage", "last_removal")
    )


def _is_same_corpus(state: State, newest: State) -> bool:
    return all(state[name] == newest[name] for name in ("corpus", "analysis"))


def _removed(connection: sqlite3.Connection, *, after: int) -> dict[int, str]:
    """Return the passages removed since, with their words."""
    rows = connection.execute("SELECT passage_id, words FROM removals WHERE sequence > ?", [after])
    return {row["passage_id"]: row["words"] for row in rows}


def vector_batches(connection: sqlite3.Connection, *, after: int = 0) -> Iterator[tuple[IdArray, FloatArray]]:
    """Yield the passages after `after`, in order: ids (count) and vectors (count, dimension).

    Raises:
        CorpusDamaged: vectors are not of one length.
    """
    query = "SELECT id, vector FROM passages WHERE id > ? ORDER BY id"
    for rows in _batches(connection.execute(query, [after])):
        if len({len(row["vector"]) for row in rows}) > 1:
            raise CorpusDamaged(f"The stored vectors are not of one length: {_FIX}.")
        vectors = np.frombuffer(b"".join(row["vector"] for row in rows), np.float32)
        yield np.array([row["id"] for row in rows], np.int64), vectors.reshape(len(rows), -1)


def entries(connection: sqlite3.Connection, *, sample: int) -> list[Entry]:
    """Return `sample` passages from everywhere, as the keyword index takes them."""
    rows = connection.execute(f"{_ENTRIES} WHERE passages.id IN ({_FROM_EVERYWHERE})", [sample]).fetchall()
    return [_entry(row) for row in rows]


_FIX = "run `kutip doctor --fix`"

_ENTRIES = (
    "SELECT passages.id AS passage_id, words, articles.* FROM passages "
    "JOIN articles ON articles.id = article_id"
)

# The same each time.
_FROM_EVERYWHERE = "SELECT id FROM passages ORDER BY id * 2654435761 % 4294967296 LIMIT ?"


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["passage_id"], row["words"], row)


def _sample(connection: sqlite3.Connection, count: int) -> FloatArray:
    rows = connection.execute(
        f"SELECT vector FROM passages WHERE id IN ({_FROM_EVERYWHERE})", [count]
    ).fetchall()
    return np.frombuffer(b"".join(row["vector"] for row in rows), np.float32).reshape(len(rows), -1)


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[sqlite3.Row]]:
    while rows := cursor.fetchmany(_ADDED_AT_ONCE):
        yield rows
