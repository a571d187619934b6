import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.training.shared_files import empty_shared_files
from training.data import Articles, Place
from training.hard_negatives import other_passages
from training.public_questions import (
    QUESTION_SETS,
    PublicQuestions,
    read_public_questions,
)

FIRST, SECOND = "Bendungan itu dibuka pada 1972.", "Tingginya 40 meter dan panjangnya 300 meter."


def squad(path: Path) -> None:
    """Write an article with two paragraphs and a question on the second; a second question is misplaced."""
    questions: list[dict[str, Any]] = [
        {"question": "Berapa tingginya?", "answers": [{"text": "40 meter", "answer_start": 10}]},
        {"question": "Berapa panjangnya?", "answers": [{"text": "300 meter", "answer_start": 3}]},
    ]
    paragraphs = [{"context": FIRST, "qas": []}, {"context": SECOND, "qas": questions}]
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"data": [{"title": "Bendungan", "paragraphs": paragraphs}]}))


def thai(path: Path) -> None:
    """Write the same article as one text."""
    answers = {"text": ["40 meter"], "answer_start": [len(FIRST) + 2 + 10]}
    row = {"context": f"{FIRST}\n\n{SECOND}", "question": "Berapa tingginya?", "answers": answers}
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/train.jsonl", json.dumps(row | {"title": "Bendungan"}))
        archive.writestr("data/valid.jsonl", "")
        archive.writestr("data/test.jsonl", "")


@pytest.mark.parametrize("public_set", QUESTION_SETS, ids=lambda public_set: public_set.name)
def test_a_question_has_its_paragraph_and_the_others(public_set: PublicQuestions, tmp_path: Path) -> None:
    public = tmp_path / "public"
    squad(public / "JaQuAD/data/train/one.json")
    squad(public / "cmrc2018/squad-style-data/cmrc2018_dev.json")
    squad(public / "DRCD/DRCD_test.json")
    squad(public / "PQuAD/Dataset/Validation.json")
    (public / "PQuAD/Dataset/Test.json").write_text('{"data": []}')
    thai(public / "iapp-wiki-qa-dataset/squad_format/data.zip")
    articles = Articles(empty_shared_files(tmp_path))
    (row,) = read_public_questions(public, public_set, articles)
    assert (row.question, row.passage, row.answers, row.title) == (
        "Berapa tingginya?", SECOND, ("40 meter",), "Bendungan",
    )  # fmt: skip
    assert row.answer_start == SECOND.index("40 meter")
    assert row.place is not None
    assert articles.text(row.place) == SECOND
    assert other_passages(row, articles) == [Place(row.place.article_id, 0)]


def test_a_question_that_its_paragraph_does_not_answer_has_no_answer(tmp_path: Path) -> None:
    (persian,) = (one for one in QUESTION_SETS if one.name == "PQuAD")
    folder = tmp_path / "public/PQuAD/Dataset"
    questions = [{"question": "Berapa lebarnya?", "answers": [], "is_impossible": True}]
    article = {"title": "Bendungan", "paragraphs": [{"context": FIRST, "qas": questions}]}
    folder.mkdir(parents=True)
    (folder / "Validation.json").write_text(json.dumps({"data": [article]}))
    (folder / "Test.json").write_text('{"data": []}')
    articles = Articles(empty_shared_files(tmp_path))
    (row,) = read_public_questions(tmp_path / "public", persian, articles)
    assert (row.question, row.passage, row.answers, row.answer_start) == ("Berapa lebarnya?", FIRST, (), None)


def test_a_set_that_is_not_there_has_no_questions(tmp_path: Path) -> None:
    articles = Articles(empty_shared_files(tmp_path))
    assert [read_public_questions(tmp_path, one, articles) for one in QUESTION_SETS] == [[]] * len(
        QUESTION_SETS
    )
