"""Reads plain text, Markdown and HTML: one page in one file."""

from collections.abc import Callable, Iterator
from io import BufferedReader

from rag.errors import ReadingError
from rag.reading.decoding import REPLACEMENT, decode_page
from rag.reading.field_names import field_of
from rag.reading.formats.streams import read_whole
from rag.reading.front_matter import split_front_matter
from rag.reading.html_page import read_html_page
from rag.reading.markdown import read_markdown
from rag.reading.page import Entry, Page
from rag.reading.text_page import read_text_page


def read_text(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a page of plain text, which may have front matter as Markdown has."""
    yield _entry(stream, _read_text, is_markup=False)


def read_markdown_file(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a page of Markdown."""
    yield _entry(stream, read_markdown, is_markup=False)


def read_html(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a page of HTML."""
    yield _entry(stream, read_html_page, is_markup=True)


def _read_text(text: str) -> Page:
    try:
        fields, _ = split_front_matter(text) if text.startswith(("---", "+++")) else ({}, text)
    except ReadingError:  # lines between dashes that are no fields
        fields = {}
    is_markdown = any(field_of(str(name)) for name in fields)
    return read_markdown(text) if is_markdown else read_text_page(text)


def _entry(stream: BufferedReader, read: Callable[[str], Page], *, is_markup: bool) -> Entry:
    text, damage = decode_page(read_whole(stream), is_markup=is_markup)
    page = read(text)
    page.refuse_damage(damage, mark=REPLACEMENT)
    return Entry(page=page)
