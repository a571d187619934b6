"""Text on a terminal: lines break between words, and wide characters count as two columns.

Nothing is wrapped where the output is a file or another program.
"""

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

import click
from icu4py.breakers import LineBreaker

_TAKES_NO_COLUMN = {"Mn", "Me", "Cf"}
_USUAL_WIDTH = 80
_GAP = "  "

# Narrower columns of text are not readable.
_NARROWEST_COLUMN = 10


# A control character in an article could move the cursor or change what is shown already. Unicode has no
# pictures of those from U+0080.
_PICTURES: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys(range(0x80, 0xA0), "\N{REPLACEMENT CHARACTER}"),
}


def visible(text: str) -> str:
    r"""Return a text in which pictures replace the control characters, except line breaks and tabs.

    >>> visible("red \x1b[31m")
    'red ␛[31m'
    """
    return text.translate(_PICTURES)


def say(message: str) -> None:
    """Print a message to standard error."""
    click.echo(fitted(message, sys.stderr), err=True)


def terminal_columns(stream: TextIO) -> int | None:
    """Return the width of the terminal that a stream writes to; None if it writes to none."""
    # Some terminals do not tell their width.
    return (os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH) if stream.isatty() else None


def counted(count: int, one: str, many: str) -> str:
    """Return a count with the words for one or for several things.

    >>> counted(1, "page has", "pages have"), counted(2, "page has", "pages have")
    ('1 page has', '2 pages have')
    """
    return f"{count} {one if count == 1 else many}"


def fitted(text: str, stream: TextIO, *, indent: str = "") -> str:
    """Return `visible` text with lines that fit the terminal of `stream`, if it is a terminal.

    Each line but the first begins with `indent`.
    """
    width = terminal_columns(stream)
    shown = visible(text)
    return shown if width is None else wrapped(shown, width=width, indent=indent)


def wrapped(text: str, *, width: int, indent: str = "") -> str:
    r"""Break the lines of a text between words; a word or address longer than a line stays whole.

    >>> wrapped("one two three", width=9, indent="  ")
    'one two\n  three'
    """
    first, *others = text.split("\n")
    lines = [first, *(indent + other for other in others)]
    return "\n".join(part for line in lines for part in _wrapped_line(line, width=width, indent=indent))


def _wrapped_line(text: str, *, width: int, indent: str) -> list[str]:
    lines = [""]
    for piece in _pieces(text):
        longer = lines[-1] + piece
        if lines[-1].strip() and count_columns(longer.rstrip()) > width:
            lines.append(indent + piece)
        else:
            lines[-1] = longer
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """Split a text where a line may break in its language; addresses stay whole."""
    piece = ""
    for part in LineBreaker(text, "und"):
        piece += part
        if "://" not in piece or part[-1:].isspace():
            yield piece
            piece = ""
    if piece:
        yield piece


def count_columns(text: str) -> int:
    """Return the columns that a text takes on a terminal.

    >>> count_columns("kopi"), count_columns("咖啡")
    (4, 4)
    """
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in _TAKES_NO_COLUMN:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"F", "W"} else 1


def shortened(text: str, *, columns: int) -> str:
    """Return the first words of a text on one line, with … where something is left out.

    >>> shortened("one two three", columns=10)
    'one two…'
    """
    return _begun(text, columns=columns, parts=_pieces)


def clipped(text: str, *, columns: int) -> str:
    """Return the first characters of a text on one line, with … where something is left out.

    >>> clipped("one two three", columns=10)
    'one two t…'
    """
    return _begun(text, columns=columns, parts=iter)


def _begun(text: str, *, columns: int, parts: Callable[[str], Iterator[str]]) -> str:
    line = " ".join(text.split())
    if count_columns(line) <= columns:
        return line
    kept = ""
    for part in parts(line):
        if count_columns((kept + part).rstrip()) > columns - 1:
            break
        kept += part
    return kept.rstrip() + "…"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> str:
    """Return rows in aligned columns under a header. The last two columns share what the others leave.

    If that is too little, each row takes several lines and there is no header.
    """
    *widths, second_last, _ = (max(map(count_columns, cells)) for cells in zip(header, *rows, strict=True))
    left = width - sum(widths) - len(_GAP) * (len(widths) + 1)
    second_last = min(second_last, max(_NARROWEST_COLUMN, left // 3))
    last = left - second_last
    if last < _NARROWEST_COLUMN:
        return "\n".join(_stacked(row, width=width) for row in rows)
    lines = [_aligned(row, [*widths, second_last, last]) for row in (header, *rows)]
    return "\n".join([click.style(lines[0], bold=True), *lines[1:]])


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [clipped(cell, columns=width) for cell, width in zip(cells, widths, strict=True)]
    padded = [cell + " " * (width - count_columns(cell)) for cell, width in zip(shown, widths, strict=True)]
    return _GAP.join(padded).rstrip()


def _stacked(cells: Sequence[str], *, width: int) -> str:
    """Return the first cell on a line of its own, then the others in as few lines as they need."""
    first, *others, last = cells
    middle = _GAP.join(cell for cell in others if cell)
    below = [wrapped(f"  {text}", width=width, indent="  ") for text in (middle, last) if text]
    return "\n".join([first, *below])
