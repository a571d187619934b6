"""Numbers by value, in the forms of many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.comparison import Statement, compare
from rag.verification.facts.digits import readings
from rag.verification.facts.lexicon import fold
from rag.verification.facts.numbers import Quantity, find_quantities


def quantities(text: str, language: str) -> list[Quantity]:
    return find_quantities(fold(text), language=language)[0]


def values(text: str, language: str) -> list[set[float]]:
    return [set(quantity.values) for quantity in quantities(text, language)]


def same(left: tuple[str, str], right: tuple[str, str]) -> bool:
    """Whether two texts, each with its language, state one number each, the same."""
    (ours,), (theirs,) = quantities(*left), quantities(*right)
    return ours.equals(theirs)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("15", {15}),
        ("1,5", {1.5}),
        ("1.500", {1500, 1.5}),
        ("1.500,25", {1500.25}),
        ("1,500.25", {1500.25}),
        ("2.300.000.000.000", {2.3e12}),
        ("1,50,000", {150_000}),
        ("0.500", {0.5}),
        ("1'500", {1500}),
        ("13:27", {13.27}),
        ("1.2.3", set()),
        ("9" * 400, set()),
    ],
)
def test_ambiguous_points_and_commas_have_both_readings(digits: str, expected: set[float]) -> None:
    assert readings(digits) == expected


@given(number=st.integers(0, 10**12))
def test_a_whole_number_is_read_with_any_thousands_separator(number: int) -> None:
    for separator in (",", ".", "\u202f"):
        assert float(number) in readings(f"{number:,}".replace(",", separator))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("naik Rp2,3 triliun", "id", [{2.3e12}]),
        ("dua puluh satu orang", "id", [{21}]),
        ("yang ke-3 dan kedua", "id", [{3}, {2}]),
        ("2 juta 300 ribu orang", "id", [{2_300_000}]),
        ("sejuta orang", "id", [{1e6}]),
        ("Rp 5 M", "id", [{5e6, 5e9}]),
        ("two hundred and five thousand", "en", [{205_000}]),
        ("twenty-one of 1,500", "en", [{21}, {1500, 1.5}]),
        ("the 3rd and 20th", "en", [{3}, {20}]),
        ("US$5bn", "en", [{5e9}]),
        ("2.3万亿元", "zh-Hans", [{2.3e12}]),
        ("3亿2000万", "zh-Hans", [{320_000_000}]),
        ("百分之十五", "zh-Hans", [{15}]),
        ("二十一人", "zh-Hans", [{21}]),
        ("统一三菱", "zh-Hans", []),
        ("１２％", "zh-Hans", [{12}]),
        ("1,50,000 और 2.5 लाख", "hi", [{150_000}, {250_000}]),
        ("१२३", "hi", [{123}]),
        ("١٢٣٫٥ مليون", "ar", [{123_500_000}]),
        ("๑๒๓ ล้านบาท", "th", [{123_000_000}]),
        ("1,5 millones", "es", [{1_500_000}]),
        ("2,3 nghìn tỷ đồng", "vi", [{2.3e12}]),
        ("3億2000万円", "ja", [{320_000_000}]),
        ("3억 2천만 원", "ko", [{320_000_000}]),
        ("1,2,3,4", "en", [{1}, {2}, {3}, {4}]),
        ("10–15", "id", [{10}, {15}]),
        ("luas 5 km²", "id", [{5}]),
        ("15\u202f000 personnes et 12\u00a0000", "fr", [{15_000}, {12_000}]),
        ("1\u00a0234\u00a0567", "ru", [{1_234_567}]),
        ("12 000 personnes, 1 234,5 tonnes", "fr", [{12_000}, {1_234.5}]),
        ("12 000 orang", "id", [{12}, {0}]),
        ("2½ years and ¾ of it", "en", [{2.5}, {0.75}]),
        ("setengah juta orang", "id", [{500_000}]),
        ("dua setengah juta rupiah", "id", [{2_500_000}]),
        ("half a million people", "en", [{500_000}]),
        ("ढाई लाख रुपये", "hi", [{250_000}]),
        ("Rp2,5 yuta, limalas murid", "jv", [{2_500_000}, {15}]),
        ("vingt et une personnes", "fr", [{21}]),
        ("vinte e duas pessoas", "pt", [{22}]),
        ("1.25 bilyong piso", "fil", [{1.25e9}]),
        ("the twenty-first", "en", [{21}]),
        ("der dritte Platz", "de", [{3}]),
        ("kesembilan belas", "id", [{19}]),
    ],
)
def test_numbers_are_found_in_the_formats_of_a_language(
    text: str, language: str, expected: list[set[float]]
) -> None:
    assert values(text, language) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("1,5", "id"), ("15", "id"), False),
        (("2,3 triliun", "id"), ("2.3 trillion", "en"), True),
        (("2,3 triliun", "id"), ("2.300.000.000.000", "id"), True),
        (("5 km", "id"), ("5.000 meter", "id"), True),
        (("5 km", "id"), ("5 kg", "id"), False),
        (("5 km", "id"), ("5 km²", "id"), False),
        (("12 bulan", "id"), ("one year", "en"), True),
        (("15 persen", "id"), ("15%", "en"), True),
        (("15 persen", "id"), ("15 km", "id"), False),
        (("Rp5.000", "id"), ("$5,000", "en"), False),
        (("100 km/jam", "id"), ("100 kilometer per jam", "id"), True),
        (("100 km/jam", "id"), ("100 km/h", "en"), True),
        (("100 km/jam", "id"), ("100 km", "id"), False),
        (("Rp5.000", "id"), ("5.000 rupiah", "id"), True),
        (("sekitar 2,3 juta", "id"), ("2.298.123", "id"), True),
        (("2,3 juta", "id"), ("2.298.123", "id"), False),
        (("sekitar 18", "id"), ("17", "id"), False),
        (("3:30 pm", "en"), ("15:30", "en"), True),
        (("3:30 pm", "en"), ("3:30", "en"), True),
        (("3:30 pm", "en"), ("3:30 am", "en"), False),
        (("R$ 5 milhões", "pt"), ("5 milhões de reais", "pt"), True),
        (("5 milhões de dólares", "pt"), ("R$ 5 milhões", "pt"), False),
        (("1,25 milliard d'euros", "fr"), ("1,25 milliard de dollars", "fr"), False),
        (("5 млрд рублей", "ru"), ("5 млрд долларов", "ru"), False),
        (("31 juta ton", "id"), ("31 juta kuintal", "id"), False),
        (("2.000 MW", "id"), ("2 GW", "id"), True),
        (("3.2 kg", "en"), ("3.2 pounds", "en"), False),
        (("£3 million", "en"), ("3 million pounds", "en"), True),
        (("30 degrees", "en"), ("30 degrees Celsius", "en"), True),
        (("25 basis points", "en"), ("25 percent", "en"), False),
    ],
)
def test_numbers_are_equal_by_value_and_unit(
    left: tuple[str, str], right: tuple[str, str], *, expected: bool
) -> None:
    assert same(left, right) is expected


def test_an_ordinal_needs_no_support() -> None:
    """It may be another word: "segundo" is also "according to"."""
    assert [quantity.is_soft for quantity in quantities("segundo el tercer informe", "es")] == [True, True]


def test_the_word_one_may_be_an_article_and_need_not_be_supported() -> None:
    assert [quantity.is_soft for quantity in quantities("salah satu dari dua", "id")] == [True, False]


@pytest.mark.parametrize("space", ["", " ", "\r", "\t", "\u2003", "\u00a0"])
@pytest.mark.parametrize("dot", ["", "."])
def test_any_space_may_follow_a_currency(space: str, dot: str) -> None:
    [quantity] = quantities(f"Rp{dot}{space}5 ribu", "id")
    assert (quantity.dimension, quantity.amount) == ("rupiah", 5000)


@given(text=st.text(max_size=60), language=st.sampled_from(["id", "en", "zh-Hans", "ar", "th", "hi", "ko"]))
def test_any_text_can_be_read(text: str, language: str) -> None:
    for quantity in quantities(text, language):
        assert quantity.values
        assert quantity.equals(quantity)


def test_a_share_of_one_han_numeral_is_a_number() -> None:
    (share,) = quantities("增长百分之八。", "zh-Hans")
    assert set(share.values) == {8.0}
    assert share.dimension == "percent"


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Gempa terjadi pukul 14.00 WIB.", "Gempa terjadi pukul 15.00 WITA."),
        ("id", "Gempa terjadi pukul 23.30 WIB.", "Gempa terjadi pukul 01.30 WIT."),
        ("id", "Gempa terjadi pukul 07.30 UTC.", "Gempa terjadi pukul 14.30 WIB."),
        ("id", "Gempa terjadi pukul 2 siang.", "Gempa terjadi pukul 14.00 WIB."),
        ("id", "Gempa terjadi jam 9 malam.", "Gempa terjadi pukul 21.00 WIB."),
        ("id", "Persela menang dengan skor 3-1.", "Persela menang dengan skor 3:1."),
        ("en", "The talks ran in 2019-21.", "The talks ran from 2019 to 2021."),
        ("vi", "Vụ việc xảy ra vào năm 2024.", "Vụ việc xảy ra ngày 3/6/2024."),
        ("vi", "Có năm người bị thương.", "Có 5 người bị thương."),
        ("nl", "Het was haar 3e titel.", "Het was haar derde titel."),
        ("tr", "Bu onun 3. kupası.", "Bu onun üçüncü kupası."),
        ("zh", "会议于下午3点开始。", "会议于15点开始。"),
        ("ja", "会議は午後3時に始まった。", "会議は15時に始まった。"),
        ("ko", "회의는 오후 3시에 시작됐다.", "회의는 15시에 시작됐다."),
        ("id", "Hutan itu menyusut dalam 30 tahun.", "Hutan itu menyusut dalam tiga dekade."),
        ("ja", "3回目の優勝だった。", "三回目の優勝だった。"),
        ("fr", "L'accident a eu lieu à 14:30.", "L'accident a eu lieu à 14 h 30."),
        ("pt", "A reunião é às 14h30.", "A reunião é às 14:30."),
        ("id", "Dua ribu lima ratus orang hadir.", "Sebanyak 2.500 orang hadir."),
        ("es", "Murieron dos mil quinientas personas.", "Murieron 2.500 personas."),
        ("es", "Murieron treinta y una personas.", "Murieron 31 personas."),
        ("pt", "Morreram mil e duzentas pessoas.", "Morreram 1.200 pessoas."),
        ("en", "Two dozen people were hurt.", "24 people were hurt."),
        ("id", "Ia dihukum 1 tahun 6 bulan penjara.", "Ia dihukum 18 bulan penjara."),
        ("id", "Api padam setelah 2 jam dan 30 menit.", "Api padam setelah 150 menit."),
        ("id", "Luasnya 2 km persegi.", "Luasnya 200 hektare."),
        (
            "id",
            "Indonesia merdeka pada tanggal 17 bulan Agustus tahun 1945.",
            "Indonesia merdeka pada 17-8-1945.",
        ),
        ("zh", "会议持续了两个小时。", "会议持续了120分钟。"),
        ("zh", "数十人受伤。", "45人受伤。"),
        ("hi", "साढ़े तीन लाख लोग आए।", "3.5 लाख लोग आए।"),
        ("vi", "Chi phí 5 triệu đồng.", "Chi phí 5.000.000đ."),
        ("en", "The state spent Rs. 500 crore.", "The state spent ₹5 billion."),
    ],
)
def test_clock_times_scores_and_ordinals_in_other_notations(language: str, claim: str, evidence: str) -> None:
    found = compare(Statement(claim, language), Statement(evidence, language))
    assert found.numbers in ("given", None)
    assert not found.is_replaced


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Gempa terjadi pukul 14.00 WITA.", "Gempa terjadi pukul 14.00 WIB."),
        ("id", "Gempa terjadi pukul 3 sore.", "Gempa terjadi pukul 14.00."),
        ("id", "Persela menang dengan skor 3:2.", "Persela menang dengan skor 3-1."),
        ("nl", "Het was haar vierde titel.", "Het was haar derde titel."),
        ("tr", "Ceza 1,5 milyon dolar.", "Ceza 1,5 milyon lira."),
        ("en", "The fine was $500 billion.", "The fine was $500m."),
        ("fr", "L'accident a eu lieu à 15h30.", "L'accident a eu lieu à 14h30."),
        ("id", "Ia dihukum 1 tahun 8 bulan penjara.", "Ia dihukum 18 bulan penjara."),
        ("id", "Dua ribu tiga ratus orang hadir.", "Sebanyak 2.500 orang hadir."),
    ],
)
def test_other_clock_times_scores_and_ordinals(language: str, claim: str, evidence: str) -> None:
    assert compare(Statement(claim, language), Statement(evidence, language)).numbers == "differs"
