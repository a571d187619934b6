"""Numbers that follow from those of the evidence: rounded, added, subtracted, shares, fractions."""

from collections.abc import Iterable, Sequence
from itertools import permutations

from rag.verification.facts import Facts, Quantity

# Rounding changes a number by less than this share of it.
_ROUNDING = 0.06

# Results of a calculation are rounded too, but less.
_TOLERANCE = 0.02


def unexplained(claim: Facts, evidence: Facts) -> list[Quantity]:
    """Return the claim's numbers that the evidence neither gives nor implies."""
    given = [quantity for quantity in evidence.quantities if not quantity.is_soft]
    stated = [quantity for quantity in claim.quantities if not quantity.is_soft]
    return [quantity for quantity in stated if not is_explained(quantity, given)]


def is_explained(quantity: Quantity, given: Sequence[Quantity]) -> bool:
    """Whether a number is one of the given ones, a rounded one, or calculated from one or two of them.

    >>> from rag.verification.facts import find_facts
    >>> given = find_facts("74,6 persen dari 312.000 warga", language="id").quantities
    >>> [is_explained(find_facts(text, language="id").quantities[0], given)
    ...  for text in ("hampir 75 persen", "lebih dari 300 ribu warga", "80 persen")]
    [True, True, False]
    """
    if any(quantity.equals(other) or _is_near(quantity.amount, other.amount, _ROUNDING) for other in given):
        return True
    return any(_is_near(quantity.amount, result, _TOLERANCE) for result in _results(given))


def _results(given: Sequence[Quantity]) -> Iterable[float]:
    """Yield sums, differences, and shares in parts and in hundredths of each two numbers."""
    for left, right in permutations([quantity.amount for quantity in given], 2):
        yield left + right
        yield left - right
        if right:
            yield left / right
            yield 100 * left / right
            yield 100 * (left - right) / right
            yield left * right / 100


def _is_near(value: float, other: float, tolerance: float) -> bool:
    return abs(value - other) <= tolerance * max(abs(value), abs(other))
