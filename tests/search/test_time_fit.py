"""Whether a passage is evidence for the time that a question asks about."""

from datetime import date, datetime

import pytest

from rag.datatypes import Hit
from rag.search.time_fit import (
    LOOKS_AHEAD,
    LOOKS_BACK,
    MENTIONS_THE_TIME,
    OF_THE_TIME,
    UNKNOWN,
    TimeFit,
    time_fit,
    times_of,
    times_of_hit,
    years_of,
)
from rag.understood import TimeSpan


def hit(text: str, *, published: str | None, title: str = "", language: str = "id") -> Hit:
    time = datetime.fromisoformat(f"{published}T08:00:00+07:00") if published else None
    return Hit(
        rank=1,
        score=1.0,
        source="hybrid",
        passage_id=1,
        article_id="a",
        article_version="v",
        title=title,
        url=None,
        outlet=None,
        author=None,
        published_at=time,
        language=language,
        paragraph=1,
        start=0,
        end=len(text),
        text=text,
    )


def year(number: int) -> TimeSpan:
    return TimeSpan(first=date(number, 1, 1), last=date(number, 12, 31))


@pytest.mark.parametrize(
    ("text", "published", "grade"),
    [
        ("Upah naik menjadi 4,6 juta.", "2022-01-05", OF_THE_TIME),
        ("Upah naik dari 4,4 juta pada 2021.", "2022-01-05", OF_THE_TIME),
        ("Upah 2022 ditetapkan 4,6 juta.", "2021-11-22", OF_THE_TIME),
        ("Upah 2022 adalah 4,6 juta.", None, OF_THE_TIME),
        ("Upah pada 2022 hanya 4,6 juta.", "2024-01-08", MENTIONS_THE_TIME),
        ("Upah 2023 ditetapkan 4,9 juta.", "2022-11-21", LOOKS_AHEAD),
        ("Upah naik.", None, UNKNOWN),
        ("Upah naik menjadi 4,9 juta.", "2023-01-03", None),
        ("Upah naik dibanding tahun lalu.", "2023-01-03", None),
        ("Upah 2023 adalah 4,9 juta.", None, None),
    ],
)
def test_the_grade_of_a_passage_for_2022(text: str, published: str | None, grade: int | None) -> None:
    fit = time_fit(hit(text, published=published), year(2022))
    assert (fit and fit.grade) == grade


def test_only_sentences_of_the_time_are_evidence() -> None:
    text = "Pada 2021 upah 4,4 juta. Pada 2022 upah 4,6 juta. Buruh menolak. Pada 2023 upah 4,9 juta."
    fit = time_fit(hit(text, published="2024-01-08"), year(2022))
    assert fit == TimeFit(MENTIONS_THE_TIME, (False, True, True, False))


def test_a_title_gives_the_time_of_its_sentences() -> None:
    fit = time_fit(hit("Upah ditetapkan.", published="2021-11-22", title="Upah 2022"), year(2022))
    assert fit == TimeFit(OF_THE_TIME, (True,))


def test_a_year_says_nothing_about_one_of_its_months() -> None:
    march = TimeSpan(first=date(2022, 3, 1), last=date(2022, 3, 31))
    assert time_fit(hit("Upah 2022 ditetapkan.", published="2021-11-22"), march) is None
    assert time_fit(hit("Pada Maret 2022 upah naik.", published="2023-11-22"), march) is not None


AUGUST = TimeSpan(first=date(2025, 8, 1), last=date(2025, 8, 31))


@pytest.mark.parametrize(
    ("text", "published", "grade"),
    [
        ("Inflasi pada Juli 0,41 persen.", "2025-08-01", LOOKS_BACK),
        ("Inflasi pada Juli 0,41 persen, kata BPS, Jumat (1/8).", "2025-08-01", LOOKS_BACK),
        ("Inflasi pada Juli 0,41 persen, dan pada 12 Agustus harga naik.", "2025-08-20", OF_THE_TIME),
        ("Inflasi 2024 mencapai 1,6 persen.", "2025-08-20", OF_THE_TIME),
        ("Harga naik.", "2025-08-20", OF_THE_TIME),
        ("Inflasi pada Agustus 0,09 persen.", "2025-09-01", MENTIONS_THE_TIME),
        ("Inflasi pada Agustus 0,09 persen, turun dari Juli.", "2025-09-01", MENTIONS_THE_TIME),
        ("Inflasi pada September 0,33 persen.", "2025-10-01", None),
    ],
)
def test_a_report_of_the_month_before_is_of_that_month(text: str, published: str, grade: int | None) -> None:
    fit = time_fit(hit(text, published=published), AUGUST)
    assert (fit and fit.grade) == grade


@pytest.mark.parametrize(
    ("lead", "published", "grade"),
    [
        ("Inflasi pada Juli 0,41 persen.", "2025-08-01", LOOKS_BACK),
        ("Inflasi pada Agustus 0,09 persen.", "2025-09-01", MENTIONS_THE_TIME),
        ("Gempa pada Agustus merusak 6.730 rumah.", "2025-11-01", None),
        ("Harga naik.", "2025-09-01", None),
    ],
)
def test_a_passage_without_a_time_is_of_the_month_of_its_report(
    lead: str, published: str, grade: int | None
) -> None:
    times = times_of_hit(hit(lead, published=published))
    fit = time_fit(hit("Penyumbang terbesar ialah beras.", published=published), AUGUST, lead=times)
    assert (fit and fit.grade) == grade


def test_a_report_of_a_month_says_nothing_against_the_day_or_the_year_of_its_publication() -> None:
    report = hit("Inflasi pada Juli 0,41 persen.", published="2025-08-01")
    for span in (TimeSpan(first=date(2025, 8, 1), last=date(2025, 8, 1)), year(2025)):
        assert time_fit(report, span) == TimeFit(OF_THE_TIME)


def test_a_day_may_be_reported_soon_after() -> None:
    day = TimeSpan(first=date(2024, 3, 6), last=date(2024, 3, 6))
    assert time_fit(hit("Banjir merendam kota.", published="2024-03-07"), day) is not None
    assert time_fit(hit("Banjir merendam kota pada Rabu (6/3).", published="2024-03-20"), day) is not None
    assert time_fit(hit("Banjir merendam kota.", published="2024-03-20"), day) is None


def test_a_day_without_a_year_fits_in_any_year() -> None:
    days = TimeSpan(first=date(2024, 3, 6), last=date(2024, 3, 6), is_any_year=True)
    assert time_fit(hit("Banjir pada Rabu (6/3).", published="2019-03-08"), days) is not None
    assert time_fit(hit("Banjir pada Jumat (8/3).", published="2019-03-09"), days) is None


def test_an_open_span_takes_all_that_is_later() -> None:
    since = TimeSpan(first=date(2023, 3, 1), last=None)
    assert time_fit(hit("Naik.", published="2024-01-01"), since) == TimeFit(OF_THE_TIME)
    assert time_fit(hit("Naik.", published="2023-02-28"), since) is None


def test_a_quarter_is_a_time_of_a_text() -> None:
    found = times_of("Ekonomi tumbuh pada kuartal II 2023.", language="id", published=date(2023, 8, 7))
    assert (date(2023, 4, 1), date(2023, 6, 30)) in found


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("en", "It sold 40 cars in May, it said.", date(2025, 5, 1)),
        ("ms", "sepanjang Jun, kata pengendali", date(2025, 6, 1)),
        ("id", "Kasus pada Mei turun.", date(2025, 5, 1)),
        ("en", "in December", date(2024, 12, 1)),
        ("en", "in May last year", None),
        ("en", "Theresa May may resign.", None),
    ],
)
def test_a_month_behind_a_word_for_it_is_a_time(language: str, text: str, first: date | None) -> None:
    times = times_of(text, language=language, published=date(2025, 7, 2))
    assert [start for start, _ in times][:1] == ([first] if first else [])


def test_a_price_is_not_a_thai_year() -> None:
    assert times_of("最低工资上调至每月2560元。", language="zh-Hans", published=None) == []
    assert times_of("ในปี 2565", language="th", published=None) == [(date(2022, 1, 1), date(2022, 12, 31))]


def test_the_years_of_a_hit_are_those_of_its_article_or_its_words() -> None:
    assert years_of(hit("Naik dari 2019.", published="2024-01-01")) == {2024}
    assert years_of(hit("Naik dari 2019.", published=None)) == {2019}


@pytest.mark.parametrize("published", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("text", ["tahun lalu", "kuartal II", "3 Juni", "00/05/2024", "0000-01-01"])
def test_impossible_days_give_no_error(text: str, published: date) -> None:
    assert all(first <= last for first, last in times_of(text, language="id", published=published))
