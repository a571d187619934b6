"""Questions about a time in five languages, through the bundled models: a part of tests/conversation/data."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from rag.datatypes import Answer
from rag.pipeline import Question
from rag.service import Service, build_service
from rag.settings import load_settings
from tests.conftest import article
from tests.contract import check_answer

DATA = json.loads((Path(__file__).parent / "conversation" / "data" / "time.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(DATA["now"])

# Every sixth question; `python -m benchmarks.time_questions` asks all of them.
ASKED = DATA["questions"][::6]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_loaded_once: None) -> Iterator[Service]:
    with build_service(load_settings(data_dir=tmp_path_factory.mktemp("time"))) as built:
        stories = [
            article(
                story["id"],
                story["text"],
                title=story["title"],
                language=story["language"],
                published_at=datetime.fromisoformat(f"{story['day']}T08:00:00+07:00"),
            )
            for story in DATA["stories"]
        ]
        assert {result.status for result in built.ingestion.ingest(stories)} == {"created"}
        yield built


def ask(service: Service, text: str) -> Answer:
    answer = asyncio.run(service.pipeline.answer(Question(text=text, now=NOW)))
    check_answer(answer, service.corpus)
    return answer


def test_there_are_enough_questions_in_five_languages() -> None:
    assert len(DATA["questions"]) >= 120
    assert {question["language"] for question in ASKED} == {"id", "en", "zh-Hans", "ms", "ar"}


def test_the_story_of_the_time_is_cited_first_and_another_time_is_refused(service: Service) -> None:
    wrong = []
    for question in ASKED:
        answer = ask(service, question["question"])
        cited = [citation.article_id for citation in answer.citations[:1]]
        if cited != question["story"]:
            wrong.append((question["question"], cited, answer.refusal_reason))
    assert len(wrong) <= 0.05 * len(ASKED), wrong
