"""The HTTP service over real connections: streams, disconnects, many requests at once."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from api.problems import error_response
from rag.errors import CorpusBusy
from rag.language_model.openai_model import OpenAILanguageModel
from tests.openai_server import Script, serving
from tests.test_api import (
    BUS,
    ask_streamed,
    check_problem,
    served_with,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a service with two articles, which no test changes."""
    with served_with(tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *[(path, 200) for path in ("/", "/page/page.css", "/docs", "/docs/start.js", "/openapi.json")],
        *[(path, 200) for path in ("/health/live", "/health/ready", "/metrics", "/v1/models", "/v1/filters")],
        *[(path, 200) for path in ("/v1/articles", "/v1/articles/kopi", "/v1/models/kutip")],
        *[("/v1/articles/nihil", 404), ("/v1/models/nihil", 404), ("/v1/ask", 405), ("/mcp", 405)],
    ],
)
def test_head_has_the_headers_of_get_and_no_body(url: str, path: str, status: int) -> None:
    varying = {"date", "x-request-id", "content-length"}
    with httpx2.Client(base_url=url) as one_connection:
        head = one_connection.head(path)
        get = one_connection.get(path)
    assert (head.status_code, head.content, get.status_code) == (status, b"", status)
    assert {**head.headers, **dict.fromkeys(varying)} == {**get.headers, **dict.fromkeys(varying)}
    assert int(head.headers["content-length"]) > 0


def test_a_streamed_answer(tmp_path: Path) -> None:
    with served_with(tmp_path) as url:
        events = ask_streamed(url)
        whole = httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"}).json()
        refused = httpx2.post(f"{url}/v1/ask", json={"question": "?", "stream": True})
    names = [name for name, _ in events]
    assert names[0] == "hits"
    assert names[-2:] == ["answer", "done"]
    assert names[1:3] == ["delta", "claim"]
    assert set(names[1:-2]) == {"delta", "claim"}
    answer = events[-2][1]
    assert answer["answer"] == whole["answer"]
    assert "".join(data["text"] for name, data in events if name == "delta") == answer["answer"]
    assert [data["claim"] for name, data in events if name == "claim"] == answer["claims"]
    told = [citation for name, data in events if name == "claim" for citation in data["citations"]]
    assert told == answer["citations"]
    assert events[0][1]["hits"] == answer["hits"]
    check_problem(refused, 422)


def test_a_streamed_refusal(tmp_path: Path) -> None:
    with served_with(tmp_path) as url:
        events = ask_streamed(url, filters={"outlet": "NOBODY"})
    assert [name for name, _ in events] == ["hits", "delta", "answer", "done"]
    assert events[-2][1]["is_refusal"] is True


def test_after_an_error_the_answer_replaces_what_was_streamed(tmp_path: Path) -> None:
    script = Script(["Panen kopi naik tajam. {1} Banjir sudah surut kemarin. {2}", "Lalu "], cut_after=1)
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="sk-secret", base_url=model_url, timeout_seconds=5, max_tokens=100
        )
        with served_with(tmp_path, model=model) as url:
            events = ask_streamed(url)
    names = [name for name, _ in events]
    assert names[:4] == ["hits", "delta", "claim", "error"]
    assert names[-2:] == ["answer", "done"]
    error = events[3][1]
    assert (error["type"], error["status"]) == ("urn:kutip:error:LanguageModelUnavailable", 502)
    assert "sk-secret" not in json.dumps(events)
    rest = "".join(data["text"] for name, data in events[4:] if name == "delta")
    assert rest == events[-2][1]["answer"]
    assert events[-2][1]["degraded"] == "llm_unavailable"


ODD_IDS = [
    "a/b/c",
    "/a",
    "a/",
    "a//b",
    "%41",
    "é ü",
    "😀",
    "a?b=c",
    "a#b",
    "'; --",
    "kopi\u200d",
    "...",
    BUS["id"],
]


def test_any_id_can_be_read_and_deleted(tmp_path: Path) -> None:
    with served_with(tmp_path) as url, httpx2.Client(base_url=url) as client:
        for article_id in ODD_IDS:
            path = "/v1/articles/" + quote(article_id, safe="")
            assert client.post("/v1/articles", json={"id": article_id, "text": "Kopi."}).status_code == 200
            assert client.get(path).json()["id"] == article_id
            deleted = client.delete(path)
            assert (deleted.status_code, deleted.content) == (204, b"")
            check_problem(client.get(path), 404)


def test_a_client_that_disconnects_does_no_harm(tmp_path: Path) -> None:
    script = Script(["Panen kopi naik tajam sekali. {1} ", *["dan seterusnya "] * 50], drip_seconds=0.02)
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=5, max_tokens=100
        )
        with served_with(tmp_path, model=model) as url:
            with httpx2.stream(
                "POST", f"{url}/v1/ask", json={"question": "Panen kopi?", "stream": True}
            ) as response:
                assert next(response.iter_lines()) == "event: hits"
            assert httpx2.get(f"{url}/health/live").json() == {"status": "ok"}


def test_many_concurrent_requests_are_answered(tmp_path: Path) -> None:
    answers: list[str] = []
    with served_with(tmp_path) as url:

        def ask() -> None:
            for _ in range(3):
                reply = httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"})
                answers.append(reply.json()["answer"])

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 24
    assert len(set(answers)) == 1


def test_while_another_process_writes_the_reply_has_retry_after() -> None:
    reply = error_response(
        CorpusBusy("Another process has been writing to /data/corpus.sqlite3."), path="/v1/articles"
    )
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "30")
    assert b"/data" not in bytes(reply.body)
