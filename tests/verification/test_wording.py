"""Claims that repeat a sentence with a few other words."""

from datetime import date

import pytest

from rag.verification.comparison import Statement, compare


def has_other_word(claim: str, evidence: str, language: str) -> bool:
    return compare(Statement(claim, language), Statement(evidence, language)).has_other_word


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("en", "She was the last woman to lead the bank.", "She was the first woman to lead the bank."),
        ("en", "The company must pay the fine soon.", "The company may pay the fine soon."),
        ("en", "All schools in the district were closed.", "Some schools in the district were closed."),
        ("en", "Prices went down by 5 percent.", "Prices went up by 5 percent."),
        ("id", "Ia perempuan terakhir yang memimpin bank.", "Ia perempuan pertama yang memimpin bank."),
        ("id", "Rapat dimulai sebelum hujan reda.", "Rapat dimulai setelah hujan reda."),
        ("id", "Pemerintah akan membangun bendungan di Bogor.",
         "Pemerintah telah membangun bendungan di Bogor."),
        ("nl", "De vergadering begon voor de regen.", "De vergadering begon na de regen."),
        ("fr", "Il est parti avant la pluie du soir.", "Il est parti après la pluie du soir."),
    ],
)  # fmt: skip
def test_a_word_and_its_opposite(language: str, claim: str, evidence: str) -> None:
    assert has_other_word(claim, evidence, language)
    assert not has_other_word(claim, claim, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Sebanyak 12 orang luka dan 30 orang tewas.", "Sebanyak 12 orang tewas dan 30 orang luka."),
        ("en", "Rice rose to 12 dollars, sugar to 30.", "Sugar rose to 12 dollars, rice to 30."),
    ],
)
def test_numbers_of_other_things(language: str, claim: str, evidence: str) -> None:
    assert has_other_word(claim, evidence, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("en", "Police said the man died at the scene.", "Police stated the man died at the scene."),
        ("en", "The colour of the new flag is blue.", "The color of the new flag is blue."),
        ("en", "The organisation centre will open soon.", "The organization center will open soon."),
        ("en", "It's the largest dam in the region.", "It is the largest dam in the region."),
        ("en", "They cannot open the road this week.", "They can't open the road this week."),
        ("en", "The U.S. Senate voted on the bill.", "The United States Senate voted on the bill."),
        ("en", "Mr. Harlan opened the market.", "Peter Harlan opened the market."),
        ("en", "Some schools in the district were closed.", "All schools in the district were closed."),
        ("id", "Polisi mengatakan pelaku kabur ke hutan.", "Polisi menyebutkan pelaku kabur ke hutan."),
        ("id", "Polisi menangkap pelaku pencurian di Bogor.", "Polisi meringkus pelaku pencurian di Bogor."),
        ("id", "Wali Kota Arif hadir dan tidak memberi keterangan.",
         "Wali Kota Arif hadir, tetapi tidak memberi keterangan."),
        ("id", "Persib bermain imbang 1-1 dengan Persija.", "Persija bermain imbang 1-1 dengan Persib."),
    ],
)  # fmt: skip
def test_other_words_that_say_the_same(language: str, claim: str, evidence: str) -> None:
    assert not has_other_word(claim, evidence, language)


def test_relative_days_are_compared() -> None:
    day = date(2024, 6, 4)
    evidence = Statement("Rapat anggaran digelar di balai kota kemarin.", "id", day)
    found = compare(Statement("Rapat anggaran digelar di balai kota hari ini.", "id"), evidence)
    assert (found.dates, found.is_replaced) == ("differs", True)
    same = compare(Statement("Rapat anggaran digelar di balai kota Senin.", "id"), evidence)
    assert (same.dates, same.is_replaced) == ("given", False)
