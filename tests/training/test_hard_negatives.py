from collections.abc import Sequence
from pathlib import Path

from embeddings.weights import FloatArray
from tests.conftest import TopicEncoder
from tests.training.shared_files import empty_shared_files
from training.data import Articles, Place, QuestionRow
from training.hard_negatives import mine, other_passages

TEXTS = {
    "facqa-1": "Harga kopi naik di Gayo.",
    "facqa-2": "Panen kopi mundur.",
    "facqa-3": "Banjir merendam Gayo.",
    "facqa-4": "Kopi Gayo laku.",
}


class CountingEncoder(TopicEncoder):
    """Keeps what was encoded."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.encoded += texts
        return super().encode_passages(texts)


def question(text: str, article_id: str, answer: str) -> QuestionRow:
    passage = TEXTS.get(article_id, "")
    return QuestionRow(text, "id", passage, "", (answer,), 0, Place(article_id, 0), "own")


def test_passages_that_resemble_a_question_without_its_answer_are_found(tmp_path: Path) -> None:
    articles = Articles(empty_shared_files(tmp_path, TEXTS))
    row = question("Di mana harga kopi naik?", "facqa-1", "Gayo")
    (places,) = mine([row], articles, TopicEncoder, cache=tmp_path / "found.json")
    assert places == [Place("facqa-2", 0)]  # the others are the own one, or contain the answer


def test_only_new_questions_are_searched_for(tmp_path: Path) -> None:
    articles = Articles(empty_shared_files(tmp_path, TEXTS))
    first = question("Di mana harga kopi naik?", "facqa-1", "Gayo")
    second = question("Apa yang mundur?", "facqa-2", "Panen")
    encoder = CountingEncoder()
    mine([first], articles, lambda: encoder, cache=tmp_path / "found.json")
    encoder.encoded.clear()
    found = mine([second, first], articles, lambda: encoder, cache=tmp_path / "found.json")
    assert first.question not in encoder.encoded
    assert second.question in encoder.encoded
    assert found[1] == [Place("facqa-2", 0)]
    encoder.encoded.clear()
    assert mine([second, first], articles, lambda: encoder, cache=tmp_path / "found.json") == found
    assert encoder.encoded == []


def test_other_passages_of_an_article_do_not_overlap_the_question_s(tmp_path: Path) -> None:
    articles = Articles(empty_shared_files(tmp_path))
    lines = ["Satu.", "Dua.", "Tiga.", "Empat.", "Lima.", "Enam.", "Tujuh."]
    articles.add("berita", "", "id", lines)
    row = QuestionRow("Apa?", "id", "Tiga. Empat.", "", ("Enam",), 0, Place("berita", 2, 2), "own")
    assert other_passages(row, articles) == [Place("berita", 0, 2), Place("berita", 6, 2)]
