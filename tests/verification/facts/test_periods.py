"""Centuries and decades, which are compared with years."""

from datetime import date

import pytest

from rag.verification.comparison import Statement, compare
from rag.verification.facts.periods import find_periods


def dates_of(claim: str, evidence: str, language: str) -> str | None:
    return compare(Statement(claim, language), Statement(evidence, language, date(2024, 6, 4))).dates


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Jembatan itu dibangun pada abad ke-20.", "Jembatan itu dibangun pada tahun 1912."),
        ("id", "Jembatan itu dibangun pada abad XIX.", "Jembatan itu dibangun pada tahun 1845."),
        ("id", "Pabrik itu berdiri sejak tahun 1990-an.", "Pabrik itu berdiri sejak 3 Juni 1994."),
        ("id", "Pabrik itu berdiri sejak era 90-an.", "Pabrik itu berdiri sejak 1994."),
        ("en", "The mill was built in the nineteenth century.", "The mill was built in 1845."),
        ("en", "The band formed in the 1990s.", "The band formed in 1994."),
        ("es", "La fábrica se fundó en el siglo XX.", "La fábrica se fundó en 1912."),
        ("es", "Nació en los años 90.", "Nació en 1994."),
        ("fr", "Le moulin date du XIXe siècle.", "Le moulin date de 1845."),
        ("de", "Die Brücke stammt aus dem 19. Jahrhundert.", "Die Brücke stammt aus dem Jahr 1845."),
        ("de", "Die Band entstand in den 1990er Jahren.", "Die Band entstand 1994."),
        ("nl", "De brug dateert uit de 19e eeuw.", "De brug dateert uit 1845."),
        ("pt", "A ponte foi construída no século XX.", "A ponte foi construída em 1912."),
        ("ru", "Это было в 1990-е годы.", "Это было в 1994 году."),
        ("ru", "Завод построили в XX веке.", "Завод построили в 1912 году."),
        ("tr", "Köprü 19. yüzyılda yapıldı.", "Köprü 1845'te yapıldı."),
        ("vi", "Cây cầu được xây vào thế kỷ 20.", "Cây cầu được xây năm 1912."),
        ("th", "สะพานสร้างในศตวรรษที่ 20", "สะพานสร้างในปี 1912"),
        ("zh", "他在20世纪90年代成名。", "他在1994年成名。"),
        ("ja", "この橋は20世紀に建てられた。", "この橋は1912年に建てられた。"),
        ("ko", "이 다리는 1990년대에 지어졌다.", "이 다리는 1994년에 지어졌다."),
        ("ar", "بني الجسر في القرن العشرين.", "بني الجسر عام 1912."),
        ("hi", "पुल 20वीं सदी में बना।", "पुल 1912 में बना।"),
    ],
)
def test_a_year_gives_its_decade_and_its_century(language: str, claim: str, evidence: str) -> None:
    assert dates_of(claim, evidence, language) == "given"
    assert dates_of(claim, evidence.replace("19", "17").replace("18", "16"), language) == "differs"


@pytest.mark.parametrize(
    ("claim", "evidence", "finding"),
    [
        ("Kota itu lahir pada abad ke-20.", "Kota itu lahir pada abad ke-19.", "differs"),
        ("Kota itu lahir pada abad ke-20.", "Kota itu lahir pada tahun 1990-an.", "given"),
        ("Kota itu lahir pada tahun 1990-an.", "Kota itu lahir pada abad ke-20.", "missing"),
        ("Kota itu lahir pada tahun 1400-an.", "Kota itu lahir pada abad ke-15.", "given"),
        ("Kota itu lahir pada 3 Juni 1994.", "Kota itu lahir pada tahun 1990-an.", "missing"),
        ("Kota itu lahir pada tahun 1980-an.", "Kota itu lahir pada tahun 1990-an.", "differs"),
    ],
)
def test_a_longer_period_does_not_give_a_shorter_one(claim: str, evidence: str, finding: str) -> None:
    assert dates_of(claim, evidence, "id") == finding


def test_a_decade_does_not_give_its_years() -> None:
    evidence = Statement("Sekolah itu berdiri pada tahun 1990-an.", "id")
    assert compare(Statement("Sekolah itu berdiri pada 1994.", "id"), evidence).numbers == "missing"


@pytest.mark.parametrize(
    "text", ["pria berusia 30-an tahun", "abad ke-5 sm", "abad ke-45", "in 20 years", "los años 2024"]
)
def test_what_is_no_century_and_no_decade(text: str) -> None:
    assert find_periods(text) == ([], text)
