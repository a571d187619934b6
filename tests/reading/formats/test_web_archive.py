import gzip

import pytest

from tests.reading.formats.reading import articles, read, reasons

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
