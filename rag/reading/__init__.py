"""Reads files of any format in `formats/` into articles. Start with `files.py`."""

from rag.reading.decoding import MAXIMUM_FILE_BYTES
from rag.reading.files import (
    STANDARD_INPUT,
    FoundFile,
    count_items,
    files_below,
    read_bytes,
    read_found,
    read_paths,
    read_stream,
)
from rag.reading.formats.registry import FORMATS, suffix_of
from rag.reading.page import Overrides
from rag.reading.record import ArticleRecord, parse_record
from rag.reading.rights import find_prohibition

__all__ = [
    "FORMATS",
    "MAXIMUM_FILE_BYTES",
    "STANDARD_INPUT",
    "ArticleRecord",
    "FoundFile",
    "Overrides",
    "count_items",
    "files_below",
    "find_prohibition",
    "parse_record",
    "read_bytes",
    "read_found",
    "read_paths",
    "read_stream",
    "suffix_of",
]
