"""The vector index and the keyword index of a data folder, and their upkeep.

Upkeep is slow: it trains a larger tier and writes files. One thread of one process at a time does upkeep in
the background while searches continue. Then the new index replaces the old one.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import faiss
import filelock

from embeddings.vector_index import unfinished
from rag.corpus.index_report import IndexReport
from rag.corpus.local.database import Database
from rag.corpus.local.derived import Derived, delete
from rag.corpus.local.derived_keywords import DerivedKeywords
from rag.corpus.local.derived_vectors import DerivedVectors
from rag.corpus.local.properties import newest_state
from rag.corpus.protocol import EncoderIdentity
from rag.errors import CorpusError

logger = logging.getLogger(__name__)

VECTORS_NAME = "vectors.faiss"
KEYWORDS_NAME = "keywords.tantivy"
_LOCK_NAME = "upkeep.lock"

_SECONDS_BETWEEN_FAILURES = 60.0
_LOCK_TIMEOUT_SECONDS = 10.0


class DerivedIndexes:
    """Both indexes of a folder, and the thread for their upkeep."""

    def __init__(self, folder: Path, database: Database, encoder: EncoderIdentity | None) -> None:
        self._database = database
        self._lock_path = folder / _LOCK_NAME
        self._vectors_path = folder / VECTORS_NAME
        self._keywords_path = folder / KEYWORDS_NAME
        self.keywords = DerivedKeywords(self._keywords_path)
        self.vectors = DerivedVectors(self._vectors_path, encoder) if encoder else None
        self._all: list[Derived[Any]] = [self.keywords, *([self.vectors] if self.vectors else [])]
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next_upkeep_at = 0.0
        with database.reading() as connection:
            for derived in self._all:
                derived.check(connection)

    @property
    def searched_vectors(self) -> DerivedVectors:
        """The vector index; ValueError if the corpus was opened without an encoder."""
        if self.vectors is None:
            raise ValueError("A corpus opened without an encoder cannot search vectors.")
        return self.vectors

    def upkeep_if_due(self) -> None:
        """Start upkeep in the background if needed, unless upkeep is running or has just failed."""
        if not any(derived.is_due for derived in self._all) or time.monotonic() < self._next_upkeep_at:
            return
        with self._starting:
            if self._closing.is_set() or self._has_upkeep:
                return
            self._thread = threading.Thread(target=self._upkeep_in_background, name="upkeep", daemon=True)
            self._thread.start()

    @property
    def _has_upkeep(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @contextmanager
    def updates_paused(self) -> Iterator[None]:
        """Prevent other threads from updating the indexes."""
        with ExitStack() as stack:
            for derived in self._all:
                stack.enter_context(derived.updates_paused())
            yield

    def report(self) -> IndexReport:
        """Report the state of both indexes without updating them."""
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

    def take_down(self) -> None:
        """Start to write the files of the indexes again, because an article was deleted.

        If that fails, the article is deleted all the same, and the next update tries again.
        """
        if not (self._vectors_path.exists() or self._keywords_path.exists()):
            return
        try:
            self._update()
            self.upkeep_if_due()
        except CorpusError as error:
            logger.warning("The indexes cannot be updated after a deletion: %s", error)

    def _update(self) -> None:
        with self._database.reading() as connection:
            for derived in self._all:
                derived.updated(connection)

    def optimize(self) -> None:
        """Update both indexes and do the upkeep now."""
        self._update()
        self._upkeep(wait_seconds=_LOCK_TIMEOUT_SECONDS)

    def forget_vectors(self) -> None:
        """Delete the vector file. A corpus opened without an encoder does not check this file."""
        delete(self._vectors_path)

    def close(self) -> None:
        """Stop the upkeep, and save whatever would be slow to derive again."""
        self._closing.set()
        with self._starting:
            if self._thread:
                self._thread.join()
        try:
            self._update()
            with self._files_locked(wait_seconds=_LOCK_TIMEOUT_SECONDS):
                for derived in self._all:
                    derived.save(self._database)
        except (CorpusError, OSError, ValueError, filelock.Timeout) as error:
            logger.warning("The indexes could not be saved. Kutip will rebuild them: %s", error)

    def _upkeep_in_background(self) -> None:
        faiss.omp_set_num_threads(1)  # for this thread only: the other processors answer questions
        self._upkeep(wait_seconds=0)

    def _upkeep(self, *, wait_seconds: float) -> None:
        try:
            with self._files_locked(wait_seconds=wait_seconds):
                for derived in self._all:
                    if derived.is_due:
                        derived.upkeep(self._database, self._closing)
        except filelock.Timeout:
            self._next_upkeep_at = time.monotonic() + 1
        except Exception:
            logger.exception(
                "The upkeep of the indexes failed; searches continue with the indexes as they are."
            )
            self._next_upkeep_at = time.monotonic() + _SECONDS_BETWEEN_FAILURES

    @contextmanager
    def _files_locked(self, *, wait_seconds: float) -> Iterator[None]:
        """Lock the index files against other processes; delete the unfinished file of a killed process."""
        with filelock.FileLock(self._lock_path, timeout=wait_seconds):
            delete(unfinished(self._vectors_path))
            yield


def delete_files(folder: Path) -> None:
    """Delete the files of both indexes, unless another process is writing them; Kutip derives them again.

    Files that stay do no harm: the next process finds that they belong to another database.
    """
    with (
        suppress(filelock.Timeout, OSError),
        filelock.FileLock(folder / _LOCK_NAME, timeout=_LOCK_TIMEOUT_SECONDS),
    ):
        delete(folder / VECTORS_NAME)
        delete(folder / KEYWORDS_NAME)
