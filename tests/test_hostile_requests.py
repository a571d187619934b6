"""Requests that try to get out: of a header, of a folder, to another site; and what errors tell them."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import create_app
from api.guards.paths import path_of
from rag.access_keys import key_hash
from rag.corpus.local.corpus import DATABASE_NAME
from rag.language_model.openai_model import OpenAILanguageModel
from rag.settings import load_settings
from tests.guards.test_access import ASKING, WRITING, bearer, routes, service_app
from tests.openai_server import Script, serving
from tests.test_api import COFFEE, Json, check_problem, client_of, running_service, served

INJECTED = ["x\r\nX-Evil: 1", "x\nX-Evil: 1", "x\r\n\r\n<script>", "x\u010d\u010aX-Evil: 1", "x\0X-Evil: 1"]
ESCAPES = [
    *(
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//etc/passwd",
    ),
    *("..\\..\\windows\\win.ini", "/etc/passwd", "//etc/passwd", "file:///etc/passwd", "%00/etc/passwd"),
    *("..%c0%af..%c0%afetc/passwd", "%252e%252e%252fetc%252fpasswd", "app.py", "../app.py", "page.js%00.css"),
]
ELSEWHERE = [
    *("//evil.example", "//evil.example/", "/\\evil.example", "/%5cevil.example/", "/.evil.example/"),
    *("///evil.example/%2e%2e", "/https://evil.example/", "/@evil.example/", "/%09/evil.example/"),
    *("/v1/ask/", "/docs/", "/health/live/", "/page/", "/mcp/", "/v1/articles/x/", "/metrics/", "//v1/ask/"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Give the application of a service with one article and two kinds of keys."""
    folder = tmp_path_factory.mktemp("hostile")
    with service_app(folder, api_keys=key_hash(ASKING), admin_keys=key_hash(WRITING)) as made:
        yield made


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    """Give its address."""
    with served(app) as address:
        yield address


def addresses(app: FastAPI, text: str) -> Iterator[tuple[str, str]]:
    """Yield every route, with `text` in each place of its path that takes one."""
    for route in routes(app):
        method, path = route.split(" ")
        yield method, re.sub(r"\{.*?\}", lambda _: text, path)


def send(url: str, method: str, path: str, **options: object) -> httpx2.Response:
    """Send a request with its path as it stands: a client would resolve the dots."""
    with httpx2.Client(base_url=url, headers=list(bearer(ASKING))) as client:
        request = client.build_request(method, "/", **options)  # type: ignore[arg-type]
        request.url = httpx2.URL(url).copy_with(raw_path=path.encode())
        return client.send(request)


@pytest.mark.parametrize("text", INJECTED)
def test_no_text_can_inject_a_header(app: FastAPI, url: str, text: str) -> None:
    for method, path in addresses(app, quote(text, safe="")):
        reply = send(url, method, f"{path}?cursor={quote(text)}&version={quote(text)}")
        assert "x-evil" not in reply.headers, (method, path)
        values = [value for name, value in reply.headers.items() if name != "content-security-policy"]
        assert not any("evil" in value.lower() or "script" in value for value in values) or (
            reply.headers["content-type"].startswith("text/javascript")
        )


@pytest.mark.parametrize("name", ["X-Request-ID", "Origin", "If-None-Match", "Accept", "X-Forwarded-Host"])
def test_request_headers_are_not_echoed(app: FastAPI, name: str) -> None:
    client = client_of(app)
    for method, path in addresses(app, "x"):
        sent = {name: "x X-Evil: 1", "Authorization": f"Bearer {ASKING}"}
        reply = client.request(method, path, headers=sent)
        assert not any("evil" in value.lower() for value in reply.headers.values()), (method, path)


@pytest.mark.parametrize("text", ESCAPES)
def test_no_path_reads_a_file(app: FastAPI, url: str, text: str) -> None:
    for method, path in addresses(app, text):
        reply = send(url, method, path)
        assert reply.status_code < 500, (method, path)
        assert "root:" not in reply.text
        assert "import " not in reply.text or reply.headers["content-type"].startswith("text/javascript")
    for taking in ("/page/", "/docs/"):
        assert send(url, "GET", taking + text).status_code in (400, 401, 403, 404)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_reply_redirects_to_another_site(app: FastAPI, url: str, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS"):
        reply = send(url, method, path, headers={"X-Forwarded-Host": "evil.example"})
        assert not 300 <= reply.status_code < 400, method
        assert "location" not in reply.headers
        assert "refresh" not in reply.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "[", "[::1", "x:99999", "", 'x"><script>', "x/../y", "é"]
)
def test_no_host_header_causes_an_error(app: FastAPI, host: str) -> None:
    client = client_of(app)
    body = {"model": "kutip", "messages": [{"role": "user", "content": "Berapa ton kopi?"}]}
    headers = {"Host": host.encode(), b"Authorization": f"Bearer {ASKING}".encode()}
    reply = client.post("/v1/chat/completions", json=body, headers=headers)  # type: ignore[arg-type]
    assert reply.status_code in (200, 400)


# Bodies


@pytest.mark.usefixtures("url")  # /mcp answers only while the application runs
@pytest.mark.parametrize("depth", [33, 300, 600, 900, 940, 960, 980, 1000, 3000, 100_000])
def test_no_nesting_causes_a_server_error(app: FastAPI, depth: int) -> None:
    client = client_of(app)
    key = {"Authorization": f"Bearer {WRITING}", "Content-Type": "application/json"}
    deep, objects = "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth
    for path, body in (
        ("/v1/search", '{"query": "kopi", "filters": {"metadata": {"a": %s}}}'),
        ("/v1/ask", '{"question": "kopi", "filters": {"metadata": {"a": %s}}}'),
        ("/v1/ask", '{"question": %s}'),
        ("/v1/ask", '{"messages": [{"role": "user", "content": %s}]}'),
        ("/v1/chat/completions", '{"model": "kutip", "messages": [{"role": "user", "content": [%s]}]}'),
        (
            "/v1/chat/completions",
            '{"model": "kutip", "messages": [{"role": "user", "content": "a"}], "n": %s}',
        ),
        ("/v1/responses", '{"model": "kutip", "input": %s}'),
        ("/v1/articles", '{"text": "kopi", "metadata": {"a": %s}}'),
        ("/v1/articles", '{"articles": [%s]}'),
        ("/v1/articles", '{"title": %s, "text": "kopi"}'),
        ("/v1/articles", "%s"),
        ("/mcp", '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": %s}'),
    ):
        for nested in (deep, objects):
            reply = client.post(path, content=(body % nested).encode(), headers=key)
            assert reply.status_code < 500, (path, reply.text[:200])
    if depth < 4000:
        listed = client.get("/v1/articles", params={"metadata": f"a={deep}"}, headers=key)
        assert listed.status_code < 500, listed.text[:200]


@pytest.mark.parametrize("content", [b'{"question": "\xff"}', b"\xff\xfe\xff"])
def test_a_body_that_is_not_utf_8_is_reported(app: FastAPI, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {ASKING}", "Content-Type": "application/json"}
    reply = client_of(app).post("/v1/ask", content=content, headers=headers)
    assert "send UTF-8" in check_problem(reply, 400)["detail"]


@pytest.mark.parametrize("kind", [{}, [], ["text"], 1, True])
def test_a_message_part_of_any_wrong_type_is_refused(app: FastAPI, kind: object) -> None:
    message = {"role": "user", "content": [{"type": kind, "text": "kopi"}]}
    reply = client_of(app).post("/v1/ask", json={"messages": [message]}, headers=dict(bearer(ASKING)))
    assert "reads only text" in check_problem(reply, 422)["detail"]


def test_a_message_part_whose_type_is_null_is_a_text(app: FastAPI) -> None:
    message = {"role": "user", "content": [{"type": None, "text": "kopi"}]}
    reply = client_of(app).post("/v1/ask", json={"messages": [message]}, headers=dict(bearer(ASKING)))
    assert reply.status_code == 200


def test_a_wrong_method_is_refused_with_the_methods_of_the_path(app: FastAPI) -> None:
    client = client_of(app)
    for path, allowed in (
        ("/v1/articles", "GET, POST"),
        ("/v1/articles/a/b", "DELETE, GET"),
        ("/v1/ask", "POST"),
    ):
        reply = client.patch(path, headers=dict(bearer(WRITING)))
        assert (reply.status_code, reply.headers["allow"]) == (405, allowed)


# Below the path of a larger site


def test_the_guards_read_paths_like_the_routes(app: FastAPI) -> None:
    around = client_of(Starlette(routes=[Mount("/tanya", app)]))  # type: ignore[arg-type]
    key = dict(bearer(WRITING))
    long = {"id": "panjang", "text": f"kopi{' ' * 10_000_000}"}
    assert around.post("/tanya/v1/articles", json=long, headers=key).status_code == 200
    refused = around.post("/tanya/v1/ask", json={"question": "kopi " * 2_000_000}, headers=key)
    assert check_problem(refused, 413)["detail"] == (
        "POST /v1/ask: The body is larger than 8 MiB: send less in one request."
    )
    assert set(around.get("/tanya/v1/models/x", headers=key).json()) == {"error"}
    assert set(around.get("/tanya/v1/models").json()) == {"error"}


@pytest.mark.parametrize(
    ("path", "root", "read"),
    [
        ("/v1/ask", "", "/v1/ask"),
        ("/tanya/v1/ask", "/tanya", "/v1/ask"),
        ("/tanyakan/v1", "/tanya", "/tanyakan/v1"),
        ("/tanya", "/tanya", ""),
        ("/v1/ask", "/tanya", "/v1/ask"),
        ("/tanya/tanya/", "/tanya", "/tanya/"),
    ],
)
def test_the_path_below_the_root(path: str, root: str, read: str) -> None:
    assert path_of({"path": path, "root_path": root}) == read


# What errors tell


def test_an_error_reveals_nothing_about_the_machine(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with service_app(tmp_path) as app:

        @app.get("/v1/fails")
        def fails() -> None:
            raise RuntimeError(f"cannot open {tmp_path}/secret")

        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        failed = client.get("/v1/fails")
        assert (
            check_problem(failed, 500)["detail"]
            == "An unexpected error occurred. See the server's log for details."
        )
        for file in tmp_path.glob(f"{DATABASE_NAME}*"):
            file.write_bytes(b"no database" * 1000)
        replies = [
            failed,
            client.get("/health/ready"),
            client.get("/v1/articles"),
            client.post("/v1/articles", json=COFFEE),
        ]
    assert {reply.status_code for reply in replies[1:]} == {503}
    for reply in replies:
        assert str(tmp_path) not in reply.text
        assert "Traceback" not in reply.text
        assert ".py" not in reply.text
    assert str(tmp_path) in caplog.text  # who runs it is told


SECRETS = {"OPENAI_API_KEY": "sk-rahasia-sekali", "KUTIP_ADMIN_KEYS": WRITING, "KUTIP_API_KEYS": ASKING}


def test_no_secret_is_logged_or_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": {"message": f"Incorrect API key: {SECRETS['OPENAI_API_KEY']}"}}).encode()
    told: list[str] = []
    with serving(Script(status=401, body=body)) as model_url:
        model = OpenAILanguageModel(
            "scripted",
            api_key=SECRETS["OPENAI_API_KEY"],
            base_url=model_url,
            timeout_seconds=5,
            max_tokens=100,
        )
        with service_app(tmp_path, model=model, api_keys=ASKING, admin_keys=WRITING) as app:
            client = client_of(app)
            question: Json = {"question": "Berapa ton kopi?"}
            for headers in ({}, dict(bearer(ASKING)), dict(bearer(WRITING)), {"Authorization": ASKING}):
                for method, path in addresses(app, "x"):
                    if path == "/mcp":  # runs in a server alone
                        continue
                    told.append(client.request(method, path, headers=headers).text)
                told += [
                    client.post("/v1/ask", json={**question, "stream": stream}, headers=headers).text
                    for stream in (False, True)
                ]
            told.append(repr(app.state.service.settings))
    settings = load_settings(openai_api_key=SECRETS["OPENAI_API_KEY"], admin_keys=WRITING)
    told += [caplog.text, repr(settings), settings.model_dump_json(), str(settings.model_dump())]
    assert any("llm_unavailable" in text for text in told)
    for name, secret in SECRETS.items():
        assert not any(secret in text for text in told), name


def test_a_reply_about_many_mistakes_is_short(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        client = client_of(create_app(service))
        mistakes = [{"role": "user", "content": 5, "x" * 1000: 1} for _ in range(1000)]
        for path in ("/v1/ask", "/v1/chat/completions"):
            reply = client.post(path, json={"messages": mistakes, "model": "kutip", "x" * 10_000: 1})
            assert reply.status_code in (400, 422)
            assert len(reply.content) < 10_000
        unknown = {f"unknown {number}": 1 for number in range(50_000)}
        many = client.post("/v1/ask", json={"question": "a", "filters": unknown})
    document = check_problem(many, 422)
    assert len(document["errors"]) == 10
    assert document["more_errors"] == 49_990
    assert "and 49997 more errors" in document["detail"]
    assert len(many.content) < 10_000
