"""The verdict on a claim, from what was read of it in the evidence.

The cross-encoder decides. The facts are a second opinion. A number, date or name that the evidence neither
states nor implies withholds support. If the claim repeats a sentence with another number, it is contradicted;
with another date, name or negation, only if the cross-encoder finds no support there either.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from operator import mul
from typing import Literal

from rag.datatypes import Verdict
from rag.verification.comparison import Statement
from rag.verification.facts.derived import unexplained
from rag.verification.readings import Reading, is_copied, is_whole

Judged = Literal["supported", "unsupported", "contradicted"]

# A claim with fewer words must have something in common with its evidence.
_FEWEST_COMPARED = 3

# The lowest probability of support for a claim that repeats a whole sentence, with its numbers and dates in
# any notation. The cross-encoder is unsure of long sentences, even of their copies.
_LEAST_OF_REPEATED = 0.1

# Readings whose probability of support is lower by less than this support a claim nearly as well.
_NEARLY_AS_WELL = 0.1

# A sentence that is repeated with another fact contradicts the claim if the probability of support is lower
# than the first of these, and does not support it if it is lower than the second.
_ALTERED_CONTRADICTED = 0.5
_ALTERED_SUPPORTED = 0.8

# If one sentence contains this share of the claim's words, the claim repeats the sentence.
REPEATED = 0.75


@dataclass(frozen=True, kw_only=True)
class Features:
    """What was read of one claim, in numbers.

    `supported`, `contradicted` and `coverage`, the share of the claim's words, are those of the reading that
    supports the claim most; the first two are log odds. `most_contradicted` is the highest log odds of
    contradiction in any reading, and `mean` the mean log odds of support. The last three are 1 if the reading
    lacks a number, date or name of the claim, or gives another.
    """

    supported: float
    contradicted: float
    most_contradicted: float
    mean: float
    coverage: float
    number: float
    date: float
    name: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The weights of the features, and an intercept at the end, for `supported` and for `contradicted`.

    The log odds are relative to `unsupported` (multinomial logistic regression).
    """

    supported: tuple[float, ...]
    contradicted: tuple[float, ...]

    def probabilities(self, features: Features) -> Mapping[Judged, float]:
        """Return the probability of each verdict."""
        values = (*astuple(features), 1.0)
        odds = {
            name: math.exp(max(-30.0, min(30.0, sum(map(mul, weights, values)))))
            for name, weights in (("supported", self.supported), ("contradicted", self.contradicted))
        }
        total = 1.0 + sum(odds.values())
        return {
            "supported": odds["supported"] / total,
            "contradicted": odds["contradicted"] / total,
            "unsupported": 1.0 / total,
        }


# The lowest probability of each verdict, chosen on the claims below. Between `UNSURE` and `SUPPORTED`, a
# claim whose facts agree is `unchecked`, unless it repeats a whole sentence.
SUPPORTED = 0.47
UNSURE = 0.33
CONTRADICTED = 0.86
CONTRADICTED_ACROSS_LANGUAGES = 0.78

# Fitted on `claims-dev` and `authored-dev`, whose claims training does not see, each with the passages around
# it and of other articles, and with the adapter before the present one, whose own fit is no better.
# `python -m benchmarks.verdicts --data FOLDER` fits again.
SAME_LANGUAGE = Calibration(
    supported=(0.814, -0.027, 0.486, 0.393, 0.476, -0.622, -0.175, -0.554, 3.123),
    contradicted=(0.085, -0.245, 0.850, 0.482, 0.345, 0.050, 0.139, -0.308, 2.975),
)
ACROSS_LANGUAGES = Calibration(
    supported=(0.930, 0.082, 0.531, 0.366, 0.519, -0.282, -0.020, -0.267, 2.956),
    contradicted=(0.184, -0.087, 0.856, 0.379, 0.431, 0.337, 0.155, -0.240, 2.662),
)


@dataclass(frozen=True)
class Judgement:
    """A verdict, the reading that led to it, and the probability that the evidence supports the claim."""

    verdict: Verdict
    reading: Reading
    probability: float


def judge(
    claim: Statement,
    readings: Sequence[Reading],
    *,
    named: Sequence[int] = (),
    calibration: Calibration | None = None,
) -> Judgement:
    """Return the verdict on a claim that was read with at least one unit of evidence.

    `named` are the numbers of the hits that the claim cites. `calibration` replaces the fitted one.
    """
    best = best_of(readings)
    is_same = claim.is_in_language_of(best.unit.statement)
    if calibration is None:
        calibration = SAME_LANGUAGE if is_same else ACROSS_LANGUAGES
    probabilities = calibration.probabilities(features_of(claim, readings))
    probability = probabilities["supported"]
    altered = next((reading for reading in readings if _is_altered(claim, reading)), None)
    if altered is not None and not any(map(_is_repeated, _rivals(altered, readings))):
        support = 0.0 if _has_other_number(claim, altered) else altered.supported
        found = altered.comparison
        if support < _ALTERED_SUPPORTED or found.has_exchanged_names or found.is_opposite:
            is_contradicted = support < _ALTERED_CONTRADICTED
            return Judgement("contradicted" if is_contradicted else "unsupported", altered, probability)
    copied = [reading for reading in readings if is_copied(claim, reading)]
    whole = [reading for reading in copied if is_whole(claim, reading)]
    most = CONTRADICTED if is_same else CONTRADICTED_ACROSS_LANGUAGES
    if probabilities["contradicted"] >= most and not whole:
        worst = max(readings, key=lambda reading: reading.contradicted)
        return Judgement("contradicted", worst, probability)
    quotable = whole or copied or (_agreeing(claim, best, readings) if _is_long_enough(claim, best) else [])
    if probability < (_LEAST_OF_REPEATED if whole else UNSURE) or not quotable:
        return Judgement("unsupported", best, probability)
    verdict: Verdict = "supported" if whole or probability >= SUPPORTED else "unchecked"
    return Judgement(verdict, _preferred(quotable, named), probability)


def best_of(readings: Sequence[Reading]) -> Reading:
    """Return the reading that supports the claim most."""
    return max(readings, key=lambda reading: reading.supported)


def features_of(claim: Statement, readings: Sequence[Reading]) -> Features:
    """Return the features of a claim from all its readings."""
    best = best_of(readings)
    support = [log_odds(reading.supported) for reading in readings]
    return Features(
        supported=max(support),
        contradicted=log_odds(best.contradicted),
        most_contradicted=max(log_odds(reading.contradicted) for reading in readings),
        mean=sum(support) / len(support),
        coverage=best.comparison.coverage,
        number=float(_lacks_number(claim, best)),
        date=float(_lacks_date(best)),
        name=float(_lacks_name(best)),
    )


def _agreeing(claim: Statement, best: Reading, readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings that support a claim nearly as well as the best one and have its facts.

    Each must state or imply the numbers and dates, and must not say that something falls that rises in the
    claim. Names may be in any reading, because they are often in another sentence. In another language, they
    may be written in another way.
    """
    if claim.is_in_language_of(best.unit.statement) and all(map(_lacks_name, readings)):
        return []
    enough = best.supported - _NEARLY_AS_WELL
    return [r for r in readings if r.supported >= enough and _agrees(claim, r)]


def _agrees(claim: Statement, reading: Reading) -> bool:
    lacks_quantity = _lacks_number(claim, reading) or _lacks_date(reading)
    return not lacks_quantity and not reading.comparison.is_opposite


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, limited to those of one in a thousand.

    >>> [round(log_odds(probability), 2) for probability in (0.0, 0.5, 0.9)]
    [-6.91, 0.0, 2.2]
    """
    bounded = min(max(probability, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))


def _preferred(readings: Sequence[Reading], named: Sequence[int]) -> Reading:
    """Return the reading to quote: of those that support nearly as well, a named hit's, then the shortest."""
    enough = best_of(readings).supported - _NEARLY_AS_WELL
    return min(
        (reading for reading in readings if reading.supported >= enough),
        key=lambda reading: (
            reading.unit.sentences[0].number not in named,
            len(reading.unit.sentences),
            -reading.supported,
        ),
    )


def _lacks_number(claim: Statement, reading: Reading) -> bool:
    if reading.comparison.numbers not in ("missing", "differs"):
        return False
    evidence = reading.unit.statement
    return bool(unexplained(claim.facts_on(evidence.reference), evidence.facts))


def _lacks_date(reading: Reading) -> bool:
    return reading.comparison.dates in ("missing", "differs")


def _lacks_name(reading: Reading) -> bool:
    return reading.comparison.names in ("missing", "differs")


def _is_altered(claim: Statement, reading: Reading) -> bool:
    """Whether the claim repeats a sentence with another number, date, name or word, or negates it.

    Or it says of two names what the sentence says, with the names exchanged.
    """
    found = reading.comparison
    if not reading.unit.is_one_sentence:
        return False
    differs = _has_other_number(claim, reading) or "differs" in (found.dates, found.names, found.polarity)
    is_changed = found.has_other_word or found.has_exchanged_names
    return is_changed or (differs and found.coverage >= REPEATED)


def _has_other_number(claim: Statement, reading: Reading) -> bool:
    found = reading.comparison
    return found.numbers == "differs" and (found.is_replaced or _lacks_number(claim, reading))


def _is_long_enough(claim: Statement, reading: Reading) -> bool:
    """Whether the claim says enough. A word or two must be words, numbers or dates of the evidence."""
    found = reading.comparison
    is_given = found.coverage > 0 or "given" in (found.numbers, found.dates)
    return is_given or len(claim.words) >= _FEWEST_COMPARED


def _rivals(altered: Reading, readings: Sequence[Reading]) -> Sequence[Reading]:
    """Return the readings that may say that an altered sentence is true after all.

    A number or word in the place of another may be anywhere in a passage. Then only single sentences count.
    """
    found = altered.comparison
    if not (found.is_replaced or found.has_other_word or found.has_exchanged_names):
        return readings
    return [reading for reading in readings if reading.unit.is_one_sentence]


def _is_repeated(reading: Reading) -> bool:
    """Whether the claim repeats a sentence with the same facts."""
    is_close = reading.comparison.coverage >= REPEATED
    return is_close and reading.comparison.has_no_conflict
