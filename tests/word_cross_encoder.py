"""A cross-encoder whose results can be worked out by hand: it counts words."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.cross_encoder import Reading
from embeddings.weights import FloatArray
from rag.search.reranking import Reranking

_NEGATIONS = frozenset({"tidak", "bukan", "belum", "tak", "not", "no", "never"})


class WordCrossEncoder:
    """A claim is supported if the evidence has most of its words, contradicted if one of both denies them.

    A passage answers a question if it has at least a quarter of the question's longer words.
    """

    name = "words"

    def __init__(self) -> None:
        self.judged: list[tuple[str, str]] = []
        self.questions: list[str] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Return .98 for the label that the words lead to."""
        self.judged += pairs
        labels = [_label(_words(claim), _words(evidence)) for claim, evidence in pairs]
        return np.array(
            [[0.98 if place == label else 0.01 for place in range(3)] for label in labels]
        ).reshape(-1, 3)

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        """Return 20 for each quarter of the question's longer words, less 10; the words in each part."""
        self.questions.append(question)
        asked = {word for word in _words(question) if len(word) > 3}
        found = [[asked & _words(part) for part in parts] for parts in passages]
        return [
            Reading(
                80.0 * len(frozenset().union(*of_parts)) / max(1, len(asked)) - 10.0,
                tuple(3.0 * len(words) for words in of_parts),
            )
            for of_parts in found
        ]


def _label(claim: set[str], evidence: set[str]) -> int:
    if len((claim & evidence) - _NEGATIONS) < 0.6 * len(claim - _NEGATIONS):
        return 1
    return 2 if bool(claim & _NEGATIONS) != bool(evidence & _NEGATIONS) else 0


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def reading_words(cross_encoder: WordCrossEncoder | None = None) -> dict[str, Any]:
    """Return the arguments of a pipeline that reads with a `WordCrossEncoder`."""
    cross_encoder = cross_encoder or WordCrossEncoder()
    return {"claim_judge": cross_encoder, "reranking": Reranking(cross_encoder=cross_encoder)}
