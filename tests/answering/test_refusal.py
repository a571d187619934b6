"""When a question is refused, and why: readings that can be worked out by hand."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from embeddings.cross_encoder import Reading
from rag.answering.refusal import ANSWERED, CALIBRATION, RELEVANT, Calibration
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.search.reranking import Reranking
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.word_cross_encoder import WordCrossEncoder, reading_words


@pytest.fixture
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest([article("kopi", "Panen kopi mencapai 1.500 ton. Harga kopi naik. Warga lega.")]))


def ask(pipeline: Pipeline, text: str) -> Answer:
    return asyncio.run(pipeline.answer(Question(text=text)))


def test_the_probability_is_the_logistic_of_the_log_odds() -> None:
    assert Calibration(slope=2.0, intercept=-4.0).probability(2.0) == pytest.approx(0.5)
    assert Calibration(slope=1.0, intercept=0.0).probability(-1e6) == pytest.approx(0.0)
    assert Calibration(slope=1.0, intercept=0.0).probability(1e6) == pytest.approx(1.0)


def test_higher_log_odds_never_give_a_lower_probability() -> None:
    assert CALIBRATION.slope > 0
    assert 0 < RELEVANT < ANSWERED < 0.5


@pytest.mark.usefixtures("filled")
def test_hits_on_another_subject_are_not_relevant(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Siapa juara turnamen bulu tangkis?")
    assert (answer.is_refusal, answer.refusal_reason) == (True, "nothing_relevant")
    assert len(answer.hits) == 1


class NearlyAnswering(WordCrossEncoder):
    """Gives every passage log odds between the two thresholds."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        middle = (RELEVANT + ANSWERED) / 2
        odds = (math.log(middle / (1 - middle)) - CALIBRATION.intercept) / CALIBRATION.slope
        return [replace(reading, relevance=odds) for reading in super().read(question, passages)]


@pytest.mark.usefixtures("filled")
def test_evidence_on_the_subject_may_not_answer(corpus: LocalCorpus, encoder: TopicEncoder) -> None:
    reranking = Reranking(cross_encoder=NearlyAnswering())
    answer = ask(Pipeline(corpus=corpus, encoder=encoder, reranking=reranking), "Berapa ton panen kopi?")
    assert (answer.is_refusal, answer.refusal_reason) == (True, "evidence_does_not_answer")
    assert (answer.claims, answer.citations) == ((), ())
    assert answer.hits[0].article_id == "kopi"
    check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_evidence_that_answers_is_quoted(pipeline: Pipeline, corpus: LocalCorpus) -> None:
    answer = ask(pipeline, "Panen kopi mencapai berapa ton?")
    assert not answer.is_refusal
    assert answer.citations[0].quote == "Panen kopi mencapai 1.500 ton."
    assert answer.claims[0].verdict == "supported"
    check_answer(answer, corpus)


@pytest.mark.parametrize("others", [0, 1, 30])
def test_the_number_of_other_articles_does_not_decide(
    ingestion: Ingestion, corpus: LocalCorpus, encoder: TopicEncoder, others: int
) -> None:
    articles = [article(f"{number}", f"Bus nomor {number} mogok.") for number in range(others)]
    list(ingestion.ingest([article("kopi", "Panen kopi mencapai 1.500 ton. Warga lega."), *articles]))
    pipeline = Pipeline(corpus=corpus, encoder=encoder, **reading_words())
    assert ask(pipeline, "Panen kopi mencapai berapa ton?").citations[0].article_id == "kopi"
    assert ask(pipeline, "Siapa juara turnamen tenis?").refusal_reason == "nothing_relevant"


@pytest.mark.usefixtures("filled")
def test_without_a_cross_encoder_nothing_is_refused_and_nothing_supported(
    corpus: LocalCorpus, encoder: TopicEncoder
) -> None:
    answer = ask(Pipeline(corpus=corpus, encoder=encoder), "Siapa juara turnamen bulu tangkis?")
    assert not answer.is_refusal
    assert {claim.verdict for claim in answer.claims} == {"unchecked"}
    check_answer(answer, corpus)
