"""Fuse the results of vector and keyword search into one ranked list. Pure functions."""

from collections.abc import Sequence

import numpy as np

from rag.datatypes import KeywordMatches, ScoredPassage

# The value of one BM25 point in standard deviations of similarity, for a query whose words' rarities sum to
# 1, and the power of this sum by which the value is divided. Chosen on development data. If it is chosen on
# the other sets only, the weight is between .64 and .84 (`python -m benchmarks.fusion`).
KEYWORD_WEIGHT = 0.75
RARITY_POWER = 0.25


def fuse(vector: Sequence[ScoredPassage], keyword: KeywordMatches) -> list[ScoredPassage]:
    """Add the scores of both searches for each passage: similarity in standard deviations, and weighted BM25.

    A similarity counts as its distance from the weakest candidate, divided by the candidates' standard
    deviation, so that one weight suits any encoder. BM25 is a sum over the query's words, so its weight falls
    slowly with the sum of their rarities: from .42 for a sum of ten (a word or two) to .24 for a sum of a
    hundred. If one search finds nothing (no known word, another script), the other decides alone.

    Scores are fused, not ranks: fusion of ranks is worse than the better of the two searches on every
    Indonesian set and across languages (compare Bruch et al. 2023, https://arxiv.org/abs/2210.11934).

    >>> near, far = ScoredPassage(passage_id=1, score=0.9), ScoredPassage(passage_id=2, score=0.7)
    >>> [tuple(passage) for passage in fuse([near, far], KeywordMatches(passages=[]))]
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
    """Return the value of one BM25 point in standard deviations, for a query with this sum of rarities.

    >>> [round(keyword_weight(rarity), 2) for rarity in (1, 10, 20, 100)]
    [0.75, 0.42, 0.35, 0.24]
    """
    weight: float = KEYWORD_WEIGHT / max(rarity, 1.0) ** RARITY_POWER
    return weight
