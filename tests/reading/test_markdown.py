from datetime import datetime
from typing import Any

import pytest

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
        "- pucuk muda",
        "- daun tua",
        "> Hujan terlalu lama.",
        "```python\nberat = 40\n\nprint(berat)\n```",
        "| petak | kilogram |\n|-------|----------|\n| utara | 40       |",
    ]
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
    fields = read("---\ntitle: Satu\n---\n# Dua\n\nIsi.")
    assert (fields["title"], fields["paragraphs"]) == ("Satu", ["Isi."])


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
