"""Loads multilingual-e5-small as a SentenceTransformer, without a network.

Two engines run the same weights. `torch` uses the standard `BertModel` on any device. `openvino` is twice as
fast on a processor with bfloat16, and needs a quarter of the memory.
"""

from typing import Any, Literal, Protocol

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertConfig, BertModel

from embeddings.openvino_bert import OpenVinoBert
from embeddings.unigram import UnigramTokenizer, bundled_tokenizer
from embeddings.weights import Tensors, Weights, open_weights

NAME = "bundled:multilingual-e5-small"
PROMPTS = {"query": "query: ", "document": "passage: "}

Engine = Literal["openvino", "torch"]


class TokenEncoder(Protocol):
    """Turns token ids and their mask into one hidden state per token: (texts, tokens, hidden size)."""

    def __call__(self, token_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return hidden states in float32."""
        ...


class BundledTransformer(InputModule):
    """The first module of the SentenceTransformer: turns texts into token embeddings."""

    def __init__(
        self, tokenizer: UnigramTokenizer, token_encoder: TokenEncoder, *, max_seq_length: int
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tokenizer = self._tokenizer = tokenizer  # type: ignore[assignment]
        self.token_encoder = token_encoder
        self.max_seq_length = max_seq_length

    def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """Tokenize into one padded batch: `input_ids` and `attention_mask`, each (texts, tokens)."""
        batch = self._tokenizer.encode((prompt or "") + text for text in inputs)
        return pad([ids[: self.max_seq_length] for ids in batch], pad_id=self._tokenizer.pad_id)

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add `token_embeddings`, (texts, tokens, hidden size)."""
        hidden = self.token_encoder(features["input_ids"], features["attention_mask"])
        features["token_embeddings"] = hidden
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Raise NotImplementedError: the weights stay in the package that carries them."""
        raise NotImplementedError("The bundled model is read from its package and is not saved.")


def pad(token_ids: list[list[int]], *, pad_id: int) -> dict[str, torch.Tensor]:
    """Pad token id lists to the same length; return the ids with their mask."""
    length = max(map(len, token_ids))
    ids = np.full((len(token_ids), length), pad_id, np.int64)
    mask = np.zeros_like(ids)
    for row, text_ids in enumerate(token_ids):
        ids[row, : len(text_ids)] = text_ids
        mask[row, : len(text_ids)] = 1
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}


class TorchTokenEncoder(torch.nn.Module):
    """The standard `BertModel`, on any device and in any precision."""

    def __init__(self, weights: Weights, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.bert = build_bert(weights)
        self.to(dtype)

    def forward(self, token_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return hidden states in float32."""
        output = self.bert(input_ids=token_ids, attention_mask=attention_mask)
        hidden: torch.Tensor = output.last_hidden_state.float()
        return hidden


class OpenVinoTokenEncoder:
    """The layers compiled by OpenVINO, with torch tensors as input and output."""

    def __init__(self, weights: Weights) -> None:
        self._bert = OpenVinoBert(weights)

    def __call__(self, token_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return hidden states in float32."""
        return torch.from_numpy(self._bert.hidden_states(token_ids.numpy(), attention_mask.numpy()))


def load(*, engine: Engine, device: str = "cpu") -> SentenceTransformer:
    """Build the model in memory from the verified weights.

    Raises:
        ModelLoadError: the weights are missing or not the pinned ones.
    """
    weights = open_weights()
    engines = {"openvino": OpenVinoTokenEncoder, "torch": TorchTokenEncoder}
    token_encoder: TokenEncoder = engines[engine](weights)
    tokenizer = bundled_tokenizer()
    weights.release()
    transformer = BundledTransformer(tokenizer, token_encoder, max_seq_length=weights.shape.positions)
    pooling = Pooling(weights.shape.hidden_size, "mean")
    return SentenceTransformer(modules=[transformer, pooling, Normalize()], prompts=PROMPTS, device=device)


def build_bert(weights: Tensors) -> BertModel:
    """Build a `BertModel` with these weights, without memory for initial values."""
    shape = weights.shape
    config = BertConfig(
        vocab_size=shape.vocabulary_size,
        hidden_size=shape.hidden_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward_size,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=shape.layer_norm_epsilon,
        hidden_act="gelu",
        pad_token_id=None,
    )
    with torch.device("meta"):
        bert = BertModel(config, add_pooling_layer=False)
    state = {}
    for name, parameter in bert.state_dict().items():
        values = weights.tensor(_tensor_name(name))
        state[name] = torch.from_numpy(values.copy()).reshape(parameter.shape)
    bert.load_state_dict(state, assign=True)
    # The state does not include the two buffers, so they are still empty on "meta".
    bert.embeddings.register_buffer(
        "position_ids", torch.arange(shape.positions).unsqueeze(0), persistent=False
    )
    token_types = torch.zeros(1, shape.positions, dtype=torch.long)
    bert.embeddings.register_buffer("token_type_ids", token_types, persistent=False)
    bert.eval()  # type: ignore[no-untyped-call]
    return bert


_TENSOR_NAMES = {
    "embeddings.word_embeddings": "emb.word",
    "embeddings.position_embeddings": "emb.pos",
    "embeddings.token_type_embeddings": "emb.type",
    "embeddings.LayerNorm": "emb.ln",
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def _tensor_name(parameter: str) -> str:
    """Translate a parameter name of BertModel to the name in the weights file.

    >>> _tensor_name("encoder.layer.3.attention.output.dense.bias")
    'l3.ao.b'
    """
    path, kind = parameter.rsplit(".", 1)
    if path.startswith("encoder.layer."):
        return f"{layer_part(path)}.{kind[0]}"
    name = _TENSOR_NAMES[path]
    return name if name.count(".") == 1 and "ln" not in name else f"{name}.{kind[0]}"


def layer_part(module: str) -> str:
    """Translate the name of a layer's module to the name in the weights file.

    >>> layer_part("encoder.layer.3.attention.output.dense")
    'l3.ao'
    """
    layer, part = module.removeprefix("encoder.layer.").split(".", 1)
    return f"l{layer}.{_TENSOR_NAMES[part]}"
