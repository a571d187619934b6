"""Reads a plain text page: a copied news page in any language, or any other text."""

import re

from rag.reading.html_tree import without_struck
from rag.reading.lines import Line, trim
from rag.reading.page import Page
from rag.reading.story import read_story

_OTHER_LINE_ENDS = re.compile("[\x85\u2028]")
_PARAGRAPH_END = "\u2029"


def read_text_page(text: str) -> Page:
    """Return the page's fields; raise ReadingError if no body is left."""
    text = without_struck(_OTHER_LINE_ENDS.sub("\n", text.replace(_PARAGRAPH_END, "\n\n")))
    return read_story([Line(text=line) for line in trim(text).split("\n")])
