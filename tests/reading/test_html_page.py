import json
from typing import Any

import pytest

from rag.errors import ReadingError
from rag.reading.html_page import read_html_page

BODY = """\
<h1>Pasar apung ramai lagi</h1>
<p>Banjar (KABAR) – Para pedagang <b>pasar apung</b> memenuhi sungai sejak <a href="/x">subuh</a>,
   setelah dua pekan air surut.</p>
<p>Ya.</p>
<h2>Harga turun</h2>
<blockquote><p>"Jeruk saya habis," kata Norhayati &amp; suaminya.</p></blockquote>
<ul><li>Jeruk: Rp12.000 🍊</li><li>Pisang: Rp8.000 <i>per sisir</i></li></ul>
<p>Pemerintah kota berencana menambah dermaga tahun depan.</p>"""
PARAGRAPHS = [
    "Banjar (KABAR) – Para pedagang pasar apung memenuhi sungai sejak subuh, setelah dua pekan air surut.",
    "Ya.",
    '"Jeruk saya habis," kata Norhayati & suaminya.',
    "Jeruk: Rp12.000 🍊",
    "Pisang: Rp8.000 per sisir",
    "Pemerintah kota berencana menambah dermaga tahun depan.",
]
FURNITURE = """\
<aside><h3>Berita Terkait</h3><ul><li><a href="/1">Banjir surut</a></li></ul></aside>
<footer><p>Hubungi kami.</p></footer>"""
NEWS_ARTICLE: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "Pasar apung  ramai lagi &amp; aman",
    "datePublished": "2025-07-27T13:27:00+08:00",
    "dateModified": "2025-07-27T15:00:00Z",
    "author": [{"@type": "Person", "name": "Siti Rahma"}, {"@type": "Person", "name": "Budi"}],
    "publisher": {"@id": "#kabar"},
    "articleSection": ["Kota", "Pasar"],
    "inLanguage": "id",
    "url": "https://kabar.example/pasar",
    "license": "CC BY 4.0",
}


def page(*, head: str = "", body: str = BODY, attributes: str = 'lang="id"') -> str:
    nav = '<nav><a href="/">Beranda</a> <a href="/kota">Kota</a></nav>'
    article = f"<main><article>{body}</article></main>"
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>{nav}{article}{FURNITURE}</body></html>"
    )


def linked(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def read(html: str) -> dict[str, Any]:
    return dict(read_html_page(html).fields)


def test_paragraphs_quotes_and_list_items_are_read_without_headings_and_boilerplate() -> None:
    assert read(page())["paragraphs"] == PARAGRAPHS


def test_fields_are_read_from_json_ld() -> None:
    outlet = {"@type": "Organization", "@id": "#kabar", "name": "KABAR"}
    fields = read(page(head=linked({"@graph": [{"@type": "WebPage"}, NEWS_ARTICLE, outlet]})))
    assert str(fields["published_at"]) == "2025-07-27 13:27:00+08:00"
    assert str(fields["updated_at"]) == "2025-07-27 15:00:00+00:00"
    assert fields["title"] == "Pasar apung ramai lagi & aman"
    assert fields["author"] == "Siti Rahma, Budi"
    assert (fields["outlet"], fields["section"], fields["language"]) == ("KABAR", "Kota", "id")
    assert fields["url"] == "https://kabar.example/pasar"
    assert fields["metadata"] == {"dateline": "Banjar", "license": "CC BY 4.0"}


def test_fields_are_read_from_meta_elements() -> None:
    head = """\
    <title>Pasar apung - Kabar Banua</title><link rel="canonical" href="https://kabar.example/pasar">
    <meta property="og:title" content="Pasar apung ramai lagi - Kabar Banua">
    <meta property="og:site_name" content="Kabar Banua"><meta name="author" content="Siti">
    <meta property="og:url" content="https://kabar.example/pasar?ref=og">
    <meta property="article:published_time" content="2025-07-27T13:27:00+0800">
    <meta property="article:modified_time" content="2025-07-28">
    <meta property="article:section" content="Kota">"""
    fields = read(page(head=head, attributes='lang="id_ID"'))
    assert str(fields["published_at"]) == "2025-07-27 13:27:00+08:00"
    assert str(fields["updated_at"]) == "2025-07-28 00:00:00+00:00"
    assert (fields["title"], fields["outlet"]) == ("Pasar apung ramai lagi", "Kabar Banua")
    assert (fields["author"], fields["section"]) == ("Siti", "Kota")
    assert (fields["url"], fields["language"]) == ("https://kabar.example/pasar", "id-ID")


def test_fields_are_read_from_the_page_itself() -> None:
    credits = "<p>Pewarta: Siti Rahma<br>Editor: Budi<br>Copyright © KABAR 2025</p>"
    fields = read(page(body=BODY.replace("</h1>", "</h1><p>Minggu, 27 Juli 2025 13:27 WITA</p>") + credits))
    assert fields["title"] == "Pasar apung ramai lagi"
    assert str(fields["published_at"]) == "2025-07-27 13:27:00+08:00"
    assert (fields["author"], fields["outlet"]) == ("Siti Rahma", "KABAR")
    assert fields["metadata"] == {"dateline": "Banjar", "editor": "Budi"}
    assert fields["paragraphs"] == PARAGRAPHS


def test_the_time_element_of_the_article_is_read() -> None:
    time = '<time datetime="2025-07-27T13:27:00+08:00">27 Juli</time>'
    assert str(read(page(body=BODY.replace("</h1>", f"</h1>{time}")))["published_at"]).endswith(
        "13:27:00+08:00"
    )


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": ',
        "[" * 100_000,
        '"teks"',
        '[1, null, {"@graph": 5}]',
        '{"@type": "NewsArticle", "headline": 5, "author": [[1]], "datePublished": "kemarin", "@id": []}',
    ],
)
def test_broken_json_ld_does_not_stop_the_reading(script: str) -> None:
    fields = read(page(head=f'<script type="application/ld+json">{script}</script>'))
    assert (fields["title"], fields["paragraphs"]) == ("Pasar apung ramai lagi", PARAGRAPHS)


def test_invalid_characters_are_left_out() -> None:
    head = linked({**NEWS_ARTICLE, "headline": "Pasar\ud800 apung\0"})
    fields = read(page(head=head, body="<p>Sungai&#11; surut&#1; pagi&#0; ini sampai sore.</p>"))
    assert fields["title"] == "Pasar apung"
    assert fields["paragraphs"] == ["Sungai surut pagi\N{REPLACEMENT CHARACTER} ini sampai sore."]


@pytest.mark.parametrize(
    "addresses",
    ['<link rel="canonical" href="/pasar">', '<meta property="og:url" content="javascript:alert(1)">'],
)
def test_a_url_that_is_not_http_is_ignored(addresses: str) -> None:
    assert "url" not in read(page(head=addresses))


@pytest.mark.parametrize(
    "html",
    [
        "<html></html>",
        "<!-- -->",
        "<p>",
        page(body=""),
        page(body="<form>Masuk <label>Nama <input></label><button>Kirim</button></form>"),
        "<html><body><h1>Terbaru</h1><ul>" + "<li><a href='/a'>Judul berita lain</a></li>" * 20 + "</ul>",
        "<html><body><nav><a href='/'>Beranda</a></nav>",
    ],
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(ReadingError, match="the page holds no article"):
        read_html_page(html)


NOTICE = "Dilarang keras melakukan crawling untuk AI di situs ini tanpa izin tertulis dari KABAR."


@pytest.mark.parametrize(
    ("html", "prohibition"),
    [
        (page(head='<meta name="robots" content="noai">'), '<meta name="robots" content="noai">'),
        (page().replace("Hubungi kami.", NOTICE), NOTICE),
        (page(body=f"{BODY}<p>{NOTICE.replace('crawling', '<i>crawling</i>')}</p>"), NOTICE),
        (page(head=f"<script>// {NOTICE}</script>"), None),
        (page(), None),
    ],
)
def test_a_prohibition_is_reported_and_is_not_a_paragraph(html: str, prohibition: str | None) -> None:
    result = read_html_page(html)
    assert result.prohibition == prohibition
    assert result.fields["paragraphs"] == PARAGRAPHS


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<p>x</p>" * 50_001, "more than 50,000 elements: give the article's text"),
        ("<div>" * 100_000, "more than 250 elements nested in each other"),
        (
            "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x",
            "more than 500 attributes on one element",
        ),
        (
            ("<p " + " ".join(f"a{n}=1" for n in range(499)) + ">x</p>") * 502,
            "more than 250,000 attributes: give",
        ),
        ("<p>" + "panen " * 170_000, "more than 1,000,000 characters of text"),
        ("<title>" + "panen " * 170_000, "more than 1,000,000 characters of text"),
    ],
)
def test_pages_beyond_the_bounds_are_refused(html: str, message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        read_html_page(html)


def test_pages_just_within_the_bounds_are_read() -> None:
    deep = "<div>" * 200 + "<p>Perahu berlabuh di dermaga lama.</p>" + "</div>" * 200
    assert read(page(body=deep))["paragraphs"] == ["Perahu berlabuh di dermaga lama."]
    many = "".join(f"<p>Perahu {number} berlabuh.</p>" for number in range(11_000))
    assert len(read(page(body=many))["paragraphs"]) == 11_000


def test_scripts_and_styles_may_be_longer_than_a_text() -> None:
    head = f"<script>{'x();' * 300_000}</script><style>{'p{}' * 400_000}</style>"
    assert read(page(head=head))["paragraphs"] == PARAGRAPHS


def test_a_long_text_is_read() -> None:
    long = "Perahu berlabuh di dermaga lama. " * 10_000
    assert read(page(body=f"<p>{long}</p>"))["paragraphs"] == [long.strip()]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "kopi"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY c SYSTEM "http://127.0.0.1:9/">',
        '<!ENTITY % d SYSTEM "file:///etc/passwd"> %d;',
    ],
)
def test_entities_are_not_expanded(declared: str) -> None:
    html = f"<?xml version='1.0'?><!DOCTYPE html [{declared}]>" + page(body="<p>Perahu &c; berlabuh.</p>")
    (paragraph,) = (text for text in read(html)["paragraphs"] if "Perahu" in text)
    assert paragraph == "Perahu &c; berlabuh."
