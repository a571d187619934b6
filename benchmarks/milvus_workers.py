"""Two workers change articles in one Milvus corpus and are killed at random, while two replicas search.

At the end no acknowledged change may be lost and no article may be stored twice, and no search may have seen
an incomplete article. Without --uri, the command starts a server of Milvus Lite.
"""

import argparse
import json
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.milvus.generations import ABANDONED_SECONDS
from rag.corpus.milvus.server import MilvusServer
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Article, Filters, Hit
from tests.conftest import article
from tests.corpora import ENCODER, TOPIC_IDENTITY, encoded
from tests.milvus_lite import milvus_lite

_WORKERS = 2
_REPLICAS = 2
_ARTICLES = 6  # articles that only one worker edits, and as many that every worker edits
_LIFETIME_SECONDS = 2.0  # the longest time from a worker's first change until it is killed
_START_SECONDS = 120.0  # the longest time until a process has done its first work

# After this time Milvus has finished the requests of killed workers.
_PENDING_SECONDS = 3.0
_DEPTH = 500

Line = Mapping[str, Any]


@dataclass
class Outcome:
    """The numbers of changes, kills and searches, and the faults found."""

    acknowledged: int = 0
    kills: int = 0
    searches: int = 0
    faults: list[str] = field(default_factory=list)


def main() -> None:
    """Print the outcome. Exit with 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uri", help="address of a Milvus server; default: Milvus Lite")
    parser.add_argument("--seconds", type=float, default=60.0, help="duration of the run")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kutip-milvus-")))
        uri = options.uri or stack.enter_context(milvus_lite(folder / "server"))
        outcome = run(uri, f"workers_{secrets.token_hex(4)}", folder, seconds=options.seconds)
    print(
        f"{outcome.acknowledged} changes acknowledged, {outcome.kills} workers killed, "
        f"{outcome.searches} searches, {len(outcome.faults)} faults"
    )
    print("\n".join(outcome.faults[:20]))
    sys.exit(1 if outcome.faults else 0)


def run(uri: str, prefix: str, folder: Path, *, seconds: float) -> Outcome:
    """Run workers and replicas, kill workers at random, and check the corpus afterwards."""
    outcome = Outcome()
    logs = {role: folder / role for role in _roles()}
    processes = {role: _started(role, uri, prefix, log) for role, log in logs.items()}
    try:
        for log in logs.values():
            _wait_for_more(log, 0)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            role = f"worker-{random.randrange(_WORKERS)}"  # noqa: S311
            time.sleep(random.uniform(0, _LIFETIME_SECONDS))  # noqa: S311
            _kill(processes[role])
            outcome.kills += 1
            size_before = logs[role].stat().st_size
            processes[role] = _started(role, uri, prefix, logs[role])
            _wait_for_more(logs[role], size_before + 1)
    finally:
        for process in processes.values():
            _kill(process)
    time.sleep(_PENDING_SECONDS)
    logged = {role: list(_lines(log)) for role, log in logs.items()}
    for lines in logged.values():
        outcome.acknowledged += sum("done" in line for line in lines)
        outcome.searches += sum("found" in line for line in lines)
        outcome.faults += [line["fault"] for line in lines if "fault" in line]
    with _corpus(uri, prefix, abandoned_after_seconds=0.0) as corpus:
        corpus.optimize()
        outcome.faults += [fault for lines in logged.values() for fault in _lost(corpus, lines)]
        outcome.faults += _inconsistencies(corpus)
    return outcome


def _roles() -> list[str]:
    return [
        *(f"worker-{number}" for number in range(_WORKERS)),
        *(f"replica-{number}" for number in range(_REPLICAS)),
    ]


def _started(role: str, uri: str, prefix: str, log: Path) -> "subprocess.Popen[bytes]":
    code = "import sys; from benchmarks.milvus_workers import run_role; run_role(*sys.argv[1:])"
    return subprocess.Popen([sys.executable, "-c", code, role, uri, prefix, str(log)])  # noqa: S603


def _wait_for_more(log: Path, size: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not log.exists() or log.stat().st_size <= size:
        if time.monotonic() > deadline:
            raise AssertionError(f"The process did nothing within {_START_SECONDS:.0f} seconds.")
        time.sleep(0.05)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _corpus(uri: str, prefix: str, *, abandoned_after_seconds: float = ABANDONED_SECONDS) -> MilvusCorpus:
    server = MilvusServer(uri, token=None, timeout_seconds=60)
    return MilvusCorpus(
        server, prefix=prefix, encoder=TOPIC_IDENTITY, abandoned_after_seconds=abandoned_after_seconds
    )


def _lines(log: Path) -> Iterator[Line]:
    """Yield the lines of a process's log, except a line that the kill cut off."""
    if log.exists():
        for line in log.read_text(encoding="utf-8").split("\n")[:-1]:
            with suppress(json.JSONDecodeError):
                yield json.loads(line)


# Functions that run in the workers and replicas


def run_role(role: str, uri: str, prefix: str, log: str) -> None:
    """Change articles or search until killed."""
    with _corpus(uri, prefix) as corpus, Path(log).open("a", encoding="utf-8") as file:
        # The process before may have been killed within a line, so begin a new line.
        if file.tell():
            print(file=file, flush=True)
        act = _work if role.startswith("worker") else _search
        while True:
            act(corpus, role, lambda **line: print(json.dumps(line), file=file, flush=True))


def _work(corpus: MilvusCorpus, role: str, note: Any) -> None:
    """Add a new version of an article, or remove an article that no other worker edits."""
    owner = random.choice([role, "all"])  # noqa: S311
    article_id = f"{owner} {random.randrange(_ARTICLES)}"  # noqa: S311
    if owner != "all" and random.random() < 0.2:  # noqa: S311
        note(tried=article_id, version=None)
        corpus.remove(article_id)
        note(done=article_id, version=None)
        return
    made = _made(article_id)
    note(tried=article_id, version=made.version)
    corpus.add(made, *encoded(made))
    note(done=article_id, version=made.version)


def _made(article_id: str) -> Article:
    """Return a new version. Each paragraph names the version and its number of paragraphs."""
    token, count = secrets.token_hex(4), random.randint(1, 5)  # noqa: S311
    return article(article_id, *(f"Kopi {token} {number} dari {count}." for number in range(count)))


def _search(corpus: MilvusCorpus, role: str, note: Any) -> None:
    """Search for all passages of all articles or of one, and check that each article found is complete."""
    filters = random.choice([NO_FILTERS, Filters(article_id=(f"all {random.randrange(_ARTICLES)}",))])  # noqa: S311
    vector = ENCODER.encode_queries(["kopi"])[0]
    by_vector = corpus.vector_search(vector, depth=_DEPTH, filters=filters)
    by_words = corpus.keyword_search("kopi", language="id", depth=_DEPTH, filters=filters).passages
    for source, passages in (("vector", by_vector), ("keyword", by_words)):
        # One request, so that what is edited meanwhile is left out whole.
        for fault in _parts(corpus.hits(passages, source="vector")):
            note(fault=f"{source} search: {fault}")
    note(found=len(by_vector))


def _parts(hits: Sequence[Hit]) -> Iterator[str]:
    """Yield what is wrong with hits that should be whole articles, one version of each."""
    for article_id in {hit.article_id for hit in hits}:
        texts = [hit.text for hit in hits if hit.article_id == article_id]
        tokens = {text.split()[1] for text in texts}
        count = int(texts[0].split()[-1].rstrip("."))
        if len(tokens) > 1 or len(texts) != count or len(set(texts)) != count:
            yield f"{article_id} is found as {sorted(texts)}"


# Afterwards


def _lost(corpus: MilvusCorpus, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the acknowledged changes that are lost."""
    standing: dict[str, set[str | None]] = {}
    for line in lines:
        if "done" in line:
            standing[line["done"]] = {line["version"]}
        elif "tried" in line:  # the change may be done even if the worker was killed before it logged that
            standing.setdefault(line["tried"], {None}).add(line["version"])
    for article_id, versions in standing.items():
        current = corpus.article(article_id)
        if not article_id.startswith("all") and (current and current.version) not in versions:
            yield f"{article_id} is {current}, not one of {versions}"
    for line in lines:
        article_id, version = str(line.get("done")), line.get("version")
        if article_id.startswith("all") and corpus.article(article_id, version=version) is None:
            yield f"version {version} of {article_id} is lost"


def _inconsistencies(corpus: MilvusCorpus) -> Iterator[str]:
    """Yield articles that are stored twice, and passages that are left of removed articles."""
    headers = corpus.articles(NO_FILTERS, limit=1000, cursor=None).articles
    for article_id, count in Counter(header.id for header in headers).items():
        if count > 1:
            yield f"{article_id} is listed {count} times"
    passages = 0
    for header in headers:
        current, stored = corpus.article(header.id), corpus.passages_of(header.id)
        passages += len(stored)
        if current is None or tuple(passage.text for passage, _ in stored) != current.paragraphs:
            yield f"{header.id} is {current}, its passages are {stored}"
    counts = corpus.counts()
    if (counts.articles, counts.passages) != (len(headers), passages):
        yield f"{counts} are stored, {len(headers)} articles with {passages} passages are current"


if __name__ == "__main__":
    main()
