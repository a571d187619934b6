"""The words for numbers, units and dates in each language, from CLDR (babel), ICU's spellout and dateparser.

Every word is folded with `fold`, so that it can be found in a folded text.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from dateparser.languages import default_loader
from icu4py.messageformat import MessageFormat

from rag.text.folding import with_plain_apostrophes, without_invisible
from rag.text.locales import known_locale
from rag.text.tags import primary_language
from rag.verification.facts.more_words import (
    CURRENCIES,
    MORE_MONTHS,
    MORE_NUMBER_WORDS,
    MORE_UNITS,
    MORE_WEEKDAYS,
    MULTIPLIERS,
    ORDINALS,
    PERCENT,
    TIME_ZONES,
)

# Regional languages that CLDR, ICU or dateparser hardly cover, each with a language of the same forms.
_SIMILAR_LANGUAGES = {"jv": "id", "su": "id", "ban": "id", "min": "id", "bug": "id"}

# Number words are generated up to this number. Larger numbers multiply them by "juta", "million" or "万".
_WORDS_UP_TO = 999

# Languages without spaces between words, or with endings joined to words: "สาม" also begins the word for
# "able".
_WITHOUT_SPACES = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})

_DIMENSIONS = ("length", "mass", "area", "volume", "speed", "temperature", "duration", "energy", "power")

# The size of a unit in base units of its dimension, by CLDR's names. Other units are their own dimensions.
_FACTORS = {
    "length-kilometer": 1e3, "length-meter": 1, "length-centimeter": 1e-2, "length-millimeter": 1e-3,
    "length-mile": 1609.344, "length-yard": 0.9144, "length-foot": 0.3048, "length-inch": 0.0254,
    "mass-tonne": 1e6, "mass-metric-ton": 1e6, "mass-ton": 1e6,
    "mass-kilogram": 1e3, "mass-gram": 1, "mass-milligram": 1e-3, "mass-pound": 453.59237,
    "mass-ounce": 28.349523,
    "area-square-kilometer": 1e6, "area-hectare": 1e4, "area-square-meter": 1, "area-acre": 4046.8564,
    "area-square-mile": 2.589988e6, "area-square-foot": 0.09290304,
    "volume-liter": 1, "volume-milliliter": 1e-3, "volume-cubic-meter": 1e3, "volume-gallon": 3.785412,
    "speed-kilometer-per-hour": 1, "speed-mile-per-hour": 1.609344, "speed-meter-per-second": 3.6,
    "power-kilowatt": 1e3, "power-megawatt": 1e6, "power-gigawatt": 1e9, "power-watt": 1,
    "duration-century": 36525, "duration-decade": 3652.5, "duration-year": 365.25,
    "duration-month": 365.25 / 12, "duration-week": 7, "duration-day": 1,
    "duration-hour": 1 / 24, "duration-minute": 1 / 1440, "duration-second": 1 / 86400,
}  # fmt: skip

# In "5 in 2023", "in" does not mean inches; nor is "3 pm" a picometre and "21st" the weight of stones. "TL"
# is Turkish lira, not a German teaspoon.
_NO_UNITS = frozenset({"in", "pm", "st", "au", "da", "tl", "c", "đ"})
POUNDS = "pounds"
CLOCK = "clock"

_RELATIVE = re.compile(r"(?:in (\d{1,4}) (day|month|year))|(?:(\d{1,4}) (day|month|year) ago)")


@dataclass(frozen=True)
class Unit:
    """The unit of a number: its dimension, and its size in base units of the dimension.

    `hours_ahead` is the difference of a time zone from UTC.
    """

    dimension: str
    factor: float = 1.0
    hours_ahead: int = 0


@dataclass(frozen=True)
class Lexicon:
    """The folded words of one language; `relatives` are pairs of a unit and an offset from now.

    `ordinals` are the number words that say no amount: "tercero".
    """

    has_spaces: bool
    decimal_sign: str
    groups_by_spaces: bool
    number_words: Mapping[str, float]
    ordinals: Mapping[str, float]
    multipliers: Mapping[str, float]
    units: Mapping[str, Unit]
    currencies: Mapping[str, Unit]
    currency_signs: Mapping[str, Unit]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    relatives: Mapping[str, tuple[str, int]]


# NFKC would take these apart: "12\u202f000" into two numbers, "2½" into 21 and 2.
_GROUP_SPACE = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FRACTION = re.compile(r"(?P<whole>\d?)(?P<part>[½¼¾])")
_PARTS = {"½": ".5", "¼": ".25", "¾": ".75"}


def fold(text: str) -> str:
    """Return `text` in NFKC and lower case, with digits of every script as 0 to 9, without invisible signs.

    >>> fold("１２٣ Ribu\u200b")
    '123 ribu'
    """
    # subtle: a raised digit is an exponent or a footnote. NFKC would append it to the number before it.
    kept = "".join(
        f"^{sign}" if sign in "⁰¹²³⁴⁵⁶⁷⁸⁹" else sign
        for sign in without_invisible(text)
        if unicodedata.category(sign) != "Cf"
    )
    kept = _GROUP_SPACE.sub("'", kept)
    kept = _FRACTION.sub(lambda match: f"{match['whole'] or 0}{_PARTS[match['part']]}", kept)
    return with_plain_numerals(with_plain_apostrophes(unicodedata.normalize("NFKC", kept).casefold()))


def with_plain_numerals(text: str) -> str:
    """Return `text`, as long as before, with digits of every script as 0 to 9 and plain signs in numbers.

    >>> with_plain_numerals("٢٫٤ كيلومتر")
    '2.4 كيلومتر'
    """
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(digits).translate(_SIGNS)


_SIGNS = str.maketrans({"٫": ".", "٬": ",", "−": "-", "–": "-", "—": "-", "’": "'", "٪": "%"})


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words, and prefers the longest.

    >>> alternatives(["ke", "kemarin"])
    '(?:kemarin|ke)'
    """
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


@functools.lru_cache(maxsize=64)
def lexicon(language: str) -> Lexicon:
    """Return the words of a BCP 47 language, with English words where the language has none."""
    tag = _SIMILAR_LANGUAGES.get(primary_language(language), language)
    primary = primary_language(tag)
    locales = list(filter(None, map(known_locale, (tag, "en", "en-GB"))))
    units = _first_wins([_units(locale) for locale in locales])
    currencies = {fold(word): Unit(name) for name, words in CURRENCIES.items() for word in words}
    # "Pounds" may be weight or money.
    ambiguous = units.keys() & currencies.keys()
    units |= {word: Unit(POUNDS, units[word].factor) for word in ambiguous}
    currencies = {word: unit for word, unit in currencies.items() if word not in ambiguous}
    return Lexicon(
        has_spaces=primary not in _WITHOUT_SPACES,
        decimal_sign=_sign(locales[0], "decimal"),
        groups_by_spaces=_sign(locales[0], "group").isspace(),
        number_words={} if primary in _WITHOUT_SPACES else _number_words(primary),
        ordinals=_folded(ORDINALS.get(primary, {})),
        multipliers=_first_wins([_multipliers(locale) for locale in locales]),
        units=units,
        currencies=currencies,
        currency_signs={word: unit for word, unit in currencies.items() if _may_precede_number(word)},
        **_calendar(primary),
    )


def _sign(locale: Locale, name: str) -> str:
    sign: str = locale.number_symbols["latn"][name]
    return sign


def _first_wins(mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for mapping in mappings:
        for word, value in mapping.items():
            merged.setdefault(word, value)
    return merged


def _number_words(primary: str) -> dict[str, float]:
    """Return number words with their values ("dua puluh satu" → 21), from 0 to 999 and one thousand."""
    spell = MessageFormat("{n, spellout}", primary)
    words: dict[str, float] = {}
    for number in [*range(_WORDS_UP_TO + 1), 1000]:
        spelled = fold(spell.format({"n": number}))
        female = re.sub(r"ntos\b", "ntas", spelled)  # "doscientas"
        forms = (spelled, spelled.replace("-", " "), spelled.replace("hundred ", "hundred and "), female)
        for form in (*forms, re.sub(r"(?<=\by )uno$", "una", female)):
            words.setdefault(form, number)
    return words | _folded(MORE_NUMBER_WORDS.get(primary, {}))


def _multipliers(locale: Locale) -> dict[str, float]:
    """Return multipliers with their values ("juta" → 1,000,000), from CLDR's forms such as "00 juta"."""
    words: dict[str, float] = {}
    formats = locale.compact_decimal_formats
    for width in ("long", "short"):
        for magnitude, pattern in _patterns(formats, width):
            shown, word = max(pattern.count("0"), 1), fold(re.sub("[0.¤']", "", pattern)).strip()
            # A single letter ("M", "T") has too many meanings.
            if len(word) > 1 or (word and not word.isascii()):
                words.setdefault(word, float(magnitude) / 10 ** (shown - 1))
    return words | _folded(MULTIPLIERS.get(locale.language, {}))


def _patterns(formats: Any, width: str) -> Iterator[tuple[str, str]]:
    if width in formats:
        for plural in formats[width]:
            for magnitude, pattern in formats[width][plural].items():
                yield magnitude, getattr(pattern, "pattern", str(pattern))


def _units(locale: Locale) -> dict[str, Unit]:
    """Return words with their units ("kilometer" and "km" → length, 1000), from CLDR's unit patterns."""
    units = {word: Unit("percent") for word in map(fold, PERCENT)}
    for name, widths in locale._data["unit_patterns"].items():
        if name == "concentr-percent":
            unit = Unit("percent")
        elif name in _FACTORS:
            unit = Unit(name.split("-")[0], _FACTORS[name])
        elif name.startswith(_DIMENSIONS) and "-per-" not in name:
            unit = Unit(name)
        else:
            continue
        for width in ("long", "short"):
            for plural, pattern in dict(widths.get(width, {})).items():
                word = fold(str(pattern).replace("{0}", "")).strip()
                if plural != "per" and word and word not in _NO_UNITS:
                    units.setdefault(word, unit)
    units |= {zone: Unit(CLOCK, hours_ahead=hours) for zone, hours in TIME_ZONES.items()}
    return units | {word: Unit(*unit) for word, unit in MORE_UNITS.items()}


def _may_precede_number(currency: str) -> bool:
    """Whether a currency is a sign or code that may precede its number; "won" is also an English verb."""
    is_code = currency.isascii() and len(currency) <= 3 and currency not in {"won", "yen"}
    return is_code or not currency.replace(" ", "").isalpha()


def _calendar(primary: str) -> dict[str, Any]:
    """Return months and weekdays with their numbers (Monday is 0), and words such as "kemarin"."""
    infos = [default_loader.get_locale(name).info for name in _dateparser_locales(primary)]
    return {
        "months": _first_wins(
            [*(_numbered(info, _MONTHS, first=1) for info in infos), _folded(MORE_MONTHS.get(primary, {}))]
        ),
        "weekdays": _first_wins(
            [MORE_WEEKDAYS.get(primary, {}), *(_numbered(info, _WEEKDAYS, first=0) for info in infos)]
        ),
        "relatives": _first_wins(map(_relatives, infos)),
    }


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _folded(words: Mapping[str, Any]) -> dict[str, Any]:
    return {fold(word): number for word, number in words.items()}


def _dateparser_locales(primary: str) -> Iterator[str]:
    try:
        default_loader.get_locale(primary)
        yield primary
    except ValueError:
        pass
    yield "en"


def _numbered(info: Mapping[str, Any], names: tuple[str, ...], *, first: int) -> dict[str, int]:
    return {
        fold(word).rstrip("."): number
        for number, name in enumerate(names, start=first)
        for word in info.get(name, ())
        if len(word) > 1
    }


def _relatives(info: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    words: dict[str, tuple[str, int]] = {}
    for meaning, forms in info.get("relative-type", {}).items():
        match = _RELATIVE.fullmatch(meaning)
        if match:
            ahead, ahead_unit, back, back_unit = match.groups()
            value = (ahead_unit, int(ahead)) if ahead else (back_unit, -int(back))
            words |= {fold(form): value for form in forms if fold(form) not in words}
    return words
