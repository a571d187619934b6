"""Writes a claim for the cross-encoder: without pictures, and its numbers and days as its evidence does.

The cross-encoder knows few notations. For example, it takes "Rp2,3 triliun" and "Rp2.300.000.000.000" for
different numbers, and cannot know the year of "Senin (3/6)". The facts know that they are equal.
"""

import re
from dataclasses import replace

from rag.verification.comparison import Statement
from rag.verification.facts import Quantity
from rag.verification.facts.dates import DateMention
from rag.verification.facts.lexicon import with_plain_numerals

# Emojis and other small pictures, with the signs that join or colour them. They claim nothing.
_PICTURES = re.compile(
    r"\s?[\u2600-\u27bf\u2b50-\u2bff\U0001f000-\U0001faff]"
    r"[\u2600-\u27bf\u2b50-\u2bff\U0001f000-\U0001faff\u200d\ufe0f]*+"
)


def in_notation_of(evidence: Statement, claim: Statement) -> str:
    """Return the claim without emojis, with each number and day written as the evidence writes an equal one.

    A number that is only approximately equal stays: with evidence of 312,450, "more than 312,000" must not
    become "more than 312,450".

    >>> evidence = Statement("Dananya Rp2,3 triliun.", "id")
    >>> in_notation_of(evidence, Statement("Dana itu Rp2.300.000.000.000.", "id"))
    'Dana itu Rp2,3 triliun.'
    >>> in_notation_of(evidence, Statement("☕ Dana itu cair! 🎉", "id"))
    'Dana itu cair!'
    >>> from datetime import date
    >>> evidence = Statement("Panen dimulai pada Senin (3/6).", "id", reference=date(2024, 6, 4))
    >>> in_notation_of(evidence, Statement("Panen dimulai pada 2024-06-03.", "id"))
    'Panen dimulai pada Senin (3/6).'
    """
    text = _PICTURES.sub("", claim.text).strip() or claim.text
    facts = claim.facts_on(evidence.reference)
    if claim.is_in_language_of(evidence):
        for mention in facts.dates:
            text = _with_day_of(evidence, mention, text)
    for quantity in facts.quantities:
        place = None if quantity.is_soft else _place(quantity, text)
        spellings = _spellings(quantity, evidence)
        if place and spellings and text[place] not in spellings:
            text = text[: place.start] + spellings[0] + text[place.stop :]
    return text


def _with_day_of(evidence: Statement, mention: DateMention, text: str) -> str:
    """Return the claim with a day as the evidence writes it, if both name one day."""
    given = [one for one in evidence.facts.dates if _name_one_day(mention, one)]
    spellings = [evidence.text[place] for one in given if (place := _place_of_text(one.text, evidence.text))]
    place = _place_of_text(mention.text, text)
    if not place or not spellings or text[place] in spellings:
        return text
    return text[: place.start] + spellings[0] + text[place.stop :]


def _name_one_day(left: DateMention, right: DateMention) -> bool:
    """Whether two dates name the same day of the same month, in any of their readings."""
    if left.is_range or right.is_range or left.is_soft or right.is_soft:
        return False
    return any(day.month and day.day and day in right.days for day in left.days)


def _place_of_text(written: str, text: str) -> slice | None:
    """Find a date in the text, with the bracket that closes one in it."""
    written = written.rstrip(" .,")
    start = text.casefold().find(written)
    end = start + len(written)
    if start < 0 or len(text.casefold()) != len(text):
        return None
    return slice(start, end + (written.count("(") > written.count(")") and text.startswith(")", end)))


def _spellings(quantity: Quantity, evidence: Statement) -> list[str]:
    """Return how the evidence writes numbers that are equal to this one, and of the same dimension."""
    exact = replace(quantity, is_about=False)
    places = (
        _place(given, evidence.text)
        for given in evidence.facts.quantities
        if exact.equals(given) and quantity.dimension == given.dimension
    )
    return [evidence.text[place] for place in places if place]


def _place(quantity: Quantity, text: str) -> slice | None:
    """Find a number in the text, but not as part of a longer number or of a word."""
    written = quantity.text.strip()
    before = r"(?<!\w)" if _has_case(written[0]) else r"(?<!\d)(?<!\d[.,])"
    after = r"(?!\w)" if _has_case(written[-1]) else r"(?!\d)(?![.,]\d)"
    pattern = f"{before}{re.escape(written)}{after}"
    found = re.search(pattern, with_plain_numerals(text), re.IGNORECASE)
    return slice(*found.span()) if found else None


def _has_case(sign: str) -> bool:
    """Whether a letter is of a script with capitals, which writes spaces between words."""
    return sign.lower() != sign.upper()
