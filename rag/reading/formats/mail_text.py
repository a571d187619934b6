"""Finds what the sender of a mail wrote: without the mails that it answers or forwards, and the signature."""

import re
from collections.abc import Sequence
from email.message import Message

from lxml.etree import tostring
from lxml.html import HtmlElement

from rag.errors import ReadingError
from rag.reading.html_tree import parse_tree

_SIGNATURE = re.compile(r"-- ?")
_HEADER = re.compile(r"\*?([^\W\d_][\w -]{0,20}?)\s?\*?\s?[:\uff1a]\*?(?:\s|$)")
_DIVIDER = re.compile(r"\s*(?:[-_]{3,}.{0,60}|begin forwarded message:?)\s*", re.IGNORECASE)
_FROM = frozenset({"from", "von", "de", "dari", "da", "van", "от", "från", "fra", "od", "发件人", "差出人"})
_LEAST_HEADERS = 3  # of a mail that stands in another one
_MAXIMUM_HEADERS = 10
_ATTRIBUTION_LINES = 3
_HAS_ADDRESS = re.compile(r"@|\d{4}|\d{1,2}:\d{2}")
_QUOTED = (
    ".//*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]",
    ".//*[contains(@class, 'gmail_signature') or contains(@class, 'moz-signature')]",
    ".//*[contains(@class, 'moz-cite-prefix') or contains(@class, 'yahoo_quoted')]",
    ".//*[contains(@class, 'protonmail_quote') or contains(@class, 'gmail_attr')]",
    ".//blockquote[@type='cite']",
)
# Outlook puts a mark above the mail that is answered; all that follows the mark belongs to that mail.
_ABOVE_QUOTED = ".//*[@id='divRplyFwdMsg' or @id='mail-editor-reference-message-container']"


def flowed(text: str, part: "Message[str, str]") -> str:
    """Return a text in which a line that ends with a space goes on in the next one (RFC 3676)."""
    deletes_space = str(part.get_param("delsp") or "").lower() == "yes"
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if lines and _goes_on(lines[-1], line):
            lines[-1] = (lines[-1][:-1] if deletes_space else lines[-1]) + line
        else:
            lines.append(line)
    return "\n".join(lines)


def _goes_on(before: str, line: str) -> bool:
    if not before.endswith(" ") or not before.strip() or not line.strip() or _SIGNATURE.fullmatch(before):
        return False
    return line.startswith(">") == before.startswith(">")


def own_lines(text: str) -> tuple[list[str], list[str]]:
    """Return the lines of a mail's text that its sender wrote, and the others.

    A mail that is forwarded, with nothing above it, counts as written by the sender.
    """
    lines = text.split("\n")
    end = next((place for place, line in enumerate(lines) if _SIGNATURE.fullmatch(line)), len(lines))
    lines, dropped = lines[:end], lines[end + 1 :]
    lines, answered = _without_answered(lines)
    kept: list[str] = []
    quoted: list[str] = []
    for line in lines:
        if line.startswith(">"):
            quoted += [*_pop_attribution(kept), line]
        else:
            kept.append(line)
    return kept, [line for line in (*quoted, *answered, *dropped) if line.strip()]


def _without_answered(lines: list[str]) -> tuple[list[str], list[str]]:
    """Divide lines at the headers of the mail that is answered; leave out those of a forwarded one."""
    for place, line in enumerate(lines):
        match = _HEADER.match(line)
        if match is None or match[1].strip().lower() not in _FROM:
            continue
        count = _headers_at(lines, place)
        if count < _LEAST_HEADERS:
            continue
        start = place
        while start and (not lines[start - 1].strip() or _DIVIDER.fullmatch(lines[start - 1])):
            start -= 1
        if any(above.strip() for above in lines[:start]):
            return lines[:start], lines[start:]
        return lines[place + count :], lines[: place + count]
    return lines, []


def _headers_at(lines: Sequence[str], place: int) -> int:
    for count, line in enumerate(lines[place : place + _MAXIMUM_HEADERS]):
        if _HEADER.match(line) is None:
            return count
    return min(len(lines) - place, _MAXIMUM_HEADERS)


def _pop_attribution(kept: list[str]) -> list[str]:
    """Take away the lines that say who wrote what is quoted below, such as "On Monday, Budi wrote:"."""
    place = len(kept)
    while place and not kept[place - 1].strip():
        place -= 1
    if not place or not kept[place - 1].rstrip().endswith((":", "\uff1a")):
        return []
    start = place
    while start and kept[start - 1].strip() and place - start < _ATTRIBUTION_LINES:
        start -= 1
    found = kept[start:place]
    is_block = start == 0 or not kept[start - 1].strip()
    if not is_block or not _HAS_ADDRESS.search(" ".join(found)):
        return []
    del kept[start:]
    return found


def without_quoted_mails(markup: str) -> str:
    """Return the HTML of a mail without the mails that it answers and the signature, if any text is left."""
    try:
        tree = parse_tree(markup)
    except ReadingError:  # reading the mail will report the error
        return markup
    for path in _QUOTED:
        for element in tree.xpath(path):
            _drop(element)
    for mark in tree.xpath(_ABOVE_QUOTED):
        for element in list(mark.itersiblings()):
            _drop(element)
        _drop(mark)
    left = tree.text_content().strip()
    return tostring(tree, encoding="unicode", method="html") if left else markup


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
