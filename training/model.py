"""The cross-encoder during training: frozen layers, low-rank adapters, three heads.

The model reads two texts together as `<s> first </s></s> second </s>`. Each of the six matrices W of a layer
gets a low-rank addition, `y = Wx + b(ax)` (Hu et al. 2021, https://arxiv.org/abs/2106.09685). The addition is
merged into W when the model is used. The pooled vector is the tanh of a linear map of three vectors: the
first token, the mean of the first text's tokens, and the mean of the second text's tokens.

A smaller model has only some of the encoder's layers, each with its adapters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from embeddings.bundled import build_bert
from embeddings.cross_encoder import CLAIM_LABELS
from embeddings.weights import Tensors
from training.batches import Batch

ADAPTED = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


class LowRankLinear(nn.Module):
    """A frozen linear map, plus a trained addition of rank `rank` in float32."""

    def __init__(self, frozen: nn.Linear, *, rank: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.a = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.b = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.normal_(self.a, std=frozen.in_features**-0.5)

    def forward(self, hidden: Tensor) -> Tensor:
        """Return Wx + b(ax), in the precision of `hidden`."""
        low = functional.linear(hidden, self.a.to(hidden.dtype))
        added: Tensor = self.frozen(hidden) + functional.linear(low, self.b.to(hidden.dtype))
        return added


@dataclass(frozen=True)
class Outputs:
    """Logits: claims (pairs, 3), relevance (pairs,), span starts and ends (pairs, tokens)."""

    claim: Tensor
    relevance: Tensor
    start: Tensor
    end: Tensor


class Reader(nn.Module):
    """The adapted layers and the heads.

    `layers` are the numbers of the encoder's layers that the model has, `rank` is that of the adapters, and
    `precision` that of the frozen layers.
    """

    def __init__(
        self, weights: Tensors, *, layers: Sequence[int], rank: int, precision: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.rank = rank
        self.bert = _frozen_bert(weights, layers).to(precision)  # type: ignore[arg-type]
        for layer in self.bert.encoder.layer:
            _adapt(layer, rank=rank)
        size = weights.shape.hidden_size
        self.pool = nn.Linear(3 * size, size)
        self.claim = nn.Linear(size, len(CLAIM_LABELS))
        self.relevance = nn.Linear(size, 1)
        self.span = nn.Linear(size, 2)

    def forward(self, batch: Batch) -> Outputs:
        """Read the pairs."""
        hidden = self.bert(input_ids=batch.token_ids, attention_mask=batch.mask).last_hidden_state.float()
        first, second = (_mean(hidden, place) for place in (batch.first, batch.second))
        pooled = torch.tanh(self.pool(torch.cat([hidden[:, 0], first, second], dim=-1)))
        spans = self.span(hidden).masked_fill(batch.second.unsqueeze(-1) == 0, -1e4)
        return Outputs(self.claim(pooled), self.relevance(pooled).squeeze(-1), spans[..., 0], spans[..., 1])

    def trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield the tensors that training changes, with their names."""
        return ((name, value) for name, value in self.named_parameters() if value.requires_grad)

    def trained_state(self) -> dict[str, Tensor]:
        """Return copies of the trained tensors by name."""
        return {name: value.detach().clone() for name, value in self.trained()}

    def load_trained(self, state: dict[str, Tensor]) -> None:
        """Set the trained tensors; `state` must contain all of them, those of a new model in any lower rank.

        What a lower rank lacks stays as it is in a new model, where columns of `b` are zero and add nothing.
        """
        for name, value in self.trained():
            value.data[tuple(map(slice, state[name].shape))] = state[name]


def _frozen_bert(weights: Tensors, layers: Sequence[int]) -> BertModel:
    bert = build_bert(weights)
    bert.encoder.layer = nn.ModuleList(bert.encoder.layer[number] for number in layers)
    # subtle: the backward pass of torch's fused attention takes half of a step's time on a processor.
    bert.set_attn_implementation("sdpa" if torch.cuda.is_available() else "eager")
    for parameter in bert.parameters():
        parameter.requires_grad_(False)
    return bert


def _adapt(layer: nn.Module, *, rank: int) -> None:
    for name in ADAPTED:
        frozen = layer.get_submodule(name)
        assert isinstance(frozen, nn.Linear)
        layer.set_submodule(name, LowRankLinear(frozen, rank=rank))


def _mean(hidden: Tensor, places: Tensor) -> Tensor:
    weights = places.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
