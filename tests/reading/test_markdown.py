from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading.markdown import read_markdown

MIDNIGHT = datetime.fromisoformat("2025-07-27T00:00:00+00:00")
AFTERNOON = datetime.fromisoformat("2025-07-27T13:27:00+07:00")
PAGE = """\
---
id: kebun-teh
date: 2025-07-27T13:27:00+07:00
updated_at: 28 Juli 2025 10:00 WIB
lang: id
source: KABAR
author: [Siti Rahma, Budi]
section: 7
tags: [teh, kebun]
panen: {mulai: 2025-05-01}
---

# Kebun teh di lereng

Pemetik *mulai* bekerja
pukul [enam](https://kabar.example).

## Hasil

- pucuk muda

- daun tua

> Hujan terlalu lama.

```python
berat = 40

print(berat)
```

| petak | kilogram |
|-------|----------|
| utara | 40       |

***
<!-- catatan penyunting -->
"""


def read(text: str) -> dict[str, Any]:
    return dict(read_markdown(text).fields)


def test_front_matter_headings_and_blocks() -> None:
    fields = read(PAGE)
    assert fields.pop("paragraphs") == [
        "Pemetik *mulai* bekerja\npukul [enam](https://kabar.example).",
        "Hasil",
        "- pucuk muda",
        "- daun tua",
        "> Hujan terlalu lama.",
        "```python\nberat = 40\n\nprint(berat)\n```",
        "| petak | kilogram |\n|-------|----------|\n| utara | 40       |",
    ]
    assert fields.pop("headings") == [2]
    assert str(fields.pop("updated_at")) == "2025-07-28 10:00:00+07:00"
    assert fields == {
        "title": "Kebun teh di lereng",
        "id": "kebun-teh",
        "published_at": AFTERNOON,
        "language": "id",
        "outlet": "KABAR",
        "author": "Siti Rahma, Budi",
        "section": "7",
        "metadata": {"tags": ["teh", "kebun"], "panen": {"mulai": "2025-05-01"}},
    }


@pytest.mark.parametrize(
    ("front_matter", "expected"),
    [
        ("date: 2025-07-27", {"published_at": MIDNIGHT}),
        ("date: 2025-07-27 13:27:00 +07:00", {"published_at": AFTERNOON}),
        ("date: Minggu, 27 Juli 2025 13:27 WIB", {"published_at": AFTERNOON}),
        ("date: kemarin", {"published_at": "kemarin"}),
        ("published_at: 2025-07-27\ndate: lama", {"published_at": MIDNIGHT, "metadata": {"date": "lama"}}),
        ("outlet: KABAR\nsource: arsip", {"outlet": "KABAR", "metadata": {"source": "arsip"}}),
        ("publisher: KABAR", {"outlet": "KABAR"}),
        ("metadata: {a: 1}\nb: 2", {"metadata": {"a": 1, "b": 2}}),
        ("text: x\nparagraphs: [y]", {"metadata": {"text": "x", "paragraphs": ["y"]}}),
        ("1: satu", {"metadata": {"1": "satu"}}),
        ("title: 1984", {"title": "1984"}),
        ("title:", {}),
        ("permission: surat 12/2025", {"permission": "surat 12/2025"}),
        ("", {}),
    ],
)  # fmt: skip
def test_front_matter_fields(front_matter: str, expected: dict[str, Any]) -> None:
    fields = read(f"---\n{front_matter}\n---\nSatu.")
    assert fields == {"title": None, "paragraphs": ["Satu."], **expected}


def test_a_title_in_the_front_matter_takes_precedence_over_the_heading() -> None:
    fields = read("---\ntitle: Satu\n---\n# Satu\n\nIsi.\n\n## Dua\n")
    assert (fields["title"], fields["paragraphs"]) == ("Satu", ["Isi.", "Dua"])


@pytest.mark.parametrize(
    ("front_matter", "expected"),
    [
        ('+++\ntitle = "Satu"\ndate = 2025-07-27T13:27:00+07:00\ndraft = false\n+++\n',
         {"title": "Satu", "published_at": AFTERNOON, "metadata": {"draft": False}}),
        ("+++\ntitle = 'Satu'\ndate = 2025-07-27\n+++\n", {"title": "Satu", "published_at": MIDNIGHT}),
        ('{"title": "Satu", "author": ["Siti", "Budi"]}\n\n', {"title": "Satu", "author": "Siti, Budi"}),
        ("---\ntitle: Satu: dua\ndate: 2025-07-27\n---\n", {"title": "Satu: dua",
            "published_at": "2025-07-27"}),
        ("---\ntitle:\tSatu\n---\n", {"title": "Satu"}),
        ("---\ntitle: !ruby/object:Foo Satu\n---\n", {"title": "Satu"}),
        ('---\ndate: ""\nauthor:\n---\n', {}),
        ("---\ndate: 2025-07\n---\n", {"metadata": {"date": "2025-07"}}),
        ("---\nauthor: {name: Siti, url: https://a.example}\n---\n", {"author": "Siti"}),
        ("---\nauthors: [{name: Siti}, {name: Budi}]\n---\n", {"author": "Siti, Budi"}),
        ("---\ndate: 27 Ogos 2025\n---\n", {"published_at": datetime.fromisoformat(
            "2025-08-27T00:00:00+00:00")}),
    ],
)  # fmt: skip
def test_front_matter_of_every_kind(front_matter: str, expected: dict[str, Any]) -> None:
    fields = read(front_matter + "Isi.")
    if isinstance(expected.get("published_at"), str):
        expected = {
            **expected,
            "published_at": datetime.fromisoformat(expected["published_at"] + "T00:00:00+00:00"),
        }
    assert fields == {"title": None, "paragraphs": ["Isi."], **expected}


def test_a_text_that_begins_with_a_brace_is_no_front_matter() -> None:
    assert read('{"a": 1} adalah contoh JSON.')["paragraphs"] == ['{"a": 1} adalah contoh JSON.']
    assert read("{satu} dua.")["paragraphs"] == ["{satu} dua."]


def test_toml_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ReadingError, match=r"the front matter between the \+\+\+ lines is not TOML: "):
        read_markdown("+++\ntitle = [\n+++\nSatu.")


def test_headings_stay_above_their_paragraphs() -> None:
    fields = read(
        "# Warung\n\nTiga warung.\n\n## 1. Warung Bu Wati\n\nNasi pecel.\n\nKedai\n-----\n\nSate.\n\n## Akh"
        "ir\n"
    )
    assert fields["title"] == "Warung"
    # The last heading stands above no paragraph, so it is one itself.
    assert fields["paragraphs"] == [
        "Tiga warung.", "1. Warung Bu Wati", "Nasi pecel.", "Kedai", "Sate.", "Akhir"
    ]  # fmt: skip
    assert fields["headings"] == [2, 4]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Korban ~~48~~ 12 orang.", "Korban 12 orang."),
        ("Korban <del>48</del> 12 orang.", "Korban 12 orang."),
        ("Naik 14 ton ![foto](a.jpg \"Foto\").", "Naik 14 ton."),
        ("Naik ![foto][1] 14 ton.", "Naik 14 ton."),
        ("![[foto.png]] [[Bupati Contoh|Bupati]] datang.", "Bupati datang."),
        ("Naik <b class='x'>14</b> ton.<br>Turun.", "Naik 14 ton.\nTurun."),
        ("Naik <script>alert(1)</script>14 ton.<!-- catatan -->", "Naik 14 ton."),
        ("İstanbul <!-- yorum --> güzel.", "İstanbul güzel."),
        ("[klik](javascript:alert(1)) di sini.", "klik di sini."),
        ("[klik](data:text/html;base64,xx) di sini.", "klik di sini."),
        ("Naik 14 persen.[^1]\n\n[^1]: Data dinas.", "Naik 14 persen."),
        ("{% include a.html %} Naik {{< youtube abc >}} lagi.", "Naik lagi."),
        ("Tulis `<b>` atau `~~x~~` saja.", "Tulis `<b>` atau `~~x~~` saja."),
        ("Jika 5 < 6 dan 7 > 3, lihat [situs](https://a.example).",
            "Jika 5 < 6 dan 7 > 3, lihat [situs](https://a.example)."),
        ("    <b>kode</b>", "    <b>kode</b>"),
    ],
)  # fmt: skip
def test_markup_that_is_no_text_is_left_out(source: str, text: str) -> None:
    assert read(source)["paragraphs"][0] == text


def test_the_header_of_a_long_table_stands_above_each_part() -> None:
    rows = [f"| Halte nomor {n} | {n} bus setiap jam |" for n in range(100)]
    header = ["| Halte | Bus |", "|---|---|"]
    parts = read("\n".join(header + rows))["paragraphs"]
    assert len(parts) > 1
    assert all(part.split("\n")[:2] == header for part in parts)
    assert [row for part in parts for row in part.split("\n")[2:]] == rows


@given(st.text("ab ~<>![]()`*|-#\n", max_size=60))
def test_any_markdown_is_read_or_refused(text: str) -> None:
    try:
        paragraphs = read(text)["paragraphs"]
    except ReadingError:
        return
    assert all(paragraph.strip() for paragraph in paragraphs)


def test_an_underlined_heading_is_a_title() -> None:
    assert read("Kebun teh\n=========\nIsi.")["title"] == "Kebun teh"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("---\nSatu.\n\n---\nDua.", ["Satu.", "Dua."]),
        ("Satu.\n\n---\n\nDua.\n\n---\n", ["Satu.", "Dua."]),
        ("---\njudul: tanpa akhir", ["judul: tanpa akhir"]),
        ("    kode\n\n    kode", ["    kode\n\n    kode"]),
    ],
)
def test_thematic_breaks_lose_no_text(text: str, paragraphs: list[str]) -> None:
    assert read(text)["paragraphs"] == paragraphs


@pytest.mark.parametrize(
    ("front_matter", "message"),
    [
        ("title: [satu", "the front matter between the --- lines is not YAML: while parsing"),
        ("date: 2025-13-45", "is not YAML: month must be in 1..12"),
        ("a: &x [1]\nb: *x", r"is not YAML: it uses an alias \(\*\)"),
        ("a: &x [*x]", "it uses an alias"),
        ("a: !!python/object/apply:os.getcwd []", "is not YAML: could not determine a constructor"),
        ("a: " + "[" * 5_000, "is not YAML: maximum recursion depth"),
        ("a: " + "9" * 5_000, "is not YAML: Exceeds the limit"),
        ("a: " + "b" * 50_000, "the front matter is longer than 50,000 characters"),
    ],
)
def test_front_matter_that_cannot_be_read_is_refused(front_matter: str, message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        read_markdown(f"---\n{front_matter}\n---\nSatu.")


@pytest.mark.parametrize("text", ["---\ntitle: Satu\n---\n", "# Judul\n\n## Sub\n", "***\n", "\u00a0\n"])
def test_a_page_without_a_paragraph_is_refused(text: str) -> None:
    with pytest.raises(ReadingError, match="the page holds no article"):
        read_markdown(text)


def test_a_page_of_too_many_lines_is_refused() -> None:
    with pytest.raises(ReadingError, match="the page has 200,002 lines, more than 200,000"):
        read_markdown("a\n" * 200_001)


@pytest.mark.parametrize(
    "field",
    [
        "title: 0x" + "f" * 4000,
        "x: [0x" + "f" * 4000 + "]",
        "? 0x" + "f" * 4000 + "\n: 1",
        "x: 1" + ":59" * 400 + ".5",
    ],
)
def test_a_number_too_large_to_print_is_refused(field: str) -> None:
    with pytest.raises(ReadingError, match=r"is not YAML: (Exceeds the limit|int too large)"):
        read_markdown(f"---\n{field}\n---\nPanen raya.")


@pytest.mark.parametrize("date", ["2024", "2024-01"])
def test_a_year_or_month_is_no_day(date: str) -> None:
    fields = read(f"---\ndate: {date}\n---\n\nPanen naik.")
    assert "published_at" not in fields
    assert str(fields["metadata"]["date"]) == date


def test_front_matter_may_have_indonesian_names() -> None:
    names = "judul: Panen Kopi\ntanggal: 5 Agustus 2024 10:11 WIB\npenulis: Sari Wulandari\nsumber: KABAR"
    fields = read(f"---\n{names}\n---\n# Panen Kopi\n\nPanen kopi naik.")
    assert (fields["title"], fields["author"], fields["outlet"]) == ("Panen Kopi", "Sari Wulandari", "KABAR")
    assert str(fields["published_at"]) == "2024-08-05 10:11:00+07:00"
    assert fields["paragraphs"] == ["Panen kopi naik."]


def test_whether_a_page_is_published_is_no_date() -> None:
    header = "Title: Kopi\nDate: 2024/08/05\nAuthor: Oleh Sari Wulandari\nPublished: true"
    fields = read_markdown(f"---\n{header}\n---\nPanen kopi naik.").fields
    assert (fields["title"], fields["author"]) == ("Kopi", "Sari Wulandari")
    assert str(fields["published_at"]).startswith("2024-08-05")
    assert fields["metadata"] == {"Published": True}


@pytest.mark.parametrize("field", ["draft: true", "published: false"])
def test_a_draft_is_refused(field: str) -> None:
    with pytest.raises(ReadingError, match="the post 'Kopi' is not published"):
        read_markdown(f"---\ntitle: Kopi\n{field}\n---\nPanen naik.\n")


def test_a_page_that_is_no_draft_is_read() -> None:
    fields = read_markdown("---\ntitle: Kopi\ndraft: false\npublished: true\n---\nPanen naik.\n").fields
    assert fields["paragraphs"] == ["Panen naik."]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("publishDate: 2025-07-27", "published_at", MIDNIGHT),
        ("reporter: Sari Wulandari", "author", "Sari Wulandari"),
        ("source: https://kabar.example/a", "url", "https://kabar.example/a"),
        ("kategori: Ekonomi", "section", "Ekonomi"),
        ("bahasa: id", "language", "id"),
        ("permalink: /a/", "url", None),
    ],
)
def test_fields_have_the_names_of_other_programs(line: str, field: str, value: object) -> None:
    found = read(f"\n---\ntitle: [Video] Kopi naik\n{line}\n---\n[TOC]\n\nPanen naik.\n{{: .lead}}\n")
    assert (found["title"], found["paragraphs"]) == ("[Video] Kopi naik", ["Panen naik."])
    assert found.get(field) == value


@pytest.mark.parametrize(
    "lines",
    ["*Oleh Rina Sari, 9 Juni 2025*", "**Rina Sari** | Senin, 9 Juni 2025", "Oleh Rina Sari\n\n9 Juni 2025"],
)
def test_author_and_date_may_stand_below_the_title(lines: str) -> None:
    fields = read_markdown(f"# Kopi\n\n{lines}\n\nPanen naik.\n").fields
    assert (fields["author"], str(fields["published_at"])[:10]) == ("Rina Sari", "2025-06-09")
    assert fields["paragraphs"] == ["Panen naik."]
