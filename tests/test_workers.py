"""`kutip serve --workers 2`: real processes on one folder, written to over HTTP and by an ingest at once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.openai_server import Script, serving

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-c", "from api.commands import main; main()")
RATE_LIMIT = 30

# A busy machine takes its time to start three processes.
PATIENCE_SECONDS = 300.0

Json = dict[str, Any]


@dataclass
class Server:
    """A running `kutip serve`, its folder and its log of JSON lines."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    log: Path
    url: str = ""

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines(keepends=True)]

    def line(self, **values: Any) -> Json:
        """Wait for a line of the log."""
        return wait_for(
            lambda: next((it for it in self.lines() if values.items() <= it.items()), None), self.process
        )

    def send(
        self, method: str, path: str, body: Json | None = None, *, address: str | None = None
    ) -> tuple[int, httpx2.Response]:
        """Send a request over a new connection, of a client of its own; return which worker answered."""
        request_id = uuid4().hex
        address = address or f"2001:db8:{request_id[:4]}:{request_id[4:8]}::1"
        headers = {"X-Request-ID": request_id, "X-Forwarded-For": address}
        reply = httpx2.request(
            method, f"{self.url}{path}", json=body, headers=headers, timeout=PATIENCE_SECONDS
        )
        return int(self.line(request_id=request_id, message="request")["process"]), reply

    def of_each_worker(self, method: str, path: str, body: Json | None = None) -> list[httpx2.Response]:
        """Send a request until both workers have answered; return the first reply of each."""
        replies: dict[int, httpx2.Response] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(replies) < 2:
            assert time.monotonic() < deadline, f"only {list(replies)} answer"
            with ThreadPoolExecutor(4) as threads:
                for worker, reply in threads.map(lambda _: self.send(method, path, body), range(4)):
                    replies.setdefault(worker, reply)
        return list(replies.values())

    def workers(self) -> set[int]:
        """Return the processes that the measures are of."""
        _, reply = self.send("GET", "/metrics")
        samples = samples_of(reply.text, "process_resident_memory_bytes")
        return {int(labels["worker"]) for labels, _ in samples}


def samples_of(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(text)
    return [(s.labels, s.value) for family in families for s in family.samples if s.name == name]


def wait_for(found: Callable[[], Any], process: "subprocess.Popen[bytes]") -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := found()):
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "waited for long"
        time.sleep(0.02)
    return value


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Server]:
    """Run two workers until the end of the block, or until they were told to stop in it."""
    log = folder / "log"
    environment = {
        **os.environ,
        "KUTIP_DATA_DIR": str(folder / "data"),
        "KUTIP_LOG_FORMAT": "json",
        "TMPDIR": str(folder),
        **settings,
    }
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--workers", "2"], cwd=ROOT, stderr=stream, env=environment
        ) as process,
    ):
        server = Server(process, folder, log)
        try:
            line = server.line(logger="api.commands.serve")
            server.url = line["message"].removeprefix("Kutip listens on ").partition(" ")[0]
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE_SECONDS)
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running server, whose two workers answer."""
    script = Script(["Panen kopi naik. {1} ", *["kopi "] * 30], drip_seconds=0.1)
    with serving(script) as model_url:
        settings = {
            "KUTIP_RATE_LIMIT": str(RATE_LIMIT),
            "KUTIP_LLM_MODEL": "scripted",
            "OPENAI_BASE_URL": model_url,
        }
        with running(tmp_path_factory.mktemp("workers"), **settings) as made:
            wait_for(lambda: len(made.workers()) == 2, made.process)
            made.of_each_worker("GET", "/health/ready")
            yield made


def texts(reply: httpx2.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [hit["text"] for hit in reply.json()["hits"]]


def search(article_id: str) -> tuple[str, str, Json]:
    return "POST", "/v1/search", {"query": "kabar", "filters": {"article_id": article_id}}


def test_what_is_acknowledged_is_in_the_next_search_of_every_worker(server: Server) -> None:
    for text in ("Kabar pertama.", "Kabar kedua."):
        _, reply = server.send("POST", "/v1/articles", {"id": "kabar", "text": text})
        assert reply.status_code == 200
        assert [texts(found) for found in server.of_each_worker(*search("kabar"))] == [[text]] * 2
    assert server.send("DELETE", "/v1/articles/kabar")[1].status_code == 204
    assert [texts(found) for found in server.of_each_worker(*search("kabar"))] == [[]] * 2


def test_writes_over_http_and_an_ingest_at_once(server: Server, tmp_path: Path) -> None:
    lines = [{"id": f"berkas {number}", "text": f"Kabar berkas {number}."} for number in range(60)]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    environment = {**os.environ, "KUTIP_DATA_DIR": str(server.folder / "data")}
    command = [*COMMAND, "ingest", str(tmp_path / "articles.jsonl")]
    lost: list[str] = []

    def write(writer: int) -> int:
        """Write and search, each over another connection, until the ingest has ended."""
        for number in range(10_000):
            if ingest.poll() is not None:
                return number
            name = f"{writer}-{number}"
            text = f"Kabar {name}."
            _, written = server.send("POST", "/v1/articles", {"id": name, "text": text})
            assert (written.status_code, written.json()["articles"][0]["status"]) == (200, "created")
            lost.extend([] if texts(server.send(*search(name))[1]) == [text] else [name])
        raise AssertionError("the ingest never ended")

    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env=environment) as ingest:
        with ThreadPoolExecutor(3) as threads:
            written = list(threads.map(write, range(3)))
        assert ingest.stderr is not None
        assert ingest.stderr.read().decode() == "60 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert lost == []
    assert min(written) > 1
    for reply in server.of_each_worker("POST", "/v1/search", {"query": "kabar berkas 17", "top_k": 1}):
        assert texts(reply) == ["Kabar berkas 17."]
    for reply in server.of_each_worker("GET", "/health/ready"):
        assert reply.json()["articles"] == sum(written) + 60
    assert {line["status"] for line in server.lines() if "status" in line} <= {200, 204}


def test_a_client_of_the_tools_may_begin_with_one_worker_and_go_on_with_another(server: Server) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    steps: Sequence[tuple[str, Json]] = (
        ("initialize", hello),
        ("tools/list", {}),
        ("tools/call", {"name": "search", "arguments": {"query": "kabar"}}),
    )
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    workers = set()
    for number in range(40):
        method, params = steps[number % 3]
        request_id = uuid4().hex
        reply = httpx2.post(
            f"{server.url}/mcp",
            json={"jsonrpc": "2.0", "id": number, "method": method, "params": params},
            headers={**headers, "X-Request-ID": request_id, "X-Forwarded-For": f"192.0.2.{number}"},
            timeout=PATIENCE_SECONDS,
        )
        assert reply.status_code == 200
        assert '"result"' in reply.text
        workers.add(server.line(request_id=request_id, message="request")["process"])
    assert len(workers) == 2


def test_the_rate_of_a_caller_is_that_of_all_workers_together(server: Server) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        sent = list(
            threads.map(
                lambda _: server.send("GET", "/v1/models", address="198.51.100.7"), range(2 * RATE_LIMIT)
            )
        )
    freed = (time.monotonic() - started) * RATE_LIMIT / 60
    passed = [worker for worker, reply in sent if reply.status_code == 200]
    assert RATE_LIMIT <= len(passed) <= RATE_LIMIT + freed + 1
    assert {reply.status_code for _, reply in sent} == {200, 429}
    assert len(set(passed)) == 2


def test_the_measures_of_any_worker_are_those_of_all(server: Server) -> None:
    def requests(reply: httpx2.Response) -> float:
        samples = samples_of(reply.text, "kutip_requests_total")
        return sum(value for labels, value in samples if labels["route"] == "/v1/filters")

    before = max(map(requests, server.of_each_worker("GET", "/metrics")))
    for _ in range(5):
        server.send("GET", "/v1/filters")
    after = server.of_each_worker("GET", "/metrics")
    assert [requests(reply) for reply in after] == [before + 5] * 2
    for reply in after:
        assert samples_of(reply.text, "kutip_requests_rate_limited_total")[0][1] == RATE_LIMIT
        assert samples_of(reply.text, "kutip_requests_working") == [({}, 0)]
        assert len(samples_of(reply.text, "process_open_fds")) == 2


def test_a_killed_worker_is_replaced_while_the_other_answers(server: Server) -> None:
    killed = server.workers().pop()
    answered = samples_of(server.send("GET", "/metrics")[1].text, "kutip_request_seconds_count")
    os.kill(killed, signal.SIGKILL)
    for number in range(10):
        assert server.send("POST", "/v1/articles", {"id": f"k-{number}", "text": "Kabar."})[0] != killed
    assert server.line(message="A worker ended; another takes its place.")["worker"] == killed
    wait_for(lambda: len(server.workers() - {killed}) == 2, server.process)
    assert killed not in server.workers()
    assert [texts(reply) for reply in server.of_each_worker(*search("k-9"))] == [["Kabar."]] * 2
    afterwards = samples_of(server.send("GET", "/metrics")[1].text, "kutip_request_seconds_count")
    assert sum(count for _, count in afterwards) > sum(count for _, count in answered)


def test_told_to_stop_all_end_after_their_answers(server: Server) -> None:
    """The last test: it ends the server."""
    streaming = threading.Barrier(3)

    def stream(number: int) -> list[str]:
        body = {"question": "Apa kabar berkas 17?", "stream": True}
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        events = []
        with httpx2.stream(
            "POST", f"{server.url}/v1/ask", json=body, headers=headers, timeout=PATIENCE_SECONDS
        ) as reply:
            for line in reply.iter_lines():
                events += [line.removeprefix("event: ")] if line.startswith("event: ") else []
                if line == "event: hits":
                    streaming.wait()
        return events

    server.send("POST", "/v1/articles", {"id": "kopi", "text": "Kabar berkas 17: panen kopi naik."})
    workers = server.workers()
    with ThreadPoolExecutor(2) as threads:
        streams = [threads.submit(stream, number) for number in range(2)]
        streaming.wait(timeout=PATIENCE_SECONDS)
        server.process.send_signal(signal.SIGTERM)
        ended = [submitted.result() for submitted in streams]
    assert server.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert [events[-1] for events in ended] == ["done"] * 2
    assert all("delta" in events for events in ended)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert list(server.folder.glob("kutip-*")) == []
    assert not [line for line in server.lines() if "traceback" in line]


def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        worker = server.workers().pop()
        server.process.kill()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while Path(f"/proc/{worker}").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_what_keeps_it_from_starting_is_said_once(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "KUTIP_DATA_DIR": str(tmp_path),
        "KUTIP_WORKERS": "2",
        "KUTIP_LLM_MODEL": "x",
    }
    run = subprocess.run(
        [*COMMAND, "serve", "--port", "0"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("kutip: KUTIP_LLM_MODEL is 'x', but neither")
    assert run.stderr.count("\n") == 1
