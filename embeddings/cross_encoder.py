"""Reads two texts together, to judge if evidence supports a claim or a passage answers a question.

The bundled cross-encoder is the bundled encoder with a trained adapter, which `training/` makes. The input is
`<s> claim: C </s></s> E </s>` or `<s> query: Q </s></s> P </s>`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from embeddings.adapter import AdaptedWeights, Adapter
from embeddings.encoder import batches_by_tokens
from embeddings.openvino_bert import OpenVinoBert
from embeddings.unigram import UnigramTokenizer
from embeddings.weights import FloatArray, open_weights

NAME = "bundled:cross-encoder"

CLAIM_PREFIX = "claim: "
QUESTION_PREFIX = "query: "

# The order of the claim head's labels.
CLAIM_LABELS = ("supported", "unsupported", "contradicted")

BATCH_TOKENS = 1024

# The longest texts in training. A longer claim is cut; longer evidence is read in windows.
FIRST_TOKENS = 96
SECOND_TOKENS = 288
WINDOW_OVERLAP = 64

# `<s>` before, `</s></s>` between and `</s>` after the texts.
_SPECIAL_TOKENS = 4

# The maximum number of tokens in the span of an answer.
_LONGEST_ANSWER = 32

TokenArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """The result for one passage.

    `relevance` is the log odds that the passage answers the question. `parts` has one number for each given
    part of the passage: the log odds of the best span of an answer that begins in the part.
    """

    relevance: float
    parts: tuple[float, ...]


class CrossEncoder(Protocol):
    """Reads pairs of texts."""

    name: str

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (pairs, 3): the probabilities that a claim is supported, unsupported or contradicted."""
        ...

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Read the question with each passage, which is given in parts such as sentences."""
        ...


class TokenEncoder(Protocol):
    """Turns token ids and their mask into hidden states: (texts, tokens, hidden size)."""

    def __call__(self, token_ids: TokenArray, mask: TokenArray) -> FloatArray:
        """Return hidden states in float32."""
        ...


@dataclass(frozen=True)
class _Pair:
    """One input: the ids of both texts, and the end of each part in the second text."""

    first: list[int]
    second: list[int]
    ends: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        return len(self.first) + len(self.second) + _SPECIAL_TOKENS


class BundledCrossEncoder:
    """The adapted layers and the heads; safe to use from several threads at once."""

    def __init__(
        self, adapter: Adapter, *, tokenizer: UnigramTokenizer, layers: TokenEncoder, name: str
    ) -> None:
        self.name = name
        self._tokenizer = tokenizer
        self._layers = layers
        self._pool, self._claim, self._relevance, self._span = map(
            adapter.head, ("pool", "claim", "relevance", "span")
        )

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (pairs, 3): the probabilities that a claim is supported, unsupported or contradicted.

        Evidence longer than a window is read in several windows. The window with the lowest probability of
        "unsupported" decides.
        """
        windows: list[_Pair] = []
        owners: list[int] = []
        for number, (claim, evidence) in enumerate(pairs):
            first = self._ids(CLAIM_PREFIX + claim)[:FIRST_TOKENS]
            for second in _windows(self._ids(evidence)):
                windows.append(_Pair(first, second))
                owners.append(number)
        judged = np.zeros((len(pairs), len(CLAIM_LABELS)), np.float32)
        judged[:, CLAIM_LABELS.index("unsupported")] = 1.0
        best = np.full(len(pairs), -1.0)
        logits = np.empty((len(windows), len(CLAIM_LABELS)), np.float32)
        for batch, hidden, first_mask, second_mask in self._hidden(windows):
            logits[batch] = self._claim(self._pooled(hidden, first_mask, second_mask))
        for owner, probabilities in zip(owners, _softmax(logits), strict=True):
            decisiveness = 1.0 - float(probabilities[CLAIM_LABELS.index("unsupported")])
            if decisiveness > best[owner]:
                best[owner], judged[owner] = decisiveness, probabilities
        return judged

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Read the question with each passage, which is given in parts such as sentences."""
        first = self._ids(QUESTION_PREFIX + question)[:FIRST_TOKENS]
        pairs = [self._with_parts(first, parts) for parts in passages]
        readings: list[Reading] = [Reading(0.0, ())] * len(pairs)
        for batch, hidden, first_mask, second_mask in self._hidden(pairs):
            relevance = self._relevance(self._pooled(hidden, first_mask, second_mask))[:, 0]
            spans = self._span(hidden)
            for row, number in enumerate(batch):
                pair = pairs[number]
                start = len(pair.first) + 3
                own = spans[row, start : start + len(pair.second)]
                readings[number] = Reading(float(relevance[row]), _part_scores(own, pair.ends))
        return readings

    def _ids(self, text: str) -> list[int]:
        return self._tokenizer.encode([text], special_tokens=False)[0]

    def _with_parts(self, first: list[int], parts: Sequence[str]) -> _Pair:
        second: list[int] = []
        ends = []
        for ids in self._tokenizer.encode(parts, special_tokens=False):
            second += ids
            ends.append(min(len(second), SECOND_TOKENS))
        return _Pair(first, second[:SECOND_TOKENS], tuple(ends))

    def _hidden(
        self, pairs: Sequence[_Pair]
    ) -> Iterator[tuple[list[int], FloatArray, FloatArray, FloatArray]]:
        """Yield indexes of pairs with their hidden states and the masks of their first and second texts."""
        for batch in batches_by_tokens([pair.length for pair in pairs], budget=BATCH_TOKENS):
            ids, mask, first, second = self._padded([pairs[place] for place in batch])
            yield batch, self._layers(ids, mask), first, second

    def _padded(self, pairs: Sequence[_Pair]) -> tuple[TokenArray, TokenArray, FloatArray, FloatArray]:
        shape = (len(pairs), max(pair.length for pair in pairs))
        bos, eos = self._tokenizer.bos_id, self._tokenizer.eos_id
        ids = np.full(shape, self._tokenizer.pad_id, np.int64)
        mask = np.zeros(shape, np.int64)
        first, second = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for row, pair in enumerate(pairs):
            ids[row, : pair.length] = [bos, *pair.first, eos, eos, *pair.second, eos]
            mask[row, : pair.length] = 1
            first[row, 1 : 1 + len(pair.first)] = 1
            second[row, len(pair.first) + 3 : pair.length - 1] = 1
        return ids, mask, first, second

    def _pooled(self, hidden: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        means = [_mean(hidden, places) for places in (first, second)]
        pooled: FloatArray = np.tanh(self._pool(np.concatenate([hidden[:, 0], *means], axis=1)))
        return pooled


def load(adapter: Adapter) -> BundledCrossEncoder:
    """Build the bundled cross-encoder in memory, on OpenVINO.

    Raises:
        ModelLoadError: the bundled weights are missing or damaged.
    """
    weights = open_weights()
    layers = OpenVinoBert(AdaptedWeights(weights, adapter))
    tokenizer = UnigramTokenizer(weights.vocabulary())
    weights.release()
    return BundledCrossEncoder(adapter, tokenizer=tokenizer, layers=layers.hidden_states, name=NAME)


def _windows(ids: list[int]) -> Iterator[list[int]]:
    """Yield the ids, or overlapping parts of them if there are more than fit into a window."""
    start = 0
    while True:
        yield ids[start : start + SECOND_TOKENS]
        if start + SECOND_TOKENS >= len(ids):
            return
        start += SECOND_TOKENS - WINDOW_OVERLAP


def _mean(hidden: FloatArray, places: FloatArray) -> FloatArray:
    total = np.einsum("bth,bt->bh", hidden, places)
    mean: FloatArray = total / np.maximum(places.sum(axis=1, keepdims=True), 1)
    return mean


def _part_scores(logits: FloatArray, ends: Sequence[int]) -> tuple[float, ...]:
    """Return for each part the highest sum of a start in the part and an end at or soon after the start."""
    starts, stops = logits[:, 0], logits[:, 1]
    best = [float(start + stops[place : place + _LONGEST_ANSWER].max()) for place, start in enumerate(starts)]
    begin, scores = 0, []
    for end in ends:
        scores.append(max(best[begin:end], default=float("-inf")))
        begin = end
    return tuple(scores)


def _softmax(logits: FloatArray) -> FloatArray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    normal: FloatArray = shifted / shifted.sum(axis=1, keepdims=True)
    return normal
