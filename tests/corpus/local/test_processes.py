"""Several processes on one data folder: no lock is noticed, no reply is of two states, nothing is waited for.

`python -m tests.corpus.local.test_processes FOLDER SECONDS` runs it for longer and prints what was measured.
"""

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Article, Filters, Hit
from rag.ingestion import Ingestion
from rag.search.retrieval import Query, search
from tests.conftest import TopicEncoder, article
from tests.corpus.local.test_corpus import open_corpus

ROOT = Path(__file__).resolve().parents[3]
ENCODER = TopicEncoder()
MODES = ("hybrid", "vector", "keyword")

Json = dict[str, Any]

# Two versions of one article, of as many passages as hits are asked for; nothing of one stands in the other.
VERSIONS = [
    article("kopi", *(f"Kopi {word} {number}." for number in range(4)), title=f"Kopi {word}")
    for word in ("pagi", "sore")
]


def ingest(corpus: LocalCorpus, *articles: Article) -> list[str]:
    results = Ingestion(corpus, ENCODER, passage_max_tokens=40).ingest(articles)
    return [result.status for result in results]


def edit(folder: Path, *, seconds: float) -> Json:
    """Put one version in place of the other, again and again, and add an article beside it each time."""
    ends, slowest, rounds = time.monotonic() + seconds, 0.0, 0
    with open_corpus(folder) as corpus:
        for rounds in itertools.count(1):
            started = time.monotonic()
            if started > ends:
                break
            ingest(corpus, VERSIONS[rounds % 2], article(f"bus {rounds % 50}", f"Bus ke {rounds}."))
            slowest = max(slowest, time.monotonic() - started)
    return {"edits": rounds, "slowest": slowest}


def ask(folder: Path, *, seconds: float) -> Json:
    """Search in every mode until the time is over, in three threads."""
    with open_corpus(folder) as corpus, ThreadPoolExecutor(3) as threads:
        asked = list(threads.map(lambda mode: _ask(corpus, mode, seconds=seconds), MODES))
    return {"searches": sum(searches for searches, _ in asked), "slowest": max(slow for _, slow in asked)}


def _ask(corpus: LocalCorpus, mode: Any, *, seconds: float) -> tuple[int, float]:
    ends, slowest, searches = time.monotonic() + seconds, 0.0, 0
    query = Query(text="kopi", language="id", filters=NO_FILTERS, top_k=4)
    filtered = Query(text="kopi", language="id", filters=Filters(article_id=("kopi",)), top_k=4)
    while (started := time.monotonic()) < ends:
        check_of_one_version(corpus, search(corpus, ENCODER, query, mode=mode).hits)
        check_of_one_version(corpus, search(corpus, ENCODER, filtered, mode=mode).hits)
        slowest = max(slowest, time.monotonic() - started)
        searches += 2
    return searches, slowest


def check_of_one_version(corpus: LocalCorpus, hits: list[Hit]) -> None:
    """Hold hits to be all the passages of one version, each where it says in that version's text."""
    versions = {hit.article_version for hit in hits}
    assert len(versions) == 1, hits
    source = corpus.article("kopi", version=versions.pop())
    assert source is not None
    assert sorted(hit.text for hit in hits) == sorted(source.paragraphs)
    assert all(source.text[hit.start : hit.end] == hit.text for hit in hits)
    assert all(hit.title == source.title for hit in hits)


ROLES = {"edit": edit, "ask": ask}


@contextmanager
def process(role: str, folder: Path, *, seconds: float) -> Iterator["subprocess.Popen[str]"]:
    """Run a role in a process of its own."""
    code = (
        "import json, sys; from pathlib import Path; from tests.corpus.local.test_processes import ROLES; "
        f"print(json.dumps(ROLES[{role!r}](Path(sys.argv[1]), seconds={seconds})))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            yield run
        finally:
            run.kill()


def at_once(folder: Path, roles: list[str], *, seconds: float) -> list[Json]:
    """Run processes at once; return what each says at its end."""
    with ExitStack() as stack:
        runs = [stack.enter_context(process(role, folder, seconds=seconds)) for role in roles]
        said = []
        for run in runs:
            output, errors = run.communicate()
            assert run.returncode == 0, errors
            said.append(json.loads(output))
        return said


def filled(folder: Path) -> Path:
    with open_corpus(folder) as corpus:
        ingest(corpus, VERSIONS[0], article("banjir", "Banjir merendam rumah."))
    return folder


def test_each_search_finds_one_complete_version_while_two_processes_edit(tmp_path: Path) -> None:
    said = at_once(filled(tmp_path), ["edit", "edit", "ask", "ask"], seconds=2)
    assert all(one["edits"] > 1 for one in said[:2])
    assert all(one["searches"] > 1 for one in said[2:])
    with open_corpus(tmp_path) as corpus:
        check_of_one_version(corpus, [hit for hit in _all_hits(corpus) if hit.article_id == "kopi"])


def _all_hits(corpus: LocalCorpus) -> list[Hit]:
    query = Query(text="kopi", language="id", filters=Filters(article_id=("kopi",)), top_k=10)
    return search(corpus, ENCODER, query, mode="hybrid").hits


if __name__ == "__main__":
    roles = ["edit", "edit", "ask", "ask"]
    for said in at_once(filled(Path(sys.argv[1])), roles, seconds=float(sys.argv[2])):
        sys.stdout.write(f"{said}\n")
