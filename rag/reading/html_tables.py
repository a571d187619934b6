"""Reads the tables of a page: the texts of their cells by row and column."""

from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element

from rag.reading.html_tree import SOFT_HYPHEN, spaced_text

_MAXIMUM_CELL_CHARACTERS = 300  # of a table of data
# Far above the usual tables, but low enough that repeated cells do not fill the memory.
_MAXIMUM_COLUMNS = 30
_MAXIMUM_REPEATS = 2_000


class Cell(NamedTuple):
    """The text of a cell; `is_repeat` says that it is that of a cell which spans several rows or columns."""

    text: str = ""
    is_repeat: bool = False


def table_rows(table: _Element) -> list[list[Cell]] | None:
    """Return a table's cells by row, or None for a table that only lays out a page.

    A cell that spans several rows or columns stands in each of them. Columns without any text, and empty
    cells at the end of a row, are left out.
    """
    if table.find(".//table") is not None or table.get("role") in ("presentation", "none"):
        return None
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    cells = [cell for row in rows for cell in row]
    texts = {cell: " ".join(spaced_text(cell).replace(SOFT_HYPHEN, "").split()) for cell in cells}
    is_short = all(len(text) <= _MAXIMUM_CELL_CHARACTERS for text in texts.values())
    is_data = len(rows) > 1 and max(map(len, rows), default=0) > 1 and is_short
    has_blocks = any(len(cell.findall(".//p")) > 1 for cell in table.iter("td"))
    if not is_data or has_blocks:
        return None
    return _without_empty(_Grid().rows([[(texts[cell], cell) for cell in row] for row in rows]))


class _Grid:
    """Places cells in columns; what spans several rows or columns is repeated, within limits."""

    def __init__(self) -> None:
        self._above: dict[int, tuple[str, int]] = {}  # by column: a text, and the rows below that it spans
        self._repeats = 0

    def rows(self, rows: Sequence[Sequence[tuple[str, _Element]]]) -> list[list[Cell]]:
        """Return the cells of each row by column."""
        return [self._row(row) for row in rows]

    def _row(self, cells: Sequence[tuple[str, _Element]]) -> list[Cell]:
        row: list[Cell] = []
        for text, cell in cells:
            while len(row) in self._above:
                row.append(self._spanned(len(row)))
            # A cell that is a whole row, such as a caption within the table, is written once.
            width = _span(cell, "colspan") if len(cells) > 1 or row else 1
            below = _span(cell, "rowspan") - 1
            for place in range(min(width, max(_MAXIMUM_COLUMNS - len(row), 1))):
                if below:
                    self._above[len(row)] = (text, below)
                row.append(self._repeat(text) if place else Cell(text))
        for column in range(len(row), max(self._above, default=-1) + 1):
            row.append(self._spanned(column) if column in self._above else Cell())
        return row

    def _spanned(self, column: int) -> Cell:
        text, below = self._above.pop(column)
        if below > 1:
            self._above[column] = (text, below - 1)
        return self._repeat(text)

    def _repeat(self, text: str) -> Cell:
        self._repeats += 1
        return Cell(text if self._repeats <= _MAXIMUM_REPEATS else "", is_repeat=True)


def _span(cell: _Element, name: str) -> int:
    value = cell.get(name, "").strip()
    return max(int(value), 1) if value.isdecimal() and len(value) <= 5 else 1


def _without_empty(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    filled = {column for row in rows for column, cell in enumerate(row) if cell.text}
    kept = [[cell for column, cell in enumerate(row) if column in filled] for row in rows]
    for row in kept:
        while row and not row[-1].text:
            row.pop()
    return [row for row in kept if any(cell.text and not cell.is_repeat for cell in row)]


def has_header(table: _Element) -> bool:
    """Whether the first row of a table names its columns."""
    first = next(table.iter("tr"), None)
    return first is not None and (
        table.find("thead") is not None
        or all(cell.tag == "th" for cell in first if isinstance(cell.tag, str))
    )
