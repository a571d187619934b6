"""What a claim states against what the evidence gives."""

import unicodedata
from datetime import date

import pytest

from rag.verification.comparison import Comparison, Statement, compare

EVIDENCE = Statement(
    "Bupati Sari Dewi meresmikan jembatan sepanjang 1.500 meter di Bogor pada Senin (3/6).",
    "id",
    reference=date(2024, 6, 4),
    context="Jembatan baru\nKabupaten Bogor membangun jembatan. Biayanya Rp2,3 triliun.",
)


def against(claim: str, language: str = "id", evidence: Statement = EVIDENCE) -> Comparison:
    return compare(Statement(claim, language), evidence)


@pytest.mark.parametrize(
    "claim",
    [
        EVIDENCE.text,
        "Jembatan sepanjang 1,5 km diresmikan pada 3 Juni 2024.",
        "Sari Dewi meresmikannya kemarin.",
        "Pada 2024-06-03 jembatan 1500 m di Bogor diresmikan.",
        "Jembatan itu diresmikan pada bulan Juni.",
    ],
)
def test_facts_that_the_evidence_states(claim: str) -> None:
    assert set(against(claim).findings) <= {"given"}
    assert all(against(claim).checks.values())


@pytest.mark.parametrize(
    ("claim", "kind", "finding"),
    [
        ("Jembatan sepanjang 1.600 meter diresmikan.", "numbers", "differs"),
        ("Jembatan sepanjang 1.500 km diresmikan.", "numbers", "differs"),
        ("Jembatan diresmikan pada 4 Juni 2024.", "dates", "differs"),
        ("Jembatan diresmikan pada Selasa.", "dates", "differs"),
        ("Jembatan diresmikan pada 3 Juni 2023.", "dates", "differs"),
        (EVIDENCE.text.replace("Bogor", "Depok"), "names", "differs"),
        (EVIDENCE.text.replace("Sari Dewi", "Rina Wati"), "names", "differs"),
        ("Kata Gubernur Budi, jembatan itu panjang.", "names", "missing"),
    ],
)
def test_facts_that_the_evidence_does_not_state(claim: str, kind: str, finding: str) -> None:
    comparison = against(claim)
    assert getattr(comparison, kind) == finding
    assert comparison.checks[kind] is False


def test_an_amount_is_no_year() -> None:
    amount = Statement("Pada 3 Juni dikumpulkan 2.005 orang.", "id")
    year = Statement("Pada 3 Juni tahun 2005 itu berkumpul banyak orang.", "id")
    claim = "Mereka berkumpul pada 3 Juni 2005."
    assert against(claim, evidence=amount).dates != "given"
    assert against(claim, evidence=year).dates == "given"


def test_a_range_gives_each_of_its_days() -> None:
    evidence = Statement("Festival berlangsung 3–5 Juni 2024 di Bogor.", "id")
    assert against("Festival dimulai pada 3 Juni 2024.", evidence=evidence).dates == "given"
    assert against("Festival berakhir pada 5 Juni 2024.", evidence=evidence).dates == "given"
    assert against("Festival dimulai pada 7 Juni 2024.", evidence=evidence).dates == "differs"


def test_a_common_word_is_no_name_beside_a_sign() -> None:
    context = "Harga kopi, beras dan gula naik di Bogor."
    evidence = Statement("Kopi naik 5 persen di Bogor.", "id", context=context)
    assert against("Harganya naik 5 persen di Bogor.", evidence=evidence).names == "given"


@pytest.mark.parametrize("language", ["ace-Latn", "ace", "qaa-x-kutip"])
def test_a_language_that_cldr_does_not_have(language: str) -> None:
    assert against(EVIDENCE.text, language).numbers == "given"


def test_a_number_stated_once_cannot_support_two() -> None:
    evidence = Statement("12 orang tewas dan 30 luka.", "id")
    assert against("30 orang tewas dan 30 luka.", evidence=evidence).numbers == "differs"
    assert against("12 orang tewas; 12 itu warga Bogor.", evidence=evidence).numbers == "differs"
    assert against("30 luka, ya, 30.", evidence=Statement("30 luka.", "id")).numbers == "given"


def test_a_changed_name_in_a_script_without_capitals() -> None:
    evidence = Statement("国务院总理李强周六在上海出席开幕式并发表讲话。", "zh-Hans")
    assert against(evidence.text, "zh-Hans", evidence).names in {None, "given"}
    assert against(evidence.text.replace("上海", "北京"), "zh-Hans", evidence).names == "differs"


def test_across_languages_numbers_and_countries_are_compared() -> None:
    evidence = Statement("Germany spent 2.3 trillion dollars in March 2020.", "en")
    assert set(
        against("Jerman mengeluarkan 2,3 triliun dolar pada Maret 2020.", "id", evidence).findings
    ) == {"given"}
    assert against("Jerman mengeluarkan 2,4 triliun dolar.", "id", evidence).numbers == "differs"
    assert against("Jerman mengeluarkannya pada April 2020.", "id", evidence).dates == "differs"


def test_a_claim_without_facts_has_no_findings() -> None:
    assert against("jembatan itu panjang").findings == []


@pytest.mark.parametrize(
    "claim",
    [
        "Ma'ruf Amin membuka pameran Al-Qur'an pada Jum'at (7/6).",
        "Ma’ruf Amin membuka pameran Alquran pada Jum’at (7/6).",
        "Maruf Amin membuka pameran Al Quran pada Jumat (7/6).",
        "Ma`ruf Amin mem\u00adbuka pa\u200bmeran Al-Quran pada Jumʼat (7/6).",
    ],
)
def test_spellings_of_names_and_words_are_no_differences(claim: str) -> None:
    for text in ("Ma’ruf Amin membuka pameran Al-Qur’an pada Jumat (7/6).", claim):
        found = against(claim, evidence=Statement(text, "id", reference=date(2024, 6, 8)))
        assert set(found.findings) == {"given"}
        assert found.coverage == 1
    other = Statement(
        "Makruf Amin membuka pameran Al-Quran pada Jumat (7/6).", "id", reference=date(2024, 6, 8)
    )
    assert (
        against("Ma'ruf Hasan membuka pameran Al-Quran pada Jumat (7/6).", evidence=other).names == "differs"
    )


def test_decomposed_letters_are_no_differences() -> None:
    text = "Menteri José Müller membuka pameran di Côte d’Azur."
    found = against(unicodedata.normalize("NFD", text), evidence=Statement(text, "id"))
    assert (found.names, found.coverage) == ("given", 1)
