"""Long jobs read the corpus row by row: their memory does not grow with the number of articles."""

import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from embeddings.weights import FloatArray
from rag.corpus import transfer as transfers
from rag.corpus.local import corpus as local_corpus
from rag.corpus.local import indexed_rows
from rag.corpus.local import properties as corpus_properties
from rag.corpus.local.backup import back_up
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.indexed_rows import entry_batches, vector_batches
from rag.corpus.transfer import compare, transfer
from rag.datatypes import Article, Passage
from tests.conftest import article
from tests.corpora import OTHER, add, encoded
from tests.corpus.local.test_corpus import open_corpus

ARTICLES = 48
PADDING = 200_000
TOTAL = ARTICLES * PADDING

# A job may have a few articles in memory, each as a document, as JSON and as an article.
LIMIT = TOTAL // 4


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the batches as much as the corpus, which is much smaller than those that need streaming."""
    monkeypatch.setattr(indexed_rows, "ADDED_AT_ONCE", 2)
    monkeypatch.setattr(local_corpus, "_KEPT_AT_ONCE", 2)
    monkeypatch.setattr(transfers, "_ARTICLES_AT_ONCE", 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of long articles."""
    with open_corpus(tmp_path / "data") as corpus:
        for number in range(ARTICLES):
            add(corpus, article(f"{number:03}", "Kopi.", metadata={"pad": f"{number:03}" + "x" * PADDING}))
    return tmp_path / "data"


def peak_of(job: Callable[[], object]) -> int:
    """Return how much memory of Python a job takes at most."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        job()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def encode_again(corpus: LocalCorpus) -> None:
    def encode(source: Article) -> tuple[list[Passage], FloatArray]:
        passages, vectors = encoded(source)
        return passages, vectors[:, : OTHER.dimension]

    assert corpus.encode_again(OTHER, encode) == ARTICLES


def check(corpus: LocalCorpus) -> None:
    assert corpus.check(on_progress=lambda *_: None) == []


def repair(corpus: LocalCorpus) -> None:
    with corpus._database.writing() as connection:
        connection.execute("UPDATE passages SET words = 'lain'")
    corpus.repair(corpus.check(on_progress=lambda *_: None), encoded)
    check(corpus)


@pytest.mark.parametrize("job", [encode_again, check, repair])
def test_a_long_job_has_few_articles_in_memory(folder: Path, job: Callable[[LocalCorpus], None]) -> None:
    with open_corpus(folder) as corpus:
        assert peak_of(lambda: job(corpus)) < LIMIT


def test_a_new_analysis_of_words_has_few_articles_in_memory(folder: Path) -> None:
    with open_corpus(folder) as corpus, corpus._database.writing() as connection:
        corpus_properties.write(connection, "analysis", "0")
        connection.execute("UPDATE passages SET words = 'lain'")
    assert peak_of(lambda: open_corpus(folder).close()) < LIMIT
    with open_corpus(folder) as corpus:
        check(corpus)


def test_copying_to_another_corpus_has_few_articles_in_memory(folder: Path, tmp_path: Path) -> None:
    def copy() -> None:
        assert transfer(source, target, on_progress=lambda *_: None) == ARTICLES
        assert compare(source, target, on_progress=lambda *_: None).articles == ARTICLES

    with open_corpus(folder) as source, open_corpus(tmp_path / "target") as target:
        assert peak_of(copy) < LIMIT


def test_a_backup_has_few_articles_in_memory(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "kutip.backup"
    peak = peak_of(lambda: back_up(folder, target, overwrite=False, on_progress=lambda *_: None))
    assert (peak < LIMIT, target.stat().st_size > TOTAL) == (True, True)


def test_what_reads_all_at_once_is_found(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        assert peak_of(connection.execute("SELECT document FROM versions").fetchall) > TOTAL > LIMIT


def test_the_rows_of_the_indexes_are_read_in_batches(folder: Path) -> None:
    def read() -> None:
        assert sum(len(ids) for ids, _ in vector_batches(connection)) == ARTICLES
        assert sum(len(entries) for _, entries in entry_batches(connection, after=0)) == ARTICLES

    with open_corpus(folder) as corpus, corpus._database.reading() as connection:
        connection.execute(f"UPDATE passages SET words = '{'x' * PADDING}', vector = zeroblob({PADDING})")
        assert peak_of(read) < LIMIT
