"""The benchmark of reading, run on three small invented sets."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import reading
from benchmarks.reading_programs import Reading
from benchmarks.reading_sets import readability_set

LEAD = "Pemerintah Kota Melati menambah empat puluh bus listrik untuk koridor pelabuhan mulai Senin depan."
MIDDLE = "Kepala dinas perhubungan kota itu mengatakan armada baru akan melayani dua belas ribu penumpang."
LAST = (
    "Warga berharap jarak antarbus menjadi sepuluh menit pada jam sibuk pagi dan sore hari di halte sekolah."
)
HTML = f"""<html><head><title>Bus listrik Melati</title><meta name="author" content="Sari Ayu">
<meta property="article:published_time" content="2025-07-27T13:00:00+07:00"></head>
<body><nav>Menu</nav><article><h1>Bus listrik Melati</h1>
<p>{LEAD}</p><p>{MIDDLE}</p><p>{LAST}</p></article></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with one page in the form of each set."""
    pages = tmp_path / "trafilatura" / "tests" / "eval"
    pages.mkdir(parents=True)
    (pages / "bus.html").write_text(HTML, encoding="utf-8")
    marked = {
        "file": "bus.html",
        "with": [LEAD, LAST],
        "without": ["Menu"],
        "title": "Bus listrik Melati",
        "author": "Sari Ayu",
        "date": "2025-07-27",
    }
    (pages.parent / "evaldata.json").write_text(json.dumps({"https://melati.example/bus": marked}))
    data = tmp_path / "newspaper4k" / "tests" / "data"
    for name, text in (
        ("html/bus.html", HTML),
        ("txt/bus.txt", f"{LEAD}\n\n{MIDDLE}\n\n{LAST}"),
        ("metadata/bus.json", json.dumps({"language": "id"})),
        ("html/index.html", "<p>No text is stated for this page.</p>"),
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, encoding="utf-8")
    page = tmp_path / "readability" / "test" / "test-pages" / "bus"
    page.mkdir(parents=True)
    (page / "source.html").write_text(HTML, encoding="utf-8")
    (page / "expected.html").write_text(
        f"<div><p>{LEAD}</p><p>{MIDDLE}</p><p>{LAST}</p></div>", encoding="utf-8"
    )
    (page / "expected-metadata.json").write_text(json.dumps({"title": "Bus", "lang": "id-ID"}))
    return tmp_path


def test_the_table_shows_what_each_reader_gets_right(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["reading", "--data", str(folder)])
    reading.main()
    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if "|" in line]
    table = {row[0]: row[1:] for row in rows}
    assert table["Kutip"] == [*["1.000"] * 7, "0"]
    assert table["htmldate"][5] == "1.000"
    assert table["number"] == ["2", "4", "6", "1", "1", "1", "2", "2"]


def test_wrong_answers_lower_the_figures(folder: Path) -> None:
    page = next(readability_set(folder))
    score = reading.Score()
    reading.measure(page, Reading(paragraphs=[LEAD], language="en"), score)
    assert (score.share("paragraphs"), score.share("language")) == (1 / 3, 0.0)
    assert 0.3 < score.share("body") < 0.6


def test_a_folder_without_pages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["reading", "--data", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        reading.main()
    assert "holds none of trafilatura, newspaper4k, readability" in capsys.readouterr().err
