"""What stands below the last paragraph of a story: names of authors, greetings, notes."""

from typing import Any

import pytest

from rag.reading.text_page import read_text_page
from tests.reading.test_page_shapes import TEXTS, TITLE, read, read_text, story

DATE = "<time>Senin, 5 Agustus 2024 10:11 WIB</time>"


def text_that_ends(line: str) -> dict[str, Any]:
    text = "\n\n".join((f"{TITLE}\nSenin, 5 Agustus 2024 10:11 WIB", *TEXTS, line))
    return dict(read_text_page(text).fields)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Andi Wijaya", "Andi Wijaya"),
        ("Andi Wijaya dan Budi Hartono", "Andi Wijaya, Budi Hartono"),
        ("Andi Wijaya (Kontributor Melati)", "Andi Wijaya"),
        ("(Andi Wijaya)", "Andi Wijaya"),
        ("(Andi Wijaya/Raka)", "Andi Wijaya"),
        ("(Andi/Budi)", None),
        ("(Wulandari/Raka)", None),
        ("(Wulandari)", None),
    ],
)
def test_names_alone_below_a_story_are_no_paragraph(line: str, author: str | None) -> None:
    fields = read(story(above=DATE, below=f"<p>{line}</p>"))
    assert (fields["author"], fields["paragraphs"]) == (author, [*TEXTS])
    fields = text_that_ends(line)
    assert (fields["author"], fields["paragraphs"]) == (author, [*TEXTS])


def test_first_names_alone_below_a_story_count_as_dropped() -> None:
    text = "\n\n".join((f"{TITLE}\nSenin, 5 Agustus 2024 10:11 WIB", *TEXTS, "(Wulandari/Raka)"))
    assert read_text_page(text).dropped == ("(Wulandari/Raka)",)


@pytest.mark.parametrize(
    "line",
    [
        "Andi Wijaya menang.",
        "Terima Kasih",
        "- Andi Wijaya",
        "Harga belum termasuk pajak",
        "(harga belum termasuk pajak)",
        "Andi Wijaya, 34 tahun, petani kopi di lereng gunung itu",
    ],
)
def test_what_is_more_than_names_stays_at_the_end_of_a_story(line: str) -> None:
    assert text_that_ends(line)["paragraphs"] == [*TEXTS, line]
    assert read(story(above=DATE, below=f"<p>{line}</p>"))["paragraphs"] == [*TEXTS, line]


def test_names_in_a_list_stay_at_the_end_of_a_story() -> None:
    items = "<p>Pemenangnya:</p><ul><li>Andi Wijaya</li></ul>"
    assert read(story(above=DATE, below=items))["paragraphs"] == [*TEXTS, "Pemenangnya:", "Andi Wijaya"]
    assert text_that_ends("Pemenangnya:\n\nAndi Wijaya")["paragraphs"] == [
        *TEXTS,
        "Pemenangnya:",
        "Andi Wijaya",
    ]


def test_an_item_or_a_sentence_that_begins_with_foto_stays() -> None:
    items = "<p>Syaratnya:</p><ul><li>KTP asli</li><li>Foto: dua lembar</li><li>Ijazah</li></ul>"
    fields = read(story(above=DATE, between=items))
    assert fields["paragraphs"][1:5] == ["Syaratnya:", "KTP asli", "Foto: dua lembar", "Ijazah"]
    sentence = "Foto: itulah bukti yang diminta hakim."
    assert read(story(above=DATE, between=f"<p>{sentence}</p>"))["paragraphs"][1] == sentence
    assert read_text(between=sentence)["paragraphs"][1] == sentence
