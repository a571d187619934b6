"""Vectors under passage ids: add, remove, search within a set of ids, save, load."""

import json
import os
import tempfile
import threading
import zlib
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from embeddings.weights import FloatArray

IdArray = npt.NDArray[np.int64]

_FORMAT = "kutip-vector-index-2"


class UnusableIndexFile(Exception):
    """An index file is missing, damaged, or holds another encoder's vectors; build the index anew."""


class VectorIndex:
    """Exact search by inner product, which is cosine similarity for vectors of unit length.

    Every method is safe to call from several threads.
    """

    def __init__(self, *, encoder_name: str, dimension: int) -> None:
        self.encoder_name = encoder_name
        self.dimension = dimension
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """Put `vectors` (count, dimension) under new `ids` (count)."""
        with self._lock:
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: IdArray) -> None:
        """Take the vectors of `ids` out; ids it does not hold are passed over."""
        with self._lock:
            self._index.remove_ids(ids)

    def search(
        self, vector: FloatArray, *, depth: int, within: IdArray | None = None
    ) -> list[tuple[int, float]]:
        """Return the `depth` nearest ids with their similarity, best first, only from `within` if given.

        Of equal similarity, the smaller id comes first.
        """
        if within is not None:
            depth = min(depth, len(within))
        depth = min(depth, len(self))
        if depth == 0:
            return []
        parameters = None
        if within is not None:
            # The class takes any field by name, which its types do not say.
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(within))  # type: ignore[call-arg]
        with self._lock:
            scores, ids = self._index.search(vector.reshape(1, -1), depth, params=parameters)
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return sorted((pair for pair in found if pair[0] >= 0), key=lambda pair: (-pair[1], pair[0]))

    def save(self, path: Path, *, state: dict[str, int]) -> None:
        """Write the index beside `path` and rename it in; `state` says what it holds, for `load`."""
        with self._lock:
            body = faiss.serialize_index(self._index).data
        description = {**_description(self.encoder_name, self.dimension), "state": state}
        header = json.dumps(description).encode() + b"\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=path.name) as folder:
            written = Path(folder, path.name)
            with written.open("wb") as file:
                file.writelines([_checksum(header, body), header, body])
                file.flush()
                os.fsync(file.fileno())
            written.replace(path)

    @classmethod
    def load(cls, path: Path, *, encoder_name: str, dimension: int) -> tuple["VectorIndex", dict[str, int]]:
        """Read what `save` wrote; return the index and its state.

        Raises:
            UnusableIndexFile: missing, damaged, of another format, encoder or dimension.
        """
        try:
            with path.open("rb") as file:
                checksum, header, body = file.readline(), file.readline(), file.read()
        except OSError as error:
            raise UnusableIndexFile(f"{path} cannot be read: {error}") from error
        if checksum != _checksum(header, body):
            raise UnusableIndexFile(f"{path} is damaged: its checksum does not match")
        found = json.loads(header)
        state = found.pop("state")
        expected = _description(encoder_name, dimension)
        if found != expected:
            raise UnusableIndexFile(f"{path} is for {found}, not {expected}")
        index = cls(encoder_name=encoder_name, dimension=dimension)
        index._index = faiss.deserialize_index(np.frombuffer(body, np.uint8))
        return index, state


def _description(encoder_name: str, dimension: int) -> dict[str, str | int]:
    return {"format": _FORMAT, "encoder": encoder_name, "dimension": dimension}


def _checksum(header: bytes, body: bytes | memoryview) -> bytes:
    """Return the file's first line, which holds for all that follows."""
    return b"%08x\n" % zlib.crc32(body, zlib.crc32(header))
