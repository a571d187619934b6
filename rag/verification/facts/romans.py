"""Finds Roman numerals, such as "II" in "Perang Dunia II", which other texts write as "Kedua" or "ke-2"."""

import re

from rag.verification.facts.numbers import Quantity

# A single letter is a numeral only behind a word with a capital, and no initial: "Felipe V", not "V. Putin".
_ROMAN = re.compile(
    r"(?<![\w.'’-])(?P<number>(?=[IVXL]{2})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})|(?<=\w )[IVX])"
    r"(?P<ending>er|re|e|ème|º|ª)?(?![\w'’]|\.\w)"
)
_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_]\w{1,40} $")
_FARTHEST = 42
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def find_romans(text: str) -> list[Quantity]:
    """Return the Roman numerals of a text. They may be other words, so that they need no support.

    >>> [(numeral.text, numeral.amount) for numeral in find_romans("Perang Dunia II, kata V. Siregar")]
    [('II', 2.0)]
    """
    return [
        Quantity(match[0], frozenset({value}), value, is_soft=True)
        for match in _ROMAN.finditer(text)
        if len(match["number"]) > 1 or _is_behind_name(text, match)
        for value in [_value(match["number"])]
    ]


def _is_behind_name(text: str, match: re.Match[str]) -> bool:
    before = _CAPITALISED.search(text, max(0, match.start() - _FARTHEST), match.start())
    return before is not None and before[0][0].isupper() and not text.startswith(". ", match.end())


def _value(numeral: str) -> float:
    """Return the value of a Roman numeral.

    >>> _value("XIV"), _value("LVIII")
    (14.0, 58.0)
    """
    values = [_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return float(
        sum(-one if one < next_one else one for one, next_one in zip(values, following, strict=True))
    )
