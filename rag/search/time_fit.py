"""Tells whether a hit is evidence for the time that a question asks about.

Evidence fits if its sentence, title or heading gives that time, or if its article was published then. A date
in a text is resolved against the day on which its article appeared, so that "Senin (3/6)" has a year.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.datatypes import Hit
from rag.text.calendars import gregorian_year, plausible_day
from rag.text.languages import sentence_spans
from rag.understood import TimeSpan
from rag.verification.facts.dates import DateMention, Day, find_dates
from rag.verification.facts.lexicon import alternatives, fold
from rag.verification.facts.time_forms import last_day, months_of, parts_of_years

# How well a hit fits, from the best.
OF_THE_TIME = 1  # published then, or announced before
MENTIONS_THE_TIME = 2  # published at another time, but its words give the time
LOOKS_AHEAD = 3  # published then, but its words are about a later time
LOOKS_BACK = 3  # published then, but it reports on the month, quarter or week before
UNKNOWN = 4  # neither the article nor its words have a date

# An article may report an event of one day a little later without naming the day.
REPORTED_WITHIN = timedelta(days=2)

# The figures of such a period appear soon after its end. With a year, a text more often makes a comparison.
_LONGEST_REPORTED = timedelta(days=100)
_SAME_LENGTH = timedelta(days=3)

_YEAR = re.compile(r"(?<![\d.,/])(?:1[89]|20)\d\d(?!\d|[.,]\d|%)")
_THAI_YEAR = re.compile(r"(?<![\d.,/])(?:1[89]|20|2[45])\d\d(?!\d|[.,]\d|%)")

# "In May" is a month although "may" is another word, too. Its year is that of the article, or the one before.
_BEFORE_MONTH = "in|during|throughout|pada|sepanjang|selama|dalam|bulan"
_OF_A_YEAR = r"\d|last|next|this|of|tahun|lalu|lepas|depan"
_MAXIMUM_AHEAD = timedelta(days=60)

_Time = tuple[date, date]


@dataclass(frozen=True)
class TimeFit:
    """How well a hit fits, and which of its sentences may be evidence; None means all of them."""

    grade: int
    sentences: tuple[bool, ...] | None = None


def time_fit(hit: Hit, span: TimeSpan, *, lead: Sequence[tuple[date, date]] = ()) -> TimeFit | None:
    """Return how well a hit fits the days of `span`, or None if it is evidence of another time.

    If `lead`, the times of the first passage of its article, says that the article reports on the month
    before, a passage without a time is of that month.
    """
    published = hit.published_at.date() if hit.published_at else None
    title = times_of("\n".join(hit.topics), language=hit.language, published=published)
    texts = [hit.text[start:end] for start, end in sentence_spans(hit.text, language=hit.language)]
    sentences = [times_of(text, language=hit.language, published=published) for text in texts]
    stated = [*title, *(time for times in sentences for time in times)]
    is_stated = any(_gives(time, span) for time in stated)
    reported = None if published is None else _reported_period(stated or lead, published)
    if published is not None and _gives((published, published), span):
        if reported is not None and _is_before(reported, span):
            return TimeFit(LOOKS_BACK)
        is_later = any(_is_after(time, span) and time[0] > published for time in stated)
        return TimeFit(LOOKS_AHEAD if is_later and not is_stated else OF_THE_TIME)
    if is_stated:
        is_announced = published is not None and span.first is not None and published < span.first
        grade = OF_THE_TIME if is_announced or published is None else MENTIONS_THE_TIME
        return TimeFit(grade, _in_force(title, sentences, span))
    is_of_report = reported is not None and not stated and _gives(reported, span)
    if is_of_report or (published is not None and _is_reported_soon_after(published, span)):
        return TimeFit(MENTIONS_THE_TIME)
    return TimeFit(UNKNOWN) if published is None and not stated else None


def times_of(text: str, *, language: str, published: date | None) -> list[tuple[date, date]]:
    """Return the first and last days of the days, months, quarters and years that a text gives.

    "Last year" is left out, because it says what something is compared with.
    """
    folded, published = fold(text), plausible_day(published)
    quarters = [
        span
        for pattern, span_of in parts_of_years()
        for match in pattern.finditer(folded)
        if (published or re.search(r"\d{4}", match[0])) and (span := span_of(match, published or date.max))
    ]
    dates, rest = find_dates(folded, language=language, reference=published)
    days = [time for mention in dates for time in _times_of_mention(mention, published)]
    months = [] if published is None else _lone_months(folded, language=language, published=published)
    return [*quarters, *days, *months, *_years(rest, _THAI_YEAR if language == "th" else _YEAR)]


def _lone_months(folded: str, *, language: str, published: date) -> Iterator[_Time]:
    """Return the months without a year that stand behind a word such as "in"."""
    numbers = months_of(language)
    for match in _lone_month(language).finditer(folded):
        month = numbers[match["month"]]
        is_ahead = date(published.year, month, 1) > published + _MAXIMUM_AHEAD
        year = published.year - is_ahead
        yield date(year, month, 1), last_day(year, month)


@functools.cache
def _lone_month(language: str) -> re.Pattern[str]:
    names = alternatives(months_of(language))
    return re.compile(rf"(?<!\w)(?:{_BEFORE_MONTH}) (?P<month>{names})(?![\w.-])(?! (?:{_OF_A_YEAR}))")


def times_of_hit(hit: Hit) -> list[tuple[date, date]]:
    """Return the times that the title, the headings and the text of a hit give."""
    published = hit.published_at.date() if hit.published_at else None
    return times_of("\n".join([*hit.topics, hit.text]), language=hit.language, published=published)


def years_of(hit: Hit) -> set[int]:
    """Return the years that a hit is of: its article's, or without one, those that its words give."""
    if hit.published_at:
        return {hit.published_at.year}
    stated = times_of("\n".join([*hit.topics, hit.text]), language=hit.language, published=None)
    return {first.year for first, _ in stated}


def _reported_period(times: Sequence[_Time], published: date) -> _Time | None:
    """Return the period before its publication on which a text with these times reports, such as a month.

    None if the text also gives a time since then, other than the day of the report.
    """
    latest = max((time for time in times if not _is_day_of_report(time, published)), default=None)
    if latest is None or not timedelta(0) < latest[1] - latest[0] < _LONGEST_REPORTED:
        return None
    delay = published - latest[1]
    return latest if timedelta(0) < delay <= latest[1] - latest[0] + _SAME_LENGTH else None


def _is_day_of_report(time: _Time, published: date) -> bool:
    return time[0] == time[1] and abs(published - time[0]) <= REPORTED_WITHIN


def _in_force(
    title: Sequence[_Time], sentences: Sequence[Sequence[_Time]], span: TimeSpan
) -> tuple[bool, ...]:
    """Return which sentences are of the time. One without a date is of the time of the sentence before."""
    current = any(_gives(time, span) for time in title)
    fitting = []
    for times in sentences:
        if times:
            current = any(_gives(time, span) for time in times)
        fitting.append(current)
    return tuple(fitting)


def _times_of_mention(mention: DateMention, published: date | None) -> Iterator[_Time]:
    if not mention.days and mention.weekday is not None and published is not None:
        day = published - timedelta(days=(published.weekday() - mention.weekday) % 7)
        yield day, day
    for time in map(_days_of, mention.days[:1]):
        if time is not None and (not mention.is_soft or _is_exact_or_ahead(time, published)):
            yield time


def _is_exact_or_ahead(time: _Time, published: date | None) -> bool:
    """Whether a relative time is what a text is about: "yesterday" and "next year", but not "last year"."""
    return time[0] == time[1] or (published is not None and time[0] > published)


def _years(rest: str, pattern: re.Pattern[str]) -> Iterator[_Time]:
    for match in pattern.finditer(rest):
        year = gregorian_year(int(match[0]))
        yield date(year, 1, 1), date(year, 12, 31)


def _days_of(day: Day) -> _Time | None:
    if day.year is None:
        return None
    if day.month is None:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if day.day is None:
        return date(day.year, day.month, 1), last_day(day.year, day.month)
    exact = date(day.year, day.month, day.day)
    return exact, exact


def _gives(time: _Time, span: TimeSpan) -> bool:
    """Whether a time lies in the span at least in part; a whole year says nothing about one of its months."""
    first, last = time
    if span.is_any_year and span.first and (first.month, first.day) == (span.first.month, span.first.day):
        return True
    if span.first and span.last and last - first > span.last - span.first:
        return False
    return (span.first is None or last >= span.first) and (span.last is None or first <= span.last)


def _is_after(time: _Time, span: TimeSpan) -> bool:
    return span.last is not None and time[0] > span.last


def _is_before(period: _Time, span: TimeSpan) -> bool:
    """Whether a period of about the length of the span lies before it."""
    if span.first is None or span.last is None or period[1] >= span.first:
        return False
    return abs((span.last - span.first) - (period[1] - period[0])) <= _SAME_LENGTH


def _is_reported_soon_after(published: date, span: TimeSpan) -> bool:
    return span.first == span.last and span.last is not None and _is_within(published - span.last)


def _is_within(delay: timedelta) -> bool:
    return timedelta(0) < delay <= REPORTED_WITHIN
