"""Measures, against values worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Answer, Citation, Claim, Verdict
from rag.evaluation.metrics import (
    citation_precision,
    citation_recall,
    contains_any,
    estimate,
    normalised,
    overlaps,
    ranking_values,
    refusal_scores,
)
from rag.understood import Understood


def answer_with(claims: list[tuple[Verdict, list[Verdict]]]) -> Answer:
    """Make an answer of claims, each with its verdict and those of its citations."""
    citations: list[Citation] = []
    made = []
    for place, (verdict, verdicts) in enumerate(claims):
        first = len(citations) + 1
        citations += [citation(first + offset, place, each) for offset, each in enumerate(verdicts)]
        numbers = tuple(range(first, len(citations) + 1))
        made.append(Claim(text="Naik.", start=0, end=5, verdict=verdict, citations=numbers))
    return Answer(
        query="q",
        understood=Understood(query="q", language="id"),
        id="1",
        question="Apa?",
        language="id",
        answer="Naik.",
        is_refusal=False,
        mode="llm",
        model="m",
        degraded=None,
        claims=tuple(made),
        citations=tuple(citations),
        hits=(),
        conflicts=(),
        usage=None,
        timings_ms={},
    )


def citation(number: int, claim: int, verdict: Verdict) -> Citation:
    return Citation(
        number=number,
        claim=claim,
        answer_start=0,
        answer_end=5,
        article_id="a",
        article_version="v",
        title="",
        url=None,
        link=None,
        outlet=None,
        author=None,
        published_at=None,
        language="id",
        paragraph=1,
        start=0,
        end=5,
        quote="Naik.",
        verdict=verdict,
        checks={},
    )


@pytest.mark.parametrize(
    ("claims", "recall", "precision"),
    [
        ([("supported", ["supported"])], 1.0, 1.0),
        # One of two is not needed: the other carries the claim alone.
        ([("supported", ["supported", "unsupported"])], 1.0, 0.5),
        # Neither carries it alone, both together do: each is needed.
        ([("supported", ["unsupported", "unsupported"])], 1.0, 1.0),
        ([("unsupported", ["unsupported"]), ("supported", ["supported"])], 0.5, 0.5),
        ([("contradicted", ["supported"])], 0.0, 0.0),
        ([("unchecked", ["unchecked"])], 0.0, 0.0),
        # A claim without a citation is not carried, whatever its verdict; no citation is no precision.
        ([("supported", [])], 0.0, 0.0),
    ],
)
def test_citation_recall_and_precision(
    claims: list[tuple[Verdict, list[Verdict]]], recall: float, precision: float
) -> None:
    answer = answer_with(claims)
    assert (citation_recall(answer), citation_precision(answer)) == (recall, precision)


def test_an_answer_without_claims_has_neither_recall_nor_precision() -> None:
    answer = answer_with([])
    assert (citation_recall(answer), citation_precision(answer)) == (None, None)


@pytest.mark.parametrize(
    ("text", "answer", "is_held"),
    [
        ("Panen mencapai 1.500,5 ton.", "1.500,5 ton", True),
        ("Panen mencapai 1.500,5 ton.", "500", False),
        ("Panen mencapai 1.500,5 ton.", "1.500", False),
        ("Pada (3/6).", "3/6", True),
        ("Pada 13/6.", "3/6", False),
        ("Tahun 1943.", "1943", True),
        ("di rumahnya", "Rumah", True),
        ("总部设在上海。", "上海", True),
        ("เชียงใหม่", "เชียงใหม่", True),
        ("ＡＢＣ", "abc", True),
        ("«Le   Petit»", "le petit", True),
        ("Apa pun", "?", False),
    ],
)
def test_contains_any(text: str, answer: str, is_held: bool) -> None:
    assert contains_any(text, ["tidak ada", answer]) == is_held


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(*[st.tuples(st.integers(0, 9), st.integers(0, 9))] * 2)
def test_spans_overlap_if_they_share_a_character(first: tuple[int, int], second: tuple[int, int]) -> None:
    assert overlaps(first, second) == bool({*range(*first)} & {*range(*second)})


def test_ranking_values_equal_those_calculated_by_hand() -> None:
    rankings = [(["a"], ["a", "b"]), (["a", "z"], ["x", "y", "a"]), (["a"], []), (["a"], [*"bcdefghijkla"])]
    values = ranking_values(rankings)
    assert values["R@1"] == [1, 0, 0, 0]
    assert values["R@5"] == values["R@10"] == [1, 1, 0, 0]
    assert values["MRR@10"] == pytest.approx([1, 1 / 3, 0, 0])
    ideal = 1 + 1 / math.log2(3)
    assert values["nDCG@10"] == pytest.approx([1, 1 / math.log2(4) / ideal, 0, 0])


def test_no_rankings_have_no_values() -> None:
    assert ranking_values([])["R@1"] == []


def test_keyword_search_without_hits_scores_zero() -> None:
    assert ranking_values([(["a"], [])])["nDCG@10"] == [0.0]


def test_the_interval_is_near_that_of_the_normal_distribution() -> None:
    found = estimate([1.0] * 300 + [0.0] * 100)
    assert found is not None
    half = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert (found.low, found.high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.008)


def test_refusal_scores_equal_those_calculated_by_hand() -> None:
    scores = refusal_scores(unanswerable=[True] * 8 + [False] * 2, answerable=[True] * 2 + [False] * 18)
    figures = [scores.recall, scores.precision, scores.answered, scores.balanced_accuracy]
    assert [figure and round(figure.value, 6) for figure in figures] == [0.8, 0.8, 0.9, 0.85]


def test_without_answerable_questions_refusals_have_only_recall() -> None:
    scores = refusal_scores(unanswerable=[True, False], answerable=[])
    assert scores.recall is not None
    assert (scores.precision, scores.answered, scores.balanced_accuracy) == (None, None, None)


def test_without_refusals_precision_is_unknown() -> None:
    assert refusal_scores(unanswerable=[False], answerable=[False]).precision is None
