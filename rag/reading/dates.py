"""Parses times in records and pages, and keeps the time zone of the source."""

import re
from datetime import UTC, datetime
from typing import Any

import dateparser

TIME_EXAMPLE = "2025-07-27T13:27:00+07:00"

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
)
# Only complete, absolute dates: not "10 jam lalu", not "Juli 2025". dateparser knows WIB, WITA and WIT.
_COMPLETE_DATES: Any = {
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "STRICT_PARSING": True,
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
}
_MAXIMUM_DATE_CHARACTERS = 80
_APOSTROPHES = re.compile(r"['’]")  # "Jum'at"


def parse_timestamp(value: str) -> datetime | None:
    """Parse an RFC 3339 time or a bare date, which means midnight; return None for anything else.

    A time without an offset is taken as +00:00.

    >>> parse_timestamp("2025-07-27").isoformat()
    '2025-07-27T00:00:00+00:00'
    """
    return _from_iso(value) if _RFC_3339.fullmatch(value) else None


def parse_written_date(value: str) -> datetime | None:
    """Parse a date in ISO 8601 or in Indonesian or English words; return None for anything else.

    A date in numbers alone is read as day, month, year.

    >>> parse_written_date("Minggu, 27 Juli 2025 13:27 WIB").isoformat()
    '2025-07-27T13:27:00+07:00'
    """
    value = _APOSTROPHES.sub("", value.strip())
    if len(value) > _MAXIMUM_DATE_CHARACTERS:
        return None
    return _from_iso(value) or _from_words(value)


def with_offset(time: datetime) -> datetime | None:
    """Return `time` with its offset, or +00:00 if it has none; None if UTC cannot express the time."""
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    try:
        time.astimezone(UTC)
    except OverflowError:  # on the first and the last day that a datetime can express
        return None
    return time


def _from_iso(value: str) -> datetime | None:
    try:
        return with_offset(datetime.fromisoformat(value.upper()))
    except ValueError:
        return None


def _from_words(value: str) -> datetime | None:
    time = dateparser.parse(value, languages=["id", "en"], settings=_COMPLETE_DATES)
    return with_offset(time) if time else None
