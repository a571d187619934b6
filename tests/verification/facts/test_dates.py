"""Dates by day, in the forms of many languages, resolved against the article's day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.facts.dates import Day, find_dates
from rag.verification.facts.lexicon import fold

PUBLISHED = date(2024, 6, 4)  # a Tuesday


def days(text: str, language: str, reference: date | None = PUBLISHED) -> list[tuple[Day, ...]]:
    return [mention.days for mention in find_dates(fold(text), language=language, reference=reference)[0]]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3 Juni 2024", "id"),
        ("Senin, 3 Juni", "id"),
        ("kemarin", "id"),
        ("2024-06-03", "id"),
        ("June 3, 2024", "en"),
        ("the 3rd of June 2024", "en"),
        ("Monday, June 3", "en"),
        ("yesterday", "en"),
        ("2024年6月3日", "zh-Hans"),
        ("6月3日", "zh-Hans"),
        ("昨天", "zh-Hans"),
        ("lunes 3 de junio de 2024", "es"),
        ("ngày 3 tháng 6 năm 2024", "vi"),
        ("3 มิถุนายน พ.ศ. 2567", "th"),
        ("3 يونيو 2024", "ar"),
        ("3 जून 2024", "hi"),
        ("2024년 6월 3일", "ko"),
        ("3. Juni 2024", "de"),
        ("2024/06/03", "id"),
    ],
)
def test_one_day_is_read_in_many_formats(text: str, language: str) -> None:
    assert days(text, language) == [(Day(2024, 6, 3),)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Senin (3/6)", "id", [(Day(2024, 6, 3), Day(2024, 3, 6))]),
        ("18/8/05", "id", [(Day(2005, 8, 18),)]),
        ("(18/8)", "id", [(Day(2023, 8, 18),)]),  # behind the article, not a year after most of it
        ("Mei 2003", "id", [(Day(2003, 5),)]),
        ("tahun lalu", "id", [(Day(2023),)]),
        ("bulan lalu", "id", [(Day(2024, 5),)]),
        ("it may rain in 2005", "en", []),
        ("31 Februari 2024", "id", [(Day(2024, 2),)]),
        ("skor 3/6", "id", []),
        ("skor (5/0)", "id", []),
        ("Senin (0/5)", "id", [()]),  # only the weekday
        ("0月5日", "zh-Hans", []),
        ("le 1er juin 2024", "fr", [(Day(2024, 6, 1),)]),
        ("1º giugno 2024", "it", [(Day(2024, 6, 1),)]),
        ("3–5 Juni 2024", "id", [(Day(2024, 6, 3), Day(2024, 6, 4), Day(2024, 6, 5))]),
        ("3 hingga 4 Juni 2024", "id", [(Day(2024, 6, 3), Day(2024, 6, 4))]),
        ("в июне 2024", "ru", [(Day(2024, 6),)]),
    ],
)
def test_partial_dates_are_read_as_given(text: str, language: str, expected: list[tuple[Day, ...]]) -> None:
    assert days(text, language) == expected


def test_without_the_articles_day_the_year_stays_open() -> None:
    assert days("Senin, 3 Juni", "id", None) == [(Day(None, 6, 3),)]
    assert days("kemarin", "id", None) == []


def test_the_remaining_text_contains_no_date() -> None:
    _, rest = find_dates("pada 3 juni 2024 naik 5", language="id", reference=None)
    assert rest.split() == ["pada", "naik", "5"]


@given(text=st.text(max_size=60), language=st.sampled_from(["id", "en", "zh-Hans", "ar", "th", "vi"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    for mention in find_dates(fold(text), language=language, reference=PUBLISHED)[0]:
        assert mention.days or mention.weekday is not None


@pytest.mark.parametrize("reference", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("text", ["kemarin", "3 Juni", "tahun lalu", "Senin (3/6)"])
def test_a_day_with_which_programs_say_that_they_know_none(text: str, reference: date) -> None:
    with_day, without = (
        find_dates(text.casefold(), language="id", reference=day)[0] for day in (reference, None)
    )
    assert with_day == without
