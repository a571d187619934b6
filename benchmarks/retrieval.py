"""R@1, MRR@10 and nDCG@10 of each leg and of both, one configuration for every set."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from benchmarks.data import (
    EvaluationQuestion,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    questions,
    xquad,
)
from rag.datatypes import SearchMode
from rag.local_corpus import LocalCorpus
from rag.pipeline import Pipeline, Question

SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
OTHER_LANGUAGES = ("en", "es", "zh-Hans", "ar", "th", "vi")
MODES: tuple[SearchMode, ...] = get_args(SearchMode)
_DEPTH = 10

# A question and the paragraphs that answer it, which may be a translation's.
Case = tuple[EvaluationQuestion, EvaluationQuestion]


def main() -> None:
    """Print one table for the Indonesian pool and one across languages."""
    folder = folder_argument(__doc__)
    print(f"{'set':28}{'mode':10}{'R@1':>7}{'MRR@10':>8}{'nDCG@10':>9}{'questions':>11}")
    with indonesian_pool(folder) as corpus:
        for name in SETS:
            asked = [question for question in questions(folder, name) if question.language == "id"]
            print_figures(name, corpus, [(question, question) for question in asked])
    for language in OTHER_LANGUAGES:
        with xquad(folder, language) as corpus:
            print_figures(f"xquad-dev id → {language}", corpus, across(folder, "id", language))
            print_figures(f"xquad-dev {language}", corpus, across(folder, language, language))


def across(folder: Path, asked_in: str, answered_in: str) -> list[Case]:
    """Pair the questions of one language with the gold paragraphs of another."""
    by_id = {question.id: question for question in questions(folder, "xquad-dev")}
    cases = []
    for question in by_id.values():
        if question.language == asked_in:
            aligned = question.id if asked_in == answered_in else question.aligned_ids.get(answered_in)
            if aligned in by_id:
                cases.append((question, by_id[aligned]))
    return cases


def print_figures(name: str, corpus: LocalCorpus, cases: Sequence[Case]) -> None:
    """Print a line for each mode."""
    pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder())
    for mode in MODES:
        ranks = [_rank(pipeline, case, mode) for case in cases]
        figures = (
            _mean(rank == 1 for rank in ranks),
            _mean(1 / rank for rank in ranks),
            _mean(map(_gain, ranks)),
        )
        print(f"{name:28}{mode:10}{figures[0]:7.3f}{figures[1]:8.3f}{figures[2]:9.3f}{len(cases):11}")


def _rank(pipeline: Pipeline, case: Case, mode: SearchMode) -> float:
    """Return the rank of the first gold paragraph, passages of one paragraph counted once."""
    question, answered = case
    found = pipeline.search(Question(text=question.text, top_k=3 * _DEPTH), mode=mode)
    paragraphs = list(dict.fromkeys((hit.article_id, hit.paragraph) for hit in found.hits))[:_DEPTH]
    return next((rank for rank, place in enumerate(paragraphs, start=1) if place in answered.gold), math.inf)


def _gain(rank: float) -> float:
    """Return nDCG for one relevant result at `rank`."""
    return 1 / math.log2(1 + rank)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)


if __name__ == "__main__":
    main()
