"""Measures of rankings, answers and refusals, as pure functions, with their sources."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

from rag.datatypes import Answer, Citation, Claim

Values = npt.NDArray[np.float64]
Statistic = Callable[[Values], float]

RANKING_MEASURES = {
    "R@1": Success @ 1,
    "R@5": Success @ 5,
    "R@10": Success @ 10,
    "MRR@10": RR @ 10,
    "nDCG@10": nDCG @ 10,
}
RESAMPLES = 1000
_SEED = 20250727
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[.,:/-](?=\d)")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval, and the number of questions or citations that it is computed from."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, kw_only=True)
class RefusalScores:
    """How well refusals separate unanswerable from answerable questions; None if such questions are missing.

    `answered` is the share of answerable questions that got an answer. `balanced_accuracy` is the mean of
    `answered` and `recall`; chance gives 0.5.
    """

    recall: Estimate | None
    precision: Estimate | None
    answered: Estimate | None
    balanced_accuracy: Estimate | None


def ranking_values(rankings: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, list[float]]:
    """Return the values of each measure for pairs of relevant names and found names, best first.

    ir-measures (arXiv 2111.13466) computes them. R@k is defined as in open-domain question answering (arXiv
    2004.04906): 1 if a relevant name is among the first k. nDCG treats all relevant names as equal.

    >>> values = ranking_values([(["a", "b"], ["x", "a"])])
    >>> values["R@1"], values["R@5"], values["MRR@10"], round(values["nDCG@10"][0], 4)
    ([0.0], [1.0], [0.5], 0.3869)
    """
    relevant = [Qrel(str(number), name, 1) for number, (names, _) in enumerate(rankings) for name in names]
    # subtle: the library would put equal scores in its own order, so the scores are made unequal.
    found = [
        ScoredDoc(str(number), name, 1 / rank)
        for number, (_, names) in enumerate(rankings)
        for rank, name in enumerate(names, start=1)
    ]
    values: dict[str, list[float]] = {name: [] for name in RANKING_MEASURES}
    names = {measure: name for name, measure in RANKING_MEASURES.items()}
    if relevant:
        for metric in ir_measures.iter_calc(RANKING_MEASURES.values(), relevant, found):
            values[names[metric.measure]].append(metric.value)
    return values


def normalised(text: str) -> str:
    """Return a text in the form in which answers are compared: NFKC and case folded, in single spaces.

    Signs outside numbers are removed. The idea is SQuAD's `normalize_answer` (arXiv 1606.05250). Articles
    such as "the" stay, because they differ between languages, and so do the signs within numbers.

    >>> normalised("Naik  “1.500,5 Ton”!")
    'naik 1.500,5 ton'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = {match.start() for match in _BETWEEN_DIGITS.finditer(folded)}
    spaced = (
        character if place in kept or unicodedata.category(character)[0] in "LMN" else " "
        for place, character in enumerate(folded)
    )
    return " ".join("".join(spaced).split())


def contains_any(text: str, answers: Sequence[str]) -> bool:
    """Return whether a text contains one of the answers, both normalised; numbers match only as a whole.

    This is ALCE's exact-match recall for one fact (arXiv 2305.14627, section 4.2). An answer may be part of a
    word, because many languages join prefixes and suffixes to it ("rumahnya" contains "rumah").

    >>> contains_any("Tahun 1943.", ["1943"]), contains_any("Tahun 1943.", ["43"])
    (True, False)
    """
    searched = normalised(text)
    return any(_is_contained(answer, searched) for answer in map(normalised, answers) if answer)


def _is_contained(answer: str, text: str) -> bool:
    before = r"(?<!\d)(?<!\d[.,:/-])" if answer[0].isdigit() else ""
    after = r"(?![.,:/-]?\d)" if answer[-1].isdigit() else ""
    return re.search(before + re.escape(answer) + after, text) is not None


def overlaps(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Return whether two spans share a character; ends are exclusive.

    >>> overlaps((0, 5), (4, 9)), overlaps((0, 5), (5, 9))
    (True, False)
    """
    return max(first[0], second[0]) < min(first[1], second[1])


def token_f1(found: Sequence[str], gold: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall of tokens, each counted as often as it occurs.

    This is SQuAD's F1 (arXiv 1606.05250, section 6.1).

    >>> token_f1(["panen", "kopi", "naik"], ["panen", "kopi", "panen", "teh", "turun"])
    0.5
    """
    shared = (Counter(found) & Counter(gold)).total()
    return 2 * shared / (len(found) + len(gold)) if shared else 0.0


def citation_recall(answer: Answer) -> float | None:
    """Return the share of claims that their citations support; None for an answer without claims.

    This is ALCE's citation recall (arXiv 2305.14627, section 4.3): a statement counts 1 if it has a citation
    and all its citations together entail it. The verdict of the claim replaces the entailment model.
    """
    supported = [_is_supported(claim) for claim in answer.claims]
    return sum(supported) / len(supported) if supported else None


def citation_precision(answer: Answer) -> float | None:
    """Return the share of citations that are right and needed; None for an answer without claims.

    This is ALCE's citation precision (arXiv 2305.14627, section 4.3): a citation counts 1 if its claim is
    supported, and if it supports the claim alone or the other citations do not support the claim without it.
    An answer without citations counts 0. The verdict of the citation replaces the entailment model. If no
    citation supports the claim alone, each is taken to be needed.
    """
    if not answer.claims:
        return None
    precise = [
        _is_precise(citation, answer.claims[citation.claim], answer.citations)
        for citation in answer.citations
    ]
    return sum(precise) / len(precise) if precise else 0.0


def _is_supported(claim: Claim) -> bool:
    return claim.verdict == "supported" and bool(claim.citations)


def _is_precise(citation: Citation, claim: Claim, citations: Sequence[Citation]) -> bool:
    if not _is_supported(claim):
        return False
    siblings = (other for other in citations if other.claim == citation.claim)
    return citation.verdict == "supported" or not any(other.verdict == "supported" for other in siblings)


def mean(values: Values) -> float:
    """Return the mean."""
    return float(values.mean())


def estimate(values: Sequence[float], statistic: Statistic = mean) -> Estimate | None:
    """Return a statistic of some values with its bootstrap interval; None if there are no values.

    >>> estimate([1.0, 1.0, 1.0])
    Estimate(value=1.0, low=1.0, high=1.0, count=3)
    """
    return estimate_of_groups([values], statistic)


def estimate_of_groups(groups: Sequence[Sequence[float]], statistic: Callable[..., float]) -> Estimate | None:
    """Return a statistic of several groups of values, each resampled separately; None if one is empty.

    The interval is that of the percentile bootstrap (Efron 1979): the middle 95 % of the statistic over a
    thousand resamples of the same size, drawn with replacement from a fixed seed. A statistic that is
    undefined for some values returns NaN for them.
    """
    arrays = [np.asarray(group, np.float64) for group in groups]
    if not all(map(len, arrays)):
        return None
    value = statistic(*arrays)
    if np.isnan(value):
        return None
    random = np.random.default_rng(_SEED)
    resampled = [
        statistic(*(array[random.integers(len(array), size=len(array))] for array in arrays))
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return Estimate(value=value, low=float(low), high=float(high), count=sum(map(len, arrays)))


def refusal_scores(*, unanswerable: Sequence[bool], answerable: Sequence[bool]) -> RefusalScores:
    """Return the scores of refusals, given which questions of each kind were refused.

    >>> scores = refusal_scores(unanswerable=[True, True, True, False], answerable=[True, False])
    >>> scores.recall.value, scores.precision.value, scores.answered.value, scores.balanced_accuracy.value
    (0.75, 0.75, 0.5, 0.625)
    """
    return RefusalScores(
        recall=estimate(unanswerable),
        precision=estimate_of_groups([unanswerable, answerable], precision),
        answered=estimate([not is_refused for is_refused in answerable]),
        balanced_accuracy=estimate_of_groups([unanswerable, answerable], _balanced_accuracy),
    )


def precision(right: Values, wrong: Values) -> float:
    """Return the share of right items among the chosen ones; NaN if none is chosen.

    `right` and `wrong` tell for each item of the two kinds whether it is chosen (1) or not (0).
    """
    chosen = right.sum() + wrong.sum()
    return float(right.sum() / chosen) if chosen else float("nan")


def _balanced_accuracy(unanswerable: Values, answerable: Values) -> float:
    return (mean(unanswerable) + 1 - mean(answerable)) / 2
