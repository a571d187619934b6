"""Two ranked lists into one: pure functions."""

from collections.abc import Sequence

import numpy as np

from rag.datatypes import ScoredPassage

# How many standard deviations of similarity one BM25 point is worth. Chosen on development data
# (`make bench-retrieval`): from .2 to .4 no set moves by more than .03 R@1.
KEYWORD_WEIGHT = 0.3


def fuse(vector: Sequence[ScoredPassage], keyword: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """Add what both legs say of each passage: similarity in standard deviations, and weighted BM25.

    Similarities are taken from the weakest candidate's and divided by the candidates' spread, so that the
    weight holds for any encoder; BM25 scores are taken as they are. So a leg that is blind to the query (no
    word known, another script) adds nothing instead of a rank. Scores, not ranks: in each of our sets rank
    fusion is worse than its better leg (compare Bruch et al. 2023, https://arxiv.org/abs/2210.11934).

    >>> near, far = ScoredPassage(passage_id=1, score=0.9), ScoredPassage(passage_id=2, score=0.7)
    >>> [(passage.passage_id, passage.score) for passage in fuse([near, far], [])]
    [(1, 2.0), (2, 0.0)]
    """
    scores: dict[int, float] = {}
    if vector:
        similarities = np.array([passage.score for passage in vector])
        weakest, spread = float(similarities.min()), float(similarities.std()) or 1.0
        scores = {passage.passage_id: (passage.score - weakest) / spread for passage in vector}
    for passage in keyword:
        scores[passage.passage_id] = scores.get(passage.passage_id, 0.0) + KEYWORD_WEIGHT * passage.score
    fused = map(ScoredPassage, scores.keys(), scores.values())
    return sorted(fused, key=lambda passage: (-passage.score, passage.passage_id))
