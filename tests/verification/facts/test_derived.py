"""Numbers that follow from those of the evidence, and those that do not."""

import pytest

from rag.verification.facts import find_facts
from rag.verification.facts.derived import unexplained


def unexplained_in(claim: str, evidence: str, *, language: str = "id") -> list[str]:
    stated, given = (find_facts(text, language=language) for text in (claim, evidence))
    return [quantity.text for quantity in unexplained(stated, given)]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("hampir 75 persen", "74,6 persen"),
        ("lebih dari 300 ribu warga", "312.000 warga"),
        ("sekitar 1.500 ton", "1.480 ton"),
        ("16 orang menjadi korban", "12 orang tewas dan 4 orang luka"),
        ("selisihnya 460 suara", "1.960 suara melawan 1.500 suara"),
        ("32 persen rumah rusak", "38 dari 120 rumah rusak"),
        ("naik 25 persen", "dari 400 rumah menjadi 500 rumah"),
        ("60 rumah", "20 persen dari 300 rumah"),
        ("lebih dari dua pertiga kawasan", "hampir 70 persen dari kawasan"),
        ("satu dari lima pelajar", "dua puluh persen pelajar"),
        ("kira-kira 4.000 pelajar", "satu dari lima anak; survei terhadap 20.000 pelajar"),
        ("kira-kira 21 baht", "naik 26 persen menjadi 26,5 baht"),
        ("1.579 orang lebih sedikit", "1,127 orang, turun dari 2,706 orang"),
        ("sekitar 6 meter", "6,1 meter"),
        ("kurang dari 8 persen", "7,8 persen"),
        ("suhu 104 derajat Fahrenheit", "suhu 40 derajat Celsius"),
        ("104°F", "40 derajat"),
        ("38 derajat Celsius", "100°F"),
        ("total 36 medali", "7 emas, 11 perak dan 18 perunggu"),
        ("naik tiga kali lipat", "dari Rp30.000 menjadi Rp90.000"),
        ("66 pasien pada Januari", "132 pasien pada Februari, dua kali lipat Januari"),
        ("di level 16.200", "Rp16.204 per dolar"),
        ("25 basis poin", "0,25 poin persentase"),
        ("selama tiga hari", "pada 4-6 Agustus 2023"),
        ("pria 54 tahun", "lahir pada 1970, dilantik pada Juni 2024"),
        ("10 tahun menjabat", "sejak 2008 sampai 2018"),
    ],
)
def test_a_number_that_follows_is_explained(claim: str, evidence: str) -> None:
    assert unexplained_in(claim, evidence) == []


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("80 persen", "74,6 persen dari 312.000 warga"),
        ("1.550 ton", "1.500 ton"),
        ("40 persen", "38 persen"),
        ("13 persen", "12,6 ton"),
        ("Ada 2020 lampu", "Ada 2023 lampu"),
        ("16 persen", "12 orang tewas dan 4 orang luka"),
        ("suhu 110 derajat Fahrenheit", "suhu 40 derajat Celsius"),
        ("104°F", "-40 derajat Celsius"),
        ("5 orang tewas", "12 orang tewas dan 7 orang luka"),
        ("3 orang tewas", "12 rumah dan 4 mobil rusak"),
        ("46 rumah", "11, 13, 17, 19, 23, 29 dan 31 rumah"),
        ("skor 3-1", "skor 2-1"),
        ("skor 3:1", "skor 2:1"),
        ("naik lima kali lipat", "dari Rp30.000 menjadi Rp90.000"),
        ("di level 15.200", "Rp16.204 per dolar"),
        ("5 orang", "5,2 kilometer"),
        ("selama lima hari", "pada 4-6 Agustus 2023"),
        ("pria 56 tahun", "lahir pada 1970, dilantik pada Juni 2024"),
    ],
)
def test_another_number_is_not_explained(claim: str, evidence: str) -> None:
    assert len(unexplained_in(claim, evidence)) == 1


def test_another_fraction_is_not_explained() -> None:
    assert unexplained_in("tiga dari lima pelajar", "dua puluh persen pelajar") == ["tiga", "lima"]


def test_many_numbers_do_not_explain_any_number() -> None:
    evidence = "Desa itu punya 112 rumah, 340 warga, 27 sumur, 58 kambing, 4 sekolah dan 990 pohon."
    explained = [
        number for number in range(20, 1000) if not unexplained_in(f"Ada {number} perahu.", evidence)
    ]
    assert len(explained) < 100


def test_a_number_without_end_is_not_explained() -> None:
    claim = "9" * 299 + " juta juta orang"
    assert unexplained_in(claim, "12 orang") == [claim.removesuffix(" orang")]
