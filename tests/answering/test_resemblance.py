"""How much a hit resembles a question, with vectors that can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.weights import FloatArray
from rag.answering.resemblance import Resemblance
from rag.datatypes import Hit
from rag.reply_texts import refusal_sentence
from tests.conftest import TopicEncoder


class SimilarInThai(TopicEncoder):
    """Makes every two texts in Thai similar: instead of "something else", they share a component of 5."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Count topics, and add the component of Thai."""
        self.encoded += texts
        vectors = super().encode_passages(texts).copy()
        vectors[[any("ก" <= sign <= "๛" for sign in text) for text in texts], -1] = 5.0
        scaled: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return scaled


def hit(text: str, language: str) -> Hit:
    return Hit(
        rank=1, score=0.0, source="hybrid", passage_id=1, article_id="satu", article_version="",
        title="", url=None, outlet=None, author=None, published_at=None, language=language, paragraph=1,
        start=0, end=len(text), text=text,
    )  # fmt: skip


@pytest.fixture
def thai() -> SimilarInThai:
    return SimilarInThai()


def measured(encoder: TopicEncoder, question: str, asked_in: str, found: Hit) -> tuple[float, float]:
    """Return the cosine similarity and the resemblance."""
    (vector,), (passage,) = encoder.encode_queries([question]), encoder.encode_passages([found.text])
    return float(vector @ passage), Resemblance(encoder).of(vector, found, language=asked_in)


def test_what_all_texts_of_a_language_have_in_common_does_not_count(thai: SimilarInThai) -> None:
    unrelated = measured(thai, "น้ำท่วม kopi", "th", hit("รถเมล์ bus", "th"))
    related = measured(thai, "Harga kopi", "id", hit("Panen kopi dan bus banjir", "id"))
    assert unrelated[0] > 0.95 > related[0]
    assert unrelated[1] == pytest.approx(0, abs=0.02)
    assert related[1] > 0.3


def test_resemblance_is_the_similarity_less_the_mean_of_those_to_a_refusal(thai: SimilarInThai) -> None:
    found = hit("ราคา kopi", "th")
    question, passage = thai.encode_passages(["Harga kopi", found.text])
    indonesian, of_thai = thai.encode_passages([refusal_sentence("id"), refusal_sentence("th")])
    expected = question @ passage - (question @ of_thai + indonesian @ passage) / 2
    assert Resemblance(thai).of(question, found, language="id") == pytest.approx(expected)


def test_a_refusal_is_encoded_once_for_each_language(thai: SimilarInThai) -> None:
    resemblance = Resemblance(thai)
    (question,) = thai.encode_queries(["Harga kopi"])
    for _ in range(3):
        resemblance.of(question, hit("Panen kopi", "id"), language="th")
    for language in ("id", "th"):
        assert thai.encoded.count(refusal_sentence(language)) == 2  # as a question and as a passage
