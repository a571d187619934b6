"""Pages as outlets and programs of many countries write them: labels, credits, dates, bylines, titles."""

import pytest

from rag.reading.credits import line_facts
from rag.reading.names import author_names, split_title
from tests.reading.test_page_shapes import TEXTS, TITLE, read, story

DATE = "<div class=date>Senin, 5 Agustus 2024 10:11 WIB</div>"


@pytest.mark.parametrize(
    "line",
    [
        "Artikel Berkaitan: Harga teh turun",
        "BACA JUGA  Harga Teh Turun di Pasar Lama",
        "यह भी पढ़ें- चाय सस्ती",
        "Читать также: Чай дешевеет",
        "İLGİLİ HABER: Çay ucuzladı",
        "También te puede interesar: Baja el té",
        "Pilihan untuk Anda",
        "Tulis komentar Anda",
        "Baca halaman selanjutnya",
        "SKIP ADVERTISEMENT",
        "Article continues after this advertisement",
        "Lewati ke konten utama",
        "Skip to content",
        "Loading…",
        "Tags: sumur, air bersih",
        "URL: https://warta.example/sumur",
        "Temps de lecture : 2 min",
        "ⓒ 항구일보 무단전재 및 재배포 금지",
    ],
)
def test_furniture_of_any_country_is_no_paragraph(line: str) -> None:
    assert read(story(above=DATE, between=f"<p>{line}</p>"))["paragraphs"] == list(TEXTS)


@pytest.mark.parametrize(
    "line",
    [
        "Image source, Getty Images",
        "Keterangan gambar, Sumur bor di perbukitan",
        "Legenda da foto, Poço novo",
        "Getty Images",
        "Photo credit: Retno Ayu",
        "Crédit photo : Rina Sari",
        "Фото: пресс-служба",
        "（写真：共同）",
        "[사진=연합뉴스]",
        "图：新华社",
        "Ảnh: Minh Hoàng",
        "ภาพ: รินา",
        "الصورة: رويترز",
        "फोटो: पीटीआई",
    ],
)
def test_the_credit_of_a_picture_is_no_paragraph(line: str) -> None:
    assert read(story(above=DATE, between=f"<p>{line}</p>"))["paragraphs"] == list(TEXTS)


@pytest.mark.parametrize(
    "line",
    [
        "Foto itu diambil pada Senin.",
        "Sumber air di lereng itu mengering.",
        "Related crops such as tea fell too.",
        "Tags are printed on every sack of coffee.",
        "(Harga belum termasuk pajak.)",
        "BACA JUGA doa ini setiap pagi, kata ustaz itu kepada warga.",
        "Getty Images menuntut dua perusahaan di London.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays(line: str) -> None:
    assert read(story(above=DATE, between=f"<p>{line}</p>"))["paragraphs"] == [TEXTS[0], line, *TEXTS[1:]]


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("Giriş: 04.03.2025 - 18:20", "2025-03-04T18:20:00"),
        ("Oluşturulma Tarihi: 4 Mart 2025 18:20", "2025-03-04T18:20:00"),
        ("วันที่ 4 มีนาคม 2568 เวลา 18:20 น.", "2025-03-04T18:20:00"),
        ("승인 2025.03.04 18:20", "2025-03-04T18:20:00"),
    ],
)
def test_a_labelled_date_keeps_its_time_of_day(line: str, time: str) -> None:
    facts = line_facts(line)
    assert facts is not None
    assert facts["published_at"].isoformat() == time


@pytest.mark.parametrize(
    ("header", "time"),
    [
        (
            "<div class=submitted>Enviado por Lucía Vega el Mar, 04/03/2025 - 18:20</div>",
            "2025-03-04T18:20:00",
        ),
        (
            "<p>Par Léa Garnier et Marc Petit<br>Publié le 4 mars 2025 à 18h20, mis à jour le 5 mars 2025 à"
            " 08h00</p>",
            "2025-03-04T18:20:00",
        ),
        (
            "<abbr class=published title='2025-03-04T18:20:00+08:00'>8:15 PTG</abbr>",
            "2025-03-04T18:20:00+08:00",
        ),
    ],
)
def test_a_date_beside_the_headline_keeps_its_time_of_day(header: str, time: str) -> None:
    fields = read(story(above=header))
    assert fields["published_at"].isoformat() == time
    assert fields["paragraphs"] == list(TEXTS)


def test_a_date_below_a_label_of_an_end_is_not_that_of_the_story() -> None:
    header = "<p>16.10.2019</p><p><b>Video verfügbar bis:</b><br>14.10.2020 · 14:00 Uhr</p>"
    assert str(read(story(above=header))["published_at"]).startswith("2019-10-16")


@pytest.mark.parametrize(
    ("meta", "time"),
    [
        ("weibo:article:create_at", "2025-03-04T18:20:00"),
        ("ptime", "2025-03-04T18:20:00"),
    ],
)
def test_the_time_in_a_meta_element_of_a_vendor_counts(meta: str, time: str) -> None:
    head = f"<title>{TITLE}</title><meta name='{meta}' content='2025-03-04 18:20:00'>"
    assert read(story(), head=head)["published_at"].isoformat() == time


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("Haber: Rina Sari", "Rina Sari"),
        ("Teks dan foto: Rina Sari", "Rina Sari"),
        ("Propos recueillis par Rina Sari", "Rina Sari"),
        ("Por: Rina Sari", "Rina Sari"),
        ("Laporan Wartawan Wartalereng.com, Rina Sari", "Rina Sari"),
        ("Kontributor Sukarame, Rina Sari", "Rina Sari"),
        ("(Penulis: Rina Sari)", "Rina Sari"),
        ("김민수 기자 minsu@hangu.example", "김민수"),
    ],
)
@pytest.mark.parametrize("is_above", [True, False])
def test_a_labelled_byline_is_no_paragraph(byline: str, author: str, is_above: bool) -> None:
    line = f"<p>{byline}</p>"
    fields = read(story(above=DATE + line) if is_above else story(above=DATE, below=line))
    assert (fields["author"], fields["paragraphs"]) == (author, list(TEXTS))


def test_a_byline_and_a_date_in_one_paragraph_are_both_read() -> None:
    fields = read(story(above="<p>By Tom Reilly<br>Tuesday, March 4, 2025 6:20 PM</p>"))
    assert (fields["author"], fields["published_at"].isoformat()) == ("Tom Reilly", "2025-03-04T18:20:00")


def test_a_name_below_its_label_is_no_paragraph() -> None:
    fields = read(story(above=f"<p>Reporter</p><p>Galih Pratama</p>{DATE}"))
    assert (fields["author"], fields["paragraphs"]) == ("Galih Pratama", list(TEXTS))


def test_credits_in_brackets_below_the_story_are_no_paragraph() -> None:
    line = "<p>(Reporting by Rina Sari; Editing by Budi Hartono)</p>"
    fields = read(story(above=DATE, below=line))
    assert (fields["author"], fields["metadata"]["editor"]) == ("Rina Sari", "Budi Hartono")
    assert fields["paragraphs"] == list(TEXTS)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Rina Sari for The Lereng Daily", ["Rina Sari"]),
        ("記者・佐藤健", ["佐藤健"]),
        ("FollowShare", []),
    ],
)
def test_a_byline_holds_names_alone(byline: str, names: list[str]) -> None:
    assert author_names(byline) == names


def test_the_title_of_a_print_view_is_that_of_the_story() -> None:
    assert split_title(f"Print - {TITLE}", []) == (TITLE, None)


def test_a_text_that_is_only_in_a_script_replaces_the_sign_of_loading() -> None:
    markup = "".join(f"<p>{text}</p>" for text in TEXTS)
    script = f'<script type="application/json">{{"body": "{markup}"}}</script>'
    assert read(f"<main><h1>{TITLE}</h1><p>Loading…</p></main>{script}")["paragraphs"] == list(TEXTS)
