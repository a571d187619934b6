"""BM25 over the candidates that the keyword index found.

The index finds passages by its own BM25, with fixed constants (k1 = 1.2, b = .75), lengths in steps, and no
measure of how much of the query a passage holds. So the candidates are ranked here: BM25 as in Robertson and
Zaragoza 2009 (The Probabilistic Relevance Framework).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.weights import FloatArray
from rag.datatypes import KeywordMatches, ScoredPassage
from rag.text.function_words import FUNCTION_WORDS
from rag.text.languages import folded_words, stems

# Chosen on development data, where k1 from .4 to .9 and b from .6 to .75 differ little: passages are short,
# so a word's second mention says less than in a whole document.
K1 = 0.6
B = 0.6

# What a function word counts for, and a stem of another language than the query's. Chosen on development
# data: from .3 to .7 little changes (`python -m benchmarks.analysis`).
REDUCED_WEIGHT = 0.5


def query_weights(query: str, *, language: str, passage_languages: Iterable[str]) -> dict[str, float]:
    """Return the stems to look up with what each counts for, at most 1.

    Function words count less: what asks ("berapa") is rare in passages and says nothing of the topic, and in
    passages of another language every "the" is rare. The other words are looked up as each language of the
    passages would stem them too, so that a name meets its stem there.

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
    """What BM25 needs to know of the collection."""

    passages: int
    words_a_passage: float
    passages_with: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency, never negative."""
        holding = self.passages_with.get(word, 0)
        return math.log(1 + (self.passages - holding + 0.5) / (holding + 0.5))

    def known_words(self) -> list[str]:
        """Return the words that any passage holds."""
        return [word for word, count in self.passages_with.items() if count]


def rank_by_bm25(
    query: Sequence[str],
    candidates: Mapping[int, str],
    *,
    weights: Mapping[str, float],
    statistics: Statistics,
) -> KeywordMatches:
    """Score each candidate's words, spaces between them, by the weighted ones; best first.

    The coverage is that of the query's own words, each given once.
    """
    rarity = {word: statistics.rarity(word) for word in {**weights, **dict.fromkeys(query)}}
    if not candidates or not rarity:
        return KeywordMatches(passages=[], coverage=0.0)
    rare = np.array(list(rarity.values()))
    counts = _counts([*rarity], candidates.values())
    lengths = np.array([words.count(" ") + 1 for words in candidates.values()])
    saturation = K1 * (1 - B + B * lengths / statistics.words_a_passage)
    gains = counts * (K1 + 1) / (counts + saturation[:, None])
    scores = gains @ (rare * [weights.get(word, 0.0) for word in rarity])
    asked = rare * [word in query for word in rarity]
    coverage = float(((counts > 0) @ asked).max() / (asked.sum() or 1.0))
    scored = map(ScoredPassage, candidates, scores.tolist())
    ranked = sorted(scored, key=lambda passage: (-passage.score, passage.passage_id))
    return KeywordMatches(passages=ranked, coverage=coverage)


def _counts(sought: Sequence[str], texts: Iterable[str]) -> FloatArray:
    """Return how often each text (row) holds each word (column).

    >>> _counts(["anak", "main"], ["anak anak bermain", "main"]).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    # Counting in the text is quicker than taking it apart. subtle: two spaces between words, or one word
    # twice in a row would be counted once.
    padded = [f" {word} " for word in sought]
    doubled = (f" {text.replace(' ', '  ')} " for text in texts)
    return np.array([[text.count(word) for word in padded] for text in doubled], np.float32)
