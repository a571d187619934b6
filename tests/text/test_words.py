"""Words of texts in many languages and scripts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.folding import APOSTROPHES
from rag.text.words import words
from tests.text.generated import LANGUAGES, TEXTS


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "Pemerintah mengusulkan pembangunan", ["perintah", "usul", "bangun"]),
        ("ms", "Pemerintah mengusulkan", ["perintah", "usul"]),
        ("en", "Bridges were building", ["bridg", "were", "build"]),
        ("zh-Hans", "政府明年将在该市修建", ["政府", "明年", "将", "在", "该", "市", "修建"]),
        ("ja", "日本政府", ["日本", "政府"]),
        ("th", "รัฐบาลสร้างสะพาน", ["รัฐบาล", "สร้าง", "สะพาน"]),
        ("km", "រដ្ឋាភិបាលសាងសង់ស្ពាន", ["រដ្ឋាភិបាល", "សាងសង់", "ស្ពាន"]),
        ("id", "１２３ １．５００，５ ＡＢＣ", ["123", "1.500,5", "abc"]),
        ("id", "1.500,5 don't 3/6", ["1.500,5", "dont", "3", "6"]),
        ("id", "KOPI Kopi kopi", ["kopi", "kopi", "kopi"]),
        ("id", "Eugène Douwes Dekker", ["eugene", "douwes", "dekker"]),
        ("es", "¿Cuántos éxitos?", ["cuant", "exit"]),
        ("vi", "Má hà nội", ["má", "hà", "nội"]),
        ("ar", "الكِتابُ الأولى الـكتاب", ["كتاب", "اولي", "كتاب"]),
        ("ja", "ガス", ["ガス"]),
        ("ko", "서울에서 12일 비", ["서울", "울에", "에서", "12", "일", "비"]),
        ("de", "Straße STRASSE", ["strass", "strass"]),
        ("tlh", "Qapla' batlh", ["qapla", "batlh"]),
        ("id", "… — 😀 ?!", []),
        ("id", "", []),
    ],
)  # fmt: skip
def test_words_for_keyword_search(language: str, text: str, expected: list[str]) -> None:
    assert words(text, language=language) == expected


@given(text=TEXTS, language=LANGUAGES)
def test_words_do_not_depend_on_case_width_or_composition(text: str, language: str) -> None:
    expected = words(text, language=language)
    assert words(unicodedata.normalize("NFD", text), language=language) == expected
    assert words(unicodedata.normalize("NFKC", text), language=language) == expected


@given(text=TEXTS, language=LANGUAGES)
def test_no_word_contains_white_space(text: str, language: str) -> None:
    assert all(word and not any(map(str.isspace, word)) for word in words(text, language=language))


# Names and words that people write in several ways, which are one word to search.
SPELLINGS = [
    (
        "id",
        ["Ma'ruf", "Ma’ruf", "Ma‘ruf", "Ma`ruf", "Maʼruf", "Maʻruf", "Ma′ruf", "Ma´ruf", "Maruf", "MA'RUF"],
    ),
    ("id", ["Jum'at", "Jum’at", "Jumat", "Jum\u00adat", "Jum\u200b'at", "Jum\u2060at"]),
    ("id", ["Al-Qur'an", "Al-Qur’an", "Alquran", "Al-Quran", "al quran", "Alqur'an"]),
    ("ms", ["Al-Qur'an", "Alquran", "al-Quran"]),
    ("id", ["Al-Quran", "Al\u2010Quran", "Al\u2011Quran", "Al\u2212Quran", "Alquran"]),
    ("id", ["do'a", "doa", "do’a"]),
    ("en", ["O'Neill", "O’Neill", "ONeill", "O`Neill", "O'Neill's", "O’Neill’s"]),
    ("en", ["don't", "don’t", "dont"]),
    ("fr", ["l'école", "l’école", "L'ÉCOLE", "école", "e\u0301cole", "éco\u00adle"]),
    ("it", ["dell'arte", "dell’arte", "arte"]),
    ("uk", ["Дем'ян", "Дем’ян", "Демʼян", "Демян"]),
    ("tr", ["Ankara'da", "Ankara’da", "ANKARA'DA"]),
    ("tr", ["Iğdır", "IĞDIR", "Iğdır"]),
    ("tr", ["Kılıçdaroğlu", "KILIÇDAROĞLU", "Kilicdaroglu"]),
    ("tr", ["Diyarbakır", "DİYARBAKIR", "Diyarbakir"]),
    ("pl", ["Wałęsa", "Walesa"]),
    ("da", ["Tromsø", "Tromso"]),
    ("hr", ["Đoković", "Dokovic"]),
    ("ar", ["الكويت", "الکویت"]),
    ("fa", ["ایران", "ايران"]),
    ("th", ["๒๕๖๘", "2568"]),
    ("hi", ["२०२५", "2025", "２０２５"]),
    ("fa", ["می\u200cخواهم", "میخواهم"]),
    ("de", ["Donau\u00addampf\u00adschiff", "Donaudampfschiff"]),
    ("vi", ["Hà", "Ha\u0300"]),
    ("ja", ["が", "か\u3099"]),
    ("ko", ["한국", "한국".encode().decode(), unicodedata.normalize("NFD", "한국")]),
    ("hi", ["क्\u200dष", "क्ष"]),
]


@pytest.mark.parametrize(("language", "spellings"), SPELLINGS)
def test_spellings_of_a_word_are_one_word(language: str, spellings: list[str]) -> None:
    found = [[word for word in words(spelling, language=language) if word != "al"] for spelling in spellings]
    assert found == [found[0]] * len(spellings)
    assert len(found[0]) == 1


def test_quotation_marks_are_not_apostrophes() -> None:
    assert words("‘Kopi’ atau 'teh'", language="id") == ["kopi", "atau", "teh"]


def test_an_apostrophe_between_digits_stays() -> None:
    assert words("1'500 5'", language="de") == ["1'500", "5"]


LETTERS = st.text(st.sampled_from("abdegilmnorstuzéñşабвгдеиямюї"), min_size=2, max_size=6)


@given(left=LETTERS, right=LETTERS, form=st.sampled_from([*APOSTROPHES, ""]))
def test_every_form_of_an_apostrophe_gives_the_same_words(left: str, right: str, form: str) -> None:
    for language in ("id", "uk", "und"):
        assert words(f"{left}{form}{right}", language=language) == words(f"{left}'{right}", language=language)


@given(
    text=TEXTS, language=LANGUAGES, sign=st.sampled_from("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\ufe0f")
)
def test_invisible_signs_change_no_words(text: str, language: str, sign: str) -> None:
    assert words(sign.join(text), language=language) == words(text, language=language)
