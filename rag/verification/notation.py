"""Writes the numbers of a claim as its evidence writes them.

The cross-encoder knows few notations. For example, it takes "Rp2,3 triliun" and "Rp2.300.000.000.000" for
different numbers. The facts know that they are equal.
"""

import re

from rag.verification.comparison import Statement
from rag.verification.facts import Quantity


def in_notation_of(evidence: Statement, claim: Statement) -> str:
    """Return the text of the claim with each number that the evidence gives in another notation replaced.

    >>> evidence = Statement("Dananya Rp2,3 triliun.", "id")
    >>> in_notation_of(evidence, Statement("Dana itu Rp2.300.000.000.000.", "id"))
    'Dana itu Rp2,3 triliun.'
    """
    text = claim.text
    given = evidence.facts.quantities
    for quantity in claim.facts_on(evidence.reference).quantities:
        equal = [other for other in given if quantity.equals(other) and other.dimension == quantity.dimension]
        if quantity.is_soft or not equal or any(other.text == quantity.text for other in equal):
            continue
        here, there = _place(quantity, text), _place(equal[0], evidence.text)
        if here and there:
            text = text[: here.start()] + there[0] + text[here.end() :]
    return text


def _place(quantity: Quantity, text: str) -> re.Match[str] | None:
    """Find a number in the text, but not as part of a longer number."""
    written = re.escape(quantity.text.strip())
    return re.search(rf"(?<!\d)(?<!\d[.,]){written}(?!\d)(?![.,]\d)", text, re.IGNORECASE)
