"""Finds the days, months and weekdays in a text and resolves them against the date of its article."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.text.calendars import ERAS, gregorian_year, plausible_day
from rag.verification.facts.digits import HAN, han_value
from rag.verification.facts.lexicon import Lexicon, alternatives, lexicon

_HAN_DATE = re.compile(
    rf"(?<![{HAN}])(?:[{HAN}]{{4}}年)?[{HAN}]{{1,3}}月[{HAN}]{{1,3}}[日号號]|(?<![{HAN}])[一二][〇零一二三四五六七八九]{{3}}年"
)
_HAN_PART = re.compile(rf"[{HAN}]+")
_ERA = re.compile(rf"(?P<era>{'|'.join(ERAS)})(?P<year>\d{{1,3}}|元)年")

# A name that may be another word counts as a month only beside a day or a year.
_SHORTEST_MONTH_ALONE = 5
_AMBIGUOUS_NAMES = frozenset({"march", "minggu"})
_UNAMBIGUOUS_NAMES = frozenset({"juni", "juli", "june", "july", "rabu"})

# Between the first and the last day of a range.
_UNTIL = r"-|sampai dengan|sampai|hingga|to|until|through|hasta|al|au|bis|até|đến|ถึง|إلى|الى"

# "A month ago" gives no day, and "a year ago" no month.
_DAYS_OF_MONTH = 27
_DAYS_OF_YEAR = 360

# A date without a year lies before the date of its article, or not far after it.
_MAXIMUM_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Day:
    """A date whose year, month or day may be missing. With `last_year`, it is any of several years."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_year: int | None = None

    def agrees(self, other: "Day") -> bool:
        """Whether both dates give a common part, and all their common parts are equal."""
        pairs = [(self.month, other.month), (self.day, other.day)]
        known = [own == given for own, given in pairs if own is not None and given is not None]
        if self.year is not None and other.year is not None:
            common = min(self._end, other._end) - max(self.year, other.year) + 1
            # Two centuries may have one year in common.
            known.append(common >= (2 if self.years > 1 and other.years > 1 else 1))
        return bool(known) and all(known)

    @property
    def years(self) -> int:
        """The number of years that it may be: 10 for "the 1990s"."""
        return 0 if self.year is None else self._end - self.year + 1

    @property
    def _end(self) -> int:
        return self.last_year or self.year or 0

    def lacks(self, other: "Day") -> bool:
        """Whether `other` gives a part that this date does not, or fewer years."""
        return (
            (self.year is None and other.year is not None)
            or self.years > max(other.years, 1) + 1  # "the 15th century" and "the 1400s"
            or (self.month is None and other.month is not None)
            or (self.day is None and other.day is not None)
        )


@dataclass(frozen=True)
class DateMention:
    """A date in a text: its possible readings, and its weekday (Monday is 0).

    "3/6" has two readings, and "3-5 June" one for each day.
    A soft date may support a claim but needs no support itself. In a range, each day must be given.
    """

    text: str
    days: tuple[Day, ...]
    weekday: int | None = None
    is_soft: bool = False
    is_range: bool = False


def find_dates(folded: str, *, language: str, reference: date | None) -> tuple[list[DateMention], str]:
    """Return the dates of a folded text, and the text with the dates blanked out.

    `reference` is the day the article appeared. It completes "3/6" and "kemarin".

    >>> found, rest = find_dates("senin (3/6) naik 5", language="id", reference=date(2024, 6, 4))
    >>> found[0].days[0], found[0].weekday, rest
    (Day(year=2024, month=6, day=3, last_year=None), 0, ' ) naik 5')
    """
    found: list[DateMention] = []
    rest, reference = folded, plausible_day(reference)

    def take(match: re.Match[str]) -> str:
        mention = _mention(match, language, reference)
        if mention is None:
            return match[0]
        found.append(mention)
        return " "

    for pattern in _patterns(language):
        rest = pattern.sub(take, rest)
    return found, rest


def with_plain_years(folded: str) -> str:
    """Write dates in Chinese numerals and years of Japanese eras with digits.

    >>> with_plain_years("二〇二四年六月三日"), with_plain_years("令和6年")
    ('2024年6月3日', '2024年')
    """
    text = _HAN_DATE.sub(
        lambda match: _HAN_PART.sub(lambda part: f"{han_value(part[0]):.0f}", match[0]), folded
    )
    return _ERA.sub(
        lambda match: f"{ERAS[match['era']] + (1 if match['year'] == '元' else int(match['year']))}年", text
    )


@functools.lru_cache(maxsize=64)
def _patterns(language: str) -> list[re.Pattern[str]]:
    """Return one pattern for each form of a date; a form comes before the forms that are parts of it."""
    words = lexicon(language)
    start, end = (r"(?<!\w)", r"(?!\w)") if words.has_spaces else ("", "")
    filler = r"(?:[\s,.]|\b(?:de|del|of|năm|ngày|tahun|bulan)\b|ที่|พ\.ศ\.|ค\.ศ\.|年|년"
    filler += r"|(?<=\d)(?:st|nd|rd|th|er|o|a)\b)*"
    year = r"(?<!\d)(?P<year>(?:1\d|2[0-6])\d\d)(?!\d)"
    day = r"(?<!\d)(?P<day>[0-3]?\d)(?![\d%])"
    month = rf"{start}(?P<month>{alternatives(words.months)}){end}\.?"
    weekday = rf"{start}(?P<weekday>{alternatives(words.weekdays)}){end}"
    shapes = [
        r"(?<!\d)(?P<year>\d{4})(?P<sign>[-/.])(?P<number>\d\d?)(?P=sign)(?P<day>\d\d?)(?!\d)",
        r"(?:(?<!\d)(?P<year>\d{4})[年년]\s?)?(?<!\d)(?P<number>\d\d?)[月월](?:\s?(?P<day>\d\d?)[日号號일])?",
        r"(?<![\d/.-])(?P<first>\d\d?)(?P<sign>[/.-])(?P<second>\d\d?)(?P=sign)(?P<year>\d{4}|\d\d)(?![\d/])",
        rf"(?:(?<!\d)(?P<from>[0-3]?\d)\s?(?:{_UNTIL})\s?)?{day}{filler}{month}(?:{filler}{year})?",
        rf"{month}\s?{day}(?:{filler}{year})?",
        rf"{month}{filler}{year}",
        r"(?<=\()(?P<first>\d\d?)/(?P<second>\d\d?)(?=\))",
        month,
    ]
    prefix = rf"(?:{weekday}[\s,.]*+\(?\s*+)?"
    slashed = rf"{weekday}[\s,]*+\(?(?P<first>\d\d?)/(?P<second>\d\d?)(?![\d/])"
    relative = rf"(?<!\d )(?<!\d){start}(?P<relative>{alternatives(words.relatives)}){end}"
    return [
        re.compile(shape) for shape in (slashed, *(prefix + shape for shape in shapes), weekday, relative)
    ]


def _mention(match: re.Match[str], language: str, reference: date | None) -> DateMention | None:
    """Return the date of a match of any pattern, or None if it cannot be a date."""
    words, parts = lexicon(language), match.groupdict()
    weekday = words.weekdays[parts["weekday"]] if parts.get("weekday") else None
    if parts.get("relative"):
        days = _relative(words.relatives[parts["relative"]], reference)
        is_soft = True
    else:
        days = tuple(_completed(day, reference) for day in _readings(parts, words))
        is_soft = False
    if not days and (weekday is None or len(parts) > 1 or _is_ambiguous(parts["weekday"])):
        return None
    if _is_lone_month(parts) and _is_ambiguous(str(parts["month"])):
        return None
    is_range = bool(parts.get("from")) and len(days) > 1
    return DateMention(match[0].strip(), days, weekday=weekday, is_soft=is_soft, is_range=is_range)


def has_relative_date(folded: str, *, language: str) -> bool:
    """Whether a text has a date such as "kemarin", which depends on the day of its article."""
    return _patterns(language)[-1].search(folded) is not None


def day_before(reference: date, days: float) -> Day:
    """Return the date so many days before another: of months and years, only what is known of them.

    >>> day_before(date(2024, 6, 4), 2), day_before(date(2024, 6, 4), 2 * 365.25)
    (Day(year=2024, month=6, day=2, last_year=None), Day(year=2022, month=None, day=None, last_year=None))
    """
    moved = reference.toordinal() - round(days)
    day = date.fromordinal(moved) if moved > 0 else reference
    if days < _DAYS_OF_MONTH:
        return Day(day.year, day.month, day.day)
    return Day(day.year, day.month) if days < _DAYS_OF_YEAR else Day(day.year)


def _readings(parts: Mapping[str, str | None], words: Lexicon) -> list[Day]:
    year = _year(parts.get("year"))
    day = int(str(parts["day"])) if parts.get("day") else None
    if parts.get("month"):
        first = int(str(parts["from"])) if parts.get("from") else day
        days = range(first, day + 1) if first is not None and day is not None and first < day else [day]
        candidates = [Day(year, words.months[str(parts["month"])], each) for each in days]
    elif parts.get("number"):
        candidates = [Day(year, int(str(parts["number"])), day)]
    elif parts.get("first"):
        first, second = int(str(parts["first"])), int(str(parts["second"]))
        candidates = [Day(year, second, first), Day(year, first, second)]
    else:
        candidates = []
    return [candidate for candidate in dict.fromkeys(candidates) if _is_possible(candidate)]


def _year(written: str | None) -> int | None:
    if written is None:
        return None
    year = int(written)
    if len(written) == 2:
        return year + (2000 if year < 70 else 1900)
    return gregorian_year(year)


def _is_possible(day: Day) -> bool:
    parts = zip((day.year, day.month, day.day), (2000, 1, 1), strict=True)
    try:
        date(*(usual if part is None else part for part, usual in parts))
    except ValueError:
        return False
    return True


def _completed(day: Day, reference: date | None) -> Day:
    """Add the year that an article of the date `reference` means."""
    if day.year is not None or reference is None or day.month is None:
        return day
    years = (reference.year, reference.year - 1)
    for year in years:
        candidate = replace(day, year=year)
        if _is_possible(candidate) and date(year, day.month, day.day or 1) <= reference + _MAXIMUM_AHEAD:
            return candidate
    return day


def _relative(offset: tuple[str, int], reference: date | None) -> tuple[Day, ...]:
    if reference is None:
        return ()
    unit, number = offset
    if unit == "day":
        moved = reference + timedelta(days=number)
        return (Day(moved.year, moved.month, moved.day),)
    months = reference.year * 12 + reference.month - 1 + number
    return (Day(reference.year + number) if unit == "year" else Day(months // 12, months % 12 + 1),)


def _is_lone_month(parts: Mapping[str, str | None]) -> bool:
    return bool(parts.get("month")) and not parts.get("day") and not parts.get("year")


def _is_ambiguous(word: str) -> bool:
    """Whether a short or ambiguous name may be another word ("mar", "may", "sen")."""
    return word in _AMBIGUOUS_NAMES or (
        word.isascii() and len(word) < _SHORTEST_MONTH_ALONE and word not in _UNAMBIGUOUS_NAMES
    )
