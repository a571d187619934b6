"""The bundled cross-encoder: the bundled encoder with a trained adapter, which `training/` makes.

The input is `<s> claim: C </s></s> E </s>` or `<s> query: Q </s></s> P </s>`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from embeddings.adapter import HEADS, AdaptedWeights, Adapter
from embeddings.cross_encoder import CLAIM_LABELS, Reading
from embeddings.encoder import batches_by_tokens
from embeddings.openvino_bert import OpenVinoBert
from embeddings.unigram import UnigramTokenizer, bundled_tokenizer
from embeddings.weights import FloatArray, open_weights

NAME = "bundled:cross-encoder"

CLAIM_PREFIX = "claim: "
QUESTION_PREFIX = "query: "

# Only the shortest texts share a batch. Larger batches are slower and have more shapes.
BATCH_TOKENS = 64
# Lengths are padded to multiples of this, because OpenVINO compiles kernels for each shape of a batch, and
# keeps about 2 MB for each.
PAD_TO = 32

# The longest texts in training. A longer question is cut, a longer claim is read piece by piece, and longer
# evidence in windows.
FIRST_TOKENS = 96
SECOND_TOKENS = 288
WINDOW_OVERLAP = 64

# A claim of more pieces than this is unsupported, because reading all of it would take too long.
CLAIM_PIECES = 4

# `<s>` before, `</s></s>` between and `</s>` after the texts.
_SPECIAL_TOKENS = 4

_SUPPORTED, _UNSUPPORTED = CLAIM_LABELS.index("supported"), CLAIM_LABELS.index("unsupported")

# The maximum number of tokens in the span of an answer.
_LONGEST_ANSWER = 32

TokenArray = npt.NDArray[np.int64]


class TokenEncoder(Protocol):
    """Turns token ids and their mask into hidden states: (texts, tokens, hidden size)."""

    def __call__(self, token_ids: TokenArray, mask: TokenArray) -> FloatArray:
        """Return hidden states in float32."""
        ...


@dataclass(frozen=True)
class _Pair:
    """One input: the ids of the first text and of a window of the second text, and the number of the pair.

    `start` is where the window begins in the second text.
    """

    first: list[int]
    second: list[int]
    number: int
    start: int

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
        self._pool, self._claim, self._relevance, self._span = map(adapter.head, HEADS)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return (pairs, 3): the probabilities that a claim is supported, unsupported or contradicted.

        Evidence longer than a window is read in several windows. The window with the lowest probability of
        "unsupported" decides. A long claim is read in pieces. The piece with the least support decides.
        """
        pieces = [self._pieces(claim) for claim, _ in pairs]
        of_pieces = self._judge_pieces(
            [
                (piece, self._ids([evidence])[0])
                for (_, evidence), of_claim in zip(pairs, pieces, strict=True)
                for piece in of_claim
            ]
        )
        judged = _unsupported(len(pairs))
        ends = accumulate(map(len, pieces), initial=0)
        for number, (begin, end) in enumerate(pairwise(ends)):
            if begin < end:
                judged[number] = min(of_pieces[begin:end], key=lambda row: float(row[_SUPPORTED]))
        return judged

    def _judge_pieces(self, pairs: Sequence[tuple[list[int], list[int]]]) -> FloatArray:
        windows = [
            window
            for number, (piece, evidence) in enumerate(pairs)
            for window in _windows(piece, evidence, number)
        ]
        judged = _unsupported(len(pairs))
        for batch, hidden, first_mask, second_mask in self._hidden(windows):
            found = _softmax(self._claim(self._pooled(hidden, first_mask, second_mask)))
            for window, probabilities in zip(batch, found, strict=True):
                if probabilities[_UNSUPPORTED] < judged[window.number, _UNSUPPORTED]:
                    judged[window.number] = probabilities
        return judged

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Read the question with each passage, which is given in parts such as sentences.

        A passage longer than a window is read in several windows. The best result counts.
        """
        first = self._first(QUESTION_PREFIX + question)
        parts = [self._ids(passage) for passage in passages]
        windows = [
            window
            for number, ids in enumerate(parts)
            for window in _windows(first, [one for part in ids for one in part], number)
        ]
        readings = [Reading(-np.inf, (-np.inf,) * len(passage)) for passage in passages]
        for batch, hidden, first_mask, second_mask in self._hidden(windows):
            relevance = self._relevance(self._pooled(hidden, first_mask, second_mask))[:, 0]
            spans = self._span(hidden)
            for row, window in enumerate(batch):
                begin = len(window.first) + 3
                own = spans[row, begin : begin + len(window.second)]
                scores = _part_scores(own, [len(ids) for ids in parts[window.number]], start=window.start)
                readings[window.number] = _better(
                    readings[window.number], Reading(float(relevance[row]), scores)
                )
        return readings

    def _pieces(self, claim: str) -> list[list[int]]:
        """Return the claim in pieces that fit, each after the prefix; none if it has too many."""
        prefix, ids = self._ids([CLAIM_PREFIX.strip(), CLAIM_PREFIX + claim])
        if len(ids) <= FIRST_TOKENS:
            return [ids]
        own, size = ids[len(prefix) :], FIRST_TOKENS - len(prefix)
        pieces = [prefix + own[start : start + size] for start in range(0, len(own), size)]
        return pieces if len(pieces) <= CLAIM_PIECES else []

    def _first(self, text: str) -> list[int]:
        return self._ids([text])[0][:FIRST_TOKENS]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return self._tokenizer.encode(texts, special_tokens=False)

    def _hidden(
        self, windows: Sequence[_Pair]
    ) -> Iterator[tuple[list[_Pair], FloatArray, FloatArray, FloatArray]]:
        """Yield batches of windows with their hidden states and the masks of first and second texts."""
        for places in batches_by_tokens([window.length for window in windows], budget=BATCH_TOKENS):
            batch = [windows[place] for place in places]
            ids, mask, first, second = self._padded(batch)
            yield batch, self._layers(ids, mask), first, second

    def _padded(self, pairs: Sequence[_Pair]) -> tuple[TokenArray, TokenArray, FloatArray, FloatArray]:
        longest = max(pair.length for pair in pairs)
        shape = (len(pairs), -(-longest // PAD_TO) * PAD_TO)
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
    # One thread multiplies the adapter's small matrices faster than several, which wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        layers = OpenVinoBert(AdaptedWeights(weights, adapter), fused_attention=False)
    tokenizer = bundled_tokenizer()
    weights.release()
    return BundledCrossEncoder(adapter, tokenizer=tokenizer, layers=layers.hidden_states, name=NAME)


def _unsupported(count: int) -> FloatArray:
    """Return (count, 3): the probabilities of claims that are certainly unsupported."""
    judged = np.zeros((count, len(CLAIM_LABELS)), np.float32)
    judged[:, _UNSUPPORTED] = 1.0
    return judged


def _windows(first: list[int], second: list[int], number: int) -> Iterator[_Pair]:
    """Yield the pair, or several with overlapping parts of a second text that is longer than a window."""
    start = 0
    while True:
        yield _Pair(first, second[start : start + SECOND_TOKENS], number, start)
        if start + SECOND_TOKENS >= len(second):
            return
        start += SECOND_TOKENS - WINDOW_OVERLAP


def _better(left: Reading, right: Reading) -> Reading:
    """Return the higher relevance of two readings, and the higher score of each part."""
    parts = tuple(map(max, zip(left.parts, right.parts, strict=True)))
    return Reading(max(left.relevance, right.relevance), parts)


def _mean(hidden: FloatArray, places: FloatArray) -> FloatArray:
    total = np.einsum("bth,bt->bh", hidden, places)
    mean: FloatArray = total / np.maximum(places.sum(axis=1, keepdims=True), 1)
    return mean


def _part_scores(logits: FloatArray, lengths: Sequence[int], *, start: int) -> tuple[float, ...]:
    """Return for each part the highest sum of a start in the part and an end at or soon after the start.

    `logits` are those of a window that begins at token `start` of the passage; -inf for a part outside of it.
    """
    starts, stops = logits[:, 0], logits[:, 1]
    best = [float(one + stops[place : place + _LONGEST_ANSWER].max()) for place, one in enumerate(starts)]
    ends = [max(0, end - start) for end in accumulate(lengths, initial=0)]
    return tuple(max(best[begin:end], default=-np.inf) for begin, end in pairwise(ends))


def _softmax(logits: FloatArray) -> FloatArray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    normal: FloatArray = shifted / shifted.sum(axis=1, keepdims=True)
    return normal
