import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from rag.errors import RightsError
from rag.reading.rights import (
    _MACHINE,
    _WORDS_OF_MACHINES,
    check_permission,
    find_markup_prohibition,
    find_prohibition,
)

NOTICE = (
    "Dilarang keras mengambil konten, melakukan crawling atau pengindeksan otomatis untuk AI "
    "di situs web ini tanpa izin tertulis dari KABAR."
)


@pytest.mark.parametrize(
    "notice",
    [
        NOTICE,
        "Dilarang melakukan pengindeksan otomatis untuk AI tanpa izin tertulis dari redaksi.",
        "Seluruh konten situs ini tidak boleh dipakai untuk melatih model kecerdasan buatan.",
        "Taking content, crawling or automatic indexing for AI on this website is strictly prohibited.",
        "It is strictly prohibited to crawl or index it for AI without the written permission of KABAR.",
        "You may not scrape this site to train AI.",
        "Text and data mining of our pages is not permitted; see this page for terms.",
    ],
)
def test_a_notice_to_the_reader_is_found(notice: str) -> None:
    assert find_prohibition(f"Sungai surut.\n\nCopyright © KABAR 2025\n{notice}\nKomentar") == notice


@pytest.mark.parametrize(
    "sentence",
    [
        "Pemerintah melarang pengindeksan otomatis untuk AI tanpa izin tertulis dari penerbit.",
        "Perusahaan dilarang melakukan crawling untuk AI tanpa izin tertulis, kata menteri.",
        "Menurut aturan itu, perusahaan tidak boleh mengindeks situs ini tanpa izin.",
        'Di kaki laman tertulis "Dilarang keras melakukan crawling untuk AI di situs ini".',
        "“Crawling this site for AI is strictly prohibited,” the footer reads.",
        "The court ruled that companies may not crawl newspapers for AI without permission.",
        "Under the new law, automatic indexing for AI without written permission is prohibited.",
        "Indeks harga tidak boleh turun lagi.",
        "Dilarang menyalin isi laman ini tanpa izin.",
        "Pelatihan guru di sekolah itu dilarang dipungut biaya.",
    ],
)
def test_news_about_a_ban_is_not_a_notice(sentence: str) -> None:
    assert find_prohibition(f"Rapat selesai. {sentence}\nWarga pulang.") is None


def test_a_notice_is_found_among_other_sentences_and_over_wrapped_lines() -> None:
    assert find_prohibition(f"Hak cipta kami. {NOTICE} Terima kasih.") == NOTICE
    assert (
        find_prohibition(NOTICE.replace(" otomatis ", " otomatis\n").replace("web ini", "web\nini")) == NOTICE
    )


def test_parts_of_a_notice_in_different_paragraphs_do_not_count() -> None:
    assert find_prohibition("Dilarang keras masuk tanpa izin.\n\nTim crawling lewat situs ini.") is None


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ('<meta name="robots" content="index, noai">', '<meta name="robots" content="index, noai">'),
        ('<meta NAME="Robots" content="NoAI, NoImageAI">', '<meta name="robots" content="NoAI, NoImageAI">'),
        ('<meta name="robots" content="noimageai">', None),
        ('<meta name="tdm-reservation" content="1">', '<meta name="tdm-reservation" content="1">'),
        ('<meta name="tdm-reservation" content="0">', None),
        ('<meta name="robots" content="noindex, nofollow">', None),
        ('<meta name="description" content="noai">', None),
        ("<meta content=noai>", None),
    ],
)
def test_meta_elements_that_reserve_rights(meta: str, expected: str | None) -> None:
    assert find_markup_prohibition(document_fromstring(f"<html><head>{meta}</head><body>x")) == expected


def test_a_prohibition_requires_a_permission() -> None:
    check_permission(None, None)
    check_permission(NOTICE, "surat 12/2025")
    with pytest.raises(RightsError, match=r"\('Dilarang keras .* KABAR.'\): state .* `--permission TEXT`"):
        check_permission(NOTICE, None)


@given(st.from_regex(_MACHINE, alphabet=st.characters(codec="ascii")))
def test_the_words_that_are_looked_for_first_miss_no_machine_use(text: str) -> None:
    assert any(word in text.casefold() for word in _WORDS_OF_MACHINES)
