"""Sentences of the news that resemble notices, invitations and captions."""

import pytest

from rag.reading.furniture import is_caption, is_credited_picture, is_furniture
from rag.reading.rights import find_prohibition


@pytest.mark.parametrize(
    "sentence",
    [
        "Indeks kualitas udara memburuk sehingga warga dilarang melewati portal ini.",
        "Do not miss our consumer price index tables on this page.",
        "Do not miss our stocks and index funds on this page.",
        "You may not see our skyscrapers on this page.",
    ],
)
def test_news_about_an_index_is_no_notice(sentence: str) -> None:
    assert find_prohibition(sentence) is None


@pytest.mark.parametrize(
    "notice",
    [
        "You may not index this website for AI.",
        "Search engines may not crawl, scrape, index or cache our content.",
        "Dilarang mengindeks situs ini.",
        "Konten situs ini dilarang diindeks oleh AI.",
        "Dilarang melakukan indeks otomatis atas konten kami.",
        "Machines must not copy, index, or store this website.",
    ],
)
def test_a_notice_about_the_act_of_indexing_is_found(notice: str) -> None:
    assert find_prohibition(notice) == notice


@pytest.mark.parametrize(
    "sentence",
    [
        "Update WhatsApp Anda ke versi 2.25 untuk menutup celah keamanan ini.",
        "Ikuti aturan main di Instagram agar akun Anda tidak diblokir.",
        "Warga wajib membawa bukti pembayaran (foto kuitansi).",
        "Pemohon menyerahkan berkas lama (file scan kartu keluarga).",
    ],
)
def test_advice_to_the_reader_is_text(sentence: str) -> None:
    assert not is_furniture(sentence)
    assert not is_credited_picture(sentence)
    assert not is_caption(sentence)


@pytest.mark.parametrize(
    "line",
    ["Ikuti berita kami di saluran WhatsApp.", "Update berita terbaru Anda lewat saluran Telegram kami.",
     "Follow us on Facebook and Instagram.", "Unduh aplikasi ini agar notifikasi sampai ke ponsel Anda.",
     "Ikuti WhatsApp Anda"],
)  # fmt: skip
def test_invitations(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line", ["Suasana pasar (foto istimewa).", "Suasana pasar (foto: dok. Pemkot).", "Dermaga. (Foto: Sari)"]
)
def test_captions_with_a_credit(line: str) -> None:
    assert is_caption(line)
