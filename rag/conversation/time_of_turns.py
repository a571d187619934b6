"""The time of a follow-up question, which may come from the turns before it."""

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
from rag.understood import TimeSpan


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
    if time is None:
        return _timed_as_before(question, query, turns, language=language, now=now)
    if not meaningful_words(without_time(question, language=language, now=now)):
        topic = _question_before(turns, language=language, now=now)
        if topic is not None:
            phrase = time_phrase(question, language=language, now=now)
            return TimedQuery(f"{topic} {phrase}?", time)
    if query == question and not follows_up(question, turns):
        return TimedQuery(query, time)
    if query.endswith(question):
        topic = without_time(query.removesuffix(question), language=language, now=now)
        return TimedQuery(f"{topic} {question}".strip(" :"), time)
    return TimedQuery(query, time)


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
        if turns[place].role != "user" or not has_topic(text):
            continue
        untimed = without_time(_without_now(text), language=language, now=now)
        if meaningful_words(untimed):
            whole = with_topic(text, before) if follows_up(text, before) else text
            return without_time(whole, language=language, now=now).rstrip(" ?？؟।.")
    return None


def _without_now(text: str) -> str:
    return without_present(without_recency(text))
