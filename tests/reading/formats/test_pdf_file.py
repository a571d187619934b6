from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading import Overrides, read_paths
from rag.reading.formats.pdf_paragraphs import join_lines
from tests.reading.formats.pdf_writer import Placed, column, pdf
from tests.reading.formats.reading import one, read, reasons

FIRST = [
    "Petani di Lereng Wulan memanen 42 ton kopi",
    "robusta pada awal tahun ini, kata ketua pemerin-",
    "tah desa kepada wartawan pada hari Senin pagi.",
]
SECOND = [
    "   Harga jual mencapai 61.000 rupiah per kilo-",
    "gram, dan anak-",
    "anak petani ikut memetik biji yang sudah merah.",
]


def test_a_document_is_an_article_with_the_pages_of_its_paragraphs() -> None:
    lines = [
        (60, 740, 20, "Panen kopi dimulai"),
        *column(60, 700, FIRST),
        *column(60, 650, ["Harga naik lagi."]),
    ]
    more = column(60, 700, ["Panen berlangsung tujuh hari di lereng itu."])
    article = one(read(pdf([lines, more]), ".pdf", name="koran"))
    assert (article.id, article.title) == ("koran", "Panen kopi dimulai")
    assert article.paragraphs == (
        "Petani di Lereng Wulan memanen 42 ton kopi robusta pada awal tahun ini, kata ketua pemerintah desa "
        "kepada wartawan pada hari Senin pagi.",
        "Harga naik lagi.",
        "Panen berlangsung tujuh hari di lereng itu.",
    )
    assert article.metadata["pages"] == [1, 1, 2]
    assert article.metadata["document_author"] == "siti"
    assert article.author is None


def test_a_hyphen_that_ends_a_line_of_the_title_is_left_out() -> None:
    title = [(60.0, 740.0, 20.0, "Panen kopi dimu-"), (60.0, 718.0, 20.0, "lai di lereng")]
    assert one(read(pdf([[*title, *column(60, 670, FIRST)]]), ".pdf")).title == "Panen kopi dimulai di lereng"


def test_columns_are_read_one_after_the_other() -> None:
    left = [f"Kolom kiri baris {number} tentang kopi" for number in range(9)]
    right = [f"kolom kanan baris {number} tentang teh" for number in range(8)] + ["dan berakhir di sini."]
    # The file draws the rows of both columns in turn, as some programs do.
    drawn: list[Placed] = []
    for one_row, other_row in zip(column(60, 700, left), column(320, 700, right), strict=True):
        drawn += [one_row, other_row]
    article = one(read(pdf([drawn], title="Dua kolom"), ".pdf"))
    assert article.title == "Dua kolom"
    assert article.paragraphs == (" ".join([*left, *right]),)


def test_an_indent_begins_a_paragraph() -> None:
    indented = [(72.0, *line[1:]) if line[3].startswith(" ") else line for line in column(60, 660, SECOND)]
    placed = [
        *column(60, 696, FIRST),
        *((left, base, size, text.strip()) for left, base, size, text in indented),
    ]
    first, second = one(read(pdf([placed]), ".pdf")).paragraphs
    assert first.endswith("pada hari Senin pagi.")
    assert second == (
        "Harga jual mencapai 61.000 rupiah per kilogram, dan anak-anak petani ikut memetik biji "
        "yang sudah merah."
    )


def test_a_paragraph_goes_on_over_a_page_and_running_heads_are_left_out() -> None:
    texts = [
        ["Panen kopi di lereng itu dimulai pada hari Senin dan"],
        ["berakhir tujuh hari kemudian, kata ketua desa itu."],
        ["Harga naik tujuh persen sejak awal bulan yang lalu."],
    ]
    pages = [
        [(60, 780, 8, "Kabar Wulan"), *column(60, 600, lines), (290, 30, 8, f"Halaman {number}")]
        for number, lines in enumerate(texts, 1)
    ]
    article = one(read(pdf(pages), ".pdf"))
    assert article.paragraphs == (" ".join([*texts[0], *texts[1]]), texts[2][0])
    assert article.metadata["pages"] == [1, 3]


def test_pages_without_text_are_reported_and_very_many_boxes_are_read(tmp_path: Path) -> None:
    scattered = [
        (10 + 55 * (number % 10), 780 - 12 * (number // 10), 6.0, f"sel{number}") for number in range(600)
    ]
    path = tmp_path / "peta.pdf"
    path.write_bytes(pdf([scattered, []]))
    dropped: list[str] = []
    items = read_paths([path], overrides=Overrides(), on_dropped=lambda _, lines: dropped.extend(lines))
    words = " ".join(one(list(items)).paragraphs).split()
    assert sorted(words) == sorted(f"sel{number}" for number in range(600))
    assert dropped == ["page 2 holds no text"]


def test_headings_stand_above_paragraphs() -> None:
    lines = [
        (60, 760, 22, "Laporan panen"),
        *column(60, 720, FIRST),
        (60, 660, 14, "Harga"),
        *column(60, 630, ["Harga naik tujuh persen sejak awal bulan."]),
        (60, 600, 14, "Lampiran"),
    ]
    article = one(read(pdf([lines]), ".pdf"))
    assert article.title == "Laporan panen"
    assert [article.paragraphs[number - 1] for number in article.headings] == ["Harga"]


def test_scans_passwords_bombs_and_damage_are_refused() -> None:
    whole = pdf([column(60, 700, FIRST)])
    refused = {
        pdf([[], []]): "the PDF holds no text on its 2 pages: it is a scan",
        pdf([column(60, 700, FIRST)], is_locked=True): "the PDF is protected by a password",
        pdf([column(60, 700, FIRST)], extra=bytes(301_000_000)): "the PDF grows from",
        b"Panen.": "the file is not a PDF",
        b"%PDF-1.4\n": "the PDF is damaged",
        whole[:300]: "the PDF is damaged",
    }
    for data, reason in refused.items():
        (found,) = reasons(read(data, ".pdf"))
        assert found.startswith(f"berkas.pdf: {reason}")


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["Pemerin-", "tah."], "Pemerintah."),
        (["anak-", "anak"], "anak-anak"),
        (["sayur-", "mayur"], "sayur-mayur"),
        (["berlari-", "lari"], "berlari-lari"),
        (["Kali\u00ad", "mantan"], "Kalimantan"),
        (["2019-", "2020"], "2019-2020"),
        (["Jawa-", "Bali"], "Jawa-Bali"),
        (["satu -", "dua"], "satu - dua"),
        (["東京都の", "天気"], "東京都の天気"),
        (["satu", "dua"], "satu dua"),
    ],
)
def test_hyphens_at_the_ends_of_lines(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_a_word_of_the_text_decides_about_its_hyphen() -> None:
    assert join_lines(["bolak-", "balik"], frozenset({"bolak-balik"})) == "bolak-balik"
    assert join_lines(["mata-", "mata"], frozenset({"matamata"})) == "matamata"


WORD = st.text(st.characters(categories=["Ll"], max_codepoint=0x24F), min_size=1, max_size=8)


@given(st.lists(WORD, min_size=1, max_size=12))
def test_lines_of_whole_words_lose_nothing(words: list[str]) -> None:
    assert join_lines(words).split(" ") == words
    assert all(f"{one_word} {next_word}" in join_lines(words) for one_word, next_word in pairwise(words))


def test_the_wide_spaces_of_justified_text_do_not_divide_a_line() -> None:
    lines = [
        *column(60, 700, ["Petani di Lereng Wulan memanen"]),
        (60.0, 688.0, 10.0, "42"), (110.0, 688.0, 10.0, "ton"), (160.0, 688.0, 10.0, "kopi"),
        *column(60, 676, ["pada awal tahun ini, kata ketua"]),
        *column(60, 664, ["kelompok tani di lereng itu."]),
    ]  # fmt: skip
    assert one(read(pdf([lines]), ".pdf")).paragraphs == (
        "Petani di Lereng Wulan memanen 42 ton kopi pada awal tahun ini, kata ketua "
        "kelompok tani di lereng itu.",
    )


def test_what_a_browser_prints_at_the_edges_is_left_out() -> None:
    edges = [(60.0, 780.0, 8.0, "1/5/24, 8:00 AM"), (300.0, 780.0, 8.0, "Panen - KABAR")]
    edges += [(60.0, 10.0, 8.0, "https://kabar.example/panen"), (540.0, 10.0, 8.0, "1/1")]
    article = one(read(pdf([[*edges, *column(60, 700, FIRST)]]), ".pdf"))
    assert len(article.paragraphs) == 1
    assert article.text.startswith("Petani di Lereng Wulan")
