"""Traces, as a collector of OpenTelemetry on this machine receives them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.commands import cli
from rag.errors import MissingExtra
from tests.openai_server import Script, serving

ROOT = Path(__file__).resolve().parents[2]

# A service as `kutip serve` runs it, with an encoder that needs no time, and some requests to it.
PROGRAM = """
import asyncio, os
from contextlib import contextmanager
from pathlib import Path
import httpx2
from mcp.client import Client
from api.app import create_app
from api.observability.tracing import set_up_tracing
from rag.service import load_language_model
from rag.settings import load_settings
from tests.test_api import COFFEE, as_article, running_service, served

NAMED = "00-%s-b7ad6b7169203331-01"
QUESTION = "Berapa ton panen kopi?"
TURNS = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "1.500,5 ton."}]

set_up_tracing()

@contextmanager
def kutip(name, **settings):
    os.environ.update(settings)
    with running_service(Path(name)) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        service.pipeline.language_model = load_language_model(load_settings())
        with served(create_app(service)) as url, httpx2.Client(base_url=url, timeout=30) as client:
            yield client

def ask(client, trace_id):
    body = {"question": "Dan kapan itu?", "messages": TURNS, "stream": True}
    headers = {"traceparent": NAMED % trace_id, "X-Request-ID": "kopi-17"}
    reply = client.post("/v1/ask", json=body, headers=headers)
    assert "event: done" in reply.text, reply.text

async def call(client):
    async with Client(f"{client.base_url}/mcp") as tools:
        await tools.call_tool("ask", {"question": QUESTION})

with kutip("one") as client:
    ask(client, "0af7651916cd43dd8448eb211c80319c")
    client.post("/v1/search", json={"query": "harga kopi", "mode": "keyword"}).raise_for_status()
    client.get("/v1/articles", params={"author": "rahasia"}).raise_for_status()
    for path in ("/?q=rahasia", "/health/ready"):
        client.get(path).raise_for_status()
    asyncio.run(call(client))
with kutip("two", KUTIP_TRACE_TEXTS="true", OPENAI_BASE_URL="http://127.0.0.1:9/v1") as client:
    ask(client, "1" * 32)
"""

Attributes = dict[str, Any]


@dataclass
class Collector:
    """What a collector was sent: spans by name, and the attributes of the service."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    service: Attributes = field(default_factory=dict)

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> Any:
        (span,) = self.named(name)
        return span

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.service = read(resource.resource)
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]


def read(holder: Any) -> Attributes:
    """Return the attributes of a span or a service."""
    return {item.key: value(item.value) for item in holder.attributes}


def value(held: Any) -> Any:
    kind = held.WhichOneof("value")
    return [value(item) for item in held.array_value.values] if kind == "array_value" else getattr(held, kind)


@contextmanager
def collector() -> Iterator[Collector]:
    """Run a collector in a thread."""
    received = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            received.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    received.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield received
    server.shutdown()
    server.server_close()
    thread.join()


SCRIPT = Script(["Panen kopi mencapai 1.500,5 ton. {1}"], rewriting=Script(["Kapan panen kopi?"]))


@pytest.fixture(scope="module")
def all_received(tmp_path_factory: pytest.TempPathFactory) -> Collector:
    """Give what a collector received of two services, the second with texts and without a model."""
    folder = tmp_path_factory.mktemp("traces")
    with collector() as received, serving(SCRIPT) as model_url:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "OTEL_EXPORTER_OTLP_ENDPOINT": received.url,
            "OPENAI_BASE_URL": model_url,
            "KUTIP_LLM_MODEL": "kopi-1",
        }
        command = [sys.executable, "-c", PROGRAM]
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
    return received


@pytest.fixture(scope="module")
def received(all_received: Collector) -> Collector:
    """Give what came from the first."""
    return replace(all_received, spans=[span for span in all_received.spans if not is_second(span)])


def is_second(span: Any) -> bool:
    return bool(span.trace_id.hex() == "1" * 32)


def test_a_request_continues_the_trace_of_its_client(received: Collector) -> None:
    request = received.one("POST /v1/ask")
    assert request.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    told = read(request)
    assert (told["http.route"], told["http.response.status_code"]) == ("/v1/ask", 200)
    assert told["kutip.request_id"] == "kopi-17"
    assert (told["kutip.mode"], told["kutip.citations"]) == ("llm", 1)
    assert received.service["service.name"] == "kutip"


def test_the_stages_of_a_search_are_spans_of_its_request(received: Collector) -> None:
    request = received.one("POST /v1/ask")
    spans = {
        span.name: span
        for span in received.spans
        if span.trace_id == request.trace_id and not span.name.startswith("chat")
    }
    assert set(spans) == {"POST /v1/ask", "retrieval", "encode", "vector", "keyword", "fuse", "rerank"}
    retrieval = spans["retrieval"]
    assert retrieval.parent_span_id == request.span_id
    assert read(retrieval)["gen_ai.operation.name"] == "retrieval"
    for name in ("encode", "vector", "keyword", "fuse", "rerank"):
        assert spans[name].parent_span_id == retrieval.span_id
        assert retrieval.start_time_unix_nano <= spans[name].start_time_unix_nano
        assert spans[name].end_time_unix_nano <= retrieval.end_time_unix_nano
    searched = received.one("POST /v1/search")
    spans_of_search = [span for span in received.spans if span.trace_id == searched.trace_id]
    in_order = sorted(spans_of_search, key=lambda span: span.end_time_unix_nano)  # exports come by scope
    assert [span.name for span in in_order] == ["keyword", "retrieval", "POST /v1/search"]


def test_the_span_of_a_language_model_request_follows_the_conventions(received: Collector) -> None:
    request = received.one("POST /v1/ask")
    rewriting, writing = (span for span in received.named("chat kopi-1") if span.trace_id == request.trace_id)
    assert {rewriting.parent_span_id, writing.parent_span_id} == {request.span_id}
    assert writing.kind == writing.SPAN_KIND_CLIENT
    told = read(writing)
    assert told.pop("server.port") > 0
    assert told.pop("gen_ai.response.time_to_first_chunk") > 0
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "kopi-1",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
        "server.address": "127.0.0.1",
    }


def test_a_tool_call_is_a_span(received: Collector) -> None:
    # The client's and, from it by way of `_meta`, the server's.
    tool = next(span for span in received.named("tools/call ask") if span.kind == span.SPAN_KIND_SERVER)
    below = [span for span in received.spans if span.parent_span_id == tool.span_id]
    assert {span.name for span in below} == {"retrieval", "chat kopi-1"}
    assert read(tool)["kutip.mode"] == "llm"
    assert received.named("POST /mcp")


def test_traces_contain_no_questions_or_texts_by_default(received: Collector) -> None:
    told = "\n".join(str(span) for span in received.spans)
    assert "http.route" in told
    assert [word for word in ("kopi?", "panen", "ton", "harga kopi", "rahasia", "itu?") if word in told] == []
    assert read(received.one("GET /v1/articles"))["url.query"] == "REDACTED"


def test_probes_and_the_page_have_no_spans(received: Collector) -> None:
    assert {read(span).get("url.path") for span in received.spans} == {
        *(None, "/v1/ask", "/v1/search", "/v1/articles", "/mcp"),
    }


def test_texts_are_traced_if_configured_and_failures_are_recorded(all_received: Collector) -> None:
    received = replace(all_received, spans=[span for span in all_received.spans if is_second(span)])
    told = read(received.one("POST /v1/ask"))
    assert (told["kutip.question"], told["kutip.degraded"]) == ("Dan kapan itu?", "llm_unavailable")
    assert "1.500,5 ton" in told["kutip.answer"]
    call = received.named("chat kopi-1")[0]
    assert call.status.code == call.status.STATUS_CODE_ERROR
    told = read(call)
    assert told["error.type"] == "llm_unavailable"
    assert "Dan kapan itu?" in json.loads(told["gen_ai.input.messages"])[1]["parts"][0]["content"]
    assert json.loads(told["gen_ai.output.messages"])[0]["role"] == "assistant"


def test_without_the_extra_the_error_names_the_install_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)  # what an import of nothing finds
    monkeypatch.delitem(sys.modules, "api.observability.span_provider", raising=False)
    run = CliRunner().invoke(cli, ["serve", "--port", "0"])
    assert isinstance(run.exception, MissingExtra)
    assert "run `pip install 'kutip[otel]'`, or unset the variable" in str(run.exception)
