import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.paragraphs import split_paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" \n\t\n", ()),
        ("Satu.\nMasih satu.\n\nDua.", ("Satu.\nMasih satu.", "Dua.")),
        ("Satu.\r\n\r\nDua.\r\n", ("Satu.", "Dua.")),
        ("\n\n  Satu.  \n \t \n\n\nDua.", ("Satu.", "Dua.")),
    ],
)
def test_blank_lines_separate_paragraphs(text: str, expected: tuple[str, ...]) -> None:
    assert split_paragraphs(text) == expected


@given(st.text(alphabet="ab \n\r\t👩‍🌾e\u0301سلام\u2028", max_size=60))
def test_paragraphs_are_all_of_the_text_in_order(text: str) -> None:
    paragraphs = split_paragraphs(text)
    assert "".join("".join(paragraphs).split()) == "".join(text.split())
    position = 0
    for paragraph in paragraphs:
        position = text.index(paragraph, position) + len(paragraph)
