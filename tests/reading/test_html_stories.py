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
