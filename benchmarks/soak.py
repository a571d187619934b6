"""Soak test: send many requests to `kutip serve`, and measure the resources that its process uses."""

import argparse
import asyncio
import itertools
import random
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.clients import Connection, ProcessUsage, Reply, watch
from benchmarks.data import BUILD, bundled_encoder
from benchmarks.report import Report
from benchmarks.serving import serving
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.ingestion import Ingestion
from rag.reading import Overrides, read_paths

REQUESTS = 50_000
MINUTES = 15.0
CLIENTS = 6
# The first part is the warm-up. The second part is compared with the last one.
_PARTS = 6
_SEEDS = Path("seeds/articles")
_METHOD = """
One `kutip serve` with the sample articles and without a language model. Six clients send requests to every
route: reading, listing, searches in each mode, whole and streamed answers, chats, titles, tools, edits and
deletions of articles, pages, probes, metrics, and requests that are refused. The resources of the process are
read every second. The first sixth of the time is the warm-up. The table compares the medians of the second
and of the last sixth.
""".strip().replace("\n", " ")

_QUESTIONS = (
    "Berapa luas terumbu karang yang pulih?",
    "Kapan banjir di Lembah Arum?",
    "How many buses run?",
    "organisasi AI di Shanghai",
)
_TITLE_PROMPT = "### Task:\nWrite a title.\n<chat_history>\nUSER: Apa kabar?\n</chat_history>"
_TITLE = {"model": "kutip", "messages": [{"role": "user", "content": _TITLE_PROMPT}]}
_ARTICLE = {"id": "{article}", "text": "Terumbu karang {number} pulih.", "language": "id"}
_CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"query": "karang"}},
}

# (method, path, body, share of the requests). Words in braces are replaced with random values.
_MIX: tuple[tuple[str, str, Any, int], ...] = (
    ("GET", "/health/live", None, 10),
    ("GET", "/health/ready", None, 6),
    ("GET", "/", None, 8),
    ("GET", "/page/page.js", None, 8),
    ("GET", "/v1/models", None, 8),
    ("GET", "/v1/articles?limit=5", None, 10),
    ("GET", "/v1/articles/{article}", None, 12),
    ("GET", "/v1/filters", None, 4),
    ("GET", "/metrics", None, 2),
    ("GET", "/v1/nothing", None, 4),
    ("POST", "/v1/ask", {"question": ""}, 4),
    ("POST", "/v1/chat/completions", _TITLE, 4),
    ("POST", "/v1/search", {"query": "{question}", "mode": "keyword"}, 8),
    ("POST", "/v1/search", {"query": "{question}"}, 4),
    ("POST", "/v1/ask", {"question": "{question}"}, 1),
    ("POST", "/v1/ask", {"question": "{question}", "stream": True}, 1),
    ("POST", "/v1/responses", {"model": "kutip", "input": "{question}"}, 1),
    ("POST", "/mcp", _CALL, 1),
    ("POST", "/v1/articles", _ARTICLE, 2),
    ("DELETE", "/v1/articles/{article}", None, 1),
)
_EXPECTED = {200, 204, 404, 422, 503}


class _Client:
    """Sends random requests, the same in every run."""

    def __init__(self, number: int, numbers: "itertools.count[int]", statuses: Counter[int]) -> None:
        self._chance = random.Random(number)  # noqa: S311 – a script, not a secret
        self._numbers = numbers
        self._statuses = statuses

    async def run(self, url: str, *, requests: int, until: float) -> None:
        """Send requests until all clients have sent enough, or until a time of the monotonic clock."""
        connection = await Connection.open(url)
        while next(self._numbers) < requests and time.monotonic() < until:
            reply = await self._send(connection)
            self._statuses[reply.status] += 1
            if reply.status == 503:
                await connection.wait(reply)
        connection.close()

    async def _send(self, connection: Connection) -> Reply:
        ((method, path, body, _),) = self._chance.choices(_MIX, weights=[share for *_, share in _MIX])
        drawn = {
            "{article}": f"rendam-{self._chance.randrange(50)}",
            "{question}": self._chance.choice(_QUESTIONS),
            "{number}": str(self._chance.randrange(1000)),
        }
        return await connection.request(method, _filled(path, drawn), _filled(body, drawn))


def _filled(value: Any, drawn: dict[str, str]) -> Any:
    """Replace the words in braces in a body."""
    if isinstance(value, dict):
        return {name: _filled(item, drawn) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, drawn) for item in value]
    if isinstance(value, str):
        for name, text in drawn.items():
            value = value.replace(name, text)
    return value


async def soak(url: str, *, clients: int, requests: int, seconds: float) -> Counter[int]:
    """Let the clients send requests, and return the number of replies with each status."""
    statuses: Counter[int] = Counter()
    numbers, until = itertools.count(), time.monotonic() + seconds
    team = [_Client(number, numbers, statuses) for number in range(clients)]
    await asyncio.gather(*(client.run(url, requests=requests, until=until) for client in team))
    return statuses


def main() -> None:
    """Print and write one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="longest duration")
    parser.add_argument(
        "--requests", type=int, default=REQUESTS, help="number of requests after which to stop"
    )
    given = parser.parse_args()
    _fill()
    with serving("soak") as (client, process_id):
        asyncio.run(_measure(str(client.base_url), process_id, given.requests, given.minutes * 60))


def _fill() -> None:
    shutil.rmtree(BUILD / "soak", ignore_errors=True)
    encoder = bundled_encoder()
    with LocalCorpus(BUILD / "soak", encoder=EncoderIdentity(encoder.name, encoder.dimension)) as corpus:
        list(
            Ingestion(corpus, encoder, passage_max_tokens=256).ingest(
                read_paths([_SEEDS], overrides=Overrides())
            )
        )


async def _measure(url: str, process_id: int, requests: int, seconds: float) -> None:
    watching = asyncio.ensure_future(watch(process_id))
    started = time.monotonic()
    statuses = await soak(url, clients=CLIENTS, requests=requests, seconds=seconds)
    taken = time.monotonic() - started
    watching.cancel()
    _report(statuses, taken, await watching)


def _report(statuses: Counter[int], taken: float, usage: Sequence[ProcessUsage]) -> None:
    report = Report("soak", "50,000 requests of every kind", "python -m benchmarks.soak", _METHOD)
    report.table(
        ("resource", "second sixth", "last sixth", "ratio"),
        [
            _compared("memory, MB", [moment.memory_bytes / 1e6 for moment in usage]),
            _compared("descriptors", [moment.descriptors for moment in usage]),
            _compared("threads", [moment.threads for moment in usage]),
        ],
    )
    told = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
    total = sum(statuses.values())
    report.table(
        ("", ""),
        [
            ("requests", f"{total:,}"),
            ("seconds", f"{taken:.0f}"),
            ("requests a second", f"{total / taken:.0f}"),
            ("by status", told),
        ],
    )
    since = usage[0].seconds
    minutes = [(moment.seconds - since) / 60 for moment in usage]
    memory = [moment.memory_bytes / 1e6 for moment in usage]
    report.plot("soak", {"memory": (minutes, memory)}, x="minutes", y="MB", log=False)
    report.write()
    unexpected = {status: count for status, count in statuses.items() if status not in _EXPECTED}
    print(f"unexpected: {unexpected}")


def _compared(name: str, values: Sequence[float]) -> list[str]:
    part = len(values) // _PARTS
    before, after = statistics.median(values[part : 2 * part]), statistics.median(values[-part:])
    return [name, f"{before:.0f}", f"{after:.0f}", f"{after / before:.3f}"]


if __name__ == "__main__":
    main()
