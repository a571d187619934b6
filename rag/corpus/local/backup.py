"""A corpus into one file and back, while other processes search it and add to it."""

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

from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.database import Database, copy_pages
from rag.corpus.local.derived_indexes import delete_files
from rag.corpus.local.migrations import check_format, migrate
from rag.corpus.local.properties import give_new_number, newest_state, stored_encoder
from rag.corpus.protocol import EncoderIdentity, Told
from rag.errors import BackupError, CorpusDamaged, CorpusError, NotFound

# Ids left free for passages that others add while a backup is being restored.
_ROOM = 1_000_000

# Locked by the process whose copy lies beside it.
_IN_USE = "in-use.lock"


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a backup holds; `encoder` is whose vectors they are."""

    articles: int
    passages: int
    bytes: int
    encoder: EncoderIdentity | None

    def __str__(self) -> str:
        return f"{self.articles} articles, {self.passages} passages, {self.bytes:,} bytes"


def back_up(folder: Path, target: Path, *, overwrite: bool, told: Told) -> Contents:
    """Write the corpus in `folder`, as it is when this begins, into one file, whole or not at all.

    Raises:
        NotFound: there is no corpus.
        BackupError: the target is there already or cannot be written, or the corpus is damaged.
        CorpusError: the corpus cannot be read.
    """
    source = folder / DATABASE_NAME
    if not source.is_file():
        raise NotFound(
            f"There are no articles in {folder}. Set KUTIP_DATA_DIR to the folder that holds yours."
        )
    if target.resolve().is_relative_to(folder.resolve()):
        raise BackupError(f"{target} is inside the data folder {folder}. Choose a file outside.")
    if target.exists() and not overwrite:
        raise BackupError(f"{target} exists. Choose another name, or overwrite it with --force.")
    with _beside(target) as written:
        with closing(Database(source)) as database, database.reading() as connection:
            stored_encoder(connection)  # subtle: what is seen is fixed by the first query, not by BEGIN
            _copy(connection, written, told=told)
        contents = _checked(written, name=f"The corpus in {folder}", next_step="run `kutip doctor`")
        written.replace(target)
    return contents


def restore(folder: Path, source: Path, *, overwrite: bool, told: Told) -> Contents:
    """Put a backup in the place of the corpus in `folder`, in one transaction.

    Whoever searches meanwhile sees the corpus of before, whole, and at the next search the restored one.

    Raises:
        NotFound: there is no such file.
        BackupError: it is no backup, is damaged, or there are articles in the folder.
        CorpusTooNew: a newer Kutip wrote it.
        CorpusError: the folder cannot be written.
    """
    if not source.is_file():
        raise NotFound(f"There is no file {source}. Name a file that `kutip backup` wrote.")
    if not overwrite:
        _refuse_articles(folder)
    with closing(_opened(folder)) as database, _beside(folder / DATABASE_NAME) as copied:
        with closing(_connected(source, mode="ro")) as connection:
            _check_is_corpus(connection, source)
            _copy(connection, copied, told=told)
        contents = _checked(copied, name=str(source), next_step="restore another backup")
        with closing(_connected(copied)) as connection:
            connection.execute("BEGIN")
            migrate(connection)
            give_new_number(connection)
            _renumber_passages(connection, after=_last_passage(database))
            connection.execute("COMMIT")
            database.take_over(connection, told=told)
    delete_files(folder)
    return contents


def _refuse_articles(folder: Path) -> None:
    """Raise BackupError where the folder holds a corpus with anything in it, or one that cannot be read."""
    path = folder / DATABASE_NAME
    if not path.exists():
        return
    how = "Keep it with `kutip backup`, then replace it with --force"
    try:
        with closing(_connected(path, mode="ro")) as connection:
            articles = _count(connection, "articles")
    except sqlite3.Error as error:
        raise BackupError(f"Cannot read the articles in {folder} ({error}). {how}.") from error
    if articles:
        raise BackupError(f"{folder} already has {articles} articles. {how}.")


def _opened(folder: Path) -> Database:
    """Open the folder's database; what is none any more is put aside, and a new one made."""
    try:
        return Database(folder / DATABASE_NAME)
    except CorpusDamaged:
        for file in folder.glob(f"{DATABASE_NAME}*"):
            file.replace(file.with_name(f"damaged-{file.name}"))
        return Database(folder / DATABASE_NAME)


def _last_passage(database: Database) -> int:
    """Return the last passage id ever used, 0 where there is no corpus yet, or none that can be read."""
    try:
        with database.reading() as connection:
            return newest_state(connection)["last_passage"]
    except CorpusError:
        return 0


def _renumber_passages(connection: sqlite3.Connection, *, after: int) -> None:
    """Give passages ids that nobody has seen: a search that began before may still ask for those it found."""
    if after:
        step = max(after, newest_state(connection)["last_passage"]) + _ROOM
        connection.execute("DELETE FROM removals")
        connection.execute("UPDATE passages SET id = id + ?", [step])
        connection.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'passages'", [step])


def _connected(path: Path, *, mode: Literal["ro", "rwc"] = "rwc") -> sqlite3.Connection:
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
def _beside(target: Path) -> Iterator[Path]:
    """Give a path on the disk of `target` for what is to take its place; remove what was left by a kill."""
    prefix = f"{target.name}.unfinished-"
    try:
        for left in target.parent.glob(f"{glob.escape(prefix)}*"):
            with suppress(filelock.Timeout), filelock.FileLock(left / _IN_USE, timeout=0):
                shutil.rmtree(left)
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=prefix) as folder,
            filelock.FileLock(Path(folder, _IN_USE)),
        ):
            yield Path(folder, target.name)
    except OSError as error:
        raise BackupError(f"Cannot write {target} ({error}). Choose another file.") from error


def _copy(source: sqlite3.Connection, target: Path, *, told: Told) -> None:
    """Copy what `source` sees into a new file that needs no other beside it."""
    try:
        with closing(_connected(target)) as connection:
            copy_pages(source, connection, told=told)
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupError(
            f"Cannot copy the articles to {target.parent.parent} ({error}). Free some space there."
        ) from error


def _checked(path: Path, *, name: str, next_step: str) -> Contents:
    """Return what a copy holds after having read all of it."""
    try:
        with closing(_connected(path)) as connection:
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
