"""Claims with known labels: which are judged, against what, and what their verdicts are counted as."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from api.commands.evaluation_views import markdown, page, report_json, tables
from rag.errors import BadRequest, ReadingError
from rag.evaluation.claims import ClaimCase, ClaimPlan, plan_claims
from rag.evaluation.figures import Report, evaluate
from rag.evaluation.plan import LeftOut, Plan, Selection, make_plan
from rag.evaluation.sets import open_data
from rag.service import Service
from rag.settings import load_settings
from tests.evaluation.test_figures import write

KOPI = [
    "Panen kopi di Lembah Arum naik tahun ini.",
    "Petani menyambut harga.",
    "Gudang penuh.",
    "Truk pergi.",
]
ARTICLES: list[dict[str, Any]] = [
    {"id": "kopi", "language": "id", "paragraphs": KOPI, "outlet": "KABAR"},
    *(
        {"id": f"lain-{number}", "language": "id", "paragraphs": [f"Jalan nomor {number} terendam banjir."]}
        for number in range(9)
    ),
    {"id": "coffee", "language": "en", "paragraphs": ["The harvest fell.", "Prices rose."]},
]
TRUE: dict[str, Any] = {
    "id": "true",
    "claim": "Panen kopi di Lembah Arum naik tahun ini.",
    "claim_language": "id",
    "evidence": [{"article_id": "kopi", "language": "id", "paragraph_index": 0}],
    "label": "supported",
    "kind": "copy",
}
DENIED = {
    **TRUE,
    "id": "denied",
    "claim": "Panen kopi di Lembah Arum tidak naik tahun ini.",
    "label": "contradicted",
    "kind": "negation",
}
ADDED = {
    **TRUE,
    "id": "added",
    "claim": "Pemerintah memuji semua pemilik kedai besar.",
    "label": "unsupported",
    "kind": "added_detail",
}
BELIEVED = {**TRUE, "id": "believed", "label": "unsupported", "kind": "added_detail"}
TRANSLATED = {
    **TRUE,
    "id": "translated",
    "claim": "The coffee harvest in Lembah Arum rose this year.",
    "claim_language": "en",
    "kind": "translate",
}
CLAIMS = [TRUE, DENIED, ADDED, BELIEVED, TRANSLATED]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "sets"
    data.mkdir()
    return write(data, {"news.articles.jsonl": ARTICLES, "claims-news.jsonl": CLAIMS})


def plan(folder: Path, **selection: Any) -> ClaimPlan:
    return plan_claims(open_data(folder), Selection(**selection))


def ids(planned: ClaimPlan) -> list[str]:
    return [case.record.id for case in planned.claims]


def first(folder: Path, **fields: Any) -> ClaimCase:
    """Plan one claim with other fields."""
    [case] = plan(write(folder, {"claims-news.jsonl": [{**TRUE, **fields}]})).claims
    return case


@pytest.fixture
def report(folder: Path, tmp_path: Path, models: Service) -> Report:
    data = open_data(folder)
    return evaluate(
        data,
        make_plan(data, Selection()),
        claims=plan_claims(data, Selection()),
        settings=load_settings(),
        folder=tmp_path / "kept",
        sharing=models,
    )


def test_a_claim_is_judged_against_its_passage_and_seven_others_in_its_language(folder: Path) -> None:
    case = first(folder)
    assert [hit.rank for hit in case.hits] == [*range(1, 9)]
    assert {hit.language for hit in case.hits} == {"id"}
    articles = Counter(hit.article_id for hit in case.hits)
    assert articles.pop("kopi") == 3
    assert set(articles.values()) == {1}
    [gold] = [hit for hit in case.hits if hit.article_id == "kopi" and hit.paragraph == 1]
    assert (gold.text, gold.start, gold.end, gold.outlet) == (KOPI[0], 0, len(KOPI[0]), "KABAR")


def test_evidence_does_not_depend_on_other_claims(folder: Path) -> None:
    among_others = {case.record.id: case for case in plan(folder).claims}
    assert first(folder).hits == among_others["true"].hits
    assert first(folder, id="other").hits != among_others["true"].hits


def test_no_distractor_contains_the_gold_text(folder: Path) -> None:
    copies = [{**article, "id": f"salinan-{article['id']}"} for article in ARTICLES]
    write(folder, {"news.articles.jsonl": [*ARTICLES, *copies]})
    assert [hit.text for hit in first(folder).hits].count(KOPI[0]) == 1


def test_a_claim_may_have_several_passages(folder: Path) -> None:
    places = [{"article_id": "kopi", "paragraph_index": place} for place in (0, 3)]
    case = first(folder, evidence=places)
    assert len(case.hits) == 9
    assert {KOPI[0], KOPI[3]} <= {hit.text for hit in case.hits}


def test_a_claim_without_passage_is_judged_against_seven_others_in_its_language(folder: Path) -> None:
    write(folder, {"claims-news.jsonl": [TRUE, {**ADDED, "evidence": []}]})
    case = plan(folder).claims[1]
    assert (len(case.hits), case.evidence_language, case.is_one_language) == (7, "id", True)


def test_claims_are_chosen_by_set_language_and_sample(folder: Path) -> None:
    assert ids(plan(folder)) == ["true", "denied", "added", "believed", "translated"]
    assert ids(plan(folder, languages=("en",))) == ["translated"]
    assert ids(plan(folder, index_language="en")) == []
    assert ids(plan(folder, index_language="all")) == ids(plan(folder))
    assert ids(plan(folder, sets=("news",))) == []
    assert ids(plan(folder, sets=("claims-news",))) == ids(plan(folder))
    sampled = ids(plan(folder, sample=2))
    assert len(sampled) == 3  # two in Indonesian, one in English
    assert sampled == ids(plan(folder, sample=2))


def test_the_file_of_claims_may_be_named_after_a_set(folder: Path) -> None:
    (folder / "claims-news.jsonl").rename(folder / "news.claims.jsonl")
    assert len(plan(folder, sets=("news",)).claims) == 5


def test_a_folder_with_claims_and_articles_is_a_set(tmp_path: Path) -> None:
    only = tmp_path / "berita"
    (only / "articles").mkdir(parents=True)
    write(only, {"articles/a.jsonl": ARTICLES, "claims.jsonl": [TRUE]})
    assert ids(plan(only, sets=("berita",))) == ["true"]


def test_a_set_of_claims_alone_has_no_questions(folder: Path) -> None:
    data = open_data(folder)
    assert make_plan(data, Selection(sets=("claims-news",))) == Plan()
    with pytest.raises(BadRequest, match=r"no set 'nws'\. The sets are claims-news, news"):
        plan_claims(data, Selection(sets=("nws",)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"label": "true"}, r"claims-news\.jsonl:2: label is refused"),
        ({"claim": 1}, r"claims-news\.jsonl:2: claim is refused"),
        ({"evidence": [{"article_id": "kopi"}]}, r":2: evidence\.0\.paragraph_index is refused: Field req"),
        (
            {"evidence": [{"article_id": "kopi", "paragraph_index": -1}]},
            r"evidence\.0\.paragraph_index is ref",
        ),
        (
            {"evidence": [{"article_id": "kopi", "paragraph_index": 9}]},
            r"The claim 'true' names paragraph_index 9, but 'kopi' has 4 paragraphs\. Correct the claim\.",
        ),
    ],
)
def test_a_malformed_claim_is_reported(folder: Path, fields: dict[str, Any], message: str) -> None:
    write(folder, {"claims-news.jsonl": [DENIED, {**TRUE, **fields}]})
    with pytest.raises(ReadingError, match=message):
        plan(folder)


def test_a_claim_about_an_unknown_article_is_left_out_and_reported(folder: Path) -> None:
    unknown = {**DENIED, "evidence": [{"article_id": "teh", "paragraph_index": 0}]}
    planned = plan(write(folder, {"claims-news.jsonl": [TRUE, unknown]}))
    assert ids(planned) == ["true"]
    reason = "an article of the claim's evidence is in no set of the folder"
    assert planned.left_out == [LeftOut(id="denied", reason=reason)]


def test_the_verdicts_are_counted_by_label(report: Report) -> None:
    everything = report.claims[0]
    assert (everything.group, everything.claims) == ("all", 5)
    assert everything.verdicts == {
        "supported": {"supported": 1, "unsupported": 1, "contradicted": 0, "unchecked": 0},
        "unsupported": {"supported": 1, "unsupported": 1, "contradicted": 0, "unchecked": 0},
        "contradicted": {"supported": 0, "unsupported": 0, "contradicted": 1, "unchecked": 0},
    }


@pytest.mark.parametrize(
    ("group", "figures"),
    [
        ("all", (1 / 2, 1 / 3, 1 / 2, 0.0, 1.0)),
        ("one language", (1.0, 1 / 3, 1 / 2, 0.0, 1.0)),
        ("across languages", (0.0, None, None, 0.0, None)),
        ("kind: added_detail", (None, 1 / 2, None, None, None)),
        ("kind: copy", (1.0, None, None, 0.0, None)),
        ("kind: negation", (None, 0.0, None, None, 1.0)),
        ("kind: translate", (0.0, None, None, 0.0, None)),
    ],
)
def test_the_figures_equal_those_calculated_by_hand(
    report: Report, group: str, figures: tuple[float | None, ...]
) -> None:
    [found] = [claims for claims in report.claims if claims.group == group]
    assert dict(zip(found.measures, figures, strict=True)) == {
        name: figure and figure.value for name, figure in found.measures.items()
    }


def test_the_figures_of_claims_have_tables_of_their_own(report: Report) -> None:
    assert not report.columns
    claims, verdicts = tables(report)
    assert claims[0] == [
        "claims",
        "number",
        "true kept",
        "false supported",
        "precision of supported",
        "true called contradicted",
        "contradictions found",
    ]
    assert [row[0] for row in claims[1:]] == [claims.group for claims in report.claims]
    assert verdicts[:2] == [
        ["label of the claim", *(f"called {name}" for name in report.claims[0].verdicts["supported"])],
        ["supported", "1", "1", "0", "0"],
    ]
    assert markdown(report).count("\n\n") == 2
    assert page(report).count("<table>") == 2
    value = json.loads(json.dumps(report_json(report)))["claims"][0]
    assert value["measures"]["true kept"]["value"] == 0.5
    assert value["verdicts"]["unsupported"]["supported"] == 1
