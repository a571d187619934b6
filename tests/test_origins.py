"""What browsers are told: headers on every reply, and pages of which origins may send requests."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.security_headers import SECURITY_HEADERS
from tests.test_access import ASKING, bearer, service_app
from tests.test_api import client_of, served

ORIGIN = "https://a.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, x-any",
}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    """Give the application of a service with a key, which pages of two kinds of origins may call."""
    origins = f"{ORIGIN} https://*.b.example:8443"
    with service_app(tmp_path, api_keys=ASKING, cors_origins=origins, rate_limit="50") as made:
        yield made


def test_every_reply_has_the_headers(app: FastAPI) -> None:
    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("unexpected")

    client = TestClient(app, raise_server_exceptions=False)
    key = dict(bearer(ASKING))
    etag = client.get("/").headers["etag"]
    question = {"question": "Berapa ton kopi?", "stream": True}
    replies = [
        client.get("/"),
        client.get("/", headers={"If-None-Match": etag}),
        client.get("/page/nothing.js"),
        client.get("/health/live"),
        client.get("/docs"),
        client.get("/docs", headers=key),
        client.get("/nothing", headers=key),
        client.post("/v1/articles", headers=key, json={}),
        client.post("/v1/ask", headers=key, json=question),
        client.post("/v1/ask", headers=key, json={}),
        client.options("/v1/ask", headers={"Origin": ORIGIN, **PREFLIGHT}),
        client.get("/fails", headers=key),
        *[client.get("/v1/models", headers=key) for _ in range(50)],
    ]
    found = [reply.status_code for reply in replies]
    assert found[:12] == [200, 304, 404, 200, 401, 200, 404, 403, 200, 422, 200, 500]
    assert found[-1] == 429
    for reply in replies:
        assert {name: reply.headers.get_list(name) for name in SECURITY_HEADERS} == {
            name: [value] for name, value in SECURITY_HEADERS.items()
        }
    assert SECURITY_HEADERS == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


@pytest.mark.parametrize("origin", [ORIGIN, "https://x.b.example:8443", "https://y.x.b.example:8443"])
def test_pages_of_these_origins_may_send_requests(app: FastAPI, origin: str) -> None:
    client = client_of(app)
    allowed = client.options("/v1/ask", headers={"Origin": origin, **PREFLIGHT})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == origin
    assert allowed.headers["access-control-allow-headers"] == "authorization, x-any"
    assert "access-control-allow-credentials" not in allowed.headers
    for headers in ({}, dict(bearer(ASKING))):
        reply = client.get("/v1/models", headers={"Origin": origin, **headers})
        assert reply.status_code == (200 if headers else 401)
        assert reply.headers["access-control-allow-origin"] == origin
        assert reply.headers["access-control-expose-headers"] == "Retry-After, X-Request-ID"
        assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "https://b.example:8443", "https://a.example.evil.example", "https://evil-a.example"),
        *("http://a.example", "https://a.example:444", "https://x.a.example", "https://axexample"),
        *("https://x.b.example", "https://x.b.example:8443.evil.example", "https://.b.example:8443"),
        *("https://evil.example/.b.example:8443", "https://x_b.b.example:8443@evil", ""),
    ],
)
def test_pages_of_others_may_not(app: FastAPI, origin: str) -> None:
    client = client_of(app)
    refused = client.options("/v1/ask", headers={"Origin": origin, **PREFLIGHT})
    assert refused.status_code == 400
    reply = client.get("/v1/models", headers={"Origin": origin, **bearer_headers()})
    assert reply.status_code == 200
    for found in (refused, reply):
        assert "access-control-allow-origin" not in found.headers


def bearer_headers() -> dict[str, str]:
    return dict(bearer(ASKING))


def test_without_the_setting_no_page_of_another_origin_may(tmp_path: Path) -> None:
    with service_app(tmp_path) as app:
        client = client_of(app)
        asked = client.options("/v1/ask", headers={"Origin": ORIGIN, **PREFLIGHT})
        assert asked.status_code == 405
        reply = client.get("/v1/models", headers={"Origin": ORIGIN})
        assert not [name for name in (*asked.headers, *reply.headers) if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("origin", "status"), [(ORIGIN, 200), ("http://localhost:5173", 200), ("https://other.example", 403)]
)
def test_the_tools_answer_pages_of_these_origins(app: FastAPI, origin: str, status: int) -> None:
    headers = {"Origin": origin, "Accept": "application/json, text/event-stream", **bearer_headers()}
    with served(app) as url:
        assert httpx2.post(f"{url}/mcp", json=PING, headers=headers).status_code == status
