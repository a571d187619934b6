"""Times as records and pages write them, each kept in the source's own zone."""

import re
from datetime import UTC, datetime
from typing import Any

import dateparser

TIME_EXAMPLE = "2025-07-27T13:27:00+07:00"

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
)
# Whole dates and nothing beside them: not "10 jam lalu", not "Juli 2025". dateparser knows WIB, WITA and WIT.
_WHOLE_DATES: Any = {
    "PARSERS": ["absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "STRICT_PARSING": True,
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
}
_MAXIMUM_DATE_CHARACTERS = 80
_APOSTROPHES = re.compile(r"['’]")  # "Jum'at"


def parse_timestamp(value: str) -> datetime | None:
    """Return the time an RFC 3339 string or a bare date (its midnight) states; None for anything else.

    A time without an offset counts as +00:00.

    >>> parse_timestamp("2025-07-27").isoformat()
    '2025-07-27T00:00:00+00:00'
    """
    return _from_iso(value) if _RFC_3339.fullmatch(value) else None


def parse_written_date(value: str) -> datetime | None:
    """Return the time that ISO 8601, Indonesian or English words state; bare numbers are day, month, year.

    >>> parse_written_date("Minggu, 27 Juli 2025 13:27 WIB").isoformat()
    '2025-07-27T13:27:00+07:00'
    """
    value = _APOSTROPHES.sub("", value.strip())
    if len(value) > _MAXIMUM_DATE_CHARACTERS:
        return None
    return _from_iso(value) or _from_words(value)


def with_offset(time: datetime) -> datetime | None:
    """Return `time` with an offset, +00:00 where it has none; None where UTC cannot express it."""
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    try:
        time.astimezone(UTC)
    except OverflowError:  # the first and the last day that a datetime can hold
        return None
    return time


def _from_iso(value: str) -> datetime | None:
    try:
        return with_offset(datetime.fromisoformat(value.upper()))
    except ValueError:
        return None


def _from_words(value: str) -> datetime | None:
    time = dateparser.parse(value, languages=["id", "en"], settings=_WHOLE_DATES)
    return with_offset(time) if time else None
