"""Fractions in words, and what they are in percent."""

import pytest

from rag.verification.facts import find_facts
from rag.verification.facts.derived import unexplained


@pytest.mark.parametrize(
    ("language", "text", "percent"),
    [
        ("id", "dua pertiga kawasan", 67),
        ("id", "sepersepuluhnya hilang", 10),
        ("id", "Satu dari lima pelajar", 20),
        ("id", "3 dari setiap 4 rumah", 75),
        ("ms", "tiga suku penduduk", 75),
        ("en", "Two-thirds of the homes", 67),
        ("en", "one child in eight", 13),
        ("en", "four out of ten", 40),
        ("es", "uno de cada cuatro", 25),
        ("es", "las dos terceras partes", 67),
        ("fr", "quatre jeunes sur dix", 40),
        ("fr", "trois quarts des voix", 75),
        ("de", "zwei Drittel der Häuser", 67),
        ("de", "einer von zehn", 10),
        ("nl", "een op de vijf", 20),
        ("it", "la metà dei voti", 50),
        ("pt", "um terço", 33),
        ("ru", "две трети голосов", 67),
        ("vi", "hai phần ba số phiếu", 67),
        ("zh-Hans", "三分之二的选民", 67),
        ("zh-Hant", "七成受訪者", 70),
        ("ja", "5分の1", 20),
        ("ja", "約7割の人", 70),
        ("ko", "3분의 2", 67),
        ("ar", "نصف السكان", 50),
        ("hi", "एक तिहाई घर", 33),
        ("th", "หนึ่งในสามของบ้าน", 33),
    ],
)
def test_a_fraction_is_a_percentage(language: str, text: str, percent: int) -> None:
    assert [int(share.percent.amount + 0.5) for share in find_facts(text, language=language).shares] == [
        percent
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "200 dari 1.500 rumah"),
        ("en", "5 people in 2023"),
        ("en", "9 of 3 boxes"),
        ("id", "datang dari lima desa"),
        ("zh-Hans", "百分之二十"),
        ("ms", "pelbagai suku bangsa"),
        ("ar", "خمس سنوات"),
    ],
)
def test_other_words_are_no_fraction(language: str, text: str) -> None:
    assert find_facts(text, language=language).shares == ()


@pytest.mark.parametrize(
    ("claim", "claim_language", "evidence", "language"),
    [
        ("one home in eight", "en", "13 persen rumah", "id"),
        ("seperlima pelajar", "id", "20% of pupils", "en"),
        ("waves of roughly six metres", "en", "waves as high as 20 feet", "en"),
        ("hasta 120 millones de libras", "es", "up to £120 million", "en"),
        ("suhu naik 5 derajat Celsius", "id", "5°C warmer", "en"),
    ],
)
def test_the_same_number_in_other_words_is_explained(
    claim: str, claim_language: str, evidence: str, language: str
) -> None:
    stated, given = find_facts(claim, language=claim_language), find_facts(evidence, language=language)
    assert unexplained(stated, given) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "left"),
    [
        ("Two-thirds of residents left.", "67 percent of residents left.", []),
        ("Three-quarters of residents left.", "75 percent of residents left.", []),
        ("Two thirds of residents left and two died.", "67 percent of residents left.", ["two"]),
        ("One in five homes burned and five people died.", "20 percent of homes burned.", ["five"]),
    ],
)
def test_a_fraction_explains_only_its_own_numbers(claim: str, evidence: str, left: list[str]) -> None:
    stated, given = find_facts(claim, language="en"), find_facts(evidence, language="en")
    assert [quantity.text for quantity in unexplained(stated, given)] == left


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("de", "Zwei Drittel der Wähler stimmten zu.", "67 Prozent der Wähler stimmten zu."),
        ("fr", "Les deux tiers des électeurs ont accepté.", "67 % des électeurs ont accepté."),
        ("ko", "유권자의 3분의 2가 찬성했다.", "유권자의 67퍼센트가 찬성했다."),
    ],
)
def test_a_fraction_with_a_number_before_it(language: str, claim: str, evidence: str) -> None:
    given = find_facts(evidence, language=language)
    assert unexplained(find_facts(claim, language=language), given) == []
