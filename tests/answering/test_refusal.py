"""When a question is refused, and why: signals that can be worked out by hand."""

import asyncio
from dataclasses import replace

import pytest

from rag.answering.refusal import (
    CALIBRATIONS,
    Background,
    Calibration,
    Calibrations,
    Logistic,
    Signals,
)
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer

SIGNALS = Signals(similarity=0.9, coverage=0.5, background=0.8, prominence=4.0, lead=0.1, score=50.0)

# On the subject: at least a quarter of the rare words. An answer: a score of at least 3.
BY_HAND = Calibration(
    relevance=Logistic(coverage=20.0, intercept=-5.0),
    relevance_threshold=0.5,
    answer=Logistic(score=1.0, intercept=-3.0),
    answer_threshold=0.5,
)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> TopicEncoder:
    calibrations = Calibrations(
        background=Background(similarity=0.0, spread=1.0, passages=1),
        same_language=BY_HAND,
        across_languages=replace(BY_HAND, relevance=Logistic(intercept=-99.0)),
    )
    monkeypatch.setitem(CALIBRATIONS, TopicEncoder.name, calibrations)
    return TopicEncoder()


@pytest.fixture
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest([article("kopi", "Panen kopi mencapai 1.500 ton. Harga kopi naik. Warga lega.")]))


def ask(pipeline: Pipeline, text: str) -> Answer:
    return asyncio.run(pipeline.answer(Question(text=text)))


def test_odds_are_a_weighted_sum() -> None:
    even = Logistic(similarity=10.0, background=-10.0, intercept=-1.0)
    assert even.probability(SIGNALS) == pytest.approx(0.5)
    assert Logistic(score=-1000.0, intercept=0.0).probability(SIGNALS) == pytest.approx(0.0)
    assert Logistic(score=1000.0, intercept=0.0).probability(SIGNALS) == pytest.approx(1.0)


def test_the_background_combines_the_prior_with_the_observed_similarities() -> None:
    background = Background(similarity=0.8, spread=0.0, passages=2)
    assert background.of([]) == (0.8, 0.0)
    # Two known ones at .8 and two seen at .6: their mean .7, each .1 away from it.
    assert background.of([0.6, 0.6]) == pytest.approx((0.7, 0.1))


@pytest.mark.usefixtures("filled")
def test_hits_on_another_subject_are_not_relevant(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Siapa juara turnamen bulu tangkis?")
    assert (answer.is_refusal, answer.refusal_reason) == (True, "nothing_relevant")
    assert len(answer.hits) == 1


@pytest.mark.usefixtures("filled")
def test_evidence_on_the_subject_may_not_answer(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, corpus: LocalCorpus
) -> None:
    strict = replace(BY_HAND, answer=Logistic(intercept=-99.0))
    monkeypatch.setitem(
        CALIBRATIONS, TopicEncoder.name, replace(CALIBRATIONS[TopicEncoder.name], same_language=strict)
    )
    answer = ask(pipeline, "Panen kopi mencapai berapa ton?")
    assert (answer.is_refusal, answer.refusal_reason) == (True, "evidence_does_not_answer")
    assert (answer.claims, answer.citations) == ((), ())
    assert answer.hits[0].article_id == "kopi"
    check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_evidence_that_answers_is_quoted(pipeline: Pipeline, corpus: LocalCorpus) -> None:
    answer = ask(pipeline, "Panen kopi mencapai berapa ton?")
    assert not answer.is_refusal
    assert answer.citations[0].quote == "Panen kopi mencapai 1.500 ton."
    check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_across_languages_another_calibration_is_used(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "How many tonnes of kopi were harvested during the season?")
    assert answer.refusal_reason == "nothing_relevant"


@pytest.mark.usefixtures("filled")
def test_an_encoder_without_a_calibration_refuses_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(CALIBRATIONS, TopicEncoder.name)
    assert not ask(pipeline, "Siapa juara turnamen bulu tangkis?").is_refusal
