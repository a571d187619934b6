"""A small table that worker processes share while the server runs."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SharedTable:
    """A SQLite table in this process's memory, or in `shared_file` if several processes share it.

    Its rows are not kept after the server stops. A process waits `busy_timeout_seconds` for one that writes.
    """

    def __init__(
        self, name: str, columns: str, *, shared_file: Path | None, busy_timeout_seconds: float
    ) -> None:
        self.name = name
        self.rows = sqlite3.connect(
            shared_file or ":memory:",
            timeout=busy_timeout_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        weakref.finalize(self, self.rows.close)
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.execute("PRAGMA synchronous = OFF")  # the rows are not needed after the server stops
        self.rows.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in a transaction, which is rolled back if an error occurs.

        Raises:
            sqlite3.Error: other processes write for too long, or the table cannot be written.
        """
        self.rows.execute("BEGIN IMMEDIATE")
        with self.rows:
            yield self.rows

    def drop_oldest(self, *, kept: int) -> None:
        """Drop all rows but the newest. A row that is replaced is new again."""
        oldest_dropped = f"SELECT rowid FROM {self.name} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
        self.rows.execute(f"DELETE FROM {self.name} WHERE rowid <= ({oldest_dropped})", [kept])
