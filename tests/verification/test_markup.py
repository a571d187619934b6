"""What remains of a sentence when its Markdown and the names of its sources are removed for checking."""

import pytest

from rag.verification.attribution import without_markup


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Suhu <5 derajat dan naik >3 derajat.", "Suhu <5 derajat dan naik 3 derajat."),
        ("Harga <Rp5.000 tetapi >Rp3.000.", "Harga <Rp5.000 tetapi Rp3.000."),
        ("Naik <b>12</b> persen<br/>", "Naik 12 persen"),
        ("Naik <a href='x'>12</a> persen <https://example.org/a>", "Naik 12 persen "),
        ("Naik 12 persen [Reuters]", "Naik 12 persen "),
        ("[Sebanyak 500 orang tewas.]", "[Sebanyak 500 orang tewas.]"),
        ("【五百人死亡。】", "【五百人死亡。】"),
    ],
)
def test_names_of_sources_and_markdown_are_removed_and_facts_stay(text: str, left: str) -> None:
    assert without_markup(text) == left
