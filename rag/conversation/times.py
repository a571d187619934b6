"""Finds the time that a question names: a year, a month, a day, a range, or a time relative to now.

A year that belongs to a name ("Piala Dunia 2022", "UU Nomor 13 Tahun 2003") is no time. Start with
`asked_time`.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rag.conversation.people_like_months import without_people
from rag.conversation.time_spellings import in_usual_spelling
from rag.understood import TimeSpan
from rag.verification.facts.lexicon import fold
from rag.verification.facts.time_forms import SPACED, bounded, search_before
from rag.verification.facts.time_words import (
    ACCORDING_TO,
    AFTER,
    AFTER_THAT,
    BEFORE,
    BEFORE_THAT,
    BOTH,
    FILLER,
    FILLER_BEHIND,
    NEWS,
    NEWS_BEHIND,
    RECENT,
    SINCE,
    UNTIL,
)
from rag.verification.facts.times import TimeMention, find_times

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_FILLER_BEHIND = re.compile(rf"\s?(?:{FILLER_BEHIND})(?![{SPACED}])")
_NEWS_BEFORE = re.compile(rf"(?:{NEWS})\s*+$")
_NEWS_BEHIND = re.compile(NEWS_BEHIND)
_SOURCE = re.compile(rf"(?:{ACCORDING_TO})\s?(?:(?:{NEWS})\s*)?$")
_NEWS_OF_TIME = re.compile(r"(?:'s)?\s(?:news|reports?|articles?|headlines)(?!\w)|\s?의?\s(?:뉴스|기사|보도)")

_NOW = (
    r"sekarang|skrg|saat ini|kini|now|currently|nowadays|现在|現在|目前|지금|الآن|ahora|agora|maintenant"
    r"|jetzt|bây giờ|ตอนนี้|сейчас|अब|ngayon|saiki|ayeuna"
)

# "Two years earlier" than the time before, and "setahun kemudian" after it.
_YEARS_EARLIER = re.compile(r"(?<!\w)(?:years?|months?|weeks?|days?) (?:before|earlier)(?!\w)")
_YEARS_LATER = re.compile(
    r"(?<!\w)(?:(?:se|\w{1,9} )(?:tahun|bulan|minggu|pekan|hari) kemudian"
    r"|(?:years?|months?|weeks?|days?) (?:later|after(?:wards)?)"
    r"|(?:años?|mes(?:es)?|semanas?|días?) (?:después|más tarde)"
    r"|(?:anos?|m[êe]s(?:es)?|semanas?|dias?) (?:depois|mais tarde)"
    r"|(?:ans?|mois|semaines?|jours?) (?:plus tard|après)"
    r"|(?:jahre?n?|monate?n?|wochen?|tage?n?) (?:später|danach))(?!\w)|[年月周週期天日](?:之|以)?[后後]"
)
_AFTER_ANOTHER = re.compile(
    r"(?<!\w)(?:following|berikutnya|selanjutnya|s(?:etelah|esudah)(?:nya| itu))(?!\w)|翌"
)
_LEADING_WORDS = re.compile(
    rf"(?:{_START}(?:{FILLER}|{SINCE}|{BEFORE}|{AFTER}|{UNTIL}|{BOTH}){_END}[\s,]*+){{1,8}}$"
)


def asked_time(text: str, *, language: str, now: date, has_time_before: bool = False) -> TimeSpan | None:
    """Return the days that a question asks about, or None if it names no time.

    "A year later" is a time only if a turn before it names one, to which `now` belongs.

    >>> asked_time("Berapa UMP Jakarta tahun lalu?", language="id", now=date(2025, 8, 17))
    TimeSpan(first=datetime.date(2024, 1, 1), last=datetime.date(2024, 12, 31), role='event')
    """
    folded, mentions = _mentions(text, language=language, now=now)
    if not has_time_before:
        mentions = [one for one in mentions if not _is_after_another(folded, one)]
    if not mentions:
        return None
    mentions = _with_days_of_years(mentions)
    # In "22 Desember dan 18 Desember 2005", the year of the first day is not the present one.
    mentions = [one for one in mentions if one.has_year] or mentions
    firsts, lasts = [one.first for one in mentions], [one.last for one in mentions]
    span = TimeSpan(
        first=None if None in firsts else min(filter(None, firsts)),
        last=None if None in lasts else max(filter(None, lasts)),
        is_any_year=not mentions[0].has_year and firsts == lasts,
    )
    if len(mentions) > 1 and None in firsts + lasts:
        span = _intersection(mentions)
    return replace(span, role="publication") if _is_reported(folded, mentions) else span


def _is_after_another(folded: str, mention: TimeMention) -> bool:
    place = (mention.start, mention.end)
    return bool(_AFTER_ANOTHER.search(folded, *place) or _YEARS_LATER.search(folded, *place))


def _mentions(text: str, *, language: str, now: date) -> tuple[str, list[TimeMention]]:
    """Return the folded text with times in their usual spelling, and the times."""
    folded = fold(without_people(text, language=language))
    folded, _ = in_usual_spelling(folded, range(len(folded) + 1), now=now)
    return folded, find_times(folded, language, now)


def _mentions_with_places(text: str, *, language: str, now: date) -> tuple[str, list[int], list[TimeMention]]:
    """Return what `_mentions` does, and in between the places of the folded characters in `text`."""
    folded, places = _folded_with_places(without_people(text, language=language))
    folded, places = in_usual_spelling(folded, places, now=now)
    return folded, places, find_times(folded, language, now)


def names_no_year(text: str, *, language: str, now: date) -> bool:
    """Whether a text names days or months, but no year: "Kalau Maret?".

    >>> names_no_year("Kalau Maret?", language="id", now=date(2025, 8, 17))
    True
    """
    _, mentions = _mentions(text, language=language, now=now)
    return bool(mentions) and not any(mention.has_year for mention in mentions)


def day_referred_to(text: str, time_before: TimeSpan | None) -> date | None:
    """Return the day to which "the year before" or "the year after" is relative: an end of the time before.

    None if the text has no such words, or if the time before has no such end.

    >>> day_referred_to("Tahun sebelumnya?", TimeSpan(first=date(2022, 1, 1), last=date(2022, 12, 31)))
    datetime.date(2022, 1, 1)
    """
    if time_before is None or time_before.is_any_year:
        return None
    day = time_before.last or time_before.first
    if day is None:
        return None
    folded = fold(text)
    usual, _ = in_usual_spelling(folded, range(len(folded) + 1), now=day)
    folded = f"{folded} {usual}"
    if _word_pattern(BEFORE_THAT).search(folded) or _YEARS_EARLIER.search(folded):
        return time_before.first
    is_after = _word_pattern(AFTER_THAT).search(folded) or _YEARS_LATER.search(folded)
    return time_before.last if is_after else None


def without_time(text: str, *, language: str, now: date) -> str:
    """Return a question without the times that it names, and without the words around them.

    >>> without_time("Berapa UMP Jakarta pada tahun 2022?", language="id", now=date(2025, 8, 17))
    'Berapa UMP Jakarta?'
    """
    folded, places, mentions = _mentions_with_places(text, language=language, now=now)
    kept, kept_until = text, len(folded)
    for mention in reversed(mentions):
        start = _start_of_phrase(folded, mention.start)
        start = _start_of_source(folded, start)
        behind = _FILLER_BEHIND.match(folded, mention.end)
        end = behind.end() if behind else mention.end
        if start < mention.start and (source := _NEWS_BEHIND.match(folded, mention.end)):
            end = source.end()
        end = min(end, kept_until)  # the words between two times may belong to both
        kept, kept_until = kept[: places[start]] + kept[places[end] :], start
    return _tidied(kept)


def _tidied(text: str) -> str:
    """Remove the white space and the comma that words left behind."""
    text = re.sub(r"(?<!\s)\s++([?？؟।.,!])", r"\1", text)
    return re.sub(r"\s{2,}", " ", text).strip(" ,，、،")


def without_recency(text: str) -> str:
    """Return a question without the words that ask for the newest.

    >>> without_recency("Apa kabar terbaru tentang banjir?")
    'Apa kabar tentang banjir?'
    """
    return _without(text, RECENT)


def without_present(text: str) -> str:
    """Return a question without the words that ask for the present.

    >>> without_present("Berapa UMP Jakarta sekarang?")
    'Berapa UMP Jakarta?'
    """
    return _without(text, _NOW)


def _without(text: str, words: str) -> str:
    folded, places = _folded_with_places(text)
    for match in reversed(list(_word_pattern(words).finditer(folded))):
        start = _start_of_source(folded, match.start())
        text = text[: places[start]] + text[places[match.end()] :]
    return _tidied(text)


def time_phrase(text: str, *, language: str, now: date) -> str:
    """Return the words with which a question names its times, as they are written.

    >>> time_phrase("Bagaimana dengan tahun 2023?", language="id", now=date(2025, 8, 17))
    'tahun 2023'
    """
    folded, places, mentions = _mentions_with_places(text, language=language, now=now)
    if not mentions:
        return ""
    start = _start_of_phrase(folded, mentions[0].start)
    return text[places[start] : places[mentions[-1].end]].strip()


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the place in `text`; the end has one, too."""
    pieces = [fold(sign) for sign in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), [*places, len(text)]


def asks_for_recent(text: str) -> bool:
    """Whether a question asks for the newest articles.

    >>> asks_for_recent("Apa kabar terbaru tentang banjir?"), asks_for_recent("最新の状況は？")
    (True, True)
    """
    return _word_pattern(RECENT).search(fold(text)) is not None


def _with_days_of_years(mentions: list[TimeMention]) -> list[TimeMention]:
    """Return a day without a year and a year as one day: "17 Agustus tahun lalu"."""
    if len(mentions) != 2 or mentions[0].has_year == mentions[1].has_year:
        return mentions
    year, day = sorted(mentions, key=lambda one: not one.has_year)
    if not (day.first and day.first == day.last and year.first and year.last):
        return mentions
    is_year = year.last - year.first >= timedelta(days=364) and year.last.year == year.first.year
    if not is_year or (day.first.month, day.first.day) == (2, 29):
        return mentions
    exact = day.first.replace(year=year.first.year)
    return [replace(day, first=exact, last=exact, has_year=True)]


def asks_for_now(text: str) -> bool:
    """Whether a text asks for the present: "kalau sekarang?", "and now?".

    >>> asks_for_now("Kalau sekarang?"), asks_for_now("Kalau 2023?")
    (True, False)
    """
    return _word_pattern(_NOW).search(fold(text)) is not None


def _intersection(mentions: Sequence[TimeMention]) -> TimeSpan:
    """Return the days that two open spans have in common, as in "since 2019 until 2021"."""
    first = max((one.first for one in mentions if one.first), default=None)
    last = min((one.last for one in mentions if one.last), default=None)
    if first and last and first > last:
        first, last = None, None
    return TimeSpan(first=first, last=last)


def _is_reported(folded: str, mentions: Sequence[TimeMention]) -> bool:
    """Whether a question names the time at which something was reported ("berita tahun 2021")."""
    for mention in mentions:
        start = _start_of_phrase(folded, mention.start)
        behind = (_NEWS_BEHIND, _NEWS_OF_TIME)
        if search_before(_NEWS_BEFORE, folded, start) or any(
            news.match(folded, mention.end) for news in behind
        ):
            return True
    return False


def _start_of_source(folded: str, start: int) -> int:
    """Return the start of words such as "menurut berita" before a time, or `start` if there are none."""
    found = search_before(_SOURCE, folded, start)
    return found.start() if found else start


def _start_of_phrase(folded: str, start: int) -> int:
    """Return the start of the words before a time that only lead to it, such as "pada tahun"."""
    found = search_before(_LEADING_WORDS, folded, start)
    return found.start() if found else start


@functools.lru_cache(maxsize=8)
def _word_pattern(words: str) -> re.Pattern[str]:
    return re.compile(bounded(words))
