"""Pages that state or show their day in the ways of the world's press."""

from datetime import datetime
from typing import Any

import pytest

from rag.reading import Overrides
from rag.reading.html_page import read_html_page
from tests.reading.market_page import BODY, PARAGRAPHS, linked, page
from tests.reading.market_page import read as read_whole

TITLE = "New pier opens on the river"
STORY = (
    "<p>The new pier on the river opened on Monday and holds two hundred boats.</p>"
    "<p>Traders said that the way to the market is shorter than it was before.</p>"
    "<p>The city pays the rent of all traders for the first six months.</p>"
)


def read(header: str, *, head: str = "", story: str = STORY) -> dict[str, Any]:
    body = f"<main><article>{header}{story}</article></main>"
    return dict(read_html_page(f"<html lang=en><head>{head}</head><body>{body}</body></html>").fields)


def day_of(header: str, *, head: str = "", story: str = STORY) -> str:
    return str(read(header, head=head, story=story)["published_at"])[:10]


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("time", "address", "shown", "local"),
    [
        ("2025-07-28T03:30:00Z", "2025/07/27/pier", "", "2025-07-27 23:30:00-04:00"),
        ("2025-07-28T03:30:00Z", "pier", "<p>July 27, 2025</p>", "2025-07-27 23:30:00-04:00"),
        ("2025-07-28T06:30:00Z", "2025/07/27/pier", "", "2025-07-27 23:30:00-07:00"),
        ("2025-07-26T20:30:00Z", "2025/07/27/pier", "", "2025-07-27 02:00:00+05:30"),
        ("2025-07-28T03:30:00Z", "2025/07/28/pier", "", "2025-07-28 03:30:00+00:00"),
        ("2025-07-28T03:30:00Z", "2025/07/02/pier", "", "2025-07-28 03:30:00+00:00"),
    ],
)
def test_a_time_in_utc_is_told_in_a_zone_in_which_it_is_on_the_day_that_readers_see(
    time: str, address: str, shown: str, local: str
) -> None:
    head = f'<link rel="canonical" href="https://news.example/{address}">'
    fields = read(f"<h1>{TITLE}</h1>{shown}", head=head + meta("article:published_time", time))
    assert str(fields["published_at"]) == local


def test_a_time_in_utc_is_told_in_the_zone_of_the_last_change() -> None:
    head = meta("article:published_time", "2025-07-26T23:59:50Z")
    head += meta("article:modified_time", "2025-07-27T08:00:00+02:00")
    assert str(read(f"<h1>{TITLE}</h1>", head=head)["published_at"]) == "2025-07-27 01:59:50+02:00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("<p class=info><span>dpa</span> <span>am 27.07.2025</span></p>", "2025-07-27"),
        ("<h2>Stars <span>27.07.2025 13:30 by Sari</span></h2>", "2025-07-27"),
        ("<dl><dt>Born</dt><dd>27 July 2005</dd></dl>", "None"),
        ("<p>Opened 27 July 1925</p>", "None"),
        ("<div class=related><p>27 July 2025</p></div>", "None"),
    ],
)
def test_a_text_that_is_little_more_than_a_date_is_a_guess(text: str, day: str) -> None:
    fields = read(f"<h1>{TITLE}</h1>", story=STORY * 12 + text)
    assert str(fields["published_at"])[:10] == day
    assert fields["metadata"].get("date_source") == (None if day == "None" else "guess")


@pytest.mark.parametrize(
    ("data", "day"),
    [
        ('{"id": 7, "publishedDate": "2025-07-27T20:37:27Z", "updatedDate": "2025-08-01"}', "2025-07-27"),
        (r'"{\"createdAt\":\"2025-07-27T20:37:27+07:00\"}"', "2025-07-27"),
        ('[{"publishedAt": "2025-07-27"}, {"publishedAt": "2025-07-20"}]', "None"),
        ('{"updatedAt": "2025-07-27"}', "None"),
    ],
)
def test_the_time_in_a_script_s_data_is_a_guess_if_it_is_the_only_one(data: str, day: str) -> None:
    head = f'<script type="application/json">{data}</script>'
    fields = read(f"<h1>{TITLE}</h1>", head=head)
    assert str(fields["published_at"])[:10] == day
    assert fields["metadata"].get("date_source") == (None if day == "None" else "guess")


def test_the_statement_of_the_day_that_readers_see_counts() -> None:
    linked = '{"@type": "NewsArticle", "headline": "New pier opens", "datePublished": "2025-07-20"}'
    head = f'<script type="application/ld+json">{linked}</script>'
    head += meta("article:published_time", "2025-07-27T08:00:00+02:00")
    assert day_of(f"<h1>{TITLE}</h1><p>27 July 2025</p>", head=head) == "2025-07-27"
    assert day_of(f"<h1>{TITLE}</h1>", head=head) == "2025-07-20"
    modified = head + meta("article:modified_time", "2025-07-27T08:00:00+02:00")
    assert day_of(f"<h1>{TITLE}</h1><p>27 July 2025</p>", head=modified) == "2025-07-20"


@pytest.mark.parametrize(
    "header",
    [
        f'<h1>{TITLE}</h1><time datetime="2025-09-30T10:00:00Z">Published on 27 July 2025</time>',
        f'<h1>{TITLE}</h1><time datetime="2025-07-27T10:00:00Z">10 weeks ago</time>',
        f"<h1>The River News</h1><nav>{'<p>Section</p>' * 9}</nav><h1>{TITLE}</h1><p>27 July 2025</p>",
        f"<div class='teaser_meta share'>Sari Ayu / 27.07.2025 / 09:30 / Photo: Ayu</div><h1>{TITLE}</h1>",
        f"<h1>{TITLE}</h1><p class='info'>27. 7. 2025</p>",
        f"<h1>{TITLE}</h1><p class='text__caption'>July 27, 2025 | Traffic</p>",
        f"<h1>{TITLE}</h1><div class='share'><h5>27.07.2025</h5><p>By Sari Ayu</p></div>",
        f"<h1>{TITLE}</h1><p class='tagline'>27/07/2025 - 04:30 - Source: River Agency - Photo: Ayu/Sari</p>",
    ],
)
def test_the_day_beside_the_headline_is_read(header: str) -> None:
    assert day_of(header) == "2025-07-27"


@pytest.mark.parametrize(
    "header",
    [
        f'<h1>{TITLE}</h1><time datetime="2025-10-04 05:07:09">10/04/2025 05:07 AM</time>',
        f'<h1>{TITLE}</h1><footer><p><time itemprop="datePublished" datetime="2025-10-04 08:00:00">'
        "10/04/2025 08:00 AM EDT</time></p></footer>",
        f"<h1>{TITLE}</h1><p>10/04/2025 05:07 AM EDT</p>",
    ],
)
def test_a_day_in_american_numbers_is_the_one_that_the_markup_or_the_zone_says(header: str) -> None:
    assert day_of(header) == "2025-10-04"


def test_the_day_of_a_change_that_readers_see_is_not_that_of_publication() -> None:
    head = meta("article:published_time", "2025-07-20T23:49:10Z")
    head += meta("article:modified_time", "2025-07-28T00:49:32Z")
    times = "".join(
        f'<time datetime="{day}T19:49:32-05:00">{day}</time>' for day in ("2025-07-27", "2025-07-20")
    )
    assert day_of(f"<h1>{TITLE}</h1>{times}", head=head) == "2025-07-20"


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("2025年07月27日 14時30分 公開", "2025-07-27", "None"),
        ("2025年07月27日 更新", "None", "2025-07-27"),
        ("2025-07-27 发布", "2025-07-27", "None"),
        ("Dikemas kini pada 27 Julai 2025", "None", "2025-07-27"),
        ("Last modified on 27 July 2025", "None", "2025-07-27"),
        ("First published on 27 July 2025", "2025-07-27", "None"),
    ],
)
def test_what_a_day_is_of_may_stand_beside_it(line: str, published: str, updated: str) -> None:
    fields = read(f"<h1>{TITLE}</h1><p>{line}</p>")
    assert [str(fields[name])[:10] for name in ("published_at", "updated_at")] == [published, updated]


def test_the_day_below_a_label_is_read() -> None:
    facts = "<aside><dl><dt>Date</dt><dd>27.07.2025</dd><dt>Section</dt><dd>Traffic</dd></dl></aside>"
    assert day_of(f"<h1>{TITLE}</h1>", story=f"{STORY}{facts}") == "2025-07-27"


def test_the_day_of_a_quoted_post_is_not_the_story_s() -> None:
    post = '<blockquote>So many boats! <time datetime="2018-03-12">Mar 12, 2018</time></blockquote>'
    assert read(f"<h1>{TITLE}</h1>", story=f"{STORY}{post}{STORY}")["published_at"] is None


def test_a_time_of_day_before_the_zone_and_the_day_is_read() -> None:
    head = meta("article:published_time", "04:25:06 PM IST Jul 27, 2025")
    fields = read(f"<h1>{TITLE}</h1>", head=head)
    assert str(fields["published_at"]) == "2025-07-27 16:25:06+05:30"


DATED = {
    "2025-07-27 13:27:00+08:00": [
        '<script type="application/ld+json">{"@type": "WebPage", "datePublished": "2025-07-27T13:27:00+08:0'
        '0"}</script>',
        '<script type="application/ld+json">{"@type": "Report", "datePublished": "2025-07-27T13:27:00+08:00'
        '",}</script>',
        '<script type="application/ld+json">//<![CDATA[\n{"@type": "NewsArticle", "datePublished": "2025-07'
        '-27T13:27:00+08:00"}\n//]]></script>',
        '<script type="application/ld+json"><!--{"@type": "NewsArticle", "datePublished": "2025-07-27T13:27'
        ':00+08:00"}--></script>',
        '<script type="application/ld+json">{"@type": "WebSite"}{"@type": "NewsArticle", "datePublished": "'
        '2025-07-27T13:27:00+08:00"}</script>',
        '<script type="application/ld+json">{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "da'
        'tePublished": "2025-07-27T13:27:00+08:00"}}</script>',
        '<script type="application/ld+json">[{"@type": "NewsArticle", "headline": "Banjir surut", "datePubl'
        'ished": "2020-01-01"},'
        ' {"@type": "NewsArticle", "headline": "Pasar apung ramai", "datePublished": "2025-07-27T13:27:00+0'
        '8:00"}]</script>',
        '<meta property="article:published_time" content="Minggu, 27 Juli 2025 13:27 WITA">',
        '<meta name="parsely-pub-date" content="2025-07-27T05:27:00Z"><meta name="parsely-pub-date" content'
        '="x">',
    ],
    "2025-07-27 13:27:00+07:00": [
        '<meta name="content_PublishedDate" content="2025-07-27 13:27:00">',
        '<meta name="dtk:publishdate" content="2025/07/27 13:27:00">',
        '<meta name="sailthru.date" content="2025-07-27 13:27:00">',
        '<meta name="cXenseParse:publishtime" content="2025-07-27T13:27:00">',
    ],
    "2025-07-27 00:00:00+00:00": [
        f'<meta name="{name}" content="{content}">'
        for name in ("dc.date", "DC.Date.Issued", "dcterms.created", "citation_publication_date", "pubdate",
        "publish-date", "pub_date")
        for content in ("2025-07-27", "2025/07/27", "20250727")
    ],
}  # fmt: skip


@pytest.mark.parametrize(("head", "time"), [(head, time) for time, heads in DATED.items() for head in heads])
def test_the_date_is_read_wherever_a_page_states_it(head: str, time: str) -> None:
    article = read_html_page(page(head=head)).to_article(default_id="a", overrides=Overrides())
    assert article.published_at is not None
    assert article.published_at.astimezone(datetime.fromisoformat(time).tzinfo) == datetime.fromisoformat(
        time
    )
    assumed = "assumed_time_zone" in article.metadata
    assert assumed == time.endswith("+07:00")


@pytest.mark.parametrize("null", ["0001-01-01T00:00:00Z", "-0001-11-30", "1970-01-01T07:00:00+07:00"])
def test_a_time_that_stands_for_none_is_no_date(null: str) -> None:
    head = meta("article:published_time", null)
    for known, day in (("", "None"), ("2025-07-27", "2025-07-27"), ("1970-01-02", "1970-01-02")):
        assert day_of(f"<h1>{TITLE}</h1>", head=head + meta("pubdate", known)) == day


@pytest.mark.parametrize(
    "dated",
    [
        '<div class="date">Minggu, 27 Juli 2025 13:27 WITA</div>',
        '<div class="read__time">Kabar Uji - 27/07/2025, 13:27 WITA</div>',
        "<p>Minggu, 27 Juli 2025 13:27 WITA</p>",
        '<span itemprop="datePublished" content="2025-07-27T13:27:00+08:00">27 Juli</span>',
        '<time datetime="2025-07-27T13:27:00+08:00">27 Juli</time>',
        '<ul class="related"><li><a href="/x">Lain</a> <time datetime="2019-01-01">2019</time></li></ul>'
        '<time datetime="2025-07-27T13:27:00+08:00">27 Juli</time>',
        "<ul><li>Minggu, 27 Juli 2025 13:27 WITA</li><li>94 comments</li></ul>",
    ],
)
def test_the_date_beside_the_headline_is_read_and_is_no_paragraph(dated: str) -> None:
    fields = read_whole(page(body=BODY.replace("</h1>", f"</h1>{dated}")))
    assert str(fields["published_at"]) == "2025-07-27 13:27:00+08:00"
    assert fields["paragraphs"] == PARAGRAPHS


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (BODY + '<aside><time datetime="2019-01-01">2019</time></aside>', ""),
        (BODY + '<div class="related"><time datetime="2019-01-01">2019</time></div>', ""),
        (
            BODY,
            '<meta name="expires" content="2030-01-01"><meta property="article:publisher" content="Kabar 20'
            '19-01-01">',
        ),
        (
            BODY,
            '<script type="application/ld+json">{"@type": "Person", "datePublished": "2019-01-01"}</script>',
        ),
    ],
)
def test_the_date_of_something_else_is_not_the_story_s(body: str, head: str) -> None:
    assert read_whole(page(head=head, body=body))["published_at"] is None


def test_the_address_dates_a_page_and_the_metadata_says_so() -> None:
    fields = read_whole(page(head='<link rel="canonical" href="https://kabar.example/2025/07/27/pasar">'))
    assert str(fields["published_at"]) == "2025-07-27 00:00:00+00:00"
    assert fields["metadata"]["date_source"] == "url"


def test_a_guessed_date_is_marked_as_a_guess() -> None:
    fields = read_whole(
        page(body=BODY + "<p>Air surut lagi.</p>" * 12 + '<p class="post-info">27 July 2025</p>')
    )
    assert (str(fields["published_at"])[:10], fields["metadata"]["date_source"]) == ("2025-07-27", "guess")


@pytest.mark.parametrize(
    ("byline", "day"),
    [
        ('<p>Oleh Sari <span class="post-date">27 Juli 2025, 13.27</span> dari kota</p>', "2025-07-27"),
        ('<span class="artikeldatum">27.07.25</span>', "2025-07-27"),
        ("<div>Sari Wulandari · 27 Juli 2025 · Kota</div>", "2025-07-27"),
        ('<p class="byline">VON SARI WULANDARI am 27. Juli 2025</p>', "2025-07-27"),
        ('<div class="sidebar"><time datetime="2025-07-27">Minggu</time></div>', "2025-07-27"),
        ('<div class="sidebar related"><time datetime="2025-07-27">Minggu</time></div>', None),
        ('<span class="date">Diperbarui 27 Juli 2025</span>', None),
    ],
)
def test_dates_in_marked_elements_and_parts_of_lines(byline: str, day: str | None) -> None:
    published = read_whole(page(body=BODY.replace("</h1>", f"</h1>{byline}")))["published_at"]
    assert (str(published)[:10] if published else None) == day


@pytest.mark.parametrize("label", ["Datum:", "Erschienen am", "Fecha de publicación:", "Pubblicato il"])
def test_a_date_below_the_headline_may_have_a_label(label: str) -> None:
    dated = f'<div class="facts"><span>{label}</span> <span>27.07.2025</span></div>'
    fields = read_whole(page(body=BODY.replace("</h1>", f"</h1>{dated}")))
    assert (str(fields["published_at"])[:10], fields["paragraphs"]) == ("2025-07-27", PARAGRAPHS)


def test_the_date_is_looked_for_beside_the_headline_and_not_beside_a_breadcrumb_that_repeats_it() -> None:
    crumbs = "<nav><ul><li><a href='/'>Berita</a></li><li>Pasar apung ramai lagi</li></ul></nav>"
    dated = BODY.replace("</h1>", "</h1><div>Kota · 27 Juli 2025</div>")
    many = "".join(f"<nav><a href='/{number}'>Bagian {number}</a></nav>" for number in range(9))
    assert str(read_whole(page(body=crumbs + many + dated))["published_at"])[:10] == "2025-07-27"


def test_a_headline_that_holds_its_date_is_found_beside_the_heading_of_the_site() -> None:
    body = BODY.replace("<h1>", '<h1><span class="date">27.07.2025</span>')
    head = '<meta property="og:title" content="Pasar apung ramai lagi">'
    site = "<aside><div class='top'><h1>Dinas Pasar Kota Banjar</h1></div></aside>"
    body = f'<div class="with-sidebar">{body}</div>'
    fields = read_whole(page(head=head, body=body).replace("<main>", f"{site}<main>"))
    assert (fields["title"], str(fields["published_at"])[:10]) == ("Pasar apung ramai lagi", "2025-07-27")


@pytest.mark.parametrize(
    ("meta", "shown", "day"),
    [
        ("date", '<time datetime="2025-07-27">Minggu</time>', "2025-07-27 00:00:00+00:00"),
        ("dcterms.date", "<p>Minggu, 27 Juli 2025</p>", "2025-07-27 00:00:00+00:00"),
        ("date", '<time datetime="2025-07-29">Selasa</time>', "2025-07-29 08:15:00+07:00"),
        ("article:published_time", '<time datetime="2025-07-27">Minggu</time>', "2025-07-29 08:15:00+07:00"),
        ("date", "", "2025-07-29 08:15:00+07:00"),
    ],
)
def test_the_date_that_readers_see_counts_more_than_a_vague_meta_element(
    meta: str, shown: str, day: str
) -> None:
    head = f'<meta name="{meta}" content="2025-07-29T08:15:00+07:00">'
    fields = read_whole(page(head=head, body=BODY.replace("</h1>", f"</h1>{shown}")))
    assert str(fields["published_at"]) == day


def test_the_current_day_in_the_head_of_a_page_is_not_the_story_s() -> None:
    menu = '<div id="navwrap"><time datetime="2026-01-31">Sabtu</time><a href="/">Kota</a></div>'
    body = BODY.replace(
        "</h1>", '</h1><p><span class="text-date">27 Juli 2025.</span> Pasar itu dibuka lagi.</p>'
    )
    assert str(read_whole(page(body=f"<header>{menu}</header>{body}"))["published_at"])[:10] == "2025-07-27"


@pytest.mark.parametrize(
    ("address", "time", "shown"),
    [
        ("https://kabar.co.id/pasar", "2025-07-27T23:30:00Z", "2025-07-28 06:30:00+07:00"),
        ("https://kabar.co.id/pasar", "2025-07-27T00:00:00Z", "2025-07-27 00:00:00+00:00"),
        ("https://kabar.co.id/pasar", "2025-07-27T03:30:00Z", "2025-07-27 03:30:00+00:00"),
        ("https://kabar.example/pasar", "2025-07-27T17:00:00Z", "2025-07-28 00:00:00+07:00"),
        ("https://kabar.example/pasar", "2025-07-27T23:30:00Z", "2025-07-27 23:30:00+00:00"),
    ],
)
def test_a_time_in_utc_is_shown_on_the_day_that_readers_in_its_country_see(
    address: str, time: str, shown: str
) -> None:
    head = f'<link rel="canonical" href="{address}"><meta property="article:published_time" content="{time}">'
    assert str(read_whole(page(head=head))["published_at"]) == shown


def test_the_date_of_a_teaser_is_not_the_story_s() -> None:
    teaser = '<div><h3><a href="/2">Banjir surut</a></h3><span class="date">27 Juli 2025</span></div>'
    assert read_whole(page(body=BODY + "<p>Air surut lagi.</p>" * 12 + teaser))["published_at"] is None


def test_a_wrapper_named_sidebar_around_the_headline_says_nothing() -> None:
    body = f'<div class="with-sidebar">{BODY}<time datetime="2025-07-27">Minggu</time></div>'
    assert str(read_whole(page(body=body))["published_at"])[:10] == "2025-07-27"


def test_a_lead_may_open_with_the_date() -> None:
    lead = (
        "<p>Siaran pers dari 27. Juli 2025 | Melati – Dewan kota menyetujui dermaga baru di tepi sungai.</p>"
    )
    fields = read_whole(page(body=BODY.replace("</h1>", f"</h1>{lead}")))
    assert str(fields["published_at"])[:10] == "2025-07-27"


def test_the_time_of_the_story_counts_and_not_that_of_a_film() -> None:
    film = linked({"@type": "VideoObject", "name": "Pasar apung ramai lagi", "uploadDate": "2015-01-16"})
    meta = '<meta property="article:published_time" content="2025-07-27T13:27:00+08:00">'
    assert str(read_whole(page(head=film + meta))["published_at"])[:10] == "2025-07-27"


@pytest.mark.parametrize(
    ("path", "shown"),
    [("2025/07/28", "2025-07-28 06:30:00+07:00"), ("2025/07/27", "2025-07-27 23:30:00+00:00")],
)
def test_a_time_in_utc_is_shown_on_the_day_of_the_address(path: str, shown: str) -> None:
    head = (
        f'<link rel="canonical" href="https://kabar.co.id/{path}/pasar">'
        '<meta property="article:published_time" content="2025-07-27T23:30:00Z">'
    )
    assert str(read_whole(page(head=head))["published_at"]) == shown
