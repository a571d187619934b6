"""Turns examples into padded tensors: token ids, masks and targets, in batches of similar length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from embeddings.unigram import UnigramTokenizer
from training.examples import Example
from training.model import CLAIM_LABELS, Batch

BATCH_TOKENS = 3072
SECOND_TOKENS = 288
FIRST_TOKENS = 96

# The target of an example that has no label for a head.
NO_LABEL = -100
NOT_SUPPORTED = 3

_CLAIM_TARGETS = {label: number for number, label in enumerate(CLAIM_LABELS)} | {
    "not_supported": NOT_SUPPORTED
}
_ANSWER_TARGETS = {"answerable": 1, "unanswerable": 0}


@dataclass(frozen=True)
class Encoded:
    """One example as token ids with its targets; the span is in tokens of the whole input."""

    first: list[int]
    second: list[int]
    claim: int
    answerable: int
    span: tuple[int, int] | None

    @property
    def length(self) -> int:
        """The number of tokens of the whole input."""
        return len(self.first) + len(self.second) + 4


@dataclass(frozen=True)
class Targets:
    """The targets of each pair in a batch; `NO_LABEL` if the pair has no label for a head."""

    claim: Tensor
    answerable: Tensor
    start: Tensor
    end: Tensor


def encode(example: Example, tokenizer: UnigramTokenizer) -> Encoded:
    """Tokenize an example; cut a second text that is too long to a window that contains the answer."""
    first = tokenizer.encode([example.first], special_tokens=False)[0][:FIRST_TOKENS]
    span: tuple[int, int] | None = None
    if example.answer is None:
        second = tokenizer.encode([example.second], special_tokens=False)[0][:SECOND_TOKENS]
    else:
        second, span = _window(*tokenizer.encode_span(example.second, example.answer))
    before = len(first) + 3
    return Encoded(
        first,
        second,
        _CLAIM_TARGETS.get(example.label, NO_LABEL),
        _ANSWER_TARGETS.get(example.label, NO_LABEL),
        span and (span[0] + before, span[1] + before),
    )


def _window(tokens: list[int], span: tuple[int, int]) -> tuple[list[int], tuple[int, int] | None]:
    start, end = span
    skipped = max(0, min(start - SECOND_TOKENS // 2, len(tokens) - SECOND_TOKENS))
    start, end = start - skipped, end - skipped
    fits = 0 <= start <= end < SECOND_TOKENS
    return tokens[skipped : skipped + SECOND_TOKENS], (start, end) if fits else None


def batches(
    encoded: Sequence[Encoded], *, rng: random.Random, tokenizer: UnigramTokenizer
) -> Iterator[tuple[Batch, Targets]]:
    """Yield batches of pairs of similar length, in random order, each of about `BATCH_TOKENS` tokens."""
    ordered = sorted(encoded, key=lambda example: example.length)
    groups: list[list[Encoded]] = [[]]
    for example in ordered:
        if groups[-1] and (len(groups[-1]) + 1) * example.length > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(example)
    rng.shuffle(groups)
    for group in groups:
        yield collate(group, tokenizer=tokenizer), _targets(group)


def collate(group: Sequence[Encoded], *, tokenizer: UnigramTokenizer) -> Batch:
    """Pad the pairs to the same length."""
    length = max(example.length for example in group)
    ids = torch.full((len(group), length), tokenizer.pad_id)
    mask, first, second = (torch.zeros(len(group), length, dtype=torch.long) for _ in range(3))
    bos, eos = tokenizer.bos_id, tokenizer.eos_id
    for row, example in enumerate(group):
        tokens = [bos, *example.first, eos, eos, *example.second, eos]
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        first[row, 1 : 1 + len(example.first)] = 1
        second[row, len(example.first) + 3 : len(tokens) - 1] = 1
    return Batch(ids, mask, first, second)


def _targets(group: Sequence[Encoded]) -> Targets:
    spans = [example.span or (NO_LABEL, NO_LABEL) for example in group]
    return Targets(
        claim=torch.tensor([example.claim for example in group]),
        answerable=torch.tensor([example.answerable for example in group]),
        start=torch.tensor([span[0] for span in spans]),
        end=torch.tensor([span[1] for span in spans]),
    )
