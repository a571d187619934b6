from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading.text_page import read_text_page

NOTICE = (
    "Dilarang keras mengambil konten, melakukan crawling atau pengindeksan otomatis untuk AI "
    "di situs web ini tanpa izin tertulis dari KABAR."
)
INDONESIAN = f"""\
Pasar apung kembali ramai
- Minggu, 27 Juli 2025 13:27 WITA
- waktu baca 2 menit
Banjar (KABAR) – Para pedagang memenuhi sungai sejak subuh.
"Jeruk saya habis," kata Norhayati.
Air sungai naik 40 sentimeter.
Pewarta: Siti Rahma
Editor: Budi Hartono
Copyright © KABAR 2025
{NOTICE}
Lisensi: CC BY 4.0
Komentar
Berita Terkait
Dermaga baru dibangun
- 10 jam lalu
Rekomendasi lain
Harga ikan turun
- 26 Juli 2025
"""
ENGLISH = """\
Floating market fills again
- Sunday, July 27, 2025 13:27 WIB
- Reading time 2 minutes
Banjar, July 27 (KABAR/Mitra) -- Traders filled the river at dawn.
The water rose 40 centimetres.
Reporter: Clara Hale
Editor: Tom Ark
Copyright © KABAR 2025
License: CC BY 4.0
Comments (3)
Related News
A pier is built
- 10 hours ago
"""


def read(text: str) -> dict[str, Any]:
    return dict(read_text_page(text).fields)


def test_an_indonesian_news_page_is_read() -> None:
    fields = read(INDONESIAN)
    assert str(fields.pop("published_at")) == "2025-07-27 13:27:00+08:00"
    assert fields == {
        "title": "Pasar apung kembali ramai",
        "paragraphs": [
            "Banjar (KABAR) – Para pedagang memenuhi sungai sejak subuh.",
            '"Jeruk saya habis," kata Norhayati.',
            "Air sungai naik 40 sentimeter.",
        ],
        "outlet": "KABAR",
        "author": "Siti Rahma",
        "updated_at": None,
        "metadata": {"dateline": "Banjar", "editor": "Budi Hartono", "license": "CC BY 4.0"},
    }
    assert read_text_page(INDONESIAN).prohibition == NOTICE


def test_an_english_news_page_is_read() -> None:
    page = read_text_page(ENGLISH)
    assert page.fields["paragraphs"] == [
        "Banjar, July 27 (KABAR/Mitra) -- Traders filled the river at dawn.",
        "The water rose 40 centimetres.",
    ]
    assert str(page.fields["published_at"]) == "2025-07-27 13:27:00+07:00"
    assert (page.fields["outlet"], page.fields["author"]) == ("KABAR", "Clara Hale")
    assert page.fields["metadata"] == {"dateline": "Banjar", "editor": "Tom Ark", "license": "CC BY 4.0"}
    assert page.prohibition is None


def test_odd_spaces_change_nothing() -> None:
    odd = INDONESIAN.replace("\n", " \u200b\n").replace("- Minggu, 27", "\u00a0–  Minggu,\u00a027")
    assert read("\ufeff\n" + odd) == read(INDONESIAN)


def test_blank_lines_between_the_parts_change_nothing() -> None:
    assert read(INDONESIAN.replace("\n", "\n\n")) == read(INDONESIAN)
    assert read(INDONESIAN.replace("- Minggu", "\n- Minggu").replace("Pewarta", "\nPewarta")) == read(
        INDONESIAN
    )


def test_hard_wrapped_paragraphs_of_a_news_page_stay_whole() -> None:
    text = "Judul\n\n27 Juli 2025\n\nBaris satu yang\n  belum selesai.\n\nSatu baris.\nLalu satu lagi.\n"
    assert read(text)["paragraphs"] == ["Baris satu yang\n  belum selesai.", "Satu baris.", "Lalu satu lagi."]


def test_other_stories_between_the_paragraphs_are_left_out() -> None:
    text = "Judul\n27 Juli 2025\nSatu.\nBaca juga: Banjir surut\nAlso read: Flood recedes\nDua."
    assert read(text)["paragraphs"] == ["Satu.", "Dua."]


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Copyright © KABAR 2025", "KABAR"),
        ("© 2025 Kabar Banua. All rights reserved.", "Kabar Banua"),
        ("Hak Cipta © Kabar Banua 2024-2025", "Kabar Banua"),
        ("Copyright (c) 2025", None),
    ],
)
def test_the_outlet_is_read_from_the_copyright_line(line: str, outlet: str | None) -> None:
    assert read(f"Judul\n27 Juli 2025\nSatu.\n{line}")["outlet"] == outlet


def test_publication_and_update_times_are_read() -> None:
    fields = read(
        "Judul\nPublished: 27 July 2025 09:00 UTC\nUpdated: 28 July 2025 10:00 UTC • 3 min read\nSatu."
    )
    assert str(fields["published_at"]) == "2025-07-27 09:00:00+00:00"
    assert str(fields["updated_at"]) == "2025-07-28 10:00:00+00:00"
    assert fields["paragraphs"] == ["Satu."]


@pytest.mark.parametrize(
    ("text", "title", "paragraphs"),
    [
        (
            "Catatan panen\n\nBaris satu\nbaris dua.\n\nDua.",
            "Catatan panen",
            ["Baris satu\nbaris dua.", "Dua."],
        ),
        ("Mengapa hujan?\n\nKarena awan.", "Mengapa hujan?", ["Karena awan."]),
        ("Catatan panen\nHujan turun.\nPadi rebah.", "Catatan panen", ["Hujan turun.", "Padi rebah."]),
        ("Hujan turun.\nPadi rebah.", "", ["Hujan turun.", "Padi rebah."]),
        ("Hujan turun lagi", "", ["Hujan turun lagi"]),
        ("a" * 201 + "\n\nb", "", ["a" * 201, "b"]),
        ("Judul\n\n  Bait satu\n    bait dua", "Judul", ["Bait satu\n    bait dua"]),
        ("Banjar (KABAR) - Air surut.\n\nDua.", "", ["Banjar (KABAR) - Air surut.", "Dua."]),
    ],
)
def test_any_other_text_is_read_as_paragraphs(text: str, title: str, paragraphs: list[str]) -> None:
    fields = read(text)
    assert (fields["title"], fields["paragraphs"]) == (title, paragraphs)


def test_boilerplate_words_are_kept_outside_news_pages() -> None:
    text = "Catatan\n\nReporter: Apa kabar?\nMenteri: Baik.\n\nKomentar\n\nIa diam."
    assert read(text)["paragraphs"] == ["Reporter: Apa kabar?\nMenteri: Baik.", "Komentar", "Ia diam."]
    assert read(text)["author"] is None


def test_a_notice_is_never_a_paragraph() -> None:
    page = read_text_page(f"Catatan\n\n{NOTICE}\n\nAir surut.")
    assert (page.fields["paragraphs"], page.prohibition) == (["Air surut."], NOTICE)


@pytest.mark.parametrize("text", ["Judul\n- 27 Juli 2025\nKomentar\nSatu.", "Judul\n27 Juli 2025", NOTICE])
def test_a_page_without_a_body_is_refused(text: str) -> None:
    with pytest.raises(ReadingError, match="the page holds no article: nothing is left"):
        read_text_page(text)


SENTENCES = st.text("ab 🛶👩‍🌾e\u0301سلام村\u00a0", min_size=1, max_size=30).map(
    lambda text: f"Kata {text} usai."
)


@given(st.lists(SENTENCES, min_size=1, max_size=5), st.sampled_from(["\n", "\n\n"]))
def test_paragraphs_round_trip(sentences: list[str], line_end: str) -> None:
    text = line_end.join(
        ["Judul", "- Minggu, 27 Juli 2025 13:27 WIB", *sentences, "Pewarta: Siti", "Komentar", "x"]
    )
    assert read(text)["paragraphs"] == sentences
