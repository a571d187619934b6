"""`/v1/search` with one client and with sixteen, on one worker and on two."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.data import folder_argument, indonesian_pool, questions
from benchmarks.report import Report
from benchmarks.serving import serving

_CLIENTS = (1, 16)
_WORKERS = (1, 2)
_WARM_UP = 100
_REQUESTS = 800
_ROUNDS = 3
_METHOD = """
Hybrid searches by one and by sixteen clients of `kutip serve --workers N`, over the pooled Indonesian
passages of the development sets. Each client sends another question as soon as the last one is answered. The
clients run on the same processors as the server. No search is refused, however long it waits
(`KUTIP_SEARCH_WAIT_SECONDS=60`). The rows take turns, and each shows the median of three rounds. A worker
uses its share of the processors, so one client of two workers uses one of two processors. Memory is the
proportional set size of all processes of the server at the end.
""".strip().replace("\n", " ")


_HEADER = (
    "workers", "clients", "requests ÷ one client's", "requests ÷ one client's, one worker",
    "p95 ÷ one client's p50", "p95 ÷ one client's p50, one worker", "requests a second", "p50 ms", "p95 ms",
    "memory, GB",
)  # fmt: skip


@dataclass(frozen=True)
class Load:
    """The results of some clients. Times are in milliseconds."""

    requests_a_second: float
    p50: float
    p95: float


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    texts = [question.text for question in questions(folder, "facqa-dev")]
    indonesian_pool(folder).close()
    with ExitStack() as stack:
        servers = {
            count: stack.enter_context(serving("indonesian", workers=count, search_wait_seconds="60"))
            for count in _WORKERS
        }
        for client, _ in servers.values():
            asyncio.run(_ask(client, texts[:_WARM_UP], clients=max(_CLIENTS)))
        rounds = [
            (workers, clients, asyncio.run(_ask(client, texts[:_REQUESTS], clients=clients)))
            for _ in range(_ROUNDS)
            for workers, (client, _) in servers.items()
            for clients in _CLIENTS
        ]
        memory = {workers: _gigabytes(process_id) for workers, (_, process_id) in servers.items()}
    loads = {
        (workers, clients): _median([load for *of, load in rounds if of == [workers, clients]])
        for workers in _WORKERS
        for clients in _CLIENTS
    }
    report = Report(
        "concurrency", "One and sixteen clients", "python -m benchmarks.concurrency --data FOLDER", _METHOD
    )
    report.table(
        _HEADER,
        [
            [workers, clients, *_row(load, (loads[workers, 1], loads[1, 1])), f"{memory[workers]:.2f}"]
            for (workers, clients), load in loads.items()
        ],
    )
    report.bars(
        "concurrency",
        {
            f"{workers} workers, {clients} clients": load.requests_a_second
            for (workers, clients), load in loads.items()
        },
        x="requests a second",
    )
    report.write()


def _row(load: Load, ones: Sequence[Load]) -> list[str]:
    return [
        *(f"{load.requests_a_second / one.requests_a_second:.2f}" for one in ones),
        *(f"{load.p95 / one.p50:.2f}" for one in ones),
        f"{load.requests_a_second:.0f}",
        f"{load.p50:.1f}",
        f"{load.p95:.1f}",
    ]


def _gigabytes(process_id: int) -> float:
    """Return the memory of a server's processes. Shared memory is counted once."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    lines = (
        line
        for process in (process_id, *children)
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    )
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e9


async def _ask(client: httpx.Client, texts: Sequence[str], *, clients: int) -> Load:
    host, port = client.base_url.host, client.base_url.port or 0
    waiting = iter(texts)
    taken: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_client(host, port, waiting, taken) for _ in range(clients)))
    seconds = time.perf_counter() - started
    return Load(
        requests_a_second=len(texts) / seconds,
        p50=statistics.median(taken),
        p95=statistics.quantiles(taken, n=20)[-1],
    )


async def _client(host: str, port: int, waiting: Iterator[str], taken: list[float]) -> None:
    """Send requests over one connection until no question is left.

    Client libraries would take more time than Kutip.
    """
    reader, writer = await asyncio.open_connection(host, port)
    for text in waiting:
        body = json.dumps({"query": text}).encode()
        head = f"POST /v1/search HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        started = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        reply = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert reply.startswith(b"http/1.1 200"), reply
        length = int(reply.split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append((time.perf_counter() - started) * 1000)
    writer.close()


def _median(loads: Sequence[Load]) -> Load:
    return sorted(loads, key=lambda load: load.requests_a_second)[len(loads) // 2]


if __name__ == "__main__":
    main()
