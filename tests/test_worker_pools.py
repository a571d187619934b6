"""Worker pools: which work waits for a thread, and which is refused."""

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
from rag.worker_pools import WorkerPool
from tests.conftest import TopicEncoder
from tests.test_api import COFFEE, as_article, check_problem, running_service, served


class Clock:
    """A clock that each piece of work moves forward by a given time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def passing(self, seconds: float) -> Callable[[], None]:
        def work() -> None:
            self.now += seconds

        return work


@contextmanager
def busy(pool: WorkerPool, *, pieces: int) -> Iterator[list[asyncio.Future[bool]]]:
    """Keep the pool busy with pieces of work until the end of the block."""
    is_over = threading.Event()
    try:
        yield [asyncio.ensure_future(pool.run_or_refuse(is_over.wait)) for _ in range(pieces)]
    finally:
        is_over.set()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_work_that_would_wait_longer_than_the_maximum_is_refused() -> None:
    async def run() -> None:
        clock = Clock()
        pool = WorkerPool(threads=1, max_wait_seconds=2.0, clock=clock)
        await pool.run_or_refuse(clock.passing(10.0))  # the average duration is now one second
        assert pool.expected_wait_seconds() == 0.0
        with busy(pool, pieces=3) as pieces:
            await settled()
            assert pool.expected_wait_seconds() == pytest.approx(2.5)
            with pytest.raises(Overloaded, match=r"would wait 2\.5 seconds\. Try again later\.") as refused:
                await pool.run_or_refuse(clock.passing(0.0))
            assert refused.value.retry_after_seconds == pytest.approx(2.5)
            belonging = asyncio.ensure_future(pool.run(lambda: "done"))
            await settled()
            assert not belonging.done()
        await asyncio.gather(*pieces)
        assert await belonging == "done"

    asyncio.run(run())


def test_a_wait_of_one_average_duration_is_always_accepted() -> None:
    async def run() -> None:
        clock = Clock()
        pool = WorkerPool(threads=1, max_wait_seconds=0.1, clock=clock)
        await pool.run_or_refuse(clock.passing(1000.0))
        with busy(pool, pieces=2) as pieces:
            await settled()
            with pytest.raises(Overloaded, match="would wait 150"):
                await pool.run_or_refuse(clock.passing(0.0))
        await asyncio.gather(*pieces)

    asyncio.run(run())


def test_nothing_is_refused_while_a_thread_is_free() -> None:
    async def run() -> None:
        clock = Clock()
        pool = WorkerPool(threads=2, max_wait_seconds=0.0, clock=clock)
        await pool.run_or_refuse(clock.passing(1000.0))
        with busy(pool, pieces=1) as pieces:
            await settled()
            await pool.run_or_refuse(clock.passing(0.0))
        await asyncio.gather(*pieces)

    asyncio.run(run())


def test_a_thread_is_free_again_when_the_work_fails() -> None:
    def fail() -> None:
        raise RuntimeError("work")

    async def run() -> None:
        pool = WorkerPool(threads=1, max_wait_seconds=0.0)
        for _ in range(3):
            with pytest.raises(RuntimeError, match="work"):
                await pool.run_or_refuse(fail)
        assert pool.expected_wait_seconds() == 0.0

    asyncio.run(run())


class HeldEncoder(TopicEncoder):
    """An encoder that waits for a signal before it encodes a query, and counts the waiting queries."""

    def __init__(self) -> None:
        self.may_continue = threading.Event()
        self.waiting = threading.Semaphore(0)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        self.waiting.release()
        self.may_continue.wait(20)
        return super().encode_queries(texts)


def test_a_search_that_would_wait_too_long_is_refused_but_reading_works(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    clock = Clock()
    pool = WorkerPool(threads=1, max_wait_seconds=0.0, clock=clock)
    asyncio.run(pool.run_or_refuse(clock.passing(10.0)))

    def search(url: str) -> httpx2.Response:
        return httpx2.post(f"{url}/v1/search", json={"query": "kopi"}, timeout=20)

    with running_service(tmp_path, encoder=encoder) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        app = create_app(replace(service, search_pool=pool))
        with served(app) as url, ThreadPoolExecutor(2) as threads:
            first = threads.submit(search, url)
            assert encoder.waiting.acquire(timeout=20)
            second = threads.submit(search, url)
            while pool.expected_wait_seconds() < 1.0:
                threading.Event().wait(0.01)
            refused = search(url)
            assert httpx2.get(f"{url}/v1/articles/kopi").status_code == 200
            encoder.may_continue.set()
            assert (
                httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"}).status_code == 200
            )
            assert [reply.result().status_code for reply in (first, second)] == [200, 200]
    document = check_problem(refused, 503)
    assert document["type"] == "urn:kutip:error:Overloaded"
    assert refused.headers["Retry-After"] == "2"
