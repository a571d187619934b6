"""Finds the facts of a text that can be checked: its numbers, dates and names.

Start with `find_facts`; `matching.py` compares the facts of two texts.
"""

import re
from dataclasses import dataclass
from datetime import date

from rag.text.calendars import plausible_day
from rag.verification.facts.dates import (
    DateMention,
    day_before,
    find_dates,
    has_relative_date,
    with_plain_years,
)
from rag.verification.facts.lexicon import fold
from rag.verification.facts.names import Name, find_names
from rag.verification.facts.numbers import Quantity, find_quantities
from rag.verification.facts.periods import find_periods
from rag.verification.facts.romans import find_romans
from rag.verification.facts.shares import Share, find_shares

_WORD = re.compile(r"[^\W\d_]+")

# The number of a footnote is not a number of the text.
_FOOTNOTE = re.compile(r"\[[\d\s,;–-]{1,20}\]")

__all__ = ["DateMention", "Facts", "Name", "Quantity", "Share", "find_facts"]


@dataclass(frozen=True)
class Facts:
    """The numbers, dates and names of one text; `rest` is the text without the numbers and dates.

    `shares` are the fractions that are written in words. Their numbers are also among `quantities`, except
    for those of `lone_shares`, such as "half". An unknown day is "yesterday" in an article without a date.
    """

    language: str
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    names: tuple[Name, ...]
    rest: str
    shares: tuple[Share, ...] = ()
    lone_shares: tuple[Share, ...] = ()
    has_unknown_day: bool = False


def find_facts(text: str, *, language: str, reference: date | None = None) -> Facts:
    """Return the facts of a text; `reference`, the date of its article, completes its dates.

    >>> facts = find_facts("Budi membayar Rp1,5 juta pada 3/6/2024", language="id")
    >>> facts.quantities[0].values, facts.dates[0].days[0].year, facts.names[0].text
    (frozenset({1500000.0}), 2024, 'Budi')
    """
    text = _FOOTNOTE.sub(" ", text)
    periods, undated = find_periods(with_plain_years(fold(text)))
    dates, undated = find_dates(undated, language=language, reference=reference)
    dates += periods
    quantities, rest = find_quantities(undated, language=language)
    reference = plausible_day(reference)
    ago = [quantity for quantity in quantities if quantity.is_ago]
    has_unknown_day = reference is None and (bool(ago) or has_relative_date(undated, language=language))
    if reference is not None:
        dates += [DateMention(one.text, (day_before(reference, one.amount),), is_soft=True) for one in ago]
    texts = [fact.text for fact in dates] + [fact.text for fact in quantities]
    used = {word for part in texts for word in _WORD.findall(part)}
    names = [name for name in find_names(text, language=language) if fold(name.text) not in used]
    shares = tuple(find_shares(undated, language=language))
    written = {quantity.text for quantity in quantities}
    lone = tuple(share for share in shares if written.isdisjoint(share.numbers))
    quantities += find_romans(text)
    return Facts(language, tuple(quantities), tuple(dates), tuple(names), rest, shares, lone, has_unknown_day)
