"""Reads a pack, which `draw.py` writes.

A pack is one file with everything that training needs: the examples for training and for measuring, the
encoder's layers, and the rows of its embedding table that the examples use. So training can run on a machine
that has neither the data nor the package that carries the encoder. Its arrays:

    texts, ends         the tokens of all texts, one after the other, and where each text ends
    numbers             (examples, 6): the numbers of the two texts, the targets of `tokens.Encoded`, and the
                        first and the last token of the answer in the second text
    development, development_sets    the same for measuring, with the name of each example's set
    special             the tokens <s>, </s> and <pad>
    shape, weights.*    the encoder
"""

import io
import lzma
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.weights import FloatArray, ModelShape, dequantize


class PackedWeights:
    """The encoder's tensors, with the rows of the embedding table that a pack needs."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        sizes = arrays["shape"].tolist()
        self.shape = ModelShape(*map(int, sizes[:7]), sizes[7])  # type: ignore[call-arg]

    def tensor(self, name: str) -> FloatArray:
        """Return one tensor's values, flat, as float32."""
        raw = self._arrays[f"weights.{name}"]
        return dequantize(raw.reshape(-1)).ravel() if raw.dtype == np.uint8 else raw


def read_pack(path: Path) -> dict[str, Any]:
    """Return the arrays of a pack by name."""
    with io.BytesIO(lzma.decompress(path.read_bytes())) as buffer:
        return dict(np.load(buffer))
