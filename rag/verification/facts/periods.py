"""Finds the centuries and decades in a text, such as "abad ke-20" and "the 1990s"."""

import re

from rag.verification.facts.dates import DateMention, Day

_ROMAN = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi"),
    *("xvii", "xviii", "xix", "xx", "xxi"),
)
_NUMBERS = {word: number for number, word in enumerate(_ROMAN, start=1)} | {
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "twenty-first": 21, "kedelapan belas": 18, "kesembilan belas": 19, "kedua puluh": 20,
    "kedua puluh satu": 21, "十八": 18, "十九": 19, "二十": 20, "二十一": 21, "الثامن عشر": 18,
    "التاسع عشر": 19, "العشرين": 20, "الحادي والعشرين": 21,
}  # fmt: skip

_NUMBER = rf"(?P<number>\d\d?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_BEFORE_CHRIST = r"(?!\s?(?:sm|sebelum masehi|bce?|a\. ?c|av|v\. ?chr|до н|tcn|ق|ก่อน)(?![a-z]))"
_CENTURIES = tuple(
    re.compile(pattern + _BEFORE_CHRIST)
    for pattern in (
        rf"(?<!\w)(?:abad|siglo|século|secolo|thế kỷ|thế kỷ thứ) (?:ke-?)?\s?{_NUMBER}(?!\w)",
        rf"(?:ศตวรรษ(?:ที่)?|القرن) ?(?:ال)?{_NUMBER}(?!\w)",
        rf"(?<![\w.,-]){_NUMBER}(?:st|nd|rd|th)?[ -]century(?!\w)",
        rf"(?<![\w.,-]){_NUMBER}(?:ème|er|de|e)? (?:siècle|eeuw)(?!\w)",
        rf"(?<![\w.,-]){_NUMBER}\.? (?:jahrhundert(?:s|en)?|yüzyıl\w{{0,5}})(?!\w)",
        rf"(?<![\w.,-]){_NUMBER}(?:-\w{{1,2}})? век(?:а|е|у|ом)?(?!\w)",
        rf"(?<![\w.,-]){_NUMBER}वीं (?:सदी|शताब्दी)",
        rf"(?<![\d.,十]){_NUMBER} ?(?:世纪|世紀|세기)",
    )
)

_YEAR = r"(?<!\d)(?P<decade>1[0-9]\d0|20\d0)"
_DECADES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}(?:-?an|'?s|er|ern|er[ -]jahren?|-[ехм](?: год\w{{1,3}})?)(?!\w)",
        rf"{_YEAR}'?l[aeıiuü]\w{{0,6}}(?: yıllar\w{{0,4}})?(?!\w)",
        rf"{_YEAR}(?:年代|년대)",
        rf"{_YEAR} (?:के|का) दशक",
        rf"(?<!\w)(?:década de|los años|nos anos|dos anos|(?:l|d)es années|jaren|thập niên|thập kỷ"
        rf"|những năm|دهه|عقد) {_YEAR}(?!\w| (?:y|e|et|en|và) \d)",
        rf"ทศวรรษ(?:ที่)? ?{_YEAR}(?!\w)",
        r"(?<!\w)(?:tahun|era|dekade|generasi|angkatan) (?P<decade>[1-9]0)-?an(?!\w)",
        r"(?<!\w)(?:los años|nos anos|dos anos|(?:l|d)es années|de jaren) (?P<decade>[1-9]0)(?!\w|[.,-]\d)",
        r"(?<!\d)(?:20世[纪紀]|上世[纪紀])(?P<decade>[1-9]0)年代",
    )
)


def find_periods(folded: str) -> tuple[list[DateMention], str]:
    """Return the centuries and decades of a folded text, and the text without them.

    >>> found, rest = find_periods("sejak abad ke-19 dan tahun 1990-an")
    >>> [(mention.days[0].year, mention.days[0].last_year) for mention in found], rest
    ([(1990, 1999), (1800, 1900)], 'sejak   dan tahun  ')
    """
    found: list[DateMention] = []

    def take(match: re.Match[str]) -> str:
        first, last = _years(match)
        if not first:
            return match[0]
        found.append(DateMention(text=match[0], days=(Day(year=first, last_year=last),)))
        return " "

    for pattern in (*_DECADES, *_CENTURIES):
        folded = pattern.sub(take, folded)
    return found, folded


def _years(match: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last year. Many say "the 20th century" and "the 1900s" also of 1900."""
    parts = match.groupdict()
    if "decade" in parts:
        written = int(match["decade"])
        first = written if written >= 100 else 1900 + written
        return first, first + (99 if first % 100 == 0 else 9)
    number = _NUMBERS.get(match["number"]) or int(match["number"])
    return (100 * (number - 1), 100 * number) if 0 < number <= 21 else (0, 0)
