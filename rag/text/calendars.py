"""How years are counted in calendars that newspapers use beside the Gregorian one, and which are possible."""

from datetime import date

# The years before the first year of a Japanese era, and of the calendar of the Republic of China.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
BUDDHIST_ERA = 543  # the years by which the Buddhist calendar of Thailand is ahead
_BUDDHIST_YEARS = range(2400, 2700)  # those of which newspapers write; a Gregorian year is never as high


def gregorian_year(year: int) -> int:
    """Return the Gregorian year of a year that may be one of the Buddhist calendar.

    >>> gregorian_year(2567), gregorian_year(2024)
    (2024, 2024)
    """
    return year - BUDDHIST_ERA if year in _BUDDHIST_YEARS else year


def plausible_day(day: date | None) -> date | None:
    """Return a day, or None for one of a year with which programs say that they know no day.

    >>> plausible_day(date(1, 1, 1)), plausible_day(date(9999, 12, 31)), plausible_day(date(2024, 6, 3))
    (None, None, datetime.date(2024, 6, 3))
    """
    return day if day is not None and 1000 <= day.year < 9000 else None
