"""What every corpus does: what is stored is found, by everyone, at once, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from rag.corpus.protocol import Corpus
from rag.datatypes import Article, Counts, Filters, FilterValue, FilterValues, ScoredPassage
from rag.ingestion import Ingestion
from tests.conftest import article
from tests.corpora import (
    COFFEE,
    ENCODER,
    FLOOD,
    add,
    check_against_brute_force,
    encoded,
    keyword_hits,
    keyword_ids,
    open_place,
    vector_hits,
    vector_ids,
)

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


def test_the_text_of_a_whole_book_is_stored(corpus: Corpus) -> None:
    source = article("buku", *(f"Kopi bab {number}. " + "Banjir lagi. " * 30 for number in range(60)))
    list(Ingestion(corpus, ENCODER, passage_max_tokens=16).ingest([source]))
    for hit in vector_hits(corpus, "banjir"):
        assert source.text[hit.start : hit.end] == hit.text
    assert keyword_hits(corpus, "bab 41", depth=1)[0].text.startswith("Kopi bab 41.")
