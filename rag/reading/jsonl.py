"""Takes apart JSON lines, one line at a time."""

import json
from collections.abc import Iterable, Iterator
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO

from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES, decode_utf8, encoding_of_json

_HEAD_BYTES = 1 << 16
_UTF_8 = ("utf-8", "utf-8-sig")


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; cut a line that exceeds the limit to one byte more than the limit."""
    while line := stream.readline(MAXIMUM_FILE_BYTES + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAXIMUM_FILE_BYTES)


def numbered_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number the lines of JSON from 1. A carriage return ends a line too, because JSON holds none."""
    parts = (part for line in lines for part in line.splitlines(keepends=True))
    yield from enumerate(parts, start=1)


def lines_of_file(stream: BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Yield the numbered lines of a file as UTF-8, also of a file in another encoding.

    Raises ReadingError if the other encoding is damaged.
    """
    encoding = encoding_of_json(stream.peek(_HEAD_BYTES))
    if encoding in _UTF_8:
        yield from numbered_lines(lines_of(stream))
        return
    wrapper = TextIOWrapper(stream, encoding=encoding)
    try:
        for number, line in enumerate(wrapper, start=1):
            yield number, line.encode(errors="replace")
    except UnicodeError as error:
        raise ReadingError(f"truncated or damaged: {error}; save it as UTF-8") from None
    finally:
        wrapper.detach()


def fields_of_line(line: bytes) -> dict[str, Any]:
    """Return the object on a line; raise ReadingError if there is none."""
    if len(line) > MAXIMUM_FILE_BYTES:
        raise ReadingError(f"the line has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit: split it")
    try:
        fields = json.loads(decode_utf8(line).strip().removesuffix(","))
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"the line is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ReadingError(f"the line is not a JSON object but {fields!r:.40}")
    return fields
