"""Reads HTML that is a story and nothing else, as feeds, exports and mails hold it."""

import html
import re
from typing import Any

from rag.errors import ReadingError
from rag.reading.html_blocks import Block, page_blocks, text_key
from rag.reading.html_tree import make_plain, parse_tree
from rag.reading.page import Page
from rag.reading.rights import find_markup_prohibition, find_prohibition
from rag.reading.story import numbered_blocks, read_story

_MARKUP = re.compile(r"<(?:p|br|div|h[1-6]|li|a|b|i|strong|em|span|blockquote|img|!--)\b[^<>]*>|<!--", re.I)
_BLOCK = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
LINE_OF_WORDPRESS = re.compile(
    r"(?:The post|Artikel|Tulisan|Pos) .{1,300} "
    r"(?:(?:first appeared|appeared first) on|pertama kali \w{1,12} (?:di|pada)) .{1,200}"
)


def read_fragment(markup: str, *, title: str | None) -> Page:
    """Return the page of a story's HTML; without p, br and div, blank lines separate its paragraphs.

    A block that repeats the title, and what is no part of the story, are left out. Raises ReadingError if it
    holds no text.
    """
    if not _BLOCK.search(markup):
        markup = _BLANK_LINES.sub("<br><br>", markup.replace("\r\n", "\n"))
    if not markup.strip():
        raise ReadingError("the article holds no text")
    tree = parse_tree(f"<html><body>{markup}</body></html>")
    prohibition = find_markup_prohibition(tree)
    make_plain(tree)
    for figure in tree.iter("figure"):
        if figure.find(".//table") is not None:  # the block editor of WordPress puts each table into a figure
            figure.tag = "div"
    blocks = [block for block in page_blocks(tree) if block.key and block.key != text_key(title or "")]
    prohibition = prohibition or find_prohibition("\n\n".join("\n".join(block.lines) for block in blocks))
    kept = [block for block in blocks if not _is_furniture(block)]
    page = read_story(numbered_blocks(block.to_lines() for block in kept), title=title, is_markup=True)
    left_out = tuple(block.text for block in blocks if _is_furniture(block))
    return Page(
        fields=page.fields, prohibition=prohibition or page.prohibition, dropped=(*page.dropped, *left_out)
    )


def _is_furniture(block: Block) -> bool:
    return (
        block.is_outside
        or block.is_suspect
        or block.is_inserted
        or LINE_OF_WORDPRESS.fullmatch(block.text) is not None
    )


def is_markup(text: str) -> bool:
    """Whether a text is HTML.

    >>> is_markup("<p>Panen naik.</p>"), is_markup("Panen naik, 3 < 4.")
    (True, False)
    """
    return _MARKUP.search(text) is not None


def plain(text: str) -> str:
    """Return a title without HTML.

    >>> plain("Panen <b>kopi</b> &#8211; Lereng Wulan")
    'Panen kopi – Lereng Wulan'
    """
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are neither None nor empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
