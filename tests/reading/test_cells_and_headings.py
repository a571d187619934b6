"""Words and figures of different lines, cells and blocks stay apart."""

import pytest
from lxml.html import fragment_fromstring

from rag.reading.html_page import read_html_page
from rag.reading.html_tables import table_rows
from rag.reading.html_tree import spaced_text, without_struck
from rag.reading.markdown import read_markdown

LEAD = "Harga cabai rawit naik menjadi 50.000 rupiah per kilogram, kata Dinas Perdagangan pada hari Senin."


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("50.000<br>55.000", "50.000 55.000"),
        ("<ul><li>10</li><li>20</li></ul>", "10 20"),
        ("<div>Senin</div><div>Selasa</div>", "Senin Selasa"),
        ("Naik<p>5</p>persen", "Naik 5 persen"),
        ("<b>R</b>p <i>5</i>.000", "Rp 5.000"),
        ("H<span>a</span>rga", "Harga"),
        ("10<!-- catatan -->0", "100"),
    ],
)
def test_the_lines_of_a_cell_stay_apart(cell: str, text: str) -> None:
    table = fragment_fromstring(
        f"<table><tr><td>Cabai</td><td>{cell}</td></tr><tr><td>a</td><td>b</td></tr></table>"
    )
    rows = table_rows(table)
    assert rows is not None
    assert [each.text for each in rows[0]] == ["Cabai", text]


def test_elements_are_left_out_of_a_text_with_what_follows_them_kept() -> None:
    element = fragment_fromstring("<h1>Harga<style>a{}</style> naik <b>t<i>aj</i>am</b> sekali</h1>")
    assert spaced_text(element, without=frozenset({"style"})) == "Harga naik tajam sekali"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<table><tr><td>2019</td><td>5</td></tr><tr><td>2020</td><td>6</td></tr></table>", "2019 5\n2020 6"),
        ("<p>Harga naik 5</p><p>000 orang antre</p>", "Harga naik 5\n000 orang antre"),
        ("Harga <b>na</b><i>ik</i> 5<sup>x</sup><span>0</span>", "Harga naik 5x0"),
        ("> <p>Kutipan warga</p>", "> Kutipan warga"),
        ("- <div>Beras</div> 5 kilogram", "- Beras\n5 kilogram"),
        ("| a | b |\n| - | - |\n| 5<br>6 | <p>7</p><p>8</p> |", "| a | b |\n| - | - |\n| 5 6 | 7 8 |"),
        ("Suhu < 5 dan > 3 derajat", "Suhu < 5 dan > 3 derajat"),
    ],
)
def test_tags_of_blocks_in_markdown_keep_words_apart(source: str, text: str) -> None:
    assert read_markdown(f"# Judul\n\n{source}\n").fields["paragraphs"] == [text]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Harga cabai<br>naik tajam", "Harga cabai naik tajam"),
        ("<style data-emotion>.css-1x{color:red}</style><span>Harga cabai naik</span>", "Harga cabai naik"),
        ("Harga cabai naik<button>Bagikan</button>", "Harga cabai naik"),
        ("<div>Harga cabai</div><div>naik tajam</div>", "Harga cabai naik tajam"),
        ("<span>Ekonomi</span>Harga cabai naik", "Ekonomi Harga cabai naik"),
        ("<span>H</span>arga cabai naik", "Harga cabai naik"),
        ("Keluarga <span>Mc</span>Donald mudik", "Keluarga McDonald mudik"),
        ("<b>Har</b>ga <i>cabai</i> naik", "Harga cabai naik"),
    ],
)
def test_a_heading_is_read_as_it_is_shown(heading: str, title: str) -> None:
    page = read_html_page(f"<html><body><article><h1>{heading}</h1><p>{LEAD}</p></article></body></html>")
    assert page.fields["title"] == title


def test_a_stated_title_of_the_same_letters_says_where_the_spaces_are() -> None:
    head = '<meta property="og:title" content="Harga cabai naik tajam">'
    spans = "<span>Harga cabai</span><span>naik tajam</span>"
    page = read_html_page(
        f"<html><head>{head}</head><body><article><h1>{spans}</h1><p>{LEAD}</p></article></body></html>"
    )
    assert page.fields["title"] == "Harga cabai naik tajam"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tarif ~~5.000~~ 6.000 rupiah", "Tarif 6.000 rupiah"),
        ("Tarif (~~5.000~~ 6.000)", "Tarif (6.000)"),
        ("Tarif 6.000 ~~5.000~~.", "Tarif 6.000 ."),
        ("大家好~~今天我们去了台北~~下次见。", "大家好~~今天我们去了台北~~下次见。"),
        ("Halo~~ apa kabar ~~dadah", "Halo~~ apa kabar ~~dadah"),
        ("Suhu ~~ 5 dan ~~ 6 derajat", "Suhu ~~ 5 dan ~~ 6 derajat"),
    ],
)
def test_struck_text_has_space_around_both_marks(text: str, expected: str) -> None:
    assert without_struck(text) == expected
