"""Takes apart the rows of CSV, and goes on behind a quotation mark that no other one closes."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any

from rag.errors import ReadingError

_MAXIMUM_RETRIES = 10  # rows that are too long or not closed, after each of which lines are read again


class Rows:
    """The rows in an iterator of lines, and a ReadingError in place of each row that is not CSV.

    A row without end is refused, and the lines below its first one are read again.
    """

    def __init__(self, lines: Iterator[str], options: dict[str, Any]) -> None:
        self._lines = lines
        self._options = options
        self._read: list[str] = []  # the lines of the current row
        self._retries = 0
        self._reader = self._new_reader()

    def __iter__(self) -> Iterator[list[str] | ReadingError]:
        return self

    def __next__(self) -> list[str] | ReadingError:
        self._read = []
        try:
            row: list[str] = next(self._reader)
        except csv.Error as error:
            self._go_back()
            return ReadingError(f"the row is not CSV: {error}")
        if self._is_unclosed():
            self._go_back()
            return ReadingError("the row is not CSV: no quotation mark closes one of its cells")
        return row

    def _new_reader(self) -> Any:
        return csv.reader(self._noted(), **self._options)

    def _noted(self) -> Iterator[str]:
        for line in self._lines:
            self._read.append(line)
            yield line
        self._read.append("")

    def _is_unclosed(self) -> bool:
        """Whether a quotation mark of a row over several lines, or of the last one, closes no cell."""
        lines = [line for line in self._read if line]
        is_last = len(lines) < len(self._read)
        if self._options.get("skipinitialspace") or (len(lines) < 2 and not is_last):
            return False
        try:
            list(csv.reader(lines, strict=True, **self._options))
        except csv.Error as error:
            return len(lines) > 1 or "unexpected end" in str(error)
        return False

    def _go_back(self) -> None:
        """Read the lines below the first one of a refused row again."""
        ends = (number for number, line in enumerate(self._read, 1) if line.endswith(("\n", "\r")))
        again = [line for line in self._read[next(ends, len(self._read)) :] if line]
        self._retries += 1
        if again and self._retries <= _MAXIMUM_RETRIES:
            self._lines = chain(again, self._lines)
        self._reader = self._new_reader()
