"""`GET /metrics`: what is counted of requests, stages, answers, articles and indexes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.observability.service_metrics import STAGES
from rag.language_model.openai_model import OpenAILanguageModel
from tests.guards.test_access import ASKING, WRITING, service_app
from tests.guards.test_concurrency_limit import busy_service
from tests.openai_server import Script, serving
from tests.test_api import BUS, COFFEE, FLOOD, LOCAL, client_of, running_service, served

Measures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def measures(url: str, **options: Any) -> Measures:
    """Read the measures, without what the process and the library add."""
    reply = httpx2.get(f"{url}/metrics", **options)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(reply.text)


def parsed(text: str) -> Measures:
    return {
        (sample.name.removeprefix("kutip_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("kutip_") and not sample.name.endswith("_created")
    }


def of(found: Measures, name: str) -> dict[str, float]:
    """Return the values of one measure by its labels' values, those of 0 left out."""
    return {
        " ".join(value for _, value in labels): amount
        for (called, labels), amount in found.items()
        if called == name and amount
    }


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Give the address of a service without articles."""
    with running_service(tmp_path) as service, served(create_app(service)) as address:
        yield address


def test_requests_are_counted_by_route_template(url: str) -> None:
    for method, path in (
        ("GET", "/v1/articles/rahasia"),
        ("GET", "/v1/articles/rahasia/lain"),
        ("DELETE", "/v1/articles/rahasia"),
        ("GET", "/v1/models/kutip"),
        ("PUT", "/v1/search"),
        ("PURGE", "/v1/search"),
        ("GET", "/rahasia"),
        ("GET", "/docs"),
        ("POST", "/mcp"),
        ("GET", "/page/page.js"),
    ):
        httpx2.request(method, f"{url}{path}")
    text = httpx2.get(f"{url}/metrics").text
    found = parsed(text)
    assert "rahasia" not in text
    assert of(found, "requests_total") == {
        "GET /v1/articles/{article_id:path} 404": 2,
        "DELETE /v1/articles/{article_id:path} 404": 1,
        "GET /v1/models/{model} 200": 1,
        "PUT /v1/search 405": 1,
        "other /v1/search 405": 1,
        "GET none 404": 1,
        "GET /docs 200": 1,
        "POST /mcp 400": 1,
        "GET /page/{name} 200": 1,
    }
    assert of(found, "request_seconds_count")["GET /v1/articles/{article_id:path}"] == 2
    assert of(found, "request_seconds_bucket")["60.0 GET /docs"] == 1


def test_an_unexpected_error_is_counted_as_500(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        app = create_app(service)

        @app.get("/fails")
        def fails() -> None:
            raise RuntimeError("work")

        client = TestClient(app, base_url=LOCAL, raise_server_exceptions=False)
        assert client.get("/fails").status_code == 500
        assert of(parsed(client.get("/metrics").text), "requests_total") == {"GET /fails 500": 1}


def test_ingested_articles_and_answers_are_counted(url: str) -> None:
    before = measures(url)
    assert before["articles_ingested_total", (("status", "created"),)] == 0
    assert before["claims_total", (("verdict", "contradicted"),)] == 0
    httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"})
    for articles in ([COFFEE, FLOOD, BUS], [COFFEE, {"id": "kosong", "text": " "}]):
        httpx2.post(f"{url}/v1/articles", json={"articles": articles})
    for body in (
        {"question": "Berapa ton panen kopi?"},
        {"question": "Berapa ton panen kopi?", "stream": True},
        {"question": "Berapa ton panen kopi?", "filters": {"outlet": "tak ada"}},
    ):
        answer = httpx2.post(f"{url}/v1/ask", json=body)
        assert answer.status_code == 200
    httpx2.post(f"{url}/v1/search", json={"query": "kopi", "mode": "keyword"})
    found = measures(url)
    assert of(found, "articles_ingested_total") == {"created": 3, "unchanged": 1, "rejected": 1}
    assert of(found, "answers_total") == {"extractive": 4}
    assert of(found, "refusals_total") == {"empty_corpus": 1, "filters_leave_nothing": 1}
    assert of(found, "degraded_total") == {}
    assert of(found, "claims_total").keys() == {"supported"}
    stages = of(found, "stage_seconds_count")
    assert stages == {"encode": 4, "vector": 4, "keyword": 5, "fuse": 4, "rerank": 4, "write": 4}
    assert set(stages) <= set(STAGES)


@pytest.mark.parametrize(
    ("script", "degraded", "claims", "mode"),
    [
        (Script(["Panen kopi mencapai 1.500,5 ton. {1} Panen kopi mencapai 9 ton. {1}"]), {}, 2, "llm"),
        (Script(status=500), {"llm_unavailable": 1}, None, "extractive"),
    ],
)
def test_answers_of_a_language_model_are_counted(
    tmp_path: Path, script: Script, degraded: dict[str, float], claims: int | None, mode: str
) -> None:
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=20, max_tokens=100
        )
        with service_app(tmp_path, model=model) as app, served(app) as url:
            answer = httpx2.post(f"{url}/v1/ask", json={"question": "Berapa ton panen kopi?"}).json()
            found = measures(url)
    assert of(found, "answers_total") == {mode: 1}
    assert of(found, "degraded_total") == degraded
    verdicts = [claim["verdict"] for claim in answer["claims"]]
    assert of(found, "claims_total") == {verdict: verdicts.count(verdict) for verdict in verdicts}
    assert claims in (None, len(verdicts))
    usage = answer["usage"] or {}
    assert of(found, "language_model_tokens_total") == {
        name.removesuffix("_tokens"): count for name, count in usage.items()
    }


def test_the_state_of_the_indexes_is_reported(url: str) -> None:
    httpx2.post(f"{url}/v1/articles", json={"articles": [FLOOD, BUS]})
    found = measures(url)
    assert of(found, "corpus_passages") == {"": 2}
    assert of(found, "index_passages_behind") == {"vectors": 2, "keywords": 2}
    assert of(found, "index_vectors") == {}
    httpx2.post(f"{url}/v1/search", json={"query": "banjir"})
    httpx2.delete(f"{url}/v1/articles/banjir")
    found = measures(url)
    assert of(found, "corpus_readable") == {"": 1}
    assert of(found, "corpus_passages") == {"": 1}
    assert of(found, "index_vectors") == {"": 2}
    assert of(found, "index_last_passage") == {"vectors": 2, "keywords": 2}
    assert of(found, "index_passages_behind") == {}
    assert of(found, "index_removals_behind") == {"vectors": 1, "keywords": 1}
    httpx2.post(f"{url}/v1/search", json={"query": "banjir"})
    found = measures(url)
    assert of(found, "index_last_removal") == {"vectors": 1, "keywords": 1}
    assert of(found, "index_removals_behind") == of(found, "index_lists") == {}
    assert of(found, "index_recall") == {"": 1}
    assert of(found, "index_upkeep_running") == {}


def test_an_unreadable_corpus_does_not_affect_other_metrics(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        client = client_of(create_app(service))
        client.get("/v1/models")
        service.corpus.close()
        (tmp_path / "corpus.sqlite3").write_bytes(b"no database" * 1000)
        found = parsed(client.get("/metrics").text)
    assert found["corpus_readable", ()] == 0
    assert of(found, "requests_total") == {"GET /v1/models 200": 1}
    assert not [name for name, _ in found if name.startswith("index_")]


def test_concurrent_and_refused_requests_are_counted(tmp_path: Path) -> None:
    with busy_service(tmp_path, max_concurrent="1") as url:
        waiting = threading.Thread(target=lambda: httpx2.get(f"{url}/v1/models", timeout=20))
        question = {"question": "Berapa ton panen kopi?", "stream": True}
        with httpx2.stream("POST", f"{url}/v1/ask", json=question) as stream:
            lines = stream.iter_lines()
            next(lines)
            waiting.start()
            time.sleep(0.3)
            assert httpx2.get(f"{url}/v1/models").status_code == 503
            busy = measures(url)  # answered though there is no place
            list(lines)
        waiting.join()
        idle = measures(url)
        while idle["requests_working", ()]:  # the place is given back just behind the last byte
            idle = measures(url)
    names = ("requests_working", "requests_waiting", "requests_shed_total")
    assert [busy[name, ()] for name in names] == [1, 1, 1]
    assert [idle[name, ()] for name in names] == [0, 0, 1]


def test_requests_over_the_rate_limit_are_counted(tmp_path: Path) -> None:
    with service_app(tmp_path, rate_limit="3") as app:
        client = client_of(app)
        statuses = [client.get("/v1/models").status_code for _ in range(2)]
        found = parsed(client.get("/metrics").text)
        assert (statuses, found["requests_rate_limited_total", ()]) == ([200, 200], 0)
        assert [client.get("/v1/models").status_code for _ in range(2)] == [429, 429]
        assert parsed(app.state.metrics.text().decode())["requests_rate_limited_total", ()] == 2


def test_metrics_require_a_user_key(tmp_path: Path) -> None:
    with service_app(tmp_path, api_keys=ASKING, admin_keys=WRITING) as app, served(app) as url:
        assert httpx2.get(f"{url}/metrics").status_code == 401
        found = measures(url, headers={"Authorization": f"Bearer {ASKING}"})
        text = httpx2.get(f"{url}/metrics", headers={"Authorization": f"Bearer {WRITING}"}).text
    assert of(found, "requests_total") == {"GET none 401": 1}
    assert ASKING not in text
    assert WRITING not in text


def test_each_application_has_its_own_counts(tmp_path: Path) -> None:
    with running_service(tmp_path / "one") as one, running_service(tmp_path / "two") as two:
        first, second = client_of(create_app(one)), client_of(create_app(two))
        first.post("/v1/articles", json=COFFEE)
        assert of(parsed(first.get("/metrics").text), "articles_ingested_total") == {"created": 1}
        assert of(parsed(second.get("/metrics").text), "articles_ingested_total") == {}


def test_every_metric_is_documented(url: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "observability.md").read_text(encoding="utf-8")
    called = {family.name for family in text_string_to_metric_families(httpx2.get(f"{url}/metrics").text)}
    ours = {name.removesuffix("_created") for name in called if name.startswith("kutip_")}
    assert len(ours) == 25
    assert [name for name in ours if f"`{name}" not in text] == []
