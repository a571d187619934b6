"""The vector index of a data folder: its file, and the tier that suits its number of vectors."""

import logging
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from embeddings.recall import TrueNeighbours, synthetic_queries
from embeddings.vector_index import (
    TRAINING_VECTORS_A_LIST,
    IdArray,
    UnusableIndexFile,
    VectorIndex,
    lists_for,
    read_description,
)
from embeddings.weights import FloatArray
from rag.corpus.local.database import Database
from rag.corpus.local.derived import Derived, State, checked_state
from rag.corpus.local.indexed_rows import ADDED_AT_ONCE, FIX, sampled_vectors, vector_batches
from rag.corpus.local.properties import check_encoder, newest_state
from rag.corpus.protocol import EncoderIdentity
from rag.errors import CorpusDamaged

logger = logging.getLogger(__name__)

# Upkeep writes the vector file again when this share of its vectors is new. Otherwise, closing the corpus
# writes the file.
_UNSAVED_SHARE = 0.1


class DerivedVectors(Derived[VectorIndex]):
    """The vector index and its file."""

    kind = "vectors"
    _name = "vector index"

    def __init__(self, path: Path, encoder: EncoderIdentity) -> None:
        self._encoder = encoder
        super().__init__(path)
        self._saved_state = self._current[1]

    @property
    def is_due(self) -> bool:
        """Whether the index is too large for its tier, or the file lacks many vectors or has deleted ones."""
        index, state = self._current
        if state["takedowns"] > self._saved_state["takedowns"] and self._path.exists():
            return True
        unsaved = state["last_passage"] - self._saved_state["last_passage"]
        return index.is_outgrown or unsaved > max(ADDED_AT_ONCE, _UNSAVED_SHARE * len(index))

    def upkeep(self, database: Database, cancelled: threading.Event) -> None:
        """Train the tier that suits the number of vectors, unless another process has; write the file."""
        if self.index.is_outgrown:
            self._load_larger_tier()
        if self.index.is_outgrown and (trained := self._train(database, cancelled)):
            self._replace(*trained)
        self.save(database)

    def save(self, database: Database) -> None:
        """Write the file if the index changed since the file was read or written."""
        with self._lock:
            index, state = self._current
            if state != self._saved_state and not self._is_saved_by_another(index, state):
                index.save(self._path, state=state)
            self._saved_state = state

    def _is_saved_by_another(self, index: VectorIndex, state: State) -> bool:
        try:
            description = read_description(self._path)
        except UnusableIndexFile:
            return False
        return description.get("state") == state and description.get("lists") == index.lists

    def _load_larger_tier(self) -> None:
        """Load the file that another process wrote, if its tier is larger."""
        try:
            description = read_description(self._path)
            state = checked_state(description["state"], self._path)
            if description["lists"] > self.index.lists and state["corpus"] == self._current[1]["corpus"]:
                index, state = self._read()
                self._replace(index, state)
                self._saved_state = state
        except (UnusableIndexFile, KeyError, TypeError):
            return

    def _train(self, database: Database, cancelled: threading.Event) -> tuple[VectorIndex, State] | None:
        """Return an index of the larger tier with all vectors.

        Return None if the corpus is closed meanwhile, or if other processes removed so many articles that the
        corpus is too small for this tier.
        """
        started = time.monotonic()
        with database.reading() as connection:
            state = newest_state(connection)
            (count,) = connection.execute("SELECT passages FROM statistics").fetchone()
            lists = lists_for(count, self._encoder.dimension)
            if lists <= self.index.lists:
                return None
            vectors = sampled_vectors(connection, TRAINING_VECTORS_A_LIST * lists)
            index = VectorIndex.trained_on(vectors, encoder_name=self._encoder.name, lists=lists)
            sample = TrueNeighbours(synthetic_queries(vectors))
            for _, (ids, added) in self._added(connection, after=0):
                if cancelled.is_set():
                    return None
                index.add(ids, added)
                sample.add_vectors(ids, added)
        index.tune(sample)
        logger.info(
            "Trained the vector index: %d lists for %d passages, recall@10 %.4f on its own sample, %.0f s.",
            index.lists, count, index.recall, time.monotonic() - started,
        )  # fmt: skip
        return index, state

    def _read(self) -> tuple[VectorIndex, State]:
        name, dimension = self._encoder
        index, state = VectorIndex.load(self._path, encoder_name=name, dimension=dimension)
        return index, checked_state(state, self._path)

    def _empty(self) -> VectorIndex:
        name, dimension = self._encoder
        return VectorIndex(encoder_name=name, dimension=dimension)

    def _added(
        self, connection: sqlite3.Connection, *, after: int
    ) -> Iterator[tuple[int, tuple[IdArray, FloatArray]]]:
        check_encoder(connection, self._encoder)
        for ids, vectors in vector_batches(connection, after=after):
            if vectors.shape[1] != self._encoder.dimension:
                raise CorpusDamaged(
                    f"A stored vector does not have {self._encoder.dimension} numbers: {FIX}."
                )
            yield int(ids[-1]), (ids, vectors)

    def _add(self, index: VectorIndex, rows: tuple[IdArray, FloatArray]) -> None:
        index.add(*rows)

    def _remove(self, index: VectorIndex, removed: Collection[int]) -> None:
        index.remove(np.array(list(removed), np.int64))

    def _ids(self, index: VectorIndex) -> IdArray:
        return index.ids()
