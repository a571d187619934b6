"""Request ids: taken from the request or made, on every reply and in every problem."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st

from api.app import create_app
from api.observability.request_ids import HEADER, current_request_id, request_id_of
from rag.language_model.openai_model import OpenAILanguageModel
from tests.guards.test_access import ASKING, service_app
from tests.openai_server import Script, serving
from tests.test_api import check_problem, read_events, running_service, served

MADE = re.compile(r"[0-9a-f]{32}")
SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Give an application with one route that fails and one that tells its id from a thread."""
    with running_service(tmp_path_factory.mktemp("ids")) as service:
        made = create_app(service)

        @made.get("/fails")
        def fails() -> None:
            raise RuntimeError("a secret of /etc/kutip")

        @made.get("/told")
        def told() -> str | None:
            return current_request_id()

        yield made


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    """Give its address."""
    with served(app) as address:
        yield address


@given(st.text(SAFE, min_size=1, max_size=128))
def test_a_well_formed_id_is_kept(sent: str) -> None:
    assert request_id_of([sent]) == sent


@given(st.lists(st.text(), max_size=3))
@example(["a" * 129])
@example(["kopi\n"])
@example(["kopi\r\nSet-Cookie: a=b"])
@example(["", ""])
@example(["kopi", "kopi"])
@example(["kopi١"])
def test_an_id_is_always_well_formed(sent: list[str]) -> None:
    found = request_id_of(sent)
    assert 1 <= len(found) <= 128
    assert set(found) <= set(SAFE)
    assert sent == [found] or MADE.fullmatch(found)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/health/live", 200),
        ("GET", "/metrics", 200),
        ("GET", "/nothing", 404),
        ("PUT", "/v1/ask", 405),
        ("POST", "/v1/ask", 422),
        ("POST", "/mcp", 400),
        ("GET", "/fails", 500),
    ],
)
def test_every_reply_has_the_id_that_was_sent(url: str, method: str, path: str, status: int) -> None:
    reply = httpx2.request(method, f"{url}{path}", headers={HEADER: "kopi-17"})
    assert (reply.status_code, reply.headers.get_list(HEADER)) == (status, ["kopi-17"])
    if reply.headers.get("content-type") == "application/problem+json":
        assert check_problem(reply, status)["request_id"] == "kopi-17"


@pytest.mark.parametrize("sent", [[], ["kopi 17"], ["k" * 129], ["kopi", "17"], ["<script>"], [""]])
def test_a_new_id_replaces_a_missing_or_malformed_one(url: str, sent: list[str]) -> None:
    headers = [(HEADER, value) for value in sent]
    ids = [httpx2.get(f"{url}/nothing", headers=headers).headers[HEADER] for _ in range(2)]
    assert all(map(MADE.fullmatch, ids))
    assert ids[0] != ids[1]


def test_each_request_s_work_sees_its_own_id(url: str) -> None:
    with httpx2.Client(base_url=url) as client:  # one connection
        told = [client.get("/told", headers={HEADER: f"kopi-{number}"}).json() for number in range(3)]
        unnamed = client.get("/told")
    assert told == ["kopi-0", "kopi-1", "kopi-2"]
    assert unnamed.json() == unnamed.headers[HEADER]
    assert current_request_id() is None


def test_an_unexpected_error_shows_its_id_and_nothing_else(url: str) -> None:
    reply = httpx2.get(f"{url}/fails", headers={HEADER: "kopi-17"})
    assert check_problem(reply, 500) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "An unexpected error occurred. See the server's log for details.",
        "request_id": "kopi-17",
    }


def test_refused_requests_get_an_id_and_openai_clients_get_it_as_a_header(tmp_path: Path) -> None:
    with service_app(tmp_path, api_keys=ASKING) as app, served(app) as url:
        refused = httpx2.get(f"{url}/v1/articles", headers={HEADER: "kopi-17"})
        chat = httpx2.get(f"{url}/v1/models", headers={HEADER: "kopi-18"})
    assert check_problem(refused, 401)["request_id"] == "kopi-17"
    assert (chat.status_code, chat.headers[HEADER]) == (401, "kopi-18")
    assert set(chat.json()) == {"error"}


def test_a_problem_in_a_stream_has_the_id(tmp_path: Path) -> None:
    with serving(Script(status=500)) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=20, max_tokens=100
        )
        with service_app(tmp_path, model=model) as app, served(app) as url:
            body = {"question": "Berapa ton panen kopi?", "stream": True}
            reply = httpx2.post(f"{url}/v1/ask", json=body, headers={HEADER: "kopi-17"})
    errors = [data for name, data in read_events(reply.text) if name == "error"]
    assert [error["request_id"] for error in errors] == ["kopi-17"]
    assert reply.headers[HEADER] == "kopi-17"
