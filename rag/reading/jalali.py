"""Converts days of the Persian calendar, also called the Jalali calendar, with the help of ICU."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from icu4py.messageformat import MessageFormat

# The months of the Persian calendar, in its order.
MONTHS = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
)
# The years of the Persian and of the Islamic calendar in which newspapers write.
OTHER_YEARS = range(1300, 1500)
_YEARS_BEHIND = 621
_NEW_YEAR = (3, 19)  # the day before the earliest one on which a year begins
_DAYS_OF_NEW_YEAR = 4


def jalali_day(year: int, month: int, day: int) -> date | None:
    """Return the Gregorian day of a Persian one; None for a day that the calendar lacks, or of a later year.

    >>> jalali_day(1403, 5, 12).isoformat(), jalali_day(1403, 12, 30).isoformat(), jalali_day(1402, 12, 30)
    ('2024-08-02', '2025-03-20', None)
    """
    if not 1 <= month <= len(MONTHS) or not 1 <= day <= 31:
        return None
    if year + _YEARS_BEHIND > datetime.now(UTC).year:  # perhaps a year of the Islamic calendar
        return None
    before = 31 * (month - 1) - max(0, month - 7)  # the first six months have 31 days, the others 30
    first = date(year + _YEARS_BEHIND, *_NEW_YEAR) + timedelta(days=before + day - 1)
    days = (first + timedelta(days=number) for number in range(_DAYS_OF_NEW_YEAR))
    return next((each for each in days if _persian(each) == (year, month, day)), None)


@cache
def _calendar() -> MessageFormat:
    return MessageFormat("{day, date, short}", "en@calendar=persian")


def _persian(day: date) -> tuple[int, int, int]:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    month, number, year = _calendar().format({"day": noon}).split()[0].split("/")
    return int(year), int(month), int(number)
