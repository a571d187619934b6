"""Builds BERT's layers as an OpenVINO network from the weights file.

Each of the twelve layers has attention over all heads, add and normalise, feed-forward with GELU, add and
normalise (Devlin et al. 2019, https://arxiv.org/abs/1810.04805). Building the graph by hand takes half a
second. Converting the torch model would take six seconds and 900 MB. The matrices stay 8-bit integers, which
OpenVINO converts while it multiplies. That is as fast as float32, in a quarter of the memory.

In the first run, OpenVINO copies the integers in the order in which it multiplies, and does not read the
originals again. They are in a temporary file, because they would double the memory of the matrices.
"""

import ctypes
import functools
import os
import sys

import numpy as np
import numpy.typing as npt

from embeddings.file_backed import FileBackedWeights
from embeddings.weights import FloatArray, IntegerMatrix, Weights, dequantize

# subtle: importing OpenVINO sends a report over the network, unless this package is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402
from openvino import Node, opset13  # noqa: E402

_MASKED = -1e9

# A layer's matrices: queries, keys, values, attention output, feed-forward in and out.
_MATRICES = ("q", "k", "v", "ao", "fi", "fo")

# OpenVINO caches compiled kernels for each shape of a batch, about ten entries and 1 MB per shape. With the
# default of 5,000 entries, a server grows by half a gigabyte. With this number it is as fast.
_CACHED_KERNELS = "300"


class OpenVinoBert:
    """The compiled layers. Token embeddings are looked up in the 4-bit table, row by row.

    So the 384 MB float table never exists. The layers run in bfloat16 if the processor supports it.

    Fusing the operations of attention takes a third of the time of loading. It makes texts of more than 200
    tokens and large batches 2 to 9 % faster, and others not.
    """

    def __init__(self, weights: Weights, *, fused_attention: bool = True) -> None:
        self._table = weights.blocks("emb.word", row_weights=weights.shape.hidden_size)
        core = openvino.Core()
        has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "CPU_RUNTIME_CACHE_CAPACITY": _CACHED_KERNELS,
            # Pinned threads of several processes would share the first cores.
            "ENABLE_CPU_PINNING": False,
            "SNIPPETS_MODE": "ENABLE" if fused_attention else "DISABLE",
        }
        threads = os.environ.get("OMP_NUM_THREADS", "")
        if threads.isdigit():  # torch and FAISS read the variable themselves
            hints["INFERENCE_NUM_THREADS"] = threads
        names = [f"l{layer}.{part}" for layer in range(weights.shape.layers) for part in _MATRICES]
        self._stored = FileBackedWeights(weights, names)
        self._compiled = core.compile_model(_build(self._stored), "CPU", hints)
        self.hidden_states(np.zeros((1, 32), np.int64), np.ones((1, 32), np.int64))
        self._stored.release()
        _trim_heap()

    def hidden_states(self, token_ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> FloatArray:
        """Return (texts, tokens, hidden size); safe to call from several threads at once."""
        request = self._compiled.create_infer_request()
        request.infer([self._embed(token_ids), mask.astype(np.float32)], share_inputs=True)
        hidden: FloatArray = request.get_output_tensor().data
        return hidden

    def _embed(self, token_ids: npt.NDArray[np.int64]) -> FloatArray:
        distinct, places = np.unique(token_ids, return_inverse=True)
        embedded: FloatArray = dequantize(self._table[distinct])[places.reshape(token_ids.shape)]
        return embedded


def _trim_heap() -> None:
    """Return the memory that loading has freed to the operating system, if the C library can (glibc)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _build(weights: Weights) -> openvino.Model:
    size = weights.shape.hidden_size
    token_embeddings = opset13.parameter([-1, -1, size], np.float32)
    mask = opset13.parameter([-1, -1], np.float32)  # 1 for a token, 0 for padding
    hidden = _embeddings(weights, token_embeddings)
    attention_bias = opset13.multiply(
        opset13.unsqueeze(opset13.subtract(mask, np.float32(1)), [1, 2]), np.float32(-_MASKED)
    )
    for layer in range(weights.shape.layers):
        hidden = _layer(weights, f"l{layer}", hidden, attention_bias)
    return openvino.Model([hidden], [token_embeddings, mask])


def _embeddings(weights: Weights, token_embeddings: Node) -> Node:
    """Add each token's position and the one token type that is used, then normalise."""
    size = weights.shape.hidden_size
    positions = weights.tensor("emb.pos").reshape(-1, size) + weights.tensor("emb.type")[:size]
    length = opset13.gather(opset13.shape_of(token_embeddings), [1], 0)
    used_positions = opset13.slice(opset13.constant(positions), [0], length, [1], [0])
    return _normalize(weights, "emb.ln", opset13.add(token_embeddings, used_positions))


def _layer(weights: Weights, layer: str, hidden: Node, attention_bias: Node) -> Node:
    linear = functools.partial(_linear, weights)
    queries, keys, values = (_split_heads(weights, linear(f"{layer}.{part}", hidden)) for part in "qkv")
    attended = opset13.scaled_dot_product_attention(queries, keys, values, attention_bias)
    joined = opset13.reshape(opset13.transpose(attended, [0, 2, 1, 3]), [0, 0, -1], special_zero=True)
    hidden = _normalize(weights, f"{layer}.aln", opset13.add(hidden, linear(f"{layer}.ao", joined)))
    inner = opset13.gelu(linear(f"{layer}.fi", hidden), "erf")
    return _normalize(weights, f"{layer}.oln", opset13.add(hidden, linear(f"{layer}.fo", inner)))


def _split_heads(weights: Weights, node: Node) -> Node:
    heads = opset13.reshape(node, [0, 0, weights.shape.heads, -1], special_zero=True)
    return opset13.transpose(heads, [0, 2, 1, 3])


def _linear(weights: Weights, name: str, node: Node) -> Node:
    product = opset13.matmul(node, _matrix(weights.matrix(name)), False, True)
    return opset13.add(product, opset13.constant(weights.tensor(f"{name}.b")))


def _matrix(matrix: IntegerMatrix) -> Node:
    """Return the matrix as OpenVINO keeps it compressed: integers that are converted and multiplied.

    The matrix must exist as long as the network.
    """
    integers = opset13.convert(opset13.constant(matrix.integers, shared_memory=True), np.float32)
    scaled = opset13.multiply(integers, opset13.constant(matrix.scales, shared_memory=True))
    outputs, groups, size = matrix.integers.shape
    return opset13.reshape(scaled, [outputs, groups * size], special_zero=False)


def _normalize(weights: Weights, name: str, node: Node) -> Node:
    epsilon = weights.shape.layer_norm_epsilon
    centred = opset13.mvn(node, [-1], True, epsilon, "inside_sqrt")
    scaled = opset13.multiply(centred, opset13.constant(weights.tensor(f"{name}.w")))
    return opset13.add(scaled, opset13.constant(weights.tensor(f"{name}.b")))
