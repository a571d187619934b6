from datetime import UTC, datetime

import pytest

from rag.reading.dates import parse_timestamp, parse_written_date, with_offset


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-07-27T13:27:00+07:00", "2025-07-27T13:27:00+07:00"),
        ("2025-07-27t06:27:00z", "2025-07-27T06:27:00+00:00"),
        ("2025-07-27 13:27:00.5-03:30", "2025-07-27T13:27:00.500000-03:30"),
        ("2025-07-27T13:27:00", "2025-07-27T13:27:00+00:00"),
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
        ("July 27, 2025 1:27 PM", "2025-07-27T13:27:00+00:00"),
        ("27 July 2025", "2025-07-27T00:00:00+00:00"),
        ("07/08/2025 13:27 WIB", "2025-08-07T13:27:00+07:00"),
        ("2025-07-27T13:27+0700", "2025-07-27T13:27:00+07:00"),
        ("2025/07/08 13:27 WIB", "2025-07-08T13:27:00+07:00"),
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
        "9" * 100_000,
    ],
)
def test_an_incomplete_date_is_none(value: str) -> None:
    assert parse_written_date(value) is None


def test_a_time_without_offset_counts_as_utc() -> None:
    assert with_offset(datetime(2025, 7, 27, 13, 27)) == datetime(2025, 7, 27, 13, 27, tzinfo=UTC)
