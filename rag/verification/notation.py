"""Writes a claim for the cross-encoder: without pictures, and its numbers as its evidence writes them.

The cross-encoder knows few notations. For example, it takes "Rp2,3 triliun" and "Rp2.300.000.000.000" for
different numbers. The facts know that they are equal.
"""

import re
from dataclasses import replace

from rag.verification.comparison import Statement
from rag.verification.facts import Quantity
from rag.verification.facts.lexicon import with_plain_numerals

# Emojis and other small pictures, with the signs that join or colour them. They claim nothing.
_PICTURES = re.compile(
    r"\s?[\u2600-\u27bf\u2b50-\u2bff\U0001f000-\U0001faff]"
    r"[\u2600-\u27bf\u2b50-\u2bff\U0001f000-\U0001faff\u200d\ufe0f]*+"
)


def in_notation_of(evidence: Statement, claim: Statement) -> str:
    """Return the claim without emojis, and with each number written as the evidence writes an equal one.

    A number that is only approximately equal stays: with evidence of 312,450, "more than 312,000" must not
    become "more than 312,450".

    >>> evidence = Statement("Dananya Rp2,3 triliun.", "id")
    >>> in_notation_of(evidence, Statement("Dana itu Rp2.300.000.000.000.", "id"))
    'Dana itu Rp2,3 triliun.'
    >>> in_notation_of(evidence, Statement("☕ Dana itu cair! 🎉", "id"))
    'Dana itu cair!'
    """
    text = _PICTURES.sub("", claim.text).strip() or claim.text
    for quantity in claim.facts_on(evidence.reference).quantities:
        place = None if quantity.is_soft else _place(quantity, text)
        spellings = _spellings(quantity, evidence)
        if place and spellings and text[place] not in spellings:
            text = text[: place.start] + spellings[0] + text[place.stop :]
    return text


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
