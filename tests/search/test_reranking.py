"""The best hits in a reranker's order: what changes, and what stays the legs'."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

from embeddings.cross_encoder import Reading
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Filters, SearchMode
from rag.errors import RerankerError
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.search.reranking import Reranking
from rag.search.retrieval import Query, SearchResult, search
from rag.service import build_service
from rag.settings import load_settings
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.tiny_model import save_tiny_cross_encoder
from tests.word_cross_encoder import WordCrossEncoder

MODES: tuple[SearchMode, ...] = get_args(SearchMode)


class WordReranker:
    """Scores a text by how often it says "luwak"; remembers what it was given to read."""

    name = "words"

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.read: list[str] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        self.queries.append(query)
        self.read += texts
        return [float(text.lower().count("luwak")) for text in texts]


@pytest.fixture
def reranker() -> WordReranker:
    return WordReranker()


@pytest.fixture
def filled(ingestion: Ingestion, corpus: LocalCorpus) -> LocalCorpus:
    """Five articles of one paragraph: for "kopi" meaning finds them in the order of their ids."""
    articles = [
        article("1", "Kopi kopi kopi naik."),
        article("2", "Kopi menyusul sesudah banjir."),
        article("3", "Bus berhenti karena banjir, kopi tumpah, luwak tidur.", language="ms"),
        article("4", "Maraton melewati kebun kopi, lalu bus kota dan banjir.", title="Luwak, luwak"),
        article("5", "Sekolah libur, gempa, banjir, bus mogok: hanya satu kopi terjual.", outlet="KABAR"),
    ]
    assert [result.status for result in ingestion.ingest(articles)] == ["created"] * 5
    return corpus


def query(text: str = "kopi", *, top_k: int = 10, filters: Filters | None = None) -> Query:
    return Query(text=text, language="id", filters=filters or Filters(), top_k=top_k)


def ids(found: SearchResult) -> list[str]:
    return [hit.article_id for hit in found.hits]


@pytest.mark.parametrize("mode", MODES)
def test_hits_are_in_the_reranker_s_order(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker, mode: SearchMode
) -> None:
    plain = search(filled, encoder, query(), mode=mode)
    found = search(filled, encoder, query(), mode=mode, reranking=Reranking(reranker=reranker, depth=32))
    # Twice in a title, once in a text; the others, which score alike, stay in the order of the legs.
    assert ids(found) == ["4", "3", *(name for name in ids(plain) if name not in ("3", "4"))]
    assert [hit.score for hit in found.hits] == [2.0, 1.0, 0.0, 0.0, 0.0]
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4, 5]
    assert {hit.source for hit in found.hits} == {"reranked"}
    assert {hit.source for hit in plain.hits} == {mode}
    assert reranker.queries == ["kopi"]
    assert "Luwak, luwak. Maraton melewati kebun kopi, lalu bus kota dan banjir." in reranker.read
    assert "Kopi menyusul sesudah banjir." in reranker.read


@pytest.mark.parametrize("mode", MODES)
def test_reranking_changes_the_order_and_adds_its_time(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker, mode: SearchMode
) -> None:
    plain = search(filled, encoder, query(top_k=2), mode=mode)
    found = search(
        filled, encoder, query(top_k=2), mode=mode, reranking=Reranking(reranker=reranker, depth=32)
    )
    assert found.hits[0].article_id != plain.hits[0].article_id
    assert found.timings_ms.keys() == {*plain.timings_ms, "rerank"}


def test_a_hit_beyond_top_k_can_come_first(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker
) -> None:
    assert ids(search(filled, encoder, query(top_k=1), mode="hybrid")) == ["1"]
    found = search(
        filled, encoder, query(top_k=1), mode="hybrid", reranking=Reranking(reranker=reranker, depth=5)
    )
    assert ids(found) == ["4"]


@pytest.mark.parametrize(("top_k", "depth", "read"), [(1, 3, 3), (4, 2, 4), (10, 2, 5), (2, 100, 5)])
def test_the_reranker_reads_depth_or_top_k_hits(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker, top_k: int, depth: int, read: int
) -> None:
    reranking = Reranking(reranker=reranker, depth=depth)
    found = search(filled, encoder, query(top_k=top_k), mode="hybrid", reranking=reranking)
    assert len(reranker.read) == read
    assert len(found.hits) == min(top_k, 5)


def test_near_copies_are_folded_before_reranking_without_a_deeper_search(
    ingestion: Ingestion, corpus: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker
) -> None:
    reprints = [article(f"r{number}", "Gempa mengguncang pesisir pada Senin pagi.") for number in range(150)]
    list(ingestion.ingest([*reprints, article("kota", "Di kota ini tidak ada gempa, banjir, atau bus.")]))
    reranking = Reranking(reranker=reranker, depth=32)
    found = search(corpus, encoder, query("gempa", top_k=1), mode="vector", reranking=reranking)
    assert reranker.read == ["Gempa mengguncang pesisir pada Senin pagi."]
    assert len(found.hits[0].copies) == 99


class TitleReader(WordCrossEncoder):
    """Finds every passage equally relevant; the answer is in the title, or where the text has "ton"."""

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[Reading]:
        parts_of = [tuple(9.0 * ("ton" in part) for part in parts) for parts in passages]
        return [Reading(3.0, (5.0, *parts[1:])) for parts in parts_of]


def test_a_passage_that_answers_comes_before_one_of_which_only_the_title_does(
    ingestion: Ingestion, corpus: LocalCorpus, encoder: TopicEncoder
) -> None:
    list(
        ingestion.ingest(
            [
                article("judul", "Kopi kopi kopi naik.", title="Panen 1.500 butir"),
                article("isi", "Kopi, bus, banjir: panen 1.500 ton.", title="Kabar"),
            ]
        )
    )
    reranking = Reranking(cross_encoder=TitleReader())
    assert ids(search(corpus, encoder, query(), mode="vector")) == ["judul", "isi"]
    assert ids(search(corpus, encoder, query(), mode="vector", reranking=reranking)) == ["isi", "judul"]


def test_reranking_respects_filters(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker
) -> None:
    only = query(filters=Filters(outlet=("KABAR",)))
    found = search(filled, encoder, only, mode="hybrid", reranking=Reranking(reranker=reranker, depth=32))
    assert ids(found) == ["5"]


@pytest.mark.parametrize("mode", MODES)
def test_reranking_no_hits_gives_none(
    corpus: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker, mode: SearchMode
) -> None:
    found = search(corpus, encoder, query(), mode=mode, reranking=Reranking(reranker=reranker, depth=32))
    assert found.hits == []
    assert Reranking(reranker=reranker).rerank("kopi", []).hits == []


def test_an_answer_is_written_from_the_reranked_hits(
    filled: LocalCorpus, encoder: TopicEncoder, reranker: WordReranker
) -> None:
    pipeline = Pipeline(
        corpus=filled, encoder=encoder, reranking=Reranking(reranker=reranker, depth=32), top_k=1
    )
    answer = asyncio.run(pipeline.answer(Question(text="kopi")))
    check_answer(answer, filled)
    assert [hit.article_id for hit in answer.hits] == ["4"]
    assert answer.citations[0].article_id == "4"
    assert "rerank" in answer.timings_ms


def test_the_setting_loads_a_cross_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save_tiny_cross_encoder(tmp_path)
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KUTIP_RERANKER_MODEL", str(folder))
    monkeypatch.setenv("KUTIP_RERANKER_DEPTH", "2")
    with build_service(load_settings()) as service:
        reranking = service.pipeline.reranking
        assert reranking is not None
        assert reranking.reranker is not None
        assert (reranking.reranker.name, reranking.depth) == (str(folder), 2)
        list(service.ingestion.ingest([article("1", "Harga kopi naik."), article("2", "Banjir.")]))
        found = service.pipeline.search(Question(text="harga kopi"))
        assert {hit.source for hit in found.hits} == {"reranked"}
        texts = [hit.text for hit in found.hits]
        assert [hit.score for hit in found.hits] == reranking.reranker.scores("harga kopi", texts)
        with build_service(load_settings(data_dir=tmp_path / "other"), sharing=service) as other:
            assert other.pipeline.reranking is reranking


def test_a_reranker_that_cannot_be_loaded_stops_the_service(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, reranker_model=str(tmp_path / "nowhere"))
    with pytest.raises(RerankerError, match=r"^KUTIP_RERANKER_MODEL is '.*nowhere', which cannot be loaded"):
        build_service(settings)
