"""A writer of another process delays only writers: whoever reads or probes is answered meanwhile."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from rag.corpus.local.corpus import DATABASE_NAME
from rag.errors import Overloaded
from rag.worker_pools import WorkerPool
from tests.test_api import COFFEE, FLOOD, as_article, check_problem, running_service, served

DELETIONS = 45
WAIT_SECONDS = 0.5


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the database's lock for writers, as `kutip ingest --rebuild` does."""
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


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
        assert sorted(addition.result().status_code for addition in additions) == [200, 503, 503]
        until_deleted = [client.delete("/v1/articles/banjir").status_code for _ in range(30)]
        assert 204 in until_deleted


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
