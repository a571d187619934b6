"""Threads for one kind of work: how much of it waits, and what is refused at once."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from embeddings.weights import FloatArray
from rag.errors import Overloaded
from rag.lanes import Lane
from tests.conftest import TopicEncoder
from tests.test_api import COFFEE, as_article, check_problem, running_service, served


class Clock:
    """A clock that goes forward by what is given for each piece of work."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def passing(self, seconds: float) -> Callable[[], None]:
        def work() -> None:
            self.now += seconds

        return work


@contextmanager
def busy(lane: Lane, *, pieces: int) -> Iterator[list[asyncio.Future[bool]]]:
    """Give work that is worked on, or waits, until the end."""
    is_over = threading.Event()
    try:
        yield [asyncio.ensure_future(lane.begin(is_over.wait)) for _ in range(pieces)]
    finally:
        is_over.set()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_as_much_waits_as_is_done_in_the_longest_wait_and_more_is_refused() -> None:
    async def run() -> None:
        clock = Clock()
        lane = Lane(threads=1, longest_wait_seconds=2.0, clock=clock)
        await lane.begin(clock.passing(10.0))  # so that work is expected to take a second
        assert lane.expected_wait_seconds() == 0.0
        with busy(lane, pieces=3) as pieces:
            await settled()
            assert lane.expected_wait_seconds() == pytest.approx(2.5)
            with pytest.raises(Overloaded, match=r"would wait 2\.5 seconds\. Try again later\.") as refused:
                await lane.begin(clock.passing(0.0))
            assert refused.value.retry_after_seconds == pytest.approx(2.5)
            belonging = asyncio.ensure_future(lane.go_on(lambda: "done"))
            await settled()
            assert not belonging.done()
        await asyncio.gather(*pieces)
        assert await belonging == "done"

    asyncio.run(run())


def test_one_may_wait_however_long_work_takes() -> None:
    async def run() -> None:
        clock = Clock()
        lane = Lane(threads=1, longest_wait_seconds=0.1, clock=clock)
        await lane.begin(clock.passing(1000.0))
        with busy(lane, pieces=2) as pieces:
            await settled()
            with pytest.raises(Overloaded, match="would wait 150"):
                await lane.begin(clock.passing(0.0))
        await asyncio.gather(*pieces)

    asyncio.run(run())


def test_nothing_is_refused_while_a_thread_is_free() -> None:
    async def run() -> None:
        clock = Clock()
        lane = Lane(threads=2, longest_wait_seconds=0.0, clock=clock)
        await lane.begin(clock.passing(1000.0))
        with busy(lane, pieces=1) as pieces:
            await settled()
            await lane.begin(clock.passing(0.0))
        await asyncio.gather(*pieces)

    asyncio.run(run())


def test_a_thread_is_free_again_when_the_work_fails() -> None:
    def fail() -> None:
        raise RuntimeError("work")

    async def run() -> None:
        lane = Lane(threads=1, longest_wait_seconds=0.0)
        for _ in range(3):
            with pytest.raises(RuntimeError, match="work"):
                await lane.begin(fail)
        assert lane.expected_wait_seconds() == 0.0

    asyncio.run(run())


class HeldEncoder(TopicEncoder):
    """An encoder that waits for a signal with each query, and tells how many wait with it."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.holding = threading.Semaphore(0)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        self.holding.release()
        self.may_go_on.wait(20)
        return super().encode_queries(texts)


def test_a_search_that_would_wait_long_is_refused_and_reading_goes_on(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    clock = Clock()
    lane = Lane(threads=1, longest_wait_seconds=0.0, clock=clock)
    asyncio.run(lane.begin(clock.passing(10.0)))

    def search(url: str) -> httpx2.Response:
        return httpx2.post(f"{url}/v1/search", json={"query": "kopi"}, timeout=20)

    with running_service(tmp_path, encoder=encoder) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        app = create_app(replace(service, searching=lane))
        with served(app) as url, ThreadPoolExecutor(2) as threads:
            first = threads.submit(search, url)
            assert encoder.holding.acquire(timeout=20)
            second = threads.submit(search, url)
            while lane.expected_wait_seconds() < 1.0:
                threading.Event().wait(0.01)
            refused = search(url)
            assert httpx2.get(f"{url}/v1/articles/kopi").status_code == 200
            encoder.may_go_on.set()
            assert (
                httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"}).status_code == 200
            )
            assert [reply.result().status_code for reply in (first, second)] == [200, 200]
    document = check_problem(refused, 503)
    assert document["type"] == "urn:kutip:error:Overloaded"
    assert refused.headers["Retry-After"] == "2"
