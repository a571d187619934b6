"""When a question is refused, and why: readings that can be worked out by hand."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from embeddings.cross_encoder import Reading
from rag.answering.judge import ReadingJudge
from rag.answering.refusal import (
    ANSWERED,
    ANSWERED_FOLLOW_UP,
    ANSWERING,
    CALIBRATIONS,
    ON_SUBJECT,
    RELEVANT,
    WITHOUT_RESEMBLANCE,
    Assessment,
    Calibration,
    Features,
    calibration_of,
)
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Answer
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.search.reranking import Reranking
from rag.search.retrieval import Query, search
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.word_cross_encoder import WordCrossEncoder, reading_words


@pytest.fixture
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest([article("kopi", "Panen kopi mencapai 1.500 ton. Harga kopi naik. Warga lega.")]))


def ask(pipeline: Pipeline, text: str) -> Answer:
    return asyncio.run(pipeline.answer(Question(text=text)))


def features(
    relevance: float,
    resemblance: float = 0.0,
    *,
    language: str = "id",
    is_same_language: bool = True,
    is_negated: bool = False,
) -> Features:
    return Features(
        relevance=relevance,
        resemblance=resemblance,
        language=language,
        is_same_language=is_same_language,
        is_negated=is_negated,
    )


def test_the_probability_is_the_logistic_of_the_weighted_sum() -> None:
    calibration = Calibration(relevance=2.0, resemblance=10.0, across_languages=1.0, intercept=-13.0)
    for relevance, is_same, expected in (
        (2.0, True, 0.5),
        (1.5, False, 0.5),
        (-1e6, True, 0.0),
        (1e6, True, 1.0),
    ):
        found = calibration.probability(features(relevance, 0.9, is_same_language=is_same))
        assert found == pytest.approx(expected)


def test_the_language_of_a_hit_adds_to_its_evidence() -> None:
    calibration = Calibration(
        relevance=1.0,
        intercept=0.0,
        across_languages=2.0,
        languages={"th": -1.0},
        languages_across={"zh": 3.0},
    )
    for language, is_same, needed in (("th", True, 1.0), ("zh-Hans", True, 0.0), ("zh-Hant", False, -5.0),
                                      ("th", False, -2.0)):  # fmt: skip
        found = calibration.probability(features(needed, language=language, is_same_language=is_same))
        assert found == pytest.approx(0.5)


def test_more_evidence_never_gives_a_lower_probability() -> None:
    for calibration in (*CALIBRATIONS.values(), WITHOUT_RESEMBLANCE, ANSWERING):
        assert calibration.relevance > 0
        assert calibration.resemblance >= 0
    assert 0 < RELEVANT < ON_SUBJECT
    assert 0 < ANSWERED_FOLLOW_UP < ANSWERED < 0.5


def test_a_hit_answers_if_it_is_on_the_subject_and_answers() -> None:
    least = Assessment(on_subject=ON_SUBJECT, answering=ANSWERED)
    assert least.is_answer
    assert least.probability == pytest.approx(ON_SUBJECT * ANSWERED)
    assert not replace(least, on_subject=ON_SUBJECT - 0.01).is_answer
    assert not replace(least, answering=ANSWERED - 0.01).is_answer
    assert not replace(least, on_subject=0.99, answering=ANSWERED - 0.01).is_answer
    assert not replace(least, on_subject=ON_SUBJECT - 0.01, answering=0.99).is_answer


def test_a_hit_in_another_language_needs_less() -> None:
    for calibration in (*CALIBRATIONS.values(), ANSWERING):
        same, across = (
            calibration.probability(features(0.5, 0.03, language="vi", is_same_language=is_same))
            for is_same in (True, False)
        )
        assert same < across


def test_a_negated_question_needs_more() -> None:
    plain, negated = (
        ANSWERING.probability(features(0.5, is_negated=is_negated)) for is_negated in (False, True)
    )
    assert plain > negated


def test_a_follow_up_needs_less_of_the_article_of_the_last_answer() -> None:
    least = Assessment(on_subject=0.0, answering=ANSWERED_FOLLOW_UP, is_follow_up=True)
    assert least.is_relevant
    assert least.is_answer
    assert least.probability == least.answering
    assert not replace(least, answering=ANSWERED_FOLLOW_UP - 0.01).is_answer
    assert not replace(least, is_follow_up=False).is_relevant
    assert not replace(least, on_subject=1.0, is_follow_up=False).is_answer


def test_the_resemblance_by_an_unknown_encoder_does_not_count() -> None:
    unknown = calibration_of("someone/else")
    low, high = (unknown.probability(features(0.3, value)) for value in (0.1, 0.9))
    assert low == high
    known = calibration_of("bundled:multilingual-e5-small")
    low, high = (known.probability(features(0.3, value)) for value in (0.05, 0.06))
    assert low < high


@pytest.mark.usefixtures("filled")
def test_hits_on_another_subject_are_not_relevant(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Siapa juara turnamen bulu tangkis?")
    assert (answer.is_refusal, answer.refusal_reason) == (True, "nothing_relevant")
    assert len(answer.hits) == 1


class NearlyAnswering(WordCrossEncoder):
    """Gives every passage log odds between those of a relevant hit and those of one on the subject."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        middle = (RELEVANT + ON_SUBJECT) / 2
        log_odds = math.log(middle / (1 - middle))
        odds = (log_odds - WITHOUT_RESEMBLANCE.intercept) / WITHOUT_RESEMBLANCE.relevance
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


class BundledScale(TopicEncoder):
    """Has the name of the bundled encoder, so that similarities count."""

    name = "bundled:multilingual-e5-small"


class Certain(WordCrossEncoder):
    """Finds that every passage answers."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        return [replace(reading, relevance=4.0) for reading in super().read(question, passages)]


class VillageReader(WordCrossEncoder):
    """Finds every passage relevant; the answer is in sentences about a village."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        return [Reading(5.0, tuple(9.0 * ("desa" in part) for part in parts)) for parts in passages]


@pytest.mark.parametrize(
    ("first_article", "language", "quoted"),
    [
        ("kopi", "id", ["kopi"]),
        ("kopi", "en", ["kopi", "bus"]),
        (None, "id", ["kopi", "bus"]),
        ("lain", "id", ["kopi", "bus"]),
    ],
)
def test_a_follow_up_is_answered_from_the_article_of_the_last_answer(
    ingestion: Ingestion,
    corpus: LocalCorpus,
    encoder: TopicEncoder,
    first_article: str | None,
    language: str,
    quoted: list[str],
) -> None:
    others = [article("kopi", "Kopi kopi naik. Warga lega."), article("bus", "Kopi naik bus. Bus ke desa.")]
    list(ingestion.ingest(others))
    reranking = Reranking(cross_encoder=VillageReader())
    query = Query(text="kopi", language=language, filters=NO_FILTERS, top_k=5, first_article=first_article)
    found = search(corpus, encoder, query, mode="vector", reranking=reranking)
    assert found.hits[0].article_id == "kopi"
    choice = ReadingJudge(encoder).choose(query, found)
    assert list(dict.fromkeys(excerpt.quote.hit.article_id for excerpt in choice.excerpts)) == quoted


class SureOfOneSentence(WordCrossEncoder):
    """Finds that the passages about coffee answer, and is surest of the sentences of all others."""

    def __init__(self, relevance_of_others: float) -> None:
        super().__init__()
        self._others = relevance_of_others

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        readings = {True: (2.0, -7.0), False: (self._others, 0.0)}
        found = [(readings["kopi" in " ".join(parts).casefold()], len(parts)) for parts in passages]
        return [Reading(relevance, (score,) * count) for (relevance, score), count in found]


@pytest.mark.parametrize(("relevance", "quoted"), [(-3.0, ["kopi"]), (1.0, ["kopi", "bus"])])
def test_only_passages_that_answer_are_quoted(
    ingestion: Ingestion, corpus: LocalCorpus, encoder: TopicEncoder, relevance: float, quoted: list[str]
) -> None:
    list(ingestion.ingest([article("kopi", "Panen kopi kopi naik."), article("bus", "Bus mogok di Bogor.")]))
    reranking = Reranking(cross_encoder=SureOfOneSentence(relevance))
    query = Query(text="kopi", language="id", filters=NO_FILTERS, top_k=5)
    found = search(corpus, encoder, query, mode="vector", reranking=reranking)
    choice = ReadingJudge(encoder).choose(query, found)
    assert [excerpt.quote.hit.article_id for excerpt in choice.excerpts] == quoted


@pytest.mark.usefixtures("filled")
def test_a_follow_up_on_the_article_of_the_last_answer_needs_no_similarity(corpus: LocalCorpus) -> None:
    encoder, reranking = BundledScale(), Reranking(cross_encoder=Certain())
    query = Query(text="panen bus mogok", language="id", filters=NO_FILTERS, top_k=5)
    found = search(corpus, encoder, query, mode="vector", reranking=reranking)
    judge = ReadingJudge(encoder)

    def assess(first_article: str | None) -> Assessment | None:
        return judge.assess(replace(query, first_article=first_article), found)

    alone = assess(None)
    assert alone is not None
    assert alone.on_subject < ON_SUBJECT
    assert alone.answering > 0.95
    assert not alone.is_answer
    assert assess("lain") == alone
    assert assess("kopi") == replace(alone, is_follow_up=True)


@pytest.mark.usefixtures("filled")
def test_a_negation_in_the_question_makes_an_answer_less_probable(corpus: LocalCorpus) -> None:
    encoder, reranking = BundledScale(), Reranking(cross_encoder=VillageReader())

    def answering(text: str) -> float:
        query = Query(text=text, language="id", filters=NO_FILTERS, top_k=5)
        found = search(corpus, encoder, query, mode="vector", reranking=reranking)
        assessment = ReadingJudge(encoder).assess(query, found)
        assert assessment is not None
        return assessment.answering

    assert answering("siapa yang panen kopi") == answering("apakah mereka panen kopi atau tidak")
    assert answering("siapa yang tidak panen kopi") < answering("siapa yang panen kopi")
