"""Times as people type them, and follow-ups that name a time alone."""

from datetime import date

import pytest

from rag.conversation.time_of_turns import with_time
from rag.conversation.times import asked_time, without_time
from rag.understood import TimeSpan
from tests.conversation.test_times import NOW, YEAR, asked, span


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "apa yg terjadi 2 hari yg lalu", "2025-08-15 2025-08-15"),
        ("id", "ump jakarta tahun kmrn brp", YEAR.format(2024)),
        ("id", "siapa bupati demak tahun '22?", YEAR.format(2022)),
        ("id", "banjir 17 Agustus tahun lalu", "2024-08-17 2024-08-17"),
        ("id", "apa yang terjadi Jumat kemarin?", "2025-08-15 2025-08-15"),
        ("id", "apa yang terjadi jum'at lalu?", "2025-08-15 2025-08-15"),
        ("id", "siapa yang menang hari Minggu lalu?", "2025-08-10 2025-08-10"),
        ("id", "penjualan semester satu 2024", "2024-01-01 2024-06-30"),
        ("ms", "apa jadi Jumaat lepas?", "2025-08-15 2025-08-15"),
        ("ms", "harga minyak minggu ni", "2025-08-11 2025-08-17"),
        ("ms", "jualan suku pertama 2024", "2024-01-01 2024-03-31"),
        ("jv", "UMP taun wingi pira?", YEAR.format(2024)),
        ("jv", "wulan kepungkur ana apa?", "2025-07-01 2025-07-31"),
        ("jv", "rong taun kepungkur", YEAR.format(2023)),
        ("su", "UMP taun kamari sabaraha?", YEAR.format(2024)),
        ("su", "aya naon poé ieu?", "2025-08-17 2025-08-17"),
        ("fil", "magkano ang sahod noong isang taon?", YEAR.format(2024)),
        ("fil", "ano ang nangyari dalawang taon na ang nakalipas?", YEAR.format(2023)),
        ("fil", "ano ang nangyari kahapon?", "2025-08-16 2025-08-16"),
        ("fil", "ilan ang kaso mula Marso?", "2025-03-01 -"),
        ("en", "what happened 2 yrs ago", YEAR.format(2023)),
        ("en", "minimum wage '98", YEAR.format(1998)),
        ("en", "what happened on June 3rd", "2025-06-03 2025-06-03"),
        ("zh-Hans", "二〇二二年最低工资", YEAR.format(2022)),
        ("zh-Hans", "22年的最低工资", YEAR.format(2022)),
        ("zh-Hans", "上周五发生了什么", "2025-08-08 2025-08-08"),
        ("ja", "おととしの大会", YEAR.format(2023)),
        ("ko", "재작년 최저임금은", YEAR.format(2023)),
        ("vi", "lương tối thiểu năm kia", YEAR.format(2023)),
        ("pt", "o que aconteceu essa semana", "2025-08-11 2025-08-17"),
        ("ar", "ماذا حدث في آذار 2023؟", "2023-03-01 2023-03-31"),
        ("ar", "ماذا حدث في اذار 2023؟", "2023-03-01 2023-03-31"),
        ("ru", "сколько случаев с марта?", "2025-03-01 -"),
        ("ru", "сколько случаев в 2022-м", YEAR.format(2022)),
    ],
)
def test_times_as_people_type_them(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected
    assert len(without_time(text, language=language, now=NOW)) < len(text)


@pytest.mark.parametrize(("language", "text"), [("en", "according to 2021 reports"), ("ko", "2021년 뉴스")])
def test_news_behind_a_year_are_about_their_publication(language: str, text: str) -> None:
    found = asked_time(text, language=language, now=NOW)
    assert found is not None
    assert found.role == "publication"


@pytest.mark.parametrize(
    ("before", "text", "query", "first"),
    [
        ("Berapa UMP Jakarta pada 2022?", "tahun sebelumnya?", "UMP Jakarta", date(2021, 1, 1)),
        ("Berapa UMP Jakarta pada 2022?", "dua tahun sebelumnya?", "UMP Jakarta", date(2020, 1, 1)),
        ("Berapa inflasi Jakarta pada Januari 2023?", "Kalau Maret?", "inflasi Jakarta", date(2023, 3, 1)),
        ("Berapa UMP Jakarta pada 2022?", "kalau sekarang?", "UMP Jakarta", None),
        ("Berapa UMP Jakarta pada 2022?", "yang terbaru?", "UMP Jakarta", None),
    ],
)
def test_a_follow_up_of_a_time_alone_keeps_the_topic(
    before: str, text: str, query: str, first: date | None
) -> None:
    timed = with_time(text, text, asked(before), language="id", now=NOW)
    assert query in timed.query
    assert "2022" not in timed.query
    assert (timed.time and timed.time.first) == first


def test_the_topic_stays_over_several_follow_ups_of_a_time_alone() -> None:
    turns = asked("Berapa UMP Jakarta pada 2023?", "tahun sebelumnya?", "makasih")
    timed = with_time("kalau tahun lalu?", "kalau tahun lalu?", turns, language="id", now=NOW)
    assert timed.query.startswith("Berapa UMP Jakarta")
    assert timed.time == TimeSpan(first=date(2024, 1, 1), last=date(2024, 12, 31))
