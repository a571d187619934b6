"""Questions about a time, asked of one story a year, with results that can be worked out by hand."""

import asyncio
from datetime import datetime

import pytest

from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Answer, Filters, Turn
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from tests.conftest import article
from tests.contract import check_answer

NOW = datetime.fromisoformat("2024-08-17T09:00:00+07:00")
FIGURES = {2021: "4.102", 2022: "4.311", 2023: "4.588", 2024: "4.790"}


@pytest.fixture(autouse=True)
def filled(ingestion: Ingestion) -> None:
    stories = [
        article(
            f"upah-{year}",
            f"Upah minimum pekerja kopi ditetapkan sebesar Rp{figure} ribu.",
            title="Upah minimum pekerja kopi",
            published_at=datetime.fromisoformat(f"{year}-01-05T08:00:00+07:00"),
        )
        for year, figure in FIGURES.items()
    ]
    assert [result.status for result in ingestion.ingest(stories)] == ["created"] * 4


def ask(pipeline: Pipeline, text: str, *turns: Turn, filters: Filters | None = None) -> Answer:
    question = Question(text=text, turns=turns, now=NOW, filters=filters or Filters())
    return asyncio.run(pipeline.answer(question))


@pytest.mark.parametrize("year", FIGURES)
def test_every_year_is_answered_from_its_own_story(
    pipeline: Pipeline, corpus: LocalCorpus, year: int
) -> None:
    answer = ask(pipeline, f"Berapa upah minimum pekerja kopi pada {year}?")
    assert {citation.article_id for citation in answer.citations} == {f"upah-{year}"}
    assert FIGURES[year] in answer.answer
    assert {hit.article_id for hit in answer.hits} == {f"upah-{year}"}
    check_answer(answer, corpus)


def test_another_year_is_refused_and_the_years_that_there_are_named(
    pipeline: Pipeline, corpus: LocalCorpus
) -> None:
    answer = ask(pipeline, "Berapa upah minimum pekerja kopi pada 2019?")
    assert answer.refusal_reason == "other_time"
    assert answer.answer == (
        "Artikel yang tersedia tidak menjawab pertanyaan ini. "
        "Artikel tentang hal ini berasal dari waktu lain: 2021–2024."
    )
    assert len(answer.hits) == 4
    check_answer(answer, corpus)


def test_another_month_is_refused_and_the_months_that_there_are_named(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "Berapa upah minimum pekerja kopi pada Juni 2022?")
    assert answer.refusal_reason == "other_time"
    assert "Januari 2022" in answer.answer


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Berapa upah minimum pekerja kopi tahun lalu?", 2023),
        ("Berapa upah minimum pekerja kopi tahun ini?", 2024),
        ("Berapa upah minimum pekerja kopi dua tahun lalu?", 2022),
        ("Menurut berita tahun 2021, berapa upah minimum pekerja kopi?", 2021),
        ("Berapa upah minimum pekerja kopi terbaru?", 2024),
    ],
)
def test_relative_times_are_relative_to_now(pipeline: Pipeline, text: str, year: int) -> None:
    answer = ask(pipeline, text)
    assert answer.citations[0].article_id == f"upah-{year}"


def test_a_follow_up_takes_the_time_before_or_replaces_it(pipeline: Pipeline) -> None:
    before = Turn(role="user", text="Berapa upah minimum pekerja kopi pada 2022?")
    reply = Turn(role="assistant", text="Rp4.311 ribu. [1]")
    replaced = ask(pipeline, "Bagaimana dengan 2023?", before, reply)
    assert replaced.citations[0].article_id == "upah-2023"
    assert replaced.understood.kind == "follow_up"
    refused = ask(pipeline, "Bagaimana dengan 2019?", before, reply)
    assert refused.refusal_reason == "other_time"


def test_the_time_and_filters_both_apply(pipeline: Pipeline) -> None:
    answer = ask(
        pipeline, "Berapa upah minimum pekerja kopi pada 2022?", filters=Filters(article_id=("upah-2021",))
    )
    assert answer.refusal_reason == "other_time"
    assert {hit.article_id for hit in answer.hits} == {"upah-2021"}


def test_an_undated_article_may_answer(pipeline: Pipeline, ingestion: Ingestion) -> None:
    list(ingestion.ingest([article("panduan", "Panen kopi dimulai pada musim kemarau.", title="Panen kopi")]))
    answer = ask(pipeline, "Kapan panen kopi dimulai pada 2022?")
    assert [citation.article_id for citation in answer.citations] == ["panduan"]


def test_what_was_understood_is_told(pipeline: Pipeline) -> None:
    understood = ask(pipeline, "Berapa upah minimum pekerja kopi terbaru sejak 2023?").understood
    assert understood.recency
    assert understood.time is not None
    assert (str(understood.time.first), understood.time.last, understood.time.role) == (
        "2023-01-01",
        None,
        "event",
    )
