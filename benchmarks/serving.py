"""A warm `kutip serve`: its peak memory with 10,000 passages, and the time of `/v1/search`."""

import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.data import (
    INDONESIAN_SETS,
    articles,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    open_corpus,
    questions,
)
from benchmarks.report import Report
from rag.datatypes import Article

_PASSAGES = 10_000
_WARM_UP = 20
_QUERIES = 200
_QUESTIONS = 220
_METHOD = """
One `kutip serve` and one client, which sends 200 questions of facqa-dev one after the other, after a warm-up,
over the pooled Indonesian passages of the development sets. Memory: the peak of a server with more passages
in six languages after 220 searches and 220 verbatim answers.
""".strip().replace("\n", " ")


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    asked = [
        question.text for question in itertools.islice(questions(folder, "facqa-dev"), _WARM_UP + _QUERIES)
    ]
    indonesian_pool(folder).close()
    total, server, encoding = _latency(asked)
    passages, memory = _memory(folder, asked)
    report = Report("serving", "A warm server", "python -m benchmarks.serving --data FOLDER", _METHOD)
    report.table(
        ["", "÷ encoding", "p50"],
        [
            ["encoding the query", "1.00", f"{encoding:.2f} ms"],
            ["hybrid search, encoding included", f"{server / encoding:.2f}", f"{server:.2f} ms"],
            ["`POST /v1/search`, measured by the client", f"{total / encoding:.2f}", f"{total:.2f} ms"],
            [f"peak memory with {passages:,} passages", "", f"{memory:.2f} GB"],
        ],
    )
    parts = {"encoding": encoding, "search": server - encoding, "HTTP": total - server}
    report.bars("serving", parts, x="ms of a search, p50")
    report.write()


def _latency(asked: list[str]) -> tuple[float, float, float]:
    """Return the median milliseconds of a request, of its search, and of the search's encoding."""
    totals, searches, encodings = [], [], []
    with serving("indonesian") as (client, _):
        for number, text in enumerate(asked):
            started = time.perf_counter()
            reply = client.post("/v1/search", json={"query": text}).raise_for_status().json()
            if number >= _WARM_UP:
                totals.append((time.perf_counter() - started) * 1000)
                searches.append(sum(reply["timings_ms"].values()))
                encodings.append(reply["timings_ms"]["encode"])
    return statistics.median(totals), statistics.median(searches), statistics.median(encodings)


def _memory(folder: Path, asked: list[str]) -> tuple[int, float]:
    """Return the number of passages, and the peak memory of a server in gigabytes."""
    with open_corpus("ten-thousand", lambda: _ten_thousand(folder), encoder=bundled_encoder()) as corpus:
        passages = corpus.counts().passages
    with serving("ten-thousand") as (client, process_id):
        for text in asked:
            client.post("/v1/search", json={"query": text}).raise_for_status()
        for text in asked[:_QUESTIONS]:
            client.post("/v1/ask", json={"question": text}).raise_for_status()
        return passages, gigabytes(process_id, "VmHWM")


def _ten_thousand(folder: Path) -> Iterator[Article]:
    yield from articles(folder, INDONESIAN_SETS, language="id")
    for language in ("en", "ms", "es", "fr", "vi"):
        yield from articles(folder, ["ntrex-dev"], language=language)


@contextmanager
def serving(name: str, *, workers: int = 1, **settings: str) -> Iterator[tuple[httpx.Client, int]]:
    """Run the server on a corpus in build/, and give a client and the server's process id."""
    environment = {**os.environ, "KUTIP_DATA_DIR": f"build/benchmarks/{name}"}
    environment |= {f"KUTIP_{setting.upper()}": value for setting, value in settings.items()}
    # Nobody reads the server's log from the pipe, and the server would wait if the pipe were full.
    environment["KUTIP_LOG_LEVEL"] = "warning"
    kutip = [sys.executable, "-c", "from api.commands import main; main()"]
    command = [*kutip, "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        line = next(line for line in process.stderr if "listens on" in line)
        address = line.split("listens on ")[1].split()[0]
        try:
            with httpx.Client(base_url=address, timeout=60) as client:
                while client.get("/metrics").text.count("\nprocess_open_fds") < workers:
                    time.sleep(0.2)
                yield client, process.pid
        finally:
            process.terminate()


def gigabytes(process_id: int, what: str) -> float:
    """Return the memory of a process in gigabytes: `VmRSS` is the current size, `VmHWM` the peak."""
    status = Path(f"/proc/{process_id}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) * 1024 / 1e9


if __name__ == "__main__":
    main()
