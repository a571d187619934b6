"""Turns examples into token ids and the numbers of their targets."""

import functools
from dataclasses import dataclass

from embeddings.bundled_cross_encoder import FIRST_TOKENS, SECOND_TOKENS
from embeddings.cross_encoder import CLAIM_LABELS
from embeddings.unigram import UnigramTokenizer
from training.batches import NO_LABEL, NOT_SUPPORTED
from training.examples import Example

_CLAIM_TARGETS = {label: number for number, label in enumerate(CLAIM_LABELS)} | {
    "not_supported": NOT_SUPPORTED
}
_ANSWER_TARGETS = {"answerable": 1, "unanswerable": 0}


@dataclass(frozen=True)
class Encoded:
    """One example as token ids with its targets; the span is in tokens of the second text."""

    first: list[int]
    second: list[int]
    claim: int
    answerable: int
    span: tuple[int, int]


class Tokens:
    """Turns examples into token ids; a text that many examples share is tokenized once."""

    def __init__(self, tokenizer: UnigramTokenizer) -> None:
        self._ids = functools.cache(lambda text: tokenizer.encode([text], special_tokens=False)[0])
        self._ids_and_span = functools.cache(tokenizer.encode_span)

    def encode(self, example: Example) -> Encoded:
        """Tokenize an example; cut a second text that is too long to a window that contains the answer."""
        first = self._ids(example.first)[:FIRST_TOKENS]
        span = (NO_LABEL, NO_LABEL)
        if example.answer is None:
            second = self._ids(example.second)[:SECOND_TOKENS]
        else:
            second, span = _window(*self._ids_and_span(example.second, example.answer))
        claim = _CLAIM_TARGETS.get(example.label, NO_LABEL)
        return Encoded(first, second, claim, _ANSWER_TARGETS.get(example.label, NO_LABEL), span)


def _window(tokens: list[int], span: tuple[int, int]) -> tuple[list[int], tuple[int, int]]:
    start, end = span
    skipped = max(0, min(start - SECOND_TOKENS // 2, len(tokens) - SECOND_TOKENS))
    start, end = start - skipped, end - skipped
    fits = 0 <= start <= end < SECOND_TOKENS
    return tokens[skipped : skipped + SECOND_TOKENS], (start, end) if fits else (NO_LABEL, NO_LABEL)
