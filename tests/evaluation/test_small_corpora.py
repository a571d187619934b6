"""Corpora of a few articles: which are made, what is asked in them, and what the answers count as."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from api.commands.evaluation_views import markdown, report_json, tables
from rag.evaluation.figures import Report, evaluate
from rag.evaluation.plan import Selection, make_plan
from rag.evaluation.sets import open_data
from rag.evaluation.small_corpora import SmallCorpus, plan_small_corpora
from rag.service import Service
from rag.settings import load_settings
from tests.commands.running import kutip
from tests.evaluation.test_figures import write

# A topic, a sentence, a question with words of no other sentence, and its answer.
NEWS = [
    ("kopi", "Panen kopi mencapai 1.500 ton.", "Berapa ton panen kopi?", "1.500 ton"),
    ("banjir", "Banjir merendam 412 rumah.", "Berapa rumah terendam banjir?", "412 rumah"),
    ("maraton", "Maraton diikuti 900 pelari.", "Berapa pelari mengikuti maraton?", "900 pelari"),
    ("gempa", "Gempa merusak 75 bangunan.", "Berapa bangunan rusak karena gempa?", "75 bangunan"),
    ("sekolah", "Sekolah menerima 320 murid.", "Berapa murid diterima sekolah?", "320 murid"),
    ("bus", "Bus mengangkut 60 penumpang.", "Berapa penumpang dalam bus?", "60 penumpang"),
]


def article(topic: str, sentence: str) -> dict[str, Any]:
    return {"id": topic, "language": "id", "paragraphs": ["Pembuka.", sentence]}


def question(topic: str, sentence: str, text: str, answer: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"q-{topic}",
        "question": text,
        "language": "id",
        "article_id": topic,
        "paragraph_index": 1,
        "answers": [answer],
        "answer_starts": [sentence.index(answer)],
        "answerable": True,
        **fields,
    }


def write_news(
    folder: Path, news: Iterable[tuple[str, str, str, str]] = NEWS, more: Iterable[dict[str, Any]] = ()
) -> Path:
    articles = [article(topic, sentence) for topic, sentence, _, _ in news]
    questions = [question(*one) for one in news]
    return write(folder, {"news.articles.jsonl": articles, "news.questions.jsonl": [*questions, *more]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "sets"
    data.mkdir()
    return write_news(data)


def plan(folder: Path, *, count: int = 9, **selection: Any) -> list[SmallCorpus]:
    return plan_small_corpora(open_data(folder), Selection(**selection), count=count)


def ids(small: SmallCorpus) -> list[str]:
    return [each.id for each in small.articles]


def test_a_corpus_is_made_for_each_size_that_the_set_has_articles_for(folder: Path) -> None:
    planned = plan(folder)
    assert sorted(small.articles[0].id for small in planned) == sorted(topic for topic, *_ in NEWS)
    for small in planned:
        assert list(small.absent) == [1, 5]
        assert len(set(ids(small))) == 6
        assert [case.record.article_id for case in small.questions] == ids(small)[:1]


def test_the_absent_question_is_about_an_article_outside_the_corpus(folder: Path) -> None:
    for small in plan(folder):
        for size, absent in small.absent.items():
            assert absent is not None
            assert absent.record.article_id not in ids(small)[:size]


def test_a_corpus_with_every_article_has_no_absent_question(folder: Path) -> None:
    write_news(folder, NEWS[:5])
    assert all(small.absent[5] is None and small.absent[1] is not None for small in plan(folder))


def test_at_most_three_questions_are_asked_about_an_article(folder: Path) -> None:
    more = [question(*NEWS[0], id=f"again-{number}") for number in range(5)]
    planned = plan(write_news(folder, more=more))
    assert {small.articles[0].id: len(small.questions) for small in planned if len(small.questions) > 1} == {
        "kopi": 3
    }


def test_the_drawn_articles_are_the_same_in_every_run(folder: Path) -> None:
    drawn = plan(folder, count=2, sample=1)
    assert drawn == plan(folder, count=2)  # `sample` limits other questions
    assert len(drawn) == 2


def test_headlines_and_unanswerable_questions_draw_no_article(folder: Path) -> None:
    headline = question(*NEWS[0], answers=[], paragraph_index=None)
    unanswerable = question(*NEWS[1], answers=[], answerable=False)
    write(folder, {"news.questions.jsonl": [headline, unanswerable, question(*NEWS[2])]})
    assert [small.articles[0].id for small in plan(folder)] == ["maraton"]


def test_across_languages_the_articles_are_those_of_aligned_questions(folder: Path) -> None:
    english = question(*NEWS[0], id="q-en", language="en", article_id="coffee", aligned_ids={"id": "q-kopi"})
    aligned = {**english, "question": "How many tonnes of coffee?"}
    write_news(folder, more=[aligned])
    with (folder / "news.articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "coffee", "language": "en", "paragraphs": ["One.", NEWS[0][1]]}))
    [small] = plan(folder, languages=("en",), index_language="id")
    assert (small.group.language, small.group.index_language) == ("en", "id")
    assert small.articles[0].id == "kopi"
    assert {each.language for each in small.articles} == {"id"}
    assert [case.record.id for case in small.questions] == ["q-en"]


def test_in_an_index_of_all_languages_other_articles_are_in_the_language_of_the_article(folder: Path) -> None:
    with (folder / "news.articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "coffee", "language": "en", "paragraphs": ["One.", "Two."]}))
    assert {each.language for small in plan(folder, index_language="all") for each in small.articles} == {
        "id"
    }


@pytest.fixture
def report(folder: Path, tmp_path: Path, models: Service) -> Report:
    data = open_data(folder)
    return evaluate(
        data,
        make_plan(data, Selection()),
        small_corpora=plan(folder),
        settings=load_settings(),
        folder=tmp_path / "kept",
        mode="extractive",
        sharing=models,
    )


def test_the_answers_in_small_corpora_are_measured(report: Report) -> None:
    figures = [(found.group.set, found.size, found.corpora) for found in report.small_corpora]
    assert figures == [("news", 1, 6), ("news", 5, 6)]
    for found in report.small_corpora:
        assert {name: figure and (figure.value, figure.count) for name, figure in found.measures.items()} == {
            "answered": (1.0, 6),
            "first citation in the gold paragraph": (1.0, 6),
            "absent refused": (1.0, 6),
        }


def test_small_corpora_have_a_table_of_their_own(report: Report) -> None:
    _, small = tables(report)
    assert small[0][:3] == ["small corpora", "articles", "corpora"]
    assert [row[:3] for row in small[1:]] == [["news (id)", "1", "6"], ["news (id)", "5", "6"]]
    assert markdown(report).count("\n\n") == 2
    value = json.loads(json.dumps(report_json(report)))["small_corpora"][1]
    assert (value["group"]["index_language"], value["size"]) == ("id", 5)
    assert value["measures"]["answered"]["value"] == 1.0


def test_several_sets_are_also_measured_together(folder: Path, tmp_path: Path, models: Service) -> None:
    others = [{**article(topic, text), "id": f"x-{topic}"} for topic, text, _, _ in NEWS[:2]]
    asked = [question(*one, id=f"x-q-{one[0]}", article_id=f"x-{one[0]}") for one in NEWS[:2]]
    write(folder, {"other.articles.jsonl": others, "other.questions.jsonl": asked})
    data = open_data(folder)
    report = evaluate(
        data,
        make_plan(data, Selection(sample=1)),
        small_corpora=plan(folder, count=1),
        settings=load_settings(),
        folder=tmp_path / "kept",
        sharing=models,
    )
    figures = [(found.group.set, found.size, found.corpora) for found in report.small_corpora]
    assert figures == [("all", 1, 2), ("all", 5, 1), ("news", 1, 1), ("news", 5, 1), ("other", 1, 1)]


def test_a_question_that_cannot_be_asked_is_reported_once(
    folder: Path, tmp_path: Path, models: Service
) -> None:
    write(folder, {"news.questions.jsonl": [question(*NEWS[0][:2], "?!", NEWS[0][3])]})
    data = open_data(folder)
    report = evaluate(
        data,
        make_plan(data, Selection()),
        small_corpora=plan(folder),
        settings=load_settings(),
        folder=tmp_path / "kept",
        sharing=models,
    )
    assert [item.id for item in report.left_out] == ["q-kopi"]
    assert report.small_corpora[0].measures["answered"] is None


def test_the_number_of_small_corpora_is_at_least_one(folder: Path) -> None:
    result = kutip("evaluate", str(folder), "--small-corpora", "0")
    assert (result.code, result.out) == (2, "")
    assert "--small-corpora" in result.err


def test_the_command_measures_questions_claims_and_small_corpora(folder: Path) -> None:
    claim = {
        "id": "claim",
        "claim": NEWS[0][1],
        "claim_language": "id",
        "evidence": [{"article_id": "kopi", "paragraph_index": 1}],
        "label": "supported",
        "kind": "copy",
    }
    write(folder, {"news.claims.jsonl": [claim]})
    result = kutip("evaluate", str(folder), "--small-corpora", "1", "--mode", "extractive", "--json")
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert [column["questions"] for column in report["columns"]] == [6]
    assert [claims["group"] for claims in report["claims"]] == ["all", "one language", "kind: copy"]
    assert [(found["size"], found["corpora"]) for found in report["small_corpora"]] == [(1, 1), (5, 1)]
