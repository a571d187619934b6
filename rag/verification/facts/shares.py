"""Finds fractions that are written in words, such as "two thirds" and "one in five", as percentages."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.text.tags import primary_language
from rag.verification.facts.bounds import bound_of
from rag.verification.facts.digits import HAN, han_value
from rag.verification.facts.lexicon import alternatives, fold, lexicon
from rag.verification.facts.numbers import Quantity

# In "200 of 1,500", the numbers are compared and not their ratio.
_LARGEST_WHOLE = 100

# What stands between the part and the whole: "two out of three". A word may come before: "one child in five".
_OF = {
    "id": ("dari setiap", "di antara", "dari"), "ms": ("daripada setiap", "daripada", "dari"),
    "en": ("out of every", "out of", "in every", "in", "of every", "of"),
    "es": ("de cada", "de"), "pt": ("em cada", "de cada", "em"), "fr": ("sur",), "it": ("su",),
    "de": ("von",), "nl": ("op de", "van de", "op"), "ru": ("из каждых", "из"), "fil": ("sa bawat", "sa"),
    "vi": ("trong số", "trong", "trên"), "ar": ("من كل", "من أصل", "من بين"), "th": ("ใน", "จาก"),
}  # fmt: skip


_INDONESIAN_WHOLES = ("dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")
_INDONESIAN = {
    **dict.fromkeys(("setengah", "setengahnya", "separuh", "separuhnya", "separo"), 50.0),
    **{
        f"{part}per{whole}{ending}": 100 * number / divisor
        for number, part in ((1, "se"), (2, "dua "), (3, "tiga "), (4, "empat "), (5, "lima "))
        for divisor, whole in enumerate(_INDONESIAN_WHOLES, start=2)
        for ending in ("", "nya")
        if number < divisor
    },
}
_ENGLISH = {
    "half": 50.0,
    **{
        f"{part}{joint}{whole}{ending}": 100 * number / divisor
        for number, part in ((1, "a"), (1, "one"), (2, "two"), (3, "three"), (4, "four"))
        for divisor, whole in (
            *((2, "half"), (3, "third"), (4, "quarter"), (4, "fourth"), (5, "fifth"), (6, "sixth")),
            *((7, "seventh"), (8, "eighth"), (9, "ninth"), (10, "tenth")),
        )
        for joint in " -"
        for ending in ("", "s")
        if number < divisor
    },
}
_FRACTIONS: Mapping[str, Mapping[str, float]] = {
    "id": _INDONESIAN,
    "ms": {**_INDONESIAN, "sesuku": 25.0, "satu suku": 25.0, "tiga suku": 75.0},
    "en": _ENGLISH,
    "fr": {"moitié": 50.0, "tiers": 100 / 3, "deux tiers": 200 / 3, "quart": 25.0, "trois quarts": 75.0,
           "un cinquième": 20.0, "deux cinquièmes": 40.0, "un dixième": 10.0},
    "es": {"mitad": 50.0, "un tercio": 100 / 3, "tercera parte": 100 / 3, "dos tercios": 200 / 3,
           "dos terceras partes": 200 / 3, "un cuarto": 25.0, "cuarta parte": 25.0, "tres cuartos": 75.0,
           "tres cuartas partes": 75.0, "un quinto": 20.0, "quinta parte": 20.0, "décima parte": 10.0},
    "pt": {"metade": 50.0, "um terço": 100 / 3, "dois terços": 200 / 3, "um quarto": 25.0,
           "três quartos": 75.0, "um quinto": 20.0, "um décimo": 10.0},
    "it": {"metà": 50.0, "un terzo": 100 / 3, "due terzi": 200 / 3, "un quarto": 25.0, "tre quarti": 75.0,
           "un quinto": 20.0, "un decimo": 10.0},
    "de": {"hälfte": 50.0, "drittel": 100 / 3, "zwei drittel": 200 / 3, "viertel": 25.0, "drei viertel": 75.0,
           "dreiviertel": 75.0, "fünftel": 20.0, "zehntel": 10.0},
    "nl": {"helft": 50.0, "een derde": 100 / 3, "twee derde": 200 / 3, "kwart": 25.0, "driekwart": 75.0,
           "een vijfde": 20.0, "een tiende": 10.0},
    "ru": {"половина": 50.0, "половины": 50.0, "половину": 50.0, "треть": 100 / 3, "две трети": 200 / 3,
           "четверть": 25.0, "три четверти": 75.0},
    "tr": {"yarısı": 50.0, "üçte biri": 100 / 3, "üçte ikisi": 200 / 3, "dörtte biri": 25.0,
           "dörtte üçü": 75.0, "beşte biri": 20.0},
    "vi": {"một nửa": 50.0, "một phần ba": 100 / 3, "hai phần ba": 200 / 3, "một phần tư": 25.0,
           "ba phần tư": 75.0, "một phần năm": 20.0},
    "ar": {"نصف": 50.0, "ثلث": 100 / 3, "ثلثا": 200 / 3, "ثلثي": 200 / 3, "ربع": 25.0,
           "ثلاثة أرباع": 75.0},
    "hi": {"आधा": 50.0, "आधे": 50.0, "आधी": 50.0, "एक तिहाई": 100 / 3, "दो तिहाई": 200 / 3,
           "एक चौथाई": 25.0, "तीन चौथाई": 75.0},
    "th": {"ครึ่งหนึ่ง": 50.0, "หนึ่งในสาม": 100 / 3, "สองในสาม": 200 / 3, "หนึ่งในสี่": 25.0,
           "หนึ่งในห้า": 20.0},
    "fil": {"kalahati": 50.0, "sangkatlo": 100 / 3},
    "zh": {"一半": 50.0, "半数": 50.0, "半數": 50.0},
    "ja": {"半分": 50.0, "半数": 50.0},
    "ko": {"절반": 50.0},
}  # fmt: skip

# "三分之二", "3分の2", "3분의 2": the whole comes first. "七成" and "7割" are tenths.
_WHOLE_FIRST = re.compile(
    rf"(?P<whole>(?<!\d)\d++|(?<![{HAN}])[{HAN}]++)(?:分之|分の|분의)\s?(?P<part>\d++|[{HAN}]++)"
)
_TENTHS = re.compile(rf"(?P<part>\d|[{HAN}])(?:成|割)")


@dataclass(frozen=True)
class Share:
    """A fraction as a percentage, and the numbers in the text that it consists of."""

    percent: Quantity
    numbers: tuple[str, ...] = ()


def find_shares(folded: str, *, language: str) -> list[Share]:
    """Return the fractions of a folded text.

    >>> [round(share.percent.amount) for share in find_shares("satu dari lima, dua pertiga", language="id")]
    [20, 67]
    >>> [share.numbers for share in find_shares("one child in eight", language="en")]
    [('one', 'eight')]
    """
    primary = primary_language(language)
    found = [*_ratios(folded, primary), *_in_words(folded, primary)]
    return [*found, *_east_asian(folded)] if primary in ("zh", "ja", "ko") else found


def _ratios(folded: str, primary: str) -> Iterator[Share]:
    if primary not in _OF:
        return
    words = lexicon(primary).number_words
    for match in _ratio_pattern(primary).finditer(folded):
        part, whole = (float(words.get(match[name], 0) or match[name]) for name in ("part", "whole"))
        if 0 < part < whole <= _LARGEST_WHOLE:
            yield _share(match, 100 * part / whole, (match["part"], match["whole"]))


@functools.lru_cache(maxsize=64)
def _ratio_pattern(primary: str) -> re.Pattern[str]:
    small = [word for word, value in lexicon(primary).number_words.items() if 0 < value <= _LARGEST_WHOLE]
    number = rf"\d{{1,3}}(?![.,]?\d)|{alternatives(small)}" if small else r"\d{1,3}(?![.,]?\d)"
    joint = alternatives(map(fold, _OF[primary]))
    return re.compile(
        rf"(?<!\w)(?<!\d[.,])(?P<part>{number})(?:\s\w+)?\s{joint}\s(?P<whole>{number})(?!\w)(?!\s?%)"
    )


def _in_words(folded: str, primary: str) -> Iterator[Share]:
    fractions = _fractions(primary)
    if fractions:
        for match in _fraction_pattern(primary).finditer(folded):
            yield _share(match, fractions[match[0]], tuple({match[0], *re.split(r"[\s-]", match[0])}))


@functools.lru_cache(maxsize=64)
def _fractions(primary: str) -> Mapping[str, float]:
    return {fold(words): value for words, value in _FRACTIONS.get(primary, {}).items()}


@functools.lru_cache(maxsize=64)
def _fraction_pattern(primary: str) -> re.Pattern[str]:
    starts, ends = (r"(?<!\w)", r"(?!\w)") if lexicon(primary).has_spaces else ("", "")
    return re.compile(f"{starts}{alternatives(_fractions(primary))}{ends}")


def _east_asian(folded: str) -> Iterator[Share]:
    for match in _WHOLE_FIRST.finditer(folded):
        part, whole = _east_asian_value(match["part"]), _east_asian_value(match["whole"])
        if 0 < part < whole < _LARGEST_WHOLE:
            # "3분의 2" may also be read as three minutes.
            numbers = (match["part"], match["whole"], f"{match['whole']}분", f"{match['whole']}分")
            yield _share(match, 100 * part / whole, numbers)
    for match in _TENTHS.finditer(folded):
        if 0 < (part := _east_asian_value(match["part"])) < 10:
            yield _share(match, 10 * part, (match["part"],))


def _east_asian_value(written: str) -> float:
    return float(written) if written.isdecimal() else han_value(written)


def _share(match: re.Match[str], percent: float, numbers: tuple[str, ...]) -> Share:
    bound = bound_of(match.string, *match.span())
    quantity = Quantity(
        match[0], frozenset({percent}), percent, dimension="percent", is_about=True, bound=bound
    )
    return Share(quantity, numbers)
