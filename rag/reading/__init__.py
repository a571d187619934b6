"""Reads plain text, Markdown, HTML and JSON lines into articles. Start with `files.py`."""

from rag.reading.decoding import MAXIMUM_FILE_BYTES
from rag.reading.files import (
    KNOWN_SUFFIXES,
    STANDARD_INPUT,
    count_items,
    files_below,
    read_bytes,
    read_paths,
)
from rag.reading.page import Overrides
from rag.reading.record import ArticleRecord, parse_record
from rag.reading.rights import find_prohibition

__all__ = [
    "KNOWN_SUFFIXES",
    "MAXIMUM_FILE_BYTES",
    "STANDARD_INPUT",
    "ArticleRecord",
    "Overrides",
    "count_items",
    "files_below",
    "find_prohibition",
    "parse_record",
    "read_bytes",
    "read_paths",
]
