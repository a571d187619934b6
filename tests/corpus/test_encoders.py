"""What every corpus does with another encoder or without one, and what commands ask it."""

from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.weights import FloatArray
from rag.datatypes import Article, Counts, Passage
from rag.errors import EncoderMismatch
from tests.conftest import TOPICS, article
from tests.corpora import (
    COFFEE,
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
