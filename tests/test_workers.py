"""Two workers: real processes on one folder, written to over HTTP and by another process at once."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.observability.log_lines import set_up_logging
from api.workers import serve_with_workers
from embeddings.weights import FloatArray
from rag.service import Service
from rag.settings import Settings, load_settings
from tests.conftest import TopicEncoder, article
from tests.topic_service import topic_service

ROOT = Path(__file__).resolve().parent.parent
KUTIP = (sys.executable, "-c", "from api.commands import main; main()")
SERVE = (sys.executable, "-c", "from tests.test_workers import serve; serve()")
INGEST = (sys.executable, "-c", "from tests.test_workers import ingest; ingest()")
RATE_LIMIT = 30
SLOW = "lambat"

# A busy machine takes its time to start three processes.
PATIENCE_SECONDS = 300.0

Json = dict[str, Any]
T = TypeVar("T")


class SlowEncoder(TopicEncoder):
    """Takes its time with one query."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        time.sleep(2.0 if SLOW in texts else 0.0)
        return super().encode_queries(texts)


def slow_service(settings: Settings) -> Service:
    return topic_service(settings, encoder=SlowEncoder())


def serve() -> None:
    """Do what `kutip serve` does, with such services."""
    settings = load_settings()
    set_up_logging(settings)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def announce() -> None:
            logging.getLogger("api").info(
                f"Kutip listens on http://127.0.0.1:{listener.getsockname()[1]} (API"
            )

        sys.exit(serve_with_workers(settings, listener, announce=announce, build=slow_service))


def ingest() -> None:
    """Do what `kutip ingest` does."""
    with slow_service(load_settings()) as service:
        articles = [article(f"berkas {number}", f"Kabar berkas {number}.") for number in range(60)]
        for result in service.ingestion.ingest(articles):
            assert result.status == "created"
        service.corpus.optimize()


@dataclass
class Server:
    """A running `kutip serve`, its folder and its log of JSON lines."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    log: Path
    client: httpx2.Client  # it opens a connection for each request
    url: str = ""

    def lines(self) -> Iterator[Json]:
        """Yield the whole lines of the log, the last first."""
        yield from map(json.loads, reversed(self.log.read_text(encoding="utf-8").split("\n")[:-1]))

    def line(self, **values: Any) -> Json:
        """Wait for a line of the log."""
        return wait_for(
            lambda: next((line for line in self.lines() if values.items() <= line.items()), None),
            self.process,
        )

    def send(
        self, method: str, path: str, body: Json | None = None, *, address: str | None = None
    ) -> tuple[int, httpx2.Response]:
        """Send a request over a new connection, of a client of its own; return which worker answered."""
        request_id = uuid4().hex
        address = address or f"2001:db8:{request_id[:4]}:{request_id[4:8]}::1"
        headers = {"X-Request-ID": request_id, "X-Forwarded-For": address}
        reply = self.client.request(method, f"{self.url}{path}", json=body, headers=headers)
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

    def working(self) -> float:
        """Return how many requests are worked on."""
        ((_, count),) = samples_of(self.send("GET", "/metrics")[1].text, "kutip_requests_working")
        return count

    def workers(self) -> set[int]:
        """Return the processes that the measures are of."""
        _, reply = self.send("GET", "/metrics")
        samples = samples_of(reply.text, "process_resident_memory_bytes")
        return {int(labels["worker"]) for labels, _ in samples}


def is_alive(worker: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{worker}/stat").read_text()
    except OSError:
        return False


def samples_of(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(text)
    return [(s.labels, s.value) for family in families for s in family.samples if s.name == name]


def wait_for(found: Callable[[], T | None], process: "subprocess.Popen[bytes]") -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := found()):
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "waited for long"
        time.sleep(0.02)
    return value


@contextmanager
def running(folder: Path, command: Sequence[str] = SERVE, **settings: str) -> Iterator[Server]:
    """Run two workers until the end of the block, or until they were told to stop in it."""
    log = folder / "log"
    environment = {
        **os.environ,
        "KUTIP_DATA_DIR": str(folder / "data"),
        "KUTIP_PORT": "0",
        "KUTIP_WORKERS": "2",
        "KUTIP_LOG_FORMAT": "json",
        "TMPDIR": str(folder),
        **settings,
    }
    with (
        log.open("wb") as stream,
        httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0), timeout=PATIENCE_SECONDS) as client,
        subprocess.Popen(command, cwd=ROOT, stderr=stream, env=environment) as process,
    ):
        server = Server(process, folder, log, client)
        try:
            is_listening = "Kutip listens on "
            said = wait_for(
                lambda: [it["message"] for it in server.lines() if it["message"].startswith(is_listening)],
                process,
            )
            server.url = said[0].removeprefix(is_listening).partition(" ")[0]
            wait_for(lambda: len(server.workers()) == 2, process)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE_SECONDS)
            process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running server, whose two workers answer."""
    with running(tmp_path_factory.mktemp("workers"), KUTIP_RATE_LIMIT=str(RATE_LIMIT)) as made:
        yield made


def texts(reply: httpx2.Response) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [hit["text"] for hit in reply.json()["hits"]]


def search(article_id: str) -> tuple[str, str, Json]:
    return "POST", "/v1/search", {"query": "kabar", "filters": {"article_id": article_id}}


def test_an_acknowledged_article_is_in_the_next_search_of_every_worker(server: Server) -> None:
    for text in ("Kabar pertama.", "Kabar kedua."):
        _, reply = server.send("POST", "/v1/articles", {"id": "kabar", "text": text})
        assert reply.status_code == 200
        assert [texts(found) for found in server.of_each_worker(*search("kabar"))] == [[text]] * 2
    assert server.send("DELETE", "/v1/articles/kabar")[1].status_code == 204
    assert [texts(found) for found in server.of_each_worker(*search("kabar"))] == [[]] * 2


def test_concurrent_writes_over_http_and_by_ingest(server: Server) -> None:
    environment = {**os.environ, "KUTIP_DATA_DIR": str(server.folder / "data")}
    lost: list[str] = []

    def write(writer: int) -> int:
        """Write and search, each over another connection, until the ingest has ended."""
        for number in range(10_000):
            if process.poll() is not None:
                return number
            name = f"{writer}-{number}"
            text = f"Kabar {name}."
            _, written = server.send("POST", "/v1/articles", {"id": name, "text": text})
            assert (written.status_code, written.json()["articles"][0]["status"]) == (200, "created")
            lost.extend([] if texts(server.send(*search(name))[1]) == [text] else [name])
        raise AssertionError("the ingest never ended")

    with subprocess.Popen(INGEST, cwd=ROOT, env=environment) as process, ThreadPoolExecutor(3) as threads:
        written = list(threads.map(write, range(3)))
    assert process.returncode == 0
    assert lost == []
    assert min(written) > 1
    for reply in server.of_each_worker("POST", "/v1/search", {"query": "kabar berkas 17", "top_k": 1}):
        assert texts(reply) == ["Kabar berkas 17."]
    for reply in server.of_each_worker("GET", "/health/ready"):
        assert reply.json()["articles"] == sum(written) + 60
    assert {line["status"] for line in server.lines() if "status" in line} <= {200, 204}


def test_an_mcp_client_may_change_workers(server: Server) -> None:
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
        reply = server.client.post(
            f"{server.url}/mcp",
            json={"jsonrpc": "2.0", "id": number, "method": method, "params": params},
            headers={**headers, "X-Request-ID": request_id, "X-Forwarded-For": f"192.0.2.{number}"},
        )
        assert reply.status_code == 200
        assert '"result"' in reply.text
        workers.add(server.line(request_id=request_id, message="request")["process"])
    assert len(workers) == 2


def test_the_rate_limit_covers_all_workers_together(server: Server) -> None:
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


def test_metrics_of_any_worker_cover_all_workers(server: Server) -> None:
    def requests(reply: httpx2.Response) -> float:
        samples = samples_of(reply.text, "kutip_requests_total")
        return sum(value for labels, value in samples if labels["route"] == "/v1/filters")

    before = max(map(requests, server.of_each_worker("GET", "/metrics")))
    for _ in range(5):
        server.send("GET", "/v1/filters")
    after = server.of_each_worker("GET", "/metrics")
    assert [requests(reply) for reply in after] == [before + 5] * 2
    for reply in after:
        refused = [line for line in server.lines() if line.get("status") == 429]
        assert samples_of(reply.text, "kutip_requests_rate_limited_total") == [({}, len(refused))]
        assert samples_of(reply.text, "kutip_requests_working") == [({}, 0)]
        assert len(samples_of(reply.text, "process_open_fds")) == 2


def test_a_killed_worker_is_replaced_while_the_other_answers(server: Server) -> None:
    killed = server.workers().pop()
    answered = samples_of(server.send("GET", "/metrics")[1].text, "kutip_request_seconds_count")
    os.kill(killed, signal.SIGKILL)
    for number in range(10):
        assert server.send("POST", "/v1/articles", {"id": f"k-{number}", "text": "Kabar."})[0] != killed
    assert server.line(message="A worker ended. Starting a new one.")["worker"] == killed
    wait_for(lambda: len(server.workers() - {killed}) == 2, server.process)
    assert killed not in server.workers()
    assert [texts(reply) for reply in server.of_each_worker(*search("k-9"))] == [["Kabar."]] * 2
    afterwards = samples_of(server.send("GET", "/metrics")[1].text, "kutip_request_seconds_count")
    assert sum(count for _, count in afterwards) > sum(count for _, count in answered)


def test_all_workers_stop_after_their_running_answers(server: Server) -> None:
    """The last test of this server: it ends it."""
    workers = server.workers()
    assert len(workers) == 2
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(server.send, "POST", "/v1/search", {"query": SLOW}) for _ in range(4)]
        wait_for(lambda: server.working() == 4, server.process)
        server.process.send_signal(signal.SIGTERM)
        answers = [submitted.result() for submitted in slow]
    assert [reply.status_code for _, reply in answers] == [200] * 4
    assert server.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert not [worker for worker in workers if is_alive(worker)]
    assert list(server.folder.glob("kutip-*")) == []
    assert not [line for line in server.lines() if "traceback" in line]


def test_an_interrupt_stops_all_workers_and_sets_the_exit_status(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        workers = server.workers()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=PATIENCE_SECONDS) == 130
    assert not [worker for worker in workers if is_alive(worker)]


def test_an_error_at_startup_is_printed_once(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "KUTIP_DATA_DIR": str(tmp_path),
        "KUTIP_WORKERS": "2",
        "KUTIP_LLM_MODEL": "x",
    }
    run = subprocess.run(
        [*KUTIP, "serve", "--port", "0"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("kutip: KUTIP_LLM_MODEL is 'x', but neither")
    assert run.stderr.count("\n") == 1


def test_workers_stop_when_the_command_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, [*KUTIP, "serve", "--workers", "2"], KUTIP_WORKERS="1") as server:
        server.send("POST", "/v1/articles", {"id": "kabar", "text": "Kabar dari bundel."})
        found = [texts(reply) for reply in server.of_each_worker(*search("kabar"))]
        assert found == [["Kabar dari bundel."]] * 2
        workers = server.workers()
        server.process.kill()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(map(is_alive, workers)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
