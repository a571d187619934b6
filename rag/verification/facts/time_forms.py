"""The forms in which a text names a range, a part of a year, a decade, or a time relative to now.

Each form is a pattern with the function that returns the days of a match. Single dates and years are found in
`times.py`.
"""

import calendar
import functools
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from rag.text.calendars import BUDDHIST_ERA, ERAS
from rag.text.tags import primary_language
from rag.verification.facts.lexicon import alternatives, lexicon
from rag.verification.facts.time_words import (
    AND,
    BETWEEN,
    BOTH,
    FILLER,
    HALF,
    HALVES,
    HAN_NUMBERS,
    MORE_NUMBERS,
    ORDINALS,
    QUARTER,
    WORDS,
    TimeWords,
)

# The earliest year that is taken for a time. A year after the next one is a goal and not a time.
FIRST_YEAR = 1800
_LARGEST_NUMBER = 60
# The words that lead to a time are within so many characters before it.
_FARTHEST = 300
# Malay and Indonesian use the same words for times, and short questions in them are hard to tell apart.
MALAY = frozenset({"id", "ms", "jv", "su", "ban", "min"})
SPACE = r"[\s,]*+"
YEAR = r"(?<![\d.,/])(?:1[89]|20)\d\d(?!\d|[.,/]\d|%)"
# The letters and vowel signs of scripts with spaces between words: Latin, Cyrillic, Arabic, Devanagari.
SPACED = r"a-z\u00e0-\u024f\u1e00-\u1eff\u0400-\u04ff\u0620-\u065f\u0900-\u0963"
START, END = rf"(?<![{SPACED}0-9])", rf"(?![{SPACED}0-9])"

# A pattern, and the function that returns the first and last day of a match, given today.
Form = tuple[re.Pattern[str], Callable[[re.Match[str], date], tuple[date, date] | None]]


@functools.lru_cache(maxsize=64)
def forms(language: str) -> tuple[Form, ...]:
    """Return the forms of times besides dates and single years, the longest first."""
    words = _words_of(language)
    relative = [form for each in words for form in _relative_forms(each, language)]
    return (*_ranges(language), *parts_of_years(), *_decades(), *_eras(), *relative)


def _words_of(language: str) -> list[TimeWords]:
    primary = primary_language(language)
    keys = ["id" if primary in MALAY else primary, "en"]
    if primary in {"zh", "ja", "und"}:
        keys = [primary, "zh", "ja", "en"]
    return list({id(WORDS[key]): WORDS[key] for key in keys if key in WORDS}.values())


def _ranges(language: str) -> Iterator[Form]:
    """Ranges of years, and of months in one year."""

    def years(match: re.Match[str], _: date) -> tuple[date, date] | None:
        first = int(match["first"])
        last = int(match["last"]) if len(match["last"]) == 4 else first // 100 * 100 + int(match["last"])
        return (date(first, 1, 1), date(last, 12, 31)) if FIRST_YEAR <= first < last else None

    year = r"(?:1[89]|20)\d\d"
    behind = r"年|년|năm|tahun|года?|году|гг?\.|року?|році"
    joint = rf"{SPACE}(?:{behind})?{SPACE}(?:{BETWEEN}|/){SPACE}(?:tahun|năm|عام)?{SPACE}"
    yield re.compile(rf"(?<!\d)(?P<first>{year}){joint}(?P<last>{year})(?!\d)(?:年|년)?(?:まで|까지)?"), years
    yield re.compile(rf"(?<!\d)(?P<first>{year})[/-](?P<last>\d\d)(?![\d/-])"), years
    both = rf"{START}(?:{BOTH}){SPACE}(?:{FILLER})?{SPACE}"
    yield re.compile(rf"{both}(?P<first>{year}){SPACE}(?:{AND}){SPACE}(?P<last>{year})(?!\d)"), years

    months = months_of(language)

    def months_of_year(match: re.Match[str], now: date) -> tuple[date, date] | None:
        first, last = months[match["first"]], months[match["last"]]
        year = int(match["year"]) if match["year"] else past_year(last, now)
        return (date(year, first, 1), last_day(year, last)) if first < last else None

    name = alternatives(months)

    def days_of_month(match: re.Match[str], now: date) -> tuple[date, date] | None:
        month = months[match["month"]]
        year = int(match["year"]) if match["year"] else past_year(month, now)
        days = [int(match["first"]), int(match["last"])]
        if not 1 <= days[0] < days[1] <= calendar.monthrange(year, month)[1]:
            return None
        return date(year, month, days[0]), date(year, month, days[1])

    yield (
        re.compile(
            rf"(?<!\d)(?P<first>\d\d?){SPACE}(?:{BETWEEN}|{AND}){SPACE}(?P<last>\d\d?){SPACE}(?:de )?"
            rf"(?P<month>{name}){END}(?:{SPACE}(?:de|del)?{SPACE}(?P<year>{year})(?!\d))?"
        ),
        days_of_month,
    )
    yield (
        re.compile(
            rf"{START}(?P<first>{name}){SPACE}(?:{BETWEEN}|{AND}){SPACE}(?P<last>{name}){END}"
            rf"(?:{SPACE}(?:tahun|de|del|of)?{SPACE}(?P<year>{year})(?!\d))?"
        ),
        months_of_year,
    )


@functools.cache
def parts_of_years() -> tuple[Form, ...]:
    """Return the forms of quarters and halves of a year; without a year, the last one that has begun."""
    return tuple(_parts_of_years())


def _parts_of_years() -> Iterator[Form]:
    number = "|".join(f"(?P<n{value}>{words})" for value, words in ORDINALS.items())
    numbered = re.sub(r"\?P<n(\d)>", r"?P<m\1>", number)
    year = rf"(?P<{{name}}>{YEAR})"
    before = rf"(?:{year.format(name='before')}(?:年度?|년)?(?:の)?{SPACE}(?:第)?{SPACE})?"
    joint = rf"{SPACE}(?:tahun|of|de|del|năm|من|عام|года|,|/|ปี)?{SPACE}(?:عام )?"
    after = rf"(?:{joint}{year.format(name='after')})?"
    for name, length in ((QUARTER, 3), (HALF, 6)):
        ahead = rf"{before}(?:第)?(?:(?:{number})[\s-]*)(?:{name})"
        behind = rf"{before}(?:{name}){SPACE}(?:ke-?|năm)?\s*(?:{numbered}){END}"
        yield (
            re.compile(rf"{START}(?:{ahead}){after}(?![{SPACED}0-9])"),
            functools.partial(_part_of_year, length),
        )
        yield re.compile(rf"{START}(?:{behind}){after}(?!\d)"), functools.partial(_part_of_year, length)
    for value, words in HALVES.items():
        yield (
            re.compile(rf"(?:{year.format(name='before')}(?:年度?|년)?(?:の)?\s*)?(?:{words})"),
            functools.partial(_half_in_a_word, value),
        )


def _part_of_year(length: int, match: re.Match[str], now: date) -> tuple[date, date] | None:
    parts = {key: value for key, value in match.groupdict().items() if value}
    number = next(int(key[1]) for key in parts if key[0] in "nm" and key[1:].isdigit())
    year = parts.get("before") or parts.get("after")
    if number * length > 12 or (not year and _may_be_of_a_match(match)):
        return None
    return _part(now, year, (number - 1) * length + 1, length)


def _may_be_of_a_match(match: re.Match[str]) -> bool:
    """Whether a half may be one of a football match: no word for a year follows."""
    is_half = re.search(r"paruh|half|nửa|النصف", match[0]) is not None
    return is_half and _YEAR_FOLLOWS.match(match.string, match.end()) is None


_YEAR_FOLLOWS = re.compile(
    r"\W{0,3}(?:\w{1,12}\W{1,3}){0,2}?(?:years?|tahun|año|année|ano|jahr|năm|عام|العام|السنة|वर्ष|साल)(?!\w)"
)


def _half_in_a_word(number: int, match: re.Match[str], now: date) -> tuple[date, date]:
    return _part(now, match["before"], (number - 1) * 6 + 1, 6)


def _part(now: date, year: str | None, month: int, length: int) -> tuple[date, date]:
    chosen = int(year) if year else past_year(month, now)
    return date(chosen, month, 1), last_day(chosen, month + length - 1)


def _decades() -> Iterator[Form]:
    def decade(match: re.Match[str], _: date) -> tuple[date, date] | None:
        written = int(match["decade"])
        if written < 100 and _is_age(match):
            return None
        first = written if written > 99 else (1900 if written >= 30 else 2000) + written
        return date(first, 1, 1), date(first + 9, 12, 31)

    yield re.compile(r"(?<!\d)(?P<decade>(?:19|20)?\d0)(?:-an|an|s|'s|年代|년대|-е|-х)(?!\w)"), decade
    yield re.compile(r"(?<!\d)(?P<decade>(?:19|20)?\d0)(?:年代|년대)"), decade


def _is_age(match: re.Match[str]) -> bool:
    """Whether "30s" and "50-an tahun" say how old someone is."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    return _BEFORE_AGE.search(before) is not None or match.string.startswith(" tahun", match.end())


_BEFORE_AGE = re.compile(
    r"(?<!\w)(?:(?:their|his|her|my|our|your)(?: (?:early|mid|late))?|(?:ber)?(?:usia|umur)( sekitar)?)[\s-]$"
)


def _eras() -> Iterator[Form]:
    def year_of_era(match: re.Match[str], _: date) -> tuple[date, date]:
        number = 1 if match["number"] == "元" else int(match["number"])
        year = ERAS[match["era"]] + number
        return date(year, 1, 1), date(year, 12, 31)

    yield re.compile(rf"(?P<era>{'|'.join(ERAS)})(?P<number>\d{{1,3}}|元)年"), year_of_era

    def buddhist_year(match: re.Match[str], _: date) -> tuple[date, date]:
        year = int(match["year"]) - BUDDHIST_ERA
        return date(year, 1, 1), date(year, 12, 31)

    yield re.compile(r"(?:ปี\s*|พ\.ศ\.\s*){1,3}(?P<year>2[45]\d\d)(?!\d)"), buddhist_year


def _relative_forms(words: TimeWords, language: str) -> Iterator[Form]:
    """Times relative to now. `_shifted` reads which unit and which number a match has."""
    numbers = _number_words(language)
    units = "|".join(f"(?P<{unit}>{forms})" for unit, forms in words.units.items())
    number = rf"(?P<number>\d{{1,2}}|{alternatives(numbers)})"
    shapes = {
        "past": words.past,
        "ago": words.ago,
        "last": words.last,
        "this": words.this,
        "later": words.later,  # before `next`: "dua tahun setelahnya" has "tahun setelahnya"
        "next": words.next,
    }
    for kind, shape in shapes.items():
        for alternative in filter(None, alternatives_of(shape)):
            filled = alternative.replace("{u}", f"(?:{units})", 1).replace("{n}", number, 1)
            yield re.compile(bounded(filled)), functools.partial(_relative_span, kind, numbers)
    for word, (unit, offset) in lexicon(language).relatives.items():
        if unit != "day" or offset < -1:
            yield re.compile(bounded(re.escape(word))), functools.partial(_unit_from, unit, offset)
    for word, offset in sorted(words.days.items(), key=lambda pair: -len(pair[0])):
        yield re.compile(bounded(re.escape(word))), functools.partial(_day_from, offset)


def alternatives_of(shape: str) -> list[str]:
    """Return the alternatives of a pattern: its parts between bars that are outside of parentheses."""
    parts, depth = [""], 0
    for sign in shape:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def search_before(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """Search in the characters just before a place, so that the time does not grow with the text."""
    return pattern.search(text, max(0, end - _FARTHEST), end)


def bounded(pattern: str) -> str:
    """Let a pattern begin and end at the ends of words, in scripts with spaces between words."""
    return rf"(?<![{SPACED}])(?:{pattern})(?![{SPACED}])"


def _unit_from(unit: str, offset: int, _: re.Match[str], now: date) -> tuple[date, date]:
    return _unit(unit, offset, now)


def _day_from(offset: int, _: re.Match[str], now: date) -> tuple[date, date]:
    return _unit("day", offset, now)


def _relative_span(
    kind: str, numbers: dict[str, int], match: re.Match[str], now: date
) -> tuple[date, date] | None:
    parts = match.groupdict()
    unit = next((name for name in ("year", "month", "week", "day") if parts.get(name)), None)
    if unit is None:  # a word such as "올해", which names the unit itself
        unit = "year"
    written = parts.get("number")
    count = 1 if not written else int(written) if written.isdigit() else numbers[written]
    if kind == "ago" and match[0].startswith(("前", "一昨")):  # "the year before last"
        count = 2
    if not 0 < count <= _LARGEST_NUMBER:
        return None
    if kind == "past":
        return _past(unit, count, now)
    offset = {"last": -1, "this": 0, "next": 1, "ago": -count, "later": count}[kind]
    return _unit(unit, offset, now)


def _past(unit: str, count: int, now: date) -> tuple[date, date]:
    """Return the last `count` units up to now."""
    days = {"week": 7, "day": 1}
    if unit in days:
        return now - timedelta(days=count * days[unit]), now
    months = now.year * 12 + now.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(now.day, calendar.monthrange(year, month + 1)[1])), now


def _unit(unit: str, offset: int, now: date) -> tuple[date, date]:
    """Return the year, month, week (from Monday) or day that is `offset` units away from now."""
    if unit == "day":
        day = now + timedelta(days=offset)
        return day, day
    if unit == "week":
        monday = now - timedelta(days=now.weekday()) + timedelta(weeks=offset)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(now.year + offset, 1, 1), date(now.year + offset, 12, 31)
    year, month = divmod(now.year * 12 + now.month - 1 + offset, 12)
    return date(year, month + 1, 1), last_day(year, month + 1)


def _number_words(language: str) -> dict[str, int]:
    """Return the number words up to 60 of a language, of one word each."""
    primary = primary_language(language)
    words = lexicon("id" if primary in MALAY else primary).number_words
    found = {
        word: int(value) for word, value in words.items() if 0 < value <= _LARGEST_NUMBER and " " not in word
    }
    return found | HAN_NUMBERS | MORE_NUMBERS.get(primary, {})


def months_of(language: str) -> dict[str, int]:
    """Return the names of the months with their numbers; Malay and Indonesian know each other's."""
    primary = primary_language(language)
    keys = ("id", "ms") if primary in MALAY else (primary,)
    return {
        name: number for key in keys for name, number in lexicon(key).months.items() if not name.isdigit()
    }


def past_year(month: int, now: date) -> int:
    """Return the year in which this month was last, or is now."""
    return now.year if month <= now.month else now.year - 1


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])
