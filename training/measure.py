"""Measure an adapter on sets that training does not see: `python -m training.measure --adapter FILE`.

For claims, the program prints the area under the ROC curve of true against unsupported claims and of true
against contradicted claims, the accuracy, and the share of true claims above a threshold that a fifth, a
tenth or a twentieth of the false claims exceed. For questions, it prints the area under the curve and the
best balanced accuracy of answerable against near-miss questions, and how often the sentence with the best
span contains the answer.
"""

import argparse
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.adapter import FILE, read_adapter
from embeddings.bundled_cross_encoder import load
from embeddings.cross_encoder import CLAIM_LABELS, CrossEncoder
from embeddings.weights import FloatArray
from rag.text.languages import sentence_spans
from training.curves import area_under_curve, best_balanced_accuracy, recall_at
from training.data import (
    HELD_OUT_CLAIMS,
    HELD_OUT_QUESTIONS,
    HELD_OUT_XQUAD,
    Articles,
    read_jsonl,
    read_own_claims,
    read_own_questions,
)

DISTRACTORS = 7


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", type=Path, default=FILE)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--limit", type=int, default=1000, help="maximum number of questions per set")
    options = parser.parse_args()
    reader = load(read_adapter(options.adapter, sha256=None))
    for name, figures in measure(reader, options.shared, limit=options.limit):
        print(name, " ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)  # noqa: T201


def measure(reader: CrossEncoder, shared: Path, *, limit: int) -> Iterable[tuple[str, dict[str, float]]]:
    """Yield the name and the figures of each set."""
    yield from _authored_claims(reader, shared)
    yield "claims-dev, gold passage and 7 others", _claims_among_others(reader, shared)
    yield "indonli-val", _accuracy(reader, shared / "train" / "indonli-val.claims.jsonl", limit=limit)
    yield "questions, authored-dev", _authored_questions(reader, shared)
    yield from _held_out(reader, Articles(shared))
    articles = _all_articles(shared)
    for name, languages in (("idk-mrc-dev", ("id",)), ("xquad-dev", ("id",))):
        rows = [
            row
            for row in read_jsonl(shared / "eval" / f"{name}.questions.jsonl")
            if row["language"] in languages and row["paragraph_index"] is not None
            if name != "xquad-dev" or row["article_id"][-2:] in HELD_OUT_XQUAD
        ]
        random.Random(1).shuffle(rows)  # noqa: S311
        yield f"near misses, {name}", _near_misses(reader, rows[:limit], articles)


def _claim_figures(labels: Sequence[str], judged: FloatArray) -> dict[str, float]:
    support: dict[str, list[float]] = {label: [] for label in CLAIM_LABELS}
    for label, probabilities in zip(labels, judged, strict=True):
        support[label].append(float(probabilities[0]))
    true, false = support["supported"], support["contradicted"] + support["unsupported"]
    predicted = [CLAIM_LABELS[int(place)] for place in judged.argmax(axis=1)]
    return {
        "unsupported": area_under_curve(true, support["unsupported"]),
        "contradicted": area_under_curve(true, support["contradicted"]),
        "accuracy": float(np.mean([found == label for found, label in zip(predicted, labels, strict=True)])),
        **{f"kept@{passing}": recall_at(true, false, passing=passing) for passing in (0.2, 0.1, 0.05)},
    }


def _authored_claims(reader: CrossEncoder, shared: Path) -> Iterable[tuple[str, dict[str, float]]]:
    rows = list(read_jsonl(shared / "train" / "authored-dev.claims.jsonl"))
    judged = reader.judge([(row["claim"], row["evidence"]) for row in rows])
    tests: dict[str, Callable[[dict[str, Any]], bool]] = {
        "claims, authored-dev": lambda row: True,
        "  one language": lambda row: row["claim_language"] == row["evidence_language"],
        "  across languages": lambda row: row["claim_language"] != row["evidence_language"],
    }
    for name, test in tests.items():
        places = [place for place, row in enumerate(rows) if test(row)]
        yield name, _claim_figures([rows[place]["label"] for place in places], judged[places])


def _claims_among_others(reader: CrossEncoder, shared: Path) -> dict[str, float]:
    articles = _all_articles(shared)
    rng = random.Random(3)  # noqa: S311
    ids = [article_id for article_id in articles if article_id.startswith(("facqa", "ntrex"))]
    rows = list(read_jsonl(shared / "eval" / "claims-dev.jsonl"))
    best = []
    for row in rows:
        passages = []
        for place in row["evidence"]:
            paragraphs = articles[place["article_id"]]["paragraphs"]
            passages.append(paragraphs[place["paragraph_index"]])
            passages += rng.sample(paragraphs, min(3, len(paragraphs)))
        passages += [rng.choice(articles[other]["paragraphs"]) for other in rng.sample(ids, DISTRACTORS)]
        judged = reader.judge([(row["claim"], passage) for passage in passages])
        best.append(judged[judged[:, 0].argmax()])
    return _claim_figures([row["label"] for row in rows], np.array(best))


def _accuracy(reader: CrossEncoder, path: Path, *, limit: int) -> dict[str, float]:
    rows = list(read_jsonl(path))[:limit]
    return _claim_figures(
        [row["label"] for row in rows], reader.judge([(row["claim"], row["evidence"]) for row in rows])
    )


def _authored_questions(reader: CrossEncoder, shared: Path) -> dict[str, float]:
    rows = list(read_jsonl(shared / "train" / "authored-dev.questions.jsonl"))
    scores = [reader.read(row["question"], [[row["passage"]]])[0].relevance for row in rows]
    return _question_figures(scores, [row["answerable"] for row in rows])


def _held_out(reader: CrossEncoder, articles: Articles) -> Iterable[tuple[str, dict[str, float]]]:
    claims = read_own_claims(HELD_OUT_CLAIMS, articles)
    judged = reader.judge([(row.claim, row.evidence) for row in claims])
    yield "claims, held out", _claim_figures([row.label for row in claims], judged)
    questions = read_own_questions(HELD_OUT_QUESTIONS, articles)
    scores = [reader.read(row.question, [[row.passage]])[0].relevance for row in questions]
    yield "questions, held out", _question_figures(scores, [bool(row.answers) for row in questions])


def _question_figures(scores: Sequence[float], are_answerable: Sequence[bool]) -> dict[str, float]:
    answerable = [score for score, is_answerable in zip(scores, are_answerable, strict=True) if is_answerable]
    others = [score for score, is_answerable in zip(scores, are_answerable, strict=True) if not is_answerable]
    return {
        "area": area_under_curve(answerable, others),
        "balanced": best_balanced_accuracy(answerable, others),
    }


def _near_misses(
    reader: CrossEncoder, rows: Sequence[dict[str, Any]], articles: dict[str, dict[str, Any]]
) -> dict[str, float]:
    scores: list[float] = []
    is_in_best_sentence: list[bool] = []
    for row in rows:
        passage = articles[row["article_id"]]["paragraphs"][row["paragraph_index"]]
        spans = sentence_spans(passage, language=row["language"])
        (reading,) = reader.read(row["question"], [[passage[start:end] for start, end in spans]])
        scores.append(reading.relevance)
        if row["answerable"]:
            start, end = spans[int(np.argmax(reading.parts))]
            starts = row["answer_starts"] or [row["answer_start"]]
            is_in_best_sentence.append(any(start <= place < end for place in starts))
    return {
        **_question_figures(scores, [row["answerable"] for row in rows]),
        "sentence holds the answer": float(np.mean(is_in_best_sentence)),
    }


def _all_articles(shared: Path) -> dict[str, dict[str, Any]]:
    names = ("facqa-dev", "ntrex-dev", "xquad-dev", "idk-mrc-dev")
    return {
        row["id"]: row for name in names for row in read_jsonl(shared / "eval" / f"{name}.articles.jsonl")
    }


if __name__ == "__main__":
    main()
