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


HEAD = "Jembatan gantung dibuka\nJumat, 5 September 2025 07:30 WIB\n\nJembatan itu panjangnya 84 meter.\n\n"
REST = "Warga menyeberang sejak subuh.\n\nBiayanya Rp3 miliar.\n"
PARAGRAPHS = ["Jembatan itu panjangnya 84 meter.", "Warga menyeberang sejak subuh.", "Biayanya Rp3 miliar."]


@pytest.mark.parametrize(
    "label",
    ["Baca juga", "Baca Juga:", "BACA JUGA :", "Lihat juga:", "Simak juga", "Berita terkait", "Rekomendasi",
        "Pilihan Editor",
     "Related", "Related articles", "Read also:", "You may also like", "Lire aussi :", "Lees ook",
     "関連記事", "相关阅读", "اقرأ أيضا", "Lee además", "VEA TAMBIÉN:", "Artículos relacionados",
     "Vous aimerez aussi", "Leia mais", "Potrebbe interessarti", "Schon gelesen?",
     "Weitere Artikel aus diesem Ressort",
     "Aktuelle Meldungen", "Läs mer", "Přečtěte si také", "Διαβάστε επίσης", "Читайте ещё", "Читайте також",
     "İlgili haberler", "Çok okunanlar", "بیشتر بخوانید", "یہ بھی پڑھیں", "ये भी पढ़ें", "और प\u095dें", "আরও পড়ুন",
     "আরও প\u09dcুন", "Waca uga", "Tin liên quan", "เรื่องที่เกี่ยวข้อง", "更多新闻", "관련 기사"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("introduced", "headlines"),
    [("\nHarga pasir turun\n\n", ["Harga pasir turun"]), ("\n\nHarga pasir turun\n\n", ["Harga pasir turun"]),
     ("\nHarga pasir turun\nSungai surut lagi?\n\n", ["Harga pasir turun", "Sungai surut lagi?"]), ("\n\n", [
         ])],
)  # fmt: skip
def test_a_label_drops_itself_and_its_headlines_and_no_paragraph(
    label: str, introduced: str, headlines: list[str]
) -> None:
    page = read_text_page(HEAD + label + introduced + REST)
    assert page.fields["paragraphs"] == PARAGRAPHS
    assert page.dropped == (label, *headlines)


@pytest.mark.parametrize(
    "line",
    ["94 comments", "Komentar (3)", "Lea también: Baja el precio de la arena", "12 Kommentare", "コメント",
        "댓글", "Laisser un commentaire", "Passend dazu: Sand wird billiger",
        "Tag", "ADVERTISEMENT", "SCROLL TO CONTINUE WITH CONTENT",
        "[Gambas:Video 20detik]", "(abc/def)",
     "Simak Video: Detik-detik jembatan dibuka", 'Simak Video "Jembatan dibuka"',
     "Baca juga: Harga pasir turun", "Halaman Selanjutnya",
     "Ikuti Kabar Uji di Google News", "Gabung saluran WhatsApp kami untuk berita pilihan.", "2 jam lalu",
     "Copyright © KABAR 2025",
     "Subscribe to our newsletter to get the news in your inbox.", "Lanjutkan membaca dengan berlangganan."],
)  # fmt: skip
def test_furniture_in_the_middle_of_a_story_does_not_end_it(line: str) -> None:
    assert read(f"{HEAD}{line}\n\n{REST}")["paragraphs"] == PARAGRAPHS


@pytest.mark.parametrize(
    "line",
    ["Warga diminta mengikuti kanal WhatsApp pemerintah kota mulai Senin.", "Komentar itu menuai kritik.",
        "Iklan rokok dilarang.", "Lee: Kami membangun jembatan itu.", "Mira: Jembatan ini milik warga.",
        "Lea: Siapa yang membayar?", "Lihat saja jembatan itu.",
     "Baca juga: kata itu tertulis di papan. Warga membacanya setiap pagi."],
)  # fmt: skip
def test_a_sentence_about_such_things_is_a_paragraph(line: str) -> None:
    assert line in read(f"{HEAD}{line}\n\n{REST}")["paragraphs"]


@given(
    st.lists(
        st.sampled_from(
            ["Baca juga:", "Komentar", "Rekomendasi", "Tag", "(abc/def)", "Advertisement", "", "Harga turun"]
        )
    )
)
def test_no_paragraph_is_lost_whatever_furniture_stands_before_it(furniture: list[str]) -> None:
    text = HEAD + "\n".join(furniture) + "\n\n" + REST
    assert [line for line in read(text)["paragraphs"] if line.endswith(".")] == PARAGRAPHS


COPIED = {
    "two lines for each name": "Jembatan gantung dibuka\nReporter\nSari Ayu\nEditor\nRaka Wijaya\n5 Septemb"
    "er 2025 | 07.30 WIB\n\nPerbesar\n"
    "Jembatan itu, Agustus 2025. Kabar/Sari Ayu\n\nKABAR.CO, Lembang - Jembatan itu panjangnya 84 meter.\n",
    "the outlet before the date": "Jembatan gantung dibuka\nKabar.com, 5 September 2025, 07:30 WIB\nBaca di"
    " App\nSari Ayu, Raka Wijaya\nTim Redaksi"
    "\n\nLihat Foto\nJembatan itu di Lembang.(KABAR.com/SARI AYU)\n\nLEMBANG, KABAR.com - Jembatan itu panj"
    "angnya 84 meter.\n",
    "the outlet after the name": "kabarNews\nBerita\nJembatan gantung dibuka warga Lembang\nSari Ayu - kaba"
    "rNews\nJumat, 5 Sep 2025 07:30 WIB\n\nBagikan:\n"
    "Foto: Ilustrasi jembatan (Dok. Pemkot)\n\nLembang - Jembatan itu panjangnya 84 meter.\n\n(sri/rka)\nje"
    "mbatan\n",
    "both names on a line": "Jembatan gantung dibuka\nUji coba dinilai berhasil.\nRep: Sari Ayu/ Red: Raka "
    "Wijaya\nJumat 5 Sep 2025 07:30 WIB\n\n"
    "Foto: Kabar/Sari Ayu\nJembatan di Lembang.\n\nKABAR.CO.ID, LEMBANG -- Jembatan itu panjangnya 84 meter"
    ".\n",
    "english": "Rope bridge opens to villagers\nBy Sari Ayu and Raka Wijaya\nSeptember 5, 2025 7:30 AM GMT+"
    "7 Updated 3 hours ago\n\n"
    "A bridge in Lembang, September 1, 2025. KABAR/Raka Wijaya Purchase Licensing Rights\n\nLEMBANG, Sept 5"
    " (Kabar) - The bridge is 84 metres long.\n\n"
    "Reporting by Sari Ayu; Editing by Raka Wijaya\n\nOur Standards: The Kabar Principles.\n",
    "japanese": "吊り橋が開通　レンバン村\n佐藤花子 2025年9月5日 7時30分\n\n橋の長さは84メートルです。\n\n"
    "この記事は有料記事です。残り500文字\n",
    "chinese": "伦邦吊桥正式开通\n2025-09-05 07:30:00\n来源：卡巴网\n\n卡巴社伦邦9月5日电（记者王小明）这座"
    "桥长84米。\n\n【责任编辑：李华】\n",
}


def test_the_day_in_a_dateline_is_that_of_a_press_release() -> None:
    text = "*Jembatan gantung dibuka*\n\nLembang, 5 September 2025 - Jembatan itu panjangnya 84 meter."
    fields = read(f"{text}\n\nPembangunannya makan waktu dua tahun sejak longsor itu.")
    assert fields["title"] == "Jembatan gantung dibuka"
    assert str(fields["published_at"]).startswith("2025-09-05")


@pytest.mark.parametrize(
    ("shape", "outlet", "author", "paragraphs"),
    [
        ("two lines for each name", "KABAR.CO", "Sari Ayu", [
            "KABAR.CO, Lembang - Jembatan itu panjangnya 84 meter."]),
        ("the outlet before the date", "KABAR.com", "Sari Ayu, Raka Wijaya",
         ["LEMBANG, KABAR.com - Jembatan itu panjangnya 84 meter."]),
        ("the outlet after the name", "kabarNews", "Sari Ayu", [
            "Lembang - Jembatan itu panjangnya 84 meter."]),
        ("both names on a line", "KABAR.CO.ID", "Sari Ayu",
         ["Uji coba dinilai berhasil.", "KABAR.CO.ID, LEMBANG -- Jembatan itu panjangnya 84 meter."]),
        ("english", "Kabar", "Sari Ayu, Raka Wijaya", ["LEMBANG, Sept 5 (Kabar) - The bridge is 84 metres l"
            "ong."]),
        ("japanese", None, "佐藤花子", ["橋の長さは84メートルです。"]),
        ("chinese", "卡巴社", "王小明", ["卡巴社伦邦9月5日电（记者王小明）这座桥长84米。"]),
    ],
)  # fmt: skip
def test_copied_pages_of_many_outlets(
    shape: str, outlet: str | None, author: str, paragraphs: list[str]
) -> None:
    fields = read(COPIED[shape])
    assert (fields["outlet"], fields["author"], fields["paragraphs"]) == (outlet, author, paragraphs)
    assert fields["title"] in ("Jembatan gantung dibuka", "Jembatan gantung dibuka warga Lembang",
                               "Rope bridge opens to villagers", "吊り橋が開通 レンバン村",
                               "伦邦吊桥正式开通")  # fmt: skip
    assert fields["published_at"].strftime("%Y-%m-%d %H:%M") == "2025-09-05 07:30"


def test_the_title_of_a_press_release_stands_below_its_date() -> None:
    fields = read(
        "SIARAN PERS\nNomor: 12/HM/2025\nTanggal: 5 September 2025\nUntuk diterbitkan segera\n\nJembatan di"
        "buka\n\n"
        "Pemerintah kota membuka jembatan gantung.\n"
    )
    assert (fields["title"], fields["paragraphs"]) == (
        "Jembatan dibuka",
        ["Pemerintah kota membuka jembatan gantung."],
    )
    assert str(fields["published_at"])[:10] == "2025-09-05"


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


@pytest.mark.parametrize(
    ("header", "author"),
    [
        ("Jembatan dibuka\nSari Ayu\nRaka Wijaya\n5 September 2025 07:30", "Sari Ayu, Raka Wijaya"),
        ("Jembatan dibuka\n5 September 2025\n07:30 WIB\nSari Ayu\nPenulis", "Sari Ayu"),
        ("Jembatan dibuka\n5 September 2025 07:30\nOleh Sari Ayu\nsari@kabar.example", "Sari Ayu"),
        ("5 September 2025 07:30\nJembatan dibuka", None),
    ],
)
def test_the_lines_of_a_header_are_read_in_many_orders(header: str, author: str | None) -> None:
    fields = read(f"{header}\nJembatan itu panjangnya 84 meter.\n\nBiayanya Rp3 miliar.")
    assert (fields["title"], fields["author"]) == ("Jembatan dibuka", author)
    assert fields["published_at"].strftime("%Y-%m-%d %H:%M") == "2025-09-05 07:30"
    assert fields["paragraphs"] == ["Jembatan itu panjangnya 84 meter.", "Biayanya Rp3 miliar."]


def test_a_page_that_says_only_how_long_ago_it_was_written_has_a_header() -> None:
    fields = read("Jembatan dibuka\n3 jam yang lalu\nSari Ayu\n\nJembatan itu panjangnya 84 meter.")
    assert (fields["title"], fields["author"]) == ("Jembatan dibuka", "Sari Ayu")


def test_the_signature_below_a_letter_names_no_author() -> None:
    letter = "PENGUMUMAN\n\nListrik padam\n\nListrik padam besok.\n\nLembang, 5 September 2025\nKepala Desa"
    fields = read(f"{letter}\n\nRaka Wijaya")
    assert fields["author"] is None
    assert fields["paragraphs"][-2:] == ["Kepala Desa", "Raka Wijaya"]


def test_publication_and_update_times_are_read() -> None:
    fields = read(
        "Judul\nPublished: 27 July 2025 09:00 UTC\nUpdated: 28 July 2025 10:00 UTC • 3 min read\nSatu."
    )
    assert str(fields["published_at"]) == "2025-07-27 09:00:00+00:00"
    assert str(fields["updated_at"]) == "2025-07-28 10:00:00+00:00"
    assert fields["paragraphs"] == ["Satu."]


@pytest.mark.parametrize(
    ("line", "time", "outlet", "author"),
    [
        ("2025年03月05日 13:05 来源：新华网", "2025-03-05 13:05:00", "新华网", None),
        ("来源：新华网 2025年03月05日 13:05", "2025-03-05 13:05:00", "新华网", None),
        ("2025-03-05 13:05:00 來源: 中央社 作者：王小明", "2025-03-05 13:05:00", "中央社", "王小明"),
        ("来源：新华网　作者：王小明 2025-03-05", "2025-03-05 00:00:00+00:00", "新华网", "王小明"),
    ],
)
def test_a_line_with_a_date_and_credits_in_chinese(
    line: str, time: str, outlet: str, author: str | None
) -> None:
    fields = read(f"伦邦吊桥正式开通\n{line}\n这座桥长84米。\n")
    assert (fields["title"], fields["paragraphs"]) == ("伦邦吊桥正式开通", ["这座桥长84米。"])
    assert (str(fields["published_at"]), fields["outlet"], fields["author"]) == (time, outlet, author)


@pytest.mark.parametrize(
    ("dateline", "place", "outlet"),
    [
        ("jpnn.com, JAKARTA - ", "JAKARTA", "jpnn.com"),
        ("JAKARTA, iNews.id - ", "JAKARTA", "iNews.id"),
        ("MELATI, KOMPAS.com - ", "MELATI", "KOMPAS.com"),
        ("Merdeka.com - ", None, "Merdeka.com"),
        ("Melati - ", "Melati", None),
    ],
)
def test_the_place_and_the_outlet_with_which_a_story_opens(
    dateline: str, place: str | None, outlet: str | None
) -> None:
    fields = read(f"Judul\n27 Juli 2025\n{dateline}Jembatan itu panjangnya 84 meter.")
    assert (fields["metadata"].get("dateline"), fields["outlet"]) == (place, outlet)


@pytest.mark.parametrize(
    ("line", "time", "author"),
    [
        ("Oleh Nor Ain Radhi - Mac 5, 2025 @ 1:05pm", "2025-03-05 13:05:00", "Nor Ain Radhi"),
        ("By Clara Hale, 5 March 2025", "2025-03-05 00:00:00+00:00", "Clara Hale"),
        ("Thứ Tư, ngày 05/03/2025", "2025-03-05 00:00:00+00:00", None),
        ("Thứ tư, 5/3/2025, 13:05 (GMT+7)", "2025-03-05 13:05:00+07:00", None),
    ],
)
def test_a_line_with_a_date_and_names(line: str, time: str, author: str | None) -> None:
    fields = read(f"Judul\n{line}\nSatu kalimat.")
    assert (str(fields["published_at"]), fields["author"]) == (time, author)
    assert (fields["title"], fields["paragraphs"]) == ("Judul", ["Satu kalimat."])


@pytest.mark.parametrize(
    ("text", "title", "paragraphs"),
    [
        (
            "Catatan panen\n\nBaris satu\nbaris dua.\n\nDua.",
            "Catatan panen",
            ["Baris satu\nbaris dua.", "Dua."],
        ),
        ("Mengapa hujan?\n\nKarena awan hujan.", "Mengapa hujan?", ["Karena awan hujan."]),
        ("Mengapa hujan?\n\nKarena awan.", "", ["Mengapa hujan?", "Karena awan."]),
        ("Catatan panen\nHujan turun.\nPadi rebah.", "", ["Catatan panen", "Hujan turun.", "Padi rebah."]),
        (
            "Tiket naik menjadi Rp5.000.\n\nHarga lama Rp1.000 berlaku sejak 2016.",
            "",
            ["Tiket naik menjadi Rp5.000.", "Harga lama Rp1.000 berlaku sejak 2016."],
        ),
        (
            "“Kami menolak,” kata Sri.\n\nWarga akan mengadu ke dewan kota besok.",
            "",
            ["“Kami menolak,” kata Sri.", "Warga akan mengadu ke dewan kota besok."],
        ),
        (
            "渡轮周二沉没，船上有六十一人。\n\n所有人都在两小时内获救，没有人受伤，船长说。",
            "",
            ["渡轮周二沉没，船上有六十一人。", "所有人都在两小时内获救，没有人受伤，船长说。"],
        ),
        ("Satu.\u2029Dua.\u2028Tiga.\x85Empat.", "", ["Satu.", "Dua.\nTiga.\nEmpat."]),
        ("Hujan turun.\nPadi rebah.", "", ["Hujan turun.", "Padi rebah."]),
        ("Hujan turun lagi", "", ["Hujan turun lagi"]),
        ("a" * 201 + "\n\nb", "", ["a" * 201, "b"]),
        (
            "Banjir\n\nBerikut kronologinya:\n\n3 Januari 2025\n\nHujan deras.",
            "Banjir",
            ["Berikut kronologinya:", "3 Januari 2025", "Hujan deras."],
        ),
        ("Harga naik\n27 Juli 2025\nSatu kalimat.", "Harga naik", ["Satu kalimat."]),
        ("Harga naik.\n27 Juli 2025\nSatu kalimat.", "", ["Harga naik.", "Satu kalimat."]),
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


@pytest.mark.parametrize("text", ["Judul\n- 27 Juli 2025\nKomentar\nSatu", "Judul\n27 Juli 2025", NOTICE])
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


LEAD = "Dinas Kesehatan Kota Padi mencatat 312 kasus demam berdarah sepanjang tiga bulan pertama tahun ini."
SECOND = "Rumah sakit umum daerah menambah 24 tempat tidur untuk menampung pasien anak selama musim hujan."


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ("Judul: Kasus demam berdarah naik\nPenulis: Rina Sari\n\n", "Rina Sari"),
        ("Kasus demam berdarah naik\nRina Sari\n\n", "Rina Sari"),
        ("Kasus demam berdarah naik\n\nRina Sari dan Budi Hartono\n\n", "Rina Sari, Budi Hartono"),
        ("Kasus demam berdarah naik\nRaka | Sari\n3 April 2025\n", "Raka, Sari"),
        ("Home / Berita / Kota\n\nKasus demam berdarah naik\nRina Sari\n3 April 2025\n\n", "Rina Sari"),
        ("DINAS KESEHATAN\nJalan Melati 5\n\nSIARAN PERS\nNo: 1/2025\n\nKasus demam berdarah naik\n\n", None),
        ("Siaran Pers No. 1/IV/2025\n3 April 2025\nTentang\nKasus demam berdarah naik\n\n", None),
        ("EMBARGO: 3 April 2025, pukul 13.00 WIB\n\nKasus demam berdarah naik\n\n", None),
    ],
)
def test_the_head_of_a_text_names_its_title_and_author(head: str, author: str | None) -> None:
    fields = read_text_page(f"{head}{LEAD}\n{SECOND}\n").fields
    assert (fields["title"], fields["author"]) == ("Kasus demam berdarah naik", author)
    assert fields["paragraphs"][-1].endswith(SECOND)


def test_a_word_that_a_hyphen_divides_is_whole() -> None:
    lines = ["Sejarah jembatan", "", "Pemerintah kolo-", "nial membangunnya untuk anak-", "anak desa."]
    text = "\n".join([*lines, "", "- 3 -", "", "Selesai.", ""])
    assert read_text_page(text).fields["paragraphs"] == [
        "Pemerintah kolonial\nmembangunnya untuk anak-anak\ndesa.",
        "Selesai.",
    ]


def test_lines_that_begin_with_spaces_begin_paragraphs() -> None:
    text = "Kasus naik\n\n  Dinas mencatat 312\nkasus.\n  Rumah sakit menambah\ntempat tidur.\n"
    assert len(read_text_page(text).fields["paragraphs"]) == 2
