"""`kutip serve`: where it listens, how it stops, what it logs."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from rag.reading import Overrides, read_paths
from tests.commands.running import QUESTION, Filled, kutip
from tests.openai_server import Script, serving
from tests.topic_service import fill

ROOT = Path(__file__).resolve().parent.parent.parent

# A busy machine takes its time to start a process.
PATIENCE_SECONDS = 300.0


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_reported_at_once(taken_port: int) -> None:
    result = kutip("serve", "--port", str(taken_port))
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"kutip: Cannot listen on 127.0.0.1:{taken_port}: the port is in use. Choose another --port.\n"
    )


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "this machine does not have the address"),
        ("kutip.invalid", "the host name "),
    ],
)
def test_an_unavailable_address_is_reported(host: str, reason: str) -> None:
    result = kutip("serve", "--host", host, "--port", "0")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"kutip: Cannot listen on {host}:0: {reason}")
    assert result.err.endswith(". Choose another --host.\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])  # noqa: S104 - that is what it refuses
def test_without_a_key_the_server_listens_only_on_this_machine(host: str) -> None:
    result = kutip("serve", "--port", "0", "--host", host)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"kutip: KUTIP_HOST is '{host}', which other machines can reach, but no key is set. "
        "Set KUTIP_API_KEYS or KUTIP_ADMIN_KEYS (`kutip key` makes a key), listen on 127.0.0.1, "
        "or let everybody ask, read, write and delete with --insecure.\n"
    )


@pytest.fixture(scope="module")
def topical(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the same articles for servers that need no torch."""
    folder = tmp_path_factory.mktemp("topics") / "data"
    paths = [filled.articles / name for name in ("kopi.md", "banjir.jsonl")]
    fill(folder, read_paths(paths, overrides=Overrides()))
    return folder


@contextmanager
def serving_process(
    data: Path, *options: str, **environment: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run `kutip serve` in a process of its own, without torch; give it and its address on this machine."""
    variables = {
        **os.environ,
        "KUTIP_DATA_DIR": str(data),
        "KUTIP_PORT": "0",
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    command = [sys.executable, "-c", "from tests.topic_service import main; main()", "serve", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stderr is not None
        port = process.stderr.readline().partition(" (API")[0].rpartition(":")[2]
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("options", "environment", "status"),
    [
        (["--insecure"], {}, 200),
        ([], {"KUTIP_ADMIN_KEYS": "kunci-untuk-menulis"}, 401),
    ],
)
def test_with_a_key_or_explicit_permission_the_server_listens_for_other_machines(
    topical: Path, options: list[str], environment: dict[str, str], status: int
) -> None:
    host = "0.0.0.0"  # noqa: S104 - the point of the test
    with serving_process(topical, *options, "--host", host, **environment) as (process, url):
        assert httpx2.get(f"{url}/v1/models", timeout=PATIENCE_SECONDS).status_code == status
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_SECONDS) == 130


@pytest.mark.parametrize(("seconds", "is_finished"), [("120", True), ("1", False)])
def test_running_answers_have_time_to_finish(topical: Path, seconds: str, is_finished: bool) -> None:
    script = Script(["Panen kopi naik. {1} ", *["kopi "] * 30], drip_seconds=0.1)
    with serving(script) as model_url:
        environment = {
            "KUTIP_LLM_MODEL": "scripted",
            "OPENAI_BASE_URL": model_url,
            "KUTIP_SHUTDOWN_SECONDS": seconds,
        }
        with serving_process(topical, **environment) as (process, url):
            told = 0.0
            events: list[str] = []
            body = {"question": QUESTION, "stream": True}
            with (
                suppress(httpx2.RemoteProtocolError),
                httpx2.stream("POST", f"{url}/v1/ask", json=body, timeout=PATIENCE_SECONDS) as stream,
            ):
                for line in stream.iter_lines():
                    events += [line] if line.startswith("event: ") else []
                    if line == "event: hits":
                        told = time.monotonic()
                        process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)
            assert time.monotonic() - told < 48
            assert events[0] == "event: hits"
            assert (events[-1] == "event: done") == is_finished


def test_a_separate_process_answers_on_stdout_and_serves_until_interrupted(filled: Filled) -> None:
    environment = {**os.environ, "KUTIP_DATA_DIR": str(filled.data), "KUTIP_PORT": "0"}
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        url = first.removeprefix("Kutip listens on ").split(" ")[0]
        ready = httpx2.get(f"{url}/health/ready", timeout=PATIENCE_SECONDS).json()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert (ready["status"], ready["articles"]) == ("ok", 2)
    assert first.endswith(f" Articles are in {filled.data} (set by KUTIP_DATA_DIR in the environment).\n")
    line, stopped = rest.splitlines()
    expected = (
        'api.observability.observation [0-9a-f]{32} request method="GET" route="/health/ready" status=200 .*'
    )
    assert re.fullmatch(rf"\S+ INFO {process.pid} {expected}", line)
    assert (stopped, process.returncode) == ("Stopped. All articles that were added are kept.", 130)


STOPPED = "Stopped. All articles that were added are kept."


def test_json_logs_contain_texts_only_if_configured(topical: Path) -> None:
    key = "kunci-untuk-bertanya"
    settings = {"KUTIP_API_KEYS": key, "KUTIP_LOG_FORMAT": "json"}
    logs = []
    for log_texts in ("false", "true"):
        with serving_process(topical, KUTIP_LOG_TEXTS=log_texts, **settings) as (process, url):
            headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "kopi-17"}
            reply = httpx2.post(
                f"{url}/v1/ask", json={"question": QUESTION}, headers=headers, timeout=PATIENCE_SECONDS
            )
            assert reply.status_code == 200
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            logs.append(process.stderr.read())
    silent, telling = ([json.loads(line) for line in log.splitlines()] for log in logs)
    assert [line.pop("message") for line in (silent.pop(), telling.pop())] == [STOPPED] * 2
    assert [(line["message"], line["request_id"]) for line in silent] == [("request", "kopi-17")]
    assert {name: silent[0][name] for name in ("level", "method", "route", "status")} == {
        "level": "info",
        "method": "POST",
        "route": "/v1/ask",
        "status": 200,
    }
    assert [line["message"] for line in telling] == ["answered", "request"]
    assert (telling[0]["question"], telling[0]["request_id"]) == (QUESTION, "kopi-17")
    assert not [log for log in logs if key in log or "Traceback" in log]
    assert QUESTION not in logs[0]


def test_a_running_server_answers_from_the_restored_articles(topical: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(topical, tmp_path / "data"))
    whole, less = str(tmp_path / "whole"), str(tmp_path / "less")
    kutip("backup", whole)
    kutip("articles", "delete", "kopi")
    kutip("backup", less)
    with serving_process(copied) as (_, url):

        def found() -> list[str]:
            body = {"query": "kopi banjir"}
            hits = httpx2.post(f"{url}/v1/search", json=body, timeout=PATIENCE_SECONDS).json()["hits"]
            return sorted(hit["article_id"] for hit in hits)

        assert found() == ["banjir"]
        assert kutip("restore", whole, "--force").code == 0
        assert found() == ["banjir", "kopi", "kopi"]
        assert kutip("restore", less, "--force").code == 0
        assert found() == ["banjir"]
