"""Worker pools: which work waits for a thread, and which is refused. Writers delay only writers."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import DATABASE_NAME
from rag.errors import Overloaded
from rag.worker_pools import WorkerPool
from tests.conftest import TopicEncoder
from tests.test_api import COFFEE, FLOOD, as_article, check_problem, running_service, served

DELETIONS = 45
WAIT_SECONDS = 0.5


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


def test_a_request_that_cannot_begin_in_time_is_refused_and_never_begins() -> None:
    begun: list[str] = []

    async def run() -> None:
        pool = WorkerPool(threads=1, max_wait_seconds=0.05)
        is_over = threading.Event()
        first = asyncio.ensure_future(pool.run(is_over.wait))
        await asyncio.sleep(0)
        for run in (pool.run_within, pool.run_when_free):
            with pytest.raises(Overloaded, match=r"within 0\.05 seconds") as refused:
                await run(lambda: begun.append("late"))
            assert refused.value.retry_after_seconds == 1.0
        is_over.set()
        await first
        assert await pool.run_within(lambda: "free") == "free"
        assert await pool.run_when_free(lambda: "free") == "free"

    asyncio.run(run())
    assert begun == []


def test_work_that_has_begun_goes_on_and_keeps_its_thread() -> None:
    async def run() -> None:
        pool = WorkerPool(threads=1, max_wait_seconds=0.05)
        may_end, has_ended = threading.Event(), threading.Event()

        def work() -> None:
            may_end.wait(20)
            has_ended.set()

        with pytest.raises(Overloaded, match="Try again later"):
            await pool.run_within(work)
        with pytest.raises(Overloaded, match="Try again later"):
            await pool.run_within(lambda: None)
        assert not has_ended.is_set()
        may_end.set()
        assert await asyncio.to_thread(has_ended.wait, 20)
        await asyncio.sleep(0.05)
        assert await pool.run_within(lambda: "free") == "free"

    asyncio.run(run())


def test_additions_run_to_their_end_however_long_they_take() -> None:
    async def run() -> str:
        pool = WorkerPool(threads=1, max_wait_seconds=0.01)
        return await pool.run_when_free(lambda: "late" if threading.Event().wait(0.1) else "done")

    assert asyncio.run(run()) == "done"


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


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the database's lock for writers, as `kutip ingest --rebuild` does."""
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_writers_wait_five_seconds_in_pools_of_their_own(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        assert len({service.write_pool, service.deletion_pool, service.search_pool}) == 3
        assert service.write_pool._max_wait_seconds == service.deletion_pool._max_wait_seconds == 5.0


@contextmanager
def service_at(folder: Path) -> Iterator[str]:
    with running_service(folder) as service:
        list(service.ingestion.ingest([as_article(COFFEE), as_article(FLOOD)]))
        impatient = replace(
            service,
            write_pool=WorkerPool(threads=1, max_wait_seconds=WAIT_SECONDS),
            deletion_pool=WorkerPool(threads=1, max_wait_seconds=WAIT_SECONDS),
        )
        with served(create_app(impatient)) as url:
            yield url


def test_readers_and_probes_are_answered_while_deletions_and_additions_wait(tmp_path: Path) -> None:
    with service_at(tmp_path) as url, httpx2.Client(base_url=url, timeout=25) as client:
        with ThreadPoolExecutor(DELETIONS + 3) as threads, writing(tmp_path):
            deletions = [threads.submit(client.delete, "/v1/articles/kopi") for _ in range(DELETIONS)]
            addition = {"id": "lain", "text": "Kopi lain.", "language": "id"}
            additions = [threads.submit(client.post, "/v1/articles", json=addition) for _ in range(3)]
            for path in ("/health/live", "/health/ready", "/metrics", "/v1/articles", "/v1/articles/kopi",
                         "/v1/filters", "/", "/v1/models"):  # fmt: skip
                assert client.get(path).status_code == 200, path
            assert client.post("/v1/search", json={"query": "kopi"}).status_code == 200
            for refused in [deletion.result() for deletion in deletions]:
                assert "within 0.5 seconds" in check_problem(refused, 503)["detail"]
                assert int(refused.headers["Retry-After"]) >= 1
            waited_too_long = list(islice(as_completed(additions), 2))
            assert [addition.result().status_code for addition in waited_too_long] == [503, 503]
        assert sorted(addition.result().status_code for addition in additions) == [200, 503, 503]
        until_deleted = [client.delete("/v1/articles/banjir").status_code for _ in range(30)]
        assert 204 in until_deleted
