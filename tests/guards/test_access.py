"""Keys: every route of the service is tried with each kind of key, right and wrong."""

import gc
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import httpx2
import openai
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.websockets import WebSocketDisconnect

from api.app import create_app
from api.guards.access import Keys, sent_key
from api.openai_door.models import MODELS
from rag.access_keys import KEY, as_key_hashes, key_hash, new_key
from rag.errors import Unauthorized
from rag.language_model.openai_model import OpenAILanguageModel
from rag.settings import load_settings
from tests.test_api import COFFEE, as_article, check_problem, client_of, running_service, served

ASKING = "kunci-untuk-bertanya"
WRITING = "kunci-untuk-menulis="
UNKNOWN = "kunci-yang-tak-dikenal"

OPEN = {"GET /", "GET /page/{name}", "GET /health/live", "GET /health/ready"}
WRITES = {"POST /v1/articles", "DELETE /v1/articles/{article_id:path}"}

Headers = Sequence[tuple[str, str]]


@contextmanager
def service_app(
    folder: Path, *, model: OpenAILanguageModel | None = None, **settings: str
) -> Iterator[FastAPI]:
    """Give the application of a service with one article; `settings` are `KUTIP_` names in small letters."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(f"KUTIP_{name.upper()}", value)
            service = stack.enter_context(running_service(folder, model=model))
        list(service.ingestion.ingest([as_article(COFFEE)]))
        yield create_app(service)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Give the application of a service with a key that may ask and one that may write."""
    folder = tmp_path_factory.mktemp("access")
    with service_app(folder, api_keys=ASKING, admin_keys=key_hash(WRITING)) as made:
        yield made


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    """Give its address."""
    with served(app) as address:
        yield address


def routes(app: FastAPI) -> list[str]:
    """Return every route, those that the description of the service leaves out as well."""
    found = [(context.methods, context.path) for context in iter_route_contexts(app.routes)]
    assert all(methods and path for methods, path in found)
    return sorted(f"{method} {path}" for methods, path in found for method in methods or ())


def statuses(app: FastAPI, url: str, headers: Headers) -> dict[str, int]:
    """Send a request to every route; return the status of each."""
    replies = {}
    with httpx2.Client(base_url=url) as client:
        for route in routes(app):
            method, path = route.split(" ")
            reply = client.request(method, re.sub(r"\{.*?\}", "x", path), headers=list(headers))
            replies[route] = reply.status_code
            assert (reply.status_code == 401) == (reply.headers.get("WWW-Authenticate") == "Bearer"), route
    return replies


def bearer(key: str) -> Headers:
    return [("Authorization", f"Bearer {key}")]


def test_all_routes_are_found_including_undocumented_ones(app: FastAPI) -> None:
    assert {*OPEN, *WRITES, "POST /mcp", "GET /docs", "GET /openapi.json"} <= {*routes(app)}
    assert len(routes(app)) >= 21


@pytest.mark.parametrize(
    "headers",
    [
        [],
        bearer(UNKNOWN),
        bearer(ASKING.upper()),
        bearer(ASKING[:-1]),
        bearer(f"{ASKING}="),
        bearer(key_hash(ASKING)),
        bearer(key_hash(WRITING).removeprefix("sha256:")),
        [("Authorization", "Bearer")],
        bearer(f"{ASKING} {ASKING}"),
        bearer(f'"{ASKING}"'),
        bearer(f"{ASKING},{UNKNOWN}"),
        [("Authorization", ASKING)],
        [("Authorization", f"Bearer{ASKING}")],
        [("Authorization", f"Bearer\t{ASKING}")],
        [("Authorization", f"Basic {ASKING}")],
        [("Authorization", f"Bearer Bearer {ASKING}")],
        [("Authorization", "")],
        [*bearer(ASKING), *bearer(ASKING)],
        [*bearer(WRITING), *bearer(UNKNOWN)],
        [*bearer(UNKNOWN), *bearer(WRITING)],
        [("Cookie", f"Authorization=Bearer {WRITING}")],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Original-URL", "/"), ("X-Rewrite-URL", "/health/live")],
        [("X-HTTP-Method-Override", "GET"), ("X-Forwarded-Prefix", "/page")],
    ],
)
def test_without_a_valid_key_only_public_routes_answer(app: FastAPI, url: str, headers: Headers) -> None:
    found = statuses(app, url, headers)
    assert {route for route, status in found.items() if status != 401} == OPEN
    assert {route: status for route, status in found.items() if status == 403} == {}


def test_a_user_key_opens_every_route_except_writes(app: FastAPI, url: str) -> None:
    found = statuses(app, url, bearer(ASKING))
    assert {route for route, status in found.items() if status in (401, 403)} == WRITES
    assert {found[route] for route in WRITES} == {403}


def test_an_admin_key_opens_every_route(app: FastAPI, url: str) -> None:
    found = statuses(app, url, [("authorization", f"bEARER   {WRITING}")])
    assert {route for route, status in found.items() if status in (401, 403)} == set()


@pytest.mark.parametrize(
    "path",
    [
        "/health/live/",
        "//health/live",
        "/health/live/../../v1/articles",
        "/page/../v1/articles",
        "/page/%2e%2e/v1/articles",
        "/page/..%2Fv1%2Farticles",
        "/page/",
        "/page//v1/articles",
        "/v1/articles?path=/health/live",
        "/v1/articles;/health/live",
        "/health%2Flive%3F/",
        "/nothing",
        "/metrics",
    ],
)
def test_other_spellings_of_a_public_path_are_protected(url: str, path: str) -> None:
    # As it stands: a client would resolve the dots.
    with httpx2.Client(base_url=url) as client:
        request = client.build_request("GET", "/")
        request.url = httpx2.URL(url).copy_with(raw_path=path.encode())
        assert client.send(request).status_code == 401


def test_public_routes_are_the_same_under_a_path_prefix(app: FastAPI) -> None:
    client = TestClient(Starlette(routes=[Mount("/tanya", app)]))
    for path in ("/tanya/health/live", "/tanya/", "/tanya/page/page.js"):
        assert client.get(path).status_code == 200
    for path in ("/tanya/v1/models", "/tanya/docs", "/tanya/tanya/health/live", "/tanya/tanya/"):
        assert client.get(path).status_code == 401
    asked = client.post("/tanya/v1/search", json={"query": "kopi"}, headers=dict(bearer(ASKING)))
    written = client.post("/tanya/v1/articles", json=COFFEE, headers=dict(bearer(ASKING)))
    assert (asked.status_code, written.status_code) == (200, 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "QUERY"])
@pytest.mark.parametrize("path", ["/", "/health/live", "/page/page.js"])
def test_public_routes_are_public_for_reading_only(url: str, method: str, path: str) -> None:
    assert httpx2.request(method, f"{url}{path}").status_code == 401


def test_a_refused_request_is_told_which_header_to_send(url: str) -> None:
    missing = check_problem(httpx2.get(f"{url}/v1/articles"), 401)
    assert missing["type"] == "urn:kutip:error:Unauthorized"
    assert missing["detail"].startswith("This service requires a key: send one header Authorization")
    for headers, said in (
        (bearer(UNKNOWN), "This service does not know the key"),
        (bearer("?"), "The Authorization header holds no Bearer token"),
        ([*bearer(ASKING), *bearer(ASKING)], "The request has 2 Authorization headers"),
    ):
        reply = httpx2.get(f"{url}/v1/articles", headers=list(headers))
        assert check_problem(reply, 401)["detail"].startswith(said)
        assert UNKNOWN not in reply.text
    lesser = httpx2.post(f"{url}/v1/articles", json=COFFEE, headers=list(bearer(ASKING)))
    assert check_problem(lesser, 403)["detail"] == (
        "POST /v1/articles needs an admin key: send one of the keys in KUTIP_ADMIN_KEYS."
    )


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/models", "/v1/models/kutip"])
def test_openai_routes_use_the_openai_error_format(url: str, path: str) -> None:
    method = "GET" if "models" in path else "POST"
    reply = httpx2.request(method, f"{url}{path}", json={})
    assert (reply.status_code, reply.headers["content-type"]) == (401, "application/json")
    assert set(reply.json()) == {"error"}
    assert reply.json()["error"]["code"] == "invalid_api_key"


def test_the_official_client_reports_a_wrong_key(url: str) -> None:
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key=UNKNOWN, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="does not know the key"),
    ):
        client.models.list()
    with openai.OpenAI(base_url=f"{url}/v1", api_key=ASKING, max_retries=0) as client:
        assert [model.id for model in client.models.list()] == list(MODELS)


def test_new_routes_are_protected_by_default(tmp_path: Path) -> None:
    with service_app(tmp_path, api_keys=ASKING, admin_keys=WRITING) as app:

        @app.get("/v1/tomorrow")
        @app.post("/v1/tomorrow")
        def tomorrow() -> str:
            return "open"

        @app.websocket("/v1/socket")
        async def socket(connection: WebSocket) -> None:
            await connection.accept()
            await connection.close()

        app.router.routes.append(Mount("/mounted", app=tomorrow_mounted))
        client = client_of(app)
        for path in ("/v1/tomorrow", "/mounted/x"):
            found = [
                client.request(method, path, headers=dict(headers)).status_code
                for headers in ([], bearer(ASKING), bearer(WRITING))
                for method in ("GET", "POST")
            ]
            assert found == [401, 401, 200, 403, 200, 200]
        for headers in ([], bearer(ASKING)):
            with (
                pytest.raises(WebSocketDisconnect) as refused,
                client.websocket_connect("/v1/socket", headers=dict(headers)),
            ):
                pass
            assert refused.value.code == 1008
        with client.websocket_connect("/v1/socket", headers=dict(bearer(WRITING))) as connection:
            assert connection.receive()["type"] == "websocket.close"


async def tomorrow_mounted(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"": (200, 200), ASKING: (200, 200), "?": (200, 200)}),
        ({"api_keys": ASKING}, {"": (401, 401), ASKING: (200, 403), WRITING: (401, 401)}),
        ({"admin_keys": WRITING}, {"": (401, 401), ASKING: (401, 401), WRITING: (200, 200)}),
        (
            {"api_keys": f"{ASKING} {WRITING}", "admin_keys": WRITING},
            {ASKING: (200, 403), WRITING: (200, 200)},
        ),
        ({"api_keys": f"{UNKNOWN},{key_hash(ASKING)}"}, {UNKNOWN: (200, 403), ASKING: (200, 403)}),
    ],
)
def test_permissions_depend_on_which_keys_are_set(
    tmp_path: Path, settings: dict[str, Any], expected: dict[str, tuple[int, int]]
) -> None:
    with service_app(tmp_path, **settings) as app:
        client = client_of(app)
        for key, (asking, writing) in expected.items():
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            asked = client.post("/v1/ask", json={"question": "Berapa ton kopi?"}, headers=headers)
            written = client.post("/v1/articles", json=COFFEE, headers=headers)
            assert (asked.status_code, written.status_code) == (asking, writing), key


# Hashes and headers

KEYS = st.from_regex(r"[A-Za-z0-9._~+/-]{16,40}={0,2}", fullmatch=True)


@given(key=KEYS, scheme=st.sampled_from(["Bearer", "bearer", "BEARER", "bEaReR"]), spaces=st.integers(1, 5))
def test_a_key_is_read_exactly_as_it_was_sent(key: str, scheme: str, spaces: int) -> None:
    assert sent_key([f"{scheme}{' ' * spaces}{key}"]) == key


@given(st.lists(st.one_of(st.text(), st.from_regex(r"(?i)bearer ?.*")), max_size=3))
def test_any_authorization_header_is_one_bearer_token_or_refused(authorization: list[str]) -> None:
    with suppress(Unauthorized):
        key = sent_key(authorization)
        (header,) = authorization
        assert header.lower().startswith("bearer ")
        assert header.endswith(f" {key}")
        assert KEY.fullmatch(key)


@given(
    keys=st.lists(st.tuples(KEYS, st.booleans()), min_size=1, max_size=5),
    separator=st.sampled_from([" ", ",", ", ", "\n", " ,, "]),
    other=KEYS,
)
def test_only_configured_keys_are_accepted(keys: list[tuple[str, bool]], separator: str, other: str) -> None:
    written = separator.join(key_hash(key).upper() if is_hashed else key for key, is_hashed in keys)
    hashes = as_key_hashes(written.replace("SHA256", "sha256"))
    assert hashes == [key_hash(key) for key, _ in keys]
    known = Keys.of(load_settings(api_keys=written))
    for key, _ in keys:
        assert not known.holder(key).may_write
    if other not in dict(keys):
        with pytest.raises(Unauthorized, match=r"does not know the key"):
            known.holder(other)


def test_a_new_key_is_long_and_can_be_sent() -> None:
    assert len({new_key() for _ in range(10)}) == 10
    assert sent_key([f"Bearer {new_key()}"])
    assert len(new_key()) == 43


def steps_of(known: Keys, key: str) -> list[tuple[str, str]]:
    """Return every call of a function, Python's or C's, while it is found out who holds a key."""
    steps: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, called: object) -> None:
        name = getattr(called, "__qualname__", frame.f_code.co_qualname)
        steps.append((event, str(name)))

    gc.disable()  # a collection calls what others have asked it to
    sys.setprofile(note)
    try:
        with suppress(Unauthorized):
            known.holder(key)
    finally:
        sys.setprofile(None)
        gc.enable()
    return steps


def test_checking_a_key_takes_the_same_steps_for_every_key() -> None:
    keys = [f"kunci-nomor-{number:04}-panjang" for number in range(20)]
    known = Keys.of(load_settings(api_keys=" ".join(keys[:10]), admin_keys=" ".join(keys[10:])))
    steps = {key: steps_of(known, key) for key in (*keys, UNKNOWN, keys[0][:-1], "x" * 4000, f"{keys[19]}=")}
    compared = steps[UNKNOWN].count(("c_call", "compare_digest"))
    assert compared == len(keys)
    for key, taken in steps.items():
        assert taken.count(("c_call", "compare_digest")) == compared, key
    # A key that is known is told apart only after all were compared; until then nothing differs.
    until = [name for _, name in steps[UNKNOWN]]
    last = len(until) - until[::-1].index("compare_digest")
    for key, taken in steps.items():
        assert taken[:last] == steps[UNKNOWN][:last], key
