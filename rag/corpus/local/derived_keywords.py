"""The keyword index of a data folder: the newest passages are in memory, the others in files.

Deleting a document from the files leaves its words in them. So after an article was deleted, upkeep
writes all files anew.
"""

import sqlite3
import threading
from collections.abc import Collection, Generator
from contextlib import closing

from embeddings.vector_index import IdArray, UnusableIndexFile
from rag.corpus.local.database import Database
from rag.corpus.local.derived import (
    EMPTY_STATE,
    Derived,
    State,
    checked_state,
    is_earlier_state,
    removed_since,
)
from rag.corpus.local.indexed_rows import entry_batches
from rag.corpus.local.keyword_index import Entry, KeywordIndex, open_saved, write_index
from rag.corpus.local.properties import newest_state

# Upkeep writes the words to files when this many passages are only in memory. Every start reads them
# from the database, in about .1 s.
_WRITTEN_FROM = 5_000


class DerivedKeywords(Derived[KeywordIndex]):
    """The keyword index and its folder."""

    kind = "keywords"
    _name = "keyword index"
    _takedowns_in_files = 0

    @property
    def is_due(self) -> bool:
        """Whether many passages are only in memory, or the files may contain words of deleted articles."""
        index, state = self._current
        is_outdated = state["takedowns"] > self._takedowns_in_files and self._path.exists()
        return index.unsaved >= _WRITTEN_FROM or is_outdated

    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Write the passages that are only in memory into the folder, and reload the index from there."""
        try:
            saved = checked_state(open_saved(self._path)[1], self._path)
        except UnusableIndexFile:
            saved = EMPTY_STATE
        with database.reading() as connection:
            newest = newest_state(connection)
            removed = removed_since(connection, after=saved["last_removal"])
            is_usable = is_earlier_state(saved, newest) and saved["takedowns"] == newest["takedowns"]
            if not is_usable or removed is None:
                saved, removed = EMPTY_STATE, []
            if saved != newest:  # otherwise another process has already written the folder
                # subtle: close the batches, because a log may keep the traceback of an error, which keeps the
                # connection.
                with closing(self._added(connection, after=saved["last_passage"])) as batches:
                    entries = (entry for _, rows in batches for entry in rows)
                    write_index(
                        self._path, entries, removed=removed, state=newest, clear_first=not saved["corpus"]
                    )
        self._replace(*self._read())

    def save(self, database: Database) -> None:
        """Write the folder if many passages are only in memory."""
        if self.is_due:
            self.upkeep(database, threading.Event())

    def _read(self) -> tuple[KeywordIndex, State]:
        saved, state = open_saved(self._path)
        checked_state(state, self._path)
        self._takedowns_in_files = state["takedowns"]
        return KeywordIndex(saved, last_saved=state["last_passage"]), state

    def _empty(self) -> KeywordIndex:
        return KeywordIndex()

    def _added(self, connection: sqlite3.Connection, *, after: int) -> Generator[tuple[int, list[Entry]]]:
        return entry_batches(connection, after=after)

    def _add(self, index: KeywordIndex, rows: list[Entry]) -> None:
        index.add(rows)

    def _remove(self, index: KeywordIndex, removed: Collection[int]) -> None:
        index.remove(removed)

    def _ids(self, index: KeywordIndex) -> IdArray:
        return index.passage_ids()
