"""Keeps integer matrices in a temporary file, so that they need not occupy memory."""

import math
import mmap
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.weights import FloatArray, IntegerMatrix, Weights

# Where an array starts in the file, and its shape.
_Place = tuple[int, tuple[int, ...]]


class FileBackedWeights:
    """Weights whose matrices `names` are in an unnamed temporary file, mapped into memory.

    The operating system can take back the pages of a file, and reads them again if they are needed. If no
    file can be written, the matrices are in ordinary memory. All other tensors are those of `weights`.
    """

    def __init__(self, weights: Weights, names: Sequence[str]) -> None:
        self.shape = weights.shape
        self._weights = weights
        self._places: dict[str, tuple[_Place, _Place]] = {}
        chunks: list[bytes] = []
        start = 0
        for name in names:
            matrix = weights.matrix(name)
            scales_at = start + matrix.integers.nbytes
            self._places[name] = (start, matrix.integers.shape), (scales_at, matrix.scales.shape)
            chunks += [matrix.integers.tobytes(), matrix.scales.tobytes()]
            start = scales_at + matrix.scales.nbytes
        self._pages, self._is_in_file = _mapped(chunks)

    def tensor(self, name: str) -> FloatArray:
        """Return one tensor's values, flat, as float32."""
        return self._weights.tensor(name)

    def blocks(self, name: str, *, row_weights: int) -> npt.NDArray[np.uint8]:
        """Return a 4-bit tensor's rows as they are stored."""
        return self._weights.blocks(name, row_weights=row_weights)

    def matrix(self, name: str) -> IntegerMatrix:
        """Return one of the matrices as views, which are valid as long as these weights."""
        integers, scales = self._places[name]
        return IntegerMatrix(self._view(np.int8, *integers), self._view(np.float32, *scales))

    def release(self) -> None:
        """Return the file's pages to the operating system."""
        if self._is_in_file and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            self._pages.madvise(mmap.MADV_DONTNEED)

    def _view(self, dtype: type[np.generic], start: int, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        return np.frombuffer(self._pages, dtype, math.prod(shape), start).reshape(shape)


def _mapped(chunks: Sequence[bytes]) -> tuple[mmap.mmap, bool]:
    """Return the chunks in memory that can be written to, and whether a file is behind it."""
    try:
        with tempfile.TemporaryFile() as file:
            file.writelines(chunks)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), True
    except OSError:  # there is no folder for temporary files, or it is full
        pages = mmap.mmap(-1, sum(map(len, chunks)))
        for chunk in chunks:
            pages.write(chunk)
        return pages, False
