"""Computes the measures of search, answers and refusals from the outcomes of questions."""

from collections.abc import Sequence
from typing import get_args

import numpy as np

from rag.datatypes import Answer
from rag.evaluation.asking import RERANKED, SEARCH_MODES, Outcome
from rag.evaluation.metrics import (
    Estimate,
    Values,
    citation_precision,
    citation_recall,
    contains_any,
    estimate,
    overlaps,
    ranking_values,
    refusal_scores,
)
from rag.evaluation.records import Kind
from rag.evaluation.sets import Gold, Place
from rag.text.languages import detect_language
from rag.text.tags import is_same_language

Measures = dict[str, Estimate | None]

SEARCHES = (*SEARCH_MODES, RERANKED)
UNANSWERABLE: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "answerable")


def ranking_measures(outcomes: Sequence[Outcome]) -> Measures:
    """Return the measures of each search, for questions that have something to find."""
    ranked = [outcome for outcome in outcomes if outcome.rankings]
    return {
        f"{mode} {name}": figure
        for mode in SEARCHES
        for name, figure in _search_measures(ranked, mode).items()
    }


def _search_measures(outcomes: Sequence[Outcome], mode: str) -> Measures:
    rankings = [
        (list(map(_place_name, outcome.case.gold.places)), list(map(_place_name, outcome.rankings[mode])))
        for outcome in outcomes
        if mode in outcome.rankings
    ]
    return {name: estimate(values) for name, values in ranking_values(rankings).items()}


def _place_name(place: Place) -> str:
    return f"{place[0]}#{place[1]}"


def answer_measures(outcomes: Sequence[Outcome]) -> Measures:
    """Return the measures of answers and their citations."""
    asked = [(outcome.case.gold, outcome.answer) for outcome in outcomes if outcome.answer]
    answers = [answer for _, answer in asked]
    with_gold = [(gold, answer) for gold, answer in asked if gold.answers]
    sentences = [outcome.sentence_f1 for outcome in outcomes if outcome.sentence_f1 is not None]
    recalls = [recall for recall in map(citation_recall, answers) if recall is not None]
    precisions = [precision for precision in map(citation_precision, answers) if precision is not None]
    languages = [
        _is_in_language(outcome.answer, outcome.case.record.language)
        for outcome in outcomes
        if outcome.answer
    ]
    return {
        "answer contains gold": estimate([_contains_gold(gold, answer) for gold, answer in with_gold]),
        "first quote contains gold": estimate([_quotes_gold(gold, answer) for gold, answer in with_gold]),
        "cited span overlaps gold": estimate([_cites_gold(gold, answer) for gold, answer in with_gold]),
        "sentence F1": estimate(sentences),
        "citation recall": estimate(recalls),
        "citation precision": estimate(precisions),
        "valid offsets": estimate([valid for outcome in outcomes for valid in outcome.valid_offsets]),
        "in the question's language": estimate(languages),
        "language model failed": estimate(_failures(answers)),
    }


def _failures(answers: Sequence[Answer]) -> list[bool]:
    """Return for each answer whether the language model failed; empty if none was called."""
    failures = [answer.degraded is not None for answer in answers]
    return failures if any(failures) or any(answer.model for answer in answers) else []


def _contains_gold(gold: Gold, answer: Answer) -> bool:
    return not answer.is_refusal and contains_any(_unmarked_text(answer), gold.answers)


def _quotes_gold(gold: Gold, answer: Answer) -> bool:
    return any(contains_any(citation.quote, gold.answers) for citation in answer.citations[:1])


def _cites_gold(gold: Gold, answer: Answer) -> bool:
    return any(
        citation.article_id == span.article_id
        and overlaps((citation.start, citation.end), (span.start, span.end))
        for citation in answer.citations
        for span in gold.spans
    )


def _unmarked_text(answer: Answer) -> str:
    """Return an answer's text without its markers, whose numbers could be taken for the answer."""
    return " ".join(claim.text for claim in answer.claims) or answer.answer


def _is_in_language(answer: Answer, language: str) -> bool:
    return is_same_language(detect_language(_unmarked_text(answer)), language)


def refusal_measures(outcomes: Sequence[Outcome]) -> Measures:
    """Return the measures of refusals, for each kind of unanswerable question."""
    refused = {
        kind: [
            outcome.answer.is_refusal
            for outcome in outcomes
            if outcome.answer and outcome.case.record.kind == kind
        ]
        for kind in get_args(Kind)
    }
    answerable = refused["answerable"]
    measures = {"answerable answered": estimate([not is_refused for is_refused in answerable])}
    for kind in UNANSWERABLE:
        scores = refusal_scores(unanswerable=refused[kind], answerable=answerable)
        measures[f"{kind} refusal recall"] = scores.recall
        measures[f"{kind} refusal precision"] = scores.precision
        measures[f"{kind} balanced accuracy"] = scores.balanced_accuracy
    return measures


def times(outcomes: Sequence[Outcome]) -> Measures:
    """Return the times of hybrid search and of answers, in milliseconds."""
    searches = [outcome.search_ms for outcome in outcomes if outcome.search_ms is not None]
    answers = [outcome.answer.timings_ms["total"] for outcome in outcomes if outcome.answer]
    return {
        "search ms, median": estimate(searches, _median),
        "search ms, 95th percentile": estimate(searches, _percentile_95),
        "answer ms, median": estimate(answers, _median),
        "answer ms, 95th percentile": estimate(answers, _percentile_95),
    }


def _median(values: Values) -> float:
    return float(np.median(values))


def _percentile_95(values: Values) -> float:
    return float(np.percentile(values, 95))
