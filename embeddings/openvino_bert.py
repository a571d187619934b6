"""Builds BERT's layers as an OpenVINO network from the weights file.

Each of the twelve layers has attention over all heads, add and normalise, feed-forward with GELU, add and
normalise (Devlin et al. 2019, https://arxiv.org/abs/1810.04805). Building the graph by hand takes half a
second and no more memory than the weights. Converting the torch model would take six seconds and 900 MB.
"""

import functools
import mmap
import os
import sys
import tempfile

import numpy as np
import numpy.typing as npt

from embeddings.weights import FloatArray, Weights, dequantize

# subtle: importing OpenVINO sends a report over the network, unless this package is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402
from openvino import Node, opset13  # noqa: E402

_MASKED = -1e9

# OpenVINO caches compiled kernels for each shape of a batch, about ten entries and 1 MB per shape. With the
# default of 5,000 entries, a server grows by half a gigabyte. With this number it is as fast.
_CACHED_KERNELS = "300"

_MATRICES = ("q", "k", "v", "ao", "fi", "fo")


class OpenVinoBert:
    """The compiled layers. Token embeddings are looked up in the 4-bit table, row by row.

    So the 384 MB float table never exists. The layers run in bfloat16 if the processor supports it.
    """

    def __init__(self, weights: Weights) -> None:
        self._table = weights.blocks("emb.word", row_weights=weights.shape.hidden_size)
        core = openvino.Core()
        has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "CPU_RUNTIME_CACHE_CAPACITY": _CACHED_KERNELS,
            # Pinned threads of several processes would share the first cores.
            "ENABLE_CPU_PINNING": False,
        }
        threads = os.environ.get("OMP_NUM_THREADS", "")
        if threads.isdigit():  # torch and FAISS read the variable themselves
            hints["INFERENCE_NUM_THREADS"] = threads
        matrices = _MatrixFile(weights)
        self._compiled = core.compile_model(_build(weights, matrices), "CPU", hints)
        # The first batch makes OpenVINO copy the matrices into the layout that the processor needs.
        self.hidden_states(np.zeros((1, 1), np.int64), np.ones((1, 1), np.int64))
        matrices.release()

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


class _MatrixFile:
    """The matrices of the layers, 85 MB in float32, in an unnamed temporary file mapped into memory.

    OpenVINO keeps the matrices that it is given beside its own copy. The operating system can take back the
    memory of a mapped file, and reads the file again if needed. Memory is used instead if the file cannot
    be written.
    """

    def __init__(self, weights: Weights) -> None:
        names = [f"l{layer}.{part}.w" for layer in range(weights.shape.layers) for part in _MATRICES]
        self._matrices: dict[str, FloatArray] = {}
        self._mapped: mmap.mmap | None = None
        try:
            self._map(weights, names)
        except OSError:
            self._matrices = {name: weights.tensor(name) for name in names}

    def _map(self, weights: Weights, names: list[str]) -> None:
        places = {}
        with tempfile.TemporaryFile() as file:
            for name in names:
                values = weights.tensor(name)
                places[name] = file.tell(), len(values)
                file.write(values.data)
            file.flush()
            # subtle: OpenVINO shares only arrays that can be written. It does not write to them.
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        for name, (start, size) in places.items():
            self._matrices[name] = np.frombuffer(self._mapped, np.float32, size, start)

    def matrix(self, name: str) -> FloatArray:
        """Return the values of one matrix, flat; they stay valid as long as a graph uses them."""
        return self._matrices[name]

    def release(self) -> None:
        """Return the memory to the operating system, which reads the file again when needed."""
        if self._mapped is not None and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            self._mapped.madvise(mmap.MADV_DONTNEED)


def _build(weights: Weights, matrices: _MatrixFile) -> openvino.Model:
    size = weights.shape.hidden_size
    token_embeddings = opset13.parameter([-1, -1, size], np.float32)
    mask = opset13.parameter([-1, -1], np.float32)  # 1 for a token, 0 for padding
    hidden = _embeddings(weights, token_embeddings)
    attention_bias = opset13.multiply(
        opset13.unsqueeze(opset13.subtract(mask, np.float32(1)), [1, 2]), np.float32(-_MASKED)
    )
    for layer in range(weights.shape.layers):
        hidden = _layer(weights, matrices, f"l{layer}", hidden, attention_bias)
    return openvino.Model([hidden], [token_embeddings, mask])


def _embeddings(weights: Weights, token_embeddings: Node) -> Node:
    """Add each token's position and the one token type that is used, then normalise."""
    size = weights.shape.hidden_size
    positions = weights.tensor("emb.pos").reshape(-1, size) + weights.tensor("emb.type")[:size]
    length = opset13.gather(opset13.shape_of(token_embeddings), [1], 0)
    used_positions = opset13.slice(opset13.constant(positions), [0], length, [1], [0])
    return _normalize(weights, "emb.ln", opset13.add(token_embeddings, used_positions))


def _layer(weights: Weights, matrices: _MatrixFile, layer: str, hidden: Node, attention_bias: Node) -> Node:
    linear = functools.partial(_linear, weights, matrices)
    queries, keys, values = (_split_heads(weights, linear(f"{layer}.{part}", hidden)) for part in "qkv")
    attended = opset13.scaled_dot_product_attention(queries, keys, values, attention_bias)
    joined = opset13.reshape(opset13.transpose(attended, [0, 2, 1, 3]), [0, 0, -1], special_zero=True)
    hidden = _normalize(weights, f"{layer}.aln", opset13.add(hidden, linear(f"{layer}.ao", joined)))
    inner = opset13.gelu(linear(f"{layer}.fi", hidden), "erf")
    return _normalize(weights, f"{layer}.oln", opset13.add(hidden, linear(f"{layer}.fo", inner)))


def _split_heads(weights: Weights, node: Node) -> Node:
    heads = opset13.reshape(node, [0, 0, weights.shape.heads, -1], special_zero=True)
    return opset13.transpose(heads, [0, 2, 1, 3])


def _linear(weights: Weights, matrices: _MatrixFile, name: str, node: Node) -> Node:
    bias = weights.tensor(f"{name}.b")
    matrix = matrices.matrix(f"{name}.w").reshape(len(bias), -1)
    product = opset13.matmul(node, opset13.constant(matrix, shared_memory=True), False, True)
    return opset13.add(product, opset13.constant(bias))


def _normalize(weights: Weights, name: str, node: Node) -> Node:
    epsilon = weights.shape.layer_norm_epsilon
    centred = opset13.mvn(node, [-1], True, epsilon, "inside_sqrt")
    scaled = opset13.multiply(centred, opset13.constant(weights.tensor(f"{name}.w")))
    return opset13.add(scaled, opset13.constant(weights.tensor(f"{name}.b")))
