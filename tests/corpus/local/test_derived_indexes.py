"""Larger tiers, trained and swapped beside the searches; files that several processes share."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embeddings import vector_index
from embeddings.weights import FloatArray
from rag.corpus.local import derived_keywords
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article, Filters, Passage

DIMENSION = 16
IDENTITY = EncoderIdentity("random", DIMENSION)
EXACT = 200  # passages; in use it is tens of thousands
NO_FILTERS = Filters()


@pytest.fixture(autouse=True)
def small_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few hundred passages be many."""
    monkeypatch.setattr(vector_index, "EXACT_BYTES", EXACT * DIMENSION * 4)
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", EXACT)


def vectors(count: int, *, seed: int) -> FloatArray:
    """Return unit vectors in fifty heaps, as texts on subjects are."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((50, DIMENSION))
    drawn = centres[generator.integers(50, size=count)] + 0.4 * generator.standard_normal((count, DIMENSION))
    unit: FloatArray = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


def add(corpus: LocalCorpus, first: int, count: int, *, language: str = "id") -> None:
    """Add articles of ten passages each, numbered from `first`."""
    for number in range(first, first + count):
        texts = [f"kopi a{number} p{place}" for place in range(10)]
        article = Article(id=f"{number}", title="", paragraphs=tuple(texts), language=language)
        passages = [
            Passage(paragraph=each.number, start=each.start, end=each.end, text=each.text)
            for each in article.numbered_paragraphs()
        ]
        corpus.add(article, passages, vectors(10, seed=number + 1))


def open_corpus(folder: Path) -> LocalCorpus:
    return LocalCorpus(folder, encoder=IDENTITY)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A closed corpus of 600 passages."""
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, 0, 60)
        corpus.optimize()
    return tmp_path / "data"


def brute_force(
    corpus: LocalCorpus, query: FloatArray, *, depth: int, language: str | None = None
) -> list[float]:
    """Return the best similarities of all that the database has."""
    headers = corpus.articles(NO_FILTERS, limit=10_000, cursor=None).articles
    stored = [
        vector
        for header in headers
        if language in (None, header.language)
        for _, vector in corpus.passages_of(header.id)
    ]
    return sorted((float(vector @ query) for vector in stored), reverse=True)[:depth]


def recall(corpus: LocalCorpus, *, filters: Filters = NO_FILTERS, language: str | None = None) -> float:
    """Return the share of true neighbours among the ten found, whose similarities must be exact."""
    shares = []
    for query in vectors(20, seed=999):
        found = [passage.score for passage in corpus.vector_search(query, depth=10, filters=filters)]
        best = brute_force(corpus, query, depth=10, language=language)
        assert found == sorted(found, reverse=True)
        shares.append(np.mean([any(abs(score - true) < 1e-6 for score in found) for true in best]))
    return float(np.mean(shares))


def keyword_ids(corpus: LocalCorpus, word: str) -> list[str]:
    matches = corpus.keyword_search(word, language="und", depth=1000, filters=NO_FILTERS)
    return sorted({hit.article_id for hit in corpus.hits(matches.passages, source="keyword")})


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "not within 30 s"
        time.sleep(0.02)


def test_a_small_index_compares_all_vectors(tmp_path: Path) -> None:
    with open_corpus(tmp_path) as corpus:
        add(corpus, 0, 15)
        corpus.optimize()
        assert corpus.vector_tier() == (0, 0, 1.0)
        assert recall(corpus) == 1.0


def test_a_large_index_is_searched_in_lists_and_rescored(large: Path) -> None:
    with open_corpus(large) as corpus:
        tier = corpus.vector_tier()
        assert tier.lists == 32  # 2 to the power of log2(√600) rounded: 4.6 → 5
        assert tier.recall >= 0.997
        assert recall(corpus) >= 0.98


def test_additions_and_removals_after_training_take_effect_at_once(large: Path) -> None:
    with open_corpus(large) as corpus:
        add(corpus, 100, 10)
        for number in range(20):
            corpus.remove(f"{number}")
        assert recall(corpus) >= 0.98
        assert keyword_ids(corpus, "a105") == ["105"]
        assert keyword_ids(corpus, "a5") == []
        assert len(keyword_ids(corpus, "kopi")) == 50


def test_a_filter_that_few_passages_pass_finds_all_of_them(large: Path) -> None:
    with open_corpus(large) as corpus:
        add(corpus, 100, 1, language="en")
        english = Filters(language=("en",))
        assert recall(corpus, filters=english, language="en") == 1.0
        assert len(corpus.vector_search(vectors(1, seed=3)[0], depth=50, filters=english)) == 10
        assert recall(corpus, filters=Filters(language=("id",)), language="id") >= 0.98
        assert corpus.vector_search(vectors(1, seed=3)[0], depth=5, filters=Filters(language=("fr",))) == []


def test_a_tier_is_trained_while_searches_run(tmp_path: Path) -> None:
    with open_corpus(tmp_path) as corpus:
        add(corpus, 0, 60)
        query = vectors(1, seed=3)[0]
        before = corpus.vector_search(query, depth=10)
        wait_until(lambda: corpus.vector_tier().lists == 32)
        found = corpus.vector_search(query, depth=10)
        assert [p.score for p in found] == pytest.approx([p.score for p in before], abs=1e-6)


def test_searches_are_right_while_tiers_change(tmp_path: Path) -> None:
    # Every article is searched for right after it is added, while 200, then 3,200 passages are outgrown.
    with open_corpus(tmp_path) as corpus:
        for number in range(120):
            add(corpus, number, 1)
            vector = vectors(10, seed=number + 1)[0]
            assert corpus.vector_search(vector, depth=1)[0].score == pytest.approx(1, abs=1e-5)
            assert keyword_ids(corpus, f"a{number}") == [f"{number}"]
            if number % 3 == 0 and number:
                corpus.remove(f"{number - 1}")
                assert keyword_ids(corpus, f"a{number - 1}") == []
        wait_until(lambda: corpus.vector_tier().lists > 0)


def test_several_threads_search_while_another_adds(tmp_path: Path) -> None:
    errors: list[Exception] = []
    stopped = threading.Event()

    def search() -> None:
        try:
            while not stopped.is_set():
                corpus.vector_search(vectors(1, seed=3)[0], depth=10)
                corpus.keyword_search("kopi", language="und", depth=10, filters=NO_FILTERS)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    with open_corpus(tmp_path) as corpus:
        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        add(corpus, 0, 60)
        stopped.set()
        for thread in threads:
            thread.join()
        assert errors == []
        assert recall(corpus) >= 0.98
        assert len(keyword_ids(corpus, "kopi")) == 60


def test_intact_files_are_used(large: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = {path: path.stat().st_mtime_ns for path in files(large)}
    with open_corpus(large) as corpus:
        assert recall(corpus) >= 0.98
        assert len(keyword_ids(corpus, "kopi")) == 60
    assert {path: path.stat().st_mtime_ns for path in files(large)} == written
    assert caplog.messages == []


def files(folder: Path) -> list[Path]:
    return [
        folder / VECTORS_NAME,
        *(path for path in (folder / KEYWORDS_NAME).iterdir() if path.stat().st_size),
    ]


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, flip_a_bit, Path.unlink])
def test_a_damaged_file_is_rebuilt_and_reported(
    large: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    damage(large / VECTORS_NAME)
    damage(next((large / KEYWORDS_NAME).glob("*.idx")))
    with open_corpus(large) as corpus:
        assert len(keyword_ids(corpus, "kopi")) == 60
        corpus.optimize()
        assert recall(corpus) >= 0.98
        assert corpus.vector_tier().lists == 32
    messages = " ".join(caplog.messages)
    assert "Rebuilding the keyword index from the database" in messages
    if damage != Path.unlink:
        assert "Rebuilding the vector index from the database" in messages


def test_a_process_uses_the_index_that_another_one_trained(tmp_path: Path) -> None:
    with open_corpus(tmp_path) as first, open_corpus(tmp_path) as second:
        add(first, 0, 60)
        assert second.vector_tier().lists == 0
        first.optimize()
        second.optimize()
        assert second.vector_tier() == first.vector_tier()
        add(second, 60, 5)
        for corpus in (first, second):
            assert recall(corpus) >= 0.98
            assert keyword_ids(corpus, "a63") == ["63"]


def test_searches_are_right_on_a_full_disk(large: Path) -> None:
    # A limit on the size of files stands for the disk; SQLite's own writes stay below it.
    program = f"""
import resource, signal, sys
from pathlib import Path
from rag.errors import CorpusError
from tests.corpus.local.test_derived_indexes import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
derived_keywords._WRITTEN_FROM = 20
with open_corpus(Path({str(large)!r})) as corpus:
    add(corpus, 100, 5)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    try:
        add(corpus, 200, 1)
    except CorpusError as error:
        print("refused:", error)
    assert keyword_ids(corpus, "a104") == ["104"]
    assert len(keyword_ids(corpus, "kopi")) == 65
    assert recall(corpus) >= 0.98
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "refused: The corpus" in ran.stdout
    with open_corpus(large) as corpus:
        assert len(keyword_ids(corpus, "kopi")) == 65
        assert recall(corpus) >= 0.98


def test_temporary_files_of_a_killed_process_are_removed(large: Path) -> None:
    left = vector_index.unfinished(large / VECTORS_NAME)
    left.write_bytes(b"half")
    with open_corpus(large) as corpus:
        assert recall(corpus) >= 0.98
    assert not left.exists()


def test_an_index_that_another_process_emptied_is_not_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_corpus(tmp_path) as corpus, open_corpus(tmp_path) as other, monkeypatch.context() as patch:
        patch.setattr(vector_index, "EXACT_BYTES", 1000 * DIMENSION * 4)
        add(other, 0, 60)
        assert corpus.vector_tier().lists == 0
        for number in range(60):
            other.remove(f"{number}")
        patch.undo()
        assert corpus._derived.searched_vectors.index.is_outgrown
        with corpus._derived._files_locked(wait_seconds=20):
            corpus._derived.searched_vectors.upkeep(corpus._database, threading.Event())
        assert corpus.vector_tier().lists == 0
        assert not len(corpus._derived.searched_vectors.index)


def test_a_corpus_closed_during_training_stays_intact(tmp_path: Path) -> None:
    with open_corpus(tmp_path) as corpus:
        add(corpus, 0, 60)
        corpus.vector_search(vectors(1, seed=3)[0], depth=10)
    with open_corpus(tmp_path) as corpus:
        assert recall(corpus) >= 0.98
        assert len(keyword_ids(corpus, "kopi")) == 60


def test_words_of_an_older_analysis_are_computed_again(large: Path) -> None:
    with open_corpus(large) as corpus, corpus._database.writing() as connection:
        connection.execute("UPDATE passages SET words = 'teh'")
        connection.execute("UPDATE properties SET value = '0' WHERE name = 'analysis'")
    with open_corpus(large) as corpus:
        assert keyword_ids(corpus, "teh") == []
        assert len(keyword_ids(corpus, "kopi")) == 60


def test_a_corpus_without_an_encoder_searches_words(large: Path) -> None:
    with LocalCorpus(large, encoder=None) as corpus:
        assert len(keyword_ids(corpus, "kopi")) == 60
        with pytest.raises(ValueError, match="cannot search vectors"):
            corpus.vector_tier()
        with pytest.raises(ValueError, match="cannot search vectors"):
            corpus.vector_search(vectors(1, seed=3)[0], depth=1)
