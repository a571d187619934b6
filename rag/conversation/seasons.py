"""The seasons of the north, and school years, as the days or years for which they stand."""

import re
from collections.abc import Callable
from datetime import date, timedelta

_SEASONS = ("spring|semi|春|الربيع|ربيع", "summer|panas|夏|الصيف|صيف", "autumn|fall|gugur|秋|الخريف|خريف",
            "winter|dingin|冬|الشتاء|شتاء")  # fmt: skip
_SPRING, _JULY = 3, 7  # the months in which they begin
_LAST_SEASON = "last|lalu|الماضي"
_LAST_YEARS = "去年"
_YEARS_AWAY = {"lalu": -1, "kemarin": -1, "sebelumnya": -1, "depan": 1}


def season_days(match: re.Match[str], now: date) -> str:
    """Return the first and last days of a season of the north. "Last spring" is the last that is over."""
    parts = match.groupdict()
    place = next(place for place, names in enumerate(_SEASONS) if re.fullmatch(names, match["season"]))
    year, which = parts.get("year"), parts.get("which") or ""
    first, last = _days_of_season(place, int(year) if year else now.year)
    if not year and re.fullmatch(_LAST_SEASON, which) and last >= now:
        first, last = _days_of_season(place, now.year - 1)
    if re.fullmatch(_LAST_YEARS, which):
        first, last = _days_of_season(place, now.year - 1)
    return f"{first.isoformat()} {last.isoformat()}"


def _days_of_season(place: int, year: int) -> tuple[date, date]:
    """Return the days of spring (0) to winter (3). The winter of a year is the one that begins in it."""
    first = date(year, _SPRING + 3 * place, 1)
    after = date(year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def school_year(match: re.Match[str], now: date) -> str:
    """Return "tahun ajaran 2025/2026" for "tahun ajaran ini"; in Indonesia, it begins in July."""
    first = now.year - (now.month < _JULY) + _YEARS_AWAY.get(match["which"], 0)
    return f"{match['school']} {first}/{first + 1}"


# A pattern for folded text, and what writes the days. The second table is for scripts without spaces.
SEASONS: tuple[tuple[str, Callable[[re.Match[str], date], str]], ...] = (
    (
        r"(?P<school>tahun (?:ajaran|pelajaran|akademik)) (?:yang )?(?P<which>ini|lalu|kemarin|depan)",
        school_year,
    ),
    (r"(?P<which>last|this) (?P<season>spring|summer|autumn|fall|winter)", season_days),
    (
        r"(?<!arab )(?<!prague )(?P<season>spring|summer|autumn|fall|winter) (?:of |in )?"
        r"(?P<year>(?:19|20)\d\d)",
        season_days,
    ),
    (
        r"musim (?P<season>semi|panas|gugur|dingin) (?:(?:tahun )?(?P<year>(?:19|20)\d\d)"
        r"|(?P<which>lalu|ini))",
        season_days,
    ),
    (r"(?P<season>ال(?:ربيع|صيف|خريف|شتاء)) (?P<which>الماضي)", season_days),
    (r"(?P<season>ربيع|صيف|خريف|شتاء)(?: عام)? (?P<year>(?:19|20)\d\d)", season_days),
)
SEASONS_WITHOUT_SPACES: tuple[tuple[str, Callable[[re.Match[str], date], str]], ...] = (
    (r"(?:(?P<which>去年|今年)|(?P<year>(?:19|20)\d\d)年)的?(?P<season>[春夏秋冬])(?:天|季)", season_days),
)
