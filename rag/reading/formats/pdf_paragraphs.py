"""Joins the lines of a laid out page into paragraphs, and undoes the hyphens at their ends."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.reading.hyphens import HYPHENS, is_broken_word, words_of
from rag.reading.lines import is_sentence

_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_EDGE = 0.12  # of a page's height, in which running heads and page numbers stand
_PAGE_NUMBER = re.compile(
    r"(?:(?:hal(?:aman)?|page|seite|p)\.?\s?)?[-–—|]?\s?\d{1,4}"
    r"(?:\s?[/|]\s?\d{1,4}|\s(?:dari|of)\s\d{1,4})?\s?[-–—|]?",
    re.IGNORECASE,
)
_PRINTED = re.compile(  # what browsers print at the edges of a page: the time, and the page's address
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: [AP]M)?(?: .{1,200})?"
    r"|(?:https?|file)://\S{1,500}(?: \d{1,4}/\d{1,4})?"
)
_DIGITS = re.compile(r"\d+")
_REPEATED_ON = 3  # pages, from which on a line at the edge is a running head
_INDENT = 0.6  # of the size of the letters
_SHORT = 0.8  # of the width of the box: a line that ends earlier ends a paragraph
_GAP = 0.7  # of the size of the letters between two lines of different paragraphs
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BULLET = re.compile(r"^(?:[•●▪◦‣·–—*]|\d{1,2}[.)]|\(?[a-z]\))\s")


@dataclass(frozen=True, kw_only=True)
class PageLine:
    """A line of a page: its text, its place in points from the lower left corner, and its box."""

    text: str
    page: int
    box: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    page_top: float
    page_bottom: float


@dataclass(frozen=True, kw_only=True)
class PageParagraph:
    """A paragraph, the number of the page on which it begins, and the size of its letters."""

    text: str
    page: int
    size: float


def without_running_lines(pages: Sequence[Sequence[PageLine]]) -> tuple[list[PageLine], list[str]]:
    """Return the lines without page numbers and heads that pages repeat at their edges, and these."""
    edges = [line for page in pages for line in page if _is_at_edge(line)]
    on_pages = Counter(key for key, _ in {(_DIGITS.sub("0", line.text), line.page) for line in edges})
    kept, dropped = [], []
    for page in pages:
        printed = {line.top for line in page if _is_at_edge(line) and _PRINTED.fullmatch(line.text)}
        for line in page:
            key = _DIGITS.sub("0", line.text)
            is_repeated = on_pages[key] >= _REPEATED_ON and on_pages[key] * 3 >= len(pages)
            is_printed = _PRINTED.fullmatch(line.text) or line.top in printed
            is_running = _is_at_edge(line) and (
                is_repeated or is_printed or _PAGE_NUMBER.fullmatch(line.text)
            )
            if is_running:
                dropped.append(line.text)
            else:
                kept.append(line)
    return kept, dropped


def paragraphs_of(lines: Sequence[PageLine]) -> list[PageParagraph]:
    """Return the paragraphs of lines in reading order; one may go on in the next column or page."""
    words = words_of(line.text for line in lines)
    groups = list(_joined_over_boxes(list(_groups(lines))))
    return [
        PageParagraph(
            text=join_lines([line.text for line in group], words), page=group[0].page, size=group[0].size
        )
        for group in groups
    ]


def join_lines(lines: Sequence[str], words: frozenset[str] = frozenset()) -> str:
    """Return the lines of a paragraph as one text, without the hyphens that only end lines.

    A hyphen stays if the text has the word with it elsewhere (`words`), or if it joins a word that repeats,
    as in Malay and Indonesian.

    >>> join_lines(["Pemerin-", "tah melindungi anak-", "anak sejak 2019-", "2020."])
    'Pemerintah melindungi anak-anak sejak 2019-2020.'
    """
    text = ""
    for line in lines:
        if not text:
            text = line
        elif text.endswith(_SOFT_HYPHEN):
            text = text.rstrip(_SOFT_HYPHEN) + line
        elif text[-1] in HYPHENS and len(text) > 1 and not text[-2].isspace():
            text = (text[:-1] if is_broken_word(text, line, words) else text) + line
        elif _SPACELESS.match(text[-1]) and _SPACELESS.match(line[0]):
            text += line
        else:
            text = f"{text} {line}"
    return text.replace(_SOFT_HYPHEN, "")


def _is_at_edge(line: PageLine) -> bool:
    height = (line.page_top - line.page_bottom) * _EDGE
    return line.bottom > line.page_top - height or line.top < line.page_bottom + height


def _groups(lines: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """Yield the lines of each paragraph of each box."""
    group: list[PageLine] = []
    boxes = _extents(lines)
    for line in lines:
        if group and _begins_paragraph(group[-1], line, boxes):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _extents(lines: Sequence[PageLine]) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the left and the right edge of each box."""
    extents: dict[tuple[int, int], tuple[float, float]] = {}
    for line in lines:
        key = (line.page, line.box)
        left, right = extents.get(key, (line.left, line.right))
        extents[key] = (min(left, line.left), max(right, line.right))
    return extents


def _begins_paragraph(
    before: PageLine, line: PageLine, boxes: dict[tuple[int, int], tuple[float, float]]
) -> bool:
    if (before.page, before.box) != (line.page, line.box):
        return True
    if abs(before.size - line.size) > 0.1 * max(before.size, line.size) or _BULLET.match(line.text):
        return True
    left, right = boxes[line.page, line.box]
    is_indented = line.left > left + _INDENT * line.size and before.left <= left + _INDENT * line.size
    is_after_gap = before.bottom - line.top > _GAP * line.size
    is_after_short_line = before.right < left + _SHORT * (right - left) and is_sentence(before.text)
    return is_after_gap or is_after_short_line or (is_indented and is_sentence(before.text))


def _joined_over_boxes(groups: Sequence[list[PageLine]]) -> Iterator[list[PageLine]]:
    """Join a paragraph that ends within a sentence with the one in the next column or page that goes on."""
    whole: list[PageLine] = []
    for group in groups:
        if whole and not _goes_on(whole[-1], group[0]):
            yield whole
            whole = []
        whole = [*whole, *group]
    if whole:
        yield whole


def _goes_on(last: PageLine, first: PageLine) -> bool:
    is_next_box = (last.page, last.box) != (first.page, first.box)
    is_alike = abs(last.size - first.size) <= 0.1 * max(last.size, first.size)
    is_open = not is_sentence(last.text) or last.text[-1] in HYPHENS + _SOFT_HYPHEN
    is_sequel = first.text[0].islower() or (last.text[-1] in HYPHENS + _SOFT_HYPHEN + ",")
    return is_next_box and is_alike and is_open and is_sequel
