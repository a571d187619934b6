"""What browsers are told: headers on every reply, and pages of which origins may send requests."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.guards.security_headers import SECURITY_HEADERS
from rag.errors import SettingsError
from rag.settings import load_settings
from tests.guards.test_access import ASKING, bearer, service_app
from tests.test_api import COFFEE, LOCAL, check_problem, client_of, served

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


def test_every_reply_has_the_security_headers(app: FastAPI) -> None:
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
def test_pages_from_configured_origins_may_send_requests(app: FastAPI, origin: str) -> None:
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
def test_pages_from_other_origins_may_not_send_requests(app: FastAPI, origin: str) -> None:
    client = client_of(app)
    refused = client.options("/v1/ask", headers={"Origin": origin, **PREFLIGHT})
    assert refused.status_code == 400
    reply = client.get("/v1/models", headers={"Origin": origin, **bearer_headers()})
    assert reply.status_code == 200
    for found in (refused, reply):
        assert "access-control-allow-origin" not in found.headers


def bearer_headers() -> dict[str, str]:
    return dict(bearer(ASKING))


def test_without_the_setting_no_other_origin_may_send_requests(tmp_path: Path) -> None:
    with service_app(tmp_path) as app:
        client = client_of(app)
        asked = client.options("/v1/ask", headers={"Origin": ORIGIN, **PREFLIGHT})
        assert asked.status_code == 403
        reply = client.get("/v1/models", headers={"Origin": ORIGIN})
        assert reply.status_code == 403
        assert not [name for name in (*asked.headers, *reply.headers) if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("origin", "status"), [(ORIGIN, 200), ("http://localhost:5173", 200), ("https://other.example", 403)]
)
def test_mcp_answers_only_pages_from_configured_origins(app: FastAPI, origin: str, status: int) -> None:
    headers = {"Origin": origin, "Accept": "application/json, text/event-stream", **bearer_headers()}
    with served(app) as url:
        assert httpx2.post(f"{url}/mcp", json=PING, headers=headers).status_code == status


# Without a key: pages of other sites, and pages whose name was made to point here.

KNOWN_HOSTS = (
    *(
        "localhost",
        "localhost:8000",
        "LOCALHOST",
        "kutip.localhost",
        "127.0.0.1:8000",
        "127.8.8.8",
        "[::1]:8000",
    ),
    *("192.168.1.5:8000", "[fd00::1]", "kutip.example", "KUTIP.example.:8443", "nas.lan", "NAS.lan:8000"),
    *("kutip", "kutip_service:8000", "host.docker.internal:8000"),
)
UNKNOWN_HOSTS = (
    *(
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "a.kutip.example",
    ),
    *("", "a b", "localhost@evil.example", "[::1", "0x7f.1", "a.example", "internal.example", "b.lan"),
)


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a client of a service without a key that has two names, and one site whose pages may call it."""
    folder, public_url = tmp_path_factory.mktemp("keyless"), "https://kutip.example/tanya"
    with service_app(folder, allowed_hosts="nas.lan", public_url=public_url, cors_origins=ORIGIN) as app:
        yield client_of(app)


def test_without_a_key_the_service_answers_to_addresses_and_configured_names(keyless: TestClient) -> None:
    for host in KNOWN_HOSTS:
        assert keyless.get("/v1/models", headers={"Host": host}).status_code == 200, host


@pytest.mark.parametrize("host", UNKNOWN_HOSTS)
def test_dns_rebinding_is_refused(keyless: TestClient, host: str) -> None:
    for headers in ({"Host": host}, {"Host": host, "Origin": f"http://{host}"}):
        for method, path, body in (
            ("GET", "/v1/articles", None),
            ("GET", "/metrics", None),
            ("GET", "/openapi.json", None),
            ("POST", "/v1/search", {"query": "kopi"}),
            ("POST", "/v1/articles", COFFEE),
            ("DELETE", "/v1/articles/kopi", None),
            ("POST", "/mcp", PING),
        ):
            reply = keyless.request(method, path, json=body, headers=headers)
            document = check_problem(reply, 403)
            assert "KUTIP_ALLOWED_HOSTS" in document["detail"], (method, path)
    assert keyless.get("/v1/articles/kopi").status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "file://",
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_without_a_key_pages_from_other_sites_are_refused(
    keyless: TestClient, origin: str, content_type: str
) -> None:
    headers = {"Origin": origin, **({"Content-Type": content_type} if content_type else {})}
    added = keyless.post("/v1/articles", content=b'{"id": "baru", "text": "Baru."}', headers=headers)
    assert "KUTIP_CORS_ORIGINS" in check_problem(added, 403)["detail"]
    assert keyless.delete("/v1/articles/kopi", headers=headers).status_code == 403
    assert [article["id"] for article in keyless.get("/v1/articles").json()["articles"]] == ["kopi"]


@pytest.mark.parametrize("origin", [LOCAL, "https://127.0.0.1:8000", "http://localhost:5173", ORIGIN])
def test_without_a_key_own_local_and_configured_pages_are_allowed(keyless: TestClient, origin: str) -> None:
    reply = keyless.post("/v1/search", json={"query": "kopi"}, headers={"Origin": origin})
    assert reply.status_code == 200
    named = {"Host": "kutip.example", "Origin": "https://kutip.example"}
    assert keyless.post("/v1/search", json={"query": "kopi"}, headers=named).status_code == 200


def test_with_a_key_any_host_name_is_accepted(app: FastAPI) -> None:
    headers = {"Host": "evil.example", "Origin": "https://evil.example", **bearer_headers()}
    assert client_of(app).get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("hosts", ["kutip:8000", "https://kutip", "*.kutip", "a..b", "a/b"])
def test_an_invalid_host_name_in_the_setting_is_refused(hosts: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a name such as kutip\.example, without a port"):
        load_settings(allowed_hosts=hosts)
