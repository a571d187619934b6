"""Puts a drop cap, the large first letter of a story, back before its word in a laid out page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rag.reading.formats.pdf_paragraphs import PageLine

_DROP_CAP_SIZE = 1.5  # how much larger than the text a drop cap is
_LINE_DISTANCE = 1.0  # the largest distance of two lines of a paragraph, in sizes of the letters


def signs_behind_cap(signs: Sequence[Any]) -> Sequence[Any]:
    """Return the signs of a line without a drop cap at its beginning, or all of them if there is none.

    The signs have a text and a size, as those of pdfminer have.
    """
    if len(signs) < 2 or not _is_cap(signs[0].get_text()):
        return signs
    rest = signs[1:]
    return rest if signs[0].size > max(sign.size for sign in rest) * _DROP_CAP_SIZE else signs


def with_drop_caps(lines: Sequence[PageLine], capped: Sequence[PageLine]) -> list[PageLine]:
    """Return a page's lines with each drop cap in its word, and the `capped` lines above their paragraphs.

    In the layout, a capped line is as high as its drop cap and stands in a box of its own.
    """
    whole = list(lines)
    for cap in (line for line in lines if _is_cap(line.text)):
        first = max(_beside(cap, whole), key=lambda line: line.top, default=None)
        if first is not None:
            joined = replace(first, text=cap.text + first.text)
            whole = [joined if line is first else line for line in whole if line is not cap]
    for line in capped:
        below = next(_directly_below(line, whole), None)
        if below is not None:
            whole.remove(line)
            whole.insert(whole.index(below), replace(line, box=below.box))
    return whole


def _is_cap(text: str) -> bool:
    return len(text) == 1 and text.isupper()


def _beside(cap: PageLine, lines: Sequence[PageLine]) -> Iterator[PageLine]:
    """Yield the lines of smaller letters to the right of a drop cap."""
    for line in lines:
        is_within = cap.bottom <= (line.top + line.bottom) / 2 <= cap.top
        is_near = -cap.size * 0.2 <= line.left - cap.right <= cap.size
        if is_within and is_near and line.size * _DROP_CAP_SIZE < cap.size:
            yield line


def _directly_below(line: PageLine, lines: Sequence[PageLine]) -> Iterator[PageLine]:
    for other in lines:
        distance = line.bottom - other.top
        is_near = -line.size * 0.2 <= distance <= line.size * _LINE_DISTANCE
        if other is not line and is_near and line.left <= other.right and other.left <= line.right:
            yield other
