"""Two ranked lists into one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import KeywordMatches, ScoredPassage
from rag.search.fusion import KEYWORD_WEIGHT, fuse, keyword_weight


def passages(scores: dict[int, float]) -> list[ScoredPassage]:
    """Return a ranked list, best first."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [ScoredPassage(passage_id=passage_id, score=score) for passage_id, score in ranked]


RARITY = 20.0


def matches(scores: dict[int, float], *, rarity: float = RARITY) -> KeywordMatches:
    """Return what keyword search found for a query of one word with that rarity."""
    return KeywordMatches(passages=passages(scores), rarity={"kopi": rarity})


# Similarities on a grid: two that differ do so by more than rounding takes away.
SIMILARITIES = st.dictionaries(
    st.integers(1, 30), st.integers(-1000, 1000).map(lambda n: n / 1000), max_size=15
)
BM25 = st.dictionaries(st.integers(1, 30), st.integers(0, 40_000).map(lambda n: n / 1000), max_size=15)


def test_a_worked_example() -> None:
    # Similarities .9 .8 .7: mean .8, deviation √(.02 / 3) = .08165. So 2.449, 1.225, 0, and BM25 on top, its
    # weight .75 / rarity^¼ = .3.
    vector = passages({1: 0.9, 2: 0.8, 3: 0.7})
    fused = fuse(vector, matches({3: 10.0, 2: 2.0, 4: 5.0}, rarity=(0.75 / 0.3) ** 4))
    assert [passage.passage_id for passage in fused] == [3, 1, 2, 4]
    assert [passage.score for passage in fused] == pytest.approx([3.0, 2.449490, 1.824745, 1.5])


@given(similarities=SIMILARITIES, bm25=BM25)
def test_every_passage_once_and_sorted(similarities: dict[int, float], bm25: dict[int, float]) -> None:
    fused = fuse(passages(similarities), matches(bm25))
    assert {passage.passage_id for passage in fused} == similarities.keys() | bm25.keys()
    assert len(fused) == len(similarities.keys() | bm25.keys())
    keys = [(-passage.score, passage.passage_id) for passage in fused]
    assert keys == sorted(keys)
    assert all(math.isfinite(passage.score) and passage.score >= 0 for passage in fused)


@given(similarities=SIMILARITIES)
def test_without_keyword_hits_the_vector_order_is_kept(similarities: dict[int, float]) -> None:
    vector = passages(similarities)
    assert [p.passage_id for p in fuse(vector, matches({}))] == [p.passage_id for p in vector]


@given(bm25=BM25)
def test_without_vector_hits_the_keyword_order_is_kept(bm25: dict[int, float]) -> None:
    keyword = matches(bm25).passages
    fused = fuse([], matches(bm25))
    assert [p.passage_id for p in fused] == [p.passage_id for p in keyword]
    assert [p.score for p in fused] == [keyword_weight(RARITY) * p.score for p in keyword]


@given(similarities=SIMILARITIES, bm25=BM25, scale=st.integers(1, 8), shift=st.integers(-3, 3))
def test_the_scale_of_an_encoders_similarities_does_not_matter(
    similarities: dict[int, float], bm25: dict[int, float], scale: int, shift: int
) -> None:
    moved = {passage_id: score * scale + shift for passage_id, score in similarities.items()}
    before = {p.passage_id: p.score for p in fuse(passages(similarities), matches(bm25))}
    after = {p.passage_id: p.score for p in fuse(passages(moved), matches(bm25))}
    if len(set(similarities.values())) != 1:
        assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 50])
def test_with_equal_similarities_keywords_decide(count: int) -> None:
    vector = passages(dict.fromkeys(range(1, count + 1), 0.83))
    assert [p.score for p in fuse(vector, matches({}))] == [0.0] * count
    best = fuse(vector, matches({count: 2.0}))[0]
    assert best == ScoredPassage(passage_id=count, score=2.0 * keyword_weight(RARITY))


def test_fusing_nothing_gives_nothing() -> None:
    assert fuse([], matches({})) == []


def test_passages_that_both_searches_find_come_first() -> None:
    fused = fuse(passages({1: 0.9, 2: 0.89, 3: 0.2}), matches({2: 4.0, 4: 4.0}))
    assert fused[0].passage_id == 2


def test_the_caller_s_lists_are_not_changed() -> None:
    vector, keyword = passages({1: 0.9, 2: 0.8}), matches({2: 3.0})
    fuse(vector, keyword)
    assert (vector, keyword) == (passages({1: 0.9, 2: 0.8}), matches({2: 3.0}))


def test_a_bm25_point_is_worth_less_for_longer_queries() -> None:
    weights = [keyword_weight(rarity) for rarity in (0, 1, 5, 20, 200)]
    assert weights[0] == weights[1] == KEYWORD_WEIGHT
    assert weights == sorted(weights, reverse=True)
    # Sixteen times the rarity halves it.
    assert keyword_weight(16) == pytest.approx(KEYWORD_WEIGHT / 2)
