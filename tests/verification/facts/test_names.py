"""Names by word, in whatever form."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.folding import APOSTROPHES
from rag.verification.comparison import Statement, compare
from rag.verification.facts.names import Name, find_names, holds, plain, plain_tokens, territories


def hard(text: str, language: str = "id") -> list[str]:
    return [name.text for name in find_names(text, language=language) if not name.is_soft]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Kemarin Budi pergi ke Bogor", "id", ["Budi", "Bogor"]),
        ("Budi pulang. Kemarin Sari pergi.", "id", ["Sari"]),
        ("BPPT membangun pabrik di Riau", "id", ["BPPT", "Riau"]),
        ("Harga naik pada Senin di bulan Juni", "id", []),
        ("Harganya Rp92.000", "id", []),
        ("Kemarin kata Ma’ruf bersama O`Neill", "id", ["Ma'ruf", "O'Neill"]),
        ("Ia membaca Al Quran, Al-Qur'an atau Alquran", "id", ["Quran", "Qur'an", "Quran"]),
        ("Kemarin kata Ku\u00adsumo bersama Su\u200bsi", "id", ["Kusumo", "Susi"]),
        ("Ia dibawa kembali di-Jakarta lalu se-Jawa", "id", ["Jakarta", "Jawa"]),
        ("HARGA KOPI NAIK TAJAM", "id", []),
        ("Die Regierung baut eine Brücke", "de", []),
        ("政府将修建一座新桥", "zh-Hans", []),
    ],
)
def test_capitalised_words_are_names(text: str, language: str, expected: list[str]) -> None:
    assert hard(text, language) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Jokowi", "kata jokowi", True),
        ("Jokowi", "rumah Jokowi-nya", True),
        ("México", "ciudad de Mexico", True),
        ("Indonesia", "the Indonesian government", True),
        ("PBB", "Perserikatan Bangsa Bangsa", True),
        ("Sari", "Budi pergi", False),
        ("Iran", "Irak", False),
        ("Ma'ruf", "kata Maruf Amin", True),
        ("Maruf", "kata Ma’ruf Amin", True),
        ("Ma’ruf", "kata Ma`ruf Amin", True),
        ("Ma'ruf", "kata Mahruf Amin", False),
        ("O’Neill", "kata O'Neill", True),
        ("O'Neill", "kata ONeill", True),
        ("Дем'ян", "сказав Дем’ян", True),
        ("Alquran", "membaca Al-Qur'an", True),
        ("Qur'an", "membaca Alquran", True),
        ("Alfarisi", "kata Al-Farisi", True),
        ("Al-Farisi", "kata Alfarisi", True),
        ("Al-Farisi", "kata Al Farisi", True),
        ("Kusumo", "kata Ku\u00adsumo", True),
        ("Ku\u200bsumo", "kata Kusumo", True),
        ("José", "kata Jose\u0301", True),
    ],
)
def test_a_name_is_found_in_other_forms(name: str, text: str, *, expected: bool) -> None:
    (found,) = [Name(name, plain_tokens(name)[0], is_soft=False)]
    assert holds(plain_tokens(text), found, same_language=True) is expected


@pytest.mark.parametrize(
    ("name", "text"),
    [("Putin", "قال بوتين"), ("Putin", "заявил Путин"), ("Modi", "मोदी ने कहा"), ("Rusia", "in Russia")],
)
def test_a_name_is_found_in_other_scripts_and_languages(name: str, text: str) -> None:
    found = Name(name, plain_tokens(name)[0], is_soft=False)
    assert holds(plain_tokens(text), found, same_language=False)
    assert not holds(plain_tokens("Osaka 大阪"), found, same_language=False)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("di Amerika Serikat", "id", "US"),
        ("the U.S. said", "en", "US"),
        ("في ألمانيا", "ar", "DE"),
        ("di Jerman", "id", "DE"),
    ],
)
def test_countries_have_one_code_in_every_language(text: str, language: str, code: str) -> None:
    assert code in territories(plain_tokens(text), language=language)


def test_a_country_has_the_words_of_all_its_names() -> None:
    found = territories(plain_tokens("the US, or United States, as planned"), language="en")
    assert found == {"US": {"us", "united", "states"}}
    assert territories(plain_tokens("as pessoas"), language="pt") == {}
    assert territories(plain_tokens("Presiden AS"), language="id") == {"US": {"as"}}


WORDS = st.text(st.sampled_from("bdgklmnprstaeiouéü"), min_size=2, max_size=5).filter(str.isalpha)


@given(
    left=WORDS,
    right=WORDS,
    form=st.sampled_from([*APOSTROPHES, ""]),
    hidden=st.sampled_from(["", "\u00ad", "\u200b"]),
)
def test_a_name_is_the_same_with_every_form_of_an_apostrophe(
    left: str, right: str, form: str, hidden: str
) -> None:
    expected = plain(f"{left.title()}'{right}x")
    assert plain(f"{left.title()}{form}{hidden}{right}x") == expected
    assert plain(unicodedata.normalize("NFD", f"{left.title()}{hidden}{form}{right}x")) == expected


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "H. Arif Santoso, S.H., M.H. meresmikan pasar.", "Haji Arif Santoso meresmikan pasar."),
        ("id", "Menkeu Dina Wati mengumumkan pajak.", "Menteri Keuangan Dina Wati mengumumkan pajak."),
        ("id", "Kapolri Arif Santoso mundur.", "Kepala Kepolisian RI Arif Santoso mundur."),
        ("id", "Warga Jabar mengungsi.", "Warga Jawa Barat mengungsi."),
        ("id", "Warga DKI Jakarta mengungsi.", "Warga Jakarta mengungsi."),
        ("en", "Prof. Peter Harlan opened the market.", "Professor Peter Harlan opened the market."),
        ("en", "British Prime Minister Harlan arrived.", "UK Prime Minister Harlan arrived."),
        ("es", "El Sr. Gómez llegó a Lima.", "Gómez llegó a Lima."),
        ("id", "Gempa itu dicatat BMKG.", "Gempa itu dicatat Badan Meteorologi, Klimatologi, dan Geofisika."),
        ("id", "PBB mengutuk serangan itu.", "Perserikatan Bangsa-Bangsa mengutuk serangan itu."),
        ("en", "The FBI raided it.", "The Federal Bureau of Investigation raided it."),
        ("id", "Presiden Joko Widodo meresmikan tol.", "Presiden Jokowi meresmikan tol."),
        ("id", "Warga NTT mengungsi.", "Warga Nusa Tenggara Timur mengungsi."),
        ("id", "Letjen TNI Agus Santoso hadir.", "Letnan Jenderal Agus Santoso hadir."),
        ("es", "EE. UU. aprobó la ley.", "Estados Unidos aprobó la ley."),
        ("fr", "L'ONU a condamné l'attaque.", "Selon la presse, l'attaque a été condamnée par ONU."),
    ],
)
def test_titles_and_short_forms_are_no_other_names(language: str, claim: str, evidence: str) -> None:
    for one, other in ((claim, evidence), (evidence, claim)):
        found = compare(Statement(one, language), Statement(other, language))
        assert found.names in ("given", None)
        assert not found.has_other_word


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Muhammad Yusuf ditangkap.", "Mohammad Yusuf ditangkap."),
        ("id", "Soekarno membacakan proklamasi.", "Sukarno membacakan proklamasi."),
        ("en", "Moammar Gadhafi lived there.", "Muammar Gaddafi lived there."),
        ("id", "Gempa 5,6 skala Richter mengguncang Cianjur.", "Gempa M5,6 mengguncang Cianjur."),
        ("de", "Die Stadt München zahlte.", "Die Stadt Muenchen zahlte."),
        ("ru", "Погибло 25 человек в Москве.", "В городе Москва погибло 25 человек."),
        ("ru", "В. В. Путин прибыл.", "Владимир Путин прибыл."),
        ("tr", "İstanbul'un nüfusu 15 milyon.", "15 milyon nüfus İstanbul'da yaşıyor."),
        ("tr", "Toplantı 3 Haziran'da yapıldı.", "Toplantı 03.06.2024 tarihinde yapıldı."),
        ("id", "Perang Dunia II berakhir pada 1945.", "Perang Dunia Kedua berakhir pada 1945."),
        ("id", "Perang Dunia ke-2 berakhir pada 1945.", "Perang Dunia II berakhir pada 1945."),
        ("id", "Bab 4 mengatur pajak.", "Bab IV mengatur pajak."),
        ("en", "World War Two ended in 1945.", "World War II ended in 1945."),
        ("fr", "Louis XIV est mort en 1715.", "Louis quatorze est mort en 1715."),
        ("ru", "Пётр I умер в 1725 году.", "Петр Первый умер в 1725 году."),
    ],
)
def test_spellings_cases_and_numerals_are_no_other_names(language: str, claim: str, evidence: str) -> None:
    found = compare(Statement(claim, language), Statement(evidence, language, date(2024, 6, 4)))
    assert set(found.findings) <= {"given"}


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Ia memimpin Komisi II DPR.", "Ia memimpin Komisi III DPR."),
        ("id", "Bab V mengatur pajak.", "Bab IV mengatur pajak."),
        ("en", "The king Louis XV died there.", "The king Louis XIV died there."),
        ("ru", "Анна встретилась с Борисом в Туле.", "Анна встретилась с Иваном в Туле."),
    ],
)
def test_other_numerals_and_names(language: str, claim: str, evidence: str) -> None:
    found = compare(Statement(claim, language), Statement(evidence, language))
    assert {"missing", "differs"} & {found.names, found.numbers} or found.has_other_word


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Warga Jateng mengungsi.", "Warga Jawa Barat mengungsi."),
        ("id", "Menlu Dina mengumumkan pajak baru.", "Menteri Keuangan Dina mengumumkan pajak baru."),
        ("en", "The French minister arrived by train.", "The German minister arrived by train."),
    ],
)
def test_short_forms_of_other_names(language: str, claim: str, evidence: str) -> None:
    assert compare(Statement(claim, language), Statement(evidence, language)).names in ("missing", "differs")


@pytest.mark.parametrize(
    ("language", "claim", "evidence", "finding"),
    [
        (
            "id",
            "Ribuan warga mengungsi ke masjid.",
            "BPBD mencatat 1.987 warga mengungsi ke masjid.",
            "given",
        ),
        ("en", "Profits rose 12 percent last year.", "Unilever said profits rose 12 percent.", "given"),
        ("id", "Gubernur Dedi Mulyadi memberi bantuan.", "Gubernur memberi bantuan di Bandung.", "missing"),
        ("en", "Hillary Rodham Clinton spoke there.", "Hillary Clinton spoke there in Boston.", "missing"),
        ("id", "Andi terpilih sebagai ketua.", "Citra terpilih sebagai ketua.", "differs"),
        ("en", "Macron met workers in Lille.", "On Monday, Attal met workers in Lille.", "differs"),
    ],
)
def test_only_a_name_in_the_place_of_another_differs(
    language: str, claim: str, evidence: str, finding: str
) -> None:
    assert compare(Statement(claim, language), Statement(evidence, language)).names == finding


def test_a_title_before_a_part_of_a_name() -> None:
    evidence = Statement("Arif Santoso meresmikan pasar.", "id")
    assert compare(Statement("Pak Arif meresmikan pasar.", "id"), evidence).names == "given"
    assert compare(Statement("Pak Budi meresmikan pasar.", "id"), evidence).names == "missing"
