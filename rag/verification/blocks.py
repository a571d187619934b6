"""Splits the Markdown of a written answer into sentences that make claims, and other blocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.text.languages import Span, sentence_spans
from rag.verification.facts.lexicon import fold, lexicon

FENCE = re.compile(r"\s{0,3}(```|~~~)")
_BULLET = re.compile(r"\s*(?:>\s*)*(?:(?:[-*+•]|(?P<number>\d{1,3})[.)])\s+)?(?:\[[ xX]\]\s+)?")
_TABLE_RULE = re.compile(r"\s*+\|?\s*+:?-{2,}")

# Headings, lines entirely in bold that do not end like a sentence, definitions of footnotes, and lines
# without a word.
_NO_CLAIM = re.compile(
    r"\s{0,3}(?:#{1,6}\s|\*\*[^*]*[^*.!。！]\*\*:?\s*$|__[^_]*[^_.!。！]__:?\s*$|\[\^[^\]]+\]:|[\W_]+$)"
)

_LONGEST_MONTH = 20

# A sentence such as "Here is what is known:" announces claims but makes none.
_ANNOUNCEMENT = (":", "：")


@dataclass(frozen=True)
class Block:
    """A piece of the text by its offsets; `in_code` says whether the text after it is in a code block."""

    start: int
    end: int
    is_claim: bool
    in_code: bool = False


def blocks(text: str, *, language: str, in_code: bool, is_line_start: bool) -> Iterator[Block]:
    r"""Yield sentences, table rows, headings and lines of code, in order, without their bullets.

    Every character that is not white space, a bullet, a quotation sign or the bar that opens a row belongs to
    one block.

    >>> text = "# Kopi\n- Harga naik. Panen gagal."
    >>> found = blocks(text, language="id", in_code=False, is_line_start=True)
    >>> [(text[block.start : block.end], block.is_claim) for block in found]
    [('# Kopi', False), ('Harga naik.', True), ('Panen gagal.', True)]
    """
    for line in re.finditer(r"[^\n]+", text):
        starts = is_line_start or line.start() > 0
        is_fence = starts and FENCE.match(line[0]) is not None
        in_code ^= is_fence
        if is_fence or in_code or (starts and _NO_CLAIM.match(line[0])):
            yield from _whole(line, in_code=in_code)
        elif starts and line[0].lstrip().startswith("|"):
            yield from _row(line, text)
        else:
            yield from _sentences(line, language, starts=starts)


def _whole(line: re.Match[str], *, in_code: bool) -> Iterator[Block]:
    if line[0].strip():
        start = line.end() - len(line[0].lstrip())
        yield Block(start, line.start() + len(line[0].rstrip()), is_claim=False, in_code=in_code)


def _row(line: re.Match[str], text: str) -> Iterator[Block]:
    """Yield a table's row, without its outer bars, and the bar that closes it."""
    row = line[0].rstrip()
    opening = row.index("|") + 1
    closing = len(row) - 1 if row.endswith("|") and len(row) > opening else len(row)
    cells = row[opening:closing]
    if cells.strip():
        start = line.start() + closing - len(cells.lstrip())
        is_header = _TABLE_RULE.match(text, line.end() + 1) is not None
        yield Block(start, start + len(cells.strip()), is_claim=not is_header)
    if closing < len(row):
        yield Block(line.start() + closing, line.start() + closing + 1, is_claim=False)


def _sentences(line: re.Match[str], language: str, *, starts: bool) -> Iterator[Block]:
    skipped = _length_of_bullet(line[0], language) if starts else 0
    offset = line.start() + skipped
    spans = sentence_spans(line[0][skipped:], language=language)
    if not spans:
        yield from _whole(line, in_code=False)
    for start, end in _with_images_whole(line[0][skipped:], spans):
        is_claim = not line[0][skipped + start : skipped + end].endswith(_ANNOUNCEMENT)
        yield Block(offset + start, offset + end, is_claim=is_claim)


def _length_of_bullet(line: str, language: str) -> int:
    """Return where a line's text begins. "5. Oktober" is a day and no bullet."""
    bullet = _BULLET.match(line)
    if bullet is None:
        return 0
    word = re.match(r"\w*", line[bullet.end() : bullet.end() + _LONGEST_MONTH])
    is_day = bullet["number"] and word and fold(word[0]) in lexicon(language).months
    return bullet.start("number") if is_day else bullet.end()


def _with_images_whole(text: str, spans: Iterable[Span]) -> list[Span]:
    """Join spans that were split after the exclamation mark of an image.

    >>> _with_images_whole("![a](b) c", [(0, 1), (1, 9)])
    [(0, 9)]
    """
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start and text.startswith("![", start - 1):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
