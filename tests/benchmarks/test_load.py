"""The clients of the load and soak tests, run for a moment with an encoder that takes no time."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from benchmarks.clients import process_usage
from benchmarks.load import load, lost_articles
from benchmarks.soak import soak
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served

TEXTS = ["Berapa ton panen kopi?", "Rumah siapa terendam banjir?", "Kapan bus listrik mulai jalan?"]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Start a service with three articles and return its address."""
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest(map(as_article, (COFFEE, FLOOD, BUS))))
        with served(create_app(service)) as address:
            yield address


def test_many_clients_get_answers_or_503_and_no_article_is_lost(url: str) -> None:
    results = asyncio.run(load(url, TEXTS, clients=32, warm_up=0.5, seconds=3.0))
    assert results.unexpected == {}
    assert sum(map(len, results.seconds.values())) > 5
    assert results.words
    assert asyncio.run(lost_articles(url, results.words)) == []
    assert asyncio.run(lost_articles(url, {"kopi": "banjir", "tak-ada": "kopi"})) == ["kopi", "tak-ada"]


def test_repeated_requests_to_every_route_leak_no_descriptors_or_threads(url: str) -> None:
    asyncio.run(soak(url, clients=4, requests=200, seconds=60))
    before = process_usage(os.getpid())
    statuses = asyncio.run(soak(url, clients=4, requests=400, seconds=60))
    after = process_usage(os.getpid())
    assert {status for status in statuses if status not in (200, 204, 404, 422, 503)} == set()
    assert statuses[200] > 250
    assert after.descriptors <= before.descriptors + 8
    assert after.threads <= before.threads + 8
