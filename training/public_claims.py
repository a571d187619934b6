"""Reads public sets of claims and evidence, which `fetch.py` fetches."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from training.data import ClaimRow
from training.public_set import PublicSet

_LABELS = {
    "entailment": "supported",
    "neutral": "unsupported",
    "contradiction": "contradicted",
    "non-entailment": "not_supported",
    "e": "supported",
    "n": "unsupported",
    "c": "contradicted",
    "SUPPORTS": "supported",
    "REFUTES": "contradicted",
    "NOT ENOUGH INFO": "unsupported",
}

Pair = tuple[str, str, str]  # evidence, claim, the set's own word for the label


PublicClaims = PublicSet[Pair]


def read_public_set(public: Path, public_set: PublicClaims) -> list[ClaimRow]:
    """Return the rows of a set below `public`, without pairs that have no known label."""
    folder = public / public_set.name
    if not folder.is_dir():
        return []
    return [
        ClaimRow(
            claim, evidence, _LABELS[label], public_set.language, public_set.language, None, public_set.name
        )
        for evidence, claim, label in public_set.read(folder)
        if label in _LABELS
    ]


def _counterfactual(folder: Path) -> Iterator[Pair]:
    """SNLI pairs, changed as little as possible until another label held (Kaushik et al. 2020)."""
    yield from _columns(folder / "NLI/all_combined/train.tsv", "sentence1", "sentence2", "gold_label")


def _symmetric_fever(folder: Path) -> Iterator[Pair]:
    """Claims that each hold by one sentence and not by another one like it (Schuster et al. 2019)."""
    for part in ("dev", "test"):
        with (folder / f"symmetric_v0.2/fever_symmetric_{part}.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield row["evidence"], row["claim"], row["gold_label"]


def _conjunctions(folder: Path) -> Iterator[Pair]:
    """Sentences of Wikipedia with one part left out or exchanged (Saha et al. 2020)."""
    yield from _columns(folder / "data/NLI/adversarial_train_15k.tsv", "Premise", "Hypothesis", "Label")


def _japanese_structure(folder: Path) -> Iterator[Pair]:
    """Japanese sentences of the same words in other roles, voices and orders (Yanaka and Mineshima 2021)."""
    yield from _columns(folder / "janli.tsv", "sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja")


def _japanese_sick(folder: Path) -> Iterator[Pair]:
    """Japanese translations of SICK, labelled anew (Yanaka and Mineshima 2022)."""
    yield from _columns(folder / "jsick/jsick.tsv", "sentence_A_Ja", "sentence_B_Ja", "entailment_label_Ja")


def _negations(folder: Path) -> Iterator[Pair]:
    """Pairs of MNLI and SNLI with a negation in one sentence or both (Hossain et al. 2020)."""
    for name in ("MNLI", "SNLI"):
        path = folder / f"data/new_benchmarks/clean_data/{name}.txt"
        yield from _columns(path, "Text", "Hypothesis", "gold_label")


def _one_word(folder: Path) -> Iterator[Pair]:
    """Pairs that differ in one word (Glockner et al. 2018)."""
    with (
        zipfile.ZipFile(folder / "breaking_nli_dataset.zip") as archive,
        archive.open("data/dataset.jsonl") as lines,
    ):
        for row in map(json.loads, lines):
            yield row["sentence1"], row["sentence2"], row["gold_label"]


def _persian(folder: Path) -> Iterator[Pair]:
    """Persian pairs made from questions of university examinations (Amirkhani et al. 2023)."""
    yield from _columns(folder / "data/Train-word.csv", "premise", "hypothesis", "label")


def _pictures(folder: Path) -> Iterator[Pair]:
    """The development and test halves of SNLI (Bowman et al. 2015), as e-SNLI has them."""
    for part in ("dev", "test"):
        texts = [
            (folder / f"dataset/eSNLI/{name}.{part}").read_text(encoding="utf-8").splitlines()
            for name in ("s1", "s2", "labels")
        ]
        yield from {
            (evidence.strip(), claim.strip(), label.strip()): None
            for evidence, claim, label in zip(*texts, strict=True)
        }


def _revisions(folder: Path) -> Iterator[Pair]:
    """Claims that one revision of an article supports and another one does not (Schuster et al. 2021)."""
    with (
        zipfile.ZipFile(folder / "static/vitaminc_real.zip") as archive,
        archive.open("vitaminc_real/test.jsonl") as lines,
    ):
        for row in map(json.loads, lines):
            yield _untokenized(row["evidence"]), _untokenized(row["claim"]), row["label"]


def _untokenized(text: str) -> str:
    """Remove the spaces that a tokenizer put around punctuation, and signs that were lost.

    >>> _untokenized("Ash ( 1992 ) , a band , sold 9.8\ufffdmillion albums .")
    'Ash (1992), a band, sold 9.8 million albums.'
    """
    text = text.replace("\ufffd", " ").replace("-LRB-", "(").replace("-RRB-", ")").replace("-COLON-", ":")
    text = re.sub(r"\s+([,.;:!?)%])", r"\1", text)
    return re.sub(r"(\() ", r"\1", text)


def _deceptions(folder: Path) -> Iterator[Pair]:
    """Claims that players wrote so that others take false ones for true (Eisenschlos et al. 2021).

    Some false ones contradict the evidence, and others only go beyond it.
    """
    for part in ("dev", "test"):
        with (folder / f"dataset/{part}.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                sentences = " ".join(one["text"] for one in row["gold_evidence"])
                label = "entailment" if row["label"] == "SUPPORTS" else "non-entailment"
                yield f"{row['wikipedia_page']}. {sentences}", row["text"], label


def _monotonicity(folder: Path) -> Iterator[Pair]:
    """Pairs that differ in how general one word is, below quantifiers (Yanaka et al. 2019)."""
    yield from _columns(folder / "MED.tsv", "sentence1", "sentence2", "gold_label")


def _scopes(folder: Path) -> Iterator[Pair]:
    """Pairs with up to two negations that do or do not bear on the changed word (She et al. 2023)."""
    for path in sorted(folder.glob("scone_nli/train/*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                evidence, claim = (
                    row.get(f"{name}_edited") or row[name] for name in ("sentence1", "sentence2")
                )
                yield evidence, claim, row.get("gold_label_edited") or row["gold_label"]


SETS = (
    PublicClaims(
        "acmi-lab/counterfactually-augmented-data",
        "6f232a1d2a11462a30ce08fb4825b734ab30828e",
        "en",
        0.05,
        _counterfactual,
    ),
    PublicClaims(
        "TalSchuster/FeverSymmetric",
        "fa25d17e73ea0694edc78133ec654b9f32f6db73",
        "en",
        0.015,
        _symmetric_fever,
    ),
    PublicClaims(
        "swarnaHub/ConjNLI",
        "10e0515c0d1777651b5084d9cca4664ead8162a4",
        "en",
        0.03,
        _conjunctions,
    ),
    PublicClaims(
        "verypluming/JaNLI",
        "2bbb63622570f7b20abc118146141b501efe5183",
        "ja",
        0.02,
        _japanese_structure,
    ),
    PublicClaims(
        "verypluming/JSICK",
        "b3034994192fae2f41b5937bcf69544e4282fc39",
        "ja",
        0.02,
        _japanese_sick,
    ),
    PublicClaims(
        "mosharafhossain/negation-and-nli",
        "e7848fb621c32ec43511a5bfc406fc9208baf4f8",
        "en",
        0.02,
        _negations,
    ),
    PublicClaims(
        "BIU-NLP/Breaking_NLI",
        "8a7658c1ce6b732f4e8af3b06560f1a13b8b18b0",
        "en",
        0.01,
        _one_word,
    ),
    PublicClaims("dml-qom/FarsTail", "5d6322c40368ea5fab50e406e083e537a7d97817", "fa", 0.03, _persian),
    PublicClaims(
        "OanaMariaCamburu/e-SNLI",
        "7b585a3f077fdea899780eb0473940522ae44a2e",
        "en",
        0.03,
        _pictures,
    ),
    PublicClaims(
        "TalSchuster/talschuster.github.io",
        "152c9639f1e33ca295d0776b618c17884088f72f",
        "en",
        0.12,
        _revisions,
    ),
    PublicClaims("verypluming/MED", "860ba36ce95ecba9f1ebe348d3d8cf1b3cba435a", "en", 0.01, _monotonicity),
    PublicClaims("selenashe/ScoNe", "b02532a2f4185c6118a57a148455e0750592d8c8", "en", 0.01, _scopes),
    PublicClaims(
        "google-research/fool-me-twice",
        "d9db753e5acf91c0d9bf543db327ab655661eb94",
        "en",
        0.02,
        _deceptions,
    ),
)


def _columns(path: Path, evidence: str, claim: str, label: str) -> Iterator[Pair]:
    """Yield three columns of a file of tab-separated values."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row[evidence] or "", row[claim] or "", (row[label] or "").strip()
