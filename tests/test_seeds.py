"""The seed articles, read by Kutip's own readers, agree with the questions and with their README."""

import json
from pathlib import Path
from typing import Any

import pytest

from rag.datatypes import Article, Unreadable
from rag.reading import Overrides, read_paths

SEEDS = Path(__file__).resolve().parent.parent / "seeds"

Record = dict[str, Any]


def read(*, permission: str | None = None) -> list[Article | Unreadable]:
    return list(read_paths([SEEDS / "articles"], overrides=Overrides(permission=permission)))


ARTICLES = {
    item.id: item for item in read(permission="written for this project") if isinstance(item, Article)
}
LINES = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS: list[Record] = [json.loads(line) for line in LINES]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: str(question["id"]))
def test_answers_are_at_their_offsets(question: Record) -> None:
    paragraph = ARTICLES[question["article_id"]].paragraphs[question["paragraph_index"]]
    assert question["answer_start"] == question["answer_starts"][0]
    for answer, start in zip(question["answers"], question["answer_starts"], strict=True):
        assert paragraph[start : start + len(answer)] == answer


def test_one_article_is_rejected_for_its_rights_notice() -> None:
    rejected = [item for item in read() if isinstance(item, Unreadable)]
    assert len(rejected) == 1
    assert "naskah-lontar-terkunci" in rejected[0].source
    assert "Dilarang keras" in rejected[0].reason


def test_questions_refer_to_existing_articles_and_questions() -> None:
    question_ids = {question["id"] for question in QUESTIONS}
    assert len(question_ids) == len(QUESTIONS)
    for question in QUESTIONS:
        assert {question["article_id"], question.get("withheld_article_id")} <= {None, *ARTICLES}
        assert set(question["alternative_article_ids"]) <= set(ARTICLES) - {question["article_id"]}
        assert set(question["aligned_ids"].values()) <= question_ids - {question["id"]}


def test_many_languages_and_every_kind_of_question() -> None:
    assert len(ARTICLES) == 33
    assert len({article.language for article in ARTICLES.values()}) >= 10
    assert len(QUESTIONS) >= 60
    kinds = [question["unanswerable_kind"] for question in QUESTIONS if not question["answerable"]]
    assert len(kinds) >= 15
    assert set(kinds) == {"near_miss", "off_corpus", "withheld_article"}


def test_every_article_has_a_date_an_author_and_a_licence() -> None:
    for article in ARTICLES.values():
        assert article.title
        assert article.outlet, article.id
        assert article.author, article.id
        assert article.published_at, article.id
        assert "Apache-2.0" in str(article.metadata.get("license")), article.id


def test_the_facts_of_the_withheld_page_are_in_no_other_article() -> None:
    withheld = [question for question in QUESTIONS if question.get("withheld_article_id")]
    for question in withheld:
        holders = {a.id for a in ARTICLES.values() if question["withheld_answers"][0] in a.text}
        assert holders == {question["withheld_article_id"]}


def test_the_readme_names_every_file() -> None:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    for path in (SEEDS / "articles").iterdir():
        assert path.name in readme
