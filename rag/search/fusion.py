"""Two ranked lists into one: pure functions."""

from collections.abc import Sequence

import numpy as np

from rag.datatypes import KeywordMatches, ScoredPassage

# How many standard deviations of similarity a BM25 point is worth to a query whose words' rarities sum up to
# one, and the power of that sum that it is divided by. Chosen on development data; chosen on the other sets,
# the weight lies between .64 and .84 (`python -m benchmarks.fusion`).
KEYWORD_WEIGHT = 0.75
RARITY_POWER = 0.25


def fuse(vector: Sequence[ScoredPassage], keyword: KeywordMatches) -> list[ScoredPassage]:
    """Add what both legs say of each passage: similarity in standard deviations, and weighted BM25.

    Similarities are taken from the weakest candidate's and divided by the candidates' spread, so that the
    weight holds for any encoder. BM25 sums over the query's words, so its weight falls slowly with their
    rarity: from .42 where it sums up to ten, a word or two, to .24 at a hundred. A leg that is blind to the
    query (no word known, another script) adds nothing instead of a rank. Scores, not ranks: rank fusion is
    worse than its better leg on every Indonesian set and across languages (compare Bruch et al. 2023,
    https://arxiv.org/abs/2210.11934).

    >>> near, far = ScoredPassage(passage_id=1, score=0.9), ScoredPassage(passage_id=2, score=0.7)
    >>> [tuple(passage) for passage in fuse([near, far], KeywordMatches(passages=[], coverage=0.0))]
    [(1, 2.0), (2, 0.0)]
    """
    scores: dict[int, float] = {}
    if vector:
        similarities = np.array([passage.score for passage in vector])
        weakest, spread = float(similarities.min()), float(similarities.std()) or 1.0
        scores = {passage.passage_id: (passage.score - weakest) / spread for passage in vector}
    weight = keyword_weight(sum(keyword.rarity.values()))
    for passage in keyword.passages:
        scores[passage.passage_id] = scores.get(passage.passage_id, 0.0) + weight * passage.score
    fused = map(ScoredPassage, scores.keys(), scores.values())
    return sorted(fused, key=lambda passage: (-passage.score, passage.passage_id))


def keyword_weight(rarity: float) -> float:
    """Return how many standard deviations one BM25 point is worth to a query of words with that rarity.

    >>> [round(keyword_weight(rarity), 2) for rarity in (1, 10, 20, 100)]
    [0.75, 0.42, 0.35, 0.24]
    """
    weight: float = KEYWORD_WEIGHT / max(rarity, 1.0) ** RARITY_POWER
    return weight
