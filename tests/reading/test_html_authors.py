"""Pages that name their authors in the ways of the world's press; see also `test_html_page.py`."""

from typing import Any

import pytest

from tests.reading.market_page import BODY, linked, page, read


def author_of(byline: str, *, head: str = "") -> str | None:
    author: str | None = read(page(head=head, body=BODY.replace("</h1>", f"</h1>{byline}", 1)))["author"]
    return author


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ('<a class="article-author" href="/user/sari"><span>By</span>Sari Ayu</a>', "Sari Ayu"),
        ('<div class="author">Sari Ayu <span>(Medan, biro Sumatra)</span></div>', "Sari Ayu"),
        ('<aside><address><a rel="author">Sari Ayu</a> and <a rel="author">Raka Wijaya</a></address></aside>',
         "Sari Ayu, Raka Wijaya"),
        ('<div><span>By </span><a href="/profile/sari-ayu-1910837">Sari Ayu</a></div>', "Sari Ayu"),
        ('<div class="byline">By <a href="/people/sari-ayu">Sari Ayu</a><span> Staff Writer </span></div>',
         "Sari Ayu"),
        ('<div class="byline"><div>By <b>Sari Ayu</b></div><div>Banua Post</div><time>Dec 13</time></div>',
         "Sari Ayu"),
        ('<div class="author">著者:佐藤花子</div>', "佐藤花子"),
        ('<p class="author">総務省IoT機器に無差別侵入し調査へ前例ない調査に懸念も</p>', None),
        ('<p class="author">更新</p>', None),
        ('<div class="byline">By <a href="/staff/sa">Sari Ayu</a>, Local Democracy Reporter, and '
         '<a href="/staff/rw">Raka Wijaya</a></div>', "Sari Ayu, Raka Wijaya"),
        ('<p class="byline">Words by Sari Ayu. Photographs by Raka Wijaya.</p>', "Sari Ayu"),
        ("<div><span>Sari Ayu</span> • <span>Jurnalis</span></div>", "Sari Ayu"),
        ("<p>Sari Ayu<br>Education correspondent</p>", "Sari Ayu"),
        ('<div>Penulis: <a href="/author/sa">Sari Ayu</a> Editor: <a href="/author/rw">Raka Wijaya</a></div>',
         "Sari Ayu"),
        ("<div>Oleh : <a href=/a>Sari Ayu</a>, <a href=/b>Raka Wijaya</a></div>", "Sari Ayu, Raka Wijaya"),
        ('<div class="author-box">Penulis: Sari Ayu dan Raka Wijaya<br>Fotografer: Budi Hartono<br>'
         "Editor: Dewi Lestari</div>", "Sari Ayu, Raka Wijaya"),
        ('<div class="byline"><span>SARI AYU</span><span>06 September 2023 07:30am</span></div>', "SARI AYU"),
        ('<div class="writer"><b>김선호 기자</b> <a>기자 페이지</a></div>', "김선호"),
        ('<div class="byline"><span>고민정 기자</span><span>구독</span></div>', "고민정"),
        ('<div class="author">di Sari Ayu</div>', "Sari Ayu"),
        ("<div>מאת יואב כהן</div>", "יואב כהן"),
        ("<div>Penulis: dr. Sari Ayu, Sp.A</div>", "dr. Sari Ayu"),
        ("<div>Sari Ayu</div><div>Kamis, 21 Maret 2024 | 09:00 WITA</div>", "Sari Ayu"),
        ("<div>Sari Ayu | Banua Post<br>Kamis, 21 Maret 2024 09:00 WIB</div>", "Sari Ayu"),
        ("<div>Sari Ayu | Publication date 30 November 2023 | 19:07 ICT</div>", "Sari Ayu"),
        ("<div>Kota Cirebon</div><div>Kamis, 21 Maret 2024 09:00 WIB</div>", None),
        ("<div><span>Sari Ayu</span><span>Kamis, 21 Maret 2024</span></div>", "Sari Ayu"),
        ("<div><span>Oleh Sari Ayu</span><span>Diterbitkan 21 Maret 2024</span></div>", "Sari Ayu"),
        ("<p class=byline>By Sari Ayu, Harbour Correspondent</p>", "Sari Ayu"),
        ("<div class=author-box><h4>Tentang Penulis</h4><h5>Sari Ayu</h5></div>", "Sari Ayu"),
        ("<p>Sebuah kiriman dibagikan oleh Sari Ayu (@sari)</p>", None),
    ],
)  # fmt: skip
def test_a_byline_gives_the_names_alone(byline: str, author: str | None) -> None:
    assert author_of(byline) == author


@pytest.mark.parametrize(
    ("head", "author"),
    [
        (meta("byl", "By Sari Ayu, Raka Wijaya and Budi Hartono"), "Sari Ayu, Raka Wijaya, Budi Hartono"),
        (meta("author", "Raka Wijaya, Budi Hartono"), "Sari Ayu"),
        (meta("author", "Sari Ayu, Banua Media"), "Sari Ayu"),
    ],
)
def test_a_list_that_has_all_the_authors_counts(head: str, author: str) -> None:
    story = {"@type": "NewsArticle", "author": {"@type": "Person", "name": "Sari Ayu"}}
    assert author_of("", head=linked(story) + head) == author


@pytest.mark.parametrize(
    "stated",
    [
        {"author": {"@type": "Person", "name": ["Sari Ayu", "Raka Wijaya"]}},
        {"author": {"@list": [{"name": "Sari Ayu"}, {"name": {"@value": "Raka Wijaya"}}]}},
        {"author": [{"givenName": "Sari", "familyName": "Ayu"}, "Raka Wijaya"]},
        {"creator": ["Sari Ayu", "Raka Wijaya"]},
    ],
)
def test_json_ld_may_name_authors_in_any_shape(stated: dict[str, Any]) -> None:
    assert author_of("", head=linked({"@type": "NewsArticle", **stated})) == "Sari Ayu, Raka Wijaya"


def test_who_holds_the_copyright_is_not_the_author() -> None:
    head = meta("author", "Ayu Wijaya") + meta("copyright", "Copyright (c) Ayu Wijaya 2025")
    assert author_of("", head=head + meta("article:author", "Sari Ayu")) == "Sari Ayu"
    assert author_of("", head=meta("author", "Ayu Wijaya")) == "Ayu Wijaya"
