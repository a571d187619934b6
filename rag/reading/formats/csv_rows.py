"""Takes apart the rows of CSV, and goes on behind a quotation mark that no other one closes."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadingError

# Refused rows may be read again up to this many characters, or up to ten times what was read of the file. The
# limit keeps the time linear.
_LEAST_AGAIN_CHARACTERS = 1_000_000
_TIMES_AGAIN = 10


class Rows:
    """The rows in an iterator of lines, and a ReadingError in place of each row that is not CSV.

    A row without end is refused, and the lines below its first one are read again. The error says how many
    lines the row held.
    """

    def __init__(self, lines: Iterator[str], options: dict[str, Any]) -> None:
        self._lines = lines
        self._options = options
        self._read: list[str] = []  # the lines of the current row
        self._again: deque[str] = deque()  # the lines to read again, before others
        self._characters = 0  # of the lines that were read for the first time
        self._characters_again = 0
        self._reader = self._new_reader()

    def __iter__(self) -> Iterator[list[str] | ReadingError]:
        return self

    def __next__(self) -> list[str] | ReadingError:
        self._read = []
        try:
            row: list[str] = next(self._reader)
        except csv.Error as error:
            return self._refused(str(error))
        if self._is_unclosed():
            return self._refused("no quotation mark closes one of its cells")
        return row

    def _new_reader(self) -> Any:
        return csv.reader(self._noted(), **self._options)

    def _noted(self) -> Iterator[str]:
        while (line := self._next_line()) is not None:
            self._read.append(line)
            yield line
        self._read.append("")

    def _next_line(self) -> str | None:
        if self._again:
            return self._again.popleft()
        line = next(self._lines, None)
        self._characters += len(line or "")
        return line

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

    def _refused(self, reason: str) -> ReadingError:
        """Return the error of the current row, and read the lines below its first one again."""
        lines = [line for line in self._read if line]
        ends = (number for number, line in enumerate(lines, 1) if line.endswith(("\n", "\r")))
        again = lines[next(ends, len(lines)) :]
        characters = self._characters_again + sum(map(len, again))
        is_read_again = characters <= max(_LEAST_AGAIN_CHARACTERS, _TIMES_AGAIN * self._characters)
        if is_read_again:
            self._characters_again = characters
            self._again.extendleft(reversed(again))
        self._reader = self._new_reader()
        fate = "those below the first are read again" if is_read_again else "all of them are left out"
        held = f" (the row held {len(lines):,} lines; {fate})" if again else ""
        return ReadingError(f"the row is not CSV: {reason}{held}")
