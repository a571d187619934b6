"""Sentences of texts in many languages and scripts."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from rag.text.abbreviations import Ending, rows
from rag.text.sentences import sentence_spans
from tests.text.generated import LANGUAGES, TEXTS

# The rules take the number for an ordinal, and the letter for an initial.
KNOWN_FAULTS = {
    "Bkz. s. 45 ve 46. ¦Tablo oradadır.",
    "Rendez-vous au 3e étage, bât. B. ¦Prenez l'ascenseur.",
}


def marked_texts() -> Iterator[tuple[str, str]]:
    """Yield the language and the line of every text in sentences.txt."""
    language = ""
    for line in Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        elif line and not line.startswith("#"):
            yield language, line


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language=language)]


@pytest.mark.parametrize(("language", "marked"), [*marked_texts()])
def test_marked_boundaries(language: str, marked: str) -> None:
    found = sentences(marked.replace("¦", ""), language)
    are_right = found == [part.strip() for part in marked.split("¦")]
    assert are_right == (marked not in KNOWN_FAULTS), found


def test_there_are_enough_marked_texts_and_few_faults() -> None:
    texts = list(marked_texts())
    assert len(texts) >= 300
    assert len({language for language, _ in texts}) >= 15
    assert len(KNOWN_FAULTS) <= 0.02 * len(texts)


@pytest.mark.parametrize(("language", "abbreviation", "kind"), [*rows()])
def test_every_row_of_the_tables(language: str, abbreviation: str, kind: Ending) -> None:
    language = language or "eo"
    first = f"Xaba {abbreviation}."
    assert sentences(f"{first} 12 xobo.", language) == [f"{first} 12 xobo."]
    assert sentences(f"{first} xobo.", language) == [f"{first} xobo."]
    ends_before_name = len(sentences(f"{first} Qaba xobo.", language)) == 2
    ends_before_names = len(sentences(f"{first} Qaba Qobo xobo.", language)) == 2
    assert ends_before_names == (kind in (Ending.ALWAYS, Ending.UNLESS_NUMBER_FOLLOWS))
    assert ends_before_name == (ends_before_names or kind is Ending.UNLESS_NAME_FOLLOWS)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("id", "Satu. Dua? Tiga! Empat…", ["Satu.", "Dua?", "Tiga!", "Empat…"]),
        ("id", "Rapat di Jl. Merdeka No. 5 usai. Pulang.", ["Rapat di Jl. Merdeka No. 5 usai.", "Pulang."]),
        ("id", "Kata Dr. Budi dari PT. Kopi. Ia setuju.", ["Kata Dr. Budi dari PT. Kopi.", "Ia setuju."]),
        ("id", "Gudang Tbk. naik 1.500,5 poin. Turun.", ["Gudang Tbk. naik 1.500,5 poin.", "Turun."]),
        ("vi", "UBND TP. Hồ Chí Minh họp. Mọi người đến.", ["UBND TP. Hồ Chí Minh họp.", "Mọi người đến."]),
        ("en", "Mr. Smith paid $2.5 million. He left.", ["Mr. Smith paid $2.5 million.", "He left."]),
        ("zh-Hans", "他说：“你好。”然后走了。她笑了！", ["他说：“你好。”", "然后走了。", "她笑了！"]),
        ("ja", "雨が降った。川があふれた。", ["雨が降った。", "川があふれた。"]),
        ("hi", "पुल बनेगा। लोग खुश हैं।", ["पुल बनेगा।", "लोग खुश हैं।"]),
        ("ar", "مرحبا. كيف؟ نعم.", ["مرحبا.", "كيف؟", "نعم."]),
        ("ur", "پل بنے گا۔ لوگ خوش ہیں۔", ["پل بنے گا۔", "لوگ خوش ہیں۔"]),
        ("id", "Satu!\r\nDua?  Tiga\r\n\r\nEmpat", ["Satu!", "Dua?", "Tiga", "Empat"]),
        ("id", "Isi:\na. Kartu.\nb. Akta.", ["Isi:\na. Kartu.", "b. Akta."]),
        ("id", "Syarat:\n1. Warga Indonesia.\n2. Ketua, S.H.\n3. Sehat.",
         ["Syarat:\n1. Warga Indonesia.", "2. Ketua, S.H.", "3. Sehat."]),
        ("id", "Hai 😀. Apa 👨‍👩‍👧? Ya.", ["Hai 😀.", "Apa 👨‍👩‍👧?", "Ya."]),
        ("id", "  Satu.  ", ["Satu."]),
        ("id", "...", ["..."]),
        ("id", "", []),
        ("id", " \n\t\u3000", []),
        ("tlh", "Satu. Dua.", ["Satu.", "Dua."]),
        ("und", "Satu. Dua.", ["Satu.", "Dua."]),
    ],
)  # fmt: skip
def test_splits_into_sentences(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


def test_a_thai_paragraph_is_split_at_spaces_into_runs_of_clauses() -> None:
    clause = "กรุงเทพมหานครประกาศเตือนน้ำท่วม"  # 30 characters
    text = " ".join([clause] * 9)
    spans = sentences(text, "th")
    assert len(spans) == 5  # each ends at the first space from its 60th character on
    assert spans[0] == f"{clause} {clause}"
    assert max(map(len, spans)) < 100
    assert " ".join(spans) == text


def test_a_short_thai_paragraph_stays_whole() -> None:
    assert sentences("น้ำท่วม กรุงเทพ วันนี้", "th") == ["น้ำท่วม กรุงเทพ วันนี้"]


@given(text=TEXTS, language=LANGUAGES)
def test_spans_are_ordered_disjoint_trimmed_and_cover_every_character(text: str, language: str) -> None:
    spans = sentence_spans(text, language=language)
    covered: set[int] = set()
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        end_before = end
    assert [place for place, sign in enumerate(text) if place not in covered and not sign.isspace()] == []


@given(text=TEXTS, language=LANGUAGES)
def test_no_letter_is_separated_from_its_combining_marks(text: str, language: str) -> None:
    for start, _ in sentence_spans(text, language=language):
        follows_letter = start > 0 and text[start - 1].isalnum()
        assert not (follows_letter and unicodedata.combining(text[start]))
