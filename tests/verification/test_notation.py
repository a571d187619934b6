from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.verification.comparison import Statement
from rag.verification.notation import in_notation_of

NOTATIONS = {
    "id": ("{:_}", "."),
    "en": ("{:_}", ","),
    "ja": ("{:_}", ","),
}


def written(number: int, language: str, *, is_grouped: bool) -> str:
    """Write a number as its language does, with or without separators of thousands."""
    form, separator = NOTATIONS[language]
    return form.format(number).replace("_", separator) if is_grouped else str(number)


@pytest.mark.parametrize(
    ("claim", "language", "evidence", "evidence_language", "expected"),
    [
        (
            "Luasnya 1500,5 hektare.",
            "id",
            "Seluas 1.500,5 hektare terbakar.",
            "id",
            "Luasnya 1.500,5 hektare.",
        ),
        ("Dana itu Rp2.300.000.000.000.", "id", "Dananya Rp2,3 triliun.", "id", "Dana itu Rp2,3 triliun."),
        ("Sebelas orang tewas.", "id", "Korban tewas 11 orang.", "id", "11 orang tewas."),
        (
            "The fund holds 2.3 trillion rupiah.",
            "en",
            "Dananya Rp2,3 triliun.",
            "id",
            "The fund holds Rp2,3 triliun.",
        ),
        (
            "About 3,400 houses are lost.",
            "en",
            "Sebanyak 3.400 rumah hilang.",
            "id",
            "About 3.400 houses are lost.",
        ),
        ("参加者は1万5千人だった。", "ja", "参加者は15,000人でした。", "ja", "参加者は15,000人だった。"),
        ("بلغ الإنتاج 1500 طن.", "ar", "بلغ الإنتاج ١٥٠٠ طن.", "ar", "بلغ الإنتاج ١٥٠٠ طن."),
        ("Its length is 2.4 km.", "en", "طوله ٢٫٤ كيلومتر.", "ar", "Its length is ٢٫٤ كيلومتر."),
        # Other numbers, and numbers that are written alike, stay as they are.
        (
            "Luasnya 1500,6 hektare.",
            "id",
            "Seluas 1.500,5 hektare terbakar.",
            "id",
            "Luasnya 1500,6 hektare.",
        ),
        ("Panen 12 ton dan 120 ton.", "id", "Panen 12 ton, lalu 130 ton.", "id", "Panen 12 ton dan 120 ton."),
        # A rounded number stays as it is.
        ("Lebih dari 300 ribu hadir.", "id", "Yang hadir 312.000 orang.", "id", "Lebih dari 300 ribu hadir."),
        # A number of something else stays as it is.
        ("Kebakaran di 15 sekolah.", "id", "Naik 15 persen.", "id", "Kebakaran di 15 sekolah."),
        # A number is not found in the middle of a longer one.
        ("Ada 12.000 dari 2000 rumah.", "id", "Dari 2.000 rumah.", "id", "Ada 12.000 dari 2.000 rumah."),
        ("Harga naik.", "id", "Harga naik 5 persen.", "id", "Harga naik."),
    ],
)
def test_equal_numbers_are_written_as_in_the_evidence(
    claim: str, language: str, evidence: str, evidence_language: str, expected: str
) -> None:
    assert in_notation_of(Statement(evidence, evidence_language), Statement(claim, language)) == expected


@given(st.integers(3000, 10**9), st.integers(3000, 10**9), st.sampled_from(sorted(NOTATIONS)), st.booleans())
def test_only_equal_numbers_change(number: int, other: int, language: str, is_grouped: bool) -> None:
    assume(number != other)
    claim = Statement(f"({written(number, language, is_grouped=is_grouped)})", language)
    here = written(number, language, is_grouped=not is_grouped)
    assert in_notation_of(Statement(f"– {here}.", language), claim) == f"({here})"
    assert (
        in_notation_of(Statement(f"– {written(other, language, is_grouped=True)}.", language), claim)
        == claim.text
    )


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Panglima menerima lima laporan.", "Ada 5 laporan."),
        ("Keduanya membawa dua tas.", "Ada 2 tas."),
    ],
)
def test_a_word_that_contains_a_numeral_stays(claim: str, evidence: str) -> None:
    written = in_notation_of(Statement(evidence, "id"), Statement(claim, "id"))
    assert written.split()[0] == claim.split()[0]


@pytest.mark.parametrize(
    ("claim", "language", "expected"),
    [
        ("Panen mulai Senin, 3 Juni 2024.", "id", "Panen mulai Senin (3/6)."),
        ("Panen mulai 2024-06-03.", "id", "Panen mulai Senin (3/6)."),
        ("Panen mulai Senin (3/6).", "id", "Panen mulai Senin (3/6)."),
        ("Panen mulai 4 Juni 2024.", "id", "Panen mulai 4 Juni 2024."),
        ("Panen mulai Juni 2024.", "id", "Panen mulai Juni 2024."),
        ("The harvest began on 3 June 2024.", "en", "The harvest began on 3 June 2024."),
    ],
)
def test_a_day_is_written_as_the_evidence_writes_it_in_one_language(
    claim: str, language: str, expected: str
) -> None:
    evidence = Statement("Panen mulai Senin (3/6).", "id", reference=date(2024, 6, 4))
    assert in_notation_of(evidence, Statement(claim, language)) == expected
