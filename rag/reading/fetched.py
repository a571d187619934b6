"""Reads a page, or another file, that was fetched: of which type it is, and what its address says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from rag.errors import ReadingError
from rag.reading.addresses import host_and_path, own_address
from rag.reading.decoding import as_utf8
from rag.reading.formats.recognition import recognised_suffix
from rag.reading.formats.registry import FORMATS
from rag.reading.formats.streams import HEAD_BYTES, buffered
from rag.reading.page import Entry

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
_NO_ARTICLES = ("audio", "font", "image", "model", "video")
_TEXTS = (".html", ".htm", ".xhtml", ".txt", ".md", ".csv", ".tsv")
_MARKS = {b"%PDF-": ".pdf", b"PK\x03\x04": ".docx", b"WARC/": ".warc"}
_JSON = (".json", ".jsonl")
_GUESSED = ("guess", "url")


def read_fetched(
    data: bytes, *, url: str, media_type: str, charset: str | None, stated: Mapping[str, Any] | None = None
) -> Iterator[Entry]:
    """Yield the articles of what was fetched from an address; raise ReadingError if it is of no known type.

    A page's own address counts if it is one of the same site; otherwise `url` is the article's address.
    `stated` are fields that a feed states about the page, for those that the page lacks.
    """
    suffix = _suffix_of(data, url=url, media_type=media_type)
    text = as_utf8(data, charset) if suffix in _TEXTS else data
    for entry in FORMATS[suffix].read(buffered(BytesIO(text))):
        if entry.place or isinstance(entry.page, ReadingError):
            yield entry
            continue
        page = entry.page.found_at(own_address(entry.page.fields.get("url"), found_at=url))
        yield replace(entry, page=replace(page, fields=_completed(page.fields, stated or {})))


def _suffix_of(data: bytes, *, url: str, media_type: str) -> str:
    """Return the type of what was fetched: by its media type, by its address, or by its first bytes.

    A media type of text does not count for what is no text or is HTML, nor that of HTML for JSON.
    """
    recognised = _recognised(data, media_type)
    if recognised:
        return recognised
    if media_type in _SUFFIXES:
        return _SUFFIXES[media_type]
    suffix = PurePosixPath(host_and_path(url)[1]).suffix.lower()
    if suffix in FORMATS:
        return suffix
    if media_type.partition("/")[0] in _NO_ARTICLES:
        raise ReadingError(f"it is no article but {media_type}: give the address of a page")
    return ".txt" if media_type == "text/plain" else recognised_suffix(data[:HEAD_BYTES])


def _recognised(data: bytes, media_type: str) -> str | None:
    """Return the type of a file for which many servers state another one."""
    mark = next((mark for mark in _MARKS if data.startswith(mark)), None)
    if mark:
        return _MARKS[mark]
    if media_type == "text/plain" and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower() == b"<!doctype html":
        return ".html"
    is_json = media_type == "text/html" and data.lstrip()[:1] in (b"{", b"[")
    found = recognised_suffix(data[:HEAD_BYTES]) if is_json else None
    return found if found in _JSON else None


def _completed(fields: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(fields.get("metadata") or {})
    if stated.get("published_at") and metadata.get("date_source") in _GUESSED:
        del metadata["date_source"]
        fields = {**fields, "published_at": None}
    missing = {name: value for name, value in stated.items() if value and not fields.get(name)}
    return {**fields, **missing, "metadata": metadata}
