"""Fit when a question is refused: log odds of an answer from the best similarity and the best coverage.

Answerable questions are asked of whole corpora; withheld ones of corpora without the articles that hold their
answers. Sets weigh the same, whatever their size. Prints what `rag.refusal.CALIBRATIONS` holds, and how many
questions either choice would answer and refuse.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.data import (
    BUILD,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    open_corpus,
    questions,
    xquad,
)
from benchmarks.retrieval import OTHER_LANGUAGES, across
from rag.local_corpus import LocalCorpus
from rag.pipeline import Pipeline, Question
from rag.refusal import THRESHOLD


@dataclass(frozen=True)
class Sample:
    """One question asked: of which set, with which signals, answerable or not."""

    name: str
    similarity: float
    coverage: float
    is_answerable: bool


def main() -> None:
    """Print both fits."""
    folder = folder_argument(__doc__)
    _fit("same language", _same_language(folder))
    _fit("across languages", _across_languages(folder))


def _same_language(folder: Path) -> list[Sample]:
    samples = []
    withheld = _withheld(folder, "abstain-facqa-dev", "id")
    with indonesian_pool(folder) as whole:
        for name in ("facqa-dev", "idk-mrc-dev"):
            texts = [question.text for question in questions(folder, name)]
            samples += _samples("facqa" if name == "facqa-dev" else name, whole, texts, is_answerable=True)
    with _without(indonesian_pool(folder), "indonesian", folder, "abstain-facqa-dev") as part:
        samples += _samples("facqa", part, withheld, is_answerable=False)
    for language in OTHER_LANGUAGES:
        with xquad(folder, language) as whole:
            texts = [question.text for question, _ in across(folder, language, language)]
            samples += _samples(language, whole, texts, is_answerable=True)
        with _without(xquad(folder, language), f"xquad-{language}", folder, "abstain-xquad-dev") as part:
            texts = _withheld(folder, "abstain-xquad-dev", language)
            samples += _samples(language, part, texts, is_answerable=False)
    return samples


def _across_languages(folder: Path) -> list[Sample]:
    samples = []
    for language in OTHER_LANGUAGES:
        with xquad(folder, language) as whole:
            texts = [question.text for question, _ in across(folder, "id", language)]
            samples += _samples(f"id → {language}", whole, texts, is_answerable=True)
        with _without(xquad(folder, language), f"xquad-{language}", folder, "abstain-xquad-dev") as part:
            texts = _withheld(folder, "abstain-xquad-dev", "id")
            samples += _samples(f"id → {language}", part, texts, is_answerable=False)
    return samples


def _samples(name: str, corpus: LocalCorpus, texts: Sequence[str], *, is_answerable: bool) -> list[Sample]:
    pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder())
    samples = []
    for text in texts:
        found = pipeline.search(Question(text=text))
        samples.append(Sample(name, found.similarity or 0.0, found.coverage or 0.0, is_answerable))
    return samples


def _fit(title: str, samples: Sequence[Sample]) -> None:
    features = np.array([[sample.similarity, sample.coverage] for sample in samples])
    labels = np.array([sample.is_answerable for sample in samples])
    groups = [(sample.name, sample.is_answerable) for sample in samples]
    weights = np.array([1 / groups.count(group) for group in groups]) * len(samples)
    model = LogisticRegression(C=1e6).fit(features, labels, sample_weight=weights)
    (similarity, coverage), (intercept,) = model.coef_[0], model.intercept_
    print(f"{title}: similarity {similarity:.1f}, coverage {coverage:.1f}, intercept {intercept:.1f}")
    answered = model.predict_proba(features)[:, 1] >= THRESHOLD
    for group in dict.fromkeys(groups):
        chosen = np.array([member == group for member in groups])
        kind = "answerable" if group[1] else "withheld"
        print(f"  {group[0]:12}{kind:12}{chosen.sum():6} questions, answered {answered[chosen].mean():.3f}")


def _withheld(folder: Path, name: str, language: str) -> list[str]:
    lines = (folder / f"{name}.questions.jsonl").read_text(encoding="utf-8").splitlines()
    records = map(json.loads, lines)
    return [record["question"] for record in records if record["language"] == language]


def _without(corpus: LocalCorpus, name: str, folder: Path, withheld: str) -> LocalCorpus:
    """Copy a corpus and remove the withheld articles from the copy."""
    corpus.close()
    copy = BUILD / f"{name}-withheld"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(BUILD / name, copy)
    opened = open_corpus(copy.name, lambda: iter(()), encoder=bundled_encoder())
    for article_id in json.loads((folder / f"{withheld}.withhold_article_ids.json").read_text()):
        opened.remove(article_id)
    return opened


if __name__ == "__main__":
    main()
