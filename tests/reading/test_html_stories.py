"""Pages of the shapes that readers of public pages meet: which of their texts are the story."""

from typing import Any

import pytest

from rag.reading.html_page import read_html_page

TITLE = "Dermaga baru dibuka"
TEXTS = (
    "Dermaga baru di tepi sungai dibuka pada hari Senin dan menampung dua ratus perahu.",
    "Pedagang jeruk mengatakan bahwa jarak ke pasar menjadi lebih pendek daripada dahulu.",
    "Pemerintah kota menanggung biaya sewa selama enam bulan pertama bagi semua pedagang.",
    "Perahu dari hulu kini berlabuh di sisi utara, sedangkan penumpang naik di sisi selatan.",
    "Warga meminta lampu jalan ditambah karena banyak pembeli datang sebelum matahari terbit.",
    "Dinas perhubungan akan menghitung jumlah perahu setiap pekan sampai akhir musim hujan.",
)
LEAD = "Setelah dua tahun dibangun, dermaga itu mulai melayani pedagang dari tujuh desa."


def read(body: str, *, head: str = "") -> dict[str, Any]:
    head = f"<title>{TITLE}</title>{head}"
    return dict(read_html_page(f"<html lang=id><head>{head}</head><body>{body}</body></html>").fields)


def paragraphs(*texts: str, name: str = "") -> str:
    attribute = f' class="{name}"' if name else ""
    return "".join(f"<p{attribute}>{text}</p>" for text in texts)


@pytest.mark.parametrize("depth", [1, 3])
def test_every_part_of_a_story_that_is_divided_by_advertisements_is_read(depth: int) -> None:
    start, end = '<div class="grid"><div class="column">' * depth, "</div></div>" * depth
    advertisement = '<div class="row"><div class="ad">Iklan</div></div>'
    first = f"{start}{paragraphs(*TEXTS[:3])}{end}"
    second = f"{start}<h2>Lampu jalan</h2>{paragraphs(*TEXTS[3:])}{end}"
    fields = read(f"<main><h1>{TITLE}</h1><div>{first}{advertisement}{second}</div></main>")
    assert (fields["paragraphs"], fields["headings"]) == ([*TEXTS[:3], "Lampu jalan", *TEXTS[3:]], [4])


def test_the_lines_of_a_paragraph_element_are_one_paragraph() -> None:
    body = f"<h1>{TITLE}</h1><p>{TEXTS[0]}<br>{TEXTS[1]}</p><p>{TEXTS[2]}</p>"
    assert read(f"<article>{body}</article>")["paragraphs"] == [f"{TEXTS[0]}\n{TEXTS[1]}", TEXTS[2]]


def test_a_heading_without_its_end_does_not_make_the_story_a_heading() -> None:
    body = f"<h1>{TITLE}</h1><h2>" + "".join(f"<div>{text}</div>" for text in TEXTS)
    fields = read(f"<article>{body}</article>")
    assert (fields["paragraphs"], "headings" in fields) == ([*TEXTS], False)


def test_a_class_that_most_paragraphs_share_tells_nothing() -> None:
    hidden = f"{paragraphs(*TEXTS[1:3], name='paywall')}<i>{LEAD}</i>{paragraphs(*TEXTS[3:], name='paywall')}"
    body = f"<article><h1>{TITLE}</h1><div>{paragraphs(TEXTS[0])}{hidden}</div></article>"
    assert read(body)["paragraphs"] == [*TEXTS[:3], LEAD, *TEXTS[3:]]


def test_stories_in_a_sidebar_are_left_out() -> None:
    teaser = "<div><a href=/x>Harga jeruk turun</a> Harga jeruk turun di pasar itu sejak panen raya.</div>"
    cells = f"<td>{paragraphs(*TEXTS)}</td><td class='sidebar'>{teaser}</td>"
    assert read(f"<h1>{TITLE}</h1><table><tr>{cells}</tr></table>")["paragraphs"] == [*TEXTS]


@pytest.mark.parametrize(
    "top",
    [
        f"<header><h1>{TITLE}</h1><div>{paragraphs(LEAD)}</div></header>",
        f"<div><h3>{TITLE}</h3></div><div class='teaser-text'>{paragraphs(LEAD)}</div>",
    ],
)
def test_a_lead_above_the_element_of_the_story_is_read(top: str) -> None:
    body = f"{top}<figure><figcaption>Dermaga.</figcaption></figure><article>{paragraphs(*TEXTS)}</article>"
    assert read(f"<main>{body}</main>")["paragraphs"] == [LEAD, *TEXTS]


def test_words_are_read_without_soft_hyphens() -> None:
    divided = TEXTS[0].replace("Dermaga", "Der&shy;maga").replace("perahu", "pe\u00adra\u00adhu")
    head = '<meta property="og:title" content="Der\u00admaga baru dibuka">'
    fields = read(
        f"<article><h1>Der&shy;maga baru dibuka</h1>{paragraphs(divided, *TEXTS[1:])}</article>", head=head
    )
    assert (fields["title"], fields["paragraphs"]) == (TITLE, [*TEXTS])


def test_the_paragraphs_of_a_stated_body_are_those_of_the_page() -> None:
    linked = f'{{"@type": "NewsArticle", "headline": "{TITLE}", "articleBody": "{" ".join(TEXTS)}"}}'
    head = f'<script type="application/ld+json">{linked}</script>'
    cards = "".join(f'<div class="card c{place}"><div>{text}</div></div>' for place, text in enumerate(TEXTS))
    assert read(f"<h1>{TITLE}</h1>{cards}", head=head)["paragraphs"] == [*TEXTS]


@pytest.mark.parametrize(
    "furniture",
    [
        "<p>Lesen Sie hier: <a href=/x>Boot im Hafen</a></p>",
        "<p><a href=/x>À lire aussi » Le port est ouvert</a></p>",
        "<p>PUEDES VER: <a href=/x>El puerto está abierto</a></p>",
        "<h5>Zobacz także</h5><p><a href=/x>Port jest otwarty</a></p>",
        "<p><strong>Leia mais</strong></p>",
        "<p><strong>Baca Juga <a href=/x>Tarif perahu naik lagi mulai bulan Juli</a></strong></p>",
        "<p>ALSO READ | <a href=/x>The harbour is open</a></p>",
        "<p>【関連記事】<a href=/x>港が開いた</a></p>",
        "<p>▶ 延伸閱讀：港口開放</p>",
        "<p>اقرأ ايضا: افتتاح الميناء</p>",
    ],
)
def test_labels_of_other_stories_are_left_out_in_many_languages(furniture: str) -> None:
    body = f"<h1>{TITLE}</h1>{paragraphs(*TEXTS[:3])}{furniture}{paragraphs(*TEXTS[3:])}"
    assert read(f"<article>{body}</article>")["paragraphs"] == [*TEXTS]


def test_filler_in_latin_has_the_language_that_the_page_states() -> None:
    filler = (
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore."
    )
    body = f"<article><h1>{TITLE}</h1>{paragraphs(filler, filler.replace('dolor', 'dolorem'))}</article>"
    assert read(body)["language"] == "id"


def test_a_linked_heading_in_a_story_is_read_if_it_leads_to_another_site() -> None:
    parts = "".join(
        f'<h3><a href="https://{site}.example/{number}">Pasar {number}</a></h3><p>{text}</p>'
        for number, (site, text) in enumerate(zip(("shop", "news", "shop"), TEXTS[1:4], strict=True))
    )
    head = '<link rel="canonical" href="https://news.example/dermaga">'
    fields = read(f"<main><h1>{TITLE}</h1><p>{TEXTS[0]}</p>{parts}</main>", head=head)
    assert fields["paragraphs"] == [TEXTS[0], "Pasar 0", TEXTS[1], TEXTS[2], "Pasar 2", TEXTS[3]]


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E=mc^2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>12</mn></mfrac>", "(a+b)/12"),
        ("<msub><mi>x</mi><mn>1</mn></msub><mo>≤</mo><msqrt><mn>840</mn></msqrt>", "x_1≤√840"),
        ("<mn>4</mn><mtext> untuk semua </mtext><mi>x</mi>", "4 untuk semua x"),
        ("<semantics><mn>4</mn><annotation>TeX</annotation></semantics>", "4"),
    ],
)
def test_a_formula_stands_on_one_line_in_its_sentence(formula: str, text: str) -> None:
    container = (
        f"<mjx-container><mjx-math></mjx-math><mjx-assistive-mml><math>{formula}</math></mjx-assistive-mml>"
    )
    sentence = f"Nilainya {container}</mjx-container> menurut dinas perhubungan kota pada hari Senin."
    fields = read(f"<main><h1>{TITLE}</h1>{paragraphs(*TEXTS[:3], sentence)}</main>")
    assert fields["paragraphs"][-1] == f"Nilainya {text} menurut dinas perhubungan kota pada hari Senin."


QUAKE = "Gempa bumi magnitudo 5,0 mengguncang Melati pada Senin pagi tanpa korban jiwa. (Antara)"


@pytest.mark.parametrize("others", [(), TEXTS[:2]])
@pytest.mark.parametrize("agency", ["Antara", "Reuters", "Sumber: BPBD"])
def test_a_lead_that_ends_with_its_agency_is_no_caption(agency: str, others: tuple[str, ...]) -> None:
    lead = QUAKE.replace("Antara", agency)
    fields = read(f"<article><h1>{TITLE}</h1>{paragraphs(lead, *others)}</article>")
    assert fields["paragraphs"] == [lead, *others]


@pytest.mark.parametrize(
    "caption",
    ["Dermaga pada hari Senin. (Antara/Sari)", "Dermaga baru. (Foto: Sari)", "Dermaga. (AFP Photo)",
     "Dermaga. (Sumber: Istimewa)", "Perahu di dermaga. (Getty Images)", "Dermaga. (ANTARA FOTO/Sari Ayu)"],
)  # fmt: skip
def test_a_caption_above_the_lead_is_left_out_unless_it_is_the_whole_text(caption: str) -> None:
    fields = read(f"<article><h1>{TITLE}</h1>{paragraphs(caption, *TEXTS)}</article>")
    assert fields["paragraphs"] == [*TEXTS]
    assert read(f"<article><h1>{TITLE}</h1>{paragraphs(caption)}</article>")["paragraphs"] == [caption]


@pytest.mark.parametrize(
    "text",
    [
        "Ingin menaikkan harga BBM jenis Premium, pemerintah akan bertemu pimpinan DPR pekan depan.",
        "Update terakhir BPBD lewat saluran resmi menyebut 31 orang meninggal, termasuk tamu hotel.",
        "Cek fakta: pesan WhatsApp soal vaksin itu hoaks, kata Kementerian Kesehatan berdasarkan ilmu medis.",
        "Get used to it: WhatsApp will show ads to our readers and to you, the company said.",
        "Daftar tamu hotel itu dikirim polisi lewat Telegram pada Senin malam.",
        "Lihat: harga cabai rawit kini Rp120.000 per kilogram, naik dari Rp80.000.",
    ],
)
def test_a_sentence_of_news_that_names_a_service_is_a_paragraph(text: str) -> None:
    fields = read(f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:2], text, *TEXTS[2:])}</article>")
    assert fields["paragraphs"] == [*TEXTS[:2], text, *TEXTS[2:]]


@pytest.mark.parametrize(
    "text",
    ["Ikuti berita kami di saluran WhatsApp.", "Dapatkan kabar pilihan langsung di ponselmu lewat Telegram.",
     "Daftar akun premium untuk membaca artikel kami tanpa iklan.", "Lihat: Harga cabai naik lagi"],
)  # fmt: skip
def test_an_invitation_is_left_out(text: str) -> None:
    fields = read(f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:2], text, *TEXTS[2:])}</article>")
    assert fields["paragraphs"] == [*TEXTS]


def test_a_service_named_in_a_list_or_a_heading_is_no_button() -> None:
    names = "".join(f"<li>{name}</li>" for name in ("WhatsApp", "Facebook", "TikTok"))
    story = f"<p>Berikut aplikasinya:</p><ol>{names}</ol>{paragraphs(TEXTS[0])}<h2>Line</h2>"
    fields = read(f"<article><h1>{TITLE}</h1>{story}{paragraphs(*TEXTS[1:])}</article>")
    assert fields["paragraphs"][:6] == [
        *("Berikut aplikasinya:", "WhatsApp", "Facebook", "TikTok", TEXTS[0], "Line"),
    ]


def test_buttons_with_the_names_of_services_are_left_out() -> None:
    buttons = "<p>WhatsApp</p><p>Email</p>"
    links = "<p><a href=/wa>WhatsApp</a></p>"
    story = f"{buttons}{paragraphs(*TEXTS[:3])}{links}{paragraphs(*TEXTS[3:])}{buttons}"
    assert read(f"<article><h1>{TITLE}</h1>{story}</article>")["paragraphs"] == [*TEXTS]


DAYS = ["3 Januari 2025", TEXTS[0], "4 Januari 2025", TEXTS[1]]


@pytest.mark.parametrize(
    "lines",
    [
        ["Berikut kronologi banjir di Melati menurut BPBD:", *DAYS],
        [LEAD, *DAYS],
        [LEAD, "Hari/Tanggal: Senin, 10 Maret 2025", "Tempat: Balai Kota", TEXTS[0]],
        [
            "Jadwal pelayaran adalah sebagai berikut:",
            "10 Maret 2025: Rute A",
            "11 Maret 2025: Rute B",
            TEXTS[0],
        ],
        [LEAD, "By January 5, 2025", TEXTS[0]],
    ],
)
def test_the_day_of_an_event_is_text_and_no_day_of_publication(lines: list[str]) -> None:
    story = f"<article><h1>{TITLE}</h1>{paragraphs(*lines)}</article>"
    fields = read(story)
    assert fields["paragraphs"] == lines
    assert (fields["published_at"], fields["author"]) == (None, None)
    dated = read(story, head='<meta property="article:published_time" content="2025-01-06T08:00:00+07:00">')
    assert dated["paragraphs"] == lines
    assert str(dated["published_at"]) == "2025-01-06 08:00:00+07:00"


@pytest.mark.parametrize(
    "date",
    ["<p>Senin, 6 Januari 2025 08:00 WIB</p>", "<time>6 Januari 2025</time>", '<p class="date">6/1/2025</p>'],
)
def test_a_date_below_the_lead_is_that_of_publication_if_it_says_so(date: str) -> None:
    fields = read(f"<article><h1>{TITLE}</h1>{paragraphs(LEAD)}{date}{paragraphs(*TEXTS)}</article>")
    assert fields["paragraphs"] == [LEAD, *TEXTS]
    assert str(fields["published_at"])[:10] == "2025-01-06"


HEAD_ROW = "<tr><th>Rute</th><th>2023</th><th>2024</th></tr>"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (f"{HEAD_ROW}<tr><td>A</td><td></td><td>10</td></tr><tr><td>B</td><td>7</td><td></td></tr>",
         ["Rute | 2023 | 2024", "A |  | 10", "B | 7"]),
        (f"{HEAD_ROW}<tr><td rowspan=2>A</td><td>5</td><td>10</td></tr><tr><td>6</td><td>11</td></tr>",
         ["Rute | 2023 | 2024", "A | 5 | 10", "A | 6 | 11"]),
        (f"{HEAD_ROW}<tr><td>A</td><td colspan=2>10</td></tr>", ["Rute | 2023 | 2024", "A | 10 | 10"]),
        ("<tr><td colspan=3>Bus</td></tr><tr><td>A</td><td></td><td>5</td></tr><tr><td>B</td><td></td><td>6"
         "</td></tr>", ["Bus", "A | 5", "B | 6"]),
        ("<tr><th></th><th>2023</th></tr><tr><td>A</td><td>5</td></tr>", ["| 2023", "A | 5"]),
        (f"{HEAD_ROW}<tr><td>A</td><td>5</td><td rowspan=0 colspan=x>1</td></tr>",
         ["Rute | 2023 | 2024", "A | 5 | 1"]),
    ],
)  # fmt: skip
def test_the_cells_of_a_table_stay_in_their_columns(rows: str, lines: list[str]) -> None:
    story = f"{paragraphs(*TEXTS[:3])}<table>{rows}</table>{paragraphs(*TEXTS[3:])}"
    fields = read(f"<article><h1>{TITLE}</h1>{story}</article>")
    assert fields["paragraphs"] == [*TEXTS[:3], "\n".join(lines), *TEXTS[3:]]


def test_spans_beyond_any_table_do_not_fill_the_memory() -> None:
    cell = f'<td colspan="1000" rowspan="65534">{"x" * 200}</td>'
    rows = f"<tr>{cell}{cell}</tr>" + "<tr><td>a</td><td>b</td></tr>" * 5_000
    story = f"{paragraphs(*TEXTS[:3])}<table>{rows}</table>{paragraphs(*TEXTS[3:])}"
    found = read(f"<article><h1>{TITLE}</h1>{story}</article>")["paragraphs"]
    assert sum(map(len, found)) < 1_000_000


QUOTATION = "Dermaga ini jauh lebih baik daripada yang lama."


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("<footer>— Sari Wulandari</footer>", "— Sari Wulandari"),
        ("<cite>Sari Wulandari</cite>", "Sari Wulandari"),
        ("<footer><cite>Sari Wulandari</cite></footer>", "Sari Wulandari"),
    ],
)
@pytest.mark.parametrize("below", [(), TEXTS[3:]])
def test_the_source_of_a_quotation_belongs_to_the_story(
    source: str, name: str, below: tuple[str, ...]
) -> None:
    quotation = f"<blockquote><p>{QUOTATION}</p>{source}</blockquote>"
    fields = read(
        f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:3])}{quotation}{paragraphs(*below)}</article>"
    )
    assert fields["paragraphs"] == [*TEXTS[:3], QUOTATION, name, *below]
    assert fields.get("author") is None


def test_the_caption_of_a_table_stands_above_its_rows() -> None:
    rows = "<tr><th>Hari</th><th>Perahu</th></tr><tr><td>Senin</td><td>200</td></tr>"
    table = f"<table><caption>Perahu di\n dermaga</caption>{rows}</table>"
    fields = read(
        f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:3])}{table}{paragraphs(*TEXTS[3:])}</article>"
    )
    assert fields["paragraphs"][3] == "Perahu di dermaga\nHari | Perahu\nSenin | 200"


def test_lines_and_blank_lines_of_preformatted_text_are_kept() -> None:
    lines = TEXTS[3].replace(", ", ",\n")
    story = f"<pre>\n{TEXTS[0]}\n  \n<b>{TEXTS[1]}</b>\n\n\n{lines}\n</pre>"
    assert read(f"<article><h1>{TITLE}</h1>{story}</article>")["paragraphs"] == [*TEXTS[:2], lines]


@pytest.mark.parametrize(
    "heading",
    [
        "<p><strong>Tanggapan pedagang</strong></p>",
        "<p><b><u>Tanggapan pedagang</u></b><br></p>",
        '<div class="subheading">Tanggapan pedagang</div>',
        '<div role="heading" aria-level="2">Tanggapan pedagang</div>',
        "<h1>Tanggapan pedagang</h1>",
    ],
)
def test_a_heading_within_a_story_may_have_any_element(heading: str) -> None:
    fields = read(
        f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:3])}{heading}{paragraphs(*TEXTS[3:])}</article>"
    )
    assert (fields["paragraphs"], fields["headings"]) == ([*TEXTS[:3], "Tanggapan pedagang", *TEXTS[3:]], [4])


@pytest.mark.parametrize(
    "line", ["<b>Foto: Sari Wulandari</b>", "<b>Terima kasih.</b>", "<li><b>Jeruk manis</b></li>"]
)
def test_not_every_line_in_bold_is_a_heading(line: str) -> None:
    body = f"<article><h1>{TITLE}</h1>{paragraphs(*TEXTS[:3])}<p>{line}</p>{paragraphs(*TEXTS[3:])}</article>"
    assert "headings" not in read(body)


@pytest.mark.parametrize(
    "deck", ["<h2>Tujuh desa menunggu dua tahun</h2>", '<div class="dek">Tujuh desa menunggu dua tahun</div>']
)
def test_the_deck_below_the_headline_is_read_above_a_byline(deck: str) -> None:
    byline = "<div>Oleh Sari Wulandari</div>"
    body = f"<article><h1>{TITLE}</h1>{deck}{byline}{paragraphs(*TEXTS)}</article>"
    assert read(body)["paragraphs"] == ["Tujuh desa menunggu dua tahun", *TEXTS]


@pytest.mark.parametrize(
    ("above", "between", "below"),
    [
        ("<span>Ekonomi</span>", "", ""),
        ("", '<p class="ad">[PR]</p>', ""),
        ("", '<span class="sr-only">Iklan dimulai</span>', ""),
        (
            "",
            "",
            '<div class="paywall-box"><h2>Terus baca</h2><p>Baca semua artikel selama sebulan.</p></div>',
        ),
        ("", "<p><i>À LIRE AUSSI. </i><a href=/x>Le port est ouvert depuis lundi</a></p>", ""),
        ("", "", "<p>Ikuti saluran WhatsApp Warta Arum untuk berita terkini.</p>"),
        ("", "", "<p>– Bernama</p>"),
        (
            "",
            "",
            "<h2>You might also like</h2><div><a href=/1><h3>Tarif naik</h3></a>"
            "<p>Tarif perahu ke hulu naik seribu rupiah mulai hari Senin depan.</p></div>",
        ),
    ],
)
def test_scraps_around_a_story_are_left_out(above: str, between: str, below: str) -> None:
    story = f"{paragraphs(*TEXTS[:3])}{between}{paragraphs(*TEXTS[3:])}"
    assert read(f"<article>{above}<h1>{TITLE}</h1>{story}{below}</article>")["paragraphs"] == [*TEXTS]


def test_the_headline_below_the_kind_of_the_text_is_the_title() -> None:
    body = f"<div><h1>Siaran Pers</h1><h2>Kementerian melepas tukik</h2>{paragraphs(*TEXTS)}</div>"
    page = read_html_page(
        f"<html lang=id><head><title>Dinas - Siaran Pers</title></head><body>{body}</body></html>"
    )
    assert (page.fields["title"], page.fields["paragraphs"]) == ("Kementerian melepas tukik", [*TEXTS])
