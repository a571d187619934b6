"""What every corpus does: what is stored is found, by everyone, at once, and nothing else is."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.weights import FloatArray
from rag.corpus.protocol import Corpus
from rag.datatypes import Article, Counts, Filters, FilterValue, FilterValues, Hit, Passage, ScoredPassage
from rag.errors import EncoderMismatch
from rag.ingestion import Ingestion
from tests.conftest import TOPICS, article
from tests.corpora import (
    COFFEE,
    ENCODER,
    FLOOD,
    OTHER,
    TOPIC_IDENTITY,
    add,
    change,
    check_against_brute_force,
    encoded,
    keyword_hits,
    keyword_ids,
    open_place,
    vector_hits,
    vector_ids,
)

ROOT = Path(__file__).resolve().parents[2]
WIB = timezone(timedelta(hours=7))


@pytest.fixture
def corpus(place: str) -> Iterator[Corpus]:
    """Give an empty corpus of each kind."""
    with open_place(place) as opened:
        yield opened


# Articles and their versions


def test_an_article_is_created_kept_updated_and_removed(corpus: Corpus) -> None:
    edited = article("kopi", "Panen kopi gagal.", title="Panen")
    assert add(corpus, COFFEE, COFFEE, edited, edited, COFFEE) == [
        "created", "unchanged", "updated", "unchanged", "updated",
    ]  # fmt: skip
    assert corpus.counts() == Counts(articles=1, passages=2)
    assert corpus.remove("kopi") is True
    assert corpus.remove("kopi") is False
    assert corpus.counts() == Counts(articles=0, passages=0)
    assert add(corpus, COFFEE) == ["created"]


def test_filter_values_come_from_current_articles(corpus: Corpus) -> None:
    assert corpus.filter_values() == FilterValues(languages=[], outlets=[])
    add(
        corpus,
        article("a", "Kopi.", outlet="KABAR"),
        article("b", "Kopi.", outlet="LINTANG"),
        article("b", "Coffee.", language="en", outlet="ZAMAN"),
        article("c", "Kopi.", outlet="KABAR"),
        article("d", "Kopi."),
        article("e", "Kopi.", language="fr", outlet="LINTANG"),
    )
    corpus.remove("e")
    assert corpus.filter_values() == FilterValues(
        languages=[FilterValue(value="id", articles=3), FilterValue(value="en", articles=1)],
        outlets=[FilterValue(value="KABAR", articles=2), FilterValue(value="ZAMAN", articles=1)],
    )


def test_an_article_is_stored_completely(corpus: Corpus) -> None:
    full = article(
        "penuh",
        *("Satu.", "", "  Dua 😀 \r\n"),
        title="Judul",
        url="https://example.org",
        outlet="KABAR",
        author="Siti",
        published_at=datetime(2025, 7, 27, 13, 27, tzinfo=WIB),
        updated_at=datetime(2025, 7, 28, 1, tzinfo=UTC),
        section="Kota",
        metadata={"a": 1, 'b"c': [True, None, 1.5, {"é": "ü"}]},
        permission="surat 12",
    )
    add(corpus, full)
    assert corpus.article("penuh") == full
    stored = corpus.article("penuh")
    assert stored is not None
    assert (stored.version, stored.text) == (full.version, full.text)
    assert str(stored.published_at) == "2025-07-27 13:27:00+07:00"
    assert corpus.article("lain") is None


def test_an_old_version_is_readable_but_not_searched(corpus: Corpus) -> None:
    edited = article("kopi", "Banjir di kebun.", title="Panen")
    add(corpus, COFFEE, edited)
    assert corpus.article("kopi", version=COFFEE.version) == COFFEE
    assert corpus.article("kopi", version=edited.version) == corpus.article("kopi") == edited
    assert corpus.article("kopi", version="sha256:0") is None
    assert [passage.text for passage, _ in corpus.passages_of("kopi", version=edited.version)] == [
        "Banjir di kebun."
    ]
    assert corpus.passages_of("kopi", version=COFFEE.version) == []
    assert [hit.text for hit in vector_hits(corpus, "kopi")] == ["Banjir di kebun."]
    assert keyword_hits(corpus, "kopi") == []
    assert [hit.article_version for hit in keyword_hits(corpus, "kebun")] == [edited.version]


def test_a_removed_article_is_gone_from_everything(corpus: Corpus) -> None:
    edited = article("kopi", "Kopi lagi.")
    add(corpus, COFFEE, edited, FLOOD)
    assert vector_ids(corpus) == ["banjir", "kopi"]
    corpus.remove("kopi")
    assert vector_ids(corpus) == ["banjir"]
    assert keyword_ids(corpus) == []
    assert corpus.passages_of("kopi") == []
    assert [header.id for header in corpus.articles(Filters(), limit=9, cursor=None).articles] == ["banjir"]
    for version in (None, COFFEE.version, edited.version):
        assert corpus.article("kopi", version=version) is None
    assert corpus.keyword_search("kopi", language="id", depth=9).passages == []


def test_a_passage_id_is_never_used_twice(place: str) -> None:
    seen: set[int] = set()
    for _ in range(3):
        with open_place(place) as corpus:
            for source in (COFFEE, article("kopi", "Kopi lain."), FLOOD):
                add(corpus, source)
                new = {hit.passage_id for hit in vector_hits(corpus, "kopi") if hit.article_id == source.id}
                assert not new & seen
                seen |= new
            corpus.remove("kopi")
            corpus.remove("banjir")
    assert len(seen) == 12


def test_two_articles_with_equal_content_are_stored_separately(corpus: Corpus) -> None:
    twin = article("kembar", *COFFEE.paragraphs, title="Panen")
    add(corpus, COFFEE, twin)
    assert twin.version == COFFEE.version
    assert keyword_ids(corpus) == ["kembar", "kopi"]
    corpus.remove("kopi")
    assert keyword_ids(corpus) == vector_ids(corpus) == ["kembar"]
    assert corpus.article("kembar") == twin


@pytest.mark.parametrize(
    "article_id",
    [
        "a/b/../c",
        "two words",
        "😀",
        "ключ",
        "%2F",
        "'",
        '"; DROP TABLE articles; --',
        "a?b#c",
        " a ",
        "A",
        "é",
        "e\u0301",
    ],
)
def test_an_id_may_be_any_text(corpus: Corpus, article_id: str) -> None:
    add(corpus, article("a", "Bus."), article(article_id, "Kopi."))
    assert corpus.article(article_id) == article(article_id, "Kopi.")
    assert keyword_ids(corpus) == [article_id]
    assert vector_ids(corpus, article_id=(article_id,)) == [article_id]
    assert (
        corpus.articles(Filters(article_id=(article_id,)), limit=9, cursor=None).articles[0].id == article_id
    )
    assert corpus.remove(article_id)
    assert corpus.counts().articles == 1


def test_a_failed_addition_leaves_the_former_version_whole(corpus: Corpus) -> None:
    add(corpus, COFFEE)
    edited = article("kopi", "Kopi satu.", "Kopi dua.", "Kopi tiga.")
    passages, vectors = encoded(edited)
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter"):
        corpus.add(edited, passages, vectors[:2])
    assert corpus.article("kopi") == COFFEE
    assert corpus.counts() == Counts(articles=1, passages=2)
    assert [hit.text for hit in keyword_hits(corpus, "kopi")] == ["Panen kopi naik.", "Harga kopi turun."]
    check_against_brute_force(corpus)


def test_an_article_without_passages_is_stored_but_never_found(corpus: Corpus) -> None:
    empty = article("kosong", " ")
    assert corpus.add(empty, [], np.empty((0, ENCODER.dimension), np.float32)) == "created"
    assert corpus.article("kosong") == empty
    assert (vector_ids(corpus), keyword_ids(corpus)) == ([], [])


# Listings


def test_paging_visits_each_article_once(corpus: Corpus) -> None:
    ids = sorted([f"a{number}" for number in range(23)] + ["", "Z", "é", "😀"], key=str.encode)[1:]
    add(corpus, *(article(article_id, f"Kopi {article_id}.") for article_id in reversed(ids)))
    for limit in (1, 5, 13, 26, 100):
        visited: list[str] = []
        cursor: str | None = None
        while True:
            page = corpus.articles(Filters(), limit=limit, cursor=cursor)
            visited += [header.id for header in page.articles]
            cursor = page.next_cursor
            if cursor is None:
                break
            assert len(page.articles) == limit
        assert visited == ids


def test_a_list_of_articles_applies_the_filters_and_shows_headers(corpus: Corpus) -> None:
    published = datetime(2025, 7, 27, 13, 27, tzinfo=WIB)
    add(corpus, FLOOD, article("kopi", "Kopi.", outlet="KABAR", title="Panen", published_at=published))
    page = corpus.articles(Filters(outlet=("KABAR",)), limit=9, cursor=None)
    (header,) = page.articles
    assert (header.id, header.title, header.outlet, header.published_at) == (
        "kopi",
        "Panen",
        "KABAR",
        published,
    )
    assert page.next_cursor is None


# Filters


KABAR = {"outlet": "KABAR", "section": "Kota"}
WARTA = {"outlet": "WARTA", "section": "Desa"}
LATE = datetime(2025, 7, 26, 23, 30, tzinfo=WIB)
EARLY = datetime(2025, 7, 27, 0, 30, tzinfo=WIB)  # still the 26th in UTC
UTC_DAY = datetime(2025, 7, 28, 23, 59, tzinfo=UTC)  # already the 29th in Jakarta


@pytest.fixture
def varied(corpus: Corpus) -> Corpus:
    """Four articles on coffee that differ in each field; the last has none."""
    add(
        corpus,
        article("1", "Kopi.", **KABAR, author="Siti", published_at=LATE, metadata={"n": 1, "two words": "x"}),
        article("2", "Kopi.", **WARTA, author="Budi", published_at=EARLY, metadata={"n": "1", 'q"u.o': True}),
        article(
            "3", "Kopi.", **KABAR, author="Budi", published_at=UTC_DAY, metadata={"n": True}, language="ms"
        ),
        article("4", "Kopi.", language="en"),
    )
    return corpus


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["1", "2", "3", "4"]),
    ({"outlet": ("KABAR",)}, ["1", "3"]),
    ({"outlet": ("KABAR", "WARTA")}, ["1", "2", "3"]),
    ({"outlet": ("kabar",)}, []),
    ({"author": ("Budi",)}, ["2", "3"]),
    ({"section": ("Desa",)}, ["2"]),
    ({"language": ("id", "en")}, ["1", "2", "4"]),
    ({"article_id": ("4", "1", "9")}, ["1", "4"]),
    ({"outlet": ("KABAR",), "author": ("Budi",)}, ["3"]),
    ({"published_from": date(2025, 7, 27)}, ["2", "3"]),
    ({"published_to": date(2025, 7, 27)}, ["1", "2"]),
    ({"published_from": date(2025, 7, 26), "published_to": date(2025, 7, 26)}, ["1"]),
    ({"published_from": date(2025, 7, 28), "published_to": date(2025, 7, 28)}, ["3"]),
    ({"published_from": date(2025, 7, 29)}, []),
    ({"metadata": {"n": 1}}, ["1"]),
    ({"metadata": {"n": "1"}}, ["2"]),
    ({"metadata": {"n": True}}, ["3"]),
    ({"metadata": {"two words": "x"}}, ["1"]),
    ({"metadata": {'q"u.o': True}}, ["2"]),
    ({"metadata": {"none": None}}, []),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters_apply_to_both_searches_lists_and_counts(
    varied: Corpus, filters: dict[str, Any], expected: list[str]
) -> None:
    assert vector_ids(varied, **filters) == expected
    assert keyword_ids(varied, **filters) == expected
    page = varied.articles(Filters(**filters), limit=9, cursor=None)
    assert [header.id for header in page.articles] == expected
    counts = varied.counts(Filters(**filters))
    assert (counts.articles, counts.passages) == (len(expected), len(expected))


def test_undated_articles_left_out_are_counted(varied: Corpus) -> None:
    days: dict[str, Any] = {"published_from": date(2025, 7, 1), "published_to": date(2025, 7, 31)}
    assert varied.counts(Filters(**days)) == Counts(articles=3, passages=3, undated_left_out=1)
    assert varied.counts(Filters(**days, language=("en",))).undated_left_out == 1
    assert varied.counts(Filters(**days, language=("id",))).undated_left_out == 0
    assert varied.counts(Filters(language=("en",))).undated_left_out == 0


def test_a_filter_that_keeps_one_of_100_articles_still_returns_its_passages(corpus: Corpus) -> None:
    others = [article(f"{number}", f"Kopi kopi kopi ke {number}.") for number in range(99)]
    kept = article("kept", "Kopi dan bus.", "Harga kopi naik.", outlet="KABAR")
    add(corpus, *others, kept)
    assert {hit.text for hit in vector_hits(corpus, "kopi", depth=2, outlet=("KABAR",))} == set(
        kept.paragraphs
    )
    assert {hit.text for hit in keyword_hits(corpus, "kopi", depth=2, outlet=("KABAR",))} == set(
        kept.paragraphs
    )
    assert len(vector_hits(corpus, "kopi", depth=2)) == 2


def test_a_filter_keeps_passages_that_share_only_common_words_with_the_query(corpus: Corpus) -> None:
    others = [article(f"{number}", f"Kopi ke {number}.") for number in range(50)]
    add(corpus, *others, article("rare", "Kopi luwak."), article("kept", "Harga kopi naik.", outlet="KABAR"))
    assert keyword_ids(corpus, "kopi luwak", outlet=("KABAR",)) == ["kept"]


# Search


def test_vector_search_ranks_by_similarity(corpus: Corpus) -> None:
    add(corpus, COFFEE, FLOOD, article("campur", "Kopi dan banjir."))
    hits = vector_hits(corpus, "kopi")
    assert [hit.text for hit in hits] == [
        "Panen kopi naik.", "Harga kopi turun.", "Kopi dan banjir.", "Banjir merendam rumah.",
    ]  # fmt: skip
    # "kopi" is (1, 0, .1) / 1.005, "kopi dan banjir" (1, 1, .1) / 1.418, "banjir" (0, 1, .1) / 1.005.
    assert [hit.score for hit in hits] == pytest.approx([1.0, 1.0, 1.01 / 1.42478, 0.01 / 1.01], abs=1e-4)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert {hit.source for hit in hits} == {"vector"}


def test_a_hit_has_the_position_of_its_text(corpus: Corpus) -> None:
    source = article(
        "kopi", "Bus datang.", "Harga kopi turun.", title="Panen", outlet="KABAR", url="https://x.org"
    )
    add(corpus, source)
    (hit,) = keyword_hits(corpus, "harga")
    assert source.text[hit.start : hit.end] == hit.text == "Harga kopi turun."
    assert (hit.paragraph, hit.title, hit.outlet, hit.url, hit.author) == (
        2,
        "Panen",
        "KABAR",
        "https://x.org",
        None,
    )
    assert (hit.article_id, hit.article_version, hit.language) == ("kopi", source.version, "id")


def test_a_hit_has_the_heading_above_it(corpus: Corpus) -> None:
    paragraphs = ("Pembuka.", "Tarif", "Dewasa", "Harga kopi turun.", "Bus gratis.")
    source = Article(id="a", paragraphs=paragraphs, language="id", headings=(2, 3))
    add(corpus, source)
    for word, headings in {"harga": (2, 3), "bus": (2, 3), "pembuka": ()}.items():
        (hit,) = keyword_hits(corpus, word)
        assert hit.heading == (" – ".join(paragraphs[number - 1] for number in headings) or None)
        assert tuple(heading.number for heading in hit.headings) == headings
        assert all(source.text[each.start : each.end] == each.text for each in hit.headings)


@pytest.mark.parametrize(
    "query", ["", "?!", '"', "kopi\"", "kopi*", "kopi OR", "NOT kopi", "kopi)", "^kopi", "kopi' --", "\u200b"]
)  # fmt: skip
def test_query_syntax_has_no_special_meaning(corpus: Corpus, query: str) -> None:
    add(corpus, COFFEE, article("or", "Satu or dua not tiga near empat."))
    expected = ["kopi"] if "kopi" in query else []
    assert [each for each in keyword_ids(corpus, query) if each != "or"] == expected


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Naik 1.500,5 poin.", "1.500,5"),
        ("Petani don't stop.", "DON'T"),
        ("Nomor １２３.", "123"),
        ("Pemerintah mengusulkan.", "usulan pemerintah"),
        ("Rapat AC/DC di Rp92.000.", "rp92.000 dc"),
        ("Kata Ma’ruf Amin.", "Maruf"),
        ("Kata Maruf Amin.", "ma`ruf"),
        ("Salat Jum'at.", "jumat"),
        ("Membaca Al-Qur'an.", "alquran"),
        ("Membaca Alquran.", "Al Qur’an"),
        ("Pem\u00adban\u200bgun\u00adan.", "pembangunan"),
    ],
)
def test_keywords_are_found_in_other_spellings(corpus: Corpus, text: str, query: str) -> None:
    add(corpus, article("a", text), article("b", "Kucing tidur."))
    assert keyword_ids(corpus, query) == ["a"]


def test_a_hit_is_character_exact_although_search_folds(corpus: Corpus) -> None:
    source = article("a", "Kata Ma’ruf\u200b: pem\u00adban\u00adgun\u00adan `Al-Qur’an` e\u0301 ﬁ.")
    add(corpus, source)
    (hit,) = keyword_hits(corpus, "maruf pembangunan alquran é fi")
    assert hit.text == source.text[hit.start : hit.end] == source.paragraphs[0]


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        ("zh-Hans", "政府明年将在该市修建一座新桥。", "修建新桥"),
        ("ja", "日本政府は橋を建設する。", "政府"),
        ("th", "รัฐบาลจะสร้างสะพานใหม่ในเมืองนั้น", "สะพาน"),
        ("ar", "ستبني الحكومة جسرا جديدا.", "الحكومة"),
        ("ru", "Правительство построит новый мост.", "новые мосты"),
    ],
)
def test_keywords_are_found_in_any_script(corpus: Corpus, language: str, text: str, query: str) -> None:
    add(corpus, article("a", text, language=language), article("b", "Kucing tidur."))
    matches = corpus.keyword_search(query, language=language, depth=9)
    assert [hit.article_id for hit in corpus.hits(matches.passages, source="keyword")] == ["a"]


def test_words_that_no_passage_contains_find_nothing_and_are_rarest(corpus: Corpus) -> None:
    add(corpus, COFFEE, FLOOD)
    matches = corpus.keyword_search("naga terbang", language="id", depth=9)
    assert matches.passages == []
    known = corpus.keyword_search("kopi", language="id", depth=9).rarity
    assert min(matches.rarity.values()) > max(known.values())


def test_keyword_scores_after_changes_equal_those_of_a_new_corpus(corpus: Corpus, other_place: str) -> None:
    edited = article("kopi", "Harga kopi naik lagi hari ini.", title="Harga")
    add(corpus, COFFEE, FLOOD, article("kopi", "Kopi. " * 30), edited, article("lain", "Kopi dan bus. " * 20))
    corpus.remove("lain")
    with open_place(other_place) as fresh:
        add(fresh, edited, FLOOD)
        for query in ("harga kopi", "banjir", "bus"):
            scores = [
                [(hit.article_id, hit.score) for hit in keyword_hits(each, query)] for each in (corpus, fresh)
            ]
            assert scores[0] == scores[1]


def test_depth_limits_both_searches(corpus: Corpus) -> None:
    add(corpus, *(article(f"{number}", f"Kopi {number}.") for number in range(9)))
    assert len(vector_hits(corpus, "kopi", depth=4)) == len(keyword_hits(corpus, "kopi", depth=4)) == 4


def test_hits_leave_out_passages_removed_meanwhile(corpus: Corpus) -> None:
    add(corpus, COFFEE, FLOOD)
    found = corpus.vector_search(ENCODER.encode_queries(["kopi"])[0], depth=9)
    assert len(found) == 3
    corpus.remove("kopi")
    hits = corpus.hits(found, source="hybrid")
    assert [(hit.rank, hit.article_id, hit.source) for hit in hits] == [(1, "banjir", "hybrid")]
    assert corpus.hits([], source="hybrid") == []
    assert corpus.hits([ScoredPassage(passage_id=99, score=1.0)], source="hybrid") == []


def test_an_empty_corpus_finds_nothing(corpus: Corpus) -> None:
    assert (vector_ids(corpus), keyword_ids(corpus)) == ([], [])
    assert (vector_ids(corpus, outlet=("x",)), keyword_ids(corpus, outlet=("x",))) == ([], [])
    assert corpus.counts() == Counts(articles=0, passages=0)


# Several at once


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


# Encoders


@pytest.fixture
def filled(place: str) -> str:
    """The place of a corpus of six articles, two edited and one removed."""
    with open_place(place) as corpus:
        add(corpus, *(article(topic, f"{topic} satu.", f"{topic} dua.") for topic in TOPICS))
        change(corpus)
    return place


def encode_otherwise(source: Article) -> tuple[Sequence[Passage], FloatArray]:
    """Encode in two dimensions: coffee or not."""
    passages, _ = encoded(source)
    return passages, np.array(
        [[1, 0] if "kopi" in each.text.lower() else [0, 1] for each in passages], np.float32
    )


MISMATCH = (
    r"The corpus holds vectors of topics \(7\); the configured encoder is other \(2\): "
    "set KUTIP_EMBEDDING_MODEL back, or run `kutip ingest --rebuild`"
)


def test_another_encoder_is_refused_with_both_names_and_the_remedy(filled: str) -> None:
    with pytest.raises(EncoderMismatch, match=MISMATCH):
        open_place(filled, encoder=OTHER)
    with open_place(filled) as corpus:
        check_against_brute_force(corpus)


def test_an_empty_corpus_takes_any_encoder(place: str) -> None:
    open_place(place).close()
    with open_place(place, encoder=OTHER) as corpus:
        corpus.add(COFFEE, *encode_otherwise(COFFEE))
        assert len(corpus.vector_search(np.array([1, 0], np.float32), depth=9)) == 2


def test_vectors_of_two_encoders_are_never_mixed(place: str) -> None:
    with open_place(place) as one, open_place(place, encoder=OTHER) as other:
        add(one, COFFEE)
        with pytest.raises(EncoderMismatch, match=MISMATCH):
            other.add(FLOOD, *encode_otherwise(FLOOD))
        with pytest.raises(EncoderMismatch, match=MISMATCH):
            other.vector_search(np.array([1, 0], np.float32), depth=9)
        check_against_brute_force(one)


def test_encoding_again_replaces_all_vectors(filled: str) -> None:
    with open_place(filled, encoder=None) as corpus:
        assert corpus.encode_again(OTHER, encode_otherwise) == 6
    with open_place(filled, encoder=OTHER) as corpus:
        found = corpus.vector_search(np.array([1, 0], np.float32), depth=99)
        assert [round(passage.score, 3) for passage in found] == [1.0] + [0.0] * 9
        assert corpus.hits(found[:1], source="vector")[0].text == "Kopi dan bus."
        assert [hit.text for hit in keyword_hits(corpus, "kopi")] == ["Kopi dan bus."]
        assert corpus.counts() == Counts(articles=6, passages=10)
    with pytest.raises(
        EncoderMismatch, match=r"holds vectors of other \(2\); the configured encoder is topics \(7\)"
    ):
        open_place(filled)


def test_an_open_corpus_notices_that_another_encoder_replaced_its_vectors(filled: str) -> None:
    with open_place(filled) as running:
        with open_place(filled, encoder=None) as corpus:
            corpus.encode_again(OTHER, encode_otherwise)
        message = r"holds vectors of other \(2\); the configured encoder is topics \(7\)"
        with pytest.raises(EncoderMismatch, match=message):
            vector_hits(running, "kopi")
        with pytest.raises(EncoderMismatch, match=message):
            add(running, FLOOD)
        assert [hit.text for hit in keyword_hits(running, "kopi")] == ["Kopi dan bus."]
    with open_place(filled, encoder=OTHER) as corpus:
        assert len(corpus.vector_search(np.array([1, 0], np.float32), depth=99)) == 10


def test_encoding_again_handles_two_articles_with_equal_content(place: str) -> None:
    with open_place(place) as corpus:
        add(corpus, COFFEE, article("kembar", *COFFEE.paragraphs, title=COFFEE.title))
    with open_place(place, encoder=None) as corpus:
        assert corpus.encode_again(OTHER, encode_otherwise) == 2
        assert corpus.counts() == Counts(articles=2, passages=4)


def test_encoding_again_that_fails_changes_nothing(filled: str) -> None:
    def fail(source: Article) -> tuple[Sequence[Passage], FloatArray]:
        raise RuntimeError(f"no vector for {source.id}")

    with open_place(filled, encoder=None) as corpus, pytest.raises(RuntimeError, match="no vector for "):
        corpus.encode_again(OTHER, fail)
    with open_place(filled) as corpus:
        check_against_brute_force(corpus)


def test_a_corpus_without_an_encoder_reads_and_removes_but_cannot_add_or_search_vectors(filled: str) -> None:
    with open_place(filled, encoder=None) as corpus:
        assert keyword_ids(corpus, "sekolah") == ["sekolah"]
        assert corpus.remove("sekolah")
        with pytest.raises(ValueError, match="opened without an encoder cannot search vectors"):
            vector_hits(corpus, "kopi")
        with pytest.raises(ValueError, match="opened without an encoder cannot add articles"):
            add(corpus, FLOOD)
    with open_place(filled) as corpus:
        check_against_brute_force(corpus)


def test_a_corpus_can_be_closed_twice(place: str) -> None:
    corpus = open_place(place)
    add(corpus, COFFEE)
    corpus.close()
    corpus.close()
    with open_place(place) as again:
        assert vector_ids(again) == ["kopi"]


def test_the_text_of_a_whole_book_is_stored(corpus: Corpus) -> None:
    source = article("buku", *(f"Kopi bab {number}. " + "Banjir lagi. " * 30 for number in range(60)))
    list(Ingestion(corpus, ENCODER, passage_max_tokens=16).ingest([source]))
    for hit in vector_hits(corpus, "banjir"):
        assert source.text[hit.start : hit.end] == hit.text
    assert keyword_hits(corpus, "bab 41", depth=1)[0].text.startswith("Kopi bab 41.")


# What commands ask


def test_a_corpus_names_the_encoder_of_its_vectors_and_the_search_method(filled: str) -> None:
    with open_place(filled, encoder=None) as corpus:
        assert corpus.encoder_of_vectors() == TOPIC_IDENTITY
    with open_place(filled) as corpus:
        assert "vector" in corpus.search_description()
        assert corpus.index_report().passages == 10


def test_some_articles_returns_current_articles(filled: str) -> None:
    with open_place(filled) as corpus:
        assert sorted(corpus.some_articles(99)) == ["banjir", "baru", "bus", "kopi", "maraton", "sekolah"]
        assert len(set(corpus.some_articles(3))) == 3
        assert set(corpus.some_articles(3)) <= set(corpus.some_articles(99))


def test_an_intact_corpus_needs_no_repair(filled: str) -> None:
    told: list[tuple[int, int]] = []
    with open_place(filled) as corpus:
        assert corpus.check(on_progress=lambda done, total: told.append((done, total))) == []
    assert told[-1] == (6, 6)
