"""What every corpus does while several processes and threads use it."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.corpus.protocol import Corpus
from rag.datatypes import Counts, Hit
from tests.conftest import article
from tests.corpora import (
    COFFEE,
    FLOOD,
    add,
    check_against_brute_force,
    keyword_hits,
    keyword_ids,
    open_place,
    vector_hits,
    vector_ids,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def corpus(place: str) -> Iterator[Corpus]:
    """Give an empty corpus of each kind."""
    with open_place(place) as opened:
        yield opened


def test_two_open_corpora_see_each_other_s_commits(place: str) -> None:
    with open_place(place) as one, open_place(place) as other:
        add(one, COFFEE)
        assert vector_ids(other) == keyword_ids(other) == ["kopi"]
        add(other, FLOOD)
        assert vector_ids(one) == ["banjir", "kopi"]
        edited = article("kopi", "Bus baru.")
        add(other, edited)
        assert [hit.text for hit in vector_hits(one, "bus")] == ["Bus baru.", "Banjir merendam rumah."]
        assert keyword_ids(one) == []
        one.remove("kopi")
        assert vector_ids(other, "bus") == ["banjir"]
        assert other.counts() == one.counts() == Counts(articles=1, passages=1)
        for corpus in (one, other):
            check_against_brute_force(corpus)
    with open_place(place) as again:
        check_against_brute_force(again)


ADDING = """
import sys
from tests.conftest import article
from tests.corpora import add, open_place
with open_place(sys.argv[1]) as corpus:
    print("open", flush=True)
    for number in range(40):
        add(corpus, article(f"kopi {number}", f"Kopi ke {number}."))
        add(corpus, article("banjir", f"Banjir ke {number}."))
        if number % 4 == 3:
            corpus.remove(f"kopi {number}")
"""


def test_a_second_process_adds_while_this_one_searches(place: str) -> None:
    with open_place(place) as corpus:
        other = subprocess.Popen(
            [sys.executable, "-c", ADDING, place], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            while other.poll() is None:
                hits = vector_hits(corpus, "banjir")
                assert len({hit.passage_id for hit in hits}) == len(hits)
                assert sum(hit.article_id == "banjir" for hit in hits) <= 1
        assert other.returncode == 0
        assert len(vector_ids(corpus)) == len(keyword_ids(corpus)) + 1 == 31
        assert [hit.text for hit in keyword_hits(corpus, "banjir")] == ["Banjir ke 39."]
        check_against_brute_force(corpus)


def test_threads_add_remove_and_search_at_once(corpus: Corpus) -> None:
    is_done = threading.Event()

    def write(writer: int) -> None:
        for number in range(12):
            add(corpus, article(f"{writer}-{number}", "Kopi satu.", f"Banjir {number}."))
            add(corpus, article(f"{writer}-edited", f"Bus {number}."))
            if number % 3 == 2:
                assert corpus.remove(f"{writer}-{number}")

    def search() -> int:
        searches = 0
        while not is_done.is_set():
            for hits in (
                vector_hits(corpus, "bus"),
                keyword_hits(corpus, "kopi", outlet=()),
                keyword_hits(corpus, "bus"),
            ):
                assert len({hit.passage_id for hit in hits}) == len(hits)
                assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
            counts = corpus.counts()
            assert 0 <= counts.articles <= counts.passages
            searches += 1
        return searches

    with ThreadPoolExecutor(7) as pool:
        searching = [pool.submit(search) for _ in range(3)]
        writing = [pool.submit(write, writer) for writer in range(4)]
        try:
            for written in writing:
                written.result()
        finally:
            is_done.set()
        assert all(searched.result() > 0 for searched in searching)
    assert corpus.counts() == Counts(articles=4 * 9, passages=4 * 17)
    assert len(keyword_ids(corpus, "kopi")) == 32
    check_against_brute_force(corpus)


@pytest.mark.parametrize("find", [vector_hits, keyword_hits])
def test_searches_in_a_snapshot_see_one_version_of_each_article(
    place: str, find: Callable[..., list[Hit]]
) -> None:
    edited = article("kopi", "Kopi satu.", "Kopi dua.", "Kopi tiga.", title="Panen")
    with open_place(place) as corpus, open_place(place) as other:
        add(corpus, COFFEE, FLOOD)
        edits = iter([edited])

        def search_twice() -> list[list[str]]:
            found = []
            for _ in range(2):
                found.append(sorted(hit.text for hit in find(corpus, "kopi") if hit.article_id == "kopi"))
                add(other, *itertools.islice(edits, 1))
            return found

        first, second = corpus.in_snapshot(search_twice)
        assert first == second
        assert first in [sorted(COFFEE.paragraphs), sorted(edited.paragraphs)]
        assert corpus.in_snapshot(search_twice) == [sorted(edited.paragraphs)] * 2


def test_a_new_corpus_can_be_opened_by_many_at_once(place: str) -> None:
    def open_and_add(number: int) -> None:
        with open_place(place) as corpus:
            add(corpus, article(f"{number}", "Kopi."))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_add, range(8)))
    with open_place(place) as corpus:
        assert corpus.counts() == Counts(articles=8, passages=8)
        check_against_brute_force(corpus)
