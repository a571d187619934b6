"""The keyword index of a data folder: the newest passages in memory, the others in files."""

import sqlite3
import threading
from collections.abc import Generator, Mapping
from contextlib import closing

from embeddings.vector_index import UnusableIndexFile
from rag.corpus.local.database import Database
from rag.corpus.local.derived import NOTHING, Derived, State, can_become, removed_since
from rag.corpus.local.indexed_rows import entry_batches
from rag.corpus.local.keyword_index import Entry, KeywordIndex, keep, open_kept
from rag.corpus.local.properties import newest_state

# Passages whose words are only in memory before they are written: read anew at each start, in .1 s.
_WRITTEN_FROM = 5_000


class DerivedKeywords(Derived[KeywordIndex]):
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
            kept = NOTHING
        with database.reading() as connection:
            newest = newest_state(connection)
            kept = kept if can_become(kept, newest) else NOTHING
            if kept != newest:  # no other process has done it
                removed = removed_since(connection, after=kept["last_removal"]) if kept["corpus"] else {}
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
        return entry_batches(connection, after=after)

    def _add(self, index: KeywordIndex, rows: list[Entry]) -> None:
        index.add(rows)

    def _remove(self, index: KeywordIndex, removed: Mapping[int, str]) -> None:
        index.remove(removed)
