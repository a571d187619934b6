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

from benchmarks.data import bundled_encoder, evaluation_records, hit_of
from embeddings.adapter import FILE, read_adapter
from embeddings.bundled_cross_encoder import load
from embeddings.cross_encoder import CrossEncoder
from rag.text.tags import is_same_language
from rag.verification.comparison import Statement
from rag.verification.evidence import Evidence
from rag.verification.judgement import (
    CONTRADICTED,
    SUPPORTED,
    Calibration,
    Features,
    features_of,
    judge,
)
from rag.verification.readings import Reading
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
class Read:
    """A claim with what was read of it, and how long that took."""

    case: ClaimCase
    claim: Statement
    readings: Sequence[Reading]
    milliseconds: float

    @property
    def features(self) -> tuple[float, ...]:
        """The features of the claim, in the order of their weights."""
        return astuple(features_of(self.claim, self.readings))

    @property
    def is_same_language(self) -> bool:
        """Whether claim and evidence are in one language."""
        return is_same_language(self.case.language, self.case.evidence_language)

    def verdict(self, calibration: Calibration | None = None) -> str:
        """Return the verdict with the weights in force, or with others."""
        return judge(self.claim, self.readings, calibration=calibration).verdict


def main() -> None:
    """Read the claims, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with eval/ and train/")
    parser.add_argument("--adapter", type=Path, default=FILE, help="adapter of the cross-encoder")
    options = parser.parse_args()
    cross_encoder = load(read_adapter(options.adapter, sha256=None))
    claims = [_read(case, cross_encoder) for case in claim_cases(options.data)]
    median = statistics.median(one.milliseconds for one in claims)
    print(f"{len(claims)} claims, {median:.0f} ms per claim (median)")
    _print("current weights", claims, [one.verdict() for one in claims])
    for is_same, name in ((True, "SAME_LANGUAGE"), (False, "ACROSS_LANGUAGES")):
        _print_weights(name, _fit(claims, is_same=is_same))
    held_out = _held_out(claims)
    _print_thresholds(claims, held_out)
    verdicts = [one.verdict(calibration) for one, calibration in zip(claims, held_out, strict=True)]
    _print("fit without the tenth", claims, verdicts)


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


def _read(case: ClaimCase, cross_encoder: CrossEncoder) -> Read:
    hits = [hit_of(text, case.evidence_language, rank) for rank, text in enumerate(case.passages, start=1)]
    evidence = Evidence(hits, encoder=bundled_encoder())
    evidence.prepare()
    claim = Statement(case.claim, case.language)
    started = time.perf_counter()
    candidates = evidence.candidates(claim, evidence.encode(case.claim), depth=_DEPTH)
    readings = read(claim, candidates, named=[], evidence=evidence, claim_judge=cross_encoder)
    return Read(case, claim, readings, (time.perf_counter() - started) * 1000)


def _fit(claims: Sequence[Read], *, is_same: bool) -> Calibration:
    """Fit on all claims; those of the other kind of language pair count a third."""
    weights = [1.0 if one.is_same_language == is_same else 1 / 3 for one in claims]
    model = LogisticRegression(C=_PENALTY, max_iter=5000)
    labels = [LABELS.index(one.case.label) for one in claims]
    model.fit(np.array([one.features for one in claims]), labels, sample_weight=weights)
    rows = np.column_stack([model.coef_, model.intercept_])
    supported, contradicted = (
        tuple((rows[LABELS.index(label)] - rows[LABELS.index("unsupported")]).tolist())
        for label in ("supported", "contradicted")
    )
    return Calibration(supported=supported, contradicted=contradicted)


def _print_weights(name: str, calibration: Calibration) -> None:
    """Print the weights relative to those of `unsupported`."""
    print(f"{name}, weights of", ", ".join(field.name for field in fields(Features)), "and the intercept:")
    for label, row in vars(calibration).items():
        print(f"    {label}=({', '.join(f'{value:.3f}' for value in row)}),")


def _held_out(claims: Sequence[Read]) -> list[Calibration]:
    """Return for each claim a fit that has not seen its article."""
    found: dict[int, Calibration] = {}
    for train, test in GroupKFold(_FOLDS).split(claims, groups=[one.case.group for one in claims]):
        fits = {
            is_same: _fit([claims[place] for place in train], is_same=is_same) for is_same in (True, False)
        }
        found |= {place: fits[claims[place].is_same_language] for place in test}
    return [found[place] for place in range(len(claims))]


def _print_thresholds(claims: Sequence[Read], calibrations: Sequence[Calibration]) -> None:
    """Print what other thresholds of the probabilities alone, without the facts, would give."""
    probabilities = [
        calibration.probabilities(features_of(one.claim, one.readings))
        for one, calibration in zip(claims, calibrations, strict=True)
    ]
    support, against = (
        np.array([row[label] for row in probabilities]) for label in ("supported", "contradicted")
    )
    labels = np.array([one.case.label for one in claims])
    true = labels == "supported"
    print(f"threshold of support, now {SUPPORTED}: true kept, false supported, precision")
    for threshold in np.arange(0.3, 0.85, 0.05):
        chosen = support >= threshold
        kept, false = chosen[true].mean(), chosen[~true].mean()
        print(f"  {threshold:.2f}: {kept:.3f} {false:.3f} {chosen[true].sum() / max(1, chosen.sum()):.3f}")
    print(f"threshold of contradiction, now {CONTRADICTED}: share of contradicted, true, unsupported claims")
    for threshold in np.arange(0.4, 0.85, 0.05):
        chosen = against >= threshold
        shares = [chosen[labels == label].mean() for label in ("contradicted", "supported", "unsupported")]
        print(f"  {threshold:.2f}: " + " ".join(f"{share:.3f}" for share in shares))


def _print(title: str, claims: Sequence[Read], verdicts: Sequence[str]) -> None:
    print(f"{title}:")
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one, verdict in zip(claims, verdicts, strict=True):
        pair = "one language" if one.is_same_language else "across languages"
        for name in ("all", one.case.source, pair, f"{one.case.source}, {pair}"):
            groups[name].append((one.case.label, verdict))
    for name, members in groups.items():
        true = [verdict for label, verdict in members if label == "supported"]
        false = [verdict for label, verdict in members if label != "supported"]
        contradicted = [verdict for label, verdict in members if label == "contradicted"]
        kept, wrong = true.count("supported"), false.count("supported")
        print(
            f"  {name:32} {len(members):4}  true kept {kept / max(1, len(true)):.2f}"
            f"  false supported {wrong / max(1, len(false)):.2f}  precision {kept / max(1, kept + wrong):.2f}"
            f"  true called contradicted {true.count('contradicted') / max(1, len(true)):.2f}"
            f"  contradictions found {contradicted.count('contradicted') / max(1, len(contradicted)):.2f}"
        )
    kinds = Counter((one.case.label, one.case.kind) for one in claims)
    right = Counter(
        (one.case.label, one.case.kind)
        for one, verdict in zip(claims, verdicts, strict=True)
        if (verdict == "supported") == (one.case.label == "supported")
    )
    shares = [
        f"{kind} ({label[0]}) {right[label, kind]}/{kinds[label, kind]}" for label, kind in sorted(kinds)
    ]
    print("  right by kind:", ", ".join(shares))


if __name__ == "__main__":
    main()
