"""Finds the numbers in a text, in the notation of its language."""

import functools
import math
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.text.tags import primary_language
from rag.verification.facts.bounds import (
    AGO,
    BEFORE_AGO,
    JOINTS,
    MINUS,
    UNDER_ZERO,
    Bound,
    agree,
    bound_of,
    is_about,
    is_within,
)
from rag.verification.facts.digits import AFTER_HAN_NUMERAL, HAN, han_value, is_han_number, readings
from rag.verification.facts.lexicon import CLOCK, POUNDS, Lexicon, Unit, alternatives, lexicon

# "14:30" is a time, and "3:1" two numbers.
_CLOCK = r"(?<![\d.,])(?:[01]?\d|2[0-3]) ?(?:h|giờ|点|點|時|시) ?[0-5]\d(?![\d\w])(?:分|분| phút)?"
_CLOCK_WORD = re.compile(r" ?(?:h|giờ|点|點|時|시) ?(?=\d)")
_DIGITS = r"\d+(?:(?:[.,']|:(?=\d\d))\d+)*"
_GROUPED_BY_SPACES = r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)(?:,\d+)?"
# In some languages, the word for one is also an article or part of a phrase ("salah satu", "one of", "uno").
# In a few, the word for zero also means "not", "nothing" or a month, and that for five a year.
_SOFT_VALUES = frozenset({1.0})
_SOFT_WORDS = frozenset({"second", "a", "hundred", "không", "năm", "null", "wala", "walâ", "صفر"})

# "3 pm" is 15 o'clock, but a text may leave out "pm". "12:30 pm" is no other time than "12:30".
_HALVES_OF_DAY = {"a": Unit("morning"), "p": Unit("afternoon")}
_NOON = 12
# "Pukul 2 siang" and "下午2点" are 14 o'clock.
_AT_HOUR = ("pukul ", "jam ")
_LATER = (" siang", " sore", " petang", " malam")
_AFTER_NOON = ("下午", "午後", "午后", "晚上", "傍晚", "오후", "오후 ")

# Letters after a sum of money. M is a million, or "miliar" (1e9) in Indonesian.
_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_BILLION = "miliar"

_TEMPERATURE = "temperature"
_DEGREES = "temperature-generic"
_YEAR = Unit("duration", 365.25)
_JOINT_OF_DURATION = re.compile(r",? (?:dan |and |y |e |et |und |en |и )?|")
_SMALLEST_ROUNDED = 100  # "about 20" is wrong for 17
_YEARS = frozenset(map(float, range(1000, 2700)))


@dataclass(frozen=True)
class Quantity:
    """A number in a text.

    `values` are its possible readings: "1.500" is 1500 or 1.5. `amount` is the reading that is usual in its
    language, in the base unit of its dimension. A soft number may support a claim but needs no support.
    `bound` says on which side of the number the exact one lies: "more than 300". A joined number is a part of
    "2-1", and one that is so long ago is a part of "two days ago".
    """

    text: str
    values: frozenset[float]
    amount: float
    factor: float = 1.0
    dimension: str | None = None
    is_soft: bool = False
    is_about: bool = False
    bound: Bound | None = None
    is_negative: bool = False
    is_joined: bool = False
    is_ago: bool = False

    def equals(self, other: "Quantity") -> bool:
        """Whether both may state the same number of the same thing."""
        names = (self.dimension, other.dimension)
        if not _is_same_dimension(*names) or not self.agrees_with(other):
            return False
        is_clock = names == (CLOCK, CLOCK)
        is_in_other_unit = self.dimension and other.dimension and self.factor != other.factor
        if is_clock or (is_in_other_unit and "pound" not in names):
            return self._overlap({self.amount}, {other.amount})
        return self._overlap(self.values, other.values)

    def agrees_with(self, other: "Quantity") -> bool:
        """Whether the bounds of both agree, and the signs of temperatures. "-2%" is also "a fall of 2%"."""
        are_temperatures = _TEMPERATURE in f"{self.dimension}{other.dimension}"
        is_same_sign = self.is_negative == other.is_negative
        return agree(self.bound, other.bound) and (is_same_sign or not are_temperatures)

    def _overlap(self, own: Set[float], given: Set[float]) -> bool:
        if own & given:
            return True
        return self.is_about and any(
            _is_rounded(value, stated, self.bound) for value in given for stated in own
        )


def _is_same_dimension(own: str | None, given: str | None) -> bool:
    """Whether two numbers may be of one dimension.

    "Degrees" are degrees of any kind, and "pounds" are weight or money.
    """
    if own is None or given is None or own == given:
        return True
    if _DEGREES in (own, given):
        return own.startswith(_TEMPERATURE) and given.startswith(_TEMPERATURE)
    return {own, given} in ({POUNDS, "mass"}, {POUNDS, "pound"})


def find_quantities(folded: str, *, language: str) -> tuple[list[Quantity], str]:
    """Return the numbers of a folded text, in order, and the text with the numbers blanked out.

    >>> found, rest = find_quantities("naik rp2,3 triliun atau 15 persen", language="id")
    >>> [sorted(quantity.values) for quantity in found], rest.split()
    ([[2300000000000.0], [15.0]], ['naik', 'atau'])
    """
    words = lexicon(language)
    found: list[_Numeral] = []
    for match in _pattern(language).finditer(folded):
        numeral = _numeral(match, words)
        if found and _continues(found[-1], numeral, folded):
            found[-1] = _joined(found[-1], numeral, folded[found[-1].end : numeral.start])
        elif found and _is_rest_of_duration(found[-1], numeral, folded):
            found[-1] = _whole_duration(found[-1], numeral, folded)
        elif numeral.values:
            found.append(numeral)
        else:
            found += _separate(match)
    found = _with_shared_units(_with_hyphens(found, folded), folded)
    return [_quantity(numeral, folded, words.decimal_sign) for numeral in found], _without(found, folded)


def _with_hyphens(numerals: list["_Numeral"], text: str) -> list["_Numeral"]:
    """Mark the numbers that a hyphen or a colon joins: "2-1", "3:2"."""
    joined = {
        place + side
        for place, (left, right) in enumerate(pairwise(numerals))
        if text[left.end : right.start] in ("-", ":")
        for side in (0, 1)
    }
    return [replace(numeral, is_joined=place in joined) for place, numeral in enumerate(numerals)]


def _with_shared_units(numerals: list["_Numeral"], text: str) -> list["_Numeral"]:
    """Let the first number of a range also be read with the multiplier and unit of the second.

    The second number of "2019-21" is also a year.
    """
    ends = [_end_year(left, right, text[left.end : right.start]) for left, right in pairwise(numerals)]
    numerals = [*numerals[:1], *ends]
    shared = [
        _shared(left, right) if JOINTS.fullmatch(text, left.end, right.start) else left
        for left, right in pairwise(numerals)
    ]
    return [*shared, *numerals[-1:]]


def _end_year(left: "_Numeral", right: "_Numeral", between: str) -> "_Numeral":
    year, short = max(left.values, default=0.0), right.written
    if between not in ("-", "/") or not left.values <= _YEARS or not (short.isdecimal() and len(short) == 2):
        return right
    end = year // 100 * 100 + float(short)
    return replace(right, values=right.values | {end}) if end > year else right


def _shared(left: "_Numeral", right: "_Numeral") -> "_Numeral":
    if left.multiplier != 1 or (left.unit and left.unit != right.unit) or left.values & _YEARS:
        return left
    multiplied = {_rounded(value * right.multiplier) for value in left.values}
    return replace(left, values=left.values | multiplied, unit=right.unit)


def _without(numerals: Iterable["_Numeral"], text: str) -> str:
    kept, position = [], 0
    for numeral in numerals:
        kept.append(text[position : numeral.start])
        position = numeral.end
    return " ".join([*kept, text[position:]])


@dataclass(frozen=True)
class _Numeral:
    """A number at its position in the text: its values, its multiplier, its unit, and how it is written.

    The position includes the minus sign, and `written` does not.
    """

    start: int
    end: int
    values: frozenset[float]
    multiplier: float = 1.0
    unit: Unit | None = None
    is_soft: bool = False
    written: str = ""
    is_negative: bool = False
    is_joined: bool = False
    is_ago: bool = False


@functools.lru_cache(maxsize=64)
def _pattern(language: str) -> re.Pattern[str]:
    """Match a currency, a number, its multipliers and its unit; only the number is required."""
    words = lexicon(language)
    end = r"(?!\w)" if words.has_spaces else ""
    units = alternatives([*words.units, *words.currencies])
    half = "(?!)" if primary_language(language) == "de" else "[ap]"  # "am" is "on" in German
    numbers = [_CLOCK, _DIGITS, rf"百分之[{HAN}]+", rf"(?<![数數几幾])[{HAN}]+"]
    if words.groups_by_spaces:
        numbers.insert(0, _GROUPED_BY_SPACES)
    if words.number_words:
        numbers.append(rf"(?<!\w){alternatives([*words.number_words, *words.ordinals])}(?!\w)")
    return re.compile(
        rf"(?P<minus>{MINUS})?"
        rf"(?P<currency>(?<![^\W\d_]){alternatives(words.currency_signs)}\.?\s?)?(?P<share>百分之)?"
        rf"(?P<number>{'|'.join(numbers)})"
        rf"(?P<multipliers>(?:[\s-]?{alternatives(words.multipliers)}{end})*)"
        rf"(?(currency)(?:\s?(?P<letter>[kmbt])(?!\w))?)(?:\s?(?P<half>{half})\.?m(?!\w)\.?)?"
        rf"(?:[\s-]?(?:(?:de|of)\s|d'|个|個)?(?P<unit>{units}){end})?"
        rf"(?P<under>{UNDER_ZERO})?(?P<ago>{AGO})?"
    )


def _numeral(match: re.Match[str], words: Lexicon) -> _Numeral:
    written = match["number"]
    following = match.string[match.end("number") : match.end("number") + 1]
    values = _values(written, is_counted=bool(match["share"]) or following in AFTER_HAN_NUMERAL, words=words)
    multiplier = math.prod(words.multipliers[word] for word in _split(match["multipliers"], words))
    if match["half"]:
        values |= {value + 12 for value in values if match["half"] == "p" and value < _NOON}
    is_later = _is_after_noon(match)
    if is_later:
        values |= {value + 12 for value in values if value < _NOON}
    is_soft = written in _SOFT_WORDS or written in words.ordinals
    powers = [_LETTERS[match["letter"]]] if match["letter"] else [1.0]
    if match["letter"] == "m" and _BILLION in words.multipliers:
        powers.append(words.multipliers[_BILLION])
    unit = None if is_later else _unit(match, words)
    is_duration = unit is not None and unit.dimension == "duration"
    return _Numeral(
        start=match.start(),
        end=match.end() if is_duration or not match["ago"] else match.start("ago"),
        values=frozenset(_rounded(value * multiplier * power) for value in values for power in powers),
        multiplier=multiplier,
        unit=unit,
        is_soft=is_soft or (not written[0].isdecimal() and bool(values & _SOFT_VALUES)),
        written=match.string[match.end("minus") if match["minus"] else match.start() : _end(match)],
        is_negative=bool(match["minus"] or match["under"]),
        is_ago=is_duration and bool(match["ago"] or match.string.endswith(BEFORE_AGO, 0, match.start())),
    )


def _is_after_noon(match: re.Match[str]) -> bool:
    """Whether a number is an hour of the afternoon or the evening, as a word beside it says."""
    before = match.string[max(0, match.start() - 6) : match.start()]
    is_later = before.endswith(_AT_HOUR) and match.string.startswith(_LATER, match.end("number"))
    return is_later or before.endswith(_AFTER_NOON)


def _end(match: re.Match[str]) -> int:
    """Return the end of a number with its unit, but without "below zero" and "ago"."""
    return next((match.start(name) for name in ("under", "ago") if match[name]), match.end())


def _split(multipliers: str, words: Lexicon) -> list[str]:
    return re.findall(alternatives(words.multipliers), multipliers) if multipliers else []


def _values(written: str, *, is_counted: bool, words: Lexicon) -> frozenset[float]:
    if written[0].isdecimal():
        plain = _CLOCK_WORD.sub(":", written).rstrip("分분phút ") if _CLOCK_WORD.search(written) else written
        return readings(plain.replace(" ", "'"))
    if written in words.number_words or written in words.ordinals:
        return frozenset({float(words.number_words.get(written, words.ordinals.get(written, 0)))})
    return frozenset({han_value(written)} if is_counted or is_han_number(written) else ())


def _unit(match: re.Match[str], words: Lexicon) -> Unit | None:
    if match["share"]:
        return Unit("percent")
    if match["half"]:
        return _HALVES_OF_DAY[match["half"]]
    currency = (match["currency"] or "").rstrip().rstrip(".")
    if currency:
        return words.currencies[currency]
    name = match["unit"]
    return (words.units.get(name) or words.currencies[name]) if name else None


def _continues(previous: _Numeral, numeral: _Numeral, text: str) -> bool:
    """Whether both together are one number: "2 juta 300 ribu", "3亿2000万"."""
    between = text[previous.end : numeral.start]
    are_words = not any(map(str.isdecimal, previous.written + numeral.written))
    is_adjacent = not between or (between == " " and (numeral.multiplier > 1 or are_words))
    is_adjacent = is_adjacent or (are_words and between == " e ")
    power = max(previous.multiplier, 1000.0 if are_words and previous.values == {1000.0} else 1.0)
    is_smaller = max(numeral.values, default=0) < power
    return is_adjacent and previous.unit is None and is_smaller and power >= 1000


def _is_rest_of_duration(previous: _Numeral, numeral: _Numeral, text: str) -> bool:
    """Whether both together are one duration: "1 tahun 6 bulan", "2 hours and 30 minutes"."""
    left, right = previous.unit, numeral.unit
    if not left or not right or not left.dimension == right.dimension == "duration":
        return False
    between = _JOINT_OF_DURATION.fullmatch(text, previous.end, numeral.start)
    most = left.factor / right.factor
    return between is not None and max(numeral.values, default=most) < most and len(previous.values) == 1


def _whole_duration(previous: _Numeral, numeral: _Numeral, text: str) -> _Numeral:
    factor = previous.unit.factor / numeral.unit.factor if previous.unit and numeral.unit else 1.0
    whole = _joined(previous, numeral, text[previous.end : numeral.start])
    values = {_rounded(large * factor + small) for large in previous.values for small in numeral.values}
    return replace(whole, values=frozenset(values), is_soft=False)


def _joined(previous: _Numeral, numeral: _Numeral, between: str) -> _Numeral:
    sums = {_rounded(large + small) for large in previous.values for small in numeral.values}
    written = f"{previous.written}{between}{numeral.written}"
    return replace(
        numeral,
        start=previous.start,
        values=frozenset(sums),
        written=written,
        is_negative=previous.is_negative,
    )


def _separate(match: re.Match[str]) -> list[_Numeral]:
    """Return the numbers of a sequence that is not one number ("1,2,3", "3.6.2.1")."""
    if not match["number"][0].isdecimal():
        return []
    start = match.start("number")
    return [
        _Numeral(start + part.start(), start + part.end(), frozenset({float(part[0])}), written=part[0])
        for part in re.finditer(r"\d{1,300}", match["number"])
    ]


def _quantity(numeral: _Numeral, text: str, decimal_sign: str) -> Quantity:
    unit = numeral.unit
    if unit == _YEAR and numeral.values & _YEARS:
        unit = None  # "2005年" is a year, not a duration of 2005 years
    factor, hours = (unit.factor, unit.hours_ahead) if unit else (1.0, 0)
    usual = _usual_reading(numeral.values, numeral.written, decimal_sign)
    return Quantity(
        text=numeral.written.strip(),
        values=numeral.values,
        amount=_rounded((usual - hours) % 24 if unit and unit.dimension == CLOCK else usual * factor),
        factor=factor,
        dimension=unit.dimension if unit else None,
        is_soft=numeral.is_soft,
        is_about=is_about(text, numeral.start, numeral.end),
        bound=bound_of(text, numeral.start, numeral.end),
        is_negative=numeral.is_negative,
        is_joined=numeral.is_joined,
        is_ago=numeral.is_ago,
    )


def _usual_reading(values: frozenset[float], written: str, decimal_sign: str) -> float:
    """Return the reading of "1.500" that is usual in a language with this decimal sign."""
    return min(values) if decimal_sign in written else max(values)


def _rounded(value: float) -> float:
    """Return `value` without the error of binary fractions: 2.3 × 10¹² becomes 2,300,000,000,000."""
    return float(f"{value:.12g}")


def _is_rounded(value: float, stated: float, bound: Bound | None) -> bool:
    """Whether `stated` is `value` rounded to two or three digits, and on the right side of it.

    >>> _is_rounded(2_298_123_456_789, 2.3e12, None), _is_rounded(17, 18, None)
    (True, False)
    """
    if not is_within(value, stated, bound):
        return False
    return any(float(f"{value:.{digits}g}") == stated for digits in (2, 3)) and value >= _SMALLEST_ROUNDED
