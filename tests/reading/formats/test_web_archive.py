import gzip
import io

import brotli
import pytest

from rag.reading import Overrides, read_stream
from rag.reading.formats.streams import inflated
from tests.reading.formats.reading import articles, one, read, reasons

PAGE = (
    "<html lang='id'><head><title>Kebun {0}</title></head><body><article><h1>Kebun {0}</h1>"
    "<p>Pemetik mulai bekerja pukul enam pagi di lereng {0}.</p><p>Panen berlangsung tujuh hari.</p>"
    "</article>"
)


def record(kind: str, content_type: str, content: bytes, *, address: str = "") -> bytes:
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>",
        "WARC-Date: 2024-01-05T01:00:00Z",
        *([f"WARC-Target-URI: {address}"] if address else []),
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join((*lines, "", "")).encode() + content + b"\r\n\r\n"


def archive(*responses: tuple[str, str, str, bytes]) -> bytes:
    records = [record("warcinfo", "application/warc-fields", b"software: uji\r\n")]
    for address, status, kind, body in responses:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        content = head.encode() + body
        records.append(record("response", "application/http;msgtype=response", content, address=address))
    return b"".join(records)


def response(
    name: str, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8"
) -> tuple[str, str, str, bytes]:
    return (f"https://kabar.example/{name}", status, kind, PAGE.format(name).encode())


def test_pages_of_html_are_articles_and_the_rest_is_left_out() -> None:
    responses = (
        response("a"),
        response("hilang", status="404 Not Found"),
        response("gambar", kind="image/png"),
        response("b"),
    )
    first, second = articles(read(archive(*responses), ".warc"))
    assert (first.title, first.url) == ("Kebun a", "https://kabar.example/a")
    assert first.paragraphs[0] == "Pemetik mulai bekerja pukul enam pagi di lereng a."
    assert first.id == articles(read(archive(*responses[::-1]), ".warc", name="lain"))[1].id != second.id


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://kabar.example/kebun/a", "https://kabar.example/kebun/a"),
        ("https://kabar.example/", "https://kabar.example/a"),
        ("https://lain.example/kebun/a", "https://kabar.example/a"),
    ],
)
def test_the_address_of_a_page_is_the_stated_one_if_it_is_a_page_of_the_site(
    canonical: str, url: str
) -> None:
    body = PAGE.format("a").replace("<head>", f'<head><link rel="canonical" href="{canonical}">').encode()
    data = archive(("https://kabar.example/a", "200 OK", "text/html", body))
    assert [article.url for article in articles(read(data, ".warc"))] == [url]


def test_a_page_is_read_in_the_encoding_that_the_server_named() -> None:
    body = PAGE.format("“ü” 5 €").encode("cp1252")
    data = archive(("https://kabar.example/a", "200 OK", "text/html; charset=ISO-8859-1", body))
    assert [article.title for article in articles(read(data, ".warc"))] == ["Kebun “ü” 5 €"]


def test_a_page_that_the_server_compressed_is_read() -> None:
    body = gzip.compress(PAGE.format("a").encode())
    kind = "text/html\r\nContent-Encoding: gzip"
    data = archive(("https://kabar.example/a", "200 OK", kind, body))
    assert [article.title for article in articles(read(data, ".warc"))] == ["Kebun a"]


def test_a_page_that_is_cut_short_is_not_stored_and_those_before_it_are() -> None:
    data = archive(response("a"), response("b"))
    items = read(data[:-60], ".warc")
    assert [article.title for article in articles(items)] == ["Kebun a"]
    assert reasons(items) == [
        "berkas.warc: the web archive is cut short or damaged: fetch it again; "
        "the pages before that were read"
    ]


def test_a_page_without_article_is_reported_with_its_address() -> None:
    empty = ("https://kabar.example/", "200 OK", "text/html", b"<html><body></body></html>")
    items = read(archive(empty, response("b")), ".warc")
    assert [article.title for article in articles(items)] == ["Kebun b"]
    (reason,) = reasons(items)
    assert reason.startswith("berkas.warc:1: https://kabar.example/: the page holds no article")


def test_what_is_no_web_archive_is_refused() -> None:
    assert reasons(read(b"Panen.", ".warc")) == [
        "berkas.warc: the file is not a web archive: it does not begin with WARC/"
    ]
    assert reasons(read(archive(), ".warc")) == ["berkas.warc: the web archive holds no page of HTML"]
    (reason,) = reasons(read(b"WARC/1.0\r\nPanen\r\n", ".warc"))
    assert reason.startswith("berkas.warc: the web archive ")


def test_pages_above_the_end_of_a_cut_compressed_archive_are_read() -> None:
    packed = gzip.compress(archive(response("a"))) + gzip.compress(archive(response("b")))
    items = read(packed[:-20], ".warc")
    assert reasons(items) == ["berkas.warc: the file is not a web archive: it does not begin with WARC/"]
    stream = inflated(io.BytesIO(packed[:-20]))
    items = list(read_stream(stream, name="a.warc", suffix=".warc", overrides=Overrides()))
    assert [article.title for article in articles(items)] == ["Kebun a"]
    assert reasons(items)[0].startswith("a.warc: the compressed file is cut short or damaged")


def test_an_archive_that_ends_within_the_head_of_a_record_is_reported() -> None:
    whole = archive(response("a"))
    items = read(whole + whole[:40], ".warc")
    assert [article.title for article in articles(items)] == ["Kebun a"]
    items = read(whole + b"WARC/1.0\r\nWARC-Type: response\r\n", ".warc")
    assert reasons(items)[0].startswith("berkas.warc: the web archive is cut short or damaged")


def with_header(name: str, header: str, body: bytes | None = None) -> bytes:
    address, status, kind, page = response(name)
    return archive((address, status, f"{kind}\r\n{header}", page if body is None else body))


def test_a_header_that_forbids_indexing_counts() -> None:
    (reason,) = reasons(read(with_header("a", "X-Robots-Tag: noai"), ".warc"))
    assert "X-Robots-Tag: noai" in reason


def test_pages_packed_with_brotli_are_read() -> None:
    packed = brotli.compress(PAGE.format("a").encode())
    for body in (packed, PAGE.format("a").encode()):
        assert one(read(with_header("a", "Content-Encoding: br", body), ".warc")).title == "Kebun a"
    bomb = brotli.compress(b"a" * 12_000_000)
    (reason,) = reasons(read(with_header("a", "Content-Encoding: br", bomb), ".warc"))
    assert "more than 10,000,000 bytes" in reason


def test_a_page_that_the_crawler_cut_is_refused_and_a_repeated_one_is_read_once() -> None:
    cut = archive(response("a")).replace(b"WARC-Target", b"WARC-Truncated: length\r\nWARC-Target")
    (reason,) = reasons(read(cut, ".warc"))
    assert "holds only a part of the page" in reason
    assert len(articles(read(archive(response("a"), response("b"), response("a")), ".warc"))) == 2


def test_the_last_capture_of_an_address_that_can_be_read_is_kept() -> None:
    address, status, kind, page = response("a")
    newer = page.replace(b"tujuh hari", b"delapan hari")
    captures = [(address, status, kind, body) for body in (page, newer, b"<html><body></body></html>")]
    items = read(archive(captures[0], response("b"), *captures[1:]), ".warc")
    assert [article.url for article in articles(items)] == ["https://kabar.example/b", address]
    assert articles(items)[1].paragraphs[1] == "Panen berlangsung delapan hari."
    assert [reason.split(": ")[0] for reason in reasons(items)] == ["berkas.warc:4"]
