"""An index of vectors by passage id: add, remove, search among a set of ids, save, load."""

import json
import os
import stat
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from embeddings.recall import TrueNeighbours
from embeddings.weights import FloatArray

IdArray = npt.NDArray[np.int64]

_FORMAT = "kutip-vector-index-3"
_CHECKSUM_BYTES = 9
_CHUNK = 2**20

# Up to this size, a search compares every vector: a few milliseconds, and less memory than the encoder's.
EXACT_BYTES = 64 * 2**20

# Training vectors per list. k-means gains little from more (FAISS warns below 39).
TRAINING_VECTORS_A_LIST = 40
_TRAINING_ROUNDS = 8

# FAISS' `parallel_mode` in which threads share the lists of one query; otherwise one thread searches all.
_OVER_LISTS = 1

# Concurrent searches. More would only compete for the processors.
_READERS = 16

# The share of the true ten nearest neighbours that an index with lists must find on its own sample.
_RECALL = 0.997


class UnusableIndexFile(Exception):
    """An index file is missing, damaged, or contains another encoder's vectors; rebuild the index."""


class Tier(NamedTuple):
    """How an index searches: its lists, how many of them it searches, and its recall of the ten nearest."""

    lists: int
    lists_searched: int
    recall: float


def lists_for(count: int, dimension: int) -> int:
    """Return the number of inverted lists for `count` vectors: about its square root, 0 for exact search.

    >>> lists_for(10_000, 384), lists_for(100_000, 384), lists_for(1_000_000, 384)
    (0, 256, 1024)
    """
    if count * dimension * 4 <= EXACT_BYTES:
        return 0
    return int(2 ** round(np.log2(np.sqrt(count))))


class VectorIndex:
    """Search by inner product, which is cosine similarity for vectors of unit length.

    Exact for few vectors. For many, inverted lists of 8-bit codes (Jégou et al. 2011,
    https://doi.org/10.1109/TPAMI.2010.57): a search looks into as many lists as it needs to find what exact
    search finds. Every method is safe to call from several threads.
    """

    def __init__(self, *, encoder_name: str, dimension: int) -> None:
        self.encoder_name = encoder_name
        self.dimension = dimension
        self.recall = 1.0  # the share of the ten nearest that a search finds, measured by `tune`
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._readers = threading.Semaphore(_READERS)
        self._writing = threading.Lock()

    @classmethod
    def trained_on(cls, sample: FloatArray, *, encoder_name: str, lists: int) -> "VectorIndex":
        """Return an empty index with `lists` inverted lists, trained on `sample`."""
        index = cls(encoder_name=encoder_name, dimension=sample.shape[1])
        quantizer = faiss.IndexFlatIP(index.dimension)
        tier: Any = faiss.IndexIVFScalarQuantizer(
            quantizer, index.dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        tier.parallel_mode = _OVER_LISTS
        tier.cp.niter = _TRAINING_ROUNDS
        tier.cp.spherical = True  # finds .973 instead of .968 of the ten nearest unit vectors, equally fast
        tier.train(np.ascontiguousarray(sample, np.float32))
        index._index = tier
        return index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def lists(self) -> int:
        """The number of inverted lists; 0 for exact search."""
        return int(getattr(self._index, "nlist", 0))

    @property
    def tier(self) -> Tier:
        """How this index searches now."""
        return Tier(self.lists, int(getattr(self._index, "nprobe", 0)), self.recall)

    @property
    def is_outgrown(self) -> bool:
        """Whether the index has too many vectors for its number of lists."""
        return lists_for(len(self), self.dimension) > self.lists

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """Add `vectors` (count, dimension) with new `ids` (count)."""
        with self._exclusively():
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: IdArray) -> None:
        """Remove the vectors with these `ids`; ignore ids that the index does not contain."""
        if len(ids):
            with self._exclusively():
                self._index.remove_ids(ids)

    def search(
        self, vector: FloatArray, *, depth: int, within: IdArray | None = None
    ) -> list[tuple[int, float]]:
        """Return the `depth` nearest ids with their similarity, best first, only from `within` if given.

        Of two ids with equal similarity, the smaller comes first. With inverted lists, similarities are
        accurate to two decimal places: score the hits again with the vectors themselves.
        """
        if within is not None:
            depth = min(depth, len(within))
        depth = min(depth, len(self))
        if depth == 0:
            return []
        parameters = self._parameters(within)
        with self._readers, nullcontext() if self.lists else _one_thread():
            scores, ids = self._index.search(vector.reshape(1, -1), depth, params=parameters)
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return sorted((pair for pair in found if pair[0] >= 0), key=lambda pair: (-pair[1], pair[0]))

    def ids(self) -> IdArray:
        """Return the ids in no particular order; an id that was added twice appears twice."""
        with self._exclusively():
            if not self.lists:
                ids: IdArray = faiss.vector_to_array(self._index.id_map)
                return ids
            lists = self._index.invlists
            sizes = [lists.list_size(number) for number in range(self.lists)]
            ids_by_list = [
                faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
                for number, size in enumerate(sizes)
                if size
            ]
            return np.concatenate([np.empty(0, np.int64), *ids_by_list])

    def vectors(self, ids: IdArray) -> FloatArray:
        """Return the vectors with these `ids` (count, dimension), decoded if they are stored as codes.

        Raises:
            RuntimeError: the index does not contain an id.
        """
        with self._exclusively():
            if self.lists:
                self._index.set_direct_map_type(faiss.DirectMap.Hashtable)  # type: ignore[attr-defined]
            try:
                decoded: FloatArray = self._index.reconstruct_batch(ids)
            finally:
                if self.lists:
                    self._index.set_direct_map_type(faiss.DirectMap.NoMap)  # type: ignore[attr-defined]
            return decoded

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Wait until no search runs, and block new searches."""
        with self._writing:
            for _ in range(_READERS):
                self._readers.acquire()
            try:
                yield
            finally:
                self._readers.release(_READERS)

    def _parameters(self, within: IdArray | None) -> Any:
        """Search more lists if a filter keeps fewer vectors, so that work and recall stay the same."""
        # The classes accept any field by name, but their type stubs do not say so.
        selector = _selector(within)
        if not self.lists:
            return faiss.SearchParameters(sel=selector) if selector else None  # type: ignore[call-arg]
        share = 1.0 if within is None else len(within) / len(self)
        probes = min(self.lists, int(self.tier.lists_searched / share))
        return faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]

    def tune(self, sample: TrueNeighbours) -> None:
        """Choose the number of lists to search: enough to find what exact search finds."""
        for probes in _probe_choices(self.lists):
            self._index.nprobe = probes
            _, found = self._index.search(sample.queries, 10 * sample.neighbours)
            self.recall = sample.recall(found)
            if self.recall >= _RECALL:
                return

    def save(self, path: Path, *, state: dict[str, int]) -> None:
        """Write the index to a temporary file and rename it to `path`; `load` returns `state` again.

        The caller must make sure that nothing else writes the index meanwhile.
        """
        description = {
            **_description(self.encoder_name, self.dimension),
            "lists": self.lists,
            "recall": self.recall,
            "state": state,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        written = unfinished(path)
        try:
            with open(written, "wb", opener=_private) as file:
                output = _ChecksummedFile(file)
                output.write(json.dumps(description).encode() + b"\n")
                with self._readers, _raise_file_error(output):
                    faiss.write_index(self._index, faiss.PyCallbackIOWriter(output.write, _CHUNK))  # type: ignore[attr-defined]
                file.write(output.checksum)
                file.flush()
                os.fsync(file.fileno())
            written.replace(path)
            sync_folder(path.parent)
        finally:
            written.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, encoder_name: str, dimension: int) -> tuple["VectorIndex", dict[str, int]]:
        """Read a file that `save` wrote; return the index and its state.

        Raises:
            UnusableIndexFile: the file is missing, damaged, or of another format, encoder or dimension.
        """
        # subtle: one descriptor for all, because another process may replace the file meanwhile.
        with _opened(path) as file:
            found = _read_description(file, path)
            expected = _description(encoder_name, dimension)
            if {name: found.get(name) for name in expected} != expected:
                raise UnusableIndexFile(f"{path} is for {found}, not {expected}")
            _verify_checksum(file, path)
            file.seek(0)
            file.readline()
            index = cls(encoder_name=encoder_name, dimension=dimension)
            try:
                index.recall, state = float(found["recall"]), {**found["state"]}
                index._index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _CHUNK))  # type: ignore[attr-defined]
            except (KeyError, TypeError, ValueError, RuntimeError) as error:
                raise UnusableIndexFile(f"{path} is damaged: {error!r:.300}") from error
        if index.lists:
            index._index.parallel_mode = _OVER_LISTS  # the file does not store it
        return index, state


def sync_folder(folder: Path) -> None:
    """Make the renaming of a file survive a power failure, on systems that can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _private(path: str, flags: int) -> int:
    """Open a file that only this user may read."""
    return os.open(path, flags, 0o600)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file to read it. Opening a named pipe would otherwise wait for a process that writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def unfinished(path: Path) -> Path:
    """Return the temporary file for `path`; a process that is killed leaves it behind."""
    return path.with_name(f"{path.name}.unfinished")


def read_description(path: Path) -> dict[str, Any]:
    """Return the description in an index file: encoder, dimension, lists, recall, state.

    Raises:
        UnusableIndexFile
    """
    with _opened(path) as file:
        return _read_description(file, path)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnusableIndexFile(f"{path} is not a regular file")
            yield file
    except OSError as error:
        raise UnusableIndexFile(f"{path} cannot be read: {error}") from error


def _read_description(file: IO[bytes], path: Path) -> dict[str, Any]:
    try:
        description: dict[str, Any] = json.loads(file.readline(_CHUNK))
    except (ValueError, RecursionError) as error:
        raise UnusableIndexFile(f"{path} is damaged: {error}") from error
    if not isinstance(description, dict):
        raise UnusableIndexFile(f"{path} is damaged: its description is missing")
    return description


def _description(encoder_name: str, dimension: int) -> dict[str, str | int]:
    return {"format": _FORMAT, "encoder": encoder_name, "dimension": dimension}


# A bitmap quickly finds an id among millions. Ids beyond this would make the bitmap too large.
_LARGEST_BITMAP_ID = 100_000_000


def _selector(within: IdArray | None) -> Any:
    if within is None:
        return None
    if within.max() > _LARGEST_BITMAP_ID:
        return faiss.IDSelectorBatch(within)
    mask = np.zeros(int(within.max()) + 1, np.bool_)
    mask[within] = True
    return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))  # type: ignore[call-arg, arg-type]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from using several threads for one exact search, because other questions need them.

    For 6,101 vectors, a search takes 0.5 ms on one thread, and 1.8 ms on two threads of two busy processors.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # only for this thread
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _probe_choices(lists: int) -> Iterator[int]:
    """Yield numbers of lists to search, each 1.5 times the number before, up to all lists."""
    probes = 8
    while probes < lists:
        yield probes
        probes += probes // 2
    yield lists


class _ChecksummedFile:
    """Writes bytes to a file, computes their checksum, and stores an error, which FAISS would lose."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> None:
        self._sum = zlib.crc32(data, self._sum)
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    @property
    def checksum(self) -> bytes:
        """The file's last line: the checksum of everything before it."""
        return b"%08x\n" % self._sum


@contextmanager
def _raise_file_error(output: _ChecksummedFile) -> Iterator[None]:
    """Raise the error of the file instead of the error that FAISS makes of it."""
    try:
        yield
    except Exception as error:
        raise output.error or error from error
    if output.error:
        raise output.error


def _verify_checksum(file: IO[bytes], path: Path) -> None:
    """Compare a file's last line with the checksum of the rest, before the file is used."""
    remaining = os.fstat(file.fileno()).st_size - _CHECKSUM_BYTES
    checksum = 0
    file.seek(0)
    while remaining > 0 and (chunk := file.read(min(_CHUNK, remaining))):
        checksum = zlib.crc32(chunk, checksum)
        remaining -= len(chunk)
    if file.read() != b"%08x\n" % checksum:
        raise UnusableIndexFile(f"{path} is damaged: its checksum does not match")
