"""The titles of laid out pages, and the large letters with which stories begin."""

import pytest

from tests.reading.formats.pdf_writer import Placed, column, pdf
from tests.reading.formats.reading import one, read

REST = [
    "emerintah Lereng Wulan memanen 42 ton",
    "kopi robusta pada awal tahun ini, kata",
    "desa kepada wartawan.",
]
WHOLE = "Pemerintah Lereng Wulan memanen 42 ton kopi robusta pada awal tahun ini, kata desa kepada wartawan."
LAST = column(60, 664, ["Harga naik lagi di pasar itu."])


@pytest.mark.parametrize("distance", [86, 96])
def test_a_drop_cap_belongs_to_the_first_word_and_is_no_title(distance: float) -> None:
    story: list[Placed] = [(60, 676, 34, "P"), *column(distance, 700, REST), *LAST]
    article = one(read(pdf([[(60, 740, 20, "Panen kopi dimulai"), *story]]), ".pdf"))
    assert article.title == "Panen kopi dimulai"
    assert article.paragraphs == (WHOLE, "Harga naik lagi di pasar itu.")
    stated = one(read(pdf([story], title="Panen kopi"), ".pdf"))
    assert stated.title == "Panen kopi"
    assert stated.paragraphs == (WHOLE, "Harga naik lagi di pasar itu.")


@pytest.mark.parametrize("title", ["Kopi", "42 ton", "Panen kopi"])
def test_large_letters_above_the_text_are_the_title(title: str) -> None:
    assert one(read(pdf([[(60, 740, 20, title), *column(60, 700, REST)]]), ".pdf")).title == title


def test_a_letter_alone_is_no_title() -> None:
    article = one(read(pdf([[(60, 740, 20, "A"), *column(60, 700, REST)]], title="Panen kopi"), ".pdf"))
    assert article.title == "Panen kopi"


def test_the_stated_title_may_be_an_object_of_its_own() -> None:
    data = pdf([column(60, 700, REST)], title="Panen kopi")
    place = data.index(b"xref\n")
    other = b"9 0 obj\n(Panen kopi)\nendobj\n"
    # The table of places is no longer right, so pdfminer searches for the objects, as in a damaged file.
    moved = data[:place].replace(b"/Title (Panen kopi)", b"/Title 9 0 R") + other + data[place:]
    assert one(read(moved, ".pdf")).title == "Panen kopi"
