"""Reads a plain text page: a copied news page in any language, or any other text."""

from rag.reading.lines import Line, trim
from rag.reading.page import Page
from rag.reading.story import read_story


def read_text_page(text: str) -> Page:
    """Return the page's fields; raise ReadingError if no body is left."""
    return read_story([Line(text=line) for line in trim(text).split("\n")])
