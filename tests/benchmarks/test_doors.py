"""The doors that the benchmark compares, run for a moment with an encoder that takes no time."""

from pathlib import Path

import httpx
import pytest

from api.app import create_app
from benchmarks.doors import measured, ratio
from tests.test_api import COFFEE, as_article, running_service, served

QUESTIONS = ["Berapa ton panen kopi?", "Berapa harga kopi?", "Apa kata petani?"]


@pytest.mark.parametrize("is_stream", [False, True])
def test_every_door_answers_every_question(tmp_path: Path, *, is_stream: bool) -> None:
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        with served(create_app(service)) as url, httpx.Client(base_url=url, timeout=60) as client:
            times = measured(client, QUESTIONS, is_stream=is_stream, warm_up=1)
    assert {door: len(seconds) for door, seconds in times.items()} == {
        "/v1/ask": 2,
        "/v1/chat/completions": 2,
        "/v1/messages": 2,
    }
    assert all(second > 0 for seconds in times.values() for second in seconds)


def test_a_ratio_is_that_of_the_medians() -> None:
    times = {"/v1/ask": [1.0, 2.0, 9.0], "/v1/messages": [3.0, 1.0, 8.0]}
    assert ratio(times, "/v1/messages") == 1.5
