"""Compares the numbers and dates of a claim with those of the evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from rag.text.calendars import gregorian_year
from rag.text.tags import is_same_language
from rag.verification.facts import DateMention, Facts, Quantity
from rag.verification.facts.dates import Day
from rag.verification.facts.derived import bare_years, is_explained, other_shares

# "unverified": the evidence lacks the fact, but could not be expected to show it.
Finding = Literal["given", "missing", "differs", "unverified"]

# Another language may write numbers up to this one in words.
_LARGEST_SMALL_NUMBER = 12

_YEAR_SIGNS = "年년 "


def compare_numbers(claim: Facts, evidence: Facts) -> Finding | None:
    """Return whether the evidence gives the claim's numbers; None if the claim states none."""
    across = not is_same_language(claim.language, evidence.language)
    stated = [quantity for quantity in claim.quantities if not quantity.is_soft]
    stated = [quantity for quantity in stated if not (across and _is_small(quantity))]
    if evidence.dates and not any(given.is_ago for given in evidence.quantities):
        stated = [quantity for quantity in stated if not quantity.is_ago]  # the evidence gives the day
    if other_shares(claim, evidence):
        return "differs"
    if not stated:
        return None
    left = list(evidence.quantities)
    unmatched = []
    for quantity in stated:
        match = next((given for given in left if quantity.equals(given)), None)
        if match is None:
            unmatched.append(quantity)
        else:
            left.remove(match)
    rivals = [given for given in left if not given.is_soft]
    # A number that the claim repeats must be given only once, unless another number stands in its place.
    missing = [quantity for quantity in unmatched if rivals or not _is_given(quantity, evidence)]
    missing = [quantity for quantity in missing if not _is_in_dates(quantity, evidence.dates)]
    if not missing:
        return "given"
    return (
        "differs"
        if any(_may_replace(rival, quantity) for rival in rivals for quantity in missing)
        else "missing"
    )


def _is_small(quantity: Quantity) -> bool:
    """Whether another language may express a number in other words ("both")."""
    return not any(map(str.isdecimal, quantity.text)) or (
        quantity.dimension is None and max(quantity.values) <= _LARGEST_SMALL_NUMBER
    )


def _is_given(quantity: Quantity, evidence: Facts) -> bool:
    return any(quantity.equals(given) for given in evidence.quantities)


def _is_in_dates(quantity: Quantity, dates: Iterable[DateMention]) -> bool:
    days = [day for mention in dates for day in mention.days if day.last_year is None]
    parts = {part for day in days for part in (day.year, day.month, day.day)}
    is_bare = quantity.dimension is None and quantity.text.rstrip(_YEAR_SIGNS).isdecimal()
    return is_bare and any(value in parts or gregorian_year(int(value)) in parts for value in quantity.values)


def _may_replace(rival: Quantity, quantity: Quantity) -> bool:
    return rival.dimension == quantity.dimension or None in (rival.dimension, quantity.dimension)


def compare_dates(claim: Facts, evidence: Facts) -> Finding | None:
    """Return whether the evidence gives the claim's dates; None if the claim states none."""
    stated = [mention for mention in claim.dates if not mention.is_soft]
    if not stated:
        return None
    years = [DateMention(str(day.year), (day,)) for day in bare_years(evidence.quantities)]
    given = [*evidence.dates, *years]
    findings = [_find_date(end, given) for mention in stated for end in _ends(mention, evidence)]
    if "differs" in findings:
        return "differs"
    lacking: Finding = "unverified" if evidence.has_unknown_day else "missing"
    return lacking if "missing" in findings else "given"


def _ends(mention: DateMention, evidence: Facts) -> list[DateMention]:
    """Return the first and the last day of a range, if the evidence does not count its days up."""
    if not mention.is_range:
        return [mention]
    listed = {value for given in evidence.quantities if given.dimension is None for value in given.values}
    ends = [day for day in (mention.days[0], mention.days[-1]) if day.day not in listed]
    return [replace(mention, days=(day,), is_range=False) for day in ends]


def replaces_number(claim: Facts, evidence: Facts) -> bool:
    """Whether a number stands in the place of another, in two texts with the same words beside them.

    A rounded number stands for the exact one. A sum of other numbers of the text does not.

    >>> from rag.verification.facts import find_facts
    >>> prices = find_facts("Harga naik dari 5 ke 6 ribu.", language="id")
    >>> replaces_number(find_facts("Harga naik dari 6 ke 5 ribu.", language="id"), prices)
    True
    """
    return len(claim.quantities) == len(evidence.quantities) and not all(
        is_explained(own, [given]) and own.is_negative == given.is_negative
        for own, given in zip(claim.quantities, evidence.quantities, strict=True)
    )


def replaces_date(claim: Facts, evidence: Facts) -> bool:
    """Whether a date stands in the place of another, in two texts with the same words beside them."""
    return len(claim.dates) == len(evidence.dates) and not all(
        _find_date(own, [given]) == "given" for own, given in zip(claim.dates, evidence.dates, strict=True)
    )


def _find_date(stated: DateMention, given: Sequence[DateMention]) -> Finding:
    same = [mention for mention in given if _is_same_date(stated, mention)]
    if any(not _is_less_complete(mention, stated) for mention in same) or _is_given_in_parts(stated, same):
        return "given"
    if same and not any(_conflicts(mention, stated) for mention in given if mention not in same):
        return "missing"
    return "differs" if any(_conflicts(mention, stated) for mention in given) else "missing"


def _is_same_date(left: DateMention, right: DateMention) -> bool:
    if left.weekday is not None and right.weekday is not None and left.weekday != right.weekday:
        return False
    if not left.days or not right.days:
        return _weekday_agrees(left, right)
    return any(own.agrees(given) for own in left.days for given in right.days)


def _weekday_agrees(left: DateMention, right: DateMention) -> bool:
    """Whether one gives only a weekday, and the other falls on that weekday."""
    lone, dated = (left, right) if not left.days else (right, left)
    if dated.weekday is not None:
        return lone.weekday == dated.weekday
    return any(_weekday(day) == lone.weekday for day in dated.days)


def _weekday(day: Day) -> int | None:
    return date(day.year, day.month, day.day).weekday() if day.year and day.month and day.day else None


def _is_less_complete(given: DateMention, stated: DateMention) -> bool:
    """Whether `given` leaves out a part that `stated` gives."""
    if not stated.days:
        return False
    return all(day.lacks(own) for own in stated.days for day in given.days or (Day(),))


def _is_given_in_parts(stated: DateMention, same: Sequence[DateMention]) -> bool:
    """Whether several mentions together give the stated date: "3 June" and "2005"."""
    for own in stated.days:
        parts = [day for mention in same for day in mention.days if day.agrees(own) and day.years <= 1]
        given = Day(
            next((day.year for day in parts if day.year), None),
            next((day.month for day in parts if day.month), None),
            next((day.day for day in parts if day.day), None),
        )
        if not given.lacks(own):
            return True
    return False


def _conflicts(given: DateMention, stated: DateMention) -> bool:
    """Whether `given` gives other values than `stated` for the same parts."""
    if not stated.days or not given.days:
        return given.weekday is not None and stated.weekday is not None and given.weekday != stated.weekday
    return not any(own.agrees(other) for own in stated.days for other in given.days) and any(
        (own.year and other.year) or (own.month and other.month)
        for own in stated.days
        for other in given.days
    )
