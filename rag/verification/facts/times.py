"""Finds the times that a question names: years, months, days, ranges, and times relative to now.

A year that belongs to a name ("Piala Dunia 2022", "UU Nomor 13 Tahun 2003") is no time. Start with
`find_times`.
"""

import calendar
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.text.function_words import word_set
from rag.text.tags import primary_language
from rag.verification.facts.dates import Day, find_dates
from rag.verification.facts.lexicon import alternatives, lexicon
from rag.verification.facts.time_forms import (
    END,
    FIRST_YEAR,
    MALAY,
    SPACE,
    START,
    YEAR,
    forms,
    last_day,
    months_of,
    past_year,
    search_before,
)
from rag.verification.facts.time_words import (
    AFTER,
    BEFORE,
    BEFORE_BEHIND,
    COMPARED,
    COUNTED,
    FILLER,
    NAMED,
    NUMBERED,
    ON_WEEKDAY,
    SINCE,
    SINCE_BEHIND,
    UNTIL,
    UNTIL_BEHIND,
    WEEKDAY_AGO,
)

_YEARS_AHEAD = 1

# "2024 года", "w 2024 roku": the year, and no number of years.
_OF_A_YEAR = word_set("год года году годом рік року році роком roku rok година годину г")
_YEAR = re.compile(rf"(?P<year>{YEAR})(?:年度?|년도?|г\.)?")
_BETWEEN_PARTS = re.compile(rf"{SPACE}(?:(?:{FILLER}|の|的){SPACE})*")


# Shorter names of months occur inside of other words, in languages without spaces.
_THAI_MONTH = 5


@dataclass(frozen=True)
class TimeMention:
    """A time in a folded text: where it stands, and its first and last day; None means open.

    `has_year` is false if the year was filled in: "3 Juni", "Maret".
    """

    start: int
    end: int
    first: date | None
    last: date | None
    has_year: bool = True


def find_times(folded: str, language: str, now: date) -> list[TimeMention]:
    """Return the times in a folded text, in order. A longer form is looked for before the forms in it."""
    rest = _without_names(folded)
    found: list[TimeMention] = []
    for pattern, span_of in forms(language):
        for match in pattern.finditer(rest):
            span = span_of(match, now)
            if span is not None:
                found.append(TimeMention(match.start(), match.end(), *span))
        rest = _blanked(rest, found)
    found += _dates(rest, language, now)
    rest = _blanked(rest, found)
    if not any(mention.first == mention.last for mention in found):
        found += _weekdays(rest, language, now)
        rest = _blanked(rest, found)
    found += _years(rest, language, now)
    ordered = _with_months_of_years(sorted(found, key=lambda one: one.start), folded)
    return [_with_cues(mention, folded) for mention in ordered]


def _blanked(text: str, mentions: Sequence[TimeMention]) -> str:
    for mention in mentions:
        text = text[: mention.start] + "\0" * (mention.end - mention.start) + text[mention.end :]
    return text


def _without_names(folded: str) -> str:
    """Blank out names and numbers that contain a year."""
    for pattern in _name_patterns():
        folded = pattern.sub(lambda match: "\0" * len(match[0]), folded)
    return folded


@functools.cache
def _name_patterns() -> tuple[re.Pattern[str], ...]:
    numbered = (
        rf"{START}(?:{NUMBERED})\s*+\d[\w/.-]{{0,40}}\s*+(?:(?:号|號)\s*+)?"
        r"(?:,|tahun|of|de|del|von|vom|năm|от|لسنة|لعام|/)?\s*+\d{4}(?!\d)"
    )
    slashed = r"(?<![\d/])\d{1,3}/(?:[a-z]+/)*(?:19|20)\d\d(?!\d|/\d)"
    behind = rf"{START}(?:{NAMED})(?:\s+(?!pada|di|in|tahun|en|im)[^\W\d]\S*){{0,2}}?\s*(?:tahun\s*)?{YEAR}"
    word = r"[^\W\d]\S{0,40}"
    before = rf"{YEAR}(?:年|년)?(?:\s*+{word}(?:\s++{word})??)??\s*+(?:の)?(?:{NAMED}){END}"
    han_names = "|".join(name for name in NAMED.split("|") if not name[0].isascii())
    han = rf"{YEAR}(?:年|년)?[^\W\d]{{0,6}}?(?:{han_names})"
    return tuple(map(re.compile, (numbered, slashed, behind, han, before, COMPARED)))


def _weekdays_of(language: str) -> Mapping[str, int]:
    return lexicon("id" if primary_language(language) in MALAY else language).weekdays


def _dates(rest: str, language: str, now: date) -> Iterator[TimeMention]:
    """Find dates and months, also months with short names after a word such as "in"."""
    at = 0
    found, _ = find_dates(rest, language=language, reference=now)
    for mention in sorted(found, key=lambda one: rest.find(one.text)):
        place = rest.find(mention.text, at)
        if mention.is_soft or place < 0 or not mention.days:
            continue
        end = place + len(mention.text)
        span = None if _is_part_of_word(rest, place, end, language) else _span_of(mention.days[0])
        if span is not None:
            has_year = re.search(r"\d{4}", mention.text) is not None
            yield TimeMention(place, end, *(span if has_year else _not_ahead(span, now)), has_year=has_year)
            at = end
    if not found:
        yield from _short_months(rest, language, now)


def _not_ahead(span: tuple[date, date], now: date) -> tuple[date, date]:
    """Return the days a year earlier if they are still to come: a question is mostly about the past."""
    if span[0] <= now:
        return span
    return _same_day(span[0], span[0].year - 1), _same_day(span[1], span[1].year - 1)


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _is_part_of_word(rest: str, start: int, end: int, language: str) -> bool:
    """Whether a date is only a part of a word: "march 2" in "Long March 2F", or a short form in Thai."""
    name = rest[start:end]
    is_short = (
        not lexicon(language).has_spaces and not any(map(str.isdigit, name)) and len(name) < _THAI_MONTH
    )
    return is_short or re.match(r"[a-z]", rest[end : end + 1]) is not None


def _short_months(rest: str, language: str, now: date) -> Iterator[TimeMention]:
    months = months_of(language)
    for match in _short_month_pattern(language).finditer(rest):
        number = months[match["month"]]
        year = past_year(number, now)
        span = (date(year, number, 1), last_day(year, number))
        yield TimeMention(match.start("month"), match.end("month"), *span, has_year=False)


@functools.lru_cache(maxsize=64)
def _short_month_pattern(language: str) -> re.Pattern[str]:
    names = alternatives(name for name in months_of(language) if len(name) > 2)
    cue = rf"(?:{SINCE}|{BEFORE}|{AFTER}|{UNTIL}|bulan|pada|in|during|of|en|im|em|di|month of)"
    return re.compile(rf"{START}(?:{cue})\s+(?P<month>{names}){END}")


def _weekdays(rest: str, language: str, now: date) -> Iterator[TimeMention]:
    """Find weekdays with a word that makes them a time: "on Monday", "Senin lalu"; the last one is meant."""
    weekdays = _weekdays_of(language)
    for pattern in _weekday_patterns(language):
        for match in pattern.finditer(rest):
            distance = (now.weekday() - weekdays[match["day"]]) % 7 or 7
            day = now - timedelta(days=distance)
            yield TimeMention(match.start("day"), match.end(), day, day)
            return


@functools.lru_cache(maxsize=64)
def _weekday_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    name = rf"(?P<day>{alternatives(name for name in _weekdays_of(language) if len(name) > 3)})"
    on_weekday = rf"{START}(?:{ON_WEEKDAY})\s*{name}{END}"
    return re.compile(on_weekday), re.compile(rf"{START}{name}\s*(?:{WEEKDAY_AGO})")


def _span_of(day: Day) -> tuple[date, date] | None:
    if day.year is None or not day.year >= FIRST_YEAR:
        return None
    if day.month is None:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if day.day is None:
        return date(day.year, day.month, 1), last_day(day.year, day.month)
    if not 1 <= day.day <= last_day(day.year, day.month).day:
        return None  # 29 February of another year, or 0 March
    exact = date(day.year, day.month, day.day)
    return exact, exact


def _years(rest: str, language: str, now: date) -> Iterator[TimeMention]:
    """Find years. A number before a unit or something that is counted is no year."""
    for match in _YEAR.finditer(rest):
        year = int(match["year"])
        is_count = match[0] == match["year"] and _counted_pattern(language).match(rest, match.end())
        if is_count or search_before(_numbered_pattern(language), rest, match.start()):
            continue
        if FIRST_YEAR <= year <= now.year + _YEARS_AHEAD:
            yield TimeMention(match.start(), match.end(), date(year, 1, 1), date(year, 12, 31))


@functools.lru_cache(maxsize=64)
def _counted_pattern(language: str) -> re.Pattern[str]:
    words = lexicon(language)
    counted = {*words.units, *words.multipliers, *words.currencies} - _OF_A_YEAR
    units = alternatives(counted)
    return re.compile(rf"[\s-]*(?:{COUNTED}|{units}){END}")


@functools.lru_cache(maxsize=64)
def _numbered_pattern(language: str) -> re.Pattern[str]:
    """Return what makes the number behind it a sum of money or the number of a law."""
    signs = alternatives(lexicon(language).currency_signs)
    return re.compile(rf"{START}(?:{signs}|{NUMBERED}|#)\s?$")


def _with_months_of_years(mentions: Sequence[TimeMention], folded: str) -> list[TimeMention]:
    """Join a part of a year and a year that stand together: "Maret tahun lalu", "去年3月", "今年上半年"."""
    joined: list[TimeMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before and _is_between_parts(folded[before.end : mention.start]):
            span = _part_in_year(*sorted((before, mention), key=_length))
            if span is not None:
                joined[-1] = TimeMention(before.start, mention.end, *span)
                continue
        joined.append(mention)
    return joined


def _part_in_year(part: TimeMention, year: TimeMention) -> tuple[date, date] | None:
    """Return the days of a month, quarter or half in a year, or None if the mentions are something else."""
    if not (27 <= _length(part) <= 184 and 364 <= _length(year) <= 365):
        return None
    if part.first is None or part.last is None or year.first is None:
        return None
    is_of_one_year = part.first.year == part.last.year
    is_whole = part.first.day == 1 and part.last == last_day(part.last.year, part.last.month)
    if not (is_of_one_year and is_whole):  # "the last two months" is no part of a year
        return None
    first = part.first.replace(year=year.first.year)
    return first, last_day(first.year, part.last.month)


def _is_between_parts(text: str) -> bool:
    return _BETWEEN_PARTS.fullmatch(text) is not None


def _length(mention: TimeMention) -> int:
    return (mention.last - mention.first).days if mention.first and mention.last else 0


def _with_cues(mention: TimeMention, folded: str) -> TimeMention:
    """Open a span at one end, as a word beside it says: "sejak Maret", "before 2020", "3月以降"."""

    def is_before(cues: str) -> bool:
        return search_before(_pattern_before(cues), folded, mention.start) is not None

    def is_behind(cues: str) -> bool:
        return _pattern_behind(cues).match(folded, mention.end) is not None

    if is_before(SINCE) or is_behind(SINCE_BEHIND):
        return replace(mention, last=None)
    if (is_before(BEFORE) or is_behind(BEFORE_BEHIND)) and mention.first:
        return replace(mention, first=None, last=mention.first - timedelta(days=1))
    if is_before(AFTER) and mention.last:
        return replace(mention, first=mention.last + timedelta(days=1), last=None)
    if is_before(UNTIL) or is_behind(UNTIL_BEHIND):
        return replace(mention, first=None)
    return mention


@functools.lru_cache(maxsize=8)
def _pattern_before(cues: str) -> re.Pattern[str]:
    return re.compile(rf"{START}(?:{cues}){SPACE}(?:(?:{FILLER}){SPACE}){{0,8}}$")


@functools.lru_cache(maxsize=8)
def _pattern_behind(cues: str) -> re.Pattern[str]:
    return re.compile(rf"(?:年|月|日|년|월|일)?\s?(?:{cues})")
