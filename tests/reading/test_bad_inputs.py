"""One bad input is reported, and everything else is read."""

import io
import json
import os
import threading
from pathlib import Path

import pytest

from rag.datatypes import Article, Unreadable
from rag.reading import Overrides, count_items, files_below, read_paths, read_stream
from rag.reading.formats.streams import buffered
from tests.reading.formats.reading import articles, one, read, reasons
from tests.reading.formats.test_web_archive import archive, response

LINE = '{"id": "%s", "text": "Satu kalimat.", "language": "id"}\n'
NUMBER = f"&#1{'1' * 5000};"


class Failing(io.RawIOBase):
    """Gives one line, and then fails in a way that no reader expects."""

    def __init__(self) -> None:
        self.data = io.BytesIO((LINE % "a-1").encode())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self.data.read(len(buffer))
        if not data:
            raise RuntimeError("the tape tore")
        buffer[: len(data)] = data
        return len(data)


def test_an_unexpected_error_is_reported_and_written_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    items = list(
        read_stream(buffered(Failing()), name="a.jsonl", suffix=".jsonl", overrides=Overrides())  # type: ignore[arg-type]
    )
    assert reasons(items) == ["a.jsonl: unexpected error: RuntimeError: the tape tore; please report it"]
    (logged,) = caplog.records
    assert logged.getMessage() == "Reading a.jsonl failed"
    assert logged.exc_info is not None


def around(line: str) -> list[Article | Unreadable]:
    """Return what comes of a line between two good ones."""
    items = read((LINE % "a-1") + line + "\n" + LINE % "a-3", ".jsonl")
    assert [article.id for article in articles(items)][:: len(articles(items)) - 1] == ["a-1", "a-3"]
    return items


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<p>Harga{NUMBER} naik.</p>", "Harga\ufffd naik."),  # as browsers show it
        (f"Harga{NUMBER} naik &gt; turun.", "Harga naik > turun."),
    ],
)
def test_a_number_that_is_no_character_is_left_out(body: str, text: str) -> None:
    items = around(json.dumps({"title": f"Kopi{NUMBER} &amp; teh", "content": body}))
    article = articles(items)[1]
    assert article.title == "Kopi & teh"
    assert article.paragraphs == (text,)


def test_half_a_character_in_html_is_refused_in_its_article_only() -> None:
    (reason,) = reasons(around(r'{"title":"x","content":"<p>Harga \ud83d naik</p>"}'))
    assert "berkas.jsonl:2: the HTML holds half a character or a damaged byte at character 21" in reason
    good = b'{"title": "Teh", "content": "<p>Harga teh turun.</p>"}'
    bad = b'{"title": "Kopi", "content": "<p>Harga \xff naik.</p>"}'
    items = read(b"[" + b",".join((good, bad, good.replace(b"Teh", b"Susu"))) + b"]", ".json")
    assert [article.title for article in articles(items)] == ["Teh", "Susu"]
    (reason,) = reasons(items)
    assert reason.startswith("berkas.json:2: the HTML holds half a character or a damaged byte")


def test_a_title_that_is_a_list_of_one_text_is_that_text() -> None:
    items = around('{"title":["Harga kopi"],"content":"<p>Harga naik.</p>"}')
    assert articles(items)[1].title == "Harga kopi"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ('"title":7', "title 7 is refused"),
        ('"title":["A","B"]', "title ['A', 'B'] is refused"),
        ('"title":"A","metadata":"arsip"', "metadata 'arsip' is refused"),
    ],
)
def test_a_value_of_another_type_beside_html_is_refused_in_its_article_only(fields: str, reason: str) -> None:
    (found,) = reasons(around(f'{{{fields},"content":"<p>Harga naik.</p>"}}'))
    assert found.startswith(f"berkas.jsonl:2: {reason}")


def test_a_column_that_is_named_metadata_is_refused_in_its_rows_only() -> None:
    table = "title,text,metadata\nA,<p>Harga naik.</p>,arsip\nB,<p>Harga turun.</p>,\n"
    items = read(table, ".csv")
    assert [article.title for article in articles(items)] == ["B"]
    assert reasons(items)[0].startswith("berkas.csv:1: metadata 'arsip' is refused")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every folder")
def test_a_folder_without_permission_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "tertutup").mkdir()
    (tmp_path / "tertutup" / "a.jsonl").write_text(LINE % "a-1")
    (tmp_path / "z.jsonl").write_text(LINE % "z-1")
    (tmp_path / "tertutup").chmod(0o444)  # its names can be read, and nothing else
    try:
        items = list(read_paths([tmp_path], overrides=Overrides()))
        found = [Path(file.path).name for file in files_below([tmp_path])]
        assert count_items([tmp_path]) == 2
    finally:
        (tmp_path / "tertutup").chmod(0o755)
    assert [article.id for article in articles(items)] == ["z-1"]
    assert reasons(items)[0].endswith("a.jsonl: the file cannot be read: Permission denied")
    assert found == ["a.jsonl", "z.jsonl"]


def test_counting_leaves_what_is_in_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "berita.jsonl"
    os.mkfifo(pipe)
    assert count_items([pipe]) is None
    writer = threading.Thread(target=pipe.write_text, args=(LINE % "a-1",))
    writer.start()
    items = list(read_paths([pipe], overrides=Overrides()))
    writer.join()
    assert [article.id for article in articles(items)] == ["a-1"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/html; charset=punycode",
        "text/html; charset=undefined",
        "text/html\r\nContent-Encoding: gzip",
        "text/html\r\nContent-Encoding: br",
    ],
)
def test_a_bad_page_in_a_web_archive_leaves_the_later_pages(kind: str) -> None:
    address, status, _, _ = response("b")
    bad = (address, status, kind, b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff\xfe\xfd" * 50)
    titles = [item.title for item in articles(read(archive(response("a"), bad, response("c")), ".warc"))]
    assert titles == ["Kebun a", "Kebun c"]


def test_a_page_of_a_web_archive_with_a_number_that_is_no_character_is_read() -> None:
    address, status, kind, page = response("b")
    meta = (
        f'<script type=\'application/ld+json\'>{{"headline": "Kebun{NUMBER} b", "@type": "Article"}}</script>'
    )
    odd = (address, status, kind, page.replace(b"</head>", meta.encode() + b"</head>"))
    titles = [item.title for item in articles(read(archive(response("a"), odd, response("c")), ".warc"))]
    assert titles == ["Kebun a", "Kebun b", "Kebun c"]


@pytest.mark.parametrize(
    "charset", ["charset*=foo'x'%ff", "charset=idna", "charset=punycode", "charset=undefined"]
)
def test_a_mail_that_names_an_unusual_encoding_is_read(charset: str) -> None:
    mail = f"From: Siti <s@x.example>\nSubject: Harga kopi\nContent-Type: text/plain; {charset}\n\n"
    article = one(
        read(mail.encode() + "Harga kopi di Bukit naik tiga persen – kata petani.\n".encode(), ".eml")
    )
    assert article.paragraphs == ("Harga kopi di Bukit naik tiga persen – kata petani.",)


@pytest.mark.parametrize(
    "value", ["!!timestamp x", "!!bool x", "!!int ''", "!!float x", "!!binary é", "!!set x"]
)
def test_a_value_that_does_not_fit_its_tag_in_front_matter_is_refused(value: str) -> None:
    items = read(f"---\ntitle: Kopi\nlang: {value}\n---\nHarga naik.\n", ".md")
    (reason,) = reasons(items)
    assert reason.startswith("berkas.md: the front matter between the --- lines is not YAML")
