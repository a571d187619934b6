"""R@1, MRR@10 and nDCG@10 of vector, keyword and hybrid search, with one configuration for every set."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import get_args

from benchmarks.data import (
    EvaluationQuestion,
    bundled_encoder,
    folder_argument,
    indonesian_pool,
    questions,
    xquad,
)
from benchmarks.report import Report
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import SearchMode
from rag.pipeline import Pipeline, Question

SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-qa-dev")
OTHER_LANGUAGES = ("en", "es", "zh-Hans", "ar", "th", "vi")
MODES: tuple[SearchMode, ...] = get_args(SearchMode)
_DEPTH = 10

# A question, and the question whose gold paragraphs count: the same one, or its translation.
Case = tuple[EvaluationQuestion, EvaluationQuestion]

_HEADER = (
    "set", "R@1", "vector", "keyword", "MRR@10", "vector", "keyword", "nDCG@10", "questions",
)  # fmt: skip
_METHOD = """
Hybrid search compared with vector search and keyword search alone, with one configuration for all sets, the
bundled encoder and no reranker. Indonesian questions are asked about all Indonesian passages of the
development sets in one index (passages of at most 256 tokens). Questions of xquad-dev in other languages are
asked about its passages in that language. Passages of one paragraph count once, and near-copies are combined
into the best of them.
""".strip().replace("\n", " ")


@dataclass(frozen=True)
class Figures:
    """The figures of one search mode on one set."""

    recall: float
    mrr: float
    ndcg: float


def main() -> None:
    """Print and write one table."""
    folder = folder_argument(__doc__)
    report = Report("retrieval", "Retrieval", "python -m benchmarks.retrieval --data FOLDER", _METHOD)
    measured = dict(_measured(folder))
    report.table(_HEADER, [_row(name, *each) for name, each in measured.items()])
    gains = {name: figures["hybrid"].mrr - _better_single(figures) for name, (_, figures) in measured.items()}
    report.bars("retrieval", gains, x="MRR@10 of hybrid search − the better of vector and keyword search")
    report.write()


def _measured(folder: Path) -> Iterator[tuple[str, tuple[int, dict[SearchMode, Figures]]]]:
    """Yield each set's number of questions and figures."""
    with indonesian_pool(folder) as corpus:
        for name in SETS:
            asked = [question for question in questions(folder, name) if question.language == "id"]
            yield f"{name} id", figures_of(corpus, [(question, question) for question in asked])
    for language in OTHER_LANGUAGES:
        with xquad(folder, language) as corpus:
            yield f"xquad-dev {language}", figures_of(corpus, across(folder, language, language))
            yield f"xquad-dev id → {language}", figures_of(corpus, across(folder, "id", language))


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


def figures_of(corpus: LocalCorpus, cases: Sequence[Case]) -> tuple[int, dict[SearchMode, Figures]]:
    """Return the number of questions and the figures of each mode."""
    pipeline = Pipeline(corpus=corpus, encoder=bundled_encoder())
    figures = {}
    for mode in MODES:
        ranks = [_rank(pipeline, case, mode) for case in cases]
        figures[mode] = Figures(
            recall=mean(float(rank == 1) for rank in ranks),
            mrr=mean(1 / rank for rank in ranks),
            ndcg=mean(map(_gain, ranks)),
        )
    return len(cases), figures


def _better_single(figures: Mapping[SearchMode, Figures]) -> float:
    return max(figures["vector"].mrr, figures["keyword"].mrr)


def _row(name: str, count: int, figures: Mapping[SearchMode, Figures]) -> list[str]:
    hybrid, vector, keyword = figures["hybrid"], figures["vector"], figures["keyword"]
    return [
        name,
        f"{hybrid.recall:.3f}", f"{vector.recall:.3f}", f"{keyword.recall:.3f}",
        f"{hybrid.mrr:.3f}", f"{vector.mrr:.3f}", f"{keyword.mrr:.3f}",
        f"{hybrid.ndcg:.3f}",
        f"{count:,}",
    ]  # fmt: skip


def _rank(pipeline: Pipeline, case: Case, mode: SearchMode) -> float:
    """Return the rank of the first gold paragraph. Several passages of one paragraph count once."""
    question, answered = case
    found = pipeline.search(Question(text=question.text, top_k=3 * _DEPTH), mode=mode)
    paragraphs = list(dict.fromkeys((hit.article_id, hit.paragraph) for hit in found.hits))[:_DEPTH]
    return next((rank for rank, place in enumerate(paragraphs, start=1) if place in answered.gold), math.inf)


def _gain(rank: float) -> float:
    """Return nDCG for one relevant result at `rank`."""
    return 1 / math.log2(1 + rank)


if __name__ == "__main__":
    main()
