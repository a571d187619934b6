"""Ways to fuse both legs, each with its weight chosen on the other sets, beside the one that Kutip uses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt

from benchmarks.data import bundled_encoder, folder_argument, indonesian_pool, questions, xquad
from benchmarks.report import Report
from benchmarks.retrieval import OTHER_LANGUAGES, SETS, Case, across
from embeddings.weights import FloatArray
from rag.corpus.keyword_ranking import K1
from rag.corpus.local.corpus import LocalCorpus
from rag.search.fusion import KEYWORD_WEIGHT, keyword_weight
from rag.text.languages import detect_language

_DEPTH = 100
_RRF_K = 60
_METHOD = """
The first hundred passages of vector search and of keyword search for each question, combined in several ways.
The weight of each way is the one with the best mean MRR@10 on the *other* groups of sets, so no figure was
tuned on its own set. The groups are the four Indonesian sets, xquad within other languages, and xquad from
Indonesian into other languages. Near-copies are not combined here. Deviations: the similarity above that of
the weakest candidate, in standard deviations of the candidates. Rarity: the sum of the inverse document
frequencies of the question's words. If keyword search knows none of the words, it adds nothing to a deviation
score, while fusion by reciprocal ranks would still give it half of the vote.
""".strip().replace("\n", " ")

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _ScoredCandidates:
    """The candidates of one question with their scores. NaN where one of the searches did not find one."""

    similarity: Scores
    bm25: Scores
    rarity: float
    is_gold: npt.NDArray[np.bool_]


# A fusion method: it takes the candidates' scores and its weight.
Method = Callable[[_ScoredCandidates, float], Scores]


def _convex(candidates: _ScoredCandidates, weight: float) -> Scores:
    return (1 - weight) * _between_0_and_1(candidates.similarity) + weight * _between_0_and_1(candidates.bm25)


def _ranks(candidates: _ScoredCandidates, weight: float) -> Scores:
    return (1 - weight) * _reciprocal_rank(candidates.similarity) + weight * _reciprocal_rank(candidates.bm25)


def _deviations_and_bm25(candidates: _ScoredCandidates, weight: float) -> Scores:
    return _deviations(candidates.similarity) + weight * np.nan_to_num(candidates.bm25)


def _deviations_and_share(candidates: _ScoredCandidates, weight: float) -> Scores:
    return _deviations(candidates.similarity) + weight * np.nan_to_num(candidates.bm25) / (
        (K1 + 1) * candidates.rarity or 1.0
    )


def _deviations_and_discounted(candidates: _ScoredCandidates, weight: float) -> Scores:
    return _deviations_and_bm25(candidates, weight / KEYWORD_WEIGHT * keyword_weight(candidates.rarity))


def _vector(candidates: _ScoredCandidates, _: float) -> Scores:
    return np.nan_to_num(candidates.similarity, nan=-1.0)


def _keyword(candidates: _ScoredCandidates, _: float) -> Scores:
    return np.nan_to_num(candidates.bm25, nan=-1.0)


_DISCOUNTED = "deviations + w × BM25 ÷ rarity^¼"
_TENTHS = tuple(tenth / 10 for tenth in range(1, 10))
_METHODS: Mapping[str, tuple[Method, Sequence[float]]] = {
    "vector alone": (_vector, [0.0]),
    "keyword alone": (_keyword, [0.0]),
    "reciprocal ranks": (_ranks, [0.5]),
    "reciprocal ranks, weighted": (_ranks, _TENTHS),
    "convex": (_convex, _TENTHS),
    "deviations + w × share of the possible BM25": (_deviations_and_share, range(1, 17)),
    "deviations + w × BM25": (_deviations_and_bm25, [n / 20 for n in range(1, 17)]),
    _DISCOUNTED: (_deviations_and_discounted, [n / 25 for n in range(4, 33)]),
}
_CURRENT = f"used by Kutip: deviations + {KEYWORD_WEIGHT} × BM25 ÷ rarity^¼"


def main() -> None:
    """Print and write one table."""
    groups = dict(_groups(folder_argument(__doc__)))
    report = Report(
        "fusion", "Fusion of vector and keyword search", "python -m benchmarks.fusion --data FOLDER", _METHOD
    )
    rows = [[name, *_cross_validated(groups, *way)] for name, way in _METHODS.items()]
    rows.append([_CURRENT, *_cross_validated(groups, _deviations_and_discounted, [KEYWORD_WEIGHT])])
    header = [f"{group} ({sum(map(len, sets)):,})" for group, sets in groups.items()]
    report.table(["R@1 / MRR@10 (weight)", *header], rows)
    weights = _METHODS[_DISCOUNTED][1]
    lines = {
        group: (list(weights), [_figures(sets, _deviations_and_discounted, weight)[1] for weight in weights])
        for group, sets in groups.items()
    }
    report.plot("fusion", lines, x="weight", y="MRR@10", log=False)
    report.write()


def _groups(folder: Path) -> Iterator[tuple[str, list[list[_ScoredCandidates]]]]:
    with indonesian_pool(folder) as corpus:
        for name in SETS:
            asked = [question for question in questions(folder, name) if question.language == "id"]
            yield name, [_scored_candidates(corpus, [(question, question) for question in asked])]
    within, between = [], []
    for language in OTHER_LANGUAGES:
        with xquad(folder, language) as corpus:
            within.append(_scored_candidates(corpus, across(folder, language, language)))
            between.append(_scored_candidates(corpus, across(folder, "id", language)))
    yield "xquad-dev, within others", within
    yield "xquad-dev, id → others", between


def _scored_candidates(corpus: LocalCorpus, cases: Sequence[Case]) -> list[_ScoredCandidates]:
    vectors = bundled_encoder().encode_queries([question.text for question, _ in cases])
    return [_scored_candidates_of(corpus, case, vector) for case, vector in zip(cases, vectors, strict=True)]


def _scored_candidates_of(corpus: LocalCorpus, case: Case, vector: FloatArray) -> _ScoredCandidates:
    question, answered = case
    nearest = corpus.vector_search(vector, depth=_DEPTH)
    language = detect_language(question.text)
    matches = corpus.keyword_search(question.text, language=language, depth=_DEPTH)
    similarity, bm25 = dict(nearest), dict(matches.passages)
    candidates = list({**similarity, **bm25})
    hits = corpus.hits([*nearest, *matches.passages], source="hybrid")
    gold = {hit.passage_id for hit in hits if answered.is_answered_by(hit)}
    return _ScoredCandidates(
        similarity=np.array([similarity.get(number, np.nan) for number in candidates]),
        bm25=np.array([bm25.get(number, np.nan) for number in candidates]),
        rarity=sum(matches.rarity.values()),
        is_gold=np.array([number in gold for number in candidates]),
    )


def _deviations(scores: Scores) -> Scores:
    known = scores[~np.isnan(scores)]
    if not len(known):
        return np.zeros_like(scores)
    deviations: Scores = np.nan_to_num((scores - known.min()) / (known.std() or 1.0))
    return deviations


def _between_0_and_1(scores: Scores) -> Scores:
    known = scores[~np.isnan(scores)]
    if not len(known):
        return np.zeros_like(scores)
    scaled: Scores = np.nan_to_num((scores - known.min()) / (np.ptp(known) or 1.0))
    return scaled


def _reciprocal_rank(scores: Scores) -> Scores:
    ranks = np.argsort(np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")) + 1
    return np.where(np.isnan(scores), 0.0, 1 / (_RRF_K + ranks))


def _cross_validated(
    groups: Mapping[str, list[list[_ScoredCandidates]]], method: Method, weights: Sequence[float]
) -> list[str]:
    """Return each group's figures with the weight that is best on the other groups."""
    measured = {
        weight: {group: _figures(sets, method, weight) for group, sets in groups.items()}
        for weight in weights
    }
    cells = []
    for group in groups:
        best = max(weights, key=lambda w: mean(f[1] for name, f in measured[w].items() if name != group))
        recall, reciprocal = measured[best][group]
        cells.append(f"{recall:.3f} / {reciprocal:.3f}" + (f" ({best:g})" if len(weights) > 1 else ""))
    return cells


def _figures(
    sets: Sequence[Sequence[_ScoredCandidates]], method: Method, weight: float
) -> tuple[float, float]:
    """Return R@1 and MRR@10, each the mean over the sets of a group."""
    ranks = [[_rank(candidates, method(candidates, weight)) for candidates in of_set] for of_set in sets]
    recall = mean(mean(rank == 1 for rank in of_set) for of_set in ranks)
    return recall, mean(mean(1 / rank if rank <= 10 else 0.0 for rank in of_set) for of_set in ranks)


def _rank(candidates: _ScoredCandidates, scores: Scores) -> float:
    if not candidates.is_gold.any():
        return np.inf
    best = scores[candidates.is_gold].max()
    return float(1 + (scores[~candidates.is_gold] >= best).sum())


if __name__ == "__main__":
    main()
