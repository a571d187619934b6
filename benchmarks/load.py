"""Load test: 64 clients search, ask and write for a minute. Measures times, refusals, losses and memory."""

import asyncio
import itertools
import random
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.clients import Connection, ProcessUsage, Reply, watch
from benchmarks.data import BUILD, folder_argument, indonesian_pool, questions
from benchmarks.report import Report
from benchmarks.serving import serving

CLIENTS = 64
WARM_UP_SECONDS = 15.0
SECONDS = 60.0
_SINGLE = 200
# The kinds of requests, per hundred.
_MIX = {"search": 50, "ask": 30, "write": 20}
_METHOD = """
One process of `kutip serve` with its default settings, without a language model, over the pooled Indonesian
passages of the development sets. 64 clients, each on its own connection, send the next request as soon as the
last is answered. Half of the requests are hybrid searches. Three in ten are questions, and every second of
these is streamed. Two in ten add an article, and every third of these edits an article of the same client. A
client that gets status 503 waits for as long as `Retry-After` says. The figures are from 60 s after a warm-up
of 15 s. The clients run on the same processors as the server. Afterwards every acknowledged article is read,
and searched for by a word that only its last version contains. The searches of a single client are timed
before and after.
""".strip().replace("\n", " ")


@dataclass
class ClientResults:
    """The results of the clients since a moment: times and statuses by kind of request, words of articles."""

    since: float
    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _MIX})
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)

    def record(self, kind: str, reply: Reply) -> None:
        """Record a reply."""
        self.statuses[kind, reply.status] += 1
        if reply.status == 200:
            self.seconds[kind].append(reply.seconds)

    def count(self, kind: str, status: int) -> int:
        """Return the number of requests of a kind that ended with a status."""
        return self.statuses[kind, status]

    @property
    def unexpected(self) -> dict[tuple[str, int], int]:
        """The replies with a status other than 200 and 503."""
        return {key: count for key, count in self.statuses.items() if key[1] not in (200, 503)}


class Client:
    """One client. It chooses its requests at random, with the same seed in every run."""

    def __init__(self, number: int, texts: Sequence[str]) -> None:
        self._name = f"muatan-{number}"
        self._chance = random.Random(number)  # noqa: S311 – a script, not a secret
        self._texts = texts
        self._written: list[str] = []
        self._numbers = itertools.count()

    async def run(self, url: str, results: ClientResults, *, until: float) -> None:
        """Send requests until a time of the monotonic clock."""
        connection = await Connection.open(url)
        while time.monotonic() < until:
            is_seen = time.monotonic() >= results.since
            (kind,) = self._chance.choices([*_MIX], weights=[*_MIX.values()])
            reply = await self._send(kind, connection, results)
            if is_seen:
                results.record(kind, reply)
            if reply.status == 503:
                await connection.wait(reply)
        connection.close()

    async def _send(self, kind: str, connection: Connection, results: ClientResults) -> Reply:
        text = self._chance.choice(self._texts)
        if kind == "search":
            return await connection.request("POST", "/v1/search", {"query": text})
        if kind == "ask":
            body = {"question": text, "stream": self._chance.random() < 0.5}
            return await connection.request("POST", "/v1/ask", body)
        return await self._write(text, connection, results)

    async def _write(self, text: str, connection: Connection, results: ClientResults) -> Reply:
        number = next(self._numbers)
        is_edit = self._written and self._chance.random() < 1 / 3
        article_id = self._chance.choice(self._written) if is_edit else f"{self._name}-{number}"
        word = f"kode{self._name.replace('-', '')}x{number}"
        body = {"id": article_id, "title": "Muatan", "text": f"{text} {word}.", "language": "id"}
        reply = await connection.request("POST", "/v1/articles", body)
        if reply.status == 200:
            assert reply.json()["articles"][0]["status"] in ("created", "updated"), reply.body
            results.words[article_id] = word
            if not is_edit:
                self._written.append(article_id)
        return reply


async def load(
    url: str, texts: Sequence[str], *, clients: int, warm_up: float, seconds: float
) -> ClientResults:
    """Let the clients send requests, and return their results after the warm-up."""
    results = ClientResults(since=time.monotonic() + warm_up)
    team = [Client(number, texts) for number in range(clients)]
    await asyncio.gather(*(client.run(url, results, until=results.since + seconds) for client in team))
    return results


async def lost_articles(url: str, words: dict[str, str]) -> list[str]:
    """Return the articles that are missing, or not found by the word of their last version."""
    connection = await Connection.open(url)
    missing = []
    for article_id, word in words.items():
        read = await connection.request("GET", f"/v1/articles/{article_id}")
        body = {"query": word, "mode": "keyword", "top_k": 1}
        found = (await connection.request("POST", "/v1/search", body)).json()["hits"]
        is_there = read.status == 200 and word in read.json()["text"]
        if not is_there or [hit["article_id"] for hit in found] != [article_id]:
            missing.append(article_id)
    connection.close()
    return missing


async def single_client_times(url: str, texts: Sequence[str]) -> list[float]:
    """Return the seconds that each search of a single client takes."""
    connection = await Connection.open(url)
    replies = [await connection.request("POST", "/v1/search", {"query": text}) for text in texts]
    connection.close()
    assert {reply.status for reply in replies} == {200}
    return [reply.seconds for reply in replies]


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    texts = [question.text for question in questions(folder, "facqa-dev")]
    indonesian_pool(folder).close()
    shutil.rmtree(BUILD / "load", ignore_errors=True)
    shutil.copytree(BUILD / "indonesian", BUILD / "load")
    with serving("load") as (client, process_id):
        asyncio.run(_measure(str(client.base_url), process_id, texts))


async def _measure(url: str, process_id: int, texts: Sequence[str]) -> None:
    await single_client_times(url, texts[:_SINGLE])
    before = await single_client_times(url, texts[:_SINGLE])
    watching = asyncio.ensure_future(watch(process_id))
    results = await load(url, texts, clients=CLIENTS, warm_up=WARM_UP_SECONDS, seconds=SECONDS)
    watching.cancel()
    usage = await watching
    after = await single_client_times(url, texts[:_SINGLE])
    missing = await lost_articles(url, results.words)
    _report(results, usage, statistics.median(before + after), missing)


def _report(
    results: ClientResults, usage: Sequence[ProcessUsage], single: float, missing: Sequence[str]
) -> None:
    report = Report("load", "Load test with 64 clients", "python -m benchmarks.load --data FOLDER", _METHOD)
    header = (
        "",
        "answered",
        "refused with 503",
        "other 4xx, 5xx",
        "p50 ms",
        "p95 ms",
        "p95 ÷ one client's p50",
    )
    report.table(header, [_row(kind, results, single) for kind in _MIX])
    memory = [moment.memory_bytes for moment in usage if moment.seconds - usage[0].seconds >= WARM_UP_SECONDS]
    first, last = (statistics.median(part) for part in (memory[:10], memory[-10:]))
    report.table(
        ("", ""),
        [
            ("one client's search, p50", f"{single * 1000:.1f} ms"),
            ("articles acknowledged", len(results.words)),
            ("acknowledged articles lost", len(missing)),
            ("memory of the last 10 s ÷ first 10 s after the warm-up", f"{last / first:.3f}"),
            ("memory at the end", f"{last / 1e9:.2f} GB"),
        ],
    )
    report.write()
    print(f"lost: {missing[:5]}, unexpected: {results.unexpected}")


def _row(kind: str, results: ClientResults, single: float) -> list[object]:
    other = sum(count for (what, _), count in results.unexpected.items() if what == kind)
    counts = [results.count(kind, 200), results.count(kind, 503), other]
    taken = sorted(results.seconds[kind])
    if not taken:
        return [kind, *counts, "", "", ""]
    p50, p95 = statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]
    return [kind, *counts, f"{p50 * 1000:.0f}", f"{p95 * 1000:.0f}", f"{p95 / single:.1f}"]


if __name__ == "__main__":
    main()
