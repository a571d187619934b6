"""Attack a server with slow and large requests, and measure how long honest searches take meanwhile."""

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.data import BUILD
from benchmarks.report import Report
from benchmarks.serving import serving

Address = tuple[str, int]
Attack = Callable[[Address], AbstractContextManager[None]]

MOST_SECONDS = 1.0
_NAME = "slowloris"
_ARTICLES = 20
_SEARCHES = 10
# Without the encoder, whose time says nothing about connections.
_SEARCH = {"query": "panen kopi", "mode": "keyword"}
_SLOW_HEADS = 2000
_UNFINISHED_BODIES = 64
_LARGE_HEAD_SENDERS = 4
_LARGE_HEAD_BYTES = 32 * 2**20

_METHOD = f"""
One process of `kutip serve` with its default settings and {_ARTICLES} invented articles. During each attack,
an honest client sends {_SEARCHES} keyword searches one after the other, each on a new connection. The attacks
are {_SLOW_HEADS:,} connections whose heads never end, {_UNFINISHED_BODIES} questions whose bodies never end,
and {_LARGE_HEAD_SENDERS} clients that send heads of {_LARGE_HEAD_BYTES // 2**20} MiB one after the other. The
last column has the time of a processor that the server used from the last connection of the attack until the
next reply. All run on the same processors as the server. Other work on the machine makes the other columns
longer, but not the last one.
""".strip().replace("\n", " ")
_HEADER = ("attack", "next search, s", "median, s", "slowest, s", "processor of the server, s")


@contextmanager
def slow_heads(address: Address) -> Iterator[None]:
    """Keep connections open whose heads are not finished."""
    with _connected(address, _SLOW_HEADS, b"GET / HTTP/1.1\r\nX: "):
        yield


@contextmanager
def unfinished_bodies(address: Address) -> Iterator[None]:
    """Keep questions open whose bodies are not finished."""
    with _connected(address, _UNFINISHED_BODIES, _post(b'{"question": ', length=100)):
        yield


@contextmanager
def large_heads(address: Address) -> Iterator[None]:
    """Send heads of many mebibytes until the end."""
    is_over = threading.Event()

    def send() -> None:
        part = b"x" * 2**20
        while not is_over.is_set():
            with suppress(OSError), socket.create_connection(address) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nX: ")
                for _ in range(_LARGE_HEAD_BYTES // len(part)):
                    connection.sendall(part)

    senders = [threading.Thread(target=send) for _ in range(_LARGE_HEAD_SENDERS)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        is_over.set()
        for sender in senders:
            sender.join()


@contextmanager
def all_at_once(address: Address) -> Iterator[None]:
    """Run all attacks at the same time."""
    with ExitStack() as stack:
        for attack in (slow_heads, unfinished_bodies, large_heads):
            stack.enter_context(attack(address))
        yield


ATTACKS: Mapping[str, Attack] = {
    "slow heads": slow_heads,
    "unfinished bodies": unfinished_bodies,
    "large heads": large_heads,
    "all at once": all_at_once,
}


@contextmanager
def _connected(address: Address, count: int, sent: bytes) -> Iterator[None]:
    """Open connections and send the same bytes on each; the server may close them meanwhile."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(address))
            with suppress(OSError):
                connection.sendall(sent)
        yield


def _post(body: bytes, *, length: int) -> bytes:
    head = "POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    return f"{head}{length}\r\n\r\n".encode() + body


@dataclass(frozen=True)
class Search:
    """One honest search: its seconds, and those of a processor that the server used since the last one."""

    seconds: float
    processor_seconds: float


def searches(address: Address, count: int, *, processor_seconds: Callable[[], float]) -> list[Search]:
    """Send honest searches one after the other, each on a new connection."""
    found = []
    used = processor_seconds()
    for _ in range(count):
        started = time.perf_counter()
        _check_search(address)
        seconds, before, used = time.perf_counter() - started, used, processor_seconds()
        found.append(Search(seconds, used - before))
    return found


def _check_search(address: Address) -> None:
    with closing(HTTPConnection(*address, timeout=60)) as connection:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/search", body=json.dumps(_SEARCH), headers=headers)
        reply = connection.getresponse()
        content = reply.read()
        assert reply.status == 200, content
        assert json.loads(content)["hits"]


def measure(
    address: Address, *, count: int, processor_seconds: Callable[[], float]
) -> dict[str, list[Search]]:
    """Return honest searches without an attack, and during each one."""
    search = partial(searches, address, count, processor_seconds=processor_seconds)
    measured = {"none": search()}
    for name, attack in ATTACKS.items():
        with attack(address):
            measured[name] = search()
    return measured


def main() -> None:
    """Print and write one table. Exit with 1 if an honest search took too long."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    shutil.rmtree(BUILD / _NAME, ignore_errors=True)
    with serving(_NAME) as (client, process_id):
        articles = {"articles": [*map(_article, range(_ARTICLES))]}
        client.post("/v1/articles", json=articles, timeout=600).raise_for_status()
        url = urlsplit(str(client.base_url))
        address = (url.hostname or "", url.port or 0)
        of_server = partial(_processor_seconds, process_id)
        searches(address, _SEARCHES, processor_seconds=of_server)  # a warm-up
        measured = measure(address, count=_SEARCHES, processor_seconds=of_server)
    report = Report(_NAME, "Slow and large requests", f"python -m benchmarks.{_NAME}", _METHOD)
    report.table(_HEADER, [_row(name, found) for name, found in measured.items()])
    report.write()
    slow = [name for name, found in measured.items() if found[0].seconds > MOST_SECONDS]
    if slow:
        sys.exit(f"The next search took more than {MOST_SECONDS:g} s during: {', '.join(slow)}")


def _processor_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _row(name: str, found: Sequence[Search]) -> tuple[object, ...]:
    seconds = [search.seconds for search in found]
    figures = (seconds[0], statistics.median(seconds), max(seconds), found[0].processor_seconds)
    return name, *(f"{figure:.2f}" for figure in figures)


def _article(number: int) -> dict[str, object]:
    sentence = f"Panen kopi di Lembah Arum naik {number} persen, kata petani nomor {number}."
    return {"id": f"kopi-{number}", "title": "Panen kopi", "text": sentence, "language": "id"}


if __name__ == "__main__":
    main()
