"""Fit the order of the hits that were read, and whether a hit on the subject answers; measure refusals.

Answerable questions are asked of whole corpora, withheld ones of corpora without the articles that hold their
answers, off-corpus ones of corpora of something else. Groups weigh the same, whatever their size, and other
languages together as much as Indonesian. Prints what `rag.search.reranking` and `rag.answering.refusal` would
contain, and for each group the share answered, by the current values, by the new fit, and by a fit without
the group's set. Whether a hit is on the subject is fitted by `benchmarks.subjects`.
"""

import argparse
import json
import random
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.data import BUILD, articles, bundled_encoder, indonesian_pool, open_corpus, xquad
from benchmarks.retrieval import OTHER_LANGUAGES
from embeddings.adapter import FILE, read_adapter
from embeddings.bundled_cross_encoder import load
from embeddings.cross_encoder import CrossEncoder
from embeddings.weights import FloatArray
from rag.answering.refusal import ANSWERING, Assessment, Calibration, Features, assess, calibration_of
from rag.answering.resemblance import Resemblance
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import NO_FILTERS
from rag.search.reranking import DEPTH, Reranking
from rag.search.retrieval import Query, hybrid_search
from rag.text.languages import detect_language
from rag.text.tags import is_same_language
from rag.verification.facts.polarity import is_negated

QUESTIONS_A_GROUP = 300

# Sets on unrelated subjects.
OFF_CORPUS = ("facqa-dev", "idk-mrc-dev", "xquad-dev")

_RANK_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of the evaluation sets with its set, its kind, and its answers in the corpus, if any."""

    set_name: str
    kind: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One question, what was read in its hits in the order of the search, and which of them answer it.

    `best_sentence_answers` says for each hit whether its sentence with the highest score contains the answer.
    `features` are those of the first hit after reranking.
    """

    asked: Asked
    relevance: FloatArray
    features: Features
    is_good: tuple[bool, ...]
    best_sentence_answers: tuple[bool, ...]

    @property
    def group(self) -> tuple[str, str]:
        """The set and the kind of the question."""
        return self.asked.set_name, self.asked.kind


def _assess(sample: Sample, answering: Calibration) -> Assessment:
    """Assess the first hit of a question."""
    on_subject = calibration_of(bundled_encoder().name)
    return assess(sample.features, on_subject=on_subject, answering=answering)


def main() -> None:
    """Print the fits and their results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--adapter", type=Path, default=FILE, help="adapter of the cross-encoder")
    parser.add_argument("--size", type=int, default=QUESTIONS_A_GROUP, help="questions in a group")
    options = parser.parse_args()
    cross_encoder = load(read_adapter(options.adapter, sha256=None))
    samples = list(_samples(options.data, cross_encoder, options.size))
    _print_order(samples)
    _print_refusals(samples)


def _print_order(samples: Sequence[Sample]) -> None:
    """Print for each rank weight how often the first hit, and its best sentence, answers."""
    answerable = [sample for sample in samples if sample.asked.kind == "answerable" and any(sample.is_good)]
    for name in ("all", *dict.fromkeys(sample.asked.set_name for sample in answerable)):
        chosen = [sample for sample in answerable if name in ("all", sample.asked.set_name)]
        unread = np.mean([sample.is_good[0] for sample in chosen])
        shares = []
        for weight in _RANK_WEIGHTS:
            firsts = [(sample, _first(sample, weight)) for sample in chosen]
            good = np.mean([sample.is_good[place] for sample, place in firsts])
            quoted = np.mean([sample.best_sentence_answers[place] for sample, place in firsts])
            shares.append(f"{weight}: {good:.3f}/{quoted:.3f}")
        print(f"{name:22} {len(chosen):4}  unread {unread:.3f}  rank weight", " ".join(shares))


def _first(sample: Sample, weight: float) -> int:
    ranks = np.arange(1, len(sample.relevance) + 1)
    return int((sample.relevance - weight * np.log(ranks)).argmax())


def _print_refusals(samples: Sequence[Sample]) -> None:
    fitted = _fit(samples)
    print("answering:", fitted)
    for group in dict.fromkeys(sample.group for sample in samples):
        of_set = group[0].split()[0]
        left_out = _fit([sample for sample in samples if sample.asked.set_name.split()[0] != of_set])
        chosen = [sample for sample in samples if sample.group == group]
        shares = [
            f"{np.mean([is_enough(_assess(sample, fit)) for sample in chosen]):.3f}"
            for fit in (ANSWERING, fitted, left_out)
            for is_enough in (attrgetter("is_relevant"), attrgetter("is_answer"))
        ]
        print(f"  {group[0]:22}{group[1]:12}{len(chosen):5} questions, relevant and answered", *shares)
    _print_thresholds(samples, fitted)


def _print_thresholds(samples: Sequence[Sample], fit: Calibration) -> None:
    """Print for each kind and pair of thresholds the share in one language and across languages."""
    for on_subject, answering in product((0.05, 0.2, 0.3, 0.4, 0.5, 0.6), (0.0, 0.1, 0.16, 0.25)):
        shares = []
        for kind, is_across in product(dict.fromkeys(sample.asked.kind for sample in samples), (False, True)):
            found = [
                _assess(sample, fit)
                for sample in samples
                if sample.asked.kind == kind and sample.features.is_same_language != is_across
            ]
            passed = [each.on_subject >= on_subject and each.answering >= answering for each in found]
            name = f"{kind} across languages" if is_across else kind
            shares.append(f"{name} {np.mean(passed):.3f}" if found else "")
        print(f"  on the subject from {on_subject}, answering from {answering}:", *filter(None, shares))


def _fit(samples: Sequence[Sample]) -> Calibration:
    """Fit whether a hit on the subject answers. Both labels have the same total weight."""
    about = [sample for sample in samples if sample.asked.kind in ("answerable", "near-miss")]
    groups = [sample.group for sample in about]
    label = np.array([sample.asked.kind == "answerable" for sample in about])
    importance = np.array([_importance(name) / groups.count((name, kind)) for name, kind in groups])
    for value in (True, False):
        importance[label == value] /= importance[label == value].sum()
    model = LogisticRegression(C=1e4, max_iter=5000)
    rows = np.array([[sample.features.relevance, sample.features.is_negated] for sample in about])
    model.fit(rows, label, sample_weight=importance * len(about) / 2)
    relevance, negated = model.coef_[0].tolist()
    return Calibration(relevance=relevance, negated=negated, intercept=float(model.intercept_[0]))


def _importance(set_name: str) -> float:
    if set_name.startswith("only "):
        return 0.0  # printed but not used in the fit: other groups have the same answerable questions
    is_indonesian = set_name in ("facqa", "idk-mrc-dev", "idk-mrc-train", "xquad id")
    return 1.0 if is_indonesian else 1 / 3


def _samples(folder: Path, cross_encoder: CrossEncoder, size: int) -> Iterator[Sample]:
    """Ask every group of questions in its corpus."""
    indonesian = ("facqa-dev", "idk-mrc-dev", "idk-mrc-train", "xquad-dev")
    with indonesian_pool(folder) as whole:
        for name in indonesian:
            yield from _ask(
                whole, cross_encoder, _read(folder, size, name, "id", set_name=_label(name, "id"))
            )
    with _without(indonesian_pool(folder), "indonesian", folder) as part:
        for name in ("facqa-dev", "xquad-dev"):
            withheld = _read(folder, size, f"abstain-{name}", "id", set_name=_label(name, "id"))
            yield from _ask(part, cross_encoder, withheld)
    for name in OFF_CORPUS:
        yield from _off_corpus(folder, cross_encoder, size, name)
    for language in OTHER_LANGUAGES:
        yield from _in_other_language(folder, cross_encoder, size, language)


def _off_corpus(folder: Path, cross_encoder: CrossEncoder, size: int, name: str) -> Iterator[Sample]:
    """Ask one Indonesian set's questions, and those of other sets, in a corpus of its articles only."""
    set_name = f"only {name}"
    with open_corpus(
        f"only-{name}", lambda: articles(folder, [name], language="id"), encoder=bundled_encoder()
    ) as corpus:
        for asked_of in OFF_CORPUS:
            asked = _answerable(_read(folder, size, asked_of, "id", set_name=set_name))[: size // 2]
            yield from _ask(
                corpus, cross_encoder, asked if asked_of == name else _off_corpus_questions(asked)
            )


def _in_other_language(
    folder: Path, cross_encoder: CrossEncoder, size: int, language: str
) -> Iterator[Sample]:
    asked_in = {f"{language} {language}": language, f"{language} from id": "id"}
    with xquad(folder, language) as whole:
        for name, asking in asked_in.items():
            asked = _read(folder, size, "xquad-dev", asking, set_name=name, aligned=language)
            yield from _ask(whole, cross_encoder, _answerable(asked))
        elsewhere = _read(folder, size, "facqa-dev", "id", set_name=f"{language} from id")
        yield from _ask(whole, cross_encoder, _off_corpus_questions(elsewhere[:100]))
    with _without(xquad(folder, language), f"xquad-{language}", folder) as part:
        for name, asking in asked_in.items():
            withheld = _read(folder, size, "abstain-xquad-dev", asking, set_name=name)
            yield from _ask(part, cross_encoder, withheld)


def _ask(corpus: LocalCorpus, cross_encoder: CrossEncoder, group: Sequence[Asked]) -> Iterator[Sample]:
    resemblance = Resemblance(bundled_encoder())
    for asked in group:
        language = detect_language(asked.text)
        query = Query(text=asked.text, language=language, filters=NO_FILTERS, top_k=DEPTH)
        found = hybrid_search(corpus, bundled_encoder(), query)
        hits, vector = found.hits, found.vector
        assert vector is not None
        reranked = Reranking(cross_encoder=cross_encoder).rerank(asked.text, hits)
        first = reranked.hits[0]
        readings = [reranked.readings[hit.passage_id] for hit in hits]
        best = [reading.spans[int(np.argmax(reading.scores))] for reading in readings]
        yield Sample(
            asked=asked,
            relevance=np.array([reading.relevance for reading in readings]),
            features=Features(
                relevance=reranked.readings[first.passage_id].relevance,
                resemblance=resemblance.of(vector, first, language=language),
                language=first.language,
                is_same_language=is_same_language(language, first.language),
                is_negated=is_negated(asked.text, language=language),
            ),
            is_good=tuple(_contains_answer(hit.text, asked.answers) for hit in hits),
            best_sentence_answers=tuple(
                _contains_answer(hit.text[start:end], asked.answers)
                for hit, (start, end) in zip(hits, best, strict=True)
            ),
        )


def _read(
    folder: Path, size: int, name: str, language: str, *, set_name: str, aligned: str | None = None
) -> list[Asked]:
    """Return at most `size` questions of each kind, the same ones in every run.

    With `aligned`, the answers are those of the same question in that language.
    """
    records = _records(folder, name)
    by_id = {record["id"]: record for record in records}
    of_language = [r for r in records if r["language"] == language]
    if aligned not in (None, language):
        of_language = [r for r in of_language if aligned in r["aligned_ids"]]
    by_kind: dict[str, list[Asked]] = {}
    for record in of_language:
        in_corpus = by_id[record["aligned_ids"][aligned]] if aligned not in (None, language) else record
        asked = _asked({**record, "answers": in_corpus["answers"]}, set_name)
        by_kind.setdefault(asked.kind, []).append(asked)
    chooser = random.Random(0)  # noqa: S311, the same sample in every run
    number = size if language == "id" and aligned is None else size // 3
    return [a for kind in by_kind.values() for a in chooser.sample(kind, min(number, len(kind)))]


@cache
def _records(folder: Path, name: str) -> list[dict[str, Any]]:
    lines = (folder / f"{name}.questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _asked(record: dict[str, Any], set_name: str) -> Asked:
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
