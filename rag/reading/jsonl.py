"""Reads JSON lines: one article per line, one line at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from rag.datatypes import Article, Unreadable
from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES, decode_utf8
from rag.reading.page import Overrides, Page
from rag.reading.record import with_metadata


def read_json_lines(
    lines: Iterable[tuple[int, bytes]], *, name: str, overrides: Overrides
) -> Iterator[Article | Unreadable]:
    """Yield the article of each numbered line, or the reason why it has none; skip blank lines."""
    for number, line in lines:
        if line.isspace():
            continue
        try:
            yield _page(line).to_article(default_id=None, overrides=overrides)
        except ReadingError as error:
            yield Unreadable(source=f"{name}:{number}", reason=str(error))


def numbered_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines; cut a line that exceeds the limit to one byte more than the limit."""
    number = 0
    while line := stream.readline(MAXIMUM_FILE_BYTES + 1):
        number += 1
        yield number, line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAXIMUM_FILE_BYTES)


def _page(line: bytes) -> Page:
    if len(line) > MAXIMUM_FILE_BYTES:
        raise ReadingError(f"the line has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit: split it")
    try:
        fields = json.loads(decode_utf8(line).strip())
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"the line is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ReadingError(f"the line is not a JSON object but {fields!r:.40}")
    return Page(fields=with_metadata(fields))
