"""The text and the facts that are read from pages of the usual shapes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from rag.errors import ReadingError
from rag.reading.html_blocks import page_blocks
from rag.reading.html_page import read_html_page
from rag.reading.html_story import story_blocks
from tests.reading.market_page import BODY, PARAGRAPHS, linked, page, read

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


P = (
    "Pemerintah kota menambah empat puluh bus listrik mulai Senin depan.",
    "Bus itu dibeli dengan anggaran Rp96 miliar pada tahun lalu.",
)


def test_paragraphs_headings_quotes_and_list_items_are_read_without_boilerplate() -> None:
    fields = read(page())
    assert (fields["paragraphs"], fields["headings"]) == (PARAGRAPHS, [3])


def test_fields_are_read_from_json_ld() -> None:
    outlet = {"@type": "Organization", "@id": "#kabar", "name": "KABAR"}
    fields = read(page(head=linked({"@graph": [{"@type": "WebPage"}, NEWS_ARTICLE, outlet]})))
    assert str(fields["published_at"]) == "2025-07-27 13:27:00+08:00"
    assert str(fields["updated_at"]) == "2025-07-27 15:00:00+00:00"
    assert fields["title"] == "Pasar apung ramai lagi"
    assert fields["author"] == "Siti Rahma, Budi"
    assert (fields["outlet"], fields["section"], fields["language"]) == ("KABAR", "Kota", "id")
    assert fields["url"] == "https://kabar.example/pasar"
    assert fields["metadata"] == {
        "dateline": "Banjar",
        "license": "CC BY 4.0",
        "authors": ["Siti Rahma", "Budi"],
    }
    without_heading = page(head=linked(NEWS_ARTICLE), body=BODY.replace("h1>", "p>"))
    assert read(without_heading)["title"] == "Pasar apung ramai lagi & aman"


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
    assert (fields["url"], fields["language"]) == ("https://kabar.example/pasar", "id")


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


def test_an_address_of_a_page_counts_before_that_of_the_home_page() -> None:
    head = '<link rel="canonical" href="https://kabar.example/">'
    assert read(page(head=head))["url"] == "https://kabar.example/"
    head += '<meta property="og:url" content="https://kabar.example/pasar">'
    assert read(page(head=head))["url"] == "https://kabar.example/pasar"


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
    assert read(page(head=addresses))["url"] is None


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


@pytest.mark.parametrize(
    ("headings", "title"),
    [
        ("<h1>Ekonomi <span>Bus listrik Melati bertambah tahun ini</span></h1>",
         "Bus listrik Melati bertambah tahun ini"),
        ("<h1>Melati</h1><h1>Bus listrik Melati bertambah tahun ini</h1>",
         "Bus listrik Melati bertambah tahun ini"),
    ],
)  # fmt: skip
def test_a_kicker_or_a_short_heading_is_not_the_title(headings: str, title: str) -> None:
    head = f'<meta property="og:title" content="{title}">'
    assert read(page(head=head, body=f"{headings}<p>{P[0]}</p><p>{P[1]}</p>"))["title"] == title


LAST = "Warga berharap bus itu juga berhenti di depan sekolah."


def test_a_lead_in_a_teaser_without_links_stays() -> None:
    lead = f'<div class="teaser-text"><p>{P[0]}</p></div>'
    body = f"<h1>Bus</h1>{lead}<section><p>{P[1]}</p><p>{LAST}</p></section>"
    assert read(page(body=body))["paragraphs"] == [*P, LAST]


def test_a_refrain_stays() -> None:
    song = f"<h1>Bus</h1><p>{P[0]}</p><p>{P[1]}</p><p>{P[0]}</p><p>{LAST}</p>"
    assert read(page(body=song))["paragraphs"] == [P[0], P[1], P[0], LAST]


def test_loose_text_and_tables_stay_in_a_story_that_is_a_widget() -> None:
    table = "<div><table><tr><th>Kota</th><th>Bus</th></tr><tr><td>Melati</td><td>40</td></tr></table></div>"
    story = f"<p>{P[0]}</p><p>{P[1]}</p>{table}<em>{LAST}</em><p>{P[0]} Lagi.</p>"
    others = "".join(f"<p>Warga {number} menulis tentang halte dekat rumahnya.</p>" for number in range(30))
    html = f'<body><div class="widget Blog"><div>{story}</div></div><div>{others}</div></body>'
    chosen = story_blocks(page_blocks(document_fromstring(html)), [*P, f"{P[0]} Lagi."])
    assert chosen is not None
    assert [block.text for block in chosen[0]] == [
        *P,
        "Kota | Bus Melati | 40",
        LAST,
        f"{P[0]} Lagi.",
    ]


def test_text_in_buttons_of_scripts_is_no_link() -> None:
    body = f'<h1>Bus</h1><p><a href="javascript:void(0)">{P[0]}</a></p><p><a name="b">{P[1]}</a></p>'
    assert read(page(body=body))["paragraphs"] == [P[0], P[1]]


def test_a_hidden_part_beside_a_visible_story_is_left_out() -> None:
    hidden = f'<div style="visibility: hidden"><p>{P[1]}</p><p>{LAST}</p></div>'
    story = f"<div><p>{P[0]}</p><p>{P[0]} Lagi.</p></div>"
    assert read(page(body=f"<h1>Bus</h1>{hidden}{story}"))["paragraphs"] == [P[0], f"{P[0]} Lagi."]


FURNITURE_IN_BODY = [
    "<p><strong>Baca juga: <a href=/x>Tarif bus naik</a></strong></p>",
    "<p><strong>Baca juga:</strong><br><a href=/x>Tarif bus naik</a></p>",
    "<p>Baca juga:</p><ul><li><a href=/x>Tarif bus naik lagi mulai bulan Juli</a></li></ul>",
    "<p>Baca juga:</p><p><a href=/x>Tarif bus naik lagi mulai bulan Juli</a></p>",
    "<p>ADVERTISEMENT</p><p>SCROLL TO CONTINUE WITH CONTENT</p>",
    '<p>Simak Video "Uji coba bus listrik"</p><p>[Gambas:Video 20detik]</p>',
    "<p>(abc/def)</p>",
    "<p>Komentar</p>",
    "<p>94 comments</p>",
    "<figure><img src=a.jpg><figcaption>Bus di depo. (Kabar/Sari)</figcaption></figure>",
    '<div class="photo__caption">Bus di depo. Foto: Sari/Kabar</div>',
    '<div class="newsletter"><p>Dapatkan kabar pilihan kami setiap pagi di kotak surat.</p></div>',
    '<div class="linksisip"><p>Bus lama di kota itu akan dijual pada bulan depan.</p></div>',
    "<noscript><p>Aktifkan JavaScript untuk membaca.</p></noscript>",
    '<p style="display: none">Naskah lama yang belum disunting menyebut 99 bus.</p>',
    "<p hidden>Naskah lama yang belum disunting menyebut 99 bus.</p>",
]


@pytest.mark.parametrize("furniture", FURNITURE_IN_BODY)
@pytest.mark.parametrize("date", ["", "<p>Minggu, 27 Juli 2025 13:27 WITA</p>"])
def test_furniture_is_left_out_with_and_without_a_date_line(furniture: str, date: str) -> None:
    body = f"<h1>Bus listrik</h1>{date}<p>{P[0]}</p>{furniture}<p>{P[1]}</p>"
    assert read(page(body=body))["paragraphs"] == list(P)


@pytest.mark.parametrize(
    ("markup", "paragraphs", "headings"),
    [
        (f"<p>{P[0]}</p><ul><li>Koridor satu</li><li>Koridor dua</li></ul><p>{P[1]}</p>", [P[0],
            "Koridor satu", "Koridor dua", P[1]], None),
        (f"<p>{P[0]}</p>Ketua panitia adalah Sari Ayu.<p>{P[1]}</p>", [P[0],
            "Ketua panitia adalah Sari Ayu.", P[1]], None),
        (f"<div>{P[0]}<p>{P[1]}</p><p>{P[0][:-1]} juga.</p></div>", [P[0], P[1], P[0][:-1] + " juga."], None),
        (f"<div>{P[0]}<br><br>{P[1]}</div>", list(P), None),
        (f"<p>{P[0]}</p><h3>Berapa biayanya?</h3><p>{P[1]}</p>", [P[0], "Berapa biayanya?", P[1]], [2]),
        (f"<p>{P[0]}</p><p><strong>Berapa biayanya?</strong></p><p>{P[1]}</p>", [P[0], "Berapa biayanya?", P[
            1]], [2]),
        (f'<p>{P[0]}</p><div><strong class="faq-question">Biaya</strong><p>Gratis.</p></div><p>{P[1]}</p>', [
            P[0], "Biaya", "Gratis.", P[1]], [2]),
        (f"<p>{P[0]}</p><details><summary>Rincian</summary><p>{P[1]}</p></details><p>{P[0]} Lagi.</p>", [P[
            0], "Rincian", P[1], P[0] + " Lagi."], [2]),
        (f"<p>{P[0]}</p><dl><dt>Panjang</dt><dd>840 meter</dd></dl><p>{P[1]}</p>", [P[0], "Panjang",
            "840 meter", P[1]], [2]),
        (f"<div><time>08.10 WIB</time><h3>Surut</h3><p>{P[0]}</p></div><div><time>06.30 WIB</time><h3>Naik<"
            f"/h3><p>{P[1]}</p></div>",
         ["08.10 WIB", "Surut", P[0], "06.30 WIB", "Naik", P[1]], [1, 2, 4, 5]),
        (f"<p>{P[0]}</p><table><tr><th>Koridor</th><th>Bus</th></tr><tr><td>Satu</td><td>25</td></tr></tabl"
            f"e><p>{P[1]}</p>",
         [P[0], "Koridor | Bus\nSatu | 25", P[1]], None),
        (f"<p>{P[0]}</p><p>{P[1]}</p><h3>Berita lain</h3>", list(P), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["<article>%s</article>", '<div class="content">%s</div>', "%s"])
def test_lists_loose_text_headings_and_tables_stay(
    markup: str, paragraphs: list[str], headings: list[int] | None, frame: str
) -> None:
    fields = read(f"<html lang=id><body>{frame % ('<h1>Bus listrik</h1>' + markup)}</body></html>")
    assert (fields["paragraphs"], fields.get("headings")) == (paragraphs, headings)


def test_the_header_of_a_long_table_stands_above_each_part() -> None:
    rows = "".join(f"<tr><td>Halte nomor {n}</td><td>{n} bus setiap jam</td></tr>" for n in range(100))
    table = f"<table><thead><tr><th>Halte</th><th>Bus</th></tr></thead>{rows}</table>"
    paragraphs = read(page(body=f"<h1>Bus</h1><p>{P[0]}</p>{table}<p>{P[1]}</p>"))["paragraphs"]
    parts = paragraphs[1:-1]
    assert len(parts) > 1
    assert all(part.startswith("Halte | Bus\nHalte nomor") and len(part) < 900 for part in parts)
    assert sum(part.count("\n") for part in parts) == 100


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Panjangnya 840<sup>1</sup> meter.", "Panjangnya 840 meter."),
        ("Panjangnya 840<sup>[2]</sup> meter.", "Panjangnya 840 meter."),
        ('Menurut catatan<sup><a href="#1">1</a></sup> itu.', "Menurut catatan itu."),
        (
            "Ada 10<sup>6</sup> bakteri dan 3,2 × 10<sup>-9</sup> sel.",
            "Ada 10^6 bakteri dan 3,2 × 10^-9 sel.",
        ),
        ("Luasnya 3 km<sup>2</sup> dan 5 m<sup>3</sup>.", "Luasnya 3 km² dan 5 m³."),
        ("Ada 12 ton CO<sub>2</sub>.", "Ada 12 ton CO2."),
        ("Jejak <sup>137</sup>Cs di sumur.", "Jejak ¹³⁷Cs di sumur."),
        ("The 1<sup>st</sup> of May.", "The 1st of May."),
        ("Beratnya 1½ kilogram.", "Beratnya 1 ½ kilogram."),
        ("Trombosit 5x10<sup>9</sup>/L darah.", "Trombosit 5x10^9/L darah."),
        ("Beratnya 2<sup>1</sup>/2 kilogram.", "Beratnya 2 1/2 kilogram."),
        ("Beratnya 2<sup>1</sup>/<sub>2</sub> kilogram.", "Beratnya 2 1/2 kilogram."),
        ("Korban <del>48</del> <ins>12</ins> orang.", "Korban 12 orang."),
        ("Korban <s>48</s> 12 orang.", "Korban 12 orang."),
        ('Korban <span style="text-decoration: line-through">48</span> 12 orang.', "Korban 12 orang."),
        ("Ada 1<wbr>.250<wbr>.300 pemilih ter<wbr>daftar.", "Ada 1.250.300 pemilih terdaftar."),
        ("Skor <b>Sagara</b><i>3</i>-<i>1</i><b>Lembayung</b> usai.", "Skor Sagara 3-1 Lembayung usai."),
        ("Harga <span>Rp</span><span>1.350</span><span>.000</span> saja.", "Harga Rp1.350.000 saja."),
        ("<ruby>図書館<rt>としょかん</rt></ruby>は本を購入した。", "図書館は本を購入した。"),
    ],
)
def test_figures_survive_markup(markup: str, text: str) -> None:
    assert read(page(body=f"<h1>Bus</h1><p>{P[0]}</p><p>{markup}</p><p>{P[1]}</p>"))["paragraphs"] == [
        P[0],
        text,
        P[1],
    ]


@pytest.mark.parametrize(
    ("head", "byline", "author"),
    [
        ('<meta name="author" content="Kabar Cyber Media">', "<p>Penulis : Sari Ayu</p>", "Sari Ayu"),
        ('<meta name="author" content="s.ayu@kabar.example">', "", None),
        ('<meta name="author" content="4512">', "", None),
        ('<meta name="author" content="https://kabar.example/sari">', "", None),
        ('<meta name="author" content="Oleh: Sari Ayu dan Raka Wijaya">', "", "Sari Ayu, Raka Wijaya"),
        (linked({"@type": "NewsArticle", "author": {"@type": "Organization", "name": "KABAR"}, "publisher": {
            "name": "KABAR"}}),
         '<div class="author">Sari Ayu</div>', "Sari Ayu"),
        (linked({"@type": "NewsArticle", "author": [{"name": "Sari Ayu"}, {"name": "Raka Wijaya"}]}), "",
            "Sari Ayu, Raka Wijaya"),
        ("", '<div class="byline">Sari Ayu | Kabar Uji</div>', "Sari Ayu"),
        ("", "<p>Oleh Sari Ayu</p>", "Sari Ayu"),
    ],
)  # fmt: skip
def test_authors(head: str, byline: str, author: str | None) -> None:
    fields = read(page(head=head, body=f"<h1>Bus</h1>{byline}<p>{P[0]}</p><p>{P[1]}</p>"))
    assert (fields["author"], fields["paragraphs"]) == (author, list(P))
    assert fields["metadata"].get("authors") == (
        ["Sari Ayu", "Raka Wijaya"] if author and "," in author else None
    )


@pytest.mark.parametrize(
    ("head", "byline", "author"),
    [
        # A name in a line with other facts
        ("", '<div><a href="/kota">Kota</a> <time>27 Juli 2025</time> <span class="byline"> oleh <span '
             'class="author vcard"><a class="url fn n" href="/author/sari">Sari Ayu</a></span></span></div>',
         "Sari Ayu"),
        ("", '<p class="info">Kota <a href="/penulis/sari-ayu">Sari Ayu</a> · 3 menit</p>', "Sari Ayu"),
        ("", '<p class="submitted">Gespeichert von <b>rahma77</b> am 24. Juli 2025 - 18:55</p>', "rahma77"),
        ("", '<div class="byline">VON <a href="/autoren/ayu">SARI AYU</a> am 21. April 2025</div>',
         "SARI AYU"),
        ("", '<div><span class="author"><a rel="author">Sari Ayu</a></span> dan <span class="author">'
             '<a rel="author">Raka Wijaya</a></span></div>', "Sari Ayu, Raka Wijaya"),
        ("", "<h4>Penulis</h4><p>Sari Ayu</p>", "Sari Ayu"),
        ("", '<span class="author">freeman1984</span>', "freeman1984"),
        ("", '<div class="td-author-by">Oleh</div> <a href="/author/robert">Robert</a>', "Robert"),
        # What other elements and nodes say
        ('<meta name="twitter:label1" content="Ditulis oleh">'
         '<meta name="twitter:data1" content="Sari Ayu">', "",
         "Sari Ayu"),
        (linked({"@graph": [{"@type": ["Person", "Organization"], "@id": "#me", "name": "Sari Ayu"}]}), "",
         "Sari Ayu"),
        ('<meta name="author" content="KABAR">', '<p class="byline">Oleh Sari Ayu</p>', "Sari Ayu"),
        # Names of others, and texts that are no names
        ("", '<figure><img src="b.jpg"><figcaption>Bus <span class="author">Raka Wijaya</span></figcaption>'
             "</figure>", None),
        ("", '<div class="related"><a href="/b">Harga cabai di Pasar Melati turun</a>'
             '<span class="author">Raka Wijaya</span></div>', None),
        ("", '<div class="byline">Bereitgestellt von WordPress.com</div>', None),
        ("", '<div class="author">Mehr</div>', None),
        ("", '<div class="comment"><span class="author">Raka Wijaya</span></div>', None),
    ],
)  # fmt: skip
def test_authors_in_bylines(head: str, byline: str, author: str | None) -> None:
    assert read(page(head=head, body=f"<h1>Bus</h1>{byline}<p>{P[0]}</p><p>{P[1]}</p>"))["author"] == author


def test_long_runs_of_raised_figures_and_line_breaks_keep_their_text() -> None:
    raised = "CO<sub>2</sub>, 10<sup>6</sup> dan 840<sup>1</sup>. " * 500
    broken = "<br>".join(f"Bus ke-{number} tiba di halte pelabuhan." for number in range(500))
    paragraphs = read(page(body=f"<h1>Bus</h1><p>{P[0]}</p><p>{raised}</p><p>{broken}</p>"))["paragraphs"]
    assert paragraphs[1] == ("CO2, 10^6 dan 840. " * 500).strip()
    assert paragraphs[-1].endswith("Bus ke-499 tiba di halte pelabuhan.")


@pytest.mark.parametrize(
    ("head", "title", "outlet"),
    [
        ('<meta property="og:title" content="Bus baru | WARTA MELATI"><meta property="og:site_name" content'
            '="Warta Melati">', "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Warta Melati: Bus baru"><meta property="og:site_name" content='
            '"Warta Melati">', "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Bus baru - Warta Melati Regional"><meta property="og:site_name'
            '" content="Warta Melati">', "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Bus baru | Warta Melati"><meta property="og:site_name" content'
            '="wartamelati.example">', "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Bus baru - siapa yang naik?"><meta property="og:site_name" con'
            'tent="Warta Melati">', "Bus baru - siapa yang naik?", "Warta Melati"),
        ('<meta property="og:title" content="Bus baru"><meta name="DC.publisher" content="Warta Melati">',
            "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Bus baru"><script type="application/ld+json">{"@graph": '
            '[{"@type":"WebSite", "name": "Warta Melati"}]}</script>', "Bus baru", "Warta Melati"),
        ('<meta property="og:title" content="Warga &amp;quot;Melati&amp;quot; menang">',
            'Warga "Melati" menang', None),
    ],
)  # fmt: skip
def test_titles_and_outlets(head: str, title: str, outlet: str | None) -> None:
    fields = read(page(head=head, body=f"<p>{P[0]}</p><p>{P[1]}</p>"))
    assert (fields["title"], fields["outlet"]) == (title, outlet)


@pytest.mark.parametrize("lang", ['lang="en-US"', 'lang="in"', "", 'lang="xx-bad"'])
def test_the_language_is_that_of_the_text(lang: str) -> None:
    assert read(page(attributes=lang))["language"] == "id"


def test_markup_decides_the_language_of_a_text_that_is_too_short() -> None:
    assert read(page(body="<h1>Foto</h1><p>Bali, 2025.</p>", attributes='lang="in"'))["language"] == "id"


def test_the_section_is_the_first_breadcrumb_below_the_home_page() -> None:
    crumbs = [
        {"@type": "ListItem", "name": name} for name in ("Beranda", "Ekonomi", "Pasar apung ramai lagi")
    ]
    assert (
        read(page(head=linked({"@type": "BreadcrumbList", "itemListElement": crumbs})))["section"]
        == "Ekonomi"
    )


def test_a_body_in_json_ld_is_read_if_the_page_shows_only_its_beginning() -> None:
    body = "\n".join([*P, "Tarifnya Rp3.500 sekali jalan."])
    head = linked({"@type": "NewsArticle", "headline": "Bus", "articleBody": body})
    wall = '<div class="paywall">Lanjutkan membaca dengan berlangganan.</div>'
    assert read(page(head=head, body=f"<h1>Bus</h1><p>{P[0]}</p>{wall}"))["paragraphs"] == body.split("\n")
    assert read(page(head=head, body='<div id="root"></div>'))["paragraphs"] == body.split("\n")


def test_a_body_in_a_script_is_read() -> None:
    texts = f'\\u003cp\\u003e{P[0]}\\u003c/p\\u003e<p class=\\"a\\">{P[1]}</p>'
    script = f'<script>self.__next_f.push([1,"{texts}"])</script>'
    html = f"<html><head><title>Bus</title></head><body><div id=__next></div>{script}</body></html>"
    assert read(html)["paragraphs"] == list(P)


def test_a_page_that_lists_stories_is_refused() -> None:
    cards = "".join(
        f'<div class="card"><a href="/b{n}"><h2>Judul berita {n} tentang harga</h2></a>'
        f"<p>Ringkasan berita {n} tentang harga gula naik.</p></div>"
        for n in range(8)
    )
    with pytest.raises(ReadingError, match="it lists 8 stories, so give their own pages"):
        read_html_page(f"<html lang=id><body><main><h1>Ekonomi</h1>{cards}</main></body></html>")


def test_a_form_around_the_whole_page_is_no_form() -> None:
    body = f"<h1>Bus</h1><p>{P[0]}</p><p>{P[1]}</p>"
    html = f"<html lang=id><body><form id=aspnetForm><div>{body}</div></form></body></html>"
    assert read(html)["paragraphs"] == list(P)


def test_a_short_story_in_an_aside_is_read() -> None:
    links = "".join(f"<p><a href=/{n}>Berita lain nomor {n}</a></p>" for n in range(40))
    main = f"<main><aside><article><p>{P[0]}</p></article></aside></main>"
    html = f"<html lang=id><body>{main}{links}</body></html>"
    assert P[0] in read(html)["paragraphs"]


def test_only_the_first_of_two_articles_is_read() -> None:
    second = f"<article><h1>Lain</h1><p>{P[1]}</p><p>{P[1][:-1]} juga.</p></article>"
    fields = read(
        f"<html lang=id><body><article><h1>Bus</h1><p>{P[0]}</p><p>Ya, benar.</p></article>{second}</body><"
        f"/html>"
    )
    assert fields["paragraphs"] == [P[0], "Ya, benar."]


def test_what_is_left_out_is_reported() -> None:
    body = f"<h1>Bus</h1><p>{P[0]}</p><p>Baca juga:</p><p><a href=/x>Tarif naik</a></p><p>{P[1]}</p>"
    assert read_html_page(page(body=body)).dropped == ("Baca juga:", "Tarif naik")


SAFE = st.text("ab \u00e9村سلام", min_size=1, max_size=30).map(lambda text: f"Kata {text} usai di kota itu.")


@given(
    st.lists(SAFE, min_size=2, max_size=6, unique_by=lambda text: "".join(filter(str.isalnum, text))),
    st.sampled_from(["p", "div", "li"]),
)
def test_no_paragraph_is_lost_or_doubled(sentences: list[str], tag: str) -> None:
    blocks = "".join(f"<{tag}>{sentence}</{tag}>" for sentence in sentences)
    paragraphs = read(page(body=f"<h1>Bus</h1><p>{P[0]}</p>{blocks}<p>{P[1]}</p>"))["paragraphs"]
    assert paragraphs == [P[0], *(" ".join(sentence.split()) for sentence in sentences), P[1]]


LOOSE = (
    "Dermaga baru di tepi sungai dibuka pada hari Senin dan menampung dua ratus perahu.",
    "Pedagang jeruk mengatakan bahwa jarak ke pasar menjadi lebih pendek daripada dahulu.",
    "Pemerintah kota menanggung biaya sewa selama enam bulan pertama bagi semua pedagang.",
)


def test_a_page_on_which_no_story_is_found_is_read_if_its_text_reads_like_one() -> None:
    story = "".join(f"<p>{text}</p>" for text in LOOSE)
    html = f"<html><body><footer><p>Kabar Uji</p><h1>Dermaga baru dibuka</h1>{story}</footer></body></html>"
    assert read(html)["paragraphs"] == [*LOOSE]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"<p>{text}</p>" for text in LOOSE[:2]),
        "".join(f'<p><a href="/{number}">{text}</a></p>' for number, text in enumerate(LOOSE)),
        "".join(f"<p>{text}</p>" + "<p>Tombol untuk memesan perahu</p>" * 9 for text in LOOSE),
    ],
)
def test_a_page_on_which_no_story_is_found_is_refused_if_its_text_does_not_read_like_one(text: str) -> None:
    html = f"<html><body><footer><h1>Dermaga baru dibuka</h1>{text}</footer></body></html>"
    with pytest.raises(ReadingError, match="holds no article"):
        read(html)


def test_a_page_of_bare_text_is_a_story() -> None:
    html = "<html><body>Harga beras naik tipis.<br>Pedagang mengeluh.</body></html>"
    assert read(html)["paragraphs"] == ["Harga beras naik tipis.", "Pedagang mengeluh."]


@pytest.mark.parametrize("element", ["p", "li"])
def test_code_within_a_sentence_does_not_divide_it(element: str) -> None:
    sentence = "Jalankan <code>pasar buka</code> setiap pagi, lalu <code>pasar tutup</code> pada malam hari."
    listing = "<pre><code>pasar buka\npasar tutup</code></pre>"
    markup = f"<{element}>{sentence}</{element}>{listing}"
    listed = f"<ul>{markup}</ul>" if element == "li" else markup
    body = f"{BODY}{listed}<p>Perintah itu ada sejak 2024.</p>"
    assert read(page(body=body))["paragraphs"] == [
        *PARAGRAPHS,
        "Jalankan pasar buka setiap pagi, lalu pasar tutup pada malam hari.",
        "pasar buka\npasar tutup",
        "Perintah itu ada sejak 2024.",
    ]


def test_a_story_in_a_template_is_read_if_the_page_shows_only_furniture() -> None:
    template = "".join(f"<p>{text}</p>" for text in LOOSE)
    html = (
        "<html><body><h1>Dermaga baru dibuka</h1><div class='post'>"
        f"<script type='text/template'>{template}</script>"
        "<p>Baca juga: Harga jeruk turun</p></div></body></html>"
    )
    assert read(html)["paragraphs"] == [*LOOSE]
