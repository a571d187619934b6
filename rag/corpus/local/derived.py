"""An index derived from the database and updated before each search. The index is a cache, never trusted."""

import logging
import shutil
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from embeddings.vector_index import IdArray, UnusableIndexFile
from rag.corpus.index_report import Progress
from rag.corpus.local.database import Database
from rag.corpus.local.properties import newest_state

logger = logging.getLogger(__name__)

State = dict[str, int]
Index = TypeVar("Index")

EMPTY_STATE: State = {"corpus": 0, "analysis": 0, "last_passage": 0, "last_removal": 0, "takedowns": 0}


class Derived(ABC, Generic[Index]):
    """An index, and the state of the database that the index contains."""

    kind: Literal["vectors", "keywords"]
    _name: str

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._current: tuple[Index, State] = self._load()

    @property
    def index(self) -> Index:
        """The index, not updated."""
        return self._current[0]

    def progress(self, newest: State) -> Progress:
        """Return how far the index is behind the state `newest`."""
        _, state = self._current
        if not _is_same_corpus(state, newest):
            state = EMPTY_STATE
        return Progress(
            index=self.kind,
            last_passage=state["last_passage"],
            last_removal=state["last_removal"],
            # A search may have updated the index after `newest` was read.
            passages_behind=max(0, newest["last_passage"] - state["last_passage"]),
            removals_behind=max(0, newest["last_removal"] - state["last_removal"]),
        )

    def check(self, connection: sqlite3.Connection) -> None:
        """Discard an index of another database, or of a later state than the database has now.

        The database has an earlier state if a copy of its file was restored.

        subtle: read the database after the index file, because another process may write both.
        """
        if not is_earlier_state(self._current[1], newest_state(connection)):
            logger.warning("Rebuilding the %s: %s belongs to another database.", self._name, self._path)
            delete(self._path)
            self._current = self._empty(), EMPTY_STATE

    def updated(self, connection: sqlite3.Connection) -> Index:
        """Return the index with all changes that were committed since the last update."""
        newest = newest_state(connection)
        index, state = self._current
        if state == newest:
            return index
        with self._lock:
            index, state = self._current
            if not _is_same_corpus(state, newest):
                # A backup was restored or the database was repaired while this process had the database open.
                index, state = self._empty(), EMPTY_STATE
            for last, rows in self._added(connection, after=state["last_passage"]):
                self._add(index, rows)
                # Record the state now, so that nothing is added twice if the next rows cannot be read.
                state = {**state, "last_passage": last}
                self._current = index, state
            if state["corpus"]:  # an index that was empty has only passages that are in the database now
                self._remove(index, self._removed(connection, index, after=state["last_removal"]))
            # subtle: another thread may have applied changes newer than this snapshot. Never go back.
            self._current = index, {name: max(newest[name], state[name]) for name in newest}
        return index

    def _removed(self, connection: sqlite3.Connection, index: Index, *, after: int) -> Collection[int]:
        removed = removed_since(connection, after=after)
        if removed is not None:
            return removed
        present = connection.execute("SELECT id FROM passages ORDER BY id")
        stored = np.fromiter((row["id"] for row in present), np.int64)
        indexed = self._ids(index)
        # subtle: another thread may have added passages that this connection does not see.
        indexed = indexed[indexed <= newest_state(connection)["last_passage"]]
        missing: list[int] = np.setdiff1d(indexed, stored).tolist()
        return missing

    def updates_paused(self) -> AbstractContextManager[bool]:
        """Prevent other threads from updating the index."""
        return self._lock

    def _replace(self, index: Index, state: State) -> None:
        with self._lock:
            self._current = index, state

    def _load(self) -> tuple[Index, State]:
        try:
            return self._read()
        except UnusableIndexFile as error:
            if self._path.exists():
                logger.warning("Rebuilding the %s from the database: %s", self._name, error)
            return self._empty(), EMPTY_STATE

    @property
    @abstractmethod
    def is_due(self) -> bool:
        """Whether `upkeep` has something to do."""

    @abstractmethod
    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Do the slow work. Meanwhile, other threads can search and update the index."""

    @abstractmethod
    def save(self, database: Database) -> None:
        """Save whatever would be slow to derive again."""

    @abstractmethod
    def _read(self) -> tuple[Index, State]: ...
    @abstractmethod
    def _empty(self) -> Index: ...
    @abstractmethod
    def _added(self, connection: sqlite3.Connection, *, after: int) -> Iterator[tuple[int, Any]]: ...
    @abstractmethod
    def _add(self, index: Index, rows: Any) -> None: ...
    @abstractmethod
    def _remove(self, index: Index, removed: Collection[int]) -> None: ...
    @abstractmethod
    def _ids(self, index: Index) -> IdArray: ...


def delete(path: Path) -> None:
    """Delete a file, or a folder with its contents; delete a link, but not what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def checked_state(state: Any, path: Path) -> State:
    """Return the state in the file of an index.

    Raises:
        UnusableIndexFile: it is not a state, or one of another version of Kutip.
    """
    is_state = isinstance(state, dict) and all(isinstance(number, int) for number in state.values())
    if not is_state or state.keys() != EMPTY_STATE.keys():
        raise UnusableIndexFile(f"{path} has the state {state!r:.200}")
    return dict(state)


def is_earlier_state(state: State, newest: State) -> bool:
    """Return whether the state is empty, or the same state or an earlier one of the same database."""
    if state["corpus"] == 0:
        return True
    return _is_same_corpus(state, newest) and all(
        state[name] <= newest[name] for name in ("last_passage", "last_removal", "takedowns")
    )


def _is_same_corpus(state: State, newest: State) -> bool:
    return all(state[name] == newest[name] for name in ("corpus", "analysis"))


def removed_since(connection: sqlite3.Connection, *, after: int) -> list[int] | None:
    """Return the passages removed after the removal `after`; None if some are no longer noted."""
    rows = connection.execute("SELECT passage_id FROM removals WHERE sequence > ? ORDER BY sequence", [after])
    removed = [row["passage_id"] for row in rows]
    # Removals are numbered without gaps.
    is_complete = len(removed) >= newest_state(connection)["last_removal"] - after
    return removed if is_complete else None
