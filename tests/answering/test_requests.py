"""Requests about the last answer: when, more, less. Asked of a corpus small enough to know by heart."""

import asyncio
from collections.abc import Callable

import pytest

from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, Role, Turn
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import article
from tests.contract import check_answer

Ask = Callable[..., Answer]

COFFEE = article(
    "kopi",
    "Panen kopi mencapai 1.500,5 ton, naik dari 210 ton pada 2020. Koperasi mengumumkannya pada Senin (8/9). "
    "Harga ikut naik.",
    "Petani kopi membeli mesin pengering. Mesin itu tiba pada Oktober.",
)
OTHERS = [
    article("banjir", "Banjir merendam 412 rumah pada Rabu (5/2). Warga mengungsi."),
    article("bus", "Armada bus kota bertambah. Sopir bus menolak."),
]
ASKED = "Berapa ton panen kopi?"
FIRST = "Panen kopi mencapai 1.500,5 ton, naik dari 210 ton pada 2020."


@pytest.fixture
def ask(ingestion: Ingestion, pipeline: Pipeline, corpus: LocalCorpus) -> Ask:
    list(ingestion.ingest([COFFEE, *OTHERS]))

    def ask_after(text: str, *turns: str) -> Answer:
        roles: tuple[Role, ...] = ("user", "assistant")
        before = tuple(Turn(role=roles[place % 2], text=said) for place, said in enumerate(turns))
        answer = asyncio.run(pipeline.answer(Question(text=text, turns=before)))
        check_answer(answer, corpus)
        return answer

    return ask_after


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize("text", ["Dan kapan itu?", "Kapan?", "When was that?"])
def test_when_is_answered_with_the_sentence_that_gives_the_day(ask: Ask, text: str) -> None:
    answer = ask(text, ASKED, f"{FIRST} [1]")
    assert quotes(answer) == ["Koperasi mengumumkannya pada Senin (8/9)."]


def test_when_reads_the_evidence_of_a_written_answer_too(ask: Ask) -> None:
    answer = ask("Dan kapan itu?", ASKED, "Sebanyak 1.500,5 ton. [1]")
    assert quotes(answer) == ["Koperasi mengumumkannya pada Senin (8/9)."]


def test_when_is_refused_if_the_evidence_gives_no_time(ask: Ask) -> None:
    answer = ask("Dan kapan itu?", "Apakah armada bus bertambah?", "Armada bus kota bertambah. [1]")
    assert answer.refusal_reason == "evidence_does_not_answer"


@pytest.mark.parametrize("text", ["Jelaskan lebih lanjut", "lebih rinci", "Add details", "Tell me more"])
def test_more_adds_sentences_of_the_same_evidence(ask: Ask, text: str) -> None:
    answer = ask(text, ASKED, f"{FIRST} [1]")
    assert [claim.text for claim in answer.claims][:3] == [
        FIRST,
        "Koperasi mengumumkannya pada Senin (8/9).",
        "Harga ikut naik.",
    ]
    assert {citation.article_id for citation in answer.citations} == {"kopi"}
    assert answer.understood.kind == "follow_up"


@pytest.mark.parametrize("text", ["Ringkas", "More concise", "Shorter please"])
def test_less_keeps_one_sentence_of_the_answer(ask: Ask, text: str) -> None:
    long = ask("Jelaskan lebih lanjut", ASKED, f"{FIRST} [1]")
    answer = ask(text, ASKED, f"{FIRST} [1]", "Jelaskan lebih lanjut", long.answer)
    assert len(long.claims) > 1
    assert [claim.text for claim in answer.claims] == [FIRST]


@pytest.mark.parametrize("remark", ["Terima kasih!", "Wah menarik", "Thanks!"])
def test_a_remark_does_not_erase_the_topic(ask: Ask, remark: str) -> None:
    answer = ask("Dan kapan itu?", ASKED, f"{FIRST} [1]", remark, "Sama-sama!")
    assert quotes(answer) == ["Koperasi mengumumkannya pada Senin (8/9)."]


@pytest.mark.parametrize("text", ["In English, please", "jawab dalam bahasa inggris"])
def test_the_last_question_is_answered_in_another_language(ask: Ask, text: str) -> None:
    answer = ask(text, ASKED, f"{FIRST} [1]")
    assert quotes(answer) == [FIRST]
    assert (answer.understood.query, answer.understood.language) == (ASKED, "en")
    assert answer.understood.kind == "follow_up"


def test_a_refusal_is_in_the_language_that_the_question_asks_for(ask: Ask) -> None:
    answer = ask("Siapa presiden Peru? Jawab dalam bahasa Inggris.")
    assert answer.is_refusal
    assert answer.answer.startswith("The available articles")


def test_a_topic_survives_a_request_for_another_language(ask: Ask) -> None:
    answer = ask("Dan kapan itu?", ASKED, f"{FIRST} [1]", "In English, please", f"{FIRST} [1]")
    assert quotes(answer) == ["Koperasi mengumumkannya pada Senin (8/9)."]


def test_a_request_without_an_answer_before_is_an_ordinary_question(ask: Ask) -> None:
    assert ask("Jelaskan lebih lanjut").is_refusal
