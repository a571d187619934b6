import csv
import json
import zipfile
from pathlib import Path

import pytest

from training.public_claims import SETS, PublicClaims, read_public_set

EVIDENCE, CLAIM = 'Tarif bus "Segara" naik.', "Tarif bus turun."
PAIR = {"evidence": EVIDENCE, "sentence1": EVIDENCE, "claim": CLAIM, "sentence2": CLAIM}


def columns(path: Path, evidence: str, claim: str, label: str, value: str) -> None:
    path.parent.mkdir(parents=True)
    rows = [(evidence, claim, label), (EVIDENCE, CLAIM, value), (EVIDENCE, CLAIM, "-")]
    path.write_text("".join("\t".join(row) + "\r\n" for row in rows), encoding="utf-8-sig")


def json_line(label: str) -> str:
    return json.dumps(PAIR | {"gold_label": label}) + "\n"


def write_public_sets(public: Path) -> None:
    """Write each set as its repository has it: one pair that is contradicted or not supported."""
    captions = ("sentence1", "sentence2", "gold_label", "contradiction")
    columns(public / "counterfactually-augmented-data/NLI/all_combined/train.tsv", *captions)
    conjunctions = ("Premise", "Hypothesis", "Label", "contradiction")
    columns(public / "ConjNLI/data/NLI/adversarial_train_15k.tsv", *conjunctions)
    japanese = ("sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja")
    columns(public / "JaNLI/janli.tsv", *japanese, "non-entailment")
    columns(public / "JSICK/jsick/jsick.tsv", *japanese, "contradiction")
    columns(public / "FarsTail/data/Train-word.csv", "premise", "hypothesis", "label", "c")
    negations = public / "negation-and-nli/data/new_benchmarks/clean_data"
    columns(negations / "MNLI.txt", "Text", "Hypothesis", "gold_label", "contradiction")
    (negations / "SNLI.txt").write_text("index\tText\tHypothesis\tgold_label\n")
    fever = public / "FeverSymmetric/symmetric_v0.2"
    fever.mkdir(parents=True)
    (fever / "fever_symmetric_dev.jsonl").write_text(json_line("REFUTES"))
    (fever / "fever_symmetric_test.jsonl").write_text(json_line(""))
    (public / "Breaking_NLI").mkdir()
    with zipfile.ZipFile(public / "Breaking_NLI/breaking_nli_dataset.zip", "w") as archive:
        archive.writestr("data/dataset.jsonl", json_line("contradiction"))
    (public / "talschuster.github.io/static").mkdir(parents=True)
    with zipfile.ZipFile(public / "talschuster.github.io/static/vitaminc_real.zip", "w") as archive:
        spaced = {"evidence": 'Tarif bus "Segara" naik .', "claim": "Tarif bus turun .", "label": "REFUTES"}
        archive.writestr("vitaminc_real/test.jsonl", json.dumps(spaced))
    columns(public / "MED/MED.tsv", *captions)
    scopes = public / "ScoNe/scone_nli/train"
    scopes.mkdir(parents=True)
    plain = [("sentence1", "sentence2", "gold_label"), (EVIDENCE, CLAIM, "contradiction")]
    edited = [
        ("sentence1", "sentence2", "sentence1_edited", "sentence2_edited", "gold_label_edited"),
        (EVIDENCE, "Tarif bus.", EVIDENCE, "Tarif bus?", "-"),
    ]
    for name, rows in (("one_scoped", plain), ("two_scoped", edited)):
        with (scopes / f"{name}.csv").open("w", newline="") as lines:
            csv.writer(lines).writerows(rows)
    pictures = public / "e-SNLI/dataset/eSNLI"
    pictures.mkdir(parents=True)
    for name, text in (("s1", EVIDENCE), ("s2", CLAIM), ("labels", "contradiction")):
        (pictures / f"{name}.dev").write_text(
            f"{text} \n{text} \n"
        )  # each pair is there once per explanation
        (pictures / f"{name}.test").write_text("")
    game = public / "fool-me-twice/dataset"
    game.mkdir(parents=True)
    told = {"gold_evidence": [{"text": 'bus "Segara"'}, {"text": "naik."}], "wikipedia_page": "Tarif"}
    (game / "dev.jsonl").write_text(json.dumps(told | {"text": CLAIM, "label": "REFUTES"}))
    (game / "test.jsonl").write_text("")


@pytest.mark.parametrize("public_set", SETS, ids=lambda public_set: public_set.name)
def test_a_public_set_is_read(public_set: PublicClaims, tmp_path: Path) -> None:
    write_public_sets(tmp_path)
    (row,) = read_public_set(tmp_path, public_set)
    expected = "not_supported" if row.source in ("JaNLI", "fool-me-twice") else "contradicted"
    evidence = 'Tarif. bus "Segara" naik.' if row.source == "fool-me-twice" else EVIDENCE
    assert (row.evidence, row.claim, row.label) == (evidence, CLAIM, expected)


def test_a_set_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert [read_public_set(tmp_path, public_set) for public_set in SETS] == [[]] * len(SETS)
