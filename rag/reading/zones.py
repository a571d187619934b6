"""Gives times without a zone the usual zone of an outlet's country or of a language."""

from datetime import UTC, datetime, timezone
from zoneinfo import ZoneInfo

from rag.text.tags import primary_language

# The usual zone of a country's outlets, by the last part of their hosts' names, and of a language's outlets.
_COUNTRY_ZONES = {
    "id": "Asia/Jakarta", "my": "Asia/Kuala_Lumpur", "sg": "Asia/Singapore", "ph": "Asia/Manila",
    "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh", "jp": "Asia/Tokyo", "kr": "Asia/Seoul",
    "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong", "in": "Asia/Kolkata",
    "pk": "Asia/Karachi", "bd": "Asia/Dhaka", "tl": "Asia/Dili", "bn": "Asia/Brunei", "kh": "Asia/Phnom_Penh",
    "mm": "Asia/Yangon", "tr": "Europe/Istanbul", "ru": "Europe/Moscow", "de": "Europe/Berlin",
    "at": "Europe/Vienna", "ch": "Europe/Zurich", "fr": "Europe/Paris", "nl": "Europe/Amsterdam",
    "es": "Europe/Madrid", "it": "Europe/Rome", "uk": "Europe/London", "ie": "Europe/Dublin",
    "pl": "Europe/Warsaw", "se": "Europe/Stockholm", "dk": "Europe/Copenhagen", "no": "Europe/Oslo",
    "fi": "Europe/Helsinki", "nz": "Pacific/Auckland", "eg": "Africa/Cairo", "sa": "Asia/Riyadh",
    "ae": "Asia/Dubai", "za": "Africa/Johannesburg", "ke": "Africa/Nairobi", "ar": "America/Buenos_Aires",
}  # fmt: skip
_LANGUAGE_ZONES = {
    "id": "Asia/Jakarta", "jv": "Asia/Jakarta", "su": "Asia/Jakarta", "ban": "Asia/Makassar",
    "ms": "Asia/Kuala_Lumpur", "fil": "Asia/Manila", "th": "Asia/Bangkok", "vi": "Asia/Ho_Chi_Minh",
    "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "zh": "Asia/Shanghai", "zh-Hant": "Asia/Taipei",
    "hi": "Asia/Kolkata", "ta": "Asia/Kolkata", "bn": "Asia/Dhaka", "ur": "Asia/Karachi", "fa": "Asia/Tehran",
    "ar": "Asia/Riyadh", "tr": "Europe/Istanbul", "ru": "Europe/Moscow", "uk": "Europe/Kyiv",
    "de": "Europe/Berlin", "fr": "Europe/Paris", "nl": "Europe/Amsterdam", "it": "Europe/Rome",
    "es": "Europe/Madrid", "pt": "America/Sao_Paulo", "pl": "Europe/Warsaw", "sv": "Europe/Stockholm",
    "da": "Europe/Copenhagen", "no": "Europe/Oslo", "fi": "Europe/Helsinki", "el": "Europe/Athens",
    "he": "Asia/Jerusalem", "ro": "Europe/Bucharest", "hu": "Europe/Budapest", "sw": "Africa/Nairobi",
}  # fmt: skip

# The zones in which most of the press is written, those west of UTC first: one of them explains why readers
# see another day than UTC has.
ZONES_OF_PRESS = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/Paris",
    "Europe/Moscow", "Asia/Kolkata", "Asia/Shanghai", "Australia/Sydney",
)  # fmt: skip

_FIRST_YEAR = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_zone(time: datetime, zone: str | None) -> datetime:
    """Return a time that has no zone in this one, or in UTC without one; leave other times alone."""
    if time.tzinfo:
        return time
    placed = with_fixed_offset(time.replace(tzinfo=ZoneInfo(zone) if zone else UTC))
    return placed if is_expressible(placed) else time.replace(tzinfo=UTC)


def usual_zone(*, host: str, language: str) -> str | None:
    """Return the usual zone of an outlet's country, by its host's name, or else of the language.

    >>> usual_zone(host="www.kabar.co.id", language="en")
    'Asia/Jakarta'
    """
    country = _COUNTRY_ZONES.get(host.rpartition(".")[2])
    return country or _LANGUAGE_ZONES.get(language) or _LANGUAGE_ZONES.get(primary_language(language))


def is_country(host: str) -> bool:
    """Whether the last part of a host's name stands for a country whose usual zone is known."""
    return host.rpartition(".")[2] in _COUNTRY_ZONES


def is_expressible(time: datetime) -> bool:
    """Whether UTC can express a time, unless it has no zone yet."""
    try:
        if time.tzinfo:
            time.astimezone(UTC)
    except OverflowError:  # on the first and the last day that a datetime can express
        return False
    return True


def is_null(time: datetime) -> bool:
    """Whether programs write a time if they have none: before the year 1000, or the first second of 1970."""
    return time.year < _FIRST_YEAR or in_zone(time, None) == _EPOCH


def with_fixed_offset(time: datetime) -> datetime:
    """Return a time with the offset of its zone at that time instead of the zone."""
    offset = time.utcoffset()
    return time if offset is None else time.replace(tzinfo=timezone(offset) if offset else UTC)
