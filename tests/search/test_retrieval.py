"""Search by meaning, by words, and by both."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest

from embeddings.encoder import TextTooLong
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Filters, SearchMode
from rag.errors import BadRequest
from rag.ingestion import Ingestion
from rag.search.retrieval import Query, SearchResult, search
from tests.conftest import TopicEncoder, article

MODES: tuple[SearchMode, ...] = get_args(SearchMode)


class PolyglotEncoder(TopicEncoder):
    """Understands coffee in Chinese, and refuses what is too long, as real encoders do."""

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        lengths = self.count_tokens(texts)
        if max(lengths) > self.max_tokens:
            raise TextTooLong(
                f"A text has {max(lengths)} tokens; {self.name} takes at most {self.max_tokens}."
            )
        return self.encode_passages([text.replace("咖啡", "kopi") for text in texts])


@pytest.fixture
def encoder() -> PolyglotEncoder:
    return PolyglotEncoder()


@pytest.fixture
def filled(ingestion: Ingestion, corpus: LocalCorpus) -> LocalCorpus:
    """Four articles, one paragraph each.

    For "harga kopi luwak", meaning finds 1 and 2 first, alike, and words find 2 and 3.
    """
    articles = [
        article("1", "Kopi arabika."),
        article("2", "Kopi luwak."),
        article("3", "Luwak masuk ke rumah dalam banjir.", outlet="KABAR"),
        article("4", "Bus kota."),
    ]
    assert [result.status for result in ingestion.ingest(articles)] == ["created"] * 4
    return corpus


def query(text: str, *, language: str = "id", top_k: int = 10, **filters: tuple[str, ...]) -> Query:
    return Query(text=text, language=language, filters=Filters(**filters), top_k=top_k)  # type: ignore[arg-type]


def ids(found: SearchResult) -> list[str]:
    return [hit.article_id for hit in found.hits]


def test_another_text_can_be_encoded_than_is_searched_for(
    filled: LocalCorpus, encoder: PolyglotEncoder
) -> None:
    about_buses = replace(query("berapa"), encoded="bus")
    for mode in MODES:
        assert ids(search(filled, encoder, about_buses, mode=mode))[:1] == (
            ["4"] if mode != "keyword" else []
        )
    found = search(filled, encoder, about_buses, mode="hybrid")
    assert found.vector is not None
    assert found.vector.tolist() == encoder.encode_queries(["bus"])[0].tolist()


def test_vector_search_finds_by_meaning(filled: LocalCorpus, encoder: PolyglotEncoder) -> None:
    found = search(filled, encoder, query("harga kopi luwak"), mode="vector")
    assert ids(found) == ["1", "2", "3", "4"]
    assert [hit.score for hit in found.hits] == pytest.approx([1.0, 1.0, 0.0099, 0.0099], abs=1e-4)
    assert {hit.source for hit in found.hits} == {"vector"}
    assert found.timings_ms.keys() == {"encode", "vector"}


def test_keyword_search_finds_by_words(filled: LocalCorpus, encoder: PolyglotEncoder) -> None:
    found = search(filled, encoder, query("harga kopi luwak"), mode="keyword")
    assert ids(found) == ["2", "1", "3"]
    assert found.vector is None
    # "kopi" and "luwak" weigh ln(1 + 2.5 / 2.5) = .693 each; "harga", unknown, ln(1 + 4.5 / .5) = 2.303.
    matches = filled.keyword_search("harga kopi luwak", language="id", depth=10)
    assert sorted(matches.rarity.values()) == pytest.approx([0.693147, 0.693147, 2.302585], abs=1e-6)
    assert {hit.source for hit in found.hits} == {"keyword"}
    assert found.timings_ms.keys() == {"keyword"}


def test_hybrid_search_prefers_passages_that_both_searches_find(
    filled: LocalCorpus, encoder: PolyglotEncoder
) -> None:
    found = search(filled, encoder, query("harga kopi luwak"), mode="hybrid")
    assert ids(found) == ["2", "1", "3", "4"]
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4]
    assert {hit.source for hit in found.hits} == {"hybrid"}
    assert found.vector is not None
    assert found.vector.shape == (7,)
    assert found.timings_ms.keys() == {"encode", "vector", "keyword", "fuse"}


def test_a_query_in_another_script_keeps_the_vector_order(
    filled: LocalCorpus, encoder: PolyglotEncoder
) -> None:
    across = query("咖啡", language="zh-Hans")
    hybrid = search(filled, encoder, across, mode="hybrid")
    assert ids(hybrid) == ids(search(filled, encoder, across, mode="vector")) == ["1", "2", "3", "4"]
    assert filled.keyword_search("咖啡", language="zh-Hans", depth=10).passages == []
    assert search(filled, encoder, across, mode="keyword").hits == []


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_top_k_is_the_number_of_hits(filled: LocalCorpus, encoder: PolyglotEncoder, mode: SearchMode) -> None:
    assert len(search(filled, encoder, query("kopi luwak", top_k=2), mode=mode).hits) == 2
    assert len(search(filled, encoder, query("kopi luwak", top_k=500), mode=mode).hits) in (3, 4)


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_filters_apply_in_every_mode(filled: LocalCorpus, encoder: PolyglotEncoder, mode: SearchMode) -> None:
    assert ids(search(filled, encoder, query("kopi luwak", outlet=("KABAR",)), mode=mode)) == ["3"]
    assert ids(search(filled, encoder, query("kopi luwak", outlet=("WARTA",)), mode=mode)) == []


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_an_empty_corpus_gives_no_hits(
    corpus: LocalCorpus, encoder: PolyglotEncoder, mode: SearchMode
) -> None:
    found = search(corpus, encoder, query("kopi"), mode=mode)
    assert found.hits == []
    assert corpus.keyword_search("kopi", language="id", depth=10).passages == []


def test_there_may_be_more_hits_than_candidates_of_one_search(
    ingestion: Ingestion, corpus: LocalCorpus, encoder: PolyglotEncoder
) -> None:
    list(ingestion.ingest(article(f"{number:03}", f"Kopi {number}.") for number in range(150)))
    for mode in ("hybrid", "vector", "keyword"):
        assert len(search(corpus, encoder, query("kopi", top_k=140), mode=mode).hits) == 140


@pytest.mark.parametrize("mode", ["hybrid", "vector"])
def test_a_query_too_long_for_the_encoder_is_a_bad_request(
    filled: LocalCorpus, encoder: PolyglotEncoder, mode: SearchMode
) -> None:
    message = r"The question is too long\. A text has 41 tokens; topics takes at most 40\. Shorten it\."
    with pytest.raises(BadRequest, match=message) as caught:
        search(filled, encoder, query("kopi " * 41), mode=mode)
    assert caught.value.field == "question"
    assert ids(search(filled, encoder, query("kopi " * 41), mode="keyword")) == ["1", "2"]
