"""The time of a follow-up question, which may come from the turns before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.conversation.follow_ups import follows_up, meaningful_words, with_topic
from rag.conversation.times import asked_time, day_referred_to, time_phrase, without_time
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
    is relative to their time, and "tahun depan" to now.
    """
    now = _day_of_question(question, turns, language=language, now=now)
    time = asked_time(question, language=language, now=now)
    if time is None:
        time = asked_time(query, language=language, now=now)
        if time is None and query != question:
            time = _time_before(turns, language=language, now=now)
        return TimedQuery(query, time)
    if query == question and not follows_up(question, turns):
        return TimedQuery(query, time)
    if not meaningful_words(without_time(question, language=language, now=now)):
        topic = _question_before(turns)
        if topic is not None:
            asked = without_time(topic, language=language, now=now).rstrip(" ?？؟।.")
            phrase = time_phrase(question, language=language, now=now)
            return TimedQuery(f"{asked} {phrase}?", time)
    if query.endswith(question):
        topic = without_time(query.removesuffix(question), language=language, now=now)
        return TimedQuery(f"{topic} {question}".strip(" :"), time)
    return TimedQuery(query, time)


def _day_of_question(question: str, turns: Sequence[Turn], *, language: str, now: date) -> date:
    """Return the day to which the relative times of a question are relative."""
    return day_referred_to(question, _time_before(turns, language=language, now=now)) or now


def _time_before(turns: Sequence[Turn], *, language: str, now: date) -> TimeSpan | None:
    """Return the time of the last question that names one, back to the one that stands on its own."""
    time = None
    for place, turn in enumerate(turns):
        if turn.role == "user":
            day = day_referred_to(turn.text, time) or now
            own = asked_time(turn.text, language=language, now=day)
            if own is not None or not follows_up(turn.text, turns[:place]):
                time = own
    return time


def _question_before(turns: Sequence[Turn]) -> str | None:
    """Return the question before, completed from the turns before it."""
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked:
        return None
    last, before = turns[asked[-1]].text, turns[: asked[-1]]
    return with_topic(last, before) if follows_up(last, before) else last
