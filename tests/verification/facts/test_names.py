"""Names by word, in whatever form."""

import pytest

from rag.verification.facts.names import Name, find_names, holds, plain_tokens, territories


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
