"""Decides whether only evidence of another time answers a question, and says which times there are."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from rag.answering.refusal import Assessment
from rag.datatypes import Hit
from rag.reply_texts import OTHER_TIMES, in_language, refusal_sentence
from rag.search.retrieval import SearchResult
from rag.search.time_fit import years_of
from rag.text.languages import written_words
from rag.text.locales import reply_locale
from rag.understood import TimeSpan
from rag.verification.facts.lexicon import fold

# Evidence of other times that is this much less likely to answer than the best is on another subject.
_SAME_SUBJECT = 2.0

# How many times higher the odds of evidence of another time must be, if that of the asked time does not
# answer, and if it may answer.
_BETTER = 2.0
_MUCH_BETTER = 5.0

# The share of their words that two reports of one series have in common at least.
_SAME_REPORT = 0.6

_LONGEST_LIST = 6
_YEAR = timedelta(days=364)
_MONTH = timedelta(days=27)


def evidence_of_other_times(
    found: SearchResult, *, assess: Callable[[SearchResult], Assessment | None]
) -> SearchResult | None:
    """Return the evidence of other times if only it answers a question.

    `assess` assesses the first hit, or returns None if no model has read it. Without a cross-encoder, any hit
    of the asked time counts as an answer.
    """
    if not found.other_times:
        return None
    others = replace(found, hits=list(found.other_times), other_times=())
    if not found.hits:
        own = None
    elif (own := assess(found)) is None:
        return None
    if any(_is_same_report(hit, others.hits[0]) for hit in found.hits):
        return None
    of_others = assess(others)
    if of_others is None:
        return None if found.hits else others
    return others if _is_better(of_others, own) else None


def _is_better(of_others: Assessment, own: Assessment | None) -> bool:
    """Whether evidence of other times answers, and that of the asked time does not or is far less likely to.

    Then a hit of the asked time is on another subject.
    """
    if own is None or not own.is_relevant:
        return of_others.is_relevant
    ratio = _odds(of_others.probability) / _odds(own.probability)
    return of_others.is_answer and ratio > (_MUCH_BETTER if own.is_answer else _BETTER)


def _is_same_report(hit: Hit, other: Hit) -> bool:
    """Whether two hits say the same with other names and figures, as the monthly reports of an office do."""
    words, of_other = (set(written_words(fold(one.text))) for one in (hit, other))
    return len(words & of_other) >= _SAME_REPORT * len(words | of_other)


def _odds(probability: float) -> float:
    return max(1e-9, probability) / max(1e-9, 1 - probability)


def other_time_refusal(others: SearchResult, span: TimeSpan | None, *, language: str) -> str:
    """Return the refusal that names the times of the evidence that there is."""
    times = _covered(_on_the_subject(others), span, language=language)
    return f"{refusal_sentence(language)} {in_language(OTHER_TIMES, language).format(times=times)}"


def _on_the_subject(others: SearchResult) -> list[Hit]:
    relevance = {
        hit.passage_id: others.readings[hit.passage_id].relevance
        for hit in others.hits
        if hit.passage_id in others.readings
    }
    best = max(relevance.values(), default=0.0)
    return [hit for hit in others.hits if relevance.get(hit.passage_id, best) >= best - _SAME_SUBJECT]


def _covered(hits: Sequence[Hit], span: TimeSpan | None, *, language: str) -> str:
    """Return the years of hits, or their months or days if the span is shorter.

    Three or more years in a row are shown as a range.
    """
    locale = reply_locale(language)
    days = sorted({hit.published_at.date() for hit in hits if hit.published_at})
    length = span.last - span.first if span and span.first and span.last else _YEAR
    if span is None or length >= _YEAR or not days:
        shown = _ranges(sorted({year for hit in hits for year in years_of(hit)}))
    elif length >= _MONTH:
        shown = [format_skeleton("yMMMM", day, locale=locale) for day in _nearest(days, span)]
    else:
        shown = [format_date(day, "long", locale=locale) for day in _nearest(days, span)]
    return format_list(list(dict.fromkeys(shown)), locale=locale)


def _nearest(days: Sequence[date], span: TimeSpan) -> list[date]:
    middle = span.first or span.last or days[-1]
    return sorted(sorted(days, key=lambda day: abs(day - middle))[:_LONGEST_LIST])


def _ranges(years: Sequence[int]) -> list[str]:
    """Return years, with three or more in a row as a range.

    >>> _ranges([2019, 2021, 2022, 2023, 2025, 2026])
    ['2019', '2021–2023', '2025', '2026']
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    shown = [[f"{run[0]}–{run[-1]}"] if len(run) > 2 else list(map(str, run)) for run in runs]
    return [text for texts in shown for text in texts]
