"""The vector index and the keyword index of a data folder together, and what keeps them in shape.

What takes long (training a larger tier, writing files) is done beside the searches, by one thread of one
process at a time; then the new index takes the old one's place.
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
_CLOSING_WAITS_SECONDS = 10.0


class DerivedIndexes:
    """Both indexes of a folder, and the thread that keeps them in shape."""

    def __init__(self, folder: Path, database: Database, encoder: EncoderIdentity | None) -> None:
        self._database = database
        self._lock_path = folder / _LOCK_NAME
        self._vectors_path = folder / VECTORS_NAME
        self.keywords = DerivedKeywords(folder / KEYWORDS_NAME)
        self.vectors = DerivedVectors(self._vectors_path, encoder) if encoder else None
        self._all: list[Derived[Any]] = [self.keywords, *([self.vectors] if self.vectors else [])]
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        with database.reading() as connection:
            for derived in self._all:
                derived.check(connection)

    @property
    def searched_vectors(self) -> DerivedVectors:
        """The index of vectors; ValueError for a corpus that was opened without an encoder."""
        if self.vectors is None:
            raise ValueError("A corpus opened without an encoder has no vector search.")
        return self.vectors

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
        delete(self._vectors_path)

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
        delete(folder / VECTORS_NAME)
        delete(folder / KEYWORDS_NAME)
