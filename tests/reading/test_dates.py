from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.dates import date_in_url, find_date, parse_timestamp, parse_written_date, with_offset
from rag.reading.zones import in_zone, usual_zone


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-07-27T13:27:00+07:00", "2025-07-27T13:27:00+07:00"),
        ("2025-07-27t06:27:00z", "2025-07-27T06:27:00+00:00"),
        ("2025-07-27 13:27:00.5-03:30", "2025-07-27T13:27:00.500000-03:30"),
        ("2025-07-27T13:27:00+0700", "2025-07-27T13:27:00+07:00"),
        ("2025-07-27 13:27:00 +07", "2025-07-27T13:27:00+07:00"),
        ("2025-07-27T13:27:00", "2025-07-27T13:27:00"),
        ("2025-07-27", "2025-07-27T00:00:00+00:00"),
    ],
)
def test_rfc_3339_times_keep_their_own_offset(value: str, expected: str) -> None:
    time = parse_timestamp(value)
    assert time is not None
    assert time.isoformat() == expected


@pytest.mark.parametrize(
    "value",
    [
        "kemarin",
        "",
        "2025-02-30",
        "2025-07-27T25:00:00Z",
        "2025-W30-7",
        "20250727",
        "27 Juli 2025",
        "2025-07-27T13:27:00+25:00",
        "٢٠٢٥-٠٧-٢٧",
        "2025-07-27T13:27:00Z\n",
        "0001-01-01T00:00:00+07:00",
        "9999-12-31T23:59:59-07:00",
    ],
)
def test_other_texts_are_not_timestamps(value: str) -> None:
    assert parse_timestamp(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Minggu, 27 Juli 2025 13:27 WIB", "2025-07-27T13:27:00+07:00"),
        ("Minggu, 27 Juli 2025 13.27 WITA", "2025-07-27T13:27:00+08:00"),
        ("Minggu, 27 Juli 2025 pukul 13.27 WIT", "2025-07-27T13:27:00+09:00"),
        ("Jum'at, 1 Agustus 2025 00:05 WIB", "2025-08-01T00:05:00+07:00"),
        ("Jum’at, 1 Agustus 2025 00:05 WIB", "2025-08-01T00:05:00+07:00"),
        ("Senin, 3 Nopember 2025", "2025-11-03T00:00:00+00:00"),
        ("5 Mei 2025, 09:00 UTC", "2025-05-05T09:00:00+00:00"),
        ("5 Mei 2025 09:00 GMT+7", "2025-05-05T09:00:00+07:00"),
        ("Sunday, July 27, 2025 13:27 WIB", "2025-07-27T13:27:00+07:00"),
        ("July 27, 2025 1:27 PM", "2025-07-27T13:27:00"),
        ("6 Ags. 2019", "2019-08-06T00:00:00+00:00"),
        ("6 Agt 2019 07.00 WIB", "2019-08-06T07:00:00+07:00"),
        ("Ahad, 18 Pebruari 2018", "2018-02-18T00:00:00+00:00"),
        ("18 Ogos 2017", "2017-08-18T00:00:00+00:00"),
        ("Isnin, 18 Disember 2017 3:21 petang", "2017-12-18T15:21:00"),
        ("18 Julai 2017", "2017-07-18T00:00:00+00:00"),
        ("18 de noviembre de 2017", "2017-11-18T00:00:00+00:00"),
        ("le 14 mars 2025 à 18 h 05", "2025-03-14T18:05:00"),
        ("14. Juni 2025, 9:15 Uhr", "2025-06-14T09:15:00"),
        ("14 июня 2025 г.", "2025-06-14T00:00:00+00:00"),
        ("ngày 14 tháng 6 năm 2025", "2025-06-14T00:00:00+00:00"),
        ("١٨ نوفمبر ٢٠١٧", "2017-11-18T00:00:00+00:00"),
        ("14 تشرين الثاني 2025", "2025-11-14T00:00:00+00:00"),
        ("วันเสาร์ที่ 14 มิถุนายน พ.ศ. 2568 เวลา 09:15 น.", "2025-06-14T09:15:00"),
        ("14 มิ.ย. 2568", "2025-06-14T00:00:00+00:00"),
        ("2025年6月14日(土) 9時15分", "2025-06-14T09:15:00"),
        ("令和7年6月14日 午後3時", "2025-06-14T15:00:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00+00:00"),
        ("民國114年6月14日", "2025-06-14T00:00:00+00:00"),
        ("2025년 6월 14일 오후 12:05", "2025-06-14T12:05:00"),
        ("June 14, 2025 12:15 AM", "2025-06-14T00:15:00"),
        ("9:15 AM GMT+7, June 14, 2025", "2025-06-14T09:15:00+07:00"),
        ("June 14, 2025 9:15 AM GMT+7 Updated 3 hours ago", "2025-06-14T09:15:00+07:00"),
        ("Sat, 18 Nov 2017 15:21:41 +0700", "2017-11-18T15:21:41+07:00"),
        ("Sat Nov 18 2017 15:21:41 GMT+0700 (Western Indonesia Time)", "2017-11-18T15:21:41+07:00"),
        ("2017-11-18T15:21:41 Asia/Jayapura", "2017-11-18T15:21:41+09:00"),
        ("20171118T152141+0700", "2017-11-18T15:21:41+07:00"),
        ("20171118", "2017-11-18T00:00:00+00:00"),
        ("1511806845", "2017-11-27T18:20:45+00:00"),
        ("1511806845000", "2017-11-27T18:20:45+00:00"),
        ("19-Mar-2018", "2018-03-19T00:00:00+00:00"),
        ("12/31/2018", "2018-12-31T00:00:00+00:00"),
        ("Senin (19/3/2018)", "2018-03-19T00:00:00+00:00"),
        ("27 July 2025", "2025-07-27T00:00:00+00:00"),
        ("07/08/2025 13:27 WIB", "2025-08-07T13:27:00+07:00"),
        ("2025-07-27T13:27+0700", "2025-07-27T13:27:00+07:00"),
        ("2025/07/08 13:27 WIB", "2025-07-08T13:27:00+07:00"),
        ("Thứ tư, 5/3/2025, 13:05 (GMT+7)", "2025-03-05T13:05:00+07:00"),
        ("Thứ Tư, ngày 05/03/2025", "2025-03-05T00:00:00+00:00"),
        ("quarta-feira, 5 de março de 2025", "2025-03-05T00:00:00+00:00"),
        ("2025年3月5日（水）13時05分", "2025-03-05T13:05:00"),
        ("Mac 5, 2025 @ 1:05pm", "2025-03-05T13:05:00"),
        ("Wed 5 Mar 2025 06.00 BST", "2025-03-05T06:00:00+01:00"),
        ("March 5, 2025 at 1:05 p.m. ET", "2025-03-05T13:05:00-05:00"),
        ("July 5, 2025 at 1:05 PM PT", "2025-07-05T13:05:00-07:00"),
        ("5 مارس 2025 11:05 م", "2025-03-05T23:05:00"),
        ("5 مارس 2025 12:30 ص", "2025-03-05T00:30:00"),
        ("5 مارس 2025 11:05 مساءً", "2025-03-05T23:05:00"),
        ("5 مارس 2025 11:05 صباحا", "2025-03-05T11:05:00"),
        ("3 Mac 2025 10:30 pagi", "2025-03-03T10:30:00"),
        ("3 Mac 2025 10:30 malam", "2025-03-03T22:30:00"),
        ("27 Juli 2025 13:27 -9999", "2025-07-27T13:27:00-23:59"),
        ("27 Juli 2025 13:27 JST+15", "2025-07-27T13:27:00"),
    ],
)
def test_dates_in_words(value: str, expected: str) -> None:
    time = parse_written_date(value)
    assert time is not None
    assert time.isoformat() == expected


@pytest.mark.parametrize(
    "value",
    [
        "10 jam lalu",
        "kemarin",
        "Juli 2025",
        "2025",
        "13:27 WIB",
        "31 Februari 2025",
        "Peristiwa 27 Juli 1996",
        "27 Juli 2025 dibuka",
        "Skor 3-2 pada 2025",
        "Kompas.com, 14 Juni 2025",
        "0812-0000-0000",
        "14 Brumaire 2025",
        "2024-01",
        "9" * 100_000,
    ],
)
def test_an_incomplete_date_is_none(value: str) -> None:
    assert parse_written_date(value) is None


def test_a_time_without_offset_counts_as_utc() -> None:
    assert with_offset(datetime(2025, 7, 27, 13, 27)) == datetime(2025, 7, 27, 13, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "day", "rest"),
    [
        ("Kompas Uji - 05/01/2024, 05:00 WIB", "2024-01-05T05:00:00+07:00", "Kompas Uji -"),
        ("佐藤花子 2025年6月14日 9時15分", "2025-06-14T09:15:00", "佐藤花子"),
        ("By Clara Hale, 20 February 2025", "2025-02-20T00:00:00+00:00", "By Clara Hale"),
        ("Kabar 27.07.1913:27", "2019-07-27T13:27:00", "Kabar"),
        ("Oleh Nor Ain Radhi - Mac 5, 2025 @ 1:05pm", "2025-03-05T13:05:00", "Oleh Nor Ain Radhi -"),
        ("le 5 mars 2025 à 13h05 et mis à jour", "2025-03-05T13:05:00", "le à et mis à jour"),
        ("PT Kopi, 5 Maret 2025 13.05 PT Teh", "2025-03-05T13:05:00", "PT Kopi, PT Teh"),
        ("27.07.202513:27 Kabar", "2025-07-27T13:27:00", "Kabar"),
    ],
)
def test_a_date_is_found_beside_a_name(line: str, day: str, rest: str) -> None:
    found = find_date(line)
    assert found is not None
    assert (found[0].isoformat(), found[1]) == (day, rest)


@pytest.mark.parametrize(
    ("host", "language", "zone"),
    [
        ("www.kabar.co.id", "en", "Asia/Jakarta"),
        ("kabar.example", "ms", "Asia/Kuala_Lumpur"),
        ("kabar.example", "zh-Hant", "Asia/Taipei"),
        ("kabar.example", "zh-Hans", "Asia/Shanghai"),
        ("kabar.example", "en", None),
    ],
)
def test_the_usual_zone(host: str, language: str, zone: str | None) -> None:
    assert usual_zone(host=host, language=language) == zone


def test_a_time_is_put_into_a_zone_once() -> None:
    time = datetime(2025, 7, 27, 13, 27)
    assert in_zone(time, "Europe/Paris").isoformat() == "2025-07-27T13:27:00+02:00"
    assert in_zone(time, None).isoformat() == "2025-07-27T13:27:00+00:00"
    assert in_zone(time.replace(tzinfo=UTC), "Asia/Jakarta").isoformat() == "2025-07-27T13:27:00+00:00"
    assert in_zone(datetime(1, 1, 1), "Asia/Jakarta").isoformat() == "0001-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://kabar.example/2024/01/05/tanggul", "2024-01-05"),
        ("https://kabar.example/berita/20240105-tanggul", "2024-01-05"),
        ("https://kabar.example/berita/tanggul-2024-01-05/", "2024-01-05"),
        ("https://kabar.example/berita/05-01-2024", "2024-01-05"),
        ("https://kabar.example/2024/1/5/tanggul", "2024-01-05"),
        ("https://kabar.example/2024/01/05", "2024-01-05"),
        ("https://kabar.example/05/01/2024/tanggul", "2024-01-05"),
        ("https://kabar.example/2024-01-05-tanggul", "2024-01-05"),
        ("https://kabar.example/2024/10/11-orang-tewas-dalam-banjir/", None),
        ("https://kabar.example/2024/12/5-tips-hemat", None),
        ("https://kabar.example/seleksi-cpns-10-12-2024-dibuka", None),
        ("https://kabar.example/berita/45-01-2024", None),
        ("https://kabar.example/berita/d-7654321/tanggul", None),
        ("https://kabar.example/2024/13/05/tanggul", None),
        ("https://kabar.example/2999/01/05/tanggul", None),
    ],
)
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    found = date_in_url(url)
    assert (found and found.date().isoformat()) == day


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)).map(
        lambda time: time.replace(second=0, microsecond=0)
    ),
    st.sampled_from(
        ["id", "ms", "jv", "en", "es", "fr", "de", "ar", "vi", "ru", "tr", "hi", "ja", "zh", "ko"]
    ),
)
def test_dates_as_each_language_writes_them(time: datetime, language: str) -> None:
    written = f"{format_date(time, format='long', locale=language)} {time:%H:%M} +07:00"
    assert parse_written_date(written) == time.replace(tzinfo=timezone(timedelta(hours=7)))


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("۱۴۰۳/۵/۱۲", "2024-08-02T00:00:00+00:00"),
        ("1403/05/12 10:30", "2024-08-02T10:30:00"),
        ("شنبه ۱۲ مرداد ۱۴۰۳ - ۱۰:۳۰", "2024-08-02T10:30:00"),
        ("۳۰ اسفند ۱۴۰۳ ساعت ۱۰:۳۰", "2025-03-20T10:30:00"),
        ("1403-02-31T10:00:00+03:30", "2024-05-20T10:00:00+03:30"),
        ("1402/12/30", None),  # the year has no such day
        ("1446/01/12", None),  # a year of the Islamic calendar
        ("12 Muharram 1446 H", None),
    ],
)
def test_a_day_of_the_persian_calendar_is_converted(line: str, time: str | None) -> None:
    found = parse_written_date(line)
    assert (found and found.isoformat()) == time


@pytest.mark.parametrize(
    "line",
    [
        "Rabu, 7 Agustus 2024 M / 2 Safar 1446 H",
        "2 Safar 1446 H / 7 Agustus 2024",
        "Rabu, 2 Safar 1446 H | 7 Agustus 2024 M",
        "7 Agustus 2024 bertepatan dengan 2 Safar 1446 H",
        "7 Agustus 2024 (2 Safar 1446)",
        "الأربعاء 2 صفر 1446 هـ الموافق 7 أغسطس 2024",
        "٢ صفر ١٤٤٦هـ - ٧ أغسطس ٢٠٢٤",
    ],
)
def test_a_day_of_the_islamic_calendar_does_not_hide_the_usual_one(line: str) -> None:
    found = parse_written_date(line)
    assert found is not None
    assert found.date().isoformat() == "2024-08-07"


def test_a_time_in_the_first_year_without_a_zone_is_read() -> None:
    assert parse_written_date("0001-01-01T00:00:00") == datetime(1, 1, 1)


def test_signs_that_are_two_in_lower_case_move_nothing() -> None:
    found = find_date("İlayda İnce - 27 Temmuz 2025 13:27 WIB - İstanbul")
    assert found is not None
    assert (found[0].isoformat(), found[1]) == ("2025-07-27T13:27:00+07:00", "İlayda İnce - - İstanbul")
