"""Reads CSV with named columns, one row at a time: each row is an article, other columns are metadata."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BufferedReader, TextIOWrapper
from itertools import islice
from typing import Any

from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, encoding_of
from rag.reading.field_names import field_and_rank, field_of
from rag.reading.formats.csv_rows import Rows
from rag.reading.formats.editor_documents import document_in
from rag.reading.formats.records import (
    is_absent,
    joined_texts,
    list_in,
    named_columns,
    pictures_in,
    read_record,
)
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.page import Entry, Page, page_or_error

MAXIMUM_COLUMNS = 1000
_DELIMITERS = (",", ";", "\t", "|")
_ROWS_ABOVE = 10  # the names of the columns
_ESCAPED_QUOTE = re.compile(r"""[^\\",;\t|]\\"(?=[^",;\t|\r\n])""")
_SPACED = re.compile(r'\A[^\n]{0,999}"[ ]{0,9}[,;|][ ]{1,9}"')  # spaces around the delimiters
_SLASHED_DAY = re.compile(r"^\s{0,9}(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_TIMES = frozenset({"published_at", "updated_at"})
_BODIES = frozenset({"text", "paragraphs"})
_CARRIAGE_RETURN = re.compile("_x000[Dd]_")  # as Excel writes it
_WRITTEN_LINE_FEED = re.compile(r"""(?:\\r)?\\n(?:\\r)?\\n|[.!?]["”]?(?:\\r)?\\n""")
_ESCAPED = "\udc80\udcff"


def read_csv(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of each row below the row of names; raise ReadingError if no column is the text."""
    head = stream.peek(HEAD_BYTES)
    encoding = encoding_of(head)
    first_lines = head.decode(encoding, errors="replace").lstrip("\ufeff")
    dialect = _dialect_of(first_lines)
    # subtle: a damaged byte becomes a lone surrogate, so that only its row is refused
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    file = TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    csv.field_size_limit(MAXIMUM_FILE_BYTES)
    rows = Rows(iter(partial(file.readline, MAXIMUM_FILE_BYTES), ""), dialect.options())
    names = _checked(next(islice((row for row in rows if isinstance(row, list)), dialect.skipped, None), []))
    american = _columns_with_month_first(names, _rows_of(first_lines, dialect.options()))
    number = 0
    for row in rows:
        if isinstance(row, ReadingError):
            number += 1
            yield Entry(page=row, place=str(number))
        elif any(cell.strip() for cell in row):
            number += 1
            page = page_or_error(_page, names, _with_day_first(row, american))
            yield Entry(page=page, place=str(number))
    if not number:
        raise ReadingError("the file holds no row below the names of its columns")


def table_in(value: object) -> list[Entry]:
    """Return the articles in a JSON object that holds the rows of a spreadsheet, or none."""
    lists = value.values() if isinstance(value, Mapping) else ()
    rows = next((inner for inner in lists if isinstance(inner, list) and inner), [])
    if not all(isinstance(row, list) for row in rows) or not names_articles(
        [str(cell) for cell in rows[0]] if rows else []
    ):
        return []
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    names = _checked(texts[0])
    american = _columns_with_month_first(names, texts[1:])
    filled_rows = (row for row in texts[1:] if any(cell.strip() for cell in row))
    return [
        Entry(page=page_or_error(_page, names, _with_day_first(row, american)), place=str(number))
        for number, row in enumerate(filled_rows, 1)
    ]


@dataclass(frozen=True, kw_only=True)
class _Dialect:
    """How a program wrote its rows; `skipped` is the number of rows above the names of the columns."""

    delimiter: str
    is_escaped: bool
    is_spaced: bool
    skipped: int

    def options(self) -> dict[str, Any]:
        escape = "\\" if self.is_escaped else None
        return {"delimiter": self.delimiter, "escapechar": escape, "skipinitialspace": self.is_spaced}


def _dialect_of(head: str) -> _Dialect:
    """Return the dialect in which one of the first rows names the columns of articles.

    Above this row may stand the line with which Excel names the delimiter, a title or a comment.
    """
    marks = {"is_escaped": bool(_ESCAPED_QUOTE.search(head)), "is_spaced": bool(_SPACED.search(head))}
    found = [
        _Dialect(delimiter=delimiter, skipped=skipped, **marks)
        for delimiter in _DELIMITERS
        for skipped, row in enumerate(_first_rows(head, delimiter))
        if names_articles(row)
    ]
    if found:
        return min(found, key=lambda dialect: dialect.skipped)
    rows = [row for row in _first_rows(head, delimiter_of(head.partition("\n")[0])) if any(row)]
    skipped = 1 if rows and rows[0][0].lower().startswith("sep=") else 0
    line = next(islice((line for line in head.splitlines() if line.strip()), skipped, None), "")
    return _Dialect(delimiter=delimiter_of(line), skipped=skipped, **marks)


def _first_rows(head: str, delimiter: str) -> list[list[str]]:
    return list(islice(_rows_of(head, {"delimiter": delimiter, "skipinitialspace": True}), _ROWS_ABOVE))


def _rows_of(head: str, options: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the rows at the start of a file, the last of which may be cut."""
    rows = Rows(iter(head.splitlines(keepends=True)), options)
    return (row for row in rows if isinstance(row, list))


def _columns_with_month_first(names: Sequence[str], rows: Iterable[list[str]]) -> list[int]:
    """Return the places of columns whose days are written as in America.

    One of the first rows must have a day that cannot be read otherwise, such as 07/25/2025, and none may have
    one that cannot be read so.
    """
    places = [place for place, name in enumerate(names) if name in _TIMES]
    days: dict[int, list[tuple[int, int]]] = {place: [] for place in places}
    for row in rows:
        for place in places:
            if place < len(row) and (day := _SLASHED_DAY.match(row[place])):
                days[place].append((int(day[1]), int(day[2])))
    return [
        place
        for place, found in days.items()
        if any(second > 12 for _, second in found) and all(first <= 12 for first, _ in found)
    ]


def _with_day_first(row: list[str], american: Sequence[int]) -> list[str]:
    for place in american:
        if place < len(row):
            row[place] = _SLASHED_DAY.sub(r"\2/\1/\3", row[place], count=1)
    return row


def delimiter_of(header: str) -> str:
    """Return the sign that divides a row of names into most names of an article's fields.

    >>> delimiter_of("id;title;text")
    ';'
    """
    return max(_DELIMITERS, key=lambda sign: sum(field_of(name) is not None for name in _cells(header, sign)))


def names_articles(row: Sequence[str]) -> bool:
    """Whether a row names the columns of articles: one is the text, and another one is known, too.

    >>> names_articles(["id", "title", "text"]), names_articles(["text"]), names_articles(["Isi", "2025"])
    (True, False, False)
    """
    fields = [field_and_rank(name)[0] for name in row]
    known = sum(field is not None for field in fields)
    return not _BODIES.isdisjoint(map(str, fields)) and known > 1


def is_table(text: str) -> bool:
    """Whether a text is CSV whose first row, or the row below Excel's line, names the columns of articles.

    >>> is_table("id,title,text"), is_table("Kopi, teh, dan susu naik.")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    line = next(islice(lines, int(bool(lines) and lines[0].lower().startswith("sep=")), None), "")
    return names_articles(_cells(line, delimiter_of(line)))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.strip("\ufeff\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _checked(columns: Sequence[str]) -> list[str]:
    if len(columns) > MAXIMUM_COLUMNS:
        raise ReadingError(f"the file has {len(columns):,} columns, more than {MAXIMUM_COLUMNS:,}")
    names = named_columns(list(columns))
    if _BODIES.isdisjoint(names):
        raise ReadingError(
            "the first row names no column `text`: name the columns, such as id,title,text,published_at"
        )
    return names


def _page(names: Sequence[str], row: Sequence[str]) -> Page | ReadingError:
    if len(row) > len(names) and not any(row[len(names) :]):
        row = row[: len(names)]
    body = max(names.index(name) for name in _BODIES & set(names))
    if body < len(row) < len(names):  # many programs leave out empty cells at the end
        row = [*row, *[""] * (len(names) - len(row))]
    if len(row) != len(names):
        return ReadingError(
            f"the row has {len(row):,} cells and the first row {len(names):,}: check its quotation marks"
        )
    if any(_ESCAPED[0] <= sign <= _ESCAPED[1] or sign == REPLACEMENT for cell in row for sign in cell):
        return ReadingError("the row is damaged: it holds bytes that are no text; save the file as UTF-8")
    given = {
        name: cell
        for name, cell in zip(names, row, strict=True)
        if cell.strip() and not is_absent(name, cell)
    }
    body_cell = given.get("text") or given.get("paragraphs")
    if body_cell is None:
        return ReadingError("the row holds no text: its column for the text is empty")
    if "text" not in given:
        del given["paragraphs"]
    page = read_record({**given, "text": _body(body_cell)})
    return replace(page, dropped=(*page.dropped, *pictures_in(list_in(body_cell) or body_cell)))


def _body(cell: str) -> str:
    """Return the text in a cell, which may be a list of paragraphs or the document of an editor."""
    cell = _CARRIAGE_RETURN.sub("", cell)
    if document := document_in(cell):
        return document.html
    items = list_in(cell)
    return (joined_texts(items) if items else None) or _with_line_feeds(cell)


def _with_line_feeds(cell: str) -> str:
    """Return a text with line feeds for those that a database wrote as a backslash and a letter."""
    is_written = "\n" not in cell.strip() and _WRITTEN_LINE_FEED.search(cell) is not None
    return cell.replace("\\r\\n", "\n").replace("\\n", "\n") if is_written else cell
