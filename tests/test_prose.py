"""The pages use usual words, and numbers of words that a reader can follow."""

import re
from pathlib import Path

import pytest

from tests.test_links import PAGES, ROOT, text_of

# Words that earlier pages coined, or used in a sense of their own; what to write instead.
INSTEAD = {
    r"anew": "again",
    r"lanes?": "worker pool",
    r"legs?": "search method, vector search, keyword search",
    r"mended|mends?": "repair",
    r"reckon(?:ed|s)?": "estimate, calculate",
    r"so many": "the number",
    r"told": "say who says what to whom",
    r"whence|wherein|thereof": "a usual word",
}
_COINED = re.compile(rf"\b(?:{'|'.join(INSTEAD)})\b", re.I)
_TABLE = re.compile(r"^\|.*\|$", re.M)
MOST_WORDS_OF_A_SENTENCE = 45


def names(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_pages_use_usual_words(page: Path) -> None:
    assert _COINED.findall(text_of(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_sentences_are_short(page: Path) -> None:
    text = re.sub(r"\]\([^)]*\)", "]", _TABLE.sub("", text_of(page)))
    sentences = re.split(r"(?<=[.:;!?])\s|\n\s*\n|\n\s*(?:[-*#]|\d+\.) ", text)
    assert [s for s in sentences if len(s.split()) > MOST_WORDS_OF_A_SENTENCE] == []
