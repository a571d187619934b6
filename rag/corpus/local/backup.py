"""Backs a corpus up to one file and restores it, while other processes search it and add articles."""

import glob
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import filelock

from embeddings.vector_index import sync_folder
from rag.corpus.local import properties as corpus_properties
from rag.corpus.local.article_rows import analyze_again
from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.database import Database, copy_pages, private_file
from rag.corpus.local.derived_indexes import delete_files
from rag.corpus.local.migrations import check_format, migrate
from rag.corpus.local.properties import draw_new_number, newest_state, stored_encoder
from rag.corpus.protocol import EncoderIdentity, ProgressCallback
from rag.data_folder import check_database_files, holds_corpus
from rag.errors import BackupError, CorpusDamaged, CorpusError, NotFound
from rag.text.languages import ANALYSIS

# The number of ids reserved for passages that other processes add during a restore.
_RESERVED_IDS = 1_000_000

# The process that writes the copy in the same folder locks this file.
_IN_USE = "in-use.lock"


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The contents of a backup; `encoder` is the encoder of its vectors."""

    articles: int
    passages: int
    bytes: int
    encoder: EncoderIdentity | None

    def __str__(self) -> str:
        return f"{self.articles} articles, {self.passages} passages, {self.bytes:,} bytes"


def back_up(folder: Path, target: Path, *, overwrite: bool, on_progress: ProgressCallback) -> Contents:
    """Write the corpus in `folder` into one file, completely or not at all.

    The backup contains the state of the corpus at the start of this call.

    Raises:
        NotFound: there is no corpus in the folder.
        BackupError: the target exists or cannot be written, or the corpus is damaged.
        CorpusError: the corpus cannot be read.
    """
    source = folder / DATABASE_NAME
    if not holds_corpus(folder):
        raise NotFound(
            f"There are no articles in {folder}. Set KUTIP_DATA_DIR to the folder that holds yours."
        )
    if target.resolve().is_relative_to(folder.resolve()):
        raise BackupError(f"{target} is inside the data folder {folder}. Choose a file outside.")
    if target.exists() and not overwrite:
        raise BackupError(f"{target} exists. Choose another name, or overwrite it with --force.")
    if (target.exists() or target.is_symlink()) and (target.is_symlink() or not target.is_file()):
        raise BackupError(f"{target} is not a regular file, so it is not replaced. Choose another file.")
    with _temporary_path(target) as written:
        with closing(Database(source)) as database, database.reading() as connection:
            stored_encoder(connection)  # subtle: the first query fixes the snapshot, not BEGIN
            _copy(connection, written, on_progress=on_progress)
        contents = _checked(written, name=f"The corpus in {folder}", next_step="run `kutip doctor`")
        written.replace(target)
        sync_folder(target.parent)
    return contents


def restore(folder: Path, source: Path, *, overwrite: bool, on_progress: ProgressCallback) -> Contents:
    """Replace the corpus in `folder` by a backup, in one transaction.

    A search that is running meanwhile sees the complete former corpus. The next search sees the restored one.

    Raises:
        NotFound: the file does not exist.
        BackupError: the file is not a backup or is damaged, or the folder contains articles.
        CorpusTooNew: a newer version of Kutip wrote the backup.
        CorpusError: the folder cannot be written.
    """
    if not source.is_file():
        raise NotFound(f"There is no file {source}. Name a file that `kutip backup` wrote.")
    if not overwrite:
        _refuse_articles(folder)
    with closing(_open(folder)) as database, _temporary_path(folder / DATABASE_NAME) as copied:
        with closing(_connect(source, mode="ro")) as connection:
            _check_is_corpus(connection, source)
            _copy(connection, copied, on_progress=on_progress)
        contents = _checked(copied, name=str(source), next_step="restore another backup")
        with closing(_connect(copied)) as connection:
            connection.execute("BEGIN")
            migrate(connection)
            if corpus_properties.read(connection, "analysis") != str(ANALYSIS):
                analyze_again(connection)
            draw_new_number(connection)
            _renumber_passages(connection, after=_last_passage(database))
            connection.execute("COMMIT")
            database.take_over(connection, on_progress=on_progress)
    delete_files(folder)
    return contents


def _refuse_articles(folder: Path) -> None:
    """Raise BackupError if the folder contains a corpus with articles, or a corpus that cannot be read."""
    path = folder / DATABASE_NAME
    if not path.exists():
        return
    how = "Keep it with `kutip backup`, then replace it with --force"
    try:
        with closing(_connect(path, mode="ro")) as connection:
            articles = _count(connection, "articles")
    except sqlite3.Error as error:
        raise BackupError(f"Cannot read the articles in {folder} ({error}). {how}.") from error
    if articles:
        raise BackupError(f"{folder} already has {articles} articles. {how}.")


def _open(folder: Path) -> Database:
    """Open the database in the folder; if its file is damaged, rename the file and create a database."""
    try:
        return Database(folder / DATABASE_NAME)
    except CorpusDamaged:
        for file in folder.glob(f"{DATABASE_NAME}*"):
            file.replace(file.with_name(f"damaged-{file.name}"))
        sync_folder(folder)
        return Database(folder / DATABASE_NAME)


def _last_passage(database: Database) -> int:
    """Return the last passage id ever used; 0 if there is no corpus or it cannot be read."""
    try:
        with database.reading() as connection:
            return newest_state(connection)["last_passage"]
    except CorpusError:
        return 0


def _renumber_passages(connection: sqlite3.Connection, *, after: int) -> None:
    """Give the passages unused ids, because a search that began before may still read the ids it found.

    The first passage gets the first unused id, so that the ids do not double with each backup that is made
    and restored.
    """
    if after:
        (first,) = connection.execute("SELECT coalesce(min(id), 1) FROM passages").fetchone()
        step = max(after, newest_state(connection)["last_passage"]) + _RESERVED_IDS - first + 1
        connection.execute("DELETE FROM removals")
        connection.execute("UPDATE passages SET id = id + ?", [step])
        connection.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'passages'", [step])


def _connect(path: Path, *, mode: Literal["ro", "rwc"] = "rwc") -> sqlite3.Connection:
    check_database_files(path)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _check_is_corpus(connection: sqlite3.Connection, path: Path) -> None:
    try:
        check_format(connection)
        found = newest_state(connection)["corpus"]
    except sqlite3.DatabaseError as error:
        raise BackupError(
            f"{path} is not a backup of Kutip ({error}). Name a file that `kutip backup` wrote."
        ) from error
    if not found:
        raise BackupError(f"{path} is not a backup of Kutip. Name a file that `kutip backup` wrote.")


@contextmanager
def _temporary_path(target: Path) -> Iterator[Path]:
    """Give a path on the disk of `target` for its replacement; delete the files of killed processes."""
    prefix = f"{target.name}.unfinished-"
    try:
        for leftover in target.parent.glob(f"{glob.escape(prefix)}*"):
            with suppress(filelock.Timeout), filelock.FileLock(leftover / _IN_USE, timeout=0):
                shutil.rmtree(leftover)
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=prefix) as folder,
            filelock.FileLock(Path(folder, _IN_USE)),
        ):
            yield Path(folder, target.name)
    except OSError as error:
        raise BackupError(f"Cannot write {target} ({error}). Choose another file.") from error


def _copy(source: sqlite3.Connection, target: Path, *, on_progress: ProgressCallback) -> None:
    """Copy the data that `source` sees into a new file, which is complete without a log file."""
    try:
        private_file(target)
        with closing(_connect(target)) as connection:
            copy_pages(source, connection, on_progress=on_progress)
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupError(
            f"Cannot copy the articles to {target.parent.parent} ({error}). Free some space there."
        ) from error


def _checked(path: Path, *, name: str, next_step: str) -> Contents:
    """Read a copy completely, check it, and return its contents."""
    try:
        with closing(_connect(path)) as connection:
            (problem,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if problem != "ok":
                raise BackupError(f"{name} is damaged ({' '.join(problem.split())}): {next_step}.")
            return Contents(
                articles=_count(connection, "articles"),
                passages=_count(connection, "passages"),
                bytes=path.stat().st_size,
                encoder=stored_encoder(connection),
            )
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{name} is damaged ({error}): {next_step}.") from error


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)
