"""The reply to small talk: on every door, in the asker's language, with what can be asked."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.mcp_door.tool_texts import answer_text
from rag.answering.small_talk_reply import small_talk_reply
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, Filters
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.reply_texts import ARTICLES, DAYS, NO_ARTICLES, OTHER_TIMES, REFUSALS, TOPICS
from tests.commands.running import kutip
from tests.conftest import article
from tests.contract import check_answer
from tests.corpora import add, open_place
from tests.test_api import client_of, running_service

DATA = json.loads(
    (Path(__file__).parents[1] / "conversation" / "data" / "small_talk.json").read_text(encoding="utf-8")
)
ENGLISH = (
    "Hello! Ask me anything about 3 articles, from June 3, 2024 to July 5, 2025. "
    "For example: “Panen kopi”, “Banjir besar”, and “Bus”."
)


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T08:00:00+07:00")


STORIES = [
    article("kopi", "Panen kopi naik.", title="Panen kopi", published_at=day("2025-07-05")),
    article("banjir", "Banjir merendam kota.", title="Banjir besar", published_at=day("2024-06-03")),
    article("bus", "Bus mogok.", title="Bus", language="en"),
]


@pytest.fixture
def filled(ingestion: Ingestion) -> None:
    list(ingestion.ingest([*STORIES[:2], article("bus", "Bus mogok.", title="Bus")]))


def ask(pipeline: Pipeline, text: str, **options: object) -> Answer:
    return asyncio.run(pipeline.answer(Question(text=text, **options)))  # type: ignore[arg-type]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", DATA["non_questions"])
def test_small_talk_gets_a_reply_without_citations(
    pipeline: Pipeline, corpus: LocalCorpus, language: str
) -> None:
    for text in DATA["non_questions"][language]:
        answer = ask(pipeline, text)
        assert (answer.refusal_reason, answer.citations, answer.hits) == ("not_a_question", (), ())
        assert "3" in answer.answer
        assert "Panen kopi" in answer.answer
        assert answer.understood.kind == "not_a_question"
        check_answer(answer, corpus)


@pytest.mark.usefixtures("filled")
def test_the_reply_says_what_can_be_asked(pipeline: Pipeline) -> None:
    assert ask(pipeline, "Hello").answer == ENGLISH
    assert ask(pipeline, "asdfgh", language="en").answer == ENGLISH
    assert ask(pipeline, "Siapa kamu?").answer == (
        "Halo! Silakan bertanya tentang isi 3 artikel, dari 3 Juni 2024 sampai 5 Juli 2025. "
        "Misalnya: “Panen kopi”, “Banjir besar”, dan “Bus”."
    )


def test_without_articles_the_reply_says_so(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Halo")
    assert answer.answer == NO_ARTICLES["id"]
    assert answer.refusal_reason == "not_a_question"


def test_undated_articles_without_titles_are_only_counted(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("a", "Kopi.")]))
    assert small_talk_reply(corpus, "en") == "Hello! Ask me anything about 1 article."


def test_one_day_is_no_range(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    made = [article(name, "Kopi.", published_at=day("2025-07-01"), title=f"Kopi {name}") for name in "ab"]
    list(ingestion.ingest(made))
    assert small_talk_reply(corpus, "en") == (
        "Hello! Ask me anything about 2 articles. For example: “Kopi a” and “Kopi b”."
    )


@pytest.mark.usefixtures("filled")
def test_the_reply_tells_nothing_of_articles_outside_the_filters(
    ingestion: Ingestion, pipeline: Pipeline
) -> None:
    list(ingestion.ingest([article("rahasia", "Kopi.", title="Rahasia", outlet="Tempo")]))
    question = Question(text="Halo", filters=Filters(outlet=("Tempo",)))
    answer = asyncio.run(pipeline.answer(question))
    assert answer.answer == "Halo! Silakan bertanya tentang isi 1 artikel. Misalnya: “Rahasia”."


@pytest.mark.usefixtures("filled")
def test_filters_that_leave_nothing_are_no_empty_corpus(pipeline: Pipeline) -> None:
    question = Question(text="Hello", filters=Filters(outlet=("Nobody",)))
    assert asyncio.run(pipeline.answer(question)).answer == "Hello! Ask me anything about 0 articles."


def test_a_title_cannot_add_a_picture(ingestion: Ingestion, pipeline: Pipeline) -> None:
    list(ingestion.ingest([article("a", "Kopi.", title="Kopi ![x](https://example.org/p.png) <b>")]))
    assert "“Kopi !(x)(https://example.org/p.png) (b)”" in ask(pipeline, "Halo").answer


def test_a_title_cannot_add_a_citation(ingestion: Ingestion, pipeline: Pipeline, corpus: LocalCorpus) -> None:
    list(ingestion.ingest([article("a", "Kopi.", title="[1] Kopi {n} {topics}")]))
    answer = ask(pipeline, "Halo")
    assert "{n} {topics}" in answer.answer
    check_answer(answer, corpus)


def test_every_language_of_refusals_has_every_text() -> None:
    for texts in (ARTICLES, DAYS, TOPICS, NO_ARTICLES, OTHER_TIMES):
        assert texts.keys() == REFUSALS.keys()


def test_the_days_of_publication_are_those_of_current_articles(place: str) -> None:
    with open_place(place) as corpus:
        assert corpus.published_days() is None
        add(corpus, STORIES[2])
        assert corpus.published_days() is None
        add(corpus, STORIES[0])
        assert corpus.published_days() == (day("2025-07-05").date(), day("2025-07-05").date())
        add(corpus, STORIES[1])
        assert corpus.published_days() == (day("2024-06-03").date(), day("2025-07-05").date())
        corpus.remove("kopi")
        assert corpus.published_days() == (day("2024-06-03").date(), day("2024-06-03").date())


# The doors


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest([*STORIES[:2], article("bus", "Bus mogok.", title="Bus")]))
        yield client_of(create_app(service))


def test_every_http_door_gives_the_reply(client: TestClient) -> None:
    asked = client.post("/v1/ask", json={"question": "Hello"}).json()
    assert asked["answer"] == ENGLISH
    messages = [{"role": "user", "content": "Hello"}]
    chat = client.post("/v1/chat/completions", json={"model": "kutip", "messages": messages}).json()
    assert chat["choices"][0]["message"]["content"] == ENGLISH
    assert chat["kutip"]["refusal_reason"] == "not_a_question"
    response = client.post("/v1/responses", json={"model": "kutip", "input": "Hello"}).json()
    assert response["output"][0]["content"][0]["text"] == ENGLISH


def test_the_header_tells_the_language_of_noise(client: TestClient) -> None:
    for route, body in (
        ("/v1/ask", {"question": "asdfgh"}),
        ("/v1/chat/completions", {"model": "kutip", "messages": [{"role": "user", "content": "asdfgh"}]}),
    ):
        reply = client.post(route, json=body, headers={"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"})
        assert "Bonjour" in reply.text


def test_the_assistant_s_door_says_that_it_is_no_question(pipeline: Pipeline, filled: None) -> None:
    text = answer_text(ask(pipeline, "Hello"))
    assert text == f"{ENGLISH}\n\nThis is not a question about the articles."


@pytest.mark.usefixtures("models_loaded_once")
def test_the_command_prints_the_reply_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))
    kutip("ingest", "-", stdin="Panen kopi\n\nPanen kopi naik di Lembah Arum.\n")
    result = kutip("ask", "Hello")
    assert result.code == 3
    assert result.out.startswith("Hello! Ask me anything about 1 article")
    assert result.err == ""
