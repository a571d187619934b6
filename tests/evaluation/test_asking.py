"""Reranked search and verbatim sentences, measured with models that can be worked out by hand."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from api.commands.evaluation_views import page, table
from rag.corpus.local.corpus import LocalCorpus
from rag.evaluation.figures import Report, evaluate
from rag.evaluation.metrics import RANKING_MEASURES, Estimate
from rag.evaluation.plan import Selection, make_plan
from rag.evaluation.sets import open_data
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.search.reranking import Reranking
from rag.service import Service, load_language_model
from rag.settings import load_settings
from tests.conftest import TopicEncoder
from tests.evaluation.test_figures import write
from tests.openai_server import Script, serving
from tests.word_cross_encoder import reading_words

ARTICLES = [
    {"id": "harga", "language": "id", "paragraphs": ["Harga kopi kopi 10 ribu."]},
    {
        "id": "kebun",
        "language": "id",
        "paragraphs": ["Pembuka.", "Luwak makan kopi 900 kali. Petani kopi senang, sebelum banjir."],
    },
]
QUESTION = {
    "id": "q",
    "question": "Berapa harga kopi?",
    "language": "id",
    "article_id": "kebun",
    "paragraph_index": 1,
    "answers": ["900 kali"],
    "answer_starts": [17],
    "answerable": True,
}


class LuwakReranker:
    """Scores a text by how often it says "luwak"."""

    name = "luwak"

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        return [float(text.lower().count("luwak")) for text in texts]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "sets"
    data.mkdir()
    return write(data, {"news.articles.jsonl": ARTICLES, "news.questions.jsonl": [QUESTION]})


def evaluated(folder: Path, models: Service) -> Report:
    data = open_data(folder)
    kept = folder.parent / "kept"
    return evaluate(data, make_plan(data, Selection()), settings=load_settings(), folder=kept, sharing=models)


def figure(report: Report, name: str) -> Estimate | None:
    [column] = report.columns
    return column.measures[name]


def value(report: Report, name: str) -> float | None:
    found = figure(report, name)
    return found.value if found else None


def models_with(reranking: Reranking | None, corpus: LocalCorpus, ingestion: Ingestion) -> Service:
    pipeline = Pipeline(corpus=corpus, encoder=TopicEncoder(), reranking=reranking)
    return Service(load_settings(), corpus, pipeline, ingestion)


def test_reranked_search_has_rows_of_its_own(folder: Path, corpus: LocalCorpus, ingestion: Ingestion) -> None:
    report = evaluated(folder, models_with(Reranking(reranker=LuwakReranker()), corpus, ingestion))
    assert (value(report, "hybrid R@1"), value(report, "reranked R@1")) == (0.0, 1.0)
    names = [f"reranked {name}" for name in RANKING_MEASURES]
    assert [row[0] for row in table(report) if row[0].startswith("reranked")] == names
    assert ">reranked<" in page(report)


def test_a_cross_encoder_reranks_too(folder: Path, models: Service) -> None:
    report = evaluated(folder, models)
    assert value(report, "reranked R@1") == 0.0  # "harga" has more words of the question
    assert value(report, "reranked R@5") == 1.0


@pytest.mark.parametrize("reranking", [None, Reranking()])
def test_without_a_model_that_reranks_there_are_no_such_rows(
    folder: Path, corpus: LocalCorpus, ingestion: Ingestion, reranking: Reranking | None
) -> None:
    report = evaluated(folder, models_with(reranking, corpus, ingestion))
    assert figure(report, "reranked R@1") is None
    assert not any("reranked" in row[0] for row in table(report))
    assert "reranked" not in page(report)


@pytest.mark.parametrize(
    ("question", "answers", "expected"),
    [
        ("Berapa kali luwak makan?", ["900 kali"], 1.0),
        # Quoted is the other sentence: 5 words, of which the gold sentence has "kopi" among its 5.
        ("Mengapa petani senang?", ["900 kali"], 0.2),
        # Nothing is quoted.
        ("Mengapa gajah terbang?", ["900 kali"], 0.0),
        # No one sentence contains the answer.
        ("Berapa kali luwak makan?", ["900 kali. Petani"], None),
    ],
)
def test_the_first_quote_is_compared_with_the_sentence_that_contains_the_answer(
    folder: Path, models: Service, question: str, answers: list[str], expected: float | None
) -> None:
    record = {**QUESTION, "question": question, "answers": answers}
    write(folder, {"news.questions.jsonl": [record]})
    assert value(evaluated(folder, models), "sentence F1") == expected


def test_an_answer_of_a_language_model_is_not_compared(
    folder: Path, corpus: LocalCorpus, ingestion: Ingestion
) -> None:
    with serving(Script(["Luwak makan kopi 900 kali {1}."])) as url:
        language_model = load_language_model(load_settings(llm_model="m", openai_base_url=url))
        pipeline = Pipeline(
            corpus=corpus, encoder=TopicEncoder(), language_model=language_model, **reading_words()
        )
        report = evaluated(folder, Service(load_settings(), corpus, pipeline, ingestion))
    assert report.model == "m"
    assert (value(report, "answer contains gold"), value(report, "sentence F1")) == (1.0, None)
