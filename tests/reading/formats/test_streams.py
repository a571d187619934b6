import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from rag.datatypes import Article, Unreadable
from rag.reading import MAXIMUM_FILE_BYTES, Overrides, read_paths
from rag.reading.formats.recognition import recognised_suffix
from rag.reading.formats.registry import FORMATS, suffix_of
from tests.reading.formats.pdf_writer import column, pdf
from tests.reading.formats.reading import articles, reasons

TEXT = "Kebun teh\n\nPemetik mulai bekerja pukul enam pagi di lereng itu."
LINE = '{"id": "%s", "text": "Satu kalimat.", "language": "id"}\n'
MAIL = "Received: x\nFrom: Siti <siti@k.example>\nSubject: Panen\n\nPanen kopi dimulai Senin.\n"
SAVED = (
    "From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    "Content-Type: text/html\n\n<html><body><h1>Panen</h1><p>Panen kopi dimulai hari Senin pagi.</p>\n--x--\n"
)
WIKI = (
    '<mediawiki xml:lang="id"><page><title>Panen</title><ns>0</ns><id>1</id><revision><id>2</id>'
    "<text>Panen kopi dimulai Senin.</text></revision></page></mediawiki>"
)


def from_standard_input(
    data: bytes, monkeypatch: pytest.MonkeyPatch, *, input_format: str | None = None
) -> list[Article | Unreadable]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return list(read_paths(["-"], overrides=Overrides(), input_format=input_format))


def from_folder(folder: Path, **files: bytes) -> list[Article | Unreadable]:
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return list(read_paths([folder], overrides=Overrides()))


def test_every_format_may_be_compressed(tmp_path: Path) -> None:
    items = from_folder(
        tmp_path,
        a__txt__gz=gzip.compress(TEXT.encode()),
        b__jsonl__gz=gzip.compress((LINE % "b-1").encode()) + gzip.compress((LINE % "b-2").encode()),
        c__CSV__GZ=gzip.compress(b"text\nPanen kopi.\n"),
        d__json__gz=gzip.compress(json.dumps({"text": "Panen kopi."}).encode()),
        e__pdf__gz=gzip.compress(pdf([column(60, 700, ["Panen kopi dimulai Senin."])])),
        f__xml__gz=gzip.compress(WIKI.encode()),
    )
    assert reasons(items) == []
    assert [item.id for item in articles(items)] == ["a", "b-1", "b-2", "c:1", "d", "e", "1"]


def test_a_damaged_or_cut_compressed_file_keeps_what_was_read(tmp_path: Path) -> None:
    lines = "".join(LINE.replace("%s", str(number)) for number in range(5000)).encode()
    whole = gzip.compress(lines)
    items = from_folder(tmp_path, a__jsonl__gz=whole[:-2000], b__jsonl__gz=b"Panen", c__txt__gz=whole[:20])
    assert 0 < len(articles(items)) < 5000
    cut, other, page = reasons(items)
    assert ".jsonl.gz: the compressed file is cut short or damaged (Compressed file ended before" in cut
    assert "the compressed file is cut short or damaged (Not a gzipped file" in other
    assert "the compressed file is cut short or damaged" in page


def test_a_file_that_grows_without_bounds_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * 150_000_000, compresslevel=9)
    assert len(bomb) < 200_000
    items = from_folder(tmp_path, a__txt__gz=bomb, b__jsonl__gz=bomb)
    assert articles(items) == []
    page, *lines = reasons(items)
    assert page.endswith(
        f"the page has at least 10,000,001 bytes, more than the limit of {MAXIMUM_FILE_BYTES:,}: split it"
    )
    assert lines[-1].endswith("the compressed file grows to more than 200 times its size: unpack it first")


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        (json.dumps([{"title": "A", "text": "Panen."}] * 2, indent=1).encode(), ["A", "A"]),
        (json.dumps({"title": "A", "text": "Panen."}, indent=1).encode(), ["A"]),
        (b'[ {"title": "A", "text": "Panen."}]', ["A"]),
        (b"\xef\xbb\xbfid,title,text\n1,A,Panen.\n", ["A"]),
        ("judul;isi\nA;Panen kopi.\n".encode("utf-16"), ["A"]),
        (MAIL.encode(), ["Panen"]),
        (SAVED.encode(), ["Panen"]),
        (WIKI.encode(), ["Panen"]),
        (b"<?xml version='1.0'?>\n" + WIKI.encode(), ["Panen"]),
        (pdf([[(60, 740, 20, "Panen"), *column(60, 700, ["Panen kopi dimulai hari Senin."])]]), ["Panen"]),
        (gzip.compress(b"title,text\nA,Panen.\n"), ["A"]),
        (b"[Gambas] Panen\n\nPanen kopi dimulai hari Senin pagi di lereng itu.", ["[Gambas] Panen"]),
        (b"Subject: panen\n\nPanen kopi dimulai hari Senin pagi di lereng itu.", ["Subject: panen"]),
        (b"Kopi, teh dan susu\n\nPanen kopi dimulai hari Senin pagi di lereng.", ["Kopi, teh dan susu"]),
    ],
    ids=range(14),
)  # fmt: skip
def test_standard_input_is_recognised_by_its_content(
    data: bytes, titles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    items = from_standard_input(data, monkeypatch)
    assert reasons(items) == []
    assert [item.title for item in articles(items)] == titles


def test_the_format_of_standard_input_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"text\nPanen kopi dimulai hari Senin.\n"
    (article,) = articles(from_standard_input(data, monkeypatch, input_format=".csv"))
    assert article.text == "Panen kopi dimulai hari Senin."
    assert len(article.id) == 16  # from the text, as there is no name of a file


def test_what_is_no_article_is_refused_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, reason in {
        b"<?xml version='1.0'?><inventaris><p>Teh dipetik.</p></inventaris>": "the XML is no article",
        b"PK\x03\x04" + bytes(50): "the file is not a whole DOCX document",
        b"\x89PNG\r\n\x1a\n\0\0": "the page is not text",
        b"\x1f\x8b" + bytes(20): "the compressed file is cut short or damaged",
    }.items():
        (found,) = reasons(from_standard_input(data, monkeypatch))
        assert found.startswith(f"-: {reason}")


def test_every_suffix_says_how_its_files_are_read() -> None:
    assert {suffix_of(Path(f"berita{suffix.upper()}.gz")) for suffix in FORMATS} == {
        (suffix, True) for suffix in FORMATS
    }
    assert recognised_suffix(b"WARC/1.0\r\n") == ".warc"


def test_skipped_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("x.jpg", "a/y.jpg", "catatan", "b.tar.gz", ".tersembunyi.jpg"):
        (tmp_path / name).write_bytes(b"x")
    skipped: list[str] = []
    items = list(read_paths([tmp_path], overrides=Overrides(), on_skipped=skipped.append))
    assert sorted(Path(name).name for name in skipped) == ["b.tar.gz", "catatan", "x.jpg", "y.jpg"]
    (reason,) = reasons(items)
    assert ": the folder holds no .txt, .md, .html" in reason
