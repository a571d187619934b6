"""Pages that state or show their day in the ways of the world's press."""

from typing import Any

import pytest

from rag.reading.html_page import read_html_page

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
