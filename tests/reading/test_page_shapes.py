"""Pages in the shapes of other outlets and programs: titles, bylines, dates, headings, figures, furniture."""

from typing import Any

import pytest

from rag.reading.html_page import read_html_page
from rag.reading.text_page import read_text_page

TITLE = "Tirtomoyo Bangun Sebelas Sumur Bor"
TEXTS = (
    "Pemerintah Kabupaten Tirtomoyo membangun sebelas sumur bor untuk mengatasi kekeringan sejak Juli.",
    "Bupati Retno Wulan mengatakan setiap sumur melayani sekitar delapan ratus keluarga di perbukitan itu.",
    "Pengeboran dimulai pekan depan dan ditargetkan selesai sebelum musim tanam padi pada akhir tahun ini.",
)


def read(body: str, *, head: str = f"<title>{TITLE}</title>") -> dict[str, Any]:
    return dict(read_html_page(f"<html lang=id><head>{head}</head><body>{body}</body></html>").fields)


def story(*, above: str = "", between: str = "", below: str = "") -> str:
    first, *others = (f"<p>{text}</p>" for text in TEXTS)
    return f"<article><h1>{TITLE}</h1>{above}{first}{between}{''.join(others)}{below}</article>"


def read_text(*, header: str = "Senin, 5 Agustus 2024 10:11 WIB", between: str = "") -> dict[str, Any]:
    first, *others = TEXTS
    parts = [f"{TITLE}\n{header}", first, *filter(None, [between]), *others]
    return dict(read_text_page("\n\n".join(parts)).fields)


@pytest.mark.parametrize(
    "line",
    [
        "Lihat juga Video 'Penemuan Sumur Tua':",
        "Simak juga video berikut:",
        "Saksikan Video Pilihan Berikut Ini:",
        "Saksikan juga:",
        "Simak video di bawah ini:",
        "Bersambung ke halaman berikutnya...",
        "Selengkapnya di halaman berikutnya",
        'Artikel ini telah tayang di Warta.com dengan judul "Sumur Bor"',
        "This article was originally published in Sample Magazine.",
        "Klik di sini untuk membaca",
        "Bagikan artikel ini",
        "Scroll ke bawah untuk lanjut membaca",
        "Lanjutkan membaca",
        "View this post on Instagram",
        "A post shared by Sari (@sari)",
        "Dapatkan update berita pilihan dan breaking news setiap hari dari Warta.com.",
        "Gabung di grup Telegram",
        "Mungkin Anda suka",
        "PROMOTED CONTENT",
        "Halaman 1 2 3",
        "Next Article",
        "(*)",
        "***",
        "Foto: Dok. Pemkab",
        "Ilustrasi sumur bor. (Foto: iStock)",
        "(Warta.com/Sari)",
        "2 Lihat Foto",
        "Kommentare (12)",
        "この記事をシェアする",
        "-- BERNAMA",
        "#sumurbor #tirtomoyo",
        "【写真】開館式でテープを切る市長",
    ],
)
def test_furniture_on_its_own_line_drops_itself_and_no_paragraph(line: str) -> None:
    assert read(story(between=f"<p>{line}</p>"))["paragraphs"] == [*TEXTS]
    assert read_text(between=line)["paragraphs"] == [*TEXTS]


@pytest.mark.parametrize(
    "line",
    [
        "Foto itu beredar di media sosial sejak Senin malam.",
        "Ilustrasi: bila tarifnya 5 persen, pajaknya 50.000 rupiah.",
        "Simak video itu, kata polisi, maka pelakunya terlihat jelas.",
        "Artikel ini membahas 3 sumur yang runtuh.",
    ],
)
def test_a_paragraph_that_begins_like_furniture_stays(line: str) -> None:
    assert line in read(story(between=f"<p>{line}</p>"))["paragraphs"]
    assert line in read_text(between=line)["paragraphs"]


def test_a_headline_that_begins_with_foto_is_a_title() -> None:
    text = f"Foto: Potret Sumur Bor di Tirtomoyo\nSenin, 5 Agustus 2024 10:11 WIB\n\n{TEXTS[0]}\n\n{TEXTS[1]}"
    assert read_text_page(text).fields["title"] == "Foto: Potret Sumur Bor di Tirtomoyo"


def test_a_byline_above_where_else_the_story_appeared_is_read() -> None:
    credits = "Penulis: Sari Wulandari\nEditor: Raka Wijaya"
    below = f"{TEXTS[2]}\n\n{credits}\n\nWarta itu juga terbit di majalah kami."
    fields = read_text_page(f"{TITLE}\nSenin, 5 Agustus 2024\n\n{TEXTS[0]}\n\n{TEXTS[1]}\n\n{below}").fields
    assert fields["author"] == "Sari Wulandari"
    assert fields["metadata"]["editor"] == "Raka Wijaya"
    assert fields["paragraphs"] == [*TEXTS, "Warta itu juga terbit di majalah kami."]


def test_labels_whose_names_are_links_are_no_paragraphs() -> None:
    above = "<p>Warga gembira.</p><div>Reporter</div><div><a href=/penulis/g>Galih Saputra</a></div>"
    fields = read(story(above=above))
    assert (fields["author"], fields["paragraphs"]) == ("Galih Saputra", ["Warga gembira.", *TEXTS])


def test_counts_below_a_byline_are_no_paragraphs() -> None:
    fields = read_text(header="Sari Wulandari\n5 min read\n·\nMar 3, 2024\n\n214\n\n7")
    assert (fields["author"], fields["paragraphs"]) == ("Sari Wulandari", [*TEXTS])


# -- titles and outlets


def test_the_title_below_that_of_the_browser_is_the_title() -> None:
    header = f"{TITLE}\nSari Wulandari\nSenin, 5 Agustus 2024"
    text = "\n\n".join(TEXTS)
    fields = read_text_page(f"{TITLE} | Kabar Tirto\n{header}\n\n{text}").fields
    assert (fields["title"], fields["author"]) == (TITLE, "Sari Wulandari")


def test_an_essay_with_a_kicker_and_a_byline_alone_has_a_title() -> None:
    header = f"OPINI\n\n{TITLE}\n\nOleh Dr. Sari Wulandari, M.Si."
    fields = read_text_page("\n\n".join((header, *TEXTS))).fields
    assert (fields["title"], fields["author"]) == (TITLE, "Dr. Sari Wulandari")
    assert fields["paragraphs"] == [*TEXTS]


def test_the_heading_below_the_name_of_a_blog_is_the_title() -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXTS)
    body = f"<h1><a href=/>Catatan Pengelana</a></h1><div><h3>{TITLE}</h3><div>{body}</div></div>"
    fields = read(body, head=f"<title>Catatan Pengelana: {TITLE}</title>")
    assert (fields["title"], fields["outlet"]) == (TITLE, "Catatan Pengelana")
    assert fields["paragraphs"] == [*TEXTS]


def test_a_lower_heading_that_the_title_repeats_is_the_title() -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXTS)
    logo = "<header><h1><a href=/>Kabar Tirto</a></h1></header>"
    for head in (f"<title>{TITLE}</title>", f"<title>Catatan Pengelana: {TITLE}</title>"):
        for above in ("", logo):
            fields = read(f"{above}<div><h3 class=post-title>{TITLE}</h3><div>{body}</div></div>", head=head)
            assert (fields["title"], fields["paragraphs"]) == (TITLE, [*TEXTS])


@pytest.mark.parametrize(
    "title", [f"{TITLE} | Kabar Tirto", f"Kabar Tirto - {TITLE}", f"Siaran Pers: {TITLE}", TITLE]
)
@pytest.mark.parametrize(
    "above",
    [
        f"<div>{TITLE}</div>",
        f"<div>5 Agustus 2024<br><b>{TITLE}</b><br>Oleh Sari Ayu</div>",
        f"<h1><a href=/>Situs Resmi Kabupaten Tirtomoyo</a></h1><h2>{TITLE}</h2>",
    ],
)
def test_the_part_of_the_title_that_the_page_shows_is_the_title(title: str, above: str) -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXTS)
    fields = read(f"{above}<div>{body}</div>", head=f"<title>{title}</title>")
    assert (fields["title"], fields["paragraphs"]) == (TITLE, [*TEXTS])


def test_the_time_at_which_a_blog_posted_is_read_below_the_story() -> None:
    byline = "<span class='post-author vcard'>Diposting oleh <span class=fn>Rina Kusuma</span></span>"
    time = "<abbr class=published title='2024-08-05T10:11:00+07:00'>10.11</abbr>"
    footer = f"<div class=post-footer>{byline} <span class=post-timestamp>di {time}</span></div>"
    body = "<br><br>".join(TEXTS)
    post = (
        f"<div class=post><h3 class=entry-title>{TITLE}</h3><div class=post-body>{body}</div>{footer}</div>"
    )
    dated = f"<h2 class=date-header><span>Senin, 05 Agustus 2024</span></h2>{post}"
    fields = read(f"<div>{dated}</div>", head=f"<title>Catatan Pengelana: {TITLE}</title>")
    assert (fields["author"], fields["published_at"].isoformat()) == (
        "Rina Kusuma",
        "2024-08-05T10:11:00+07:00",
    )


def test_a_document_names_its_title_by_its_class() -> None:
    texts = "".join(f'<p class="c3"><span>{text}</span></p>' for text in TEXTS)
    fields = read(f'<p class="c2 title"><span>{TITLE}</span></p>{texts}', head="")
    assert (fields["title"], fields["paragraphs"]) == (TITLE, [*TEXTS])


def test_a_printed_page_names_its_outlet_in_the_copyright_line() -> None:
    texts = "<br><br>".join(TEXTS)
    cells = (
        "<b>Kabar Tirto</b>",
        f"<b>{TITLE}</b><br>05/08/2024 10:11 WIB<br>Penulis: Sari Wulandari",
        texts,
        "Copyright &copy; 2024 Kabar Tirto",
    )
    table = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    fields = read(f"<table>{table}</table>", head=f"<title>Kabar Tirto | Print | {TITLE}</title>")
    assert (fields["title"], fields["outlet"], fields["author"]) == (TITLE, "Kabar Tirto", "Sari Wulandari")
    assert fields["paragraphs"] == [*TEXTS]


@pytest.mark.parametrize(
    ("stated", "title", "outlet"),
    [
        ("detikjabar", TITLE, "detikJabar"),
        ("nasional", TITLE, "CNN Indonesia"),
        ("liputan6.com", f"{TITLE} - Citizen6 Liputan6.com", "Liputan6.com"),
    ],
)
def test_an_outlet_is_named_as_readers_see_it(stated: str, title: str, outlet: str) -> None:
    url = "https://www.cnnindonesia.com/a/1" if outlet == "CNN Indonesia" else "https://liputan6.com/a/1"
    url = "" if stated == "detikjabar" else f'<link rel=canonical href="{url}">'
    shown = "Rina Kusuma - detikJabar" if stated == "detikjabar" else ""
    head = f'<title>{title}</title><meta property="og:site_name" content="{stated}">{url}'
    body = (
        f"<p>Jakarta, CNN Indonesia -- {TEXTS[0]}</p>" if outlet == "CNN Indonesia" else f"<p>{TEXTS[0]}</p>"
    )
    body += "".join(f"<p>{text}</p>" for text in TEXTS[1:])
    byline = f"<div class=byline>{shown}</div>" if shown else ""
    fields = read(f"<article><h1>{TITLE}</h1>{byline}{body}</article>", head=head)
    assert (fields["title"], fields["outlet"]) == (TITLE, outlet)


def test_a_dateline_before_the_first_paragraph_is_read() -> None:
    texts = "".join(f"<p>{text}</p>" for text in TEXTS)
    body = f"<h1>{TITLE}</h1><div class=detail-text><strong>Jakarta, CNN Indonesia</strong> -- {texts}</div>"
    fields = read(f"<div>{body}</div>")
    assert (fields["metadata"]["dateline"], fields["outlet"]) == ("Jakarta", "CNN Indonesia")


# -- headings


def test_questions_on_buttons_are_headings() -> None:
    question = '<button class="{}">{}</button><div><p>{}</p></div>'
    body = question.format("accordion-button", "Siapa yang berhak?", "Petani dengan lahan 2 hektare.")
    body += question.format("b", "Berapa banyak jatahnya?", "Jatahnya 200 kilogram urea per hektare.")
    fields = read(f"<main><h1>{TITLE}</h1><p>{TEXTS[0]}</p>{body}<p>{TEXTS[1]}</p></main>")
    assert fields["paragraphs"][1::2] == ["Siapa yang berhak?", "Berapa banyak jatahnya?", TEXTS[1]]
    assert fields["headings"] == [2, 4]


@pytest.mark.parametrize("name", ["3. Soto Mbah Karto", "07.05 WIB", "Apakah cukup?"])
def test_a_name_or_time_in_bold_on_its_own_is_a_heading(name: str) -> None:
    fields = read(story(between=f"<p><strong>{name}</strong></p>"))
    assert (fields["paragraphs"][1], fields["headings"]) == (name, [2])


# -- figures


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("30<sup>o</sup>C", "30°C"),
        ("12<sup>b</sup> orang", "12 orang"),
        ("840<sup>a</sup> orang", "840 orang"),
        ("ke-1<sup>a</sup> kali", "ke-1a kali"),
        ("E=mc<sup>2</sup>", "E=mc^2"),
        ("tarif ~~5.000~~ 6.000", "tarif 6.000"),
        ('stok <span class="line-through">90</span> 120', "stok 120"),
        ('stok <span class="coret">90</span> 120', "stok 120"),
        ('stok <span class="besar">90</span> 120', "stok 90 120"),
    ],
)
def test_figures_keep_their_meaning(markup: str, text: str) -> None:
    head = f"<title>{TITLE}</title><style>a, .coret {{ text-decoration: line-through }} .besar {{}}</style>"
    fields = read(story(between=f"<p>Dinas mencatat {markup} menurut laporan itu.</p>"), head=head)
    assert fields["paragraphs"][1] == f"Dinas mencatat {text} menurut laporan itu."


def test_struck_text_of_a_text_page_is_left_out() -> None:
    assert read_text(between="Tarif ~~5.000~~ 6.000 rupiah.")["paragraphs"][1] == "Tarif 6.000 rupiah."


# -- JSON-LD


@pytest.mark.parametrize(
    "json_ld",
    [
        '// artikel\n{"@type": "Article", /* a */ "datePublished": "2024-08-05T10:11:00+07:00"}'.replace(
            " /* a */", ""
        ),
        '/* artikel */\n{"@type": "Article", "datePublished": "2024-08-05T10:11:00+07:00",}',
        '{"@type": "Article", "headline": "Sumur "Bor" Baru", "datePublished": "2024-08-05T10:11:00+07:00"}',
    ],
)
def test_json_ld_with_comments_or_a_bare_quote_is_read(json_ld: str) -> None:
    head = f'<title>{TITLE}</title><script type="application/ld+json">{json_ld}</script>'
    assert read(story(), head=head)["published_at"].isoformat() == "2024-08-05T10:11:00+07:00"


def test_broken_json_ld_of_several_stories_tells_no_date() -> None:
    node = '{"@type": "Article", "headline": "A "b" c", "datePublished": "2024-08-05T10:11:00+07:00"}'
    head = f'<title>{TITLE}</title><script type="application/ld+json">[{node}, {node}]</script>'
    assert read(story(), head=head)["published_at"] is None
