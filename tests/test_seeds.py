"""The seed articles and questions agree with each other and with their README."""

import json
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
ARTICLES = SEEDS / "articles"

Record = dict[str, Any]


def read_jsonl(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_jsonl_articles() -> list[Record]:
    articles = [article for path in sorted(ARTICLES.glob("*.jsonl")) for article in read_jsonl(path)]
    for article in articles:
        if "text" in article:
            article["paragraphs"] = article["text"].split("\n\n")
    return articles


def read_markdown_article(path: Path) -> Record:
    _, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    article: Record = dict(line.split(": ", 1) for line in front_matter.splitlines())
    blocks = [block.strip() for block in body.split("\n\n")]
    article["paragraphs"] = [block for block in blocks if block and not block.startswith("#")]
    return article


ARTICLES_WITH_IDS = read_jsonl_articles() + [
    read_markdown_article(path) for path in sorted(ARTICLES.glob("*.md"))
]
PARAGRAPHS: dict[str, list[str]] = {article["id"]: article["paragraphs"] for article in ARTICLES_WITH_IDS}
PAGE_IDS = [path.stem for path in sorted(ARTICLES.iterdir()) if path.suffix in {".txt", ".html"}]
QUESTIONS = read_jsonl(SEEDS / "questions.jsonl")
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
UNANSWERABLE = [question for question in QUESTIONS if not question["answerable"]]


def question_id(question: Record) -> str:
    return str(question["id"])


@pytest.mark.parametrize(
    "question", [question for question in ANSWERABLE if question["article_id"] in PARAGRAPHS], ids=question_id
)
def test_answers_stand_at_their_offsets(question: Record) -> None:
    paragraph = PARAGRAPHS[question["article_id"]][question["paragraph_index"]]
    assert question["answer_start"] == question["answer_starts"][0]
    for answer, start in zip(question["answers"], question["answer_starts"], strict=True):
        assert paragraph[start : start + len(answer)] == answer


def test_ids_are_unique() -> None:
    article_ids = [*(article["id"] for article in ARTICLES_WITH_IDS), *PAGE_IDS]
    question_ids = [question["id"] for question in QUESTIONS]
    assert len(set(article_ids)) == len(article_ids)
    assert len(set(question_ids)) == len(question_ids)


def test_questions_name_articles_and_questions_that_exist() -> None:
    article_ids = {None, *PARAGRAPHS, *PAGE_IDS}
    question_ids = {question["id"] for question in QUESTIONS}
    for question in QUESTIONS:
        assert {question["article_id"], question.get("withheld_article_id")} <= article_ids
        assert set(question["alternative_article_ids"]) <= article_ids - {question["article_id"]}
        assert set(question["aligned_ids"].values()) <= question_ids - {question["id"]}


def test_every_article_with_metadata_says_where_when_and_under_which_licence() -> None:
    for article in ARTICLES_WITH_IDS:
        assert article.keys() >= {"title", "url", "outlet", "author", "published_at", "language"}
        assert article["license"] == "Apache-2.0"


def test_every_page_says_its_licence() -> None:
    pages = [path for path in ARTICLES.iterdir() if path.stem in PAGE_IDS]
    assert [path.name for path in pages if "Apache-2.0" not in path.read_text(encoding="utf-8")] == []


def test_there_is_enough_of_each_kind() -> None:
    assert len(ARTICLES_WITH_IDS) + len(PAGE_IDS) >= 30
    assert len({article["language"] for article in ARTICLES_WITH_IDS}) >= 10
    assert len(QUESTIONS) >= 60
    assert len({question["language"] for question in QUESTIONS}) >= 8
    assert len(UNANSWERABLE) >= 15
    kinds = {question["unanswerable_kind"] for question in UNANSWERABLE}
    assert kinds == {"near_miss", "off_corpus", "withheld_article"}


def test_facts_of_the_withheld_page_stand_nowhere_else() -> None:
    withheld = [question for question in UNANSWERABLE if question["unanswerable_kind"] == "withheld_article"]
    for question in withheld:
        answer = question["withheld_answers"][0]
        holders = {path.stem for path in ARTICLES.iterdir() if answer in path.read_text(encoding="utf-8")}
        assert holders == {question["withheld_article_id"]}


def test_readme_names_every_file() -> None:
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    files = [path.relative_to(SEEDS).as_posix() for path in SEEDS.rglob("*") if path.is_file()]
    assert [name for name in files if name != "README.md" and f"`{name}`" not in readme] == []
