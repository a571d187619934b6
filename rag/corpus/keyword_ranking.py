"""Ranks the passages that the keyword index found, by BM25.

The index has a BM25 of its own to find passages, but this BM25 has fixed constants (k1 = 1.2, b = .75) and
rounded lengths, and does not measure how much of the query a passage contains. So this module ranks the
passages again, with BM25 as in Robertson and Zaragoza 2009 (The Probabilistic Relevance Framework).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.weights import FloatArray
from rag.datatypes import ScoredPassage
from rag.text.function_words import FUNCTION_WORDS
from rag.text.languages import folded_words, stems

# Chosen on development data, where k1 from .4 to .9 and b from .6 to .75 give nearly equal results. k1 is low
# because passages are short: the second occurrence of a word means less than in a whole document.
K1 = 0.6
B = 0.6

# The weight of a function word, and of a stem in another language than the query's. Chosen on development
# data, where values from .3 to .7 give nearly equal results (`python -m benchmarks.analysis`).
REDUCED_WEIGHT = 0.5


def query_weights(query: str, *, language: str, passage_languages: Iterable[str]) -> dict[str, float]:
    """Return the stems to look up and the weight of each, at most 1.

    Function words weigh less. A question word ("berapa") is rare in passages but says nothing about the
    topic, and a word like "the" is rare in passages of other languages. The other words are also stemmed by
    the rules of each language in the corpus, so that a name in the query matches its stem in a passage.

    >>> query_weights("Siapa pelatih Panthers?", language="id", passage_languages=["id", "en"])
    {'siapa': 0.5, 'latih': 1.0, 'pelatih': 0.5, 'panthers': 1.0, 'panther': 0.5}
    """
    others = sorted(set(passage_languages))
    weights: dict[str, float] = {}
    for word in folded_words(query, language=language):
        is_function_word = word in FUNCTION_WORDS
        for stem in stems(word, language=language):
            weights[stem] = max(weights.get(stem, 0.0), REDUCED_WEIGHT if is_function_word else 1.0)
        if not is_function_word:
            for stem in _stems_in(others, word):
                weights.setdefault(stem, REDUCED_WEIGHT)
    return weights


def _stems_in(languages: Iterable[str], word: str) -> list[str]:
    return [stem for language in languages for stem in stems(word, language=language)]


@dataclass(frozen=True)
class Statistics:
    """The statistics of all passages that BM25 needs."""

    passages: int
    words_a_passage: float
    passages_with: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency, never negative."""
        holding = self.passages_with.get(word, 0)
        return math.log(1 + (self.passages - holding + 0.5) / (holding + 0.5))

    def known_words(self) -> list[str]:
        """Return the words that occur in at least one passage."""
        return [word for word, count in self.passages_with.items() if count]


def rank_by_bm25(
    candidates: Mapping[int, str], *, weights: Mapping[str, float], statistics: Statistics
) -> list[ScoredPassage]:
    """Score each candidate by the weighted words that it contains, and return the best first.

    A candidate is the words of a passage, separated by spaces.
    """
    if not candidates or not weights:
        return []
    weighted_rarity = np.array([statistics.rarity(word) * weight for word, weight in weights.items()])
    counts = _counts([*weights], candidates.values())
    lengths = np.array([words.count(" ") + 1 for words in candidates.values()])
    saturation = K1 * (1 - B + B * lengths / statistics.words_a_passage)
    gains = counts * (K1 + 1) / (counts + saturation[:, None])
    scored = map(ScoredPassage, candidates, (gains @ weighted_rarity).tolist())
    return sorted(scored, key=lambda passage: (-passage.score, passage.passage_id))


def _counts(sought: Sequence[str], texts: Iterable[str]) -> FloatArray:
    """Return how often each text (row) contains each word (column).

    >>> _counts(["anak", "main"], ["anak anak bermain", "main"]).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    # Counting in the text is faster than splitting it. subtle: without two spaces between the words, a word
    # that occurs twice in a row would be counted once.
    padded = [f" {word} " for word in sought]
    doubled = (f" {text.replace(' ', '  ')} " for text in texts)
    return np.array([[text.count(word) for word in padded] for text in doubled], np.float32)
