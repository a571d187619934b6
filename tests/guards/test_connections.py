"""Slow and large requests, over real connections: nobody else waits for them."""

import json
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.guards import body_reading
from api.guards.connections import BoundedProtocol, maximum_connections
from api.workers import server_config
from rag.settings import load_settings
from tests.test_api import COFFEE, as_article, running_service

PLACES = 2


@contextmanager
def serving(
    folder: Path, *, copies: int = 1, places: int = PLACES, **limits: float
) -> Iterator[tuple[str, int]]:
    """Run a service with the server's own configuration; give its address."""
    with running_service(folder) as service:
        list(service.ingestion.ingest(as_article({**COFFEE, "id": f"kopi-{n}"}) for n in range(copies)))
        settings = load_settings(data_dir=folder, max_concurrent=places)
        config = server_config(create_app(replace(service, settings=settings)), settings)
        config.http = type("Protocol", (BoundedProtocol,), limits)
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # the system keeps little of a reply
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.005)
            yield listener.getsockname()[:2]
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


@contextmanager
def connected(
    address: tuple[str, int], count: int, sent: bytes, *, buffer: int = 0
) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.socket()) for _ in range(count)]
        for connection in connections:
            if buffer:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            connection.connect(address)
            with suppress(ConnectionResetError, BrokenPipeError):  # closed in favour of a later one
                connection.sendall(sent)
        yield connections


def is_answered(address: tuple[str, int]) -> bool:
    host, port = address
    reply = httpx2.post(f"http://{host}:{port}/v1/search", json={"query": "kopi"}, timeout=60)
    return reply.status_code == 200 and bool(reply.json()["hits"])


def received(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


HEAD = (
    b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n"
)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /v1/articles?" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 40_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000,  # and no end
    ],
    ids=["header", "address", "headers", "unfinished"],
)
def test_a_head_of_more_than_64_kib_is_refused(tmp_path: Path, head: bytes) -> None:
    with serving(tmp_path) as address, connected(address, 1, b"") as (connection,):
        try:
            connection.sendall(head)
        except (BrokenPipeError, ConnectionResetError):
            return  # refused before all was sent
        assert received(connection).startswith(b"HTTP/1.1 431 ")
        assert is_answered(address)


def test_a_head_of_32_mib_is_not_read(tmp_path: Path) -> None:
    with serving(tmp_path) as address, connected(address, 1, b"GET / HTTP/1.1\r\nX: ") as (connection,):
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            connection.sendall(b"x" * 32 * 2**20)
        assert is_answered(address)


def test_a_head_of_60_kib_is_read(tmp_path: Path) -> None:
    with serving(tmp_path) as (host, port):
        reply = httpx2.get(f"http://{host}:{port}/v1/articles", headers={"X": "x" * 60_000})
        assert reply.status_code == 200


def test_an_unfinished_head_is_closed_after_a_while(tmp_path: Path) -> None:
    with serving(tmp_path, head_seconds=0.2) as address, ExitStack() as stack:
        for sent in (
            b"",
            b"GET / HTTP/1.1\r\nHost: 127",
            b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET / HT",
        ):
            (connection,) = stack.enter_context(connected(address, 1, sent))
            assert received(connection).count(b"HTTP/1.1") == sent.count(b"\r\n\r\n")
        assert is_answered(address)


def test_two_thousand_slow_clients_keep_nobody_out(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with (
            serving(tmp_path, maximum_connections=500) as address,
            connected(address, 2000, b"GET / HTTP/1.1\r\nX: ") as connections,
        ):
            assert is_answered(address)
            assert not received(connections[0])  # closed in favour of a later one
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_sixty_four_unfinished_bodies_take_no_place(tmp_path: Path) -> None:
    with serving(tmp_path) as address, connected(address, 64, HEAD + b'{"question": '):
        assert is_answered(address)


def test_more_unfinished_bodies_than_connections_keep_nobody_out(tmp_path: Path) -> None:
    with (
        serving(tmp_path, maximum_connections=50) as address,
        connected(address, 60, HEAD + b'{"question": ') as connections,
    ):
        assert is_answered(address)
        assert not received(connections[0])  # closed in favour of a later one


LARGE_STREAM = json.dumps(
    {"question": "Berapa ton panen kopi?", "mode": "extractive", "top_k": 100, "stream": True}
).encode()
ASK_FOR_LARGE_STREAM = HEAD.replace(b"100", str(len(LARGE_STREAM)).encode()) + LARGE_STREAM
ASK_FOR_LARGE_REPLY = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_streams_that_nobody_reads_give_their_places_back(tmp_path: Path) -> None:
    with (
        serving(tmp_path, copies=100, read_seconds=0.3) as address,
        connected(address, PLACES, ASK_FOR_LARGE_STREAM, buffer=1) as connections,
    ):
        for connection in connections:
            assert connection.recv(100, socket.MSG_PEEK)
        time.sleep(0.5)
        assert is_answered(address)


def test_a_reply_that_nobody_reads_is_given_up(tmp_path: Path) -> None:
    with (
        serving(tmp_path, read_seconds=0.3) as address,
        connected(address, 1, ASK_FOR_LARGE_REPLY, buffer=1) as (connection,),
    ):
        assert connection.recv(100, socket.MSG_PEEK)
        time.sleep(0.5)
        assert is_answered(address)
        assert len(received(connection)) < 1_000_000


def test_a_reply_that_is_read_slowly_arrives(tmp_path: Path) -> None:
    with (
        serving(tmp_path, read_seconds=0.2, minimum_read_bytes=1000) as address,
        connected(address, 1, ASK_FOR_LARGE_REPLY, buffer=50_000) as (connection,),
    ):
        count = 0
        while count < 1_000_000:
            part = connection.recv(30_000)
            assert part
            count += len(part)
            time.sleep(0.02)


def test_more_unread_replies_than_connections_keep_nobody_out(tmp_path: Path) -> None:
    with (
        serving(tmp_path, maximum_connections=10, places=100) as address,
        connected(
            address, 14, ASK_FOR_LARGE_REPLY.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), buffer=1
        ),
    ):
        assert is_answered(address)


@pytest.mark.parametrize(
    "part",
    [b"0\r\nX: " + b"x" * 2**20, b"1;" + b"x" * 2**20, b"0\r\n" + b"X: y\r\n" * 200_000],
    ids=["trailer", "chunk extension", "trailers"],
)
def test_nothing_beside_the_body_is_read_without_end(tmp_path: Path, part: bytes) -> None:
    head = HEAD.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
    with serving(tmp_path) as address, connected(address, 1, head + b"1\r\n{\r\n") as (connection,):
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(part)
        assert b" 408 " not in received(connection)  # which is the reply after ten seconds
        assert is_answered(address)


def test_an_unfinished_body_is_refused_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reading, "_SECONDS_BETWEEN_PARTS", 0.2)
    with serving(tmp_path) as address, connected(address, 1, HEAD + b'{"question": ') as (connection,):
        reply = received(connection)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b"POST /v1/ask: The body did not arrive in time: send the request again." in reply


def test_bodies_that_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reading, "_MAXIMUM_TOGETHER", 1000)
    body = HEAD.replace(b"100", b"900") + b"x" * 800
    with serving(tmp_path) as address, connected(address, 1, body), connected(address, 1, body) as (second,):
        reply = received(second)
    assert reply.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after" in reply.lower()


def test_connections_leave_descriptors_for_everything_else() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 0 < maximum_connections() < soft


def test_few_descriptors_cause_a_warning() -> None:
    program = (
        "import logging, resource\n"
        "from api.guards.connections import raise_descriptor_limit\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))\n"
        "logging.basicConfig()\n"
        "raise_descriptor_limit()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "may open only 256 files and connections" in done.stderr
    assert "LimitNOFILE" in done.stderr
