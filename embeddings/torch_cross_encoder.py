"""The bundled cross-encoder on torch, for a GPU or a processor without OpenVINO."""

import torch

from embeddings.adapter import AdaptedWeights, Adapter
from embeddings.bundled import TorchTokenEncoder
from embeddings.bundled_cross_encoder import NAME, BundledCrossEncoder, TokenArray
from embeddings.unigram import bundled_tokenizer
from embeddings.weights import FloatArray, Weights, open_weights


class _TorchLayers:
    """The standard `BertModel` on any device, with numpy arrays as input and output."""

    def __init__(self, weights: Weights, *, device: str) -> None:
        self._layers = TorchTokenEncoder(weights).to(device)
        self._device = device

    def __call__(self, token_ids: TokenArray, mask: TokenArray) -> FloatArray:
        """Return hidden states in float32: (texts, tokens, hidden size)."""
        with torch.inference_mode():
            tensors = (torch.from_numpy(array).to(self._device) for array in (token_ids, mask))
            hidden: FloatArray = self._layers(*tensors).cpu().numpy()
        return hidden


def load(adapter: Adapter, *, device: str = "cpu") -> BundledCrossEncoder:
    """Build the cross-encoder in memory.

    Raises:
        ModelLoadError: the bundled weights are missing or damaged.
    """
    weights = open_weights()
    layers = _TorchLayers(AdaptedWeights(weights, adapter), device=device)
    tokenizer = bundled_tokenizer()
    weights.release()
    return BundledCrossEncoder(adapter, tokenizer=tokenizer, layers=layers, name=NAME)
