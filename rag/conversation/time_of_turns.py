"""The time of a follow-up question, which may come from the turns before it."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.conversation.follow_ups import follows_up, has_topic, meaningful_words, with_topic
from rag.conversation.times import (
    asked_time,
    asks_for_now,
    asks_for_recent,
    day_referred_to,
    names_no_year,
    time_phrase,
    without_present,
    without_recency,
    without_time,
)
from rag.datatypes import Turn
from rag.text.function_words import word_set
from rag.text.languages import written_words
from rag.understood import TimeSpan

# Words before and behind a time that ask nothing: "Kalau Lebaran 2025?", "Bagaimana dengan Lebaran 2025?"
_BESIDE_TIMES = word_set(
    "kalau kalo bagaimana gimana dengan dan untuk pada saat di and what about for in at how bila pula"
    " وفي في وماذا ماذا عن وعن"
)

_DAY_OF_MONTH = re.compile(
    r"(?P<words>(?:[^\W\d]{1,10} ){0,3})(?:tanggal|tgl|tarikh|the) (?P<day>\d\d?)(?:st|nd|rd|th)?\W{0,3}"
    r"|(?:那么?|では)?\W?(?P<number>\d\d?) ?(?:hb|日|号|號)\W?(?:呢|は)?\W{0,3}"
)


@dataclass(frozen=True)
class TimedQuery:
    """The text to search for, and the time that is asked about."""

    query: str
    time: TimeSpan | None


def with_time(question: str, query: str, turns: Sequence[Turn], *, language: str, now: date) -> TimedQuery:
    """Return the completed question `query` with its time.

    A follow-up that names no time is about the time of the turns before it. The time that a follow-up names
    replaces theirs: after "UMP 2022?", "Bagaimana dengan 2023?" asks for the UMP of 2023. "Tahun berikutnya"
    is relative to their time, and "tahun depan" to now. "Kalau sekarang?" and "yang terbaru?" are of no time.
    """
    before = _time_before(turns, language=language, now=now)
    now = _day_of_question(question, turns, before, language=language, now=now)
    time = asked_time(question, language=language, now=now, has_time_before=before is not None)
    topic = _question_before(turns, language=language, now=now)
    if time is None and topic is not None and (day := _day_in_month_of(question, before)):
        return TimedQuery(f"{topic} {day.first}?", day)
    if time is None:
        return _timed_as_before(question, query, turns, language=language, now=now)
    if topic is not None and _adds_nothing(without_time(question, language=language, now=now), topic):
        phrase = time_phrase(question, language=language, now=now)
        return TimedQuery(f"{topic} {phrase}?", time)
    if query == question and not follows_up(question, turns):
        return TimedQuery(query, time)
    if query.endswith(question):
        topic = without_time(query.removesuffix(question), language=language, now=now)
        return TimedQuery(f"{topic} {question}".strip(" :"), time)
    return TimedQuery(query, time)


def _day_in_month_of(question: str, before: TimeSpan | None) -> TimeSpan | None:
    """Return the day that a turn such as "Kalau tanggal 13?" asks about, in the month of the time before."""
    number = _day_of_month(question)
    if number is None or before is None or before.first is None or before.last is None:
        return None
    first = before.first
    is_in_month = (first.year, first.month) == (before.last.year, before.last.month)
    if not is_in_month or not 1 <= number <= calendar.monthrange(first.year, first.month)[1]:
        return None
    day = first.replace(day=number)
    return TimeSpan(first=day, last=day)


def _day_of_month(text: str) -> int | None:
    """Return the day that a turn such as "Kalau tanggal 13?" names without a month."""
    found = _DAY_OF_MONTH.fullmatch(text.strip().casefold())
    if found is None or not _BESIDE_TIMES.issuperset((found["words"] or "").split()):
        return None
    return int(found["day"] or found["number"])


def _adds_nothing(text: str, topic: str) -> bool:
    """Whether the words of a turn beside its time only repeat those of the question before it."""
    if not meaningful_words(text):
        return True
    repeated = {word.casefold() for word in written_words(topic)} | _BESIDE_TIMES
    return all(word.casefold() in repeated for word in written_words(text))


def _timed_as_before(
    question: str, query: str, turns: Sequence[Turn], *, language: str, now: date
) -> TimedQuery:
    """Return a question that names no time with the time of the turns before it, unless it asks for now."""
    asks_anew = asks_for_now(question) or asks_for_recent(question)
    if query == question and not (asks_anew and turns):
        return TimedQuery(query, asked_time(query, language=language, now=now))
    if asks_anew:
        topic = _question_before(turns, language=language, now=now)
        if topic is not None and not meaningful_words(_without_now(question)):
            return TimedQuery(f"{topic}: {question}", None)
        if query.endswith(question):
            return TimedQuery(without_time(query, language=language, now=now), None)
        return TimedQuery(query, None)
    time = asked_time(query, language=language, now=now)
    return TimedQuery(query, time or _time_before(turns, language=language, now=now))


def _day_of_question(
    question: str, turns: Sequence[Turn], before: TimeSpan | None, *, language: str, now: date
) -> date:
    """Return the day to which the times of a question are relative.

    A month without a year is one of the year before it: after "Januari 2023", "Kalau Maret?" is of 2023.
    """
    if before and before.first and before.last and before.first.year == before.last.year < now.year:
        has_topic_word = meaningful_words(without_time(question, language=language, now=now))
        is_dependent = follows_up(question, turns) or not has_topic_word
        if is_dependent and not before.is_any_year and names_no_year(question, language=language, now=now):
            return before.last.replace(month=12, day=31)
    return day_referred_to(question, before) or now


def _time_before(turns: Sequence[Turn], *, language: str, now: date) -> TimeSpan | None:
    """Return the time of the last question that names one, back to the one that stands on its own."""
    time = None
    for place, turn in enumerate(turns):
        if turn.role == "user":
            day = day_referred_to(turn.text, time) or now
            own = asked_time(turn.text, language=language, now=day, has_time_before=time is not None)
            if own is not None or not follows_up(turn.text, turns[:place]):
                time = own
    return time


def _question_before(turns: Sequence[Turn], *, language: str, now: date) -> str | None:
    """Return the last question that asks for more than a time, completed, and without its time."""
    for place in range(len(turns) - 1, -1, -1):
        text, before = turns[place].text, turns[:place]
        if turns[place].role != "user" or not has_topic(text) or _day_of_month(text):
            continue
        untimed = without_time(_without_now(text), language=language, now=now)
        if meaningful_words(untimed):
            whole = with_topic(text, before) if follows_up(text, before) else text
            return without_time(whole, language=language, now=now).rstrip(" ?？؟।.")
    return None


def _without_now(text: str) -> str:
    return without_present(without_recency(text))
