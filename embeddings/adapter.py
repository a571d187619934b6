"""Reads the trained adapter of the cross-encoder, and merges it into the weights of the encoder.

A safetensors file contains, in half precision, two small matrices for each of a layer's six large matrices
(`l0.q.a` and `l0.q.b`; W becomes W + ba), and the heads (`pool`, `claim`, `relevance`, `span`, each `.w` and
`.b`). Its metadata names its version, the hash of the weights file that it was trained on, and the numbers of
the encoder's layers that the cross-encoder has, in order: all of them if there is no such entry.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from embeddings.weights import SHA256 as WEIGHTS_SHA256
from embeddings.weights import FloatArray, IntegerMatrix, ModelLoadError, WeightsFile, quantize

VERSION = "1"
SHA256 = "3831f01c230583e42383295e0e4b2ae1a8eab323f34f80fd887ad8bf8948e2b1"
FILE = Path(__file__).parent / "cross-encoder.safetensors"

HEADS = ("pool", "claim", "relevance", "span")


@dataclass(frozen=True)
class Linear:
    """A linear map: weight (out, in) and bias (out,)."""

    weight: FloatArray
    bias: FloatArray

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """Map the last axis."""
        mapped: FloatArray = vectors @ self.weight.T + self.bias
        return mapped


@dataclass(frozen=True)
class Adapter:
    """The tensors as they are in the file, and the numbers of the encoder's layers."""

    tensors: dict[str, npt.NDArray[np.floating]]
    layers: tuple[int, ...] = tuple(range(12))

    def head(self, name: str) -> Linear:
        """Return one of `HEADS`."""
        return Linear(self._float32(f"{name}.w"), self._float32(f"{name}.b"))

    def addition(self, name: str) -> FloatArray | None:
        """Return the matrix to add to the matrix `name`, such as `l0.q`; None if there is none."""
        if f"{name}.a" not in self.tensors:
            return None
        added: FloatArray = self._float32(f"{name}.b") @ self._float32(f"{name}.a")
        return added

    def _float32(self, name: str) -> FloatArray:
        return self.tensors[name].astype(np.float32)


class AdaptedWeights:
    """The layers that the adapter names, with the adapter merged; all other tensors are unchanged."""

    def __init__(self, weights: WeightsFile, adapter: Adapter) -> None:
        self.shape = replace(weights.shape, layers=len(adapter.layers))
        self._weights = weights
        self._adapter = adapter

    def tensor(self, name: str) -> FloatArray:
        """Return one tensor's values, flat, as float32."""
        values = self._weights.tensor(self._name(name))
        added = self._adapter.addition(name.removesuffix(".w")) if name.endswith(".w") else None
        return values if added is None else values + added.ravel()

    def matrix(self, name: str) -> IntegerMatrix:
        """Return the matrix of the linear map `name`; if the adapter changes it, rounded to 8 bits."""
        added = self._adapter.addition(name)
        if added is None:
            return self._weights.matrix(self._name(name))
        return quantize(self._weights.tensor(f"{self._name(name)}.w").reshape(added.shape) + added)

    def blocks(self, name: str, *, row_weights: int) -> npt.NDArray[np.uint8]:
        """Return a 4-bit tensor's rows as they are stored."""
        return self._weights.blocks(name, row_weights=row_weights)

    def _name(self, name: str) -> str:
        """Return the encoder's name: the third layer's `l2.q` is `l4.q` if it is the encoder's fifth."""
        layer, _, part = name.partition(".")
        if not layer[1:].isdigit():
            return name
        return f"l{self._adapter.layers[int(layer[1:])]}.{part}"


def read_adapter(path: Path = FILE, *, sha256: str | None = SHA256) -> Adapter:
    """Read an adapter; its hash is checked unless `sha256` is None.

    Raises:
        ModelLoadError: the file is missing, damaged, of another version or for other weights.
    """
    if sha256 is not None and _sha256_of(path) != sha256:
        raise ModelLoadError(f"{path} is damaged or of another version of Kutip: reinstall Kutip.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelLoadError(f"{path} cannot be read ({error}): reinstall Kutip.") from error
    if metadata.get("version") != VERSION:
        raise ModelLoadError(
            f"{path} is an adapter of version {metadata.get('version')}; this Kutip reads version {VERSION}."
        )
    if metadata.get("weights_sha256") != WEIGHTS_SHA256:
        raise ModelLoadError(f"{path} was trained on other weights than the bundled model's.")
    layers = metadata.get("layers")
    return Adapter(tensors, tuple(map(int, layers.split(",")))) if layers else Adapter(tensors)


def _sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelLoadError(f"{path} cannot be read ({error.strerror}): reinstall Kutip.") from error
