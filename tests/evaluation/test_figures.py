"""`kutip evaluate`: sets read, planned, asked and measured; the seeds as a gate against regressions."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.commands.evaluation_views import markdown, page, report_json, table
from rag.corpus.local.corpus import LocalCorpus
from rag.errors import BadRequest, NotFound, ReadingError
from rag.evaluation.claims import plan_claims
from rag.evaluation.figures import Report, evaluate
from rag.evaluation.metrics import Estimate
from rag.evaluation.plan import Case, LeftOut, Plan, Selection, make_plan
from rag.evaluation.sets import GoldSpan, open_data
from rag.evaluation.small_corpora import plan_small_corpora
from rag.settings import load_settings
from tests.commands.running import kutip
from tests.missing import kutip_without
from tests.openai_server import Script, serving

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"

ARTICLES = [
    {"id": "kopi-id", "language": "id", "paragraphs": ["Pembuka.", "Panen kopi 1.500,5 ton pada Senin."]},
    {"id": "kopi-en", "language": "en", "paragraphs": ["Opening.", "The harvest was 1,500.5 tonnes."]},
    {"id": "banjir-id", "language": "id", "paragraphs": ["Banjir merendam 412 rumah di Tirta Kencana."]},
    {"id": "ulang-id", "language": "id", "paragraphs": ["Ulasan.", "Menurut petani, panen 1.500,5 ton."]},
]
HARVEST: dict[str, Any] = {
    "id": "q-harvest",
    "question": "Berapa ton panen kopi?",
    "language": "id",
    "article_id": "kopi-id",
    "paragraph_index": 1,
    "answers": ["1.500,5 ton"],
    "answer_start": 11,
    "answer_starts": [11],
    "answerable": True,
}
UNANSWERABLE: dict[str, Any] = {
    "paragraph_index": None,
    "answers": [],
    "answer_starts": [],
    "answerable": False,
}
NEAR_MISS = {**HARVEST, **UNANSWERABLE, "id": "q-near", "question": "Siapa yang memanen kopi?"}
OFF_CORPUS = {**NEAR_MISS, "id": "q-off", "article_id": None, "question": "Siapa presiden Prancis?"}
WITHHELD = {
    **OFF_CORPUS,
    "id": "q-withheld",
    "question": "Berapa rumah terendam banjir?",
    "withheld_article_id": "banjir-id",
}


def write(folder: Path, files: Mapping[str, list[dict[str, Any]]]) -> Path:
    for name, records in files.items():
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "news.articles.jsonl": ARTICLES,
        "news.questions.jsonl": [HARVEST, NEAR_MISS, OFF_CORPUS],
        "abstain.questions.jsonl": [WITHHELD],
    }
    data = tmp_path / "sets"
    data.mkdir()
    return write(data, files)


def plan(folder: Path, **selection: Any) -> Plan:
    return make_plan(open_data(folder), Selection(**selection))


def only_case(folder: Path, **selection: Any) -> Case:
    [cases] = plan(folder, **selection).cases.values()
    [case] = cases
    return case


def harvest(folder: Path, **fields: Any) -> Path:
    """Replace the questions by one."""
    return write(folder, {"news.questions.jsonl": [{**HARVEST, **fields}]})


def test_the_gold_of_a_question_is_its_paragraph_and_its_span(folder: Path) -> None:
    gold = only_case(harvest(folder), sets=("news",)).gold
    assert gold.places == {("kopi-id", 2)}
    assert gold.spans == {GoldSpan(article_id="kopi-id", start=21, end=32)}
    assert gold.answers == ("1.500,5 ton",)


def test_an_alternative_article_is_gold_if_it_contains_the_answer(folder: Path) -> None:
    gold = only_case(harvest(folder, alternative_article_ids=["ulang-id"]), sets=("news",)).gold
    assert gold.places == {("kopi-id", 2), ("ulang-id", 2)}
    assert GoldSpan(article_id="ulang-id", start=31, end=42) in gold.spans


def test_across_languages_the_gold_is_that_of_the_aligned_question(folder: Path) -> None:
    translated = {
        **HARVEST,
        "id": "q-en",
        "language": "en",
        "article_id": "kopi-en",
        "answers": ["1,500.5 tonnes"],
        "answer_starts": [16],
    }
    harvest(folder, aligned_ids={"en": "q-en"})
    with (folder / "news.questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(translated))
    case = only_case(folder, sets=("news",), languages=("id",), index_language="en")
    assert case.gold.places == {("kopi-en", 2)}
    assert case.gold.answers == ("1.500,5 ton", "1,500.5 tonnes")


def test_a_parallel_article_is_gold_in_the_same_paragraph(folder: Path) -> None:
    parallel = [
        {"id": f"p-{language}-07", "language": language, "paragraphs": ["Satu.", f"Isi {language}."]}
        for language in ("id", "ar")
    ]
    question = {**HARVEST, "article_id": "p-id-07", "gold_parallel_id": "p-07", "answers": ["id"]}
    write(folder, {"news.articles.jsonl": parallel, "news.questions.jsonl": [question]})
    gold = only_case(folder, sets=("news",), index_language="ar").gold
    assert gold.places == {("p-ar-07", 2)}
    assert gold.spans == {GoldSpan(article_id="p-ar-07", start=7, end=14)}


def test_a_headline_is_searched_for_but_not_answered(folder: Path) -> None:
    headline = {**HARVEST, "paragraph_index": None, "answers": [], "answer_starts": []}
    case = only_case(write(folder, {"news.questions.jsonl": [headline]}), sets=("news",))
    assert case.gold.places == {("kopi-id", None)}
    assert case.is_for_search_alone


def test_the_three_kinds_of_unanswerable_questions(folder: Path) -> None:
    planned = plan(folder)
    kinds = {case.record.id: case.record.kind for cases in planned.cases.values() for case in cases}
    assert kinds == {
        "q-harvest": "answerable",
        "q-near": "near-miss",
        "q-off": "off-corpus",
        "q-withheld": "withheld",
    }


def test_withheld_articles_are_not_in_the_index_and_the_set_shares_a_column(folder: Path) -> None:
    planned = plan(folder, sets=("news", "abstain"))
    whole, part = planned.cases
    assert whole.withheld == frozenset()
    assert part.withheld == {"banjir-id"}
    assert whole.folder_name != part.folder_name
    assert {case.column.sets for cases in planned.cases.values() for case in cases} == {("news", "abstain")}


def test_headlines_have_a_column_of_their_own(folder: Path) -> None:
    headline = {**HARVEST, "id": "h", "paragraph_index": None, "answers": [], "answer_starts": []}
    write(folder, {"headlines.questions.jsonl": [headline]})
    planned = plan(folder, sets=("headlines", "news", "abstain"))
    columns = {case.column.sets for cases in planned.cases.values() for case in cases}
    assert columns == {("headlines",), ("news", "abstain")}


def test_a_file_of_withheld_ids_is_read(folder: Path) -> None:
    (folder / "abstain.withhold_article_ids.json").write_text('["ulang-id"]')
    assert only_case(folder, sets=("abstain",)).index.withheld == {"ulang-id", "banjir-id"}


def test_questions_that_the_index_cannot_answer_are_left_out_and_reported(folder: Path) -> None:
    planned = plan(folder, sets=("news",), index_language="en")
    assert planned.left_out == [
        LeftOut(id="q-harvest", reason="no article that answers it is in the index"),
        LeftOut(id="q-near", reason="the article that nearly answers it is not in the index"),
    ]


def test_a_sample_is_the_same_in_every_run(folder: Path) -> None:
    write(folder, {"news.questions.jsonl": [{**HARVEST, "id": str(number)} for number in range(50)]})
    chosen = [
        [case.record.id for case in next(iter(plan(folder, sets=("news",), sample=5).cases.values()))]
        for _ in range(2)
    ]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == 5


def test_a_folder_with_questions_and_articles_is_a_set(tmp_path: Path) -> None:
    only = tmp_path / "berita"
    (only / "articles").mkdir(parents=True)
    write(only, {"articles/a.jsonl": ARTICLES, "questions.jsonl": [HARVEST]})
    assert only_case(only).column.sets == ("berita",)


def test_an_unknown_set_is_reported_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(BadRequest, match=r"no set 'nws'\. The sets are abstain, news"):
        plan(folder, sets=("nws",))


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="has neither"):
        open_data(tmp_path)
    with pytest.raises(NotFound, match="There is no folder"):
        open_data(tmp_path / "missing")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"questions\.jsonl:2: the line is refused: Invalid JSON"),
        ("[]", r"questions\.jsonl:2: the line is refused"),
        ('{"id": "x"}', r"questions\.jsonl:2: question is refused: Field required"),
        (json.dumps({**HARVEST, "answers": "1"}), r"questions\.jsonl:2: answers is refused"),
        ("\udcff", r"questions\.jsonl:2: the line is refused"),
    ],
)
def test_a_malformed_line_is_reported(folder: Path, line: str, message: str) -> None:
    text = json.dumps(HARVEST) + "\n" + line
    (folder / "news.questions.jsonl").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ReadingError, match=message):
        plan(folder)


def test_a_missing_paragraph_is_reported(folder: Path) -> None:
    with pytest.raises(ReadingError, match="'q-harvest' names paragraph_index 9, but 'kopi-id' has 2"):
        plan(harvest(folder, paragraph_index=9), sets=("news",))


def test_an_invalid_list_of_withheld_ids_is_reported(folder: Path) -> None:
    (folder / "abstain.withhold_article_ids.json").write_text('{"a": 1}')
    with pytest.raises(ReadingError, match="is not a JSON list of article ids"):
        plan(folder)


def test_a_set_without_articles_is_reported(folder: Path) -> None:
    (folder / "news.articles.jsonl").unlink()
    with pytest.raises(BadRequest, match="No set in the folder has the articles that 'news' asks about"):
        plan(folder, sets=("news",))


def test_a_second_run_on_a_kept_corpus_gives_the_same_figures(folder: Path, tmp_path: Path) -> None:
    reports = []
    for _ in range(2):
        data = open_data(folder)
        planned = make_plan(data, Selection())
        kept = tmp_path / "kept"
        reports.append(evaluate(data, planned, settings=load_settings(), folder=kept, mode="extractive"))
    first, second = [shares(report) for report in reports]
    assert first == second
    assert first["hybrid R@1"] == 1.0
    assert first["answer contains gold"] == 1.0
    assert reports[0].columns[0].passages == 5
    whole, part = [LocalCorpus(kept / index.folder_name, encoder=None) for index in planned.cases]
    with whole, part:
        assert whole.article("banjir-id") is not None
        assert part.article("banjir-id") is None


def test_an_invalid_question_is_left_out_and_reported(folder: Path, tmp_path: Path) -> None:
    data = open_data(harvest(folder, question="?!"))
    planned = make_plan(data, Selection(sets=("news",)))
    report = evaluate(data, planned, settings=load_settings(), folder=tmp_path / "kept")
    assert report.columns == ()
    assert [(item.id, "contains no word" in item.reason) for item in report.left_out] == [("q-harvest", True)]


@pytest.mark.parametrize(
    ("script", "model", "failed"),
    [(Script(status=401), None, 1.0), (Script(["Panen kopi 1.500,5 ton {1}."]), "m", 0.0)],
)
def test_answers_and_failures_of_a_language_model_are_measured(
    folder: Path, tmp_path: Path, script: Script, model: str | None, failed: float
) -> None:
    data = open_data(harvest(folder))
    planned = make_plan(data, Selection(sets=("news",)))
    failures: list[str] = []
    with serving(script) as url:
        settings = load_settings(llm_model="m", openai_base_url=url)
        kept = tmp_path / "kept"
        report = evaluate(data, planned, settings=settings, folder=kept, on_failure=failures.append)
    measured = shares(report)
    assert report.model == model
    assert (measured["language model failed"], measured["answer contains gold"]) == (failed, 1.0)
    assert len(failures) == failed


def shares(report: Report) -> dict[str, float | None]:
    [column] = report.columns
    return {
        name: found.value if found else None
        for name, found in column.measures.items()
        if not name.count(" ms, ")
    }


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Report:
    data = open_data(SEEDS)
    planned = make_plan(data, Selection(index_language="all"))
    kept = tmp_path_factory.mktemp("evaluated")
    return evaluate(
        data,
        planned,
        claims=plan_claims(data, Selection(index_language="all")),
        small_corpora=plan_small_corpora(data, Selection(languages=("id",)), count=6),
        settings=load_settings(),
        folder=kept,
        mode="extractive",
    )


# Somewhat below what was measured when it was written down: a gate against regressions, not a goal.
FLOORS = {
    "vector R@1": 0.78,
    "keyword R@1": 0.64,
    "hybrid R@1": 0.72,
    "hybrid R@10": 0.92,
    "answer contains gold": 0.66,
    "first quote contains gold": 0.58,
    "cited span overlaps gold": 0.68,
    "citation recall": 0.99,
    "citation precision": 0.99,
    "valid offsets": 1.0,
    "answerable answered": 0.82,
    "withheld refusal recall": 0.8,
    "off-corpus refusal recall": 0.8,
}


@pytest.mark.parametrize("name", FLOORS)
def test_the_seeds_are_answered_as_well_as_before(seeds: Report, name: str) -> None:
    [column] = seeds.columns
    found = column.measures[name]
    assert found is not None
    assert found.value >= FLOORS[name]


CLAIM_FLOORS = {"true kept": 0.3, "precision of supported": 0.5, "contradictions found": 0.1}
CLAIM_CEILINGS = {"false supported": 0.3, "true called contradicted": 0.1}


def test_claims_about_the_seeds_are_judged_as_well_as_before(seeds: Report) -> None:
    everything = seeds.claims[0]
    assert (everything.group, everything.claims) == ("all", 150)
    found = {name: figure.value for name, figure in everything.measures.items() if figure}
    assert {name: found[name] for name, least in CLAIM_FLOORS.items() if found[name] < least} == {}
    assert {name: found[name] for name, most in CLAIM_CEILINGS.items() if found[name] > most} == {}


def test_questions_about_a_single_seed_article_are_answered(seeds: Report) -> None:
    [alone] = [figures for figures in seeds.small_corpora if figures.size == 1]
    answered, absent = alone.measures["answered"], alone.measures["absent refused"]
    assert answered is not None
    assert answered.value >= 0.7
    assert absent is not None
    assert absent.value >= 0.7


def test_every_seed_question_is_used(seeds: Report) -> None:
    assert [column.questions for column in seeds.columns] == [103]
    assert [item.id.rpartition("/")[2] for item in seeds.left_out] == ["naskah-lontar-terkunci.txt"]


def test_the_table_contains_every_known_figure(seeds: Report) -> None:
    heading, *rows = table(seeds)
    assert heading == ["", "seeds (all)"]
    known = [name for name, found in seeds.columns[0].measures.items() if found]
    assert [row[0] for row in rows] == ["questions", "passages in the index", *known]
    for printed in markdown(seeds).split("\n\n")[:-1]:
        assert len({len(line) for line in printed.splitlines()}) == 1


def test_the_json_holds_every_measure(seeds: Report) -> None:
    value = json.loads(json.dumps(report_json(seeds)))
    offsets = value["columns"][0]["measures"]["valid offsets"]
    assert (offsets["value"], offsets["low"], offsets["high"]) == (1.0, 1.0, 1.0)


def test_the_page_is_self_contained_and_reproducible(seeds: Report) -> None:
    html = page(seeds)
    assert html.count("<svg") == 3
    assert "<script" not in html
    assert "seeds (all)" in html
    assert html == page(seeds)


def test_a_reranker_is_named_below_the_table(seeds: Report) -> None:
    assert "reranker" not in markdown(seeds)
    assert "; reranker scoring-model; answers: " in markdown(replace(seeds, reranker="scoring-model"))


def test_the_bars_of_an_estimate_reach_its_value(seeds: Report) -> None:
    assert all(
        isinstance(found, Estimate) and found.low <= found.value <= found.high
        for found in seeds.columns[0].measures.values()
        if found
    )


def test_the_command_prints_one_table(folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "report.html"
    result = kutip("evaluate", str(folder), "--html", str(written), "--sample", "1", "--mode", "extractive")
    assert result.code == 0, result.err
    assert result.out.splitlines()[0].split("|")[2].strip() == "news + abstain (id)"
    assert "<svg" in written.read_text(encoding="utf-8")


def test_the_command_prints_json(folder: Path) -> None:
    result = kutip("evaluate", str(folder), "--set", "news", "--json", "--mode", "extractive")
    assert result.code == 0, result.err
    assert json.loads(result.out)["columns"][0]["sets"] == ["news"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--set", "nws"], 2, "There is no set 'nws'"),
        (["--language", "fr"], 3, "No question is left"),
        (["--mode", "llm"], 2, "needs a language model"),
        (["--html", "/nowhere/at/all.html"], 2, "there is no folder /nowhere/at"),
        (["--sample", "0"], 2, "--sample"),
        (["--index-language", "?"], 2, "not a BCP 47 tag"),
    ],
)
def test_wrong_usage_is_reported(folder: Path, arguments: list[str], code: int, message: str) -> None:
    result = kutip("evaluate", str(folder), *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err


@pytest.mark.parametrize("is_kept", [False, True])
def test_an_interrupted_evaluation_says_what_is_kept(folder: Path, tmp_path: Path, is_kept: bool) -> None:
    kept = tmp_path / "kept"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    options = ["--corpus", str(kept)] if is_kept else []
    with subprocess.Popen(
        [sys.executable, "-c", "from api.commands import main; main()", "evaluate", str(folder), *options],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not [*kept.glob("*/*.sqlite3"), *temporary.glob("kutip-*/*/*.sqlite3")]:
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert err.splitlines()[-1] == (
        f"Stopped. No figures were written. What was indexed is kept in {kept}; "
        "the same command does not index it again."
        if is_kept
        else "Stopped. No figures were written and no index is kept. --corpus FOLDER keeps the indexes."
    )
    assert list(temporary.glob("kutip-*")) == []


def test_without_matplotlib_a_page_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    page = str(tmp_path / "page.html")
    run = kutip_without("matplotlib", tmp_path, "evaluate", str(folder), "--html", page)
    assert run.returncode == 2
    assert "pip install 'kutip[evaluate]'" in run.stderr
