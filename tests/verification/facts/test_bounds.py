"""Numbers with a bound or a sign, and the ranges that share a unit."""

import pytest

from rag.verification.facts import Quantity, find_facts
from rag.verification.facts.derived import unexplained


def is_explained(claim: str, evidence: str, language: str) -> bool:
    stated, given = (find_facts(text, language=language) for text in (claim, evidence))
    return not unexplained(stated, given)


def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    return find_facts(text, language=language).quantities


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "lebih dari 300 ribu orang", "312.000 orang"),
        ("en", "more than a dozen people", "17 people"),
        ("id", "lebih dari separuh warga", "58 persen warga"),
        ("id", "kurang dari separuh warga", "43 persen warga"),
        ("en", "fewer than one in ten people", "8 percent of people"),
        ("ja", "半数以上", "58%"),
        ("ko", "30만 명 이상", "31만2000명"),
        ("id", "300 orang lebih", "312 orang"),
        ("en", "4,400 pounds", "2,000 kg"),
        ("en", "104F", "40C"),
        ("id", "hampir 500.000 jiwa", "498.000 jiwa"),
        ("en", "less than 20 percent", "15 percent"),
        ("zh", "超过1亿元", "1.2亿元"),
        ("ja", "1億円を超えた", "1億2000万円"),
        ("ko", "3억 원을 넘는다", "3억 5천만 원"),
        ("vi", "hơn 2 nghìn tỷ đồng", "2,3 nghìn tỷ đồng"),
        ("th", "กว่า 3 ล้านบาท", "งบประมาณ 3.5 ล้านบาท"),
        ("de", "mehr als 1,2 Milliarden Euro", "1,25 Milliarden Euro"),
        ("ru", "более 1,2 млрд рублей", "1,25 млрд рублей"),
    ],
)
def test_a_number_on_the_right_side_is_explained(language: str, claim: str, evidence: str) -> None:
    assert is_explained(claim, evidence, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "lebih dari 75 persen", "74,6 persen"),
        ("id", "lebih dari separuh warga", "43 persen warga"),
        ("id", "kurang dari separuh warga", "58 persen warga"),
        ("en", "120F", "40C"),
        ("id", "kurang dari 300 ribu orang", "312.000 orang"),
        ("id", "hampir 300 ribu orang", "312.000 orang"),
        ("en", "more than $1.3 billion", "$1.25 billion"),
        ("en", "less than 300 people", "more than 300 people"),
        ("en", "more than 100 people", "190 people"),
    ],
)
def test_a_number_on_the_wrong_side_or_far_away_is_not_explained(
    language: str, claim: str, evidence: str
) -> None:
    assert not is_explained(claim, evidence, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "5 juta sampai 7 juta rupiah", "5-7 juta rupiah"),
        ("id", "Rp5 juta hingga Rp7 juta", "5–7 juta rupiah"),
        ("en", "$5 million to $7 million", "between $5 and $7 million"),
        ("en", "100 percent more", "from 20 to 40 tonnes"),
    ],
)
def test_the_numbers_of_a_range_share_their_unit(language: str, claim: str, evidence: str) -> None:
    assert is_explained(claim, evidence, language)


def test_a_year_before_a_number_takes_no_unit() -> None:
    assert [quantity.dimension for quantity in quantities("2020 dan 5 persen", "id")] == [None, "percent"]


@pytest.mark.parametrize(
    ("language", "text", "is_negative"),
    [
        ("en", "-5 degrees", True),
        ("en", "minus five degrees", True),
        ("en", "5 degrees below zero", True),
        ("zh", "气温零下8度", True),
        ("zh", "气温-8度", True),
        ("en", "3-1", False),
        ("id", "5 - 7 derajat", False),
        ("es", "al menos 5 grados", False),
        ("fr", "au moins 5 degrés", False),
    ],
)
def test_a_sign_is_read(language: str, text: str, *, is_negative: bool) -> None:
    assert quantities(text, language)[-1].is_negative is is_negative


def test_only_the_sign_of_a_temperature_must_agree() -> None:
    assert not is_explained("5 degrees Celsius", "-5 degrees Celsius", "en")
    assert is_explained("a fall of 2.1 percent", "-2.1 percent", "en")
    assert is_explained("minus 5 degrees", "−5 °C", "en")


@pytest.mark.parametrize(
    ("text", "language", "bound"),
    [
        ("tidak kurang dari 300 orang", "id", "above"),
        ("tidak lebih dari 300 orang", "id", "below"),
        ("sedikitnya 300 orang", "id", "above"),
        ("no fewer than 300 people", "en", "above"),
        ("no more than 300 people", "en", "below"),
        ("more than 300 people", "en", "above"),
        ("al menos 300 personas", "es", "above"),
        ("mindestens 300 menschen", "de", "above"),
        ("meer dan 300 mensen", "nl", "above"),
        ("minder dan 300 mensen", "nl", "below"),
        ("bijna 300 mensen", "nl", "almost"),
        ("300'den fazla kişi", "tr", "above"),
        ("300'den az kişi", "tr", "below"),
    ],
)
def test_bounds_that_are_denied_and_of_more_languages(text: str, language: str, bound: str) -> None:
    assert find_facts(text, language=language).quantities[0].bound == bound
