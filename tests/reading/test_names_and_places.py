"""Words that are both labels and names, places that look like names, and outlets in titles."""

import pytest

from rag.reading.credits import byline_facts, dateline_facts, line_facts
from rag.reading.names import author_names, is_corporate, split_title
from rag.reading.places import is_place, is_section
from rag.reading.text_page import read_text_page

TITLE = "Harga cabai naik tajam di pasar"
LEAD = "Harga cabai rawit naik tajam, kata pedagang di pasar itu pada hari Senin pagi."


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ni Luh Putu Sari", ["Ni Luh Putu Sari"]),
        ("NI KADEK AYU LESTARI", ["NI KADEK AYU LESTARI"]),
        ("Nina Ayu Lestari", ["Nina Ayu Lestari"]),
        ("Ni Juan Santos", ["Juan Santos"]),
        ("ni Juan Santos", ["Juan Santos"]),
        ("nina Juan Santos, Maria Cruz", ["Juan Santos", "Maria Cruz"]),
        ("By Tim Smith and Sarah Jones", ["Tim Smith", "Sarah Jones"]),
        ("Tim Smith, Sarah Jones", ["Tim Smith", "Sarah Jones"]),
        ("Tim Redaksi, Sari Wulandari", ["Sari Wulandari"]),
        ("Tim CNN Indonesia, Sari Wulandari", ["Sari Wulandari"]),
        ("Tim Liputan6, Sari Wulandari", ["Sari Wulandari"]),
        ("Budi Santoso S.Kom dan Sari Wulandari", ["Budi Santoso S.Kom", "Sari Wulandari"]),
        ("Sari Wulandari, Kabar.com", ["Sari Wulandari"]),
    ],
)
def test_a_name_that_begins_like_a_label(byline: str, names: list[str]) -> None:
    assert author_names(byline) == names


def test_a_line_with_a_balinese_name_has_no_filipino_label() -> None:
    assert line_facts("Ni Luh Putu Sari") is None
    assert byline_facts("Ni Luh Putu Sari") == {"byline": ["Ni Luh Putu Sari"]}
    assert line_facts("Ni Juan Santos") == {"author": ["Juan Santos"]}


def test_a_team_is_no_person() -> None:
    assert [is_corporate(name) for name in ("Tim", "Tim Liputan", "tim redaksi", "Tim Smith")] == [
        *(True, True, True, False)
    ]


@pytest.mark.parametrize(
    ("title", "outlet", "expected"),
    [
        ("Pertamina Patra Niaga: harga BBM turun", "Pertamina", None),
        ("Microsoft Azure: layanan baru dibuka", "Microsoft", None),
        ("Harga emas naik - Tempo dulu dan kini", "Tempo", None),
        ("Pertamina Patra Niaga - harga BBM turun", "Pertamina", None),
        ("Layanan baru dibuka - Microsoft Azure", "Microsoft", ("Layanan baru dibuka", "Microsoft Azure")),
        ("Pasar | Marktplatz für alle", "marktplatz.example", ("Pasar", "Marktplatz für alle")),
        ("Harga emas naik - Tempo Bisnis", "Tempo", ("Harga emas naik", "Tempo Bisnis")),
        ("Harga emas naik - Tempo.co", "Tempo", ("Harga emas naik", "Tempo.co")),
        ("Harga emas naik | detikFinance", "detik", ("Harga emas naik", "detikFinance")),
        ("Harga emas naik - CNBC Indonesia", "CNBC", ("Harga emas naik", "CNBC Indonesia")),
        ("Tempo: harga emas naik", "Tempo", ("harga emas naik", "Tempo")),
    ],
)
def test_only_an_outlet_or_its_section_is_cut_off_a_title(
    title: str, outlet: str, expected: tuple[str, str] | None
) -> None:
    assert split_title(title, [outlet]) == (expected or (title, None))


@pytest.mark.parametrize(
    ("lead", "outlet"),
    [
        ("Budi Santoso (1950-2024) – wartawan senior itu meninggal.", None),
        ("Budi Santoso (lahir 1950) – wartawan senior itu meninggal.", None),
        ("Budi Santoso (72 tahun) – wartawan senior itu meninggal.", None),
        ("Melati (ANTARA) - Hujan turun.", "ANTARA"),
        ("Kota (1TV) – Hujan turun.", "1TV"),
        ("Melati (KABAR/2025) - Hujan turun.", "KABAR"),
    ],
)
def test_years_and_ages_in_brackets_are_no_agency(lead: str, outlet: str | None) -> None:
    assert dateline_facts(lead).get("outlet") == outlet


@pytest.mark.parametrize(
    "name",
    ["Jawa Barat", "Jakarta Selatan", "Aceh Barat Daya", "Kota Bandung", "Kepulauan Riau", "DKI Jakarta",
     "DI Yogyakarta", "Amerika Serikat", "Vereinigte Staaten", "Corée du Sud", "West Java", "New York",
     "Kuala Lumpur", "Banda Aceh"],
)  # fmt: skip
def test_places(name: str) -> None:
    assert is_place(name)
    assert byline_facts(name) is None


@pytest.mark.parametrize(
    "name",
    ["Sari Wulandari", "Nathan West", "Kanye West", "Timur Pradopo", "Jordan Smith", "Chad Michaels",
     "Georgia Brown", "Ursula von der Leyen", "Ni Luh Sari", "North Smith"],
)  # fmt: skip
def test_names_that_resemble_places(name: str) -> None:
    assert not is_place(name)
    assert not is_section(name)
    assert byline_facts(name) == {"byline": [name]}


@pytest.mark.parametrize("line", ["Jawa Barat", "Gaya Hidup", "Amerika Serikat"])
def test_a_place_or_a_section_below_the_date_is_no_author(line: str) -> None:
    page = read_text_page(f"{TITLE}\nMinggu, 27 Juli 2025 13:27 WIB\n{line}\n\n{LEAD}\n\nPedagang mengeluh.")
    assert page.fields["author"] is None
    assert page.fields["paragraphs"] == [LEAD, "Pedagang mengeluh."]
    assert page.dropped == (line,)


def test_a_place_that_opens_the_text_stays() -> None:
    page = read_text_page(
        f"{TITLE}\nMinggu, 27 Juli 2025 13:27 WIB\n\nJawa Barat\n\n{LEAD}\n\nPedagang mengeluh."
    )
    assert page.fields["author"] is None
    assert page.fields["paragraphs"] == ["Jawa Barat", LEAD, "Pedagang mengeluh."]


def test_a_dateline_of_taiwan_names_the_reporter() -> None:
    facts = dateline_facts("（太平洋通訊社記者盧太城台東6日電）台東熱氣球嘉年華今天登場。")
    assert facts == {"dateline": "台東", "outlet": "太平洋通訊社", "author": ["盧太城"]}
