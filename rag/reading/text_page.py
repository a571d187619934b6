"""Reads a plain text page: a copied news page in any language, or any other text."""

import re
from itertools import pairwise

from rag.reading.html_tree import without_struck
from rag.reading.hyphens import without_breaks
from rag.reading.lines import Line, is_sentence, trim
from rag.reading.page import Page
from rag.reading.story import read_story

_OTHER_LINE_ENDS = re.compile("[\x85\u2028]")
_INDENT = re.compile(r"(?: {2,40}|\t|\u3000)(?=[\w\"“'‘])")
_PARAGRAPH_END = "\u2029"


def read_text_page(text: str) -> Page:
    """Return the page's fields; raise ReadingError if no body is left."""
    text = without_struck(_OTHER_LINE_ENDS.sub("\n", text.replace(_PARAGRAPH_END, "\n\n")))
    lines = _with_gaps(without_breaks(trim(text)).split("\n"))
    return read_story([Line(text=line) for line in lines])


def _with_gaps(lines: list[str]) -> list[str]:
    """Return the lines with a blank one above each that begins a paragraph with spaces, behind a sentence."""
    found = lines[:1]
    for before, line in pairwise(lines):
        is_first = _INDENT.match(line) and not _INDENT.match(before) and is_sentence(before)
        found += ["", line] if is_first and before.strip() else [line]
    return found
