"""Articles into the corpus: each once, nothing encoded twice, a failed one alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Article, IngestResult, IngestStatus, Passage, Unreadable
from rag.errors import BadRequest
from rag.ingestion import Ingestion
from tests.conftest import TopicEncoder, article, identity


class CountingEncoder(TopicEncoder):
    """Remembers the texts it was given, call by call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.calls.append(list(texts))
        return super().encode_passages(texts)

    def new_texts(self) -> list[str]:
        """Return, and forget, the texts encoded since the last time."""
        texts = [text for call in self.calls for text in call]
        self.calls.clear()
        return texts


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


COFFEE = article("kopi", "Kopi naik.", "Petani senang.", "Kopi turun.", title="Panen")


def ingest(ingestion: Ingestion, *items: Article | Unreadable) -> list[IngestResult]:
    return list(ingestion.ingest(items))


def test_results_are_in_the_order_of_the_articles(ingestion: Ingestion) -> None:
    flood = article("banjir", "Banjir.")
    assert ingest(ingestion, COFFEE, flood) == [
        IngestResult(id="kopi", status="created", version=COFFEE.version, passages=3),
        IngestResult(id="banjir", status="created", version=flood.version, passages=1),
    ]
    edited = article("kopi", "Kopi naik.", title="Panen")
    assert ingest(ingestion, flood, edited) == [
        IngestResult(id="banjir", status="unchanged", version=flood.version, passages=1),
        IngestResult(id="kopi", status="updated", version=edited.version, passages=1),
    ]


def test_a_duplicate_in_a_batch_is_rejected_and_the_rest_is_added(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    results = ingest(ingestion, COFFEE, article("kopi", "Lain."), article("bus", "Bus."), COFFEE)
    assert [(result.id, result.status) for result in results] == [
        ("kopi", "created"), ("kopi", "rejected"), ("bus", "created"), ("kopi", "rejected"),
    ]  # fmt: skip
    assert results[1].reason == "The id 'kopi' occurs twice in this batch: give each article its own id."
    assert corpus.article("kopi") == COFFEE
    assert corpus.counts().articles == 2


def test_an_unreadable_article_is_rejected_with_the_reason(ingestion: Ingestion, corpus: LocalCorpus) -> None:
    results = ingest(ingestion, Unreadable(source="a.html", reason="the page is empty"), COFFEE)
    assert results[0] == IngestResult(id="a.html", status="rejected", reason="the page is empty")
    assert results[1].status == "created"
    assert corpus.counts().articles == 1


def test_an_unreadable_article_does_not_occupy_its_id(ingestion: Ingestion) -> None:
    results = ingest(ingestion, Unreadable(source="kopi", reason="the page is empty"), COFFEE)
    assert [result.status for result in results] == ["rejected", "created"]


def test_an_article_without_text_is_rejected_and_the_rest_is_added(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    results = ingest(ingestion, article("kosong", " ", "\n", title="Judul"), article("tanpa"), COFFEE)
    assert [result.status for result in results] == ["rejected", "rejected", "created"]
    assert (
        results[0].reason
        == "The article 'kosong' holds no text: give at least one paragraph that is not blank."
    )
    assert corpus.counts().articles == 1


def test_an_article_without_text_does_not_replace_its_former_version(
    ingestion: Ingestion, corpus: LocalCorpus
) -> None:
    ingest(ingestion, COFFEE)
    assert ingest(ingestion, article("kopi", " "))[0].status == "rejected"
    assert corpus.article("kopi") == COFFEE


def test_ingesting_nothing_gives_no_results(ingestion: Ingestion) -> None:
    assert ingest(ingestion) == []


def test_an_unchanged_article_is_not_encoded_again(ingestion: Ingestion, encoder: CountingEncoder) -> None:
    ingest(ingestion, COFFEE)
    assert encoder.new_texts() == ["Panen. Kopi naik.", "Panen. Petani senang.", "Panen. Kopi turun."]
    ingest(ingestion, COFFEE)
    assert encoder.calls == []


def test_an_edit_encodes_only_the_changed_paragraph(
    ingestion: Ingestion, encoder: CountingEncoder, corpus: LocalCorpus
) -> None:
    ingest(ingestion, COFFEE)
    encoder.calls.clear()
    edited = article("kopi", "Kopi naik.", "Banjir di kebun.", "Kopi turun.", title="Panen", author="Siti")
    assert ingest(ingestion, edited)[0].status == "updated"
    assert encoder.new_texts() == ["Panen. Banjir di kebun."]
    stored = corpus.passages_of("kopi")
    assert [passage.text for passage, _ in stored] == list(edited.paragraphs)
    expected = TopicEncoder().encode_passages([f"Panen. {text}" for text in edited.paragraphs])
    np.testing.assert_array_equal([vector for _, vector in stored], expected)


def test_a_new_title_encodes_all_passages_again(ingestion: Ingestion, encoder: CountingEncoder) -> None:
    ingest(ingestion, COFFEE)
    encoder.calls.clear()
    ingest(ingestion, article("kopi", *COFFEE.paragraphs, title="Banjir"))
    assert encoder.new_texts() == ["Banjir. Kopi naik.", "Banjir. Petani senang.", "Banjir. Kopi turun."]


def test_paragraphs_moved_to_another_place_are_not_encoded_again(
    ingestion: Ingestion, encoder: CountingEncoder, corpus: LocalCorpus
) -> None:
    ingest(ingestion, COFFEE)
    encoder.calls.clear()
    moved = article("kopi", *reversed(COFFEE.paragraphs), title="Panen")
    ingest(ingestion, moved)
    assert encoder.calls == []
    for passage, vector in corpus.passages_of("kopi"):
        assert moved.text[passage.start : passage.end] == passage.text
        np.testing.assert_array_equal(vector, TopicEncoder().encode_passages([f"Panen. {passage.text}"])[0])


def test_a_paragraph_that_several_articles_share_is_encoded_once(
    ingestion: Ingestion, encoder: CountingEncoder, corpus: LocalCorpus
) -> None:
    ingest(
        ingestion, article("1", "Kopi.", "Ikuti kami."), article("2", "Bus.", "Ikuti kami.", "Ikuti kami.")
    )
    assert sorted(encoder.new_texts()) == ["Bus.", "Ikuti kami.", "Kopi."]
    assert corpus.counts().passages == 5


LONG = "kopi satu. " * 5000  # 55,000 characters: two such articles make a group


def test_articles_are_encoded_in_groups_and_stored_when_they_are_yielded(
    ingestion: Ingestion, encoder: CountingEncoder, corpus: LocalCorpus
) -> None:
    read: list[str] = []

    def reading() -> Iterator[Article]:
        for number in range(5):
            read.append(f"{number}")
            yield article(f"{number}", f"Nomor {number}.", LONG)

    results = ingestion.ingest(reading())
    first = next(results)
    assert (first.id, first.status) == ("0", "created")
    assert read == ["0", "1"]
    assert len(encoder.calls) == 1
    assert corpus.counts().articles == 1
    assert [result.status for result in results] == ["created"] * 4
    assert len(encoder.calls) == 3
    assert corpus.counts().articles == 5
    assert corpus.counts().passages == sum(len(corpus.passages_of(f"{number}")) for number in range(5))


def test_what_cannot_be_read_does_not_wait_for_the_end(ingestion: Ingestion) -> None:
    read: list[int] = []

    def reading() -> Iterator[Unreadable]:
        for number in range(1000):
            read.append(number)
            yield Unreadable(source=f"{number}.html", reason="the page is empty")

    assert next(ingestion.ingest(reading())).status == "rejected"
    assert len(read) == 100


def test_a_duplicate_in_a_later_group_is_rejected(ingestion: Ingestion) -> None:
    items = [article("1", LONG), article("2", LONG), article("3", LONG), article("1", "Lain.")]
    assert [result.status for result in ingestion.ingest(items)] == [
        "created",
        "created",
        "created",
        "rejected",
    ]


def test_passages_are_limited_by_the_setting_and_the_encoder(
    corpus: LocalCorpus, encoder: CountingEncoder
) -> None:
    for setting, longest in ((10, 10), (1000, 40)):
        corpus.remove("kopi")
        list(
            Ingestion(corpus, encoder, passage_max_tokens=setting).ingest(
                [article("kopi", "Satu dua tiga. " * 40)]
            )
        )
        lengths = encoder.count_tokens([passage.text for passage, _ in corpus.passages_of("kopi")])
        assert max(lengths) <= longest
        assert sum(lengths) == 120


def test_cut_and_encode_handles_one_article(ingestion: Ingestion) -> None:
    passages, vectors = ingestion.cut_and_encode(COFFEE)
    assert [passage.text for passage in passages] == list(COFFEE.paragraphs)
    assert vectors.shape == (3, 7)


class SmallCorpus(LocalCorpus):
    """Stores only articles with a short title."""

    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        if len(article.title) > 100:
            raise BadRequest("The title is too long for this store.", field="title")
        return super().add(article, passages, vectors)


def test_an_article_that_the_store_refuses_is_rejected_and_the_rest_is_added(
    tmp_path: Path, encoder: CountingEncoder
) -> None:
    with SmallCorpus(tmp_path / "small", encoder=identity(encoder)) as corpus:
        ingestion = Ingestion(corpus, encoder, passage_max_tokens=40)
        results = ingest(ingestion, article("a", "Kopi.", title="T" * 101), article("b", "Teh."))
    assert [(result.status, result.reason) for result in results] == [
        ("rejected", "The title is too long for this store."),
        ("created", None),
    ]
