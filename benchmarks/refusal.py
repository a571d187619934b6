"""Fit which sentence answers, and when a question is refused.

Answerable questions are asked of whole corpora, withheld ones of corpora without the articles that hold their
answers, off-corpus ones of corpora of something else. Groups weigh the same, whatever their size, and other
languages together as much as Indonesian. Prints what the `WEIGHTS` of `rag.answering.best_sentences` and the
`CALIBRATIONS` of `rag.answering.refusal` would hold, and how many of each group are answered: by what they do
hold, by the new fit, and by one without the group's set.
"""

import json
import random
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from benchmarks.data import (
    BUILD,
    articles,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    open_corpus,
    xquad,
)
from benchmarks.retrieval import OTHER_LANGUAGES
from embeddings.weights import FloatArray
from rag.answering.best_sentences import WEIGHTS, SentenceWeights, sentence_candidates
from rag.answering.refusal import CALIBRATIONS, Calibration, Signals, is_same_language, signals_of
from rag.corpus.local.corpus import LocalCorpus
from rag.pipeline import Question
from rag.search.retrieval import Query, hybrid_search
from rag.text.languages import detect_language

QUESTIONS_A_GROUP = 300

# Sets on unrelated subjects.
OFF_CORPUS = ("facqa-dev", "idk-mrc-dev", "xquad-dev")

# Similarities differ by hundredths and shares by tenths. After scaling, one penalty suits both.
_SCALES = np.array([10.0, 10.0, 1, 1, 1, 1, 1])
_PENALTY = 0.01


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of the evaluation sets with its set, its kind and its answers, if any."""

    set_name: str
    kind: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question with the features of the sentences, which of them answer it, and the passages' signals."""

    asked: Asked
    is_same_language: bool
    features: FloatArray
    is_good: tuple[bool, ...]
    signals: Signals


def main() -> None:
    """Print the fits and their results."""
    folder = folder_argument(__doc__)
    samples = _usual_language_only(list(_samples(folder)))
    weights = fit_weights(_informative(samples))
    print("sentences:", *_named(SentenceWeights, weights))
    _print_quotes(samples, weights)
    print("answered: current values, new fit, fit without the group's set")
    for title, is_same, names in (
        ("same language", True, ("score", "background")),
        ("across languages", False, ("prominence", "lead")),
    ):
        chosen = [sample for sample in samples if sample.is_same_language == is_same]
        _print_answers(title, chosen, weights, names)
    _print_relevance("same language", samples, True, ("similarity", "coverage", "background"))
    _print_relevance("across languages", samples, False, ("prominence",))


def _usual_language_only(samples: Sequence[Sample]) -> list[Sample]:
    """Leave out the few questions whose best hit is in another language than most hits of their group."""
    groups = Counter((s.asked.set_name, s.asked.kind, s.is_same_language) for s in samples)
    return [
        s
        for s in samples
        if groups[s.asked.set_name, s.asked.kind, s.is_same_language]
        > groups[s.asked.set_name, s.asked.kind, not s.is_same_language]
    ]


def fit_weights(samples: Sequence[Sample]) -> FloatArray:
    """Return the weights that make the answering sentences most likely, by a conditional logit."""
    groups = [sample.asked.set_name for sample in samples]
    data = [
        (sample.features * _SCALES, np.array(sample.is_good), 1000 / groups.count(group))
        for sample, group in zip(samples, groups, strict=True)
    ]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = _PENALTY * float(weights @ weights), 2 * _PENALTY * weights
        for features, is_good, importance in data:
            scores = features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            of_good = shares[is_good].sum()
            total -= importance * float(np.log(of_good))
            slope = slope + importance * features.T @ (shares - np.where(is_good, shares, 0) / of_good)
        return total, slope

    found = minimize(loss, np.zeros(len(_SCALES)), jac=True, method="L-BFGS-B")
    weights: FloatArray = found.x * _SCALES
    return weights


def _informative(samples: Sequence[Sample]) -> list[Sample]:
    """Return the Indonesian samples in which some sentences answer the question and some do not."""
    return [
        sample
        for sample in samples
        if sample.asked.kind == "answerable"
        and sample.asked.set_name in ("facqa", "idk-mrc-dev", "idk-mrc-train", "xquad id")
        and 0 < sum(sample.is_good) < len(sample.is_good)
    ]


def _print_quotes(samples: Sequence[Sample], weights: FloatArray) -> None:
    for name in dict.fromkeys(sample.asked.set_name for sample in _informative(samples)):
        left_out = fit_weights([s for s in _informative(samples) if s.asked.set_name != name])
        asked = [s for s in samples if s.asked.set_name == name and s.asked.kind == "answerable"]
        shares = [
            np.mean([s.is_good[int((s.features @ fitted).argmax())] for s in asked])
            for fitted in (weights, left_out)
        ]
        print(f"  {name:16} best sentence answers {shares[0]:.3f}, fit without the set {shares[1]:.3f}")


def _print_answers(title: str, samples: Sequence[Sample], weights: FloatArray, names: Sequence[str]) -> None:
    table = np.array([_signals(sample, weights, names) for sample in samples])
    calibration = _calibration(samples[0].is_same_language)
    threshold = calibration.answer_threshold
    in_force = [calibration.answer.probability(_all_signals(sample)) >= threshold for sample in samples]
    _print_fit(f"answer, {title}", samples, table, names, threshold, in_force)


def _print_relevance(title: str, samples: Sequence[Sample], is_same: bool, names: Sequence[str]) -> None:
    chosen = [s for s in samples if s.is_same_language == is_same and s.asked.kind != "near-miss"]
    table = np.array([[getattr(sample.signals, name) for name in names] for sample in chosen])
    calibration = _calibration(is_same)
    threshold = calibration.relevance_threshold
    in_force = [calibration.relevance.probability(sample.signals) >= threshold for sample in chosen]
    _print_fit(f"relevance, {title}", chosen, table, names, threshold, in_force)


def _calibration(is_same: bool) -> Calibration:
    calibrations = CALIBRATIONS[bundled_encoder().name]
    return calibrations.same_language if is_same else calibrations.across_languages


def _all_signals(sample: Sample) -> Signals:
    """Return the signals including those of the sentences, computed with the current weights."""
    weights = np.array([getattr(WEIGHTS, field.name) for field in fields(WEIGHTS)])
    return replace(sample.signals, score=float((sample.features @ weights).max()), lead=_lead(sample))


def _lead(sample: Sample) -> float:
    return float(sample.features[:, 0].max()) - sample.signals.background


def _signals(sample: Sample, weights: FloatArray, names: Sequence[str]) -> list[float]:
    best = float((sample.features @ weights).max())
    values = {**vars(sample.signals), "score": best, "lead": _lead(sample)}
    return [values[name] for name in names]


def _print_fit(
    title: str,
    samples: Sequence[Sample],
    table: FloatArray,
    names: Sequence[str],
    threshold: float,
    in_force: Sequence[bool],
) -> None:
    fitted = _logistic(samples, table)
    print(
        f"{title}:",
        *(f"{name} {value:.3f}" for name, value in zip((*names, "intercept"), fitted, strict=True)),
    )
    groups = [(sample.asked.set_name, sample.asked.kind) for sample in samples]
    for group in dict.fromkeys(groups):
        of_group = np.array([member == group for member in groups])
        of_set = np.array([name.split()[0] == group[0].split()[0] for name, _ in groups])
        left_out = _logistic(
            [s for s, is_in in zip(samples, of_set, strict=True) if not is_in], table[~of_set]
        )
        shares = [_share_answered(table[of_group], found, threshold) for found in (fitted, left_out)]
        print(
            f"  {group[0]:22}{group[1]:12}{of_group.sum():5} questions, "
            f"answered {np.array(in_force)[of_group].mean():.3f}, {shares[0]:.3f}, {shares[1]:.3f}"
        )


def _logistic(samples: Sequence[Sample], table: FloatArray) -> FloatArray:
    """Return the weights and the intercept. Answerable and other questions have the same total weight."""
    groups = [(sample.asked.set_name, sample.asked.kind) for sample in samples]
    is_answerable = np.array([kind == "answerable" for _, kind in groups])
    importance = np.array([_importance(name) / groups.count((name, kind)) for name, kind in groups])
    for label in (True, False):
        importance[is_answerable == label] /= importance[is_answerable == label].sum()
    scales = table.std(axis=0)
    model = LogisticRegression(C=1e4, max_iter=5000)
    model.fit(table / scales, is_answerable, sample_weight=importance * len(samples) / 2)
    return np.array([*(model.coef_[0] / scales), model.intercept_[0]])


def _importance(set_name: str) -> float:
    if set_name.startswith("only "):
        return 0.0  # printed but not used in the fit: other groups have the same answerable questions
    is_indonesian = set_name in ("facqa", "idk-mrc-dev", "idk-mrc-train", "xquad id")
    return 1.0 if is_indonesian else 1 / 3


def _share_answered(table: FloatArray, fitted: FloatArray, threshold: float) -> float:
    odds = table @ fitted[:-1] + fitted[-1]
    return float((1 / (1 + np.exp(-odds)) >= threshold).mean())


def _samples(folder: Path) -> Iterator[Sample]:
    """Ask every group of questions in its corpus."""
    indonesian = ("facqa-dev", "idk-mrc-dev", "idk-mrc-train", "xquad-dev")
    with indonesian_pool(folder) as whole:
        for name in indonesian:
            yield from _ask(whole, _read(folder, name, "id", set_name=_label(name, "id")))
    with _without(indonesian_pool(folder), "indonesian", folder) as part:
        for name in ("facqa-dev", "xquad-dev"):
            withheld = _read(folder, f"abstain-{name}", "id", set_name=_label(name, "id"))
            yield from _ask(part, withheld)
    for name in OFF_CORPUS:
        yield from _off_corpus(folder, name)
    for language in OTHER_LANGUAGES:
        yield from _in_other_language(folder, language)


def _off_corpus(folder: Path, name: str) -> Iterator[Sample]:
    """Ask one Indonesian set's questions, and those of other sets, in a corpus of its articles only."""
    set_name = f"only {name}"
    with open_corpus(
        f"only-{name}", lambda: articles(folder, [name], language="id"), encoder=bundled_encoder()
    ) as corpus:
        for asked_of in OFF_CORPUS:
            asked = _answerable(_read(folder, asked_of, "id", set_name=set_name))[: QUESTIONS_A_GROUP // 2]
            yield from _ask(corpus, asked if asked_of == name else _off_corpus_questions(asked))


def _in_other_language(folder: Path, language: str) -> Iterator[Sample]:
    asked_in = {f"{language} {language}": language, f"{language} from id": "id"}
    with xquad(folder, language) as whole:
        for name, asking in asked_in.items():
            asked = _read(folder, "xquad-dev", asking, set_name=name, aligned=language)
            yield from _ask(whole, _answerable(asked))
        elsewhere = _read(folder, "facqa-dev", "id", set_name=f"{language} from id")
        yield from _ask(whole, _off_corpus_questions(elsewhere[:100]))
    with _without(xquad(folder, language), f"xquad-{language}", folder) as part:
        for name, asking in asked_in.items():
            yield from _ask(part, _read(folder, "abstain-xquad-dev", asking, set_name=name))


def _ask(corpus: LocalCorpus, group: Sequence[Asked]) -> Iterator[Sample]:
    encoder = bundled_encoder()
    background = CALIBRATIONS[encoder.name].background
    for asked in group:
        question = Question(text=asked.text)
        language = detect_language(asked.text)
        query = Query(text=asked.text, language=language, filters=question.filters, top_k=8)
        found = hybrid_search(corpus, encoder, query)
        candidates = sentence_candidates(query, found, encoder=encoder)
        yield Sample(
            asked=asked,
            is_same_language=is_same_language(query, found),
            features=np.array([candidate.features for candidate in candidates], float),
            is_good=tuple(_contains_answer(candidate.text, asked.answers) for candidate in candidates),
            signals=signals_of(found, None, background=background),
        )


def _read(
    folder: Path, name: str, language: str, *, set_name: str, aligned: str | None = None
) -> list[Asked]:
    """Return at most `QUESTIONS_A_GROUP` questions of each kind, the same ones in every run."""
    lines = (folder / f"{name}.questions.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    of_language = [r for r in records if r["language"] == language]
    if aligned not in (None, language):
        of_language = [r for r in of_language if aligned in r["aligned_ids"]]
    by_kind: dict[str, list[Asked]] = {}
    for record in of_language:
        asked = _asked(record, set_name)
        by_kind.setdefault(asked.kind, []).append(asked)
    chooser = random.Random(0)  # noqa: S311, the same sample in every run
    size = QUESTIONS_A_GROUP if language == "id" and aligned is None else QUESTIONS_A_GROUP // 3
    return [a for kind in by_kind.values() for a in chooser.sample(kind, min(size, len(kind)))]


def _asked(record: dict[str, object], set_name: str) -> Asked:
    unanswerable = "withheld" if record.get("unanswerable_kind") == "withheld_article" else "near-miss"
    answers = record["answers"]
    assert isinstance(answers, list)
    return Asked(
        set_name=set_name,
        kind="answerable" if record["answerable"] else unanswerable,
        text=str(record["question"]),
        answers=tuple(answers),
    )


def _answerable(asked: Iterable[Asked]) -> list[Asked]:
    return [question for question in asked if question.kind == "answerable"]


def _off_corpus_questions(asked: Iterable[Asked]) -> list[Asked]:
    """Return the questions marked as off-corpus, without answers."""
    return [replace(question, kind="off-corpus", answers=()) for question in asked]


def _label(name: str, language: str) -> str:
    return {"facqa-dev": "facqa", "xquad-dev": f"xquad {language}"}.get(name, name)


def _contains_answer(sentence: str, answers: Iterable[str]) -> bool:
    return any(_folded(answer) in _folded(sentence) for answer in answers)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _named(kind: type, values: Iterable[float]) -> list[str]:
    return [f"{field.name} {value:.2f}" for field, value in zip(fields(kind), values, strict=True)]


def _without(corpus: LocalCorpus, name: str, folder: Path) -> LocalCorpus:
    """Copy a corpus, and remove the withheld articles from the copy."""
    corpus.close()
    copy = BUILD / f"{name}-without"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(BUILD / name, copy)
    opened = open_corpus(copy.name, lambda: iter(()), encoder=bundled_encoder())
    for withheld in ("abstain-facqa-dev", "abstain-xquad-dev"):
        for article_id in json.loads((folder / f"{withheld}.withhold_article_ids.json").read_text()):
            opened.remove(article_id)
    return opened


if __name__ == "__main__":
    main()
