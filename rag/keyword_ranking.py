"""BM25 over the candidates that the keyword index found.

The index finds passages by its own BM25, with fixed constants (k1 = 1.2, b = .75), lengths in steps, and no
measure of how much of the query a passage holds. So the candidates are ranked here: BM25 as in Robertson and
Zaragoza 2009 (The Probabilistic Relevance Framework), with the constants of Anserini, k1 = .9 and b = .4.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.datatypes import KeywordMatches, ScoredPassage

K1 = 0.9
B = 0.4


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
    query: Sequence[str], candidates: Mapping[int, Sequence[str]], *, statistics: Statistics
) -> KeywordMatches:
    """Score each candidate's words against the query's."""
    rarity = {word: statistics.rarity(word) for word in query}
    total = sum(rarity.values())
    scored = []
    coverage = 0.0
    for passage_id, words in candidates.items():
        counts = Counter(word for word in words if word in rarity)
        length = 1 - B + B * len(words) / statistics.words_a_passage
        score = sum(rarity[w] * n * (K1 + 1) / (n + K1 * length) for w, n in counts.items())
        scored.append(ScoredPassage(passage_id=passage_id, score=score))
        coverage = max(coverage, sum(rarity[word] for word in counts) / total)
    scored.sort(key=lambda passage: (-passage.score, passage.passage_id))
    return KeywordMatches(passages=scored, coverage=coverage)
