"""Reads CSV with named columns, one row at a time: each row is an article, other columns are metadata."""

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from io import BufferedReader, TextIOWrapper

from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, encoding_of
from rag.reading.formats.records import field_of, named_columns, read_record
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.page import Entry, Page

MAXIMUM_COLUMNS = 1000
_DELIMITERS = (",", ";", "\t", "|")
_ESCAPED = "\udc80\udcff"


def read_csv(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of each row below the row of names; raise ReadingError if no column is the text."""
    encoding = encoding_of(stream.peek(HEAD_BYTES))
    # subtle: a damaged byte becomes a lone surrogate, so that only its row is refused
    errors = (
        "replace" if encoding.startswith("utf-16") or encoding.startswith("utf-32") else "surrogateescape"
    )
    file = TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    csv.field_size_limit(MAXIMUM_FILE_BYTES)
    lines = iter(partial(file.readline, MAXIMUM_FILE_BYTES), "")
    header = next(filter(_is_row, lines), "").lstrip("\ufeff")
    delimiter = delimiter_of(header)
    columns = next(csv.reader([header], delimiter=delimiter), [])
    names = _checked(columns)
    rows = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Entry(page=ReadingError(f"the row is not CSV: {error}"), place=str(number))
            continue
        if any(cell.strip() for cell in row):
            yield Entry(page=_page(names, row), place=str(number))
        else:
            number -= 1


def _is_row(line: str) -> bool:
    """Whether a line is more than blank cells, and not the line with which Excel names the delimiter."""
    text = line.strip("\ufeff \t\r\n,;|")
    return bool(text) and not text.lower().startswith("sep=")


def delimiter_of(header: str) -> str:
    """Return the sign that divides a row of names into most names of an article's fields.

    >>> delimiter_of("id;title;text")
    ';'
    """
    return max(_DELIMITERS, key=lambda sign: sum(field_of(name) is not None for name in _cells(header, sign)))


def is_header(line: str) -> bool:
    """Whether a line names the columns of a CSV file of articles.

    >>> is_header("id,title,text"), is_header("Kopi, teh, dan susu naik.")
    (True, False)
    """
    fields = [field_of(name) for name in _cells(line, delimiter_of(line))]
    return len(fields) > 1 and bool({"text", "paragraphs"} & set(fields))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.strip("\ufeff\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _checked(columns: Sequence[str]) -> list[str]:
    if len(columns) > MAXIMUM_COLUMNS:
        raise ReadingError(f"the file has {len(columns):,} columns, more than {MAXIMUM_COLUMNS:,}")
    names = named_columns(list(columns))
    if "text" not in names:
        raise ReadingError(
            "the first row names no column `text`: name the columns, such as id,title,text,published_at"
        )
    return names


def _page(names: Sequence[str], row: Sequence[str]) -> Page | ReadingError:
    if len(row) > len(names) and not any(row[len(names) :]):
        row = row[: len(names)]
    if len(row) != len(names):
        return ReadingError(
            f"the row has {len(row):,} cells and the first row {len(names):,}: check its quotation marks"
        )
    if any(_ESCAPED[0] <= sign <= _ESCAPED[1] or sign == REPLACEMENT for cell in row for sign in cell):
        return ReadingError("the row is damaged: it holds bytes that are no text; save the file as UTF-8")
    given = {name: cell for name, cell in zip(names, row, strict=True) if cell.strip()}
    if "text" not in given:
        return ReadingError("the row holds no text: its column for the text is empty")
    try:
        return read_record(given)
    except ReadingError as error:
        return error
