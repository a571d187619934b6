"""Numbers that follow from those of the evidence: rounded, added, subtracted, shares, the time between dates.

With many numbers at hand, some calculation gives nearly any number. So only numbers of the same dimension are
compared, a rounded number must be the given one with fewer digits, and calculations need evidence with few
numbers. Ratios are explained only behind a number that says it is one ("three times"), because any small
number is the ratio of some pair.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

from rag.text.calendars import gregorian_year
from rag.verification.facts import Facts, Quantity
from rag.verification.facts.bounds import is_within
from rag.verification.facts.dates import Day
from rag.verification.facts.lexicon import CLOCK, POUNDS

# Rounding changes a number by at most this share of it, and more if the claim says that it is not exact.
_ROUNDING = 0.02
_ROUNDING_ABOUT = 0.06

# A fraction in words may differ from the percentage by this share of it: "a third" is said of 31 percent.
_FRACTION = 0.08

# Evidence with more numbers that a calculation may use than this explains no calculations.
_MOST_NUMBERS = 6

# Smaller differences of plain counts are not explained: 4 follows from "12 dead and 8 hurt" by chance.
_SMALLEST_DIFFERENCE = 20

# A smaller number without a unit is not one of a unit rounded: 5 people are no 5.2 kilometres.
_SMALLEST_BARE = 100

_PERCENT = "percent"
_MULTIPLE = "multiple"
_YEAR = 365.25

# "Degrees" alone are those of Celsius.
_CELSIUS = ("temperature-celsius", "temperature-generic")
_FAHRENHEIT = "temperature-fahrenheit"


def unexplained(claim: Facts, evidence: Facts) -> list[Quantity]:
    """Return the claim's numbers that the evidence neither gives nor implies."""
    given = [quantity for quantity in evidence.quantities if not quantity.is_soft]
    soft = [quantity for quantity in evidence.quantities if quantity.is_soft]
    given += [share.percent for share in evidence.shares]
    stated = [quantity for quantity in claim.quantities if not quantity.is_soft]
    of_shares = Counter(
        text for share in claim.shares if _is_given(share.percent, given) for text in share.numbers
    )
    left = []
    for quantity in stated:
        if of_shares[quantity.text] > 0:
            of_shares[quantity.text] -= 1  # another number of the same text is not part of the fraction
        elif not (
            is_explained(quantity, given)
            or any(map(quantity.equals, soft))
            or _is_between_dates(quantity, evidence)
        ):
            left.append(quantity)
    return left + other_shares(claim, evidence)


def _is_between_dates(quantity: Quantity, evidence: Facts) -> bool:
    """Whether a duration is the time between two dates: "4-6 June" is three days, or two.

    Someone born in 1970 is 53 or 54 years old in 2024.
    """
    if quantity.dimension != "duration":
        return False
    days = [day for mention in evidence.dates for day in mention.days if day.year and day.years == 1]
    spans = {
        abs(left.year - right.year) * _YEAR - early * _YEAR
        for left, right in permutations([*days, *bare_years(evidence.quantities)], 2)
        if left.year and right.year and left.year != right.year
        for early in (0, 1)
    }
    exact = [date(day.year, day.month, day.day) for day in days if day.year and day.month and day.day]
    spans |= {abs((left - right).days) + more for left, right in permutations(exact, 2) for more in (0, 1)}
    return any(abs(quantity.amount - span) < 0.5 for span in spans if span)


def bare_years(quantities: Iterable[Quantity]) -> list[Day]:
    """Return the numbers that may be years."""
    bare = [one for one in quantities if one.dimension is None and not set(one.text) & set(".,'")]
    years = [int(value) for quantity in bare for value in quantity.values if 1000 <= value < 2600]
    return [Day(year=gregorian_year(year)) for year in years]


def other_shares(claim: Facts, evidence: Facts) -> list[Quantity]:
    """Return the claim's shares in words, such as "half", in the place of which the evidence gives another.

    Without any percentage in the evidence, the share may follow from something else.
    """
    percents = [quantity for quantity in evidence.quantities if quantity.dimension == _PERCENT]
    percents += [share.percent for share in evidence.shares]
    if not percents:
        return []
    stated = [share.percent for share in claim.lone_shares]
    return [
        percent
        for percent in stated
        if not _is_given(percent, percents) and not is_explained(percent, percents)
    ]


def _is_given(percent: Quantity, given: Sequence[Quantity]) -> bool:
    amounts = [other.amount for other in given if other.dimension == _PERCENT]
    if percent.bound == "above":
        return any(amount > percent.amount for amount in amounts)
    if percent.bound == "below":
        return any(amount < percent.amount for amount in amounts)
    return any(abs(amount - percent.amount) <= _FRACTION * amount for amount in amounts)


def is_explained(quantity: Quantity, given: Sequence[Quantity]) -> bool:
    """Whether a number is one of the given ones, a rounded one, or calculated from two of them.

    >>> from rag.verification.facts import find_facts
    >>> given = find_facts("74,6 persen dari 312.000 warga", language="id").quantities
    >>> [is_explained(find_facts(text, language="id").quantities[0], given)
    ...  for text in ("hampir 75 persen", "lebih dari 300 ribu warga", "80 persen")]
    [True, True, False]
    """
    if any(quantity.equals(other) for other in given):
        return True
    if quantity.dimension == CLOCK:
        return False
    alike = [
        amount
        for other in given
        if quantity.agrees_with(other) and (amount := _amount(other, quantity.dimension)) is not None
    ]
    if not _is_year(quantity) and any(
        _is_rounded(quantity, amount) or _is_bounded(quantity, amount) for amount in alike
    ):
        return True
    is_share = quantity.dimension in (_PERCENT, _MULTIPLE)  # of any two numbers
    usable = [
        other for other in given if is_share or other.dimension in (quantity.dimension, _PERCENT, _MULTIPLE)
    ]
    if quantity.is_joined or len(usable) > _MOST_NUMBERS:
        return False
    read = [replace(other, amount=value * other.factor) for other in usable for value in other.values]
    return any(_is_rounded(quantity, result) for result in _results(quantity, read))


def _amount(quantity: Quantity, dimension: str | None) -> float | None:
    """Return the amount of a number in a dimension, or None; temperatures above zero are converted.

    A number without a unit may leave out any unit: "a rate of 16,200" for "Rp16,204".
    """
    if (
        dimension is None
        and quantity.dimension not in (_PERCENT, CLOCK)
        and quantity.amount >= _SMALLEST_BARE
    ):
        return quantity.amount / quantity.factor
    if quantity.dimension == dimension or {quantity.dimension, dimension} == {POUNDS, "mass"}:
        return quantity.amount
    if quantity.is_negative:
        return None
    if quantity.dimension in _CELSIUS and dimension == _FAHRENHEIT:
        return quantity.amount * 9 / 5 + 32
    if quantity.dimension == _FAHRENHEIT and dimension in _CELSIUS:
        return (quantity.amount - 32) * 5 / 9
    return None


def _results(quantity: Quantity, given: Sequence[Quantity]) -> Iterator[float]:
    """Yield sums, differences, ratios and growth of each two numbers, as far as they have the dimension.

    A number that is not exact may also be the one before a growth of so many percent.
    """
    yield from _sums([other.amount for other in given if other.dimension == quantity.dimension])
    for left, right in permutations(given, 2):
        if quantity.dimension == _MULTIPLE and left.dimension == right.dimension and right.amount:
            yield left.amount / right.amount
        if left.dimension == _MULTIPLE and right.dimension == quantity.dimension != _MULTIPLE:
            yield from (right.amount * left.amount, right.amount / (left.amount or 1))
        if left.dimension == right.dimension == quantity.dimension:
            yield left.amount + right.amount
            if quantity.dimension or quantity.amount >= _SMALLEST_DIFFERENCE:
                yield left.amount - right.amount
        if quantity.dimension == _PERCENT and left.dimension == right.dimension != _PERCENT and right.amount:
            yield 100 * left.amount / right.amount
            yield 100 * abs(left.amount - right.amount) / right.amount
        if left.dimension == _PERCENT and right.dimension == quantity.dimension != _PERCENT:
            yield left.amount * right.amount / 100
            if quantity.is_about:
                yield from (
                    right.amount / (1 + sign * left.amount / 100) for sign in (1, -1) if left.amount < 100
                )


def _sums(amounts: Sequence[float]) -> Iterator[float]:
    """Yield the sums of three or more numbers in a row: "7 gold, 11 silver and 18 bronze"."""
    for start in range(len(amounts)):
        for end in range(start + 3, len(amounts) + 1):
            yield sum(amounts[start:end])


def _is_rounded(quantity: Quantity, exact: float) -> bool:
    """Whether a number is `exact`, or `exact` rounded to the digits of the number.

    The digits are those in the unit of the claim: "2 hours" has one, not those of 7200 seconds.
    """
    value, exact = quantity.amount / quantity.factor, exact / quantity.factor
    if not math.isfinite(value):  # "million million …"
        return False
    if quantity.bound and not is_within(exact, value, quantity.bound):
        return False
    tolerance = _ROUNDING_ABOUT if quantity.is_about else _ROUNDING
    last_digit = 10.0 ** int(Decimal(f"{value:.9g}").normalize().as_tuple().exponent)
    return abs(value - exact) <= min(tolerance * abs(exact), 0.5001 * last_digit)


def _is_bounded(quantity: Quantity, exact: float) -> bool:
    """Whether "more than" or "less than" so much is said of `exact`."""
    is_open = quantity.bound in ("above", "below")
    return is_open and is_within(exact / quantity.factor, quantity.amount / quantity.factor, quantity.bound)


def _is_year(quantity: Quantity) -> bool:
    """Whether a number may be a year, which nobody rounds."""
    return quantity.dimension is None and quantity.text.isdecimal() and 1000 <= quantity.amount < 2700
