"""Reads HTML that is a story and nothing else, as feeds, exports and mails hold it."""

import re
from collections import Counter
from typing import Any

from rag.errors import ReadingError
from rag.reading.entities import unescaped
from rag.reading.html_blocks import Block, page_blocks, text_key
from rag.reading.html_tree import make_plain, parse_tree
from rag.reading.page import Page
from rag.reading.rights import find_markup_prohibition, find_prohibition
from rag.reading.story import numbered_blocks, read_story

_MARKUP = re.compile(r"<(?:p|br|div|h[1-6]|li|a|b|i|strong|em|span|blockquote|img|!--)\b[^<>]*>|<!--", re.I)
_BLOCK_TAG = re.compile(
    r"<(/?)(address|article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form"
    r"|h[1-6]|header|li|main|nav|ol|p|pre|script|section|style|table|ul)\b[^<>]*>",
    re.IGNORECASE,
)
# In these, WordPress divides paragraphs at blank lines, too.
_DIVIDED = frozenset({"article", "aside", "blockquote", "center", "div", "main", "section"})
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_LINE_FEED = re.compile(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", re.IGNORECASE)
LINE_OF_WORDPRESS = re.compile(
    r"(?:The post|Artikel|Tulisan|Pos) .{1,300} "
    r"(?:(?:first appeared|appeared first) on|pertama kali \w{1,12} (?:di|pada)) .{1,200}"
)


def read_fragment(markup: str, *, title: str | None, is_classic: bool = False) -> Page:
    """Return the page of a story's HTML; blank lines outside of blocks such as `p` end a paragraph, too.

    `is_classic` says that the text is of the classic editor of WordPress, where a single line feed breaks a
    line. A block that repeats the title, and what is no part of the story, are left out. Raises ReadingError
    if it holds no text.
    """
    markup = _with_breaks(markup.replace("\r\n", "\n"), is_classic=is_classic)
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


def _with_breaks(markup: str, *, is_classic: bool) -> str:
    """Return HTML with breaks for the blank lines outside of blocks, and for single line feeds if asked."""
    parts = []
    open_blocks: list[str] = []
    counts: Counter[str] = Counter()
    end = 0
    for tag in _BLOCK_TAG.finditer(markup):
        parts += [_text_with_breaks(markup[end : tag.start()], is_classic=is_classic) if not open_blocks
                  else markup[end : tag.start()], tag[0]]  # fmt: skip
        end = tag.end()
        name = tag[2].lower()
        if open_blocks[-1:] == ["p"] and (name != "p" or not tag[1]):
            counts[open_blocks.pop()] -= 1
        if is_classic and name in _DIVIDED:
            continue
        if not tag[1]:
            open_blocks.append(name)
            counts[name] += 1
        while tag[1] and counts[name]:
            last = open_blocks.pop()
            counts[last] -= 1
            if last == name:
                break
    rest = markup[end:]
    return "".join(parts) + (rest if open_blocks else _text_with_breaks(rest, is_classic=is_classic))


def _text_with_breaks(text: str, *, is_classic: bool) -> str:
    start, text, end = text[: len(text) - len(text.lstrip())], text.strip(), text[len(text.rstrip()) :]
    broken = _BLANK_LINES.sub("<br><br>", text)
    return start + (_LINE_FEED.sub("<br>", broken) if is_classic else broken) + end


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
    return " ".join(unescaped(_TAG.sub("", text)).split())


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are neither None nor empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
