"""Fit the verdicts on claims, and measure them by kind and by language pair.

Each claim of `claims-dev` and `authored-dev` gets its passage, two other passages of the article and five of
other articles as evidence. The program prints the weights and thresholds that `rag/verification/judgement.py`
would contain, and what the verdicts are with the current ones and with those of a fit without the claim's
tenth of the articles.
"""

import argparse
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.data import bundled_encoder, evaluation_records
from embeddings.adapter import FILE, read_adapter
from embeddings.bundled_cross_encoder import load
from embeddings.cross_encoder import CrossEncoder
from embeddings.weights import FloatArray
from rag.datatypes import Hit
from rag.verification.comparison import Statement
from rag.verification.evidence import Evidence
from rag.verification.judgement import (
    CONTRADICTED,
    SUPPORTED,
    UNSURE,
    Features,
    facts_agree,
    features_of,
    judge,
)
from rag.verification.support import read

LABELS = ("supported", "unsupported", "contradicted")
_OTHER_ARTICLES = 5
_OTHER_PARAGRAPHS = 2
_DEPTH = 6
_FOLDS = 10
_PENALTY = 0.3
_SEED = 3


@dataclass(frozen=True)
class ClaimCase:
    """A claim with its label and its evidence: texts in one language, of which some are the gold ones."""

    source: str
    claim: str
    language: str
    label: str
    kind: str
    group: str
    evidence_language: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """A claim with its features, whether its facts agree, and the verdict with the current weights."""

    case: ClaimCase
    features: FloatArray
    agrees: bool
    is_altered: bool
    verdict: str
    milliseconds: float

    @property
    def is_same_language(self) -> bool:
        """Whether claim and evidence are in one language."""
        return self.case.language.split("-")[0] == self.case.evidence_language.split("-")[0]


def main() -> None:
    """Read the claims, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with eval/ and train/")
    parser.add_argument("--adapter", type=Path, default=FILE, help="adapter of the cross-encoder")
    options = parser.parse_args()
    cross_encoder = load(read_adapter(options.adapter, sha256=None))
    judged = [_judged(case, cross_encoder) for case in claim_cases(options.data)]
    times = [one.milliseconds for one in judged]
    print(f"{len(judged)} claims, {statistics.median(times):.0f} ms per claim (median)")
    _print("current weights", judged, [one.verdict for one in judged])
    for is_same, name in ((True, "SAME_LANGUAGE"), (False, "ACROSS_LANGUAGES")):
        _print_weights(name, _fit(judged, is_same=is_same))
    probabilities = _held_out(judged)
    _print_thresholds(judged, probabilities)
    _print("fit without the tenth", judged, _verdicts(judged, probabilities))


def claim_cases(folder: Path) -> Iterator[ClaimCase]:
    """Yield the claims with their evidence."""
    rng = random.Random(_SEED)  # noqa: S311 - the same evidence in every run
    articles = {
        record["id"]: record
        for name in ("facqa-dev", "ntrex-dev", "xquad-dev")
        for record in evaluation_records(folder / "eval", f"{name}.articles")
    }
    by_language: dict[str, list[str]] = defaultdict(list)
    for record in articles.values():
        by_language[record["language"]].append(record["id"])

    def others(language: str, article_id: str | None, gold: Sequence[str]) -> list[str]:
        ids = rng.sample(by_language[language] or by_language["en"], _OTHER_ARTICLES)
        found = [rng.choice(articles[other]["paragraphs"]) for other in ids]
        own = articles[article_id]["paragraphs"] if article_id in articles else []
        found += rng.sample(own, min(_OTHER_PARAGRAPHS, len(own)))
        return [text for text in dict.fromkeys(found) if not any(text in one for one in gold)]

    for row in evaluation_records(folder / "eval", "claims-dev"):
        places = row["evidence"]
        gold = [articles[one["article_id"]]["paragraphs"][one["paragraph_index"]] for one in places]
        language, article_id = places[0]["language"], places[0]["article_id"]
        passages = rng.sample([*gold, *(found := others(language, article_id, gold))], len(gold) + len(found))
        yield _case("claims-dev", row, language, article_id, passages)
    for row in evaluation_records(folder / "train", "authored-dev.claims"):
        language, article_id, gold = row["evidence_language"], row.get("article_id"), [row["evidence"]]
        passages = rng.sample([*gold, *(found := others(language, article_id, gold))], 1 + len(found))
        yield _case("authored-dev", row, language, article_id, passages)


def _case(
    source: str, row: dict[str, str], language: str, article_id: str | None, passages: Sequence[str]
) -> ClaimCase:
    group = (article_id or row["claim"]).split("-")[-1]
    return ClaimCase(
        source,
        row["claim"],
        row["claim_language"],
        row["label"],
        row["kind"],
        group,
        language,
        tuple(passages),
    )


def _judged(case: ClaimCase, cross_encoder: CrossEncoder) -> Judged:
    hits = [_hit(text, case.evidence_language, rank) for rank, text in enumerate(case.passages, start=1)]
    evidence = Evidence(hits, encoder=bundled_encoder())
    evidence.prepare()
    claim = Statement(case.claim, case.language)
    started = time.perf_counter()
    candidates = evidence.candidates(claim, evidence.encode(case.claim), depth=_DEPTH)
    readings = read(claim, candidates, named=[], evidence=evidence, claim_judge=cross_encoder)
    judgement = judge(claim, readings)
    milliseconds = (time.perf_counter() - started) * 1000
    best = max(readings, key=lambda reading: reading.supported)
    is_altered = judgement.verdict == "contradicted" and judgement.reading.comparison.coverage >= 0.75
    return Judged(
        case,
        np.array(astuple(features_of(claim, readings))),
        facts_agree(claim, best),
        is_altered,
        judgement.verdict,
        milliseconds,
    )


def _hit(text: str, language: str, rank: int) -> Hit:
    return Hit(
        rank=rank, score=0.0, source="hybrid", passage_id=rank, article_id=str(rank), article_version="",
        title="", url=None, outlet=None, author=None, published_at=None, language=language, paragraph=1,
        start=0, end=len(text), text=text,
    )  # fmt: skip


def _fit(judged: Sequence[Judged], *, is_same: bool) -> LogisticRegression:
    """Fit on all claims; those of the other kind of language pair count a third."""
    weights = [1.0 if one.is_same_language == is_same else 1 / 3 for one in judged]
    model = LogisticRegression(C=_PENALTY, max_iter=5000)
    labels = [LABELS.index(one.case.label) for one in judged]
    model.fit(np.array([one.features for one in judged]), labels, sample_weight=weights)
    return model


def _print_weights(name: str, model: LogisticRegression) -> None:
    """Print the weights relative to those of `unsupported`."""
    weights = np.column_stack([model.coef_, model.intercept_])
    print(f"{name}, weights of", ", ".join(field.name for field in fields(Features)), "and the intercept:")
    for label in ("supported", "contradicted"):
        row = weights[LABELS.index(label)] - weights[LABELS.index("unsupported")]
        print(f"    {label}=({', '.join(f'{value:.3f}' for value in row)}),")


def _held_out(judged: Sequence[Judged]) -> FloatArray:
    """Return (claims, 3): each claim's probabilities by a fit that has not seen its article."""
    probabilities: FloatArray = np.zeros((len(judged), len(LABELS)), np.float32)
    groups = [one.case.group for one in judged]
    for train, test in GroupKFold(_FOLDS).split(judged, groups=groups):
        for is_same in (True, False):
            model = _fit([judged[place] for place in train], is_same=is_same)
            rows = [place for place in test if judged[place].is_same_language == is_same]
            if rows:
                probabilities[rows] = model.predict_proba(
                    np.array([judged[place].features for place in rows])
                )
    return probabilities


def _verdicts(judged: Sequence[Judged], probabilities: FloatArray) -> list[str]:
    return [
        _verdict(one, float(supported), float(contradicted))
        for one, (supported, _, contradicted) in zip(judged, probabilities, strict=True)
    ]


def _verdict(one: Judged, supported: float, contradicted: float) -> str:
    if one.is_altered or contradicted >= CONTRADICTED:
        return "contradicted"
    if supported < UNSURE or not one.agrees:
        return "unsupported"
    return "supported" if supported >= SUPPORTED else "unchecked"


def _print_thresholds(judged: Sequence[Judged], probabilities: FloatArray) -> None:
    labels = np.array([one.case.label for one in judged])
    agrees = np.array([one.agrees for one in judged])
    true = labels == "supported"
    print("threshold of support: true kept, false supported, precision")
    for threshold in np.arange(0.3, 0.85, 0.05):
        chosen = (probabilities[:, 0] >= threshold) & agrees
        kept, false = chosen[true].mean(), chosen[~true].mean()
        print(f"  {threshold:.2f}: {kept:.3f} {false:.3f} {chosen[true].sum() / max(1, chosen.sum()):.3f}")
    print("threshold of contradiction: contradicted found, true claims called contradicted, unsupported ones")
    for threshold in np.arange(0.4, 0.85, 0.05):
        chosen = probabilities[:, 2] >= threshold
        shares = [chosen[labels == label].mean() for label in ("contradicted", "supported", "unsupported")]
        print(f"  {threshold:.2f}: " + " ".join(f"{share:.3f}" for share in shares))


def _print(title: str, judged: Sequence[Judged], verdicts: Sequence[str]) -> None:
    print(f"{title}:")
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one, verdict in zip(judged, verdicts, strict=True):
        pair = "one language" if one.is_same_language else "across languages"
        for name in ("all", one.case.source, pair, f"{one.case.source}, {pair}"):
            groups[name].append((one.case.label, verdict))
    for name, members in groups.items():
        true = [verdict for label, verdict in members if label == "supported"]
        false = [verdict for label, verdict in members if label != "supported"]
        kept, wrong = true.count("supported"), false.count("supported")
        print(
            f"  {name:32} {len(members):4}  true kept {kept / max(1, len(true)):.2f}"
            f"  false supported {wrong / max(1, len(false)):.2f}  precision {kept / max(1, kept + wrong):.2f}"
            f"  true called contradicted {true.count('contradicted') / max(1, len(true)):.2f}"
        )
    kinds = Counter((one.case.label, one.case.kind) for one in judged)
    right = Counter(
        (one.case.label, one.case.kind)
        for one, verdict in zip(judged, verdicts, strict=True)
        if (verdict == "supported") == (one.case.label == "supported")
    )
    shares = [
        f"{kind} ({label[0]}) {right[label, kind]}/{kinds[label, kind]}" for label, kind in sorted(kinds)
    ]
    print("  right by kind:", ", ".join(shares))


if __name__ == "__main__":
    main()
