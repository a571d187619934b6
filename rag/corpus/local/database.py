"""SQLite connections to one data folder: many readers, one writer, and errors translated to Kutip's."""

import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from embeddings.vector_index import sync_folder
from rag.corpus.protocol import ProgressCallback
from rag.data_folder import check_database_files
from rag.errors import CorpusBusy, CorpusDamaged, CorpusError, CorpusNotWritable

logger = logging.getLogger(__name__)

_BUSY_TIMEOUT_SECONDS = 30.0
_RETRY_SECONDS = 0.01

# 4 MiB, small enough for frequent progress reports.
_PAGES_COPIED_AT_ONCE = 1000

_LONG_LOG_BYTES = 32 * 2**20
_CHECKPOINT_TIMEOUT_MILLISECONDS = 200
_SECONDS_AFTER_FAILURE = 2.0
_TAKEDOWN_TIMEOUT_MILLISECONDS = 2000


class _Read(threading.local):
    """The connection with which this thread is reading."""

    connection: sqlite3.Connection | None = None


class Database:
    """A SQLite file in WAL mode: readers and the writer never wait for each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log_path = path.with_name(f"{path.name}-wal")
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._write_lock = threading.Lock()
        self._read = _Read()
        self._checkpoint_not_before = 0.0
        self._log_has_remnants = False
        try:
            _private_folder(path.parent)
            private_file(path)
        except OSError as error:
            raise _not_writable(path, error) from error
        with translated(path):
            self._idle.put(self._connect())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the data from its first query to the end.

        A nested `reading` in the same thread gives the same connection.
        """
        if self._read.connection is not None:
            yield self._read.connection
            return
        with self._borrowed() as connection, translated(self._path):
            connection.execute("BEGIN")
            self._read.connection = connection
            try:
                yield connection
            finally:
                self._read.connection = None
                # Unlike the SQL statement, this method does not fail if SQLite has already rolled back.
                connection.rollback()

    @contextmanager
    def writing(self, *, is_takedown: bool = False) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction, which commits at the end and rolls back on any exception.

        After a takedown, the write-ahead log is emptied, because it contains the deleted text. If readers
        prevent that, the next transaction tries again, and so does `close`.
        """
        with self._write_lock, self._borrowed() as connection, translated(self._path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise
            self._log_has_remnants |= is_takedown
            self._shorten_log(connection)

    def take_over(self, other: sqlite3.Connection, *, on_progress: ProgressCallback) -> None:
        """Replace all data by those of another database, in one transaction."""
        with self._write_lock, self._borrowed() as connection, translated(self._path):
            copy_pages(other, connection, on_progress=on_progress)
            self._shorten_log(connection)

    def drop_remnants(self) -> bool:
        """Write the file anew, without the deleted text that an earlier version of Kutip left in it.

        Returns False if that is not possible now.
        """
        with self._write_lock, self._borrowed() as connection:
            try:
                connection.execute("VACUUM")
            except sqlite3.DatabaseError as error:
                logger.warning(
                    "%s may contain text of articles that were deleted before this upgrade (%s). Kutip tries "
                    "again when it is next opened: free some space on the disk.", self._path, error,
                )  # fmt: skip
                return False
            self._log_has_remnants = True
            self._shorten_log(connection)
            return True

    def close(self) -> None:
        """Close every connection that is not in use."""
        if self._log_has_remnants:
            with self._write_lock, self._borrowed() as connection:
                self._shorten_log(connection)
        while not self._idle.empty():
            self._idle.get().close()

    def _shorten_log(self, connection: sqlite3.Connection) -> None:
        """Empty the write-ahead log if it is long or has deleted text, after waiting for its readers.

        SQLite does this by itself only at a moment without readers, and with busy workers there is none.
        Soon after readers prevented it, deleted text is tried again without waiting.
        """
        now = time.monotonic()
        is_pause = now < self._checkpoint_not_before
        # The changes are already committed, so an error here loses nothing.
        with suppress(OSError, sqlite3.OperationalError):
            is_long = self._log_path.stat().st_size > _LONG_LOG_BYTES
            if self._log_has_remnants or (is_long and not is_pause):
                wait = (
                    _TAKEDOWN_TIMEOUT_MILLISECONDS
                    if self._log_has_remnants
                    else _CHECKPOINT_TIMEOUT_MILLISECONDS
                )
                connection.execute(f"PRAGMA busy_timeout = {0 if is_pause else wait}")
                is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._log_has_remnants = self._log_has_remnants and bool(is_busy)
                if not is_pause:
                    self._checkpoint_not_before = now + is_busy * _SECONDS_AFTER_FAILURE
        connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT_SECONDS * 1000)}")

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            with translated(self._path):
                connection = self._connect()
        try:
            yield connection
        finally:
            self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        check_database_files(self._path)
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        # One damaged text must not fail a search. It differs from its article, so it is not quoted.
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            _switch_to_wal(connection)
            # With FULL, committed changes survive a power failure.
            # With `secure_delete`, deleted text is overwritten.
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection


def private_file(path: Path) -> None:
    """Create a file that only this user may read, unless it exists. SQLite's other files get its mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _private_folder(folder: Path) -> None:
    """Create a folder that only this user may read and that survives a power failure, unless it exists."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for created in missing:
        sync_folder(created.parent)


def copy_pages(
    source: sqlite3.Connection, target: sqlite3.Connection, *, on_progress: ProgressCallback
) -> None:
    """Copy a whole database over another. The other changes at the end, in one step.

    subtle: unless `source` is in a transaction, SQLite restarts the copy after each commit of another
    process.
    """
    source.backup(
        target,
        pages=_PAGES_COPIED_AT_ONCE,
        progress=lambda _, remaining, total: on_progress(total - remaining, total),
        sleep=_RETRY_SECONDS,
    )


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and the writer work at the same time.

    subtle: if several processes open a new file at the same time, SQLite fails here immediately, whatever the
    timeout.
    """
    deadline = time.monotonic() + _BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translate SQLite's errors about its file to Kutip's errors."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite's message quotes damaged text
        raise CorpusDamaged(f"The corpus {path} is damaged ({error}): restore it from a backup.") from error
    except sqlite3.OperationalError as error:
        if "readonly" in str(error) or "unable to open" in str(error):
            raise _not_writable(path, error) from error
        # subtle: if the disk has no space for the shared-memory file, SQLite reports an I/O error.
        if "full" in str(error) or getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE":
            raise CorpusError(
                f"The disk of {path.parent} is full, and the last change was not stored: free some space."
            ) from error
        if "locked" in str(error):
            raise CorpusBusy(
                f"Another process has been writing to {path} for {_BUSY_TIMEOUT_SECONDS:.0f} seconds: "
                "try again."
            ) from error
        raise CorpusError(f"The corpus {path} cannot be used ({error}): run `kutip doctor`.") from error
    except sqlite3.DatabaseError as error:
        # Subclasses of DatabaseError mean a mistake of the caller, not a damaged file.
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise CorpusDamaged(f"The corpus {path} is damaged ({error}): restore it from a backup.") from error


def _not_writable(path: Path, error: Exception) -> CorpusNotWritable:
    return CorpusNotWritable(
        f"The data folder {path.parent} is not writable ({error}): "
        "make it writable or set KUTIP_DATA_DIR to another folder."
    )
