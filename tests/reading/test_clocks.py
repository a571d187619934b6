"""The zones and the parts of the day beside a time."""

import pytest

from rag.reading.dates import find_date, parse_written_date
from rag.reading.feeds import read_feed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 27 Jul 2025 13:27:00 EEST", "2025-07-27T13:27:00+03:00"),
        ("27.07.2025 10:30 MESZ", "2025-07-27T10:30:00+02:00"),
        ("27 July 2025 10:30 NZST", "2025-07-27T10:30:00+12:00"),
        ("27 July 2025 10:30 IRST", "2025-07-27T10:30:00+03:30"),
        ("Mon Aug 03 12:45:00 EAT 2015", "2015-08-03T12:45:00+03:00"),
        ("27 July 2025 10:30 PKT", "2025-07-27T10:30:00+05:00"),
        ("27 July 2025 10:30 (SAST)", "2025-07-27T10:30:00+02:00"),
        ("27 July 2025 10:30 AM Eastern Daylight Time", "2025-07-27T10:30:00-04:00"),
        ("27 July 2025, 10:30 Central European Summer Time", "2025-07-27T10:30:00+02:00"),
        ("27 Juli 2025 10.30 Waktu Indonesia Tengah", "2025-07-27T10:30:00+08:00"),
        ("27 Juli 2025 12:30 malam", "2025-07-27T00:30:00"),
        ("27 Juli 2025 1:30 malam", "2025-07-27T01:30:00"),
        ("27 Juli 2025 7:30 malam", "2025-07-27T19:30:00"),
        ("27 Juli 2025 12.15 tengah malam", "2025-07-27T00:15:00"),
        ("27 Juli 2025 3.30 sore", "2025-07-27T15:30:00"),
        ("27 Juli 2025 2 siang", "2025-07-27T14:00:00"),
        ("27 Juli 2025 pukul 2 siang WIB", "2025-07-27T14:00:00+07:00"),
        ("27 Juli 2025 11.30 siang", "2025-07-27T11:30:00"),
        ("27 Juli 2025 12.30 siang", "2025-07-27T12:30:00"),
        ("18 Disember 2017 12.30 tengah hari", "2017-12-18T12:30:00"),
        ("18 Disember 2017 12:30 petang", "2017-12-18T12:30:00"),
        ("27 Juli 2025 6 pagi", "2025-07-27T06:00:00"),
        ("2025072713", "2025-07-27T13:00:00"),
        ("1753597620", "2025-07-27T06:27:00+00:00"),
        ("1753597620000", "2025-07-27T06:27:00+00:00"),
    ],
)
def test_times(text: str, expected: str) -> None:
    time = parse_written_date(text)
    assert time is not None
    assert time.isoformat() == expected


@pytest.mark.parametrize("text", ["0812345678", "9999999999", "2025139913", "27 July 2025 10:30 AST"])
def test_numbers_that_are_no_times_and_a_zone_of_two_meanings(text: str) -> None:
    assert parse_written_date(text) is None


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("27 July 2025 10:30 | Where the cat can eat", "| Where the cat can eat"),
        ("27 July 2025 10:30 TRT World", "TRT World"),
        ("27 Juli 2025 3 hari 2 malam", "3 hari 2 malam"),
    ],
)
def test_words_that_are_no_zones_and_no_times(line: str, rest: str) -> None:
    found = find_date(line)
    assert found is not None
    assert found[0].utcoffset() is None or found[0].hour == 0
    assert found[1] == rest


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sun, 27 Jul 2025 13:27:00 EEST", "2025-07-27T13:27:00+03:00"),
        ("Sun, 27 Jul 2025 13:27:00 XYZT", "2025-07-27T13:27:00"),
        ("Sun, 27 Jul 2025 13:27:00 AST", "2025-07-27T13:27:00"),
        ("Sun, 27 Jul 2025 13:27:00 UT", "2025-07-27T13:27:00+00:00"),
        ("Sun, 27 Jul 2025 13:27:00 +0700", "2025-07-27T13:27:00+07:00"),
    ],
)
def test_a_feed_does_not_give_a_time_in_an_unknown_zone_as_one_in_utc(written: str, expected: str) -> None:
    entry = f"<item><title>Kopi</title><link>https://a.example/1</link><pubDate>{written}</pubDate></item>"
    feed = f'<rss version="2.0"><channel><title>KABAR</title>{entry}</channel></rss>'
    (found,) = read_feed(feed.encode()).entries
    assert found.published_at is not None
    assert found.published_at.isoformat() == expected
