"""Feeds in files: titles with markup, relative links, missing dates, guids that repeat, summaries."""

import time
from html import escape
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article, Unreadable
from rag.errors import ReadingError
from rag.reading import Overrides, read_paths, read_stream
from rag.reading.feeds import FeedEntry, plain_line, read_feed
from rag.reading.formats.streams import buffered

HARVEST = "<p>Panen kopi mencapai 412 ton.</p><p>Petani menyambut baik kenaikan harga.</p>"


def rss(*items: str, more: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>KABAR</title><link>https://kabar.example.org/</link>{more}{''.join(items)}"
        "</channel></rss>"
    ).encode()


def item(
    title: str = "Panen kopi", *, link: str = "/kopi", text: str | None = HARVEST, more: str = ""
) -> str:
    whole = f"<content:encoded>{escape(text)}</content:encoded>" if text else ""
    return f"<item><title>{title}</title><link>{link}</link>{whole}{more}</item>"


def atom(*entries: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="id" xml:base="https://kabar.example.org/berita/">'
        f"<title>KABAR</title>{''.join(entries)}</feed>"
    ).encode()


def entries(data: bytes, *, address: str | None = None) -> list[FeedEntry]:
    return list(read_feed(data, address=address).entries)


def read(data: bytes) -> list[Article | Unreadable]:
    return list(read_stream(buffered(BytesIO(data)), name="kabar.rss", suffix=".rss", overrides=Overrides()))


def test_an_entry_of_rss_is_an_article() -> None:
    more = (
        "<guid isPermaLink='false'>7</guid><pubDate>Sun, 27 Jul 2025 13:27:00 +0700</pubDate>"
        "<dc:creator>Sari Wulan</dc:creator><category>Ekonomi</category><description>Ringkas</description>"
    )
    (article,) = read(rss(item(more=more)))
    assert isinstance(article, Article)
    assert article.paragraphs == ("Panen kopi mencapai 412 ton.", "Petani menyambut baik kenaikan harga.")
    assert (article.title, article.author, article.section) == ("Panen kopi", "Sari Wulan", "Ekonomi")
    assert (article.url, article.language) == ("https://kabar.example.org/kopi", "id")
    assert str(article.published_at) == "2025-07-27 13:27:00+07:00"
    assert article.updated_at is None


@pytest.mark.parametrize("name", ["kabar.rss", "kabar.atom", "kabar.xml"])
def test_a_feed_in_a_folder_is_read_whatever_its_suffix(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(rss(item(), item("Panen teh", link="/teh")))
    found = [item for item in read_paths([tmp_path], overrides=Overrides()) if isinstance(item, Article)]
    assert [article.title for article in found] == ["Panen kopi", "Panen teh"]


def test_an_entry_of_atom_is_an_article() -> None:
    (article,) = read(
        atom(
            '<entry><title type="html">Panen &lt;i&gt;kopi&lt;/i&gt;</title>'
            "<id>tag:kabar.example.org,2025:1</id>"
            '<link href="../kopi"/><updated>2025-07-28T08:00:00+07:00</updated>'
            "<published>2025-07-27T13:27:00+07:00</published><author><name>Sari</name></author>"
            "<author><name>Budi</name></author>"
            f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{HARVEST}</div></content></entry>'
        )
    )
    assert isinstance(article, Article)
    assert (article.title, article.url) == ("Panen kopi", "https://kabar.example.org/kopi")
    assert article.author == "Sari, Budi"
    assert article.metadata["authors"] == ["Sari", "Budi"]
    assert str(article.updated_at) == "2025-07-28 08:00:00+07:00"
    assert len(article.paragraphs) == 2


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("&lt;b&gt;Panen&lt;/b&gt; kopi &amp;amp; teh", "Panen kopi & teh"),
        ("<![CDATA[<span class='x'>Panen</span>\n kopi &ndash; teh]]>", "Panen kopi – teh"),
        ("&amp;lt;em&amp;gt;Panen&amp;lt;/em&amp;gt;", "Panen"),
        ("<![CDATA[Harga < 5 dan AT&T]]>", "Harga < 5 dan AT&T"),
        ("Harga kopi &lt;script&gt;alert(1)&lt;/script&gt;naik", "Harga kopi naik"),
        ("Panen AT&T & kopi", "Panen AT&T & kopi"),
    ],
)
def test_markup_in_titles_is_cleaned(title: str, expected: str) -> None:
    assert entries(rss(item(title)))[0].title == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/kopi", "https://kabar.example.org/kopi"),
        ("kopi?utm_source=rss&amp;id=7#top", "https://kabar.example.org/rss/kopi?id=7"),
        ("//m.kabar.example.org/kopi", "https://m.kabar.example.org/kopi"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_relative_links_are_resolved_against_the_feed(link: str, expected: str | None) -> None:
    (entry,) = entries(rss(item(link=link)), address="https://kabar.example.org/rss/feed.xml")
    assert entry.url == expected


def test_entries_without_dates_are_read() -> None:
    (article,) = read(rss(item()))
    assert isinstance(article, Article)
    assert article.published_at is None


@pytest.mark.parametrize(
    "null", ["Thu, 01 Jan 1970 00:00:00 +0000", "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 +0000"]
)
def test_a_time_that_stands_for_none_is_no_date(null: str) -> None:
    assert entries(rss(item(more=f"<pubDate>{null}</pubDate>")))[0].published_at is None


def test_an_entry_is_read_once_and_the_newest_counts() -> None:
    guid = "<guid isPermaLink='false'>7</guid>"
    old = guid + "<pubDate>Sun, 20 Jul 2025 13:27:00 +0700</pubDate>"
    new = guid + "<pubDate>Sun, 27 Jul 2025 13:27:00 +0700</pubDate>"
    found = read(rss(item(more=old), item(more=new, text=HARVEST.replace("412", "500")), item(more=guid)))
    assert len(found) == 1
    assert isinstance(found[0], Article)
    assert "500 ton" in found[0].text


def test_a_guid_that_all_entries_share_loses_none() -> None:
    guid = "<guid isPermaLink='false'>1</guid>"
    found = entries(rss(*(item(f"Panen {n}", link=f"/{n}", more=guid) for n in range(3))))
    assert [entry.title for entry in found] == ["Panen 0", "Panen 1", "Panen 2"]


def test_an_entry_without_an_address_keeps_its_guid_as_id() -> None:
    (article,) = read(rss(item(link="", more="<guid isPermaLink='false'>urn:kabar:7</guid>")))
    assert isinstance(article, Article)
    assert (article.id, article.url) == ("urn:kabar:7", None)


SUMMARIES = [
    item(text=None),
    item(text=None, more="<description>Panen kopi mencapai 412 ton.</description>"),
    item(text=HARVEST + "<p>Harga naik […]</p>"),
    item(text=HARVEST + '<p>Harga naik. <a href="/kopi">Baca selengkapnya</a></p>'),
    item(text="<p>Ringkas.</p>", more="<description>Ringkas.</description>"),
]


@pytest.mark.parametrize("summary", SUMMARIES)
def test_an_entry_with_a_summary_alone_is_refused(summary: str) -> None:
    other, refused = read(rss(item("Panen teh", link="/teh"), summary))
    assert isinstance(other, Article)
    assert isinstance(refused, Unreadable)
    assert refused.source == "kabar.rss:https://kabar.example.org/kopi"
    assert refused.reason == (
        "the feed carries only its summary: fetch the page with `kutip ingest https://kabar.example.org/kopi`"
    )


def test_furniture_in_a_text_is_left_out_and_reported() -> None:
    post = '<p>The post <a href="/kopi">Panen kopi</a> appeared first on <a href="/">KABAR</a>.</p>'
    (entry,) = entries(rss(item(text=HARVEST + post)))
    page = entry.to_page()
    assert len(page.fields["paragraphs"]) == 2
    assert page.dropped == ("The post Panen kopi appeared first on KABAR.",)


def test_a_long_description_is_the_text() -> None:
    described = (
        f"<description>{escape(HARVEST + '<p>Musim hujan tiba lebih awal tahun ini.</p>')}</description>"
    )
    (article,) = read(rss(item(text=None, more=described)))
    assert isinstance(article, Article)
    assert len(article.paragraphs) == 3


MEDIA = (
    "<media:content xmlns:media='http://search.yahoo.com/mrss/'><media:description>Petani memetik kopi. "
    "(Foto: Sari)</media:description><media:text>Petani memetik kopi di lereng.</media:text></media:content>"
)
ITUNES = (
    "<itunes:summary xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>Obrolan kopi.</itunes:summary>"
)
DUBLIN = "<dc:description>Kopi dari lereng itu sudah dipanen.</dc:description>"


@pytest.mark.parametrize("other", [MEDIA, ITUNES, DUBLIN])
def test_a_caption_or_a_second_summary_is_no_text(other: str) -> None:
    summary = "<description>Panen kopi mencapai 412 ton.</description>"
    for more in (summary + other, other + summary):
        assert entries(rss(item(text=None, more=more)))[0].text is None
        assert entries(rss(item(more=more)))[0].to_page().fields["paragraphs"][0] == (
            "Panen kopi mencapai 412 ton."
        )


def test_a_list_of_headlines_is_no_text() -> None:
    lines = "".join(
        f"<li><a href='https://kabar.example.org/{n}'>Harga kopi naik {n} persen di lereng itu</a>"
        f"&nbsp;&nbsp;<font color='#6f6f6f'>Kabar {n}</font></li>"
        for n in range(5)
    )
    described = f"<description>{escape(f'<ol>{lines}</ol>')}</description>"
    assert entries(rss(item(text=None, more=described)))[0].text is None


@pytest.mark.parametrize("element", ["author", "dc:creator"])
@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("redaksi@warta.media (Sari Wulandari)", ["Sari Wulandari"]),
        ("Sari Wulandari &lt;sari@warta.photography&gt;", ["Sari Wulandari"]),
        ("redaksi@warta.co (Sari Wulandari)", ["Sari Wulandari"]),
        ("redaksi@warta.media", []),
        ("Sari Wulandari", ["Sari Wulandari"]),
    ],
)
def test_an_author_is_a_name_without_an_address(element: str, written: str, authors: list[str]) -> None:
    assert entries(rss(item(more=f"<{element}>{written}</{element}>")))[0].authors == authors


def test_a_feed_that_is_cut_short_gives_what_it_has() -> None:
    data = rss(item(), item("Panen teh", link="/teh"))
    first, *_, last = read(data[: data.rfind(b"<content:encoded>") + 60])
    assert isinstance(first, Article)
    assert isinstance(last, Unreadable)
    assert last.source == "kabar.rss"
    assert last.reason.startswith("the feed is cut short (")


@pytest.mark.parametrize(
    "damage", [b"caf&eacute;", b"caf\xc3\xa9 & \x0b", "café".encode() + b"&nosuchthing;"]
)
def test_damage_that_can_be_repaired_is_repaired(damage: bytes) -> None:
    data = rss(item()).replace(b"Panen kopi</title>", b"Panen " + damage + b"</title>")
    first = read(data)[0]
    assert isinstance(first, Article)
    assert first.title.startswith("Panen café")


def test_entities_after_an_error_in_the_xml_keep_their_signs() -> None:
    second = item(
        "Panen R&amp;D &lt; 5", link="/teh", text="<p>Harga teh 3 &lt; 4 &amp; stabil.</p>" + HARVEST
    )
    found = entries(rss(item("Panen <br> kopi"), second))
    assert found[1].title == "Panen R&D < 5"
    assert found[1].to_page().fields["paragraphs"][0] == "Harga teh 3 < 4 & stabil."


def test_a_damaged_feed_that_ends_as_it_should_is_not_cut_short() -> None:
    (entry,) = entries(atom("<entry><title>Panen <br> kopi</title></entry>") + b"\n<!-- cached -->")
    assert entry.title.startswith("Panen")


def test_a_feed_in_another_encoding_is_read() -> None:
    data = rss(item("Panen caf\u00e9")).decode().replace('encoding="utf-8"', 'encoding="iso-8859-1"')
    assert entries(data.encode("latin-1"))[0].title == "Panen café"


def test_a_damaged_character_refuses_its_entry_alone() -> None:
    data = rss(item("Panen teh é", link="/teh"), item(text=HARVEST.replace("kopi", "k@pi")))
    refused = read(data.replace(b"@", b"\xff"))[1]
    assert isinstance(refused, Unreadable)
    assert "damaged" in refused.reason


@pytest.mark.parametrize(
    "data", [b"", b"Panen kopi", b"<html><body>Kopi</body></html>", b"<rss", b"\x1f\x8b"]
)
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    (refused,) = read(data)
    assert isinstance(refused, Unreadable)


def test_a_feed_without_entries_is_reported() -> None:
    assert read(rss()) == [
        Unreadable(source="kabar.rss", reason="the feed has no entries: save it again later")
    ]


def test_a_feed_names_no_file_and_no_address_to_read() -> None:
    for text in (b"/etc/passwd", b"http://127.0.0.1:1/feed", b"file:///etc/passwd"):
        with pytest.raises(ReadingError, match="not a feed"):
            entries(text)


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY a "' + b"k" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
    secret = b'<!DOCTYPE rss [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for doctype in (bomb, secret):
        data = rss(item("Panen &b; kopi")).replace(b"<rss", doctype + b"<rss", 1)
        assert entries(data)[0].title == "Panen &b; kopi"


@pytest.mark.parametrize("data", [b"<rss><channel>" + b"<" * 300_000, b"<rss>" + b"<a>" * 100_000])
def test_hostile_markup_takes_no_more_than_linear_time(data: bytes) -> None:
    start = time.process_time()
    read(data)
    assert time.process_time() - start < 5


@given(st.text(st.characters(exclude_characters="&<", codec="utf-8")))
def test_a_title_is_one_line_without_markup(text: str) -> None:
    cleaned = plain_line(text)
    assert cleaned == " ".join(cleaned.split())
    marked = plain_line(f"<b>{escape(text)}</b>")
    assert "".join(marked.split()) == "".join(cleaned.split())  # a fraction is set apart from a digit


def test_addresses_in_cdata_keep_their_signs() -> None:
    (entry,) = entries(rss(item(link="<![CDATA[https://kabar.example.org/?id=7&p=2]]>")))
    assert entry.url == "https://kabar.example.org/?id=7&p=2"


def test_a_namespace_with_a_space_is_damage() -> None:
    damaged = rss(item()).replace(b"http://purl.org/rss/1.0/", "http://purl.org/\u00a0rss/1.0/".encode())
    with pytest.raises(ReadingError, match="the feed is damaged"):
        list(read_feed(damaged).entries)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_break_the_reader(noise: bytes, place: int) -> None:
    data = rss(item())
    found = read(data[:place] + noise + data[place:])
    assert found
    assert all(isinstance(one, Article | Unreadable) for one in found)


def blogger(number: int, kind: str, *, more: str = "") -> str:
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{number}</id><title>Panen {number}</title>"
        "<category scheme='http://schemas.google.com/g/2005#kind' "
        f"term='http://schemas.google.com/blogger/2008/kind#{kind}'/>{more}"
        f"<content type='html'>{escape(HARVEST)}</content></entry>"
    )


def test_an_export_of_blogger_gives_its_published_posts() -> None:
    draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
    tag = "<category scheme='http://www.blogger.com/atom/ns#' term='kopi'/>"
    entries = [blogger(1, "template"), blogger(2, "settings"), blogger(3, "comment")]
    data = atom(*entries, blogger(4, "post", more=tag), blogger(5, "post", more=draft))
    first, second = read_feed(data).entries
    assert first.to_page().fields["metadata"]["tags"] == ["kopi"]
    with pytest.raises(ReadingError, match="the entry is not published: its status is 'draft'"):
        second.to_page()


def test_the_author_of_an_atom_feed_is_that_of_its_entries() -> None:
    entry = f"<entry><id>1</id><title>A</title><content type='html'>{escape(HARVEST)}</content></entry>"
    (found,) = read_feed(atom("<author><name>Siti</name></author>", entry)).entries
    assert found.authors == ["Siti"]


def test_a_dublin_core_date_of_rss_is_the_time_of_publication() -> None:
    (found,) = read_feed(rss(item(more="<dc:date>2024-01-05T08:00:00+07:00</dc:date>"))).entries
    assert (str(found.published_at), found.updated_at) == ("2024-01-05 08:00:00+07:00", None)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("Mon, 5 Agustus 2024 10:11:00 +0700", "2024-08-05T10:11:00+07:00"),
    ],
)
def test_a_time_that_no_calendar_has_does_not_end_the_feed(written: str, time: str | None) -> None:
    data = rss(item(more=f"<pubDate>{written}</pubDate>"), item("Teh", link="/teh"))
    first, second = entries(data)
    assert (first.published_at and first.published_at.isoformat()) == time
    assert second.title == "Teh"


@pytest.mark.parametrize(
    ("more", "outlet"),
    [
        ("", "KABAR"),
        ("<source url='https://lain.example/rss'>Harian Lain</source>", "Harian Lain"),
        ("<source url='https://lain.example/rss'>Ekonomi - Harian Lain</source>", None),
    ],
)
def test_the_outlet_of_an_entry_is_that_of_its_feed_or_of_its_source(more: str, outlet: str | None) -> None:
    (article,) = read(rss(item(more=more)))
    assert isinstance(article, Article)
    assert article.outlet == outlet


def test_a_text_that_ends_with_dots_in_brackets_is_a_summary() -> None:
    (entry,) = entries(rss(item(text="<p>Panen kopi mencapai 412 ton.</p><p>[...]</p>")))
    assert entry.text is None


@pytest.mark.parametrize(
    ("name", "space"),
    [("y:full-text", "http://news.yandex.ru"), ("t:content", "http://turbo.yandex.ru"), ("fulltext", None)],
)
def test_a_whole_text_may_stand_under_the_name_of_a_vendor(name: str, space: str | None) -> None:
    declared = f' xmlns:{name.partition(":")[0]}="{space}"' if space else ""
    more = f"<description>Ringkas.</description><{name}{declared}>{escape(HARVEST)}</{name}>"
    page = entries(rss(item(text=None, more=more)))[0].to_page()
    assert page.fields["paragraphs"][0] == "Panen kopi mencapai 412 ton."
