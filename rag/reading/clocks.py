"""Reads the time of day and the zone that stand beside a day."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from rag.reading.zones import is_expressible, with_fixed_offset
from rag.text.folding import lowered

_DAY = timedelta(days=1)

_COMPACT_CLOCK = re.compile(r"[Tt]?(\d\d)(\d\d)(\d\d)?(?!\d)")
_CLOCK = re.compile(
    r"(?P<before>午後|下午|오후|午前|上午|오전)?\s?(?<![\d.])(?P<hour>[01]?\d|2[0-3])\s?"
    r"(?:[:.h]\s?(?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:\.\d+)?)?|(?:[時时点]|시|uhr\b|h\b)\s?"
    r"(?:(?P<minute_after>[0-5]?\d)\s?[分분])?"
    # An hour alone before a part of the day: "2 siang", but not "3 hari 2 malam".
    r"|(?<!hari \d)(?<!hari \d\d)(?=\s(?:pagi|siang|sore|petang|malam|tengah hari|ptg)\b))"
    r"(?![\d])\s?(?P<after>[ap]\.?\s?m\b\.?|petang\b|(?:tengah )?malam\b|ptg\b|pagi\b|sore\b|siang\b"
    r"|tengah hari\b"
    r"|مساء\S{0,3}|صباح\S{0,3}|[مص]\b)?"
)
_LATE = ("p", "午後", "下午", "오후", "sore", "م")
_NIGHT = ("malam", "tengah malam")  # from five in the evening until four
_NOON = ("siang", "tengah hari")  # from nine in the morning until late
_FIRST_HOUR_OF_NIGHT = 5
_FIRST_HOUR_OF_NOON = 9
_EARLY = "pagi"
_ABBREVIATED_ZONES = {
    "wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0, "myt": 8, "sgt": 8, "hkt": 8, "pht": 8,
    "jst": 9, "kst": 9, "ict": 7, "msk": 3, "cet": 1, "cest": 2, "bst": 1, "est": -5, "edt": -4, "cst": -6,
    "ist": 5.5, "мск": 3, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "aest": 10, "aedt": 11,
}  # fmt: skip
# These count only in capitals and as the last word beside the time, because many of them are words as well.
# "AST" is left out: Arabia and the Atlantic coast of Canada both use it.
_ZONES_IN_CAPITALS = {
    "UT": 0, "WET": 0, "WEST": 1, "MEZ": 1, "MESZ": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "MSD": 4,
    "TRT": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "IDT": 3, "IRST": 3.5, "IRDT": 4.5, "GST": 4, "PKT": 5,
    "NPT": 5.75, "MMT": 6.5, "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "NZST": 12, "NZDT": 13, "NST": -3.5,
    "NDT": -2.5, "ADT": -3, "BRT": -3, "ART": -3, "CLT": -4, "CLST": -3, "COT": -5, "PET": -5, "AKST": -9,
    "AKDT": -8, "HST": -10,
}  # fmt: skip
_ZONE_IN_CAPITALS = re.compile(rf"\s?\(?({'|'.join(_ZONES_IN_CAPITALS)})\b\)?(?=\s?(?:$|[^\w\s]|\d))")
_OFFSET = r"(?P<sign>[+\-−])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d)"
_ZONE = re.compile(
    r"(?P<area>\b(?:africa|america|asia|australia|europe|pacific)/[a-z_]+)"
    rf"|\b(?P<name>{'|'.join(_ABBREVIATED_ZONES)})\b(?:{_OFFSET})?"
)
# In America, behind a time of twelve hours; elsewhere "ET" is a word and "PT" a company.
_ZONES_OF_AMERICA = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"
}  # fmt: skip
_ZONE_OF_AMERICA = re.compile(r"\s?([ECMP]T)\b")
_NUMERIC_ZONE = re.compile(rf"^\s?{_OFFSET}")
# "Eastern Standard Time", whose initials are those of its abbreviation.
_ZONE_IN_WORDS = re.compile(r"^\s?\(?((?:[A-Z][a-z]{2,15} ){0,2}(?:Standard|Daylight|Summer|Mean) Time)\b\)?")
_ZONE_OF_INDONESIA = re.compile(r"\bwaktu indonesia (barat|tengah|timur)\b", re.IGNORECASE)
_ZONES_OF_INDONESIA = {"barat": "WIB", "tengah": "WITA", "timur": "WIT"}
_ZONE_IN_BRACKETS = re.compile(r"\((?:[^()]*\btime|[^()]*zeit|utc[^()]*)\)", re.IGNORECASE)
_T_BEFORE_CLOCK = re.compile(r"^[Tt](?=\d)")


def with_clock(day: datetime, before: str, after: str) -> tuple[datetime, str]:
    """Add the time of day and the zone that stand beside a day; return the rest of the line too."""
    if compact := _COMPACT_CLOCK.match(after):
        clock = ":".join(part for part in compact.groups() if part)
        after = f" {clock} {after[compact.end() :]}"
    after = _T_BEFORE_CLOCK.sub(" ", after)
    sides, clock_match, side = [before, after], None, 1
    for side in (1, 0):
        clock_match = _CLOCK.search(lowered(sides[side]))
        if clock_match:
            break
    if clock_match is None:
        rest = " ".join(part.strip() for part in sides if part.strip())
        return day.replace(tzinfo=UTC), _ZONE.sub(" ", rest) if _is_zone_only(rest) else rest
    text = sides[side]
    left, right = text[: clock_match.start()].rstrip(" @"), text[clock_match.end() :]
    zone, right = _zone_of(right, is_of_twelve_hours=clock_match["after"] is not None)
    sides[side] = f"{left} {right}"
    second = int(clock_match["second"] or 0)
    time = day.replace(hour=_hour(clock_match), minute=_minute(clock_match), second=second, tzinfo=zone)
    time = with_fixed_offset(time)
    rest = " ".join(part.strip() for part in sides if part.strip())
    return (time if is_expressible(time) else day.replace(tzinfo=UTC)), rest


def _is_zone_only(rest: str) -> bool:
    return _ZONE.fullmatch(rest.strip().lower()) is not None


def _hour(clock: re.Match[str]) -> int:
    hour = int(clock["hour"])
    half = (clock["before"] or clock["after"] or "").strip()
    if not half or hour > 12:
        return hour
    hour %= 12
    if half.startswith(_NIGHT):
        is_late = hour >= _FIRST_HOUR_OF_NIGHT
    elif half.startswith(_NOON):
        is_late = hour < _FIRST_HOUR_OF_NOON
    else:
        is_late = half.startswith(_LATE) and half != _EARLY
    return hour + (12 if is_late else 0)


def _minute(clock: re.Match[str]) -> int:
    return int(clock["minute"] or clock["minute_after"] or 0)


def _zone_of(text: str, *, is_of_twelve_hours: bool) -> tuple[tzinfo | None, str]:
    """Return the zone at the beginning of what follows a time of day, and the rest."""
    text = _ZONE_IN_WORDS.sub(lambda match: f" {''.join(word[0] for word in match[1].split())}", text)
    text = _ZONE_OF_INDONESIA.sub(lambda match: _ZONES_OF_INDONESIA[match[1].lower()], text)
    if is_of_twelve_hours and (american := _ZONE_OF_AMERICA.match(text)):
        return ZoneInfo(_ZONES_OF_AMERICA[american[1]]), text[american.end() :]
    if capitals := _ZONE_IN_CAPITALS.match(text):
        return timezone(timedelta(hours=_ZONES_IN_CAPITALS[capitals[1]])), text[capitals.end() :]
    text = _ZONE_IN_BRACKETS.sub(" ", text)
    lower = lowered(text)
    if numeric := _NUMERIC_ZONE.match(lower):
        return timezone(_offset(numeric)), text[numeric.end() :]
    found = _ZONE.search(lower)
    if found is None:
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    if found["area"]:
        name = next((zone for zone in available_timezones() if zone.lower() == found["area"]), None)
        return (ZoneInfo(name) if name else None), rest
    offset = timedelta(hours=_ABBREVIATED_ZONES[found["name"]])
    offset += _offset(found) if found["sign"] else timedelta()
    return (timezone(offset) if abs(offset) < _DAY else None), rest


def _offset(match: re.Match[str]) -> timedelta:
    span = timedelta(hours=min(int(match["hours"]), 23), minutes=min(int(match["minutes"] or 0), 59))
    return span if match["sign"] == "+" else -span
