"""Search in 10,000, 100,000 and a million passages: latency, recall, memory, start time, time to add."""

import itertools
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import BUILD, bundled_encoder, folder_argument, questions
from benchmarks.report import Report
from benchmarks.scaled import OUTLETS, scaled_corpus, synthetic_article
from benchmarks.serving import gigabytes, serving
from embeddings.recall import TrueNeighbours
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.datatypes import Filters
from rag.pipeline import Pipeline, Question

SIZES = (10_000, 100_000, 1_000_000)
_SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
_QUESTIONS_OF_A_SET = 75
_WARM_UP = 20
_ADDED_ARTICLES = 9
_METHOD = """
The passages consist of real sentences in new combinations, in fourteen languages (`benchmarks/scaled.py`
describes how). Real questions of the development sets, in seven languages, are asked one after the other in
one process. The times are those of hybrid search, including the encoding of the question. Recall: the share
of the ten nearest passages that the search finds. Filtered: each question is restricted to another one of a
hundred outlets. Adding: the time from `add` to the first search that finds the article, minus the time of a
search; the passages were encoded beforehand. Reopening: the time from the start of a new process to its first
answer.
""".strip().replace("\n", " ")


_HEADER = (
    "passages", "p50 ms", "÷ the size before", "p95 ms", "filtered ÷ unfiltered", "recall@10",
    "adding an article ms", "reopening s", "memory of a server GB", "vectors",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The measurements at one size. Times are in milliseconds."""

    passages: int
    p50: float
    p95: float
    filtered_p50: float
    recall: float
    adding: float
    reopening_seconds: float
    resident_gigabytes: float
    tier: str


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    report = Report("scale", "A million passages", "python -m benchmarks.scale --data FOLDER", _METHOD)
    measured = [measure(folder, size) for size in SIZES]
    before = [None, *measured[:-1]]
    report.table(_HEADER, [_row(*pair) for pair in zip(measured, before, strict=True)])
    sizes = [float(figures.passages) for figures in measured]
    lines = {"p50": (sizes, [f.p50 for f in measured]), "p95": (sizes, [f.p95 for f in measured])}
    report.plot("scale", lines, x="passages", y="hybrid search, ms", log=True)
    report.write()


def measure(folder: Path, size: int) -> Figures:
    """Measure one size. The corpus is built if it does not exist yet."""
    asked = list(_questions(folder))
    with scaled_corpus(folder, size) as corpus:
        tier = corpus.vector_tier()
    reopening = _seconds(lambda: _search_in_a_new_process(size, asked[0]))
    memory = _memory_of_a_server(size, asked)
    with scaled_corpus(folder, size) as corpus:
        pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder())
        plain = _milliseconds(lambda text: pipeline.search(Question(text=text)), asked)
        outlets = itertools.cycle(range(OUTLETS))
        filtered = _milliseconds(
            lambda text: pipeline.search(Question(text=text, filters=_outlet(next(outlets)))), asked
        )
        return Figures(
            passages=size,
            p50=statistics.median(plain),
            p95=statistics.quantiles(plain, n=20)[-1],
            filtered_p50=statistics.median(filtered),
            recall=_recall(corpus, asked, size),
            adding=_adding(folder, corpus, pipeline, asked) - statistics.median(plain),
            reopening_seconds=reopening,
            resident_gigabytes=memory,
            tier=f"{tier.lists_searched} of {tier.lists} lists" if tier.lists else "exact",
        )


def _questions(folder: Path) -> Iterable[str]:
    for name in _SETS:
        texts = [question.text for question in questions(folder, name)]
        yield from texts[:: max(1, len(texts) // _QUESTIONS_OF_A_SET)]


def _outlet(number: int) -> Filters:
    return Filters(outlet=(f"Outlet {number}",))


def _recall(corpus: LocalCorpus, asked: Sequence[str], size: int) -> float:
    true = TrueNeighbours(bundled_encoder().encode_queries(asked))
    with sqlite3.connect(BUILD / f"scaled-{size}" / DATABASE_NAME) as database:
        stored = database.execute("SELECT id, vector FROM passages")
        while rows := stored.fetchmany(20_000):
            vectors = np.frombuffer(b"".join(vector for _, vector in rows), np.float32)
            true.add_vectors(np.array([number for number, _ in rows]), vectors.reshape(len(rows), -1))
    found = [
        [passage.passage_id for passage in corpus.vector_search(vector, depth=100)[:10]]
        for vector in true.queries
    ]
    return true.recall(np.array(found))


def _adding(folder: Path, corpus: LocalCorpus, pipeline: Pipeline, asked: Sequence[str]) -> float:
    """Return the median milliseconds to add an article and search for it. Remove the articles afterwards."""
    taken = []
    for number in range(_ADDED_ARTICLES):
        article, passages, vectors = synthetic_article(folder, 10_000_000 + number)
        started = time.perf_counter()
        corpus.add(article, passages, vectors)
        pipeline.search(Question(text=asked[number]))
        taken.append((time.perf_counter() - started) * 1000)
        assert corpus.vector_search(vectors[0], depth=1)[0].score > 0.999
        corpus.remove(article.id)
    return statistics.median(taken)


def _search_in_a_new_process(size: int, text: str) -> None:
    environment = {**os.environ, "KUTIP_DATA_DIR": str(BUILD / f"scaled-{size}")}
    kutip = str(Path(sys.executable).with_name("kutip"))
    subprocess.run([kutip, "search", text], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _memory_of_a_server(size: int, asked: Sequence[str]) -> float:
    """Return the resident memory of a server, in gigabytes, after a search for each question."""
    with serving(f"scaled-{size}") as (client, process_id):
        for text in asked:
            client.post("/v1/search", json={"query": text}).raise_for_status()
        return gigabytes(process_id, "VmRSS")


def _milliseconds(search: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    for text in asked[:_WARM_UP]:
        search(text)
    return [_seconds(lambda text=text: search(text)) * 1000 for text in asked]  # type: ignore[misc]


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _row(figures: Figures, before: Figures | None) -> list[str]:
    return [
        f"{figures.passages:,}",
        f"{figures.p50:.1f}",
        f"{figures.p50 / before.p50:.2f}" if before else "",
        f"{figures.p95:.1f}",
        f"{figures.filtered_p50 / figures.p50:.2f}",
        f"{figures.recall:.4f}",
        f"{figures.adding:.0f}",
        f"{figures.reopening_seconds:.1f}",
        f"{figures.resident_gigabytes:.2f}",
        figures.tier,
    ]


if __name__ == "__main__":
    main()
