"""Near-copies are folded into the best hit, and nothing else is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import Hit
from rag.ingestion import Ingestion
from rag.search.diversity import DistinctHits
from rag.search.retrieval import Query, search
from tests.conftest import TopicEncoder, article
from tests.test_citations import hit

WIRE = (
    "Gempa bermagnitudo 5,1 mengguncang pesisir Teluk Lada pada Senin pagi. "
    "Warga berlarian ke luar rumah, dan sekolah diliburkan sampai Rabu."
)


def texts(*bodies: str) -> list[Hit]:
    return [replace(hit(f"a{n}"), rank=n, passage_id=n, text=body) for n, body in enumerate(bodies, start=1)]


def kept(*bodies: str) -> list[list[str]]:
    """Return each kept hit's article, and behind it those of its copies."""
    distinct = DistinctHits()
    distinct.add(texts(*bodies))
    return [[each.article_id, *(copy.article_id for copy in each.copies)] for each in distinct.first(10)]


@pytest.mark.parametrize(
    "reprint",
    [
        WIRE,
        WIRE.upper(),
        f"JAKARTA (KABAR) – {WIRE}",
        WIRE.replace(" ", "\n").replace(",", ", "),
        WIRE.replace("Warga", "Penduduk"),
        WIRE.split(" Warga")[0],
        WIRE.replace("Gempa", "Gémpa"),
    ],
)
def test_a_reprint_is_folded(reprint: str) -> None:
    assert kept(WIRE, reprint) == [["a1", "a2"]]


@pytest.mark.parametrize(
    "other",
    [
        WIRE.replace("5,1", "4,8"),
        WIRE.replace("Senin", "3 Juni"),
        f"{WIRE} Tiga orang luka, kata kepala dinas, dan belasan rumah di dua desa rusak berat karenanya.",
        "Gempa bermagnitudo 5,1.",
        "Banjir merendam pesisir Teluk Lada pada Senin pagi, kata warga.",
        "",
    ],
)
def test_a_different_text_is_not_folded(other: str) -> None:
    assert kept(WIRE, other) == [["a1"], ["a2"]]


def test_copies_are_folded_into_the_best_hit_and_ranks_are_consecutive() -> None:
    other = "Maraton kota dimulai pukul lima pagi di alun-alun."
    distinct = DistinctHits()
    distinct.add(texts(WIRE, other, WIRE, WIRE, other))
    found = distinct.first(2)
    assert [(each.rank, each.article_id, len(each.copies)) for each in found] == [(1, "a1", 2), (2, "a2", 1)]
    assert distinct.first(1) == found[:1]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_every_hit_is_kept_or_folded_once(bodies: list[str]) -> None:
    groups = kept(*bodies)
    assert sorted(name for group in groups for name in group) == sorted(
        f"a{n}" for n in range(1, len(bodies) + 1)
    )
    firsts = [int(group[0][1:]) for group in groups]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_reprints_leave_room_for_others(ingestion: Ingestion, corpus: LocalCorpus, mode: str) -> None:
    reprints = [article(f"r{n}", "Gempa gempa mengguncang pesisir pada Senin pagi.") for n in range(150)]
    others = [
        article("kota", "Gempa terasa di kota."),
        article("desa", "Di desa tidak ada gempa dan banjir."),
    ]
    list(ingestion.ingest([*reprints, *others]))
    query = Query(text="gempa", language="id", filters=NO_FILTERS, top_k=3)
    found = search(corpus, TopicEncoder(), query, mode=mode).hits  # type: ignore[arg-type]
    assert {each.article_id[0] for each in found} == {"r", "k", "d"}
    assert [each.rank for each in found] == [1, 2, 3]
    assert sum(len(each.copies) for each in found) == 149
