"""Words of texts in many languages and scripts."""

import unicodedata

import pytest
from hypothesis import given

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
