"""`/v1/search` asked by one client and by sixteen at once: requests a second, and how long each waits."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.data import folder_argument, indonesian_pool, questions
from benchmarks.report import Report
from benchmarks.serving import serving

_CLIENTS = 16
_WARM_UP = 100
_REQUESTS = 800
_ROUNDS = 3
_METHOD = """
One `kutip serve` with the pooled Indonesian passages of the development sets, hybrid search, another question
each time; the clients run beside it on the same processors, each asking again as soon as it is answered. One
client and sixteen take turns; the median of three rounds.
""".strip().replace("\n", " ")


_HEADER = (
    "clients", "requests ÷ one client's", "p95 ÷ one client's p50", "requests a second", "p50 ms", "p95 ms",
)  # fmt: skip


@dataclass(frozen=True)
class Load:
    """What some clients saw; seconds and milliseconds."""

    clients: int
    requests_a_second: float
    p50: float
    p95: float


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    texts = [question.text for question in questions(folder, "facqa-dev")]
    indonesian_pool(folder).close()
    with serving("indonesian") as (client, _):
        address = urlsplit(str(client.base_url))
        asyncio.run(_ask(address.hostname or "", address.port or 0, texts[:_WARM_UP], clients=_CLIENTS))
        rounds = [
            asyncio.run(_ask(address.hostname or "", address.port or 0, texts[:_REQUESTS], clients=clients))
            for _ in range(_ROUNDS)
            for clients in (1, _CLIENTS)
        ]
    one, many = (_median([load for load in rounds if load.clients == clients]) for clients in (1, _CLIENTS))
    command = "python -m benchmarks.concurrency --data FOLDER"
    report = Report("concurrency", "Sixteen clients", command, _METHOD)
    report.table(_HEADER, [_row(load, one) for load in (one, many)])
    report.bars(
        "concurrency",
        {f"{load.clients} clients": load.requests_a_second for load in (one, many)},
        x="requests a second",
    )
    report.write()


def _row(load: Load, one: Load) -> list[str]:
    return [
        f"{load.clients}",
        f"{load.requests_a_second / one.requests_a_second:.2f}",
        f"{load.p95 / one.p50:.2f}",
        f"{load.requests_a_second:.0f}",
        f"{load.p50:.1f}",
        f"{load.p95:.1f}",
    ]


async def _ask(host: str, port: int, texts: Sequence[str], *, clients: int) -> Load:
    waiting = iter(texts)
    taken: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_client(host, port, waiting, taken) for _ in range(clients)))
    seconds = time.perf_counter() - started
    return Load(
        clients=clients,
        requests_a_second=len(texts) / seconds,
        p50=statistics.median(taken),
        p95=statistics.quantiles(taken, n=20)[-1],
    )


async def _client(host: str, port: int, waiting: Iterator[str], taken: list[float]) -> None:
    """Ask over one connection until no question is left; client libraries cost more than Kutip does."""
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
