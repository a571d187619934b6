"""The adapted layers on torch, with numpy arrays as input and output."""

import torch

from embeddings.bundled import TorchTokenEncoder
from embeddings.bundled_cross_encoder import TokenArray
from embeddings.weights import FloatArray, Weights


class TorchLayers:
    """The standard `BertModel`, on any device."""

    def __init__(self, weights: Weights, *, device: str) -> None:
        self._layers = TorchTokenEncoder(weights).to(device)
        self._device = device

    def __call__(self, token_ids: TokenArray, mask: TokenArray) -> FloatArray:
        """Return hidden states in float32: (texts, tokens, hidden size)."""
        with torch.inference_mode():
            tensors = (torch.from_numpy(array).to(self._device) for array in (token_ids, mask))
            hidden: FloatArray = self._layers(*tensors).cpu().numpy()
        return hidden
