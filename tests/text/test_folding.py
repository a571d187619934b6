"""Folding of invisible signs, apostrophes and articles."""

import unicodedata

import pytest
from hypothesis import given

from rag.text.folding import (
    composed,
    with_plain_apostrophes,
    with_plain_hyphens,
    without_articles,
    without_invisible,
)
from rag.verification.facts.names import plain, plain_tokens
from tests.text.generated import TEXTS


@pytest.mark.parametrize(
    "sign", "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufe0f\ufeff\u3164"
)
def test_invisible_signs_are_removed(sign: str) -> None:
    assert without_invisible(f"ko{sign}pi") == "kopi"


@pytest.mark.parametrize("sign", [" ", "-", "\u00a0", "\u0301", "\u0640", "ー", "々"])
def test_visible_signs_stay(sign: str) -> None:
    assert without_invisible(f"é{sign}é") == f"é{sign}é"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ma’ruf", "Ma'ruf"),
        ("ʿAlī", "'Alī"),
        ("Jum‘at’s", "Jum'at's"),
        ("5′30″", "5′30″"),
        ("’90", "’90"),
        ("`5`", "`5`"),
        ("O ́Neill", "O'Neill"),
    ],
)
def test_apostrophes_beside_letters_are_plain(text: str, expected: str) -> None:
    assert with_plain_apostrophes(text) == expected


@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2013\u2212")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Al{}Farisi", "Al-Farisi"),
        ("anak{}anak", "anak-anak"),
        ("COVID{}19", "COVID-19"),
        ("5{}3", "5{}3"),
        ("{}5 derajat", "{}5 derajat"),
        ("kopi {} teh", "kopi {} teh"),
    ],
)
def test_hyphens_in_words_are_plain(hyphen: str, text: str, expected: str) -> None:
    assert with_plain_hyphens(text.format(hyphen)) == expected.format(hyphen)


@pytest.mark.parametrize("hyphen", "-\u2010\u2011\u2013\u2212")
def test_names_with_any_hyphen_are_equal_in_checking(hyphen: str) -> None:
    assert plain(f"Al{hyphen}Qur’an") == plain("Alquran") == "quran"
    assert plain_tokens(f"Salman Al{hyphen}Farisi") == plain_tokens("Salman Al-Farisi")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("غزة", "غزه"),
        ("على", "علي"),
        ("محـمد", "محمد"),
        ("کتاب", "كتاب"),
        ("إسرائيل", "اسرائيل"),
        ("IRAK", "ırak"),
        ("Łódź", "Lodz"),
        ("Đà Nẵng", "Da Nang"),
    ],
)
def test_letters_with_several_forms_are_equal_in_checking(left: str, right: str) -> None:
    assert plain(left) == plain(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("عمر", "عمرو"), ("سلام", "سالم"), ("Киров", "Киев"), ("राम", "रमा"), ("Austria", "Australia")],
)
def test_other_names_stay_different_in_checking(left: str, right: str) -> None:
    assert plain(left) != plain(right)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("membaca al-qur'an", "membaca qur'an"),
        ("Masjid Al-Aqsa dan Al Azhar", "Masjid Aqsa dan Azhar"),
        ("AL-QUR'AN", "QUR'AN"),
        ("Al Jazeera", "Jazeera"),
        ("Al Gore, alat, halal, Al-Farisi", "Al Gore, alat, halal, Al-Farisi"),
        ("al-kitabiyah", "al-kitabiyah"),
    ],
)
def test_articles_of_some_names_are_removed(text: str, expected: str) -> None:
    assert without_articles(text) == expected


@given(text=TEXTS)
def test_a_folded_text_stays_as_it_is(text: str) -> None:
    folded = composed(text)
    assert composed(folded) == folded
    assert composed(unicodedata.normalize("NFD", text)) == folded
