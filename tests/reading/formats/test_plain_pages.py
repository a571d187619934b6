"""Files of plain text: with front matter as Markdown has it, or with lines of dashes."""

import pytest

from tests.reading.formats.reading import one, read


def test_a_text_may_have_front_matter() -> None:
    article = one(read("---\ntitle: Harga Kopi\ndate: 2025-03-02\n---\n\nPanen naik.\n", ".txt"))
    assert (article.title, article.text, str(article.published_at)[:10]) == (
        "Harga Kopi",
        "Panen naik.",
        "2025-03-02",
    )


@pytest.mark.parametrize(
    "lines", ["---\nPanen naik: 5 persen.\n---\nHarga turun.", "---\n[Kopi\n---\nTurun."]
)
def test_lines_of_dashes_are_no_front_matter(lines: str) -> None:
    article = one(read(lines, ".txt"))
    assert lines.split("\n")[1] in article.text
