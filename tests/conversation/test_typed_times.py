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
        ("id", "berapa murid baru tahun ajaran ini", "2025-01-01 2026-12-31"),
        ("id", "berapa murid baru tahun pelajaran lalu", "2024-01-01 2025-12-31"),
        ("id", "festival musim panas lalu", "2024-06-01 2024-08-31"),
        ("en", "who won in spring 2022", "2022-03-01 2022-05-31"),
        ("en", "who won last spring", "2025-03-01 2025-05-31"),
        ("en", "snow last winter", "2024-12-01 2025-02-28"),
        ("zh-Hans", "去年夏天的比赛", "2024-06-01 2024-08-31"),
        ("ar", "ماذا حدث الصيف الماضي؟", "2024-06-01 2024-08-31"),
        ("zh-Hans", "2023年以前有多少候鸟", "- 2022-12-31"),
        ("zh-Hans", "2023年之后有多少候鸟", "2024-01-01 -"),
        ("zh-Hans", "2023年以后有多少候鸟", "2023-01-01 -"),
        ("zh-Hans", "三年以前有多少候鸟", YEAR.format(2022)),
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
        ("Berapa inflasi Jakarta pada Januari 2023?", "kalo mei?", "inflasi Jakarta", date(2023, 5, 1)),
        ("Berapa UMP Jakarta pada 2022?", "kalau sekarang?", "UMP Jakarta", None),
        ("Berapa UMP Jakarta pada 2022?", "yang terbaru?", "UMP Jakarta", None),
        ("Berapa UMP Jakarta pada 2022?", "UMP Jakarta 2023?", "Berapa UMP Jakarta", date(2023, 1, 1)),
        ("Berapa inflasi Jakarta pada Januari 2023?", "Mei", "inflasi Jakarta", date(2023, 5, 1)),
        ("Berapa UMP Jakarta pada 2022?", "Bagaimana pula 2023?", "UMP Jakarta", date(2023, 1, 1)),
        ("Kurs rupiah 6 Mei 2023?", "Kalau tanggal 13?", "Kurs rupiah", date(2023, 5, 13)),
        ("Kurs rupiah 6 Mei 2023?", "13号呢？", "Kurs rupiah", date(2023, 5, 13)),
    ],
)
def test_a_follow_up_of_a_time_alone_keeps_the_topic(
    before: str, text: str, query: str, first: date | None
) -> None:
    timed = with_time(text, text, asked(before), language="id", now=NOW)
    assert query in timed.query
    assert "2022" not in timed.query
    assert (timed.time and timed.time.first) == first


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("Berapa UMP Jakarta pada 2022?", "Kalau tanggal 13?"),
        ("Kurs rupiah 6 Februari 2023?", "Kalau tanggal 30?"),
        ("Kurs rupiah 6 Mei 2023?", "Siapa yang lahir tanggal 13?"),
        ("Kurs rupiah?", "Kalau tanggal 13?"),
    ],
)
def test_a_day_without_a_month_needs_a_month_before_it(before: str, text: str) -> None:
    timed = with_time(text, text, asked(before), language="id", now=NOW)
    assert timed.time is None or timed.time.first != timed.time.last


def test_a_question_of_another_kind_is_not_the_one_before_it() -> None:
    text = "Kapan UMP Jakarta 2023 berlaku?"
    assert with_time(text, text, asked("Berapa UMP Jakarta 2022?"), language="id", now=NOW).query == text


def test_the_topic_stays_over_several_follow_ups_of_a_time_alone() -> None:
    days = asked("Kurs rupiah 6 Mei 2023?", "Kalau tanggal 13?")
    assert with_time("tgl 20", "tgl 20", days, language="id", now=NOW).query == "Kurs rupiah 2023-05-20?"
    turns = asked("Berapa UMP Jakarta pada 2023?", "tahun sebelumnya?", "makasih")
    timed = with_time("kalau tahun lalu?", "kalau tahun lalu?", turns, language="id", now=NOW)
    assert timed.query.startswith("Berapa UMP Jakarta")
    assert timed.time == TimeSpan(first=date(2024, 1, 1), last=date(2024, 12, 31))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "2 hr lalu ada kejadian apa", "2025-08-15 2025-08-15"),
        ("id", "hr ini ada apa", "2025-08-17 2025-08-17"),
        ("id", "gempa td pagi", "2025-08-17 2025-08-17"),
        ("id", "mlm ini ada acara apa", "2025-08-17 2025-08-17"),
        ("id", "apa jadwal minggu dpn", "2025-08-18 2025-08-24"),
        ("id", "17 agst 2024 ada apa", "2024-08-17 2024-08-17"),
        ("id", "tahun 98 ada kerusuhan apa", YEAR.format(1998)),
        ("id", "sblm 2020 ump berapa", "- 2019-12-31"),
        ("id", "kasus sjk 2020", "2020-01-01 -"),
        ("ms", "bulan lps harga minyak", "2025-07-01 2025-07-31"),
        ("en", "wat happend lst yr", YEAR.format(2024)),
        ("en", "tmrw holiday", "2025-08-18 2025-08-18"),
        ("es", "hace 2 anos", YEAR.format(2023)),
        ("es", "la semana q viene", "2025-08-18 2025-08-24"),
        ("pt", "amanha", "2025-08-18 2025-08-18"),
        ("de", "naechste woche", "2025-08-18 2025-08-24"),
        ("de", "im vorletzten Jahr", YEAR.format(2023)),
        ("vi", "tuan truoc", "2025-08-04 2025-08-10"),
        ("vi", "tháng 3/2024", "2024-03-01 2024-03-31"),
        ("ru", "на след неделе", "2025-08-18 2025-08-24"),
        ("hi", "pichle saal baadh", YEAR.format(2024)),
        ("ar", "السنة اللي فاتت", YEAR.format(2024)),
        ("ar", "ماذا حدث السنة الماضيه", YEAR.format(2024)),
        ("ar", "امبارح حصل ايه", "2025-08-16 2025-08-16"),
        ("fil", "sa susunod na linggo", "2025-08-18 2025-08-24"),
        ("zh-Hans", "昨儿发生啥了", "2025-08-16 2025-08-16"),
        ("zh-Hans", "大前天", "2025-08-14 2025-08-14"),
        ("ja", "きょうのニュース", "2025-08-17 2025-08-17"),
    ],
)
def test_times_in_chats_in_dialects_and_without_accents(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("tr", "geçen hafta deprem", "2025-08-04 2025-08-10"),
        ("tr", "2 yıl önce", YEAR.format(2023)),
        ("tr", "dün ne oldu", "2025-08-16 2025-08-16"),
        ("it", "la settimana scorsa", "2025-08-04 2025-08-10"),
        ("it", "due anni fa", YEAR.format(2023)),
        ("it", "dal 2020", "2020-01-01 -"),
        ("it", "dal 2019 al 2021", "2019-01-01 2021-12-31"),
        ("nl", "vorige week", "2025-08-04 2025-08-10"),
        ("nl", "twee jaar geleden", YEAR.format(2023)),
        ("nl", "sinds 2020", "2020-01-01 -"),
        ("pl", "2 lata temu", YEAR.format(2023)),
        ("pl", "wczoraj", "2025-08-16 2025-08-16"),
        ("uk", "вчора", "2025-08-16 2025-08-16"),
    ],
)
def test_relative_times_in_more_languages(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "akhir pekan lalu banjir dimana", "2025-08-09 2025-08-10"),
        ("id", "akhir pekan ini ada apa", "2025-08-16 2025-08-17"),
        ("ms", "hujung minggu lepas apa jadi", "2025-08-09 2025-08-10"),
        ("en", "last weekend accident", "2025-08-09 2025-08-10"),
        ("en", "next weekend", "2025-08-23 2025-08-24"),
        ("es", "el fin de semana pasado", "2025-08-09 2025-08-10"),
        ("pt", "fim de semana passado", "2025-08-09 2025-08-10"),
        ("fr", "le week-end dernier", "2025-08-09 2025-08-10"),
        ("de", "letztes Wochenende Unfall", "2025-08-09 2025-08-10"),
        ("ru", "на прошлых выходных", "2025-08-09 2025-08-10"),
        ("zh-Hans", "上周末发生什么", "2025-08-09 2025-08-10"),
        ("ja", "先週末の事故", "2025-08-09 2025-08-10"),
        ("ko", "지난주말 사고", "2025-08-09 2025-08-10"),
        ("id", "malam minggu kemarin", "2025-08-16 2025-08-16"),
        ("id", "sejak akhir pekan lalu", "2025-08-04 -"),
    ],
)
def test_a_weekend_is_a_saturday_and_a_sunday(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh-Hans", "九十年代流行歌", "1990-01-01 1999-12-31"),
        ("de", "80er Jahre Musik", "1980-01-01 1989-12-31"),
        ("es", "música de los años 80", "1980-01-01 1989-12-31"),
        ("fr", "annees 80 musique", "1980-01-01 1989-12-31"),
        ("es", "en dos años 80 personas murieron", None),
        ("id", "dalam dua tahun 60 orang tewas", None),
    ],
)
def test_a_decade_is_a_time_and_a_number_behind_years_is_none(
    language: str, text: str, expected: str | None
) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bulan puasa kemarin harga cabai brp", None),
        ("lebaran kemarin berapa pemudik", None),
        ("tahun baru kemarin macet dimana", None),
        ("lebaran tahun lalu berapa pemudik", YEAR.format(2024)),
        ("maret kemarin inflasi brp", "2025-03-01 2025-03-31"),
        ("2 mei lalu ada apa", "2025-05-02 2025-05-02"),
        ("mei lalu ada apa", "2025-05-01 2025-05-31"),
        ("desember nanti ada apa", "2025-12-01 2025-12-31"),
        ("maret depan ada apa", "2026-03-01 2026-03-31"),
    ],
)
def test_kemarin_behind_a_feast_or_a_month_is_no_yesterday(text: str, expected: str | None) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "who is April Jones"),
        ("en", "what did April Jones win"),
        ("en", "August Wilson plays"),
        ("de", "wer ist August Diehl"),
        ("es", "¿Quién es Julio Iglesias?"),
        ("fr", "Avril Lavigne concert"),
        ("id", "siapa April Jones"),
        ("id", "siapa itu Mei Ling"),
        ("id", "siapa Januari Christy"),
        ("id", "April Jones: Kapan dia lahir?"),
        ("zh-Hans", "五月天是谁"),
        ("ja", "五月みどりって誰"),
        ("id", "UU 13 tahun 2003 tentang apa"),
        ("id", "ruang 2021 di mana"),
        ("en", "Windows 2000"),
        ("en", "flight 1980 crash"),
        ("zh-Hans", "2022北京冬奥会"),
        ("id", "2019 orang mengungsi dimana"),
        ("en", "is it open 24/7"),
        ("en", "what happened on 9/11"),
        ("id", "apakah buka sabtu minggu"),
        ("id", "kapan2 aja gempa itu terjadi"),
    ],
)
def test_a_person_or_a_number_of_a_thing_is_no_time(language: str, text: str) -> None:
    assert span(text, language) is None
    assert without_time(text, language=language, now=NOW) == text.strip()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "inflasi April Jakarta berapa", "2025-04-01 2025-04-30"),
        ("en", "inflation in April United States", "2025-04-01 2025-04-30"),
        ("en", "April floods", "2025-04-01 2025-04-30"),
        ("de", "Was geschah im August Hamburg", "2025-08-01 2025-08-31"),
        ("zh-Hans", "五月天气怎么样", "2025-05-01 2025-05-31"),
        ("id", "lebaran 2024 mudik", YEAR.format(2024)),
    ],
)
def test_a_month_beside_a_name_stays_a_time(language: str, text: str, expected: str) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "news past 24 hours", 1),
        ("en", "last 48 hours earthquake", 2),
        ("en", "flood 5 hours ago", 1),
        ("id", "24 jam terakhir gempa", 1),
        ("id", "gempa 36 jam yg lalu", 2),
        ("ms", "24 jam lepas", 1),
        ("zh-Hans", "过去24小时新闻", 1),
        ("ja", "過去24時間の地震", 1),
        ("ko", "지난 24시간 지진", 1),
        ("es", "últimas 24 horas", 1),
        ("pt", "ultimas 24 horas", 1),
        ("fr", "les dernières 24 heures", 1),
        ("de", "letzten 24 Stunden", 1),
        ("tr", "son 24 saat", 1),
        ("ru", "за последние 72 часа", 3),
        ("ar", "آخر 24 ساعة", 1),
        ("vi", "24 giờ qua", 1),
        ("th", "24 ชั่วโมงที่ผ่านมา", 1),
    ],
)
def test_the_last_hours_are_the_days_in_which_they_are(language: str, text: str, days: int) -> None:
    assert span(text, language) == f"{date(2025, 8, 17 - days)} 2025-08-17"


@pytest.mark.parametrize("text", ["buka 24 jam", "open 24 hours", "gempa selama 10 jam", "0 jam terakhir"])
def test_a_number_of_hours_is_no_time(text: str) -> None:
    assert span(text) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "dua tahun kemudian dia menikah?"),
        ("id", "setahun kemudian apa yg terjadi"),
        ("id", "minggu berikutnya siapa menang"),
        ("en", "what happened two years later"),
        ("en", "a year later who won"),
        ("en", "who won the following year"),
        ("es", "un año después qué pasó"),
        ("vi", "hai năm sau ai thắng"),
        ("zh-Hans", "两年后发生了什么"),
    ],
)
def test_a_time_after_another_is_no_time_in_a_first_question(language: str, text: str) -> None:
    assert with_time(text, text, [], language=language, now=NOW).time is None


def test_a_time_after_another_adds_nothing_to_a_time_in_the_same_question() -> None:
    assert span("what happened in 2020 and a year later", "en") == YEAR.format(2020)
    assert span("что будет в следующем году", "ru") == YEAR.format(2026)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "kuartal lalu laba bri", "2025-04-01 2025-06-30"),
        ("id", "semester lalu", "2025-01-01 2025-06-30"),
        ("en", "last quarter profit", "2025-04-01 2025-06-30"),
        ("en", "the last quarter of the match", None),
        ("zh-Hans", "上季度利润", "2025-04-01 2025-06-30"),
        ("zh-Hans", "上个季度利润", "2025-04-01 2025-06-30"),
        ("vi", "quý II/2024", "2024-04-01 2024-06-30"),
        ("de", "2. quartal 2024", "2024-04-01 2024-06-30"),
        ("fr", "T2 2024", "2024-04-01 2024-06-30"),
        ("id", "kemaren lusa gempa", "2025-08-15 2025-08-15"),
        ("id", "seminggu ini ada apa", "2025-08-10 2025-08-17"),
        ("id", "pasca 2020 ekonomi", "2021-01-01 -"),
        ("jv", "dina senin wingi", "2025-08-11 2025-08-11"),
        ("jv", "rong dina kepungkur", "2025-08-15 2025-08-15"),
        ("jv", "sesuk udan ora", "2025-08-18 2025-08-18"),
        ("su", "isukan hujan teu", "2025-08-18 2025-08-18"),
        ("id", "telp 0812-2023-2024", None),
        ("id", "telp 0812 2023 2024", None),
        ("id", "no hp 2022", None),
        ("en", "call 555-2023", None),
        ("id", "05-08-2023 banjir", "2023-08-05 2023-08-05"),
        ("id", "ekonomi 2019-2021", "2019-01-01 2021-12-31"),
        ("id", "jalan 17 agustus macet", None),
        ("id", "stadion 10 november surabaya", None),
        ("id", "upacara 17 agustus", "2025-08-17 2025-08-17"),
        ("id", "gempa tgl 17 bulan lalu", "2025-07-17 2025-07-17"),
        ("id", "satu dekade terakhir", "2015-08-17 2025-08-17"),
        ("en", "the past decade", "2015-08-17 2025-08-17"),
        ("en", "a decade ago", YEAR.format(2015)),
        ("id", "peristiwa g30s 1965", YEAR.format(1965)),
        ("id", "hujan nanti malam", "2025-08-17 2025-08-17"),
        ("ms", "kemalangan malam tadi", "2025-08-16 2025-08-16"),
        ("id", "sejak awal tahun brp kasus", "2025-01-01 -"),
        ("id", "sejak awal tahun lalu", "2024-01-01 -"),
        ("zh-Hans", "大前年", YEAR.format(2022)),
        ("zh-Hans", "今早地震", "2025-08-17 2025-08-17"),
        ("zh-Hans", "星期五发生了什么", "2025-08-15 2025-08-15"),
        ("zh-Hans", "下星期五", "2025-08-18 2025-08-24"),
        ("ko", "지난 금요일 사고", "2025-08-15 2025-08-15"),
        ("vi", "từ 2019 đến 2021", "2019-01-01 2021-12-31"),
        ("fr", "inflation aout 2024", "2024-08-01 2024-08-31"),
        ("tr", "geçen sene deprem", YEAR.format(2024)),
        ("id", "perpres 12 2021", None),
        ("id", "perpres no 12 thn 2021", None),
        ("fr", "rue du 8 mai 1945", None),
        ("es", "plaza 2 de mayo", None),
        ("de", "straße des 17. juni", None),
        ("id", "2000 personel dikerahkan", None),
        ("en", "2000 troops", None),
        ("tr", "2024 kişi öldü", None),
        ("ru", "2024 человека", None),
        ("fil", "2024 katao", None),
    ],
)
def test_parts_of_years_days_and_numbers_as_people_type_them(
    language: str, text: str, expected: str | None
) -> None:
    assert span(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "kasus korupsi dari 2019 hingga sekarang", "2019-01-01 -"),
        ("id", "dari juni sampai sekarang", "2025-06-01 -"),
        ("en", "from 2019 to now", "2019-01-01 -"),
        ("zh-Hans", "2019年至今", "2019-01-01 -"),
        ("tr", "2020'den beri", "2020-01-01 -"),
        ("en", "since last Monday", "2025-08-11 -"),
        ("id", "UUD 1945 pasal 33", None),
        ("en", "Companies Act 2006", None),
        ("ms", "Akta Kerja 1955 seksyen 60", None),
        ("id", "akta kelahiran 2024", YEAR.format(2024)),
        ("es", "ley 21 de 1991", None),
        ("fil", "Republic Act 9262 of 2004", None),
        ("id", "rumah tipe 1945 m2", None),
        ("id", "april mop itu apa", None),
        ("id", "kerusuhan mei 98 siapa dalangnya", "1998-05-01 1998-05-31"),
        ("fr", "en mai 68", "1968-05-01 1968-05-31"),
        ("id", "mei 60 orang tewas", None),
        ("id", "senin depan ada apa", "2025-08-18 2025-08-18"),
        ("id", "rabu besok ada rapat apa", "2025-08-20 2025-08-20"),
        ("id", "hari minggu besok", "2025-08-24 2025-08-24"),
        ("id", "malam minggu ini ada acara apa", "2025-08-16 2025-08-16"),
        ("id", "tadi siang ada kebakaran dimana", "2025-08-17 2025-08-17"),
        ("id", "setengah tahun terakhir", "2025-02-17 2025-08-17"),
        ("en", "in the last fortnight", "2025-08-03 2025-08-17"),
        ("en", "in the nineties", "1990-01-01 1999-12-31"),
        ("en", "people in their eighties", None),
        ("es", "años noventa", "1990-01-01 1999-12-31"),
        ("en", "the day after tomorrow", "2025-08-19 2025-08-19"),
        ("es", "pasado mañana", "2025-08-19 2025-08-19"),
        ("es", "¿va a llover mañana?", "2025-08-18 2025-08-18"),
        ("es", "por la mañana", None),
        ("es", "esta mañana", "2025-08-17 2025-08-17"),
        ("pt", "hj em sp", "2025-08-17 2025-08-17"),
        ("de", "Wetter morgen", "2025-08-18 2025-08-18"),
        ("de", "heute Morgen", "2025-08-17 2025-08-17"),
        ("it", "negli ultimi 5 anni", "2020-08-17 2025-08-17"),
        ("tr", "son 5 yılda", "2020-08-17 2025-08-17"),
        ("ar", "خلال السنوات الخمس الماضية", "2020-08-17 2025-08-17"),
        ("zh-Hans", "一月一日", "2025-01-01 2025-01-01"),
        ("zh-Hans", "上上周", "2025-07-28 2025-08-03"),
        ("ja", "令和七年", YEAR.format(2025)),
        ("ja", "先々月", "2025-06-01 2025-06-30"),
        ("vi", "sang năm", YEAR.format(2026)),
        ("hi", "कल क्या हुआ", "2025-08-16 2025-08-16"),
    ],
)
def test_times_until_now_laws_and_days_to_come(language: str, text: str, expected: str | None) -> None:
    assert span(text, language) == expected
