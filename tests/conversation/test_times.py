"""The times that questions name, in many languages, and those that they do not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.time_of_turns import with_time
from rag.conversation.times import asked_time, asks_for_recent, without_recency, without_time
from rag.datatypes import Turn
from rag.understood import TimeSpan
from rag.verification.facts.time_forms import alternatives_of
from rag.verification.facts.time_words import WORDS

NOW = date(2025, 8, 17)  # a Sunday


def span(text: str, language: str = "id") -> str | None:
    """Return the first and the last day; a dash stands for an open end."""
    found = asked_time(text, language=language, now=NOW)
    return f"{found.first or '-'} {found.last or '-'}" if found else None


YEAR = "{0}-01-01 {0}-12-31"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "Berapa UMP Jakarta pada 2022?", YEAR.format(2022)),
        ("id", "Berapa UMP Jakarta tahun lalu?", YEAR.format(2024)),
        ("id", "Berapa UMP dua tahun lalu?", YEAR.format(2023)),
        ("id", "Apa yang terjadi minggu ini di Bandung?", "2025-08-11 2025-08-17"),
        ("id", "Apa yang terjadi bulan lalu?", "2025-07-01 2025-07-31"),
        ("id", "Apa yang terjadi kemarin?", "2025-08-16 2025-08-16"),
        ("id", "Siapa yang menang Senin lalu?", "2025-08-11 2025-08-11"),
        ("id", "Berapa kasus sejak Maret?", "2025-03-01 -"),
        ("id", "Berapa kasus sejak Maret 2023?", "2023-03-01 -"),
        ("id", "Berapa kasus pada Desember?", "2024-12-01 2024-12-31"),
        ("id", "Apa yang terjadi pada Mei?", "2025-05-01 2025-05-31"),
        ("id", "Apa yang terjadi 3 Juni 2024?", "2024-06-03 2024-06-03"),
        ("id", "Apa yang terjadi 22-26 Agustus 2005?", "2005-08-22 2005-08-26"),
        ("id", "Apa kata saksi pada 22 Desember tentang 18 Desember 2005?", "2005-12-18 2005-12-18"),
        ("id", "Apa yang dilaporkan antara Januari dan Maret 2023?", "2023-01-01 2023-03-31"),
        ("id", "Berapa pertumbuhan kuartal II 2023?", "2023-04-01 2023-06-30"),
        ("id", "Berapa pertumbuhan pada triwulan ketiga tahun 2023?", "2023-07-01 2023-09-30"),
        ("id", "Berapa penjualan semester I 2024?", "2024-01-01 2024-06-30"),
        ("id", "Berapa UMP sebelum 2020?", "- 2019-12-31"),
        ("id", "Berapa UMP setelah tahun 2020?", "2021-01-01 -"),
        ("id", "Berapa kasus dalam 5 tahun terakhir?", "2020-08-17 2025-08-17"),
        ("id", "Maret tahun lalu apa yang terjadi?", "2024-03-01 2024-03-31"),
        ("id", "Siapa juara 2019/2020?", "2019-01-01 2020-12-31"),
        ("id", "Bandingkan UMP 2021 dan 2022.", "2021-01-01 2022-12-31"),
        ("id", "Apa yang terjadi pada Senin, 3 Juni 2024?", "2024-06-03 2024-06-03"),
        ("id", "Apa yang terjadi pada Senin 3 Juni?", "2025-06-03 2025-06-03"),
        ("id", "Apa yang terjadi pada Senin (3/6)?", "2025-06-03 2025-06-03"),
        ("id", "Apa yang terjadi 17/8/2025?", "2025-08-17 2025-08-17"),
        ("id", "Berapa penjualan paruh pertama 2024?", "2024-01-01 2024-06-30"),
        ("id", "Lagu apa yang populer tahun 80-an?", "1980-01-01 1989-12-31"),
        ("en", "What happened on Monday, June 3, 2024?", "2024-06-03 2024-06-03"),
        ("en", "How high were profits in the first half of the year?", "2025-01-01 2025-06-30"),
        ("es", "¿Qué pasó el lunes 3 de junio de 2024?", "2024-06-03 2024-06-03"),
        ("fr", "Que s'est-il passé le 14/07/2024 ?", "2024-07-14 2024-07-14"),
        ("de", "Was geschah am Montag, dem 3. Juni?", "2025-06-03 2025-06-03"),
        ("zh-Hans", "2024/06/03发生了什么", "2024-06-03 2024-06-03"),
        ("ru", "Итоги 2024 года", YEAR.format(2024)),
        ("ru", "Рост с 2015 года до 2020 года", "2015-01-01 2020-12-31"),
        ("ru", "Рост с 2015 года по 2020 год", "2015-01-01 2020-12-31"),
        ("ru", "Что произошло в марте 2024 года?", "2024-03-01 2024-03-31"),
        ("pl", "Co się stało w 2024 roku?", YEAR.format(2024)),
        ("uk", "Що сталося 2024 року?", YEAR.format(2024)),
        ("ms", "Berapakah gaji minimum tahun lepas?", YEAR.format(2024)),
        ("ms", "Apakah yang berlaku pada Mac 2023?", "2023-03-01 2023-03-31"),
        ("en", "What was the minimum wage last year?", YEAR.format(2024)),
        ("en", "What happened three years ago?", YEAR.format(2022)),
        ("en", "What happened in May?", "2025-05-01 2025-05-31"),
        ("en", "Who won in 2019–2021?", "2019-01-01 2021-12-31"),
        ("en", "Who won between 2019 and 2021?", "2019-01-01 2021-12-31"),
        ("en", "What was growth in the second quarter of 2023?", "2023-04-01 2023-06-30"),
        ("en", "What was growth in Q3 2023?", "2023-07-01 2023-09-30"),
        ("en", "Which bridge opened in the 1990s?", "1990-01-01 1999-12-31"),
        ("en", "What happened before 2020?", "- 2019-12-31"),
        ("zh-Hans", "去年最低工资是多少？", YEAR.format(2024)),
        ("zh-Hans", "前年最低工资是多少？", YEAR.format(2023)),
        ("zh-Hans", "海州市2022年的最低工资是多少？", YEAR.format(2022)),
        ("zh-Hans", "去年3月发生了什么？", "2024-03-01 2024-03-31"),
        ("zh-Hans", "海州市2023年第二季度增长多少？", "2023-04-01 2023-06-30"),
        ("zh-Hans", "今年上半年的销量", "2025-01-01 2025-06-30"),
        ("zh-Hans", "2021年到2023年的最低工资", "2021-01-01 2023-12-31"),
        ("zh-Hans", "最近三年的工资", "2022-08-17 2025-08-17"),
        ("zh-Hant", "民國111年發生什麼事？", YEAR.format(2022)),
        ("ja", "昨年の最低賃金はいくらですか？", YEAR.format(2024)),
        ("ja", "令和4年の最低賃金は？", YEAR.format(2022)),
        ("ja", "2022年の最低賃金は？", YEAR.format(2022)),
        ("ar", "كم كان الحد الأدنى للأجور في عام 2022؟", YEAR.format(2022)),
        ("ar", "كم كان الحد الأدنى للأجور سنة ٢٠٢٢؟", YEAR.format(2022)),
        ("ar", "كم كان الحد الأدنى للأجور العام الماضي؟", YEAR.format(2024)),
        ("ar", "كم كان الحد الأدنى للأجور قبل عشر سنوات؟", YEAR.format(2015)),
        ("ar", "ماذا حدث هذا الأسبوع؟", "2025-08-11 2025-08-17"),
        ("ar", "من يسافر منذ عام 2005؟", "2005-01-01 -"),
        ("es", "¿Cuál fue el salario mínimo el año pasado?", YEAR.format(2024)),
        ("es", "¿Qué pasó en marzo de 2023?", "2023-03-01 2023-03-31"),
        ("fr", "Quel était le salaire minimum l'année dernière ?", YEAR.format(2024)),
        ("de", "Wie hoch war der Mindestlohn letztes Jahr?", YEAR.format(2024)),
        ("de", "Was geschah im März 2023?", "2023-03-01 2023-03-31"),
        ("pt", "Qual foi o salário mínimo no ano passado?", YEAR.format(2024)),
        ("vi", "Lương tối thiểu năm ngoái là bao nhiêu?", YEAR.format(2024)),
        ("vi", "Lương tối thiểu năm 2022 là bao nhiêu?", YEAR.format(2022)),
        ("th", "ค่าแรงขั้นต่ำปีที่แล้วเท่าไร", YEAR.format(2024)),
        ("th", "ค่าแรงขั้นต่ำปี พ.ศ. 2565 เท่าไร", YEAR.format(2022)),
        ("ru", "Какой была минимальная зарплата в прошлом году?", YEAR.format(2024)),
        ("ru", "Какой была минимальная зарплата в 2022 году?", YEAR.format(2022)),
        ("hi", "पिछले साल न्यूनतम वेतन कितना था?", YEAR.format(2024)),
        ("ko", "작년 최저임금은 얼마였나요?", YEAR.format(2024)),
        ("ko", "올해 최저임금은?", YEAR.format(2025)),
    ],
)
def test_a_time_is_understood_relative_to_now(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Siapa presiden pertama Indonesia?"),
        ("id", "Apa isi UU Nomor 13 Tahun 2003?"),
        ("id", "Siapa juara Piala Dunia 2022?"),
        ("id", "Apa isi Peraturan 12/2019?"),
        ("id", "Berapa rumah terendam, 2000 rumah?"),
        ("id", "Apakah harganya Rp 2000?"),
        ("id", "Sejak kapan kereta itu beroperasi?"),
        ("id", "Berapa lama perjalanan 3 hari itu?"),
        ("id", "Apa target Indonesia Emas 2045?"),
        ("id", "Apa isi Perpres 5/2024?"),
        ("id", "Siapa mencetak gol di paruh kedua?"),
        ("id", "Siapa pria berusia 50-an tahun itu?"),
        ("en", "Who scored in the first half?"),
        ("en", "Why do people in their 30s move?"),
        ("en", "Which city was founded 1900 years ago?"),
        ("fr", "Pourquoi un trajet de 2 h ?"),
        ("en", "What is Agenda 2030?"),
        ("en", "Who won the 2022 World Cup?"),
        ("en", "How much lower was the sea than it is today?"),
        ("en", "Which rocket was Long March 2F?"),
        ("en", "May I ask who won?"),
        ("en", "How many days did it take?"),
        ("zh-Hans", "2022年世界杯冠军是谁？"),
        ("th", "สนามบินที่คึกคักที่สุดคือที่ใด"),
    ],
)
def test_a_number_or_a_name_is_no_time(language: str, text: str) -> None:
    assert span(text, language) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Apa kata menteri menurut berita tahun 2021?"),
        ("id", "Apa berita 2021 tentang UMP?"),
        ("en", "What was reported in news from 2021?"),
        ("zh-Hans", "根据2021年的新闻，最低工资是多少？"),
        ("ms", "Menurut laporan tahun 2021, berapakah gaji minimum?"),
        ("ar", "وفقا لأخبار عام 2021، كم الحد الأدنى للأجور؟"),
    ],
)
def test_news_of_a_time_is_about_its_publication(language: str, text: str) -> None:
    assert asked_time(text, language=language, now=NOW) == TimeSpan(
        first=date(2021, 1, 1), last=date(2021, 12, 31), role="publication"
    )


def test_a_day_without_a_year_may_be_of_any_year() -> None:
    assert asked_time("Apa yang terjadi pada 3 Juni?", language="id", now=NOW) == TimeSpan(
        first=date(2025, 6, 3), last=date(2025, 6, 3), is_any_year=True
    )


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("id", "Menurut berita tahun 2022, berapa upah minimum?", "berapa upah minimum?"),
        ("en", "What was the wage in the second quarter of 2023?", "What was the wage?"),
        ("zh-Hans", "根据2021年的新闻，最低工资是多少？", "最低工资是多少？"),
        ("ja", "2022年の最低賃金は？", "最低賃金は？"),
        ("ru", "Каков рост экспорта с 2015 года до 2020 года в Японии?", "Каков рост экспорта в Японии?"),
        ("ru", "Каков рост экспорта в 2021 году, в 2022 году?", "Каков рост экспорта?"),
        ("ko", "2022년에 최저임금은?", "최저임금은?"),
        ("id", "Siapa juara Piala Dunia 2022?", "Siapa juara Piala Dunia 2022?"),
    ],
)
def test_a_question_can_be_asked_without_its_time(language: str, text: str, rest: str) -> None:
    assert without_time(text, language=language, now=NOW) == rest


@pytest.mark.parametrize(
    "text",
    [
        "Apa kabar terbaru banjir?",
        "latest flood news",
        "最新情况如何？",
        "最新の状況は？",
        "ما آخر أخبار الزلزال؟",
        "Berapakah gaji terkini?",
        "¿Qué es lo último sobre el sismo?",
        "Was ist die neueste Meldung?",
        "berita terupdate banjir",
        "any updates on floods",
        "what's new with the tram",
        "última hora inundación",
        "ultime notizie",
        "son haberler",
        "laatste nieuws",
        "آخر الاخبار",
        "tin mới lũ lụt",
        "pinakabagong balita",
        "Berapa inflasi Bogor terakhir?",
        "Berapa kes denggi terbaharu?",
        "ما آخر إحصاءات المتحف؟",
    ],
)
def test_the_newest_is_asked_for(text: str) -> None:
    assert asks_for_recent(text)
    assert len(without_recency(text)) < len(text)


def test_a_time_does_not_ask_for_the_newest() -> None:
    assert not asks_for_recent("Berapa UMP lima tahun terakhir?")
    assert not asks_for_recent("Siapa yang menulis surat terakhir Kartini?")


LANGUAGES = st.sampled_from(
    ["id", "ms", "en", "zh-Hans", "ja", "ar", "es", "th", "hi", "ko", "ru", "und", "sw"]
)
PIECES = st.sampled_from(
    [
        "2022",
        "13",
        "tahun",
        "lalu",
        "Maret",
        "sejak",
        "-",
        "/",
        "去年",
        "3月",
        "から",
        "الماضي",
        "kuartal",
        "II",
        "ago",
        "29",
        "Februari",
        "31",
        "?",
        " ",
        "2565",
        "ปี",
        "last",
        "week",
        "0",
        "99",
        "lima",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map(" ".join)), LANGUAGES)
def test_any_text_has_an_ordered_time_or_none(text: str, language: str) -> None:
    found = asked_time(text, language=language, now=date(2024, 2, 29))
    if found and found.first and found.last:
        assert found.first <= found.last
    assert isinstance(without_time(text, language=language, now=date(2024, 2, 29)), str)


# In a conversation


def asked(*texts: str) -> list[Turn]:
    return [
        turn
        for text in texts
        for turn in (Turn(role="user", text=text), Turn(role="assistant", text="Ya. [1]"))
    ]


def test_a_follow_up_without_a_time_is_of_the_time_before() -> None:
    turns = asked("Berapa upah minimum Lembah Arum tahun lalu?")
    timed = with_time(
        "Dan di Tirta Mulya?", "Lembah Arum: Dan di Tirta Mulya?", turns, language="id", now=NOW
    )
    assert timed.time == TimeSpan(first=date(2024, 1, 1), last=date(2024, 12, 31))


def test_a_time_before_a_question_that_stands_alone_is_not_taken() -> None:
    turns = asked("Berapa upah minimum pada 2021?", "Siapa gubernur Provinsi Lembah Arum sekarang ini?")
    timed = with_time("Dan kapan itu?", "Lembah Arum: Dan kapan itu?", turns, language="id", now=NOW)
    assert timed.time is None


@pytest.mark.parametrize("text", ["Bagaimana dengan 2023?", "Dan tahun 2023?", "2023?"])
def test_a_follow_up_with_only_a_time_replaces_the_time_before(text: str) -> None:
    turns = asked("Berapa upah minimum Lembah Arum pada 2022?")
    timed = with_time(text, text, turns, language="id", now=NOW)
    assert timed.time == TimeSpan(first=date(2023, 1, 1), last=date(2023, 12, 31))
    assert timed.query.startswith("Berapa upah minimum Lembah Arum ")
    assert "2023" in timed.query
    assert "2022" not in timed.query


@pytest.mark.parametrize(
    ("language", "text", "year"),
    [
        ("id", "Bagaimana tahun sebelumnya?", 2021),
        ("id", "Tahun berikutnya?", 2023),
        ("id", "Kalau tahun setelahnya?", 2023),
        ("id", "Bagaimana dengan tahun lalu?", NOW.year - 1),
        ("id", "Bagaimana dengan tahun depan?", NOW.year + 1),
        ("ms", "Bagaimana dengan tahun sebelumnya?", 2021),
        ("en", "And the year before?", 2021),
        ("en", "What about the following year?", 2023),
        ("en", "And last year?", NOW.year - 1),
        ("zh", "前一年呢？", 2021),
        ("zh", "次年呢？", 2023),
        ("ja", "翌年は？", 2023),
        ("fr", "Et l'année précédente ?", 2021),
        ("fr", "Et l'année suivante ?", 2023),
        ("es", "¿Y el año anterior?", 2021),
        ("es", "¿Y el año que viene?", NOW.year + 1),
        ("pt", "E no ano que vem?", NOW.year + 1),
        ("pt", "E no ano seguinte?", 2023),
        ("es", "¿Y el año siguiente?", 2023),
        ("de", "Und im folgenden Jahr?", 2023),
        ("ru", "А в следующем году?", 2023),
        ("ar", "وماذا عن العام التالي؟", 2023),
        ("ar", "والعام الماضي؟", NOW.year - 1),
        ("id", "setahun sebelumnya brp", 2021),
        ("en", "a year earlier?", 2021),
        ("ms", "tahun sebelum tu?", 2021),
        ("es", "y un año después?", 2023),
        ("fr", "et un an plus tard ?", 2023),
        ("de", "und ein Jahr später?", 2023),
        ("it", "e l'anno dopo?", 2023),
        ("nl", "en het jaar daarvoor?", 2021),
        ("tr", "bir önceki yıl?", 2021),
        ("ru", "а годом позже?", 2023),
        ("vi", "năm sau đó?", 2023),
        ("id", "2 tahun kemudian?", 2024),
        ("id", "dua tahun setelahnya?", 2024),
        ("en", "and two years later?", 2024),
        ("zh-Hans", "两年后呢？", 2024),
        ("ja", "2年後は？", 2024),
        ("es", "¿y dos años después?", 2024),
        ("pt", "e dois anos depois?", 2024),
        ("fr", "et deux ans plus tard ?", 2024),
        ("de", "und zwei Jahre später?", 2024),
    ],
)
def test_the_year_before_or_after_is_relative_to_the_time_of_the_turns(
    language: str, text: str, year: int
) -> None:
    timed = with_time(text, text, asked("UMP Lembah Arum 2022?"), language=language, now=NOW)
    assert timed.time == TimeSpan(first=date(year, 1, 1), last=date(year, 12, 31))


def test_each_alternative_of_a_pattern_names_its_unit_once() -> None:
    for words in WORDS.values():
        for shape in (words.last, words.this, words.next, words.ago, words.past):
            assert all(alternative.count("{u}") <= 1 for alternative in alternatives_of(shape)), shape


def test_years_after_years_add_up_over_turns() -> None:
    turns = asked("Berapa upah minimum Lembah Arum pada 2020?", "Dan tahun berikutnya?")
    timed = with_time("Tahun berikutnya?", "Tahun berikutnya?", turns, language="id", now=NOW)
    assert timed.time == TimeSpan(first=date(2022, 1, 1), last=date(2022, 12, 31))


def test_the_year_before_without_a_time_in_the_turns_is_relative_to_now() -> None:
    turns = asked("Siapa gubernur Lembah Arum?")
    timed = with_time(
        "Bagaimana tahun sebelumnya?", "Lembah Arum tahun sebelumnya?", turns, language="id", now=NOW
    )
    assert timed.time == TimeSpan(first=date(NOW.year - 1, 1, 1), last=date(NOW.year - 1, 12, 31))


@pytest.mark.parametrize("day", ["29 Februari 2023", "0 Maret 2023", "2023-00-10", "00/05/2023"])
def test_a_day_that_does_not_exist_is_read_without_an_error(day: str) -> None:
    found = asked_time(f"Apa yang terjadi pada {day}?", language="id", now=date(2024, 2, 29))
    assert found is None or (found.first is not None and found.first.year == 2023)


@pytest.mark.parametrize("now", [date(2024, 4, 29), date(2025, 1, 10), date(1000, 1, 1), date(8999, 12, 31)])
def test_the_last_months_are_no_part_of_another_year(now: date) -> None:
    found = asked_time(
        "Apa yang terjadi dua bulan terakhir tahun lalu, 60 tahun lalu?", language="id", now=now
    )
    assert found is None or (found.first is not None and found.last is not None and found.first <= found.last)
