import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.shared_files import empty_shared_files
from training.alterations import alter, negate, replace_word, swap_names, swap_numbers
from training.data import Articles, ClaimRow, Place, QuestionRow
from training.examples import Example, Mixture, Source, _CopiedSentences, _Questions


def rng() -> random.Random:
    return random.Random(1)  # noqa: S311


def test_numbers_names_and_negations_are_changed() -> None:
    assert swap_numbers("Dari 12 desa, 7 terendam.", language="id", rng=rng()) == "Dari 7 desa, 12 terendam."
    swapped = swap_names("Kemarin, Budi menggugat Ratna.", language="id", rng=rng())
    assert swapped == "Kemarin, Ratna menggugat Budi."
    assert negate("The dam was closed.", language="en", rng=rng()) == "The dam was not closed."
    assert negate("He can't come.", language="en", rng=rng()) == "He can come."
    assert negate("It isn't closed.", language="en", rng=rng()) == "It is closed."
    assert negate("They won't come.", language="en", rng=rng()) is None
    assert negate("Tidak ada yang datang.", language="id", rng=rng()) == "ada yang datang."
    assert negate("Bendungan itu tidak ditutup.", language="id", rng=rng()) == "Bendungan itu ditutup."
    assert negate("ダムは閉鎖された。", language="ja", rng=rng()) is None


@pytest.mark.parametrize(
    ("language", "sentence", "other", "changed"),
    [
        ("id", "Bupati meresmikan jembatan.", "Warga menutup bendungan.", {"Bupati meresmikan bendungan."}),
        ("zh", "市长批准了。", "法院拒绝", {"法院批准了。", "市长法院了。", "市长拒绝了。", "拒绝批准了。"}),
        ("th", "นายกอนุมัติ", "ศาล", {"ศาลอนุมัติ"}),
    ],
)
def test_a_word_is_replaced_in_any_language(
    language: str, sentence: str, other: str, changed: set[str]
) -> None:
    found = {replace_word(sentence, other, language=language, rng=random.Random(seed)) for seed in range(40)}  # noqa: S311
    assert changed <= found
    assert sentence not in found


@given(st.text(max_size=80), st.sampled_from(["id", "en", "ja", "ar"]), st.integers(0, 9))
def test_an_altered_sentence_is_another(sentence: str, language: str, seed: int) -> None:
    changed = alter(sentence, language=language, rng=random.Random(seed))  # noqa: S311
    assert changed is None or changed != sentence


def test_copied_sentences_are_supported_and_changed_ones_are_not(tmp_path: Path) -> None:
    sentences = ["Panen kopi naik dari 1.200 menjadi 1.500 ton.", "Harga di Gayo turun.", "Bus mogok 3 kali."]
    articles = Articles(empty_shared_files(tmp_path, {"a": " ".join(sentences)}))
    row = ClaimRow("", "", "", "id", "id", Place("a", 0), "own")
    copies = _CopiedSentences([row, row], articles)
    assert copies.size == 1
    drawn = [copies.make(0, random.Random(seed)) for seed in range(300)]  # noqa: S311
    supported = {example.first for example in drawn if example.label == "supported"}
    respelled = "claim: Panen kopi naik dari 1200 menjadi 1500 ton."
    assert supported == {*(f"claim: {sentence}" for sentence in sentences), respelled}
    altered = [example for example in drawn if example.label == "not_supported"]
    assert 50 < len(altered) < 150
    assert not any(example.first.removeprefix("claim: ") in example.second for example in altered)
    assert all(example.second in " ".join(sentences) for example in drawn)
    assert {example.second for example in drawn} > {*sentences, " ".join(sentences)}


def test_all_rows_of_a_source_are_drawn_once_before_any_is_drawn_again() -> None:
    def source(name: str, size: int) -> Source:
        return Source(name, 1.0, size, lambda number, _: Example(f"{name}{number}", "", "supported"))

    drawn = [example.first for example in Mixture([source("a", 5), source("b", 3)], seed=4).draw(60)]
    rows = [first for first in drawn if first.startswith("a")]
    assert len(rows) > 10
    assert all(len(set(rows[start : start + 5])) == 5 for start in range(0, len(rows) - 4, 5))


def test_some_questions_are_changed_so_that_the_passage_does_not_answer(tmp_path: Path) -> None:
    passage = "Pabrik gula Tasikmadu dibangun pada 1871 oleh Mangkunegara, bukan oleh Belanda."
    articles = Articles(empty_shared_files(tmp_path, {"a": passage, "b": "Harga cabai naik."}))
    row = QuestionRow(
        question="Siapa yang membangun pabrik gula Tasikmadu pada 1871?",
        language="id",
        passage=passage,
        title="",
        answers=("Mangkunegara",),
        answer_start=passage.index("Mangkunegara"),
        place=Place("a", 0),
        source="own",
    )
    questions = _Questions([row], [[]], articles)
    drawn = [questions.make(0, random.Random(seed)) for seed in range(3000)]  # noqa: S311
    asked = [example for example in drawn if example.second == passage]
    assert {example.label for example in asked if example.first == f"query: {row.question}"} == {"answerable"}
    changed = [example for example in asked if example.first != f"query: {row.question}"]
    assert {example.label for example in changed} == {"unanswerable"}
    assert 5 < len(changed) < len(asked) / 4
    others = [example for example in drawn if example.second != passage]
    assert {example.label for example in others} == {"unanswerable"}
    assert "Harga cabai naik." in {example.second for example in others}


def test_a_question_with_a_translated_passage_keeps_its_script(tmp_path: Path) -> None:
    texts = {"id": "Pabrik gula itu dibangun Mangkunegara.", "ar": "بنى مانكونيغارا مصنع السكر ذاك."}
    rows = [
        {"id": f"a-{language}", "parallel_id": "a", "title": "", "language": language, "paragraphs": [text]}
        for language, text in texts.items()
    ]
    rows.append({"id": "b", "title": "", "language": "id", "paragraphs": ["Harga cabai naik."]})
    folder = empty_shared_files(tmp_path)
    (folder / "eval" / "facqa-dev.articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    row = QuestionRow(
        question="Siapa yang membangun pabrik gula?",
        language="id",
        passage=texts["id"],
        title="",
        answers=("Mangkunegara",),
        answer_start=None,
        place=Place("a-id", 0),
        source="own",
    )
    questions = _Questions([row], [[]], Articles(folder))
    drawn = [questions.make(0, random.Random(seed)) for seed in range(400)]  # noqa: S311
    asked_of_translation = {example.first for example in drawn if example.second == texts["ar"]}
    assert asked_of_translation
    assert all(first.isascii() for first in asked_of_translation)
