"""Parses times in records and dates in pages, in the languages of the world's press.

A time keeps the zone that its source states. A time without one comes back without one; `zones.py` then
gives it the usual zone of the outlet's country or of the language.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from babel import Locale, UnknownLocaleError

from rag.reading.clocks import with_clock
from rag.reading.jalali import MONTHS, OTHER_YEARS, jalali_day
from rag.reading.zones import is_expressible
from rag.text.calendars import ERAS, gregorian_year
from rag.text.folding import lowered

TIME_EXAMPLE = "2025-07-27T13:27:00+07:00"

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})? ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_ISO_SPACE = re.compile(r" (?=[Zz]$|[+-]\d)")
_MAXIMUM_DATE_CHARACTERS = 100

# The languages whose names of months and weekdays are known. If two share a name, the first one counts.
_LANGUAGES = (
    *("id", "ms", "jv", "su", "en", "fil", "vi", "th", "ar", "ar_LB", "fa", "ur", "hi", "bn", "ta", "tr"),
    *(
        "es",
        "pt",
        "fr",
        "it",
        "de",
        "nl",
        "sv",
        "da",
        "nb",
        "fi",
        "pl",
        "ro",
        "hu",
        "el",
        "ru",
        "uk",
        "sw",
        "he",
    ),
)
_MORE_MONTHS = {
    "ags": 8, "agt": 8, "agu": 8, "agust": 8, "ag": 8, "nop": 11, "nopember": 11, "sept": 9, "pebruari": 2,
    "peb": 2, "djanuari": 1, "djan": 1, "djuni": 6, "djuli": 7, "okt": 10, "oktober": 10, "jan": 1, "may": 5,
    **{name: number for number, name in enumerate(MONTHS, 1)},
}  # fmt: skip
_MORE_WEEKDAYS = frozenset(
    {"ahad", "jumat", "jum'at", "jumaat", "minggu", "hari", "isnin", "khamis", "setu", "kemis", "rebo"}
)
_MARKET_DAYS = frozenset({"legi", "pahing", "pon", "wage", "kliwon"})  # of the Javanese week of five days
_GLUE = frozenset(
    [
        "pukul",
        "jam",
        "pkl",
        "pk",
        "at",
        "kl",
        "um",
        "uhr",
        "à",
        "a",
        "às",
        "as",
        "hs",
        "horas",
        "ika",
        "las",
        "le",
        "el",
        "lunes",
        "on",
        "tanggal",
        "tgl",
        "de",
        "del",
        "of",
        "the",
        "vào",
        "ngày",
        "lúc",
        "năm",
        "om",
        "a.m",
        "p.m",
        "ket",
        "hari",
        "date",
        "tarikh",
        "waktu",
        "wktu",
        "edt",
        "est",
        "hrs",
        "hr",
        "h",
        "น",
        "เวลา",
        "ที่",
        "วันที่",
        "พ.ศ",
        "ค.ศ",
        "klo",
        "в",
        "г",
        "года",
        "ore",
        "alle",
        "م",
        "ص",
        "m",
        "ساعت",
    ]
)
_FILLERS = re.compile("วันที่|ที่|เวลา|น\\.|ngày|lúc|năm")
_THAI_ERA = re.compile("[พค]\\.ศ\\. ?")
_SEPARATORS = re.compile(r"[\s,|·•()（）@\-–—/:;،.]+")
_APOSTROPHES = re.compile(r"['’‘`]")
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_NUMBER_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}}){_ORDINAL}[\s-]*+([^\d|/()]{{2,25}}?)[\s,.-]*+(\d{{4}})"
    r"(?!\d(?!\d?\s[^\W\d_]))"  # a page may show the day twice: 27 Juli 202527 Juli 2025
)
_MONTH_FIRST = re.compile(
    rf"([^\W\d_][^\s\d,.|/():-]{{1,11}})\.?\s+(\d{{1,2}}){_ORDINAL},?\s+(\d{{4}})(?!\d)"
)
_YEAR_FIRST = re.compile(
    # Between a year and a time of day may stand a dash: 9 Agustus 2024 - 07.15.
    r"(?<!\d)(\d{4})(?:(\s?[-/.]\s?)(\d{1,2})\2|\s?[年년]\s?(\d{1,2})\s?[月월]\s?)(\d{1,2})(?!\d)\s?[日일.]?"
)
# A time of day may stand against the year: 27.07.202513:27, 27.07.2513:27.
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})(?=\d\d:\d\d|[^\d:]|:(?!\d\d)|$)")
_SHORT_YEAR = re.compile(r"(?<![\d./])(\d{2})([./])(\d{2})\2(\d{2})(?=\d\d:\d\d|(?![./]?\d))")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s(?:tháng|thg)\s(\d{1,2})[\s,]{1,2}(?:năm\s)?(\d{4})")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?=t?(?:\d{4}|\d{6})?(?!\d))")
_ERA = re.compile(rf"({'|'.join(ERAS)})\s?(\d{{1,3}}|元)年")
# A day of the Islamic calendar beside that of the usual one: 7 Agustus 2024 M / 2 Safar 1446 H.
_BETWEEN_CALENDARS = r"(?:\s(?:M|م)\b)?[\s/|,()–-]{0,3}(?:(?:bertepatan dengan|الموافق)[\s,]{1,2})?"
_ISLAMIC_DAY = re.compile(
    rf"{_BETWEEN_CALENDARS}(?<!\d)\d{{1,2}} (?:[A-Za-z'’ -]{{3,25}} 1[34]\d\d(?: ?H\b)?"
    rf"|[^\d/|,()]{{3,25}} 1[34]\d\d ?هـ?)\.?{_BETWEEN_CALENDARS}",
    re.IGNORECASE,
)
_SECOND_MONTH = re.compile(r"(?<=[^\W\d_])\s?/\s?[^\W\d_]{2,12}(?:\s[^\W\d_]{2,6})?(?=\s\d{4})")  # أغسطس/آب
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_FIRST_EPOCH_YEAR = 2001  # in September, the seconds since 1970 came to have ten digits
_COMPACT_HOUR = re.compile(  # 2025072713
    r"((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))([01]\d|2[0-3])"
)
# What computers write: Mon Aug 03 12:45:00 EDT 2015.
_YEAR_BEHIND_CLOCK = re.compile(r"\b(\d{1,2})\s+(\d\d:\d\d(?::\d\d)?(?:\s+[A-Za-z]{2,5})?)\s+(\d{4})\b")
_AMERICAN = re.compile(
    r"(?<!\d)(0?[1-9]|1[0-2])/(0?[1-9]|1[0-2])/(\d{4})\b(?=.{1,12}[AP]M\s+[ECMP][SD]?T\b)", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"\W*\b(?:(?:updated|diperbarui)\s)?\d{1,3}\s\w+\s(?:ago|(?:yang\s)?lalu|lepas)\W*$", re.IGNORECASE
)


def parse_timestamp(value: str) -> datetime | None:
    """Parse an RFC 3339 time or a bare date, which means midnight UTC; return None for anything else.

    The colon in the offset may be missing. A time without an offset comes back without one.

    >>> parse_timestamp("2025-07-27").isoformat()
    '2025-07-27T00:00:00+00:00'
    >>> parse_timestamp("2025-07-27T13:27:00+0700").isoformat()
    '2025-07-27T13:27:00+07:00'
    """
    return _from_iso(value) if _RFC_3339.fullmatch(value) else None


def parse_written_date(value: str) -> datetime | None:
    """Parse a date in ISO 8601, in words, in numbers or as seconds since 1970; return None for anything else.

    A date in numbers alone is read as day, month, year, or as month, day, year beside a time in an American
    zone. A bare date means midnight UTC.

    >>> parse_written_date("Minggu, 27 Juli 2025 13:27 WIB").isoformat()
    '2025-07-27T13:27:00+07:00'
    >>> parse_written_date("18 Ogos 2017 3:21 pm").isoformat()
    '2017-08-18T15:21:00'
    >>> parse_written_date("Mon Aug 03 12:45:00 EDT 2015").isoformat()
    '2015-08-03T12:45:00-04:00'
    >>> parse_written_date("10/04/2016 05:07 AM EDT").isoformat()
    '2016-10-04T05:07:00-04:00'
    """
    value = value.strip()
    if len(value) > _MAXIMUM_DATE_CHARACTERS:
        return None
    time = _from_epoch(value) or _from_iso(value)
    if time and time.year not in OTHER_YEARS:
        return time
    found = find_date(value)
    return found[0] if found and _is_glue(found[1]) else None


def find_date(text: str) -> tuple[datetime, str] | None:
    """Return the date that a short line holds, and the rest of the line; None if there is none.

    >>> find_date("Kompas Uji - 05/01/2024, 05:00 WIB")[1]
    'Kompas Uji -'
    """
    if len(text) > _MAXIMUM_DATE_CHARACTERS or not any(map(str.isdigit, text)):
        return None
    line = _THAI_ERA.sub("", _RELATIVE.sub("", _APOSTROPHES.sub("", _western(text))))
    line = _SECOND_MONTH.sub("", _ISLAMIC_DAY.sub(" ", line).strip())
    line = _AMERICAN.sub(r"\2/\1/\3", _YEAR_BEHIND_CLOCK.sub(r"\1 \3 \2", line))
    folded = line.casefold()
    folded = folded if len(folded) == len(line) else lowered(line)
    for pattern, numbers in _DATES:
        for match in pattern.finditer(folded):
            day = numbers(match)
            if day is not None:
                start, end = match.span()
                time, rest = with_clock(day, line[:start], line[end:])
                return time, rest.strip(" ,")
    return None


def with_offset(time: datetime) -> datetime | None:
    """Return `time` with its offset, or +00:00 if it has none; None if UTC cannot express the time."""
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return time if is_expressible(time) else None


def date_in_url(url: str) -> datetime | None:
    """Return the day in the path of an address, such as /2024/01/05/, /20240105- or /05-01-2024."""
    for match in _URL_DATES.finditer(url):
        first, month, last = (int(part) for part in match.groups() if part)
        time = _day(first, month, last) or _day(last, month, first)
        if time and time.year <= datetime.now(UTC).year + 1:
            return time.replace(tzinfo=UTC)
    return None


_YEAR, _MONTH_NUMBER, _DAY_NUMBER = r"((?:19[89]|20\d)\d)", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
# A number in a slug may be one of the story: /2024/10/11-orang-tewas, /seleksi-cpns-10-12-2024.
_URL_DATES = re.compile(
    rf"/{_YEAR}[/-]{_MONTH_NUMBER}/{_DAY_NUMBER}(?=/|$)"
    rf"|[/-]{_YEAR}-{_MONTH_NUMBER}-{_DAY_NUMBER}(?=[/-]|$)"
    r"|/((?:20\d)\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=\D|$)"
    rf"|/{_DAY_NUMBER}[/-]{_MONTH_NUMBER}[/-]{_YEAR}(?=[/-]|$)"
)


def _from_iso(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(_ISO_SPACE.sub("", value).upper())
    except ValueError:
        return None
    if time.tzinfo is None and not _has_clock(value):
        time = time.replace(tzinfo=UTC)
    return time if is_expressible(time) else None


def _has_clock(value: str) -> bool:
    return len(value) > len("2025-W30-7")


def _from_epoch(value: str) -> datetime | None:
    if not _EPOCH.fullmatch(value):
        return None
    if compact := _COMPACT_HOUR.fullmatch(value):
        return _from_iso(f"{compact[1]}T{compact[2]}")
    seconds = int(value) / (1000 if len(value) > len("1753597620") else 1)
    time = datetime.fromtimestamp(seconds, tz=UTC)
    return time if _FIRST_EPOCH_YEAR <= time.year <= datetime.now(UTC).year + 1 else None


def _western(text: str) -> str:
    """Write digits of any script as 0 to 9, and an era's year as a year; other characters stay."""
    text = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)
    text = text.replace("\u00a0", " ").replace("\u3000", " ")
    return _ERA.sub(lambda era: f"{ERAS[era[1]] + (1 if era[2] == '元' else int(era[2]))}年", text)


def _day(year: int, month: int | None, day: int) -> datetime | None:
    if month and year in OTHER_YEARS:
        found = jalali_day(year, month, day)
        return datetime(found.year, found.month, found.day) if found else None
    try:
        return datetime(gregorian_year(year), month, day) if month else None
    except ValueError:
        return None


def _year_last(match: re.Match[str]) -> datetime | None:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    return _day(year, second, first) or _day(year, first, second)


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], datetime | None]], ...] = (
    (_YEAR_FIRST, lambda match: _day(int(match[1]), int(match[3] or match[4]), int(match[5]))),
    (_YEAR_LAST, _year_last),
    (_VIETNAMESE, lambda match: _day(int(match[3]), int(match[2]), int(match[1]))),
    (_NUMBER_FIRST, lambda match: _day(int(match[3]), _month(match[2]), int(match[1]))),
    (_MONTH_FIRST, lambda match: _day(int(match[3]), _month(match[1]), int(match[2]))),
    (_SHORT_YEAR, lambda match: _day(2000 + int(match[4]), int(match[3]), int(match[1]))),
    (_COMPACT, lambda match: _day(int(match[1]), int(match[2]), int(match[3]))),
)


def _month(word: str) -> int | None:
    word = re.sub(r"^(?:(?:de|of|d|ng)\s|ב)|\s(?:de|del)$", "", word.strip(" .,-–").casefold())
    return _calendar()[0].get(word.rstrip("."))


@functools.cache
def _calendar() -> tuple[dict[str, int], frozenset[str]]:
    """Return the months by name, and the words in the names of weekdays, of all languages."""
    months: dict[str, int] = dict(_MORE_MONTHS)
    weekdays: set[str] = set(_MORE_WEEKDAYS)
    for locale in _locales():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    months.setdefault(_APOSTROPHES.sub("", name.casefold().rstrip(".")), number)
                names = locale.days[context][width].values()
                words = (word for name in names for word in _words(_APOSTROPHES.sub("", name)))
                weekdays.update(word for word in words if not word.isdigit())
    for locale in map(Locale, ("ja", "zh", "ko")):
        for width in ("wide", "abbreviated"):
            weekdays.update(locale.days["format"][width].values())
    return months, frozenset(weekdays)


def is_weekday(name: str) -> bool:
    """Whether a text is nothing but the whole name of a weekday, perhaps with a Javanese market day.

    >>> is_weekday("Jum'at"), is_weekday("Senin Legi"), is_weekday("Thứ Tư"), is_weekday("Sam")
    (True, True, True, False)
    """
    name = _APOSTROPHES.sub("", name.casefold())
    first, _, market_day = name.rpartition(" ")
    return name in _weekday_names() or (market_day in _MARKET_DAYS and first in _weekday_names())


@functools.cache
def _weekday_names() -> frozenset[str]:
    wide = (locale.days["format"]["wide"].values() for locale in _locales())
    names = {_APOSTROPHES.sub("", name.casefold()) for values in wide for name in values}
    return frozenset(names | (_MORE_WEEKDAYS - {"hari"}))


def _locales() -> Iterator[Locale]:
    for name in _LANGUAGES:
        try:
            yield Locale.parse(name)
        except UnknownLocaleError:
            continue


def _is_glue(rest: str) -> bool:
    """Whether a line says nothing beside its date but the weekday and words such as "pukul"."""
    known = _calendar()[1] | _GLUE | _MARKET_DAYS
    return all(word in known for word in _words(_FILLERS.sub(" ", rest)))


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(text.casefold()) if word]
