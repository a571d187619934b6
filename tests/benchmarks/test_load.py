"""The clients of the load and the soak benchmark for a moment, and an encoder that takes no time."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from benchmarks.clients import holding
from benchmarks.load import load, lost
from benchmarks.soak import soak
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served

TEXTS = ["Berapa ton panen kopi?", "Rumah siapa terendam banjir?", "Kapan bus listrik mulai jalan?"]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Give the address of a service with three articles."""
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest(map(as_article, (COFFEE, FLOOD, BUS))))
        with served(create_app(service)) as address:
            yield address


def test_clients_at_once_are_answered_or_told_that_there_is_too_much_and_nothing_is_lost(url: str) -> None:
    seen = asyncio.run(load(url, TEXTS, clients=32, warm_up=0.5, seconds=3.0))
    assert seen.unexpected == {}
    assert sum(map(len, seen.seconds.values())) > 5
    assert seen.words
    assert asyncio.run(lost(url, seen.words)) == []
    assert asyncio.run(lost(url, {"kopi": "banjir", "tak-ada": "kopi"})) == ["kopi", "tak-ada"]


def test_every_route_again_and_again(url: str) -> None:
    asyncio.run(soak(url, clients=4, requests=200, seconds=60))
    before = holding(os.getpid())
    statuses = asyncio.run(soak(url, clients=4, requests=400, seconds=60))
    after = holding(os.getpid())
    assert {status for status in statuses if status not in (200, 204, 404, 422, 503)} == set()
    assert statuses[200] > 250
    assert after.descriptors <= before.descriptors + 8
    assert after.threads <= before.threads + 8
