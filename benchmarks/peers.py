"""Compare search with FAISS, SQLite FTS5, txtai, Haystack and LangChain on the same passages and vectors."""

import json
import math
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.data import (
    BUILD,
    EvaluationQuestion,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    questions,
)
from benchmarks.report import Report
from benchmarks.retrieval import SETS
from embeddings.weights import FloatArray
from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import ArticleHeader
from rag.search.retrieval import Query, hybrid_search

# The names in benchmarks/peers_worker.py, and their descriptions.
PEERS = {
    "faiss_and_a_dict": "FAISS and a dict, vectors alone",
    "sqlite_fts5": "SQLite FTS5, words alone",
    "txtai": "txtai, hybrid",
    "txtai_exact": "txtai, hybrid, flat FAISS",
    "haystack": "Haystack in memory, hybrid",
    "langchain": "LangChain, FAISS and BM25",
}
_HERE = Path(__file__).resolve().parent
_REQUIREMENTS = _HERE / "peers-requirements.txt"
_CONSTRAINTS = _HERE.parent / "constraints.txt"
_FOLDER = BUILD / "peers"
_TOP_K = 10
_WARM_UP = 20
_QUESTIONS_A_TURN = 50
_PAGE_OF_ARTICLES = 500
_METHOD = """
All Indonesian passages are in one index. Each system gets the same texts (title and passage) and the same
vectors, and returns the first ten hits with their texts, one question after the other. The questions are
encoded beforehand, so no time includes encoding. Kutip's time is that of `hybrid_search`: vector and keyword
search, fusion, combining near-copies, and reading the hits from the database on disk. The other libraries
keep everything in memory. Each library runs in its own process with its default settings and ten hits of each
search method. Kutip and the library take turns of fifty questions, because the speed of machines changes.
Ratios refer to Kutip's time in the same run. Passages of one paragraph count once.
""".strip().replace("\n", " ")

Place = tuple[str, int]  # an article's id and a paragraph's number
Ask = Callable[[int, int], "_Run"]  # the questions from the first number to before the second


@dataclass(frozen=True)
class _Passage:
    """A passage to index: the text that the encoder read, and its vector."""

    place: Place
    text: str
    vector: FloatArray


@dataclass(frozen=True)
class _Asked:
    """A question with its set and its vector."""

    set_name: str
    question: EvaluationQuestion
    vector: FloatArray


@dataclass
class _Run:
    """The hits of one system for each question, best first, and the time of each search."""

    found: list[list[Place]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def add(self, other: "_Run") -> None:
        """Append the results of more questions."""
        self.found += other.found
        self.milliseconds += other.milliseconds

    @property
    def p50(self) -> float:
        """The median time in milliseconds."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """The 95th percentile of the time in milliseconds."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]


class _KnownVectors:
    """An encoder that looks up the vectors of questions encoded beforehand."""

    def __init__(self, asked: Sequence[_Asked]) -> None:
        encoder = bundled_encoder()
        self.name, self.dimension, self.max_tokens = encoder.name, encoder.dimension, encoder.max_tokens
        self.count_tokens, self.encode_passages = encoder.count_tokens, encoder.encode_passages
        self._vectors = {each.question.text: each.vector for each in asked}

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension)."""
        return np.stack([self._vectors[text] for text in texts])


def main() -> None:
    """Print and write the tables."""
    folder = folder_argument(__doc__)
    python = _environment()
    versions = ", ".join(re.findall(r"^[\w-]+==[\w.]+", _REQUIREMENTS.read_text(), re.M))
    with indonesian_pool(folder) as corpus:
        passages, asked = list(_passages(corpus)), list(_asked(folder))
        _write(passages, asked)
        compared = {peer: _compared(python, peer, corpus, passages, asked) for peer in PEERS}
    size = f"{len(passages):,} passages, {len(asked):,} questions. {versions}."
    report = Report(
        "peers",
        "Comparison with other libraries",
        "python -m benchmarks.peers --data FOLDER",
        f"{_METHOD} {size}",
    )
    _add_ratios(report, compared, asked)
    _add_figures(report, compared, asked)
    report.write()


def _environment() -> Path:
    """Return the interpreter of the peers' environment, which is rebuilt when its requirements change."""
    folder = _FOLDER / "venv"
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    wanted = _REQUIREMENTS.read_text() + _CONSTRAINTS.read_text()
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)  # noqa: S603
        files = ["--requirement", str(_REQUIREMENTS), "--constraint", str(_CONSTRAINTS)]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *files], check=True)  # noqa: S603
        installed.write_text(wanted)
    return python


def _passages(corpus: Corpus) -> Iterator[_Passage]:
    for header in _headers(corpus):
        for passage, vector in corpus.passages_of(header.id):
            text = f"{header.title}. {passage.text}" if header.title else passage.text
            yield _Passage(place=(header.id, passage.paragraph), text=text, vector=vector)


def _headers(corpus: Corpus) -> Iterator[ArticleHeader]:
    page = corpus.articles(NO_FILTERS, limit=_PAGE_OF_ARTICLES, cursor=None)
    yield from page.articles
    while page.next_cursor is not None:
        page = corpus.articles(NO_FILTERS, limit=_PAGE_OF_ARTICLES, cursor=page.next_cursor)
        yield from page.articles


def _asked(folder: Path) -> Iterator[_Asked]:
    for name in SETS:
        of_set = [question for question in questions(folder, name) if question.language == "id"]
        vectors = bundled_encoder().encode_queries([question.text for question in of_set])
        for question, vector in zip(of_set, vectors, strict=True):
            yield _Asked(name, question, vector)


def _write(passages: Sequence[_Passage], asked: Sequence[_Asked]) -> None:
    """Write the files that every peer reads."""
    np.save(_FOLDER / "passages.npy", np.stack([passage.vector for passage in passages]))
    np.save(_FOLDER / "questions.npy", np.stack([each.vector for each in asked]))
    texts = {
        "passages": [passage.text for passage in passages],
        "questions": [each.question.text for each in asked],
    }
    for name, lines in texts.items():
        (_FOLDER / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))


def _compared(
    python: Path, peer: str, corpus: Corpus, passages: Sequence[_Passage], asked: Sequence[_Asked]
) -> tuple[_Run, _Run]:
    """Return the results of Kutip and of a peer, which take turns."""
    print(f"{PEERS[peer]} …", file=sys.stderr)
    ask_kutip = _kutip(corpus, asked)
    kutip, other = _Run(), _Run()
    with _running(python, peer, passages) as ask_peer:
        for ask in (ask_kutip, ask_peer):
            ask(0, _WARM_UP)
        for first in range(0, len(asked), _QUESTIONS_A_TURN):
            stop = min(first + _QUESTIONS_A_TURN, len(asked))
            kutip.add(ask_kutip(first, stop))
            other.add(ask_peer(first, stop))
    return kutip, other


def _kutip(corpus: Corpus, asked: Sequence[_Asked]) -> Ask:
    encoder = _KnownVectors(asked)

    def ask(first: int, stop: int) -> _Run:
        run = _Run()
        for each in asked[first:stop]:
            query = Query(text=each.question.text, language="id", filters=NO_FILTERS, top_k=_TOP_K)
            started = time.perf_counter()
            hits = hybrid_search(corpus, encoder, query).hits
            run.milliseconds.append((time.perf_counter() - started) * 1000)
            run.found.append([(hit.article_id, hit.paragraph) for hit in hits])
        return run

    return ask


@contextmanager
def _running(python: Path, peer: str, passages: Sequence[_Passage]) -> Iterator[Ask]:
    """Run a peer in its environment, and give a function that sends it questions."""
    quiet = {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1", "LANGSMITH_TRACING": "false"}
    # -P keeps the script's folder off the path, since libraries may have modules with the same names.
    command = [str(python), "-P", str(_HERE / "peers_worker.py"), peer, str(_FOLDER)]
    with subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **quiet, "PYTHONPATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to_peer, from_peer = process.stdin, process.stdout

        def ask(first: int, stop: int) -> _Run:
            print(first, stop, file=to_peer, flush=True)
            line = from_peer.readline()
            if not line:
                sys.exit(f"{peer} ended before it replied. Its error message is above.")
            reply = json.loads(line)
            found = [[passages[number].place for number in numbers] for numbers in reply["found"]]
            return _Run(found, reply["milliseconds"])

        yield ask


def _add_ratios(report: Report, compared: Mapping[str, tuple[_Run, _Run]], asked: Sequence[_Asked]) -> None:
    """Add each peer's time and R@1 as multiples of Kutip's, and the best peer's on each set."""
    times = {PEERS[peer]: run.p50 / kutip.p50 for peer, (kutip, run) in compared.items()}
    recalls = {
        PEERS[peer]: _divided(_recalls(run, asked), _recalls(kutip, asked))
        for peer, (kutip, run) in compared.items()
    }
    rows = [(peer, times[peer], *recalls[peer]) for peer in times]
    best = (min(times.values()), *(max(of_set) for of_set in zip(*recalls.values(), strict=True)))
    report.table(
        ["divided by Kutip's", "p50", *(f"R@1, {name}" for name in SETS)],
        [[name, *(f"{value:.2f}" for value in values)] for name, *values in [*rows, ("best peer", *best)]],
    )
    report.bars("peers", times, x="median time of a search ÷ Kutip's")


def _add_figures(report: Report, compared: Mapping[str, tuple[_Run, _Run]], asked: Sequence[_Asked]) -> None:
    """Add the times and, for each set, R@1 and MRR@10."""
    own = [kutip for kutip, _ in compared.values()]
    kutip = _Run(own[0].found, [each for run in own for each in run.milliseconds])
    counts = [sum(each.set_name == name for each in asked) for name in SETS]
    sets = [f"{name} ({count:,})" for name, count in zip(SETS, counts, strict=True)]
    runs = {"Kutip, hybrid": kutip, **{PEERS[peer]: run for peer, (_, run) in compared.items()}}
    report.table(
        ["R@1 / MRR@10", "p50 ms", "p95 ms", *sets],
        [[name, f"{run.p50:.2f}", f"{run.p95:.2f}", *_quality(run, asked)] for name, run in runs.items()],
    )


def _quality(run: _Run, asked: Sequence[_Asked]) -> list[str]:
    """Return R@1 and MRR@10 of each set."""
    reciprocals = [statistics.mean(1 / rank for rank in ranks) for ranks in _ranks(run, asked)]
    pairs = zip(_recalls(run, asked), reciprocals, strict=True)
    return [f"{recall:.3f} / {reciprocal:.3f}" for recall, reciprocal in pairs]


def _recalls(run: _Run, asked: Sequence[_Asked]) -> list[float]:
    """Return R@1 of each set."""
    return [statistics.mean(rank == 1 for rank in ranks) for ranks in _ranks(run, asked)]


def _ranks(run: _Run, asked: Sequence[_Asked]) -> list[list[float]]:
    """Return, set by set, the rank of each question's first gold paragraph."""
    ranks: dict[str, list[float]] = {name: [] for name in SETS}
    for each, places in zip(asked, run.found, strict=True):
        ranks[each.set_name].append(_rank(places, each.question))
    return list(ranks.values())


def _rank(places: Sequence[Place], question: EvaluationQuestion) -> float:
    paragraphs = enumerate(dict.fromkeys(places), start=1)
    return next((rank for rank, place in paragraphs if place in question.gold), math.inf)


def _divided(values: Sequence[float], by: Sequence[float]) -> list[float]:
    return [value / divisor for value, divisor in zip(values, by, strict=True)]


if __name__ == "__main__":
    main()
