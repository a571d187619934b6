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
        "Dicetak pada 2 Juni 2024",
        "Clique aqui e siga o canal no WhatsApp",
        "✅ Clique aqui e siga o canal no WhatsApp",
        "Saved from warta.example",
        "Unduh lampiran: rilis.pdf (224 KB)",
        "Bagikan: Facebook WhatsApp Telegram",
        "(Diskominfo/ay)",
        "Subscribe now",
        "Support local journalism. Your subscription makes stories like this possible.",
        "Sari Ayu can be reached at sari@warta.example",
        "Sudah berlangganan? Masuk di sini",
        "Anda sudah membaca 3 dari 3 artikel gratis bulan ini.",
        "Subscribe to continue reading",
        "Il vous reste 62.4% de cet article à lire. La suite est réservée aux abonnés.",
        "有料会員になると続きをお読みいただけます。",
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


BOX = "<h3>Untuk pelanggan</h3><p>Sudah berlangganan? Masuk di sini</p><li>Akses penuh Rp 59.000/bulan</li>"


@pytest.mark.parametrize(
    "markup",
    [
        f'<div class="paywall">{BOX}</div>',
        '<p class="cap">ERUPSI - Kolom abu terlihat dari Tirtomoyo.</p>',
        '<a href="#catatan">↩</a>',
        '<span class="mw-editsection">[<a href="/w">sunting</a>]</span>',
        '<div class="post-signup"><h2>Kabar Tirto</h2><p>Satu surat setiap Jumat, tanpa iklan.</p></div>',
        '<div class="ticket-cta"><h3>Tiket</h3><p>Jangan lewatkan laga pekan depan di sini.</p></div>',
        '<blockquote class="pullquote">delapan ratus keluarga di perbukitan itu</blockquote>',
        "<div><h4>More on this topic</h4><a href=/a>Harga teh turun</a></div>",
    ],
)
def test_boxes_captions_and_links_of_the_program_are_no_paragraphs(markup: str) -> None:
    assert read(story(above=DATE, between=markup))["paragraphs"] == list(TEXTS)


def test_a_large_quotation_that_the_text_does_not_repeat_stays() -> None:
    quote = "“Air sumur ini milik semua warga,” kata seorang petani di perbukitan itu."
    found = read(story(above=DATE, between=f'<div class="pullquote"><p>{quote}</p></div>'))
    assert found["paragraphs"] == [TEXTS[0], quote, *TEXTS[1:]]


def test_rows_of_links_around_a_story_are_no_paragraphs() -> None:
    rows = [f"<div><a href=/{word}>{word}</a> | <a href=/b>Kota</a></div>" for word in ("Utama", "Cetak")]
    body = f"{rows[0]}<h1>{TITLE}</h1>{''.join(f'<p>{text}</p>' for text in TEXTS)}{rows[1]}"
    assert read(body)["paragraphs"] == list(TEXTS)


def test_a_second_story_of_the_same_length_is_left_out() -> None:
    second = "".join(f"<p>Di kota lain, {text[0].lower()}{text[1:]}</p>" for text in TEXTS)
    body = f"<div>{story()}<article><h1>Sumur di kota lain</h1><p>Oleh Sari Ayu</p>{second}</article></div>"
    assert read(body)["paragraphs"] == list(TEXTS)


def test_the_part_of_a_story_for_subscribers_stays() -> None:
    part = f'<div class="paywall"><p>{TEXTS[1]}</p><p>{TEXTS[2]}</p></div>'
    assert read(f"<article><h1>{TITLE}</h1>{DATE}<p>{TEXTS[0]}</p>{part}</article>")["paragraphs"] == [*TEXTS]


def test_a_caption_above_a_short_story_with_credits_below_is_no_paragraph() -> None:
    caption = "<p>Arsip foto - Sumur bor di Tirtomoyo. ANTARA/Cherman/aa.</p>"
    found = read(story(above=DATE + caption, below="<p>Pewarta: Sari Ayu<br>Editor: Raka Wijaya</p>"))
    assert (found["paragraphs"], found["author"]) == ([*TEXTS], "Sari Ayu")


def test_a_line_in_bold_below_a_labelled_byline_is_no_author() -> None:
    bold = "<div>Penulis: Sari Ayu</div><p><b>Syarat Pengeboran Sumur</b></p>"
    found = read(story(above=DATE + bold))
    assert (found["paragraphs"], found["author"]) == (["Syarat Pengeboran Sumur", *TEXTS], "Sari Ayu")


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("Stand: 06.08.2024, 08:00 Uhr<br>Erstellt: 05.08.2024, 10:18 Uhr", "2024-08-05T10:18:00"),
        ("เผยแพร่: 5 ส.ค. 2567 10:18 น. ปรับปรุง: 6 ส.ค. 2567 09:00 น.", "2024-08-05T10:18:00"),
        ("פורסם: 5 באוגוסט 2024, 10:18", "2024-08-05T10:18:00"),
        ("Publication date 5 August 2024 | 10:18 ICT", "2024-08-05T10:18:00"),
    ],
)
def test_a_date_is_that_of_publication_in_more_languages(line: str, published: str) -> None:
    time = read(story(above=f'<div class="meta">{line}</div>'))["published_at"]
    assert time.isoformat()[:19] == published


def test_a_title_loses_the_site_that_the_data_of_a_script_leave_out() -> None:
    text = "".join(f"<p>{text}</p>" for text in TEXTS).replace("/", "\\/")
    data = f'<script type="application/json">{{"title":"{TITLE}","body":"{text}"}}</script>'
    assert read(f"<div id=app></div>{data}", head=f"<title>{TITLE} | Kabar Sumur</title>")["title"] == TITLE
