"""Remembers what was fetched, in a small SQLite file of the data folder, so that the next run fetches less.

The file holds hashes of addresses instead of addresses, because these often consist of words of an article,
and no word of a deleted article stays in the data folder.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.data_folder import check_database_files
from rag.errors import CorpusDamaged, CorpusNotWritable
from rag.fetching.fetcher import Validators

BOOKMARKS_FILE = "fetched.sqlite3"

_BUSY_SECONDS = 30.0
_TABLE = """
CREATE TABLE IF NOT EXISTS fetched (
    address BLOB PRIMARY KEY,  -- its SHA-256
    changed TEXT,              -- when it changed, as its feed or sitemap says
    etag TEXT,
    last_modified TEXT
) WITHOUT ROWID
"""


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """The state in which an address was fetched. `changed` is the time that a feed or sitemap states."""

    url: str
    changed: str | None = None
    validators: Validators = field(default_factory=Validators)


class Bookmarks:
    """The addresses whose articles are stored; a context manager.

    The file is made when the first bookmark is kept. Raises CorpusNotWritable or CorpusDamaged if it cannot
    be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def find(self, url: str) -> Bookmark | None:
        """Return the bookmark of an address, or None."""
        if self._connection is None and not self._path.exists():
            return None
        select = "SELECT changed, etag, last_modified FROM fetched WHERE address = ?"
        with self._translated():
            row = self._opened().execute(select, [_hash(url)]).fetchone()
        if row is None:
            return None
        validators = Validators(etag=row[1], last_modified=row[2])
        return Bookmark(url=url, changed=row[0], validators=validators)

    def keep(self, bookmark: Bookmark) -> None:
        """Store a bookmark; it replaces an older one of the same address."""
        known = bookmark.validators
        row = [_hash(bookmark.url), bookmark.changed, known.etag, known.last_modified]
        with self._translated(), self._opened() as connection:
            connection.execute("INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?)", row)

    def has_all(self, urls: Iterable[str]) -> bool:
        """Whether each of these addresses has a bookmark."""
        return all(self.find(url) is not None for url in urls)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            check_database_files(self._path)
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
            self._connection.execute(_TABLE)
        return self._connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            raise CorpusNotWritable(
                f"{self._path} cannot be used: {error}. Check the folder's space and permissions."
            ) from error
        except sqlite3.DatabaseError as error:
            raise CorpusDamaged(
                f"{self._path} is damaged: {error}. Delete this file; then everything is fetched again."
            ) from error


def forget_all(path: Path) -> None:
    """Remove the bookmarks of an earlier corpus."""
    path.unlink(missing_ok=True)


def _hash(url: str) -> bytes:
    return hashlib.sha256(url.encode(errors="surrogatepass")).digest()
