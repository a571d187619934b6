"""Requests at once: how many are worked on, how many wait, and what becomes of others."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from api.guards.concurrency_limit import ConcurrencyLimit
from rag.language_model.openai_model import OpenAILanguageModel
from tests.guards.test_access import service_app
from tests.openai_server import Script, serving
from tests.test_api import check_problem, client_of, served

QUESTION = {"question": "Berapa ton panen kopi?"}


@contextmanager
def busy_service(folder: Path, **settings: str) -> Iterator[str]:
    """Serve with a language model that takes two seconds for an answer."""
    script = Script(["Panen kopi mencapai 1.500,5 ton. {1} ", *["kopi "] * 20], drip_seconds=0.1)
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=20, max_tokens=100
        )
        with service_app(folder, model=model, **settings) as app, served(app) as url:
            yield url


def test_a_stream_counts_until_its_end_one_request_waits_and_others_are_refused(tmp_path: Path) -> None:
    replies: list[httpx2.Response] = []
    with busy_service(tmp_path, max_concurrent="1") as url:

        def wait() -> None:
            replies.append(httpx2.post(f"{url}/v1/search", json={"query": "kopi"}, timeout=20))

        with httpx2.stream("POST", f"{url}/v1/ask", json={**QUESTION, "stream": True}) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: hits"
            waiting = threading.Thread(target=wait)
            waiting.start()
            time.sleep(0.3)
            started = time.monotonic()
            refused = httpx2.post(f"{url}/v1/search", json={"query": "kopi"})
            chat = httpx2.get(f"{url}/v1/models")
            probes = [
                httpx2.get(f"{url}{path}").status_code for path in ("/health/live", "/health/ready", "/")
            ]
            assert time.monotonic() - started < 1
            assert replies == []
            assert [line for line in lines if line.startswith("event: ")][-1] == "event: done"
        waiting.join()
        afterwards = httpx2.post(f"{url}/v1/search", json={"query": "kopi"})
    document = check_problem(refused, 503)
    assert document["type"] == "urn:kutip:error:Overloaded"
    assert (
        document["detail"]
        == "Too many requests: 1 are in progress and others are waiting. Try again in 5 seconds."
    )
    assert refused.headers["Retry-After"] == "5"
    assert (chat.status_code, chat.json()["error"]["type"]) == (503, "server_error")
    assert probes == [200, 200, 200]
    assert [reply.status_code for reply in (*replies, afterwards)] == [200, 200]


def test_a_slot_is_released_when_the_client_disconnects(tmp_path: Path) -> None:
    with busy_service(tmp_path, max_concurrent="1") as url:
        for _ in range(3):
            with httpx2.stream("POST", f"{url}/v1/ask", json={**QUESTION, "stream": True}) as stream:
                assert next(stream.iter_lines()) == "event: hits"
        started = time.monotonic()
        assert httpx2.post(f"{url}/v1/search", json={"query": "kopi"}).status_code == 200
        assert time.monotonic() - started < 1.5


def test_a_slot_is_released_when_the_work_fails() -> None:
    app = FastAPI()

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("work")

    app.add_middleware(ConcurrencyLimit, limit=1)
    client = client_of(app)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="work"):
            client.get("/fails")


def test_a_waiting_request_is_refused_after_the_limit() -> None:
    async def run() -> list[int]:
        is_over = asyncio.Event()
        found: list[int] = []

        async def work(scope: Any, receive: Any, send: Any) -> None:
            await is_over.wait()
            found.append(200)

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        async def receive() -> Any:
            raise AssertionError("nothing is read")

        limited = ConcurrencyLimit(work, limit=2, waiting_seconds=0.05)
        scope = {"type": "http", "method": "GET", "path": "/v1/models"}
        requests = [asyncio.ensure_future(limited(scope, receive, send)) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert found == [503, 503]  # two are worked on, two wait
        await asyncio.sleep(0.2)
        assert found == [503] * 4
        is_over.set()
        await asyncio.gather(*requests)
        await limited(scope, receive, send)
        return found

    assert asyncio.run(run()) == [503, 503, 503, 503, 200, 200, 200]


def test_a_limit_of_zero_means_no_limit() -> None:
    async def run() -> int:
        most = at_once = 0

        async def work(scope: Any, receive: Any, send: Any) -> None:
            nonlocal most, at_once
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1

        limited = ConcurrencyLimit(work, limit=0)
        scope = {"type": "http", "method": "GET", "path": "/v1/models"}
        unused: Any = None
        await asyncio.gather(*(limited(scope, unused, unused) for _ in range(500)))
        return most

    assert asyncio.run(run()) == 500
