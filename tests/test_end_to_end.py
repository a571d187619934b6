"""The seeds through the bundled model: what a newcomer sees, held to a standard."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.datatypes import Answer, Turn
from rag.pipeline import Question
from rag.reading import Overrides, read_paths
from rag.service import Service, build_service
from rag.settings import load_settings
from tests.contract import check_answer

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
LINES = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
DEMO = (SEEDS / "demo.txt").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line) for line in LINES]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_loaded_once: None) -> Iterator[Service]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("seeds"))
    with build_service(settings) as built:
        results = list(built.ingestion.ingest(read_paths([SEEDS / "articles"], overrides=Overrides())))
        assert [result.id for result in results if result.status == "rejected"] == [
            str(SEEDS / "articles" / "naskah-lontar-terkunci.txt")
        ]
        yield built


def ask(service: Service, text: str) -> Answer:
    answer = asyncio.run(service.pipeline.answer(Question(text=text)))
    check_answer(answer, service.corpus)
    return answer


@pytest.mark.parametrize(
    ("question", "held"),
    list(zip(DEMO, ("Shanghai", "312,000 containers", "260万立方米"), strict=True)),
)
def test_the_demo_answers_with_the_fact(service: Service, question: str, held: str) -> None:
    assert held in ask(service, question).citations[0].quote


def test_most_questions_find_their_article_first(service: Service) -> None:
    answerable = [question for question in QUESTIONS if question["answerable"]]
    found = 0
    for question in answerable:
        gold = {question["article_id"], *question["alternative_article_ids"]}
        found += service.pipeline.search(Question(text=question["question"])).hits[0].article_id in gold
    assert found / len(answerable) >= 0.8


def test_questions_that_the_articles_do_not_answer_are_refused(service: Service) -> None:
    kinds = {"off_corpus", "withheld_article"}
    asked = [question for question in QUESTIONS if question.get("unanswerable_kind") in kinds]
    answered = [question["id"] for question in asked if not ask(service, question["question"]).is_refusal]
    assert answered == []


@pytest.mark.parametrize(
    ("before", "follow_up", "held"),
    [
        (
            "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?",
            "Berapa potongan yang ditanam di sana?",
            "12.480 potongan",
        ),
        ("Siapa yang menjuarai nomor putri Maraton Danau Sentara 2025?", "Dan kapan itu?", "2025"),
        ("How many containers did the port of Calder Sound handle in September 2025?", "And why?", "Calder"),
    ],
)
def test_a_follow_up_is_answered_from_its_topic(
    service: Service, before: str, follow_up: str, held: str
) -> None:
    turns = (Turn(role="user", text=before), Turn(role="assistant", text=ask(service, before).answer))
    answer = asyncio.run(service.pipeline.answer(Question(text=follow_up, turns=turns)))
    check_answer(answer, service.corpus)
    assert answer.query.endswith(f": {follow_up}")
    assert answer.hits[0].article_id == ask(service, before).hits[0].article_id
    assert held in answer.query + answer.answer


DIALOGUES = [
    (
        [
            "Bagaimana dengan bus listrik Trans Segara?",
            "Berapa tarifnya?",
            "Terima kasih!",
            "Jam operasinya?",
        ],
        "05.30",
    ),
    (
        ["Siapa yang menjuarai nomor putri Maraton Danau Sentara?", "Wah menarik", "Berapa hadiahnya?"],
        "Rp150 juta",
    ),
    (
        ["How many containers did the port of Calder Sound handle in September 2025?", "Tell me more"],
        "Imogen Trellick",
    ),
    (["How deep is the kelp forest off Hethersay?", "siapa juara maraton danau sentara?"], "Yosefina Waromi"),
]


@pytest.mark.parametrize(("asked", "held"), DIALOGUES)
def test_a_dialogue_keeps_its_topic_until_another_is_named(
    service: Service, asked: list[str], held: str
) -> None:
    turns: tuple[Turn, ...] = ()
    for text in asked:
        answer = asyncio.run(service.pipeline.answer(Question(text=text, turns=turns)))
        check_answer(answer, service.corpus)
        turns += (Turn(role="user", text=text), Turn(role="assistant", text=answer.answer))
    assert any(held in citation.quote for citation in answer.citations)


def test_a_digest_is_of_the_articles_on_its_topic(service: Service) -> None:
    answer = ask(service, "Ringkas berita tentang banjir")
    floods = {"banjir-lembah-arum", "samudra-banjir-lembah-arum", "lembah-arum-flood"}
    assert {citation.article_id for citation in answer.citations} == floods
    assert ask(service, "Ringkas berita tentang gajah").refusal_reason == "nothing_relevant"
