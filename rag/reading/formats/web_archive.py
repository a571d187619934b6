"""Reads a web archive (WARC), one page at a time."""

import zlib
from collections.abc import Iterator
from email.message import Message
from io import BufferedReader
from typing import Any

from rag.errors import MissingExtra, ReadingError
from rag.reading.addresses import own_address
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, as_utf8, decode_page
from rag.reading.html_page import read_html_page
from rag.reading.page import Entry, Page

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_KINDS = frozenset({"response", "resource"})
_MARK = b"WARC/"
_CUT_SHORT = "the web archive is cut short or damaged: fetch it again; the pages before that were read"


def read_warc(stream: BufferedReader) -> Iterator[Entry]:
    """Yield each page of HTML that a server gave; pictures, scripts and errors are left out."""
    # Imported here because the library is an extra.
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "Web archives need warcio, which is not installed. Run `pip install 'kutip[formats]'`."
        ) from error
    if not stream.peek(len(_MARK)).startswith(_MARK):
        raise ReadingError("the file is not a web archive: it does not begin with WARC/")
    number = 0
    try:
        for record in ArchiveIterator(stream):
            page = _page(record) if _is_page(record) else None
            if _is_cut_short(record):
                raise ReadingError(_CUT_SHORT)
            if page is not None:
                number += 1
                yield Entry(page=page, place=str(number))
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
        raise ReadingError(_CUT_SHORT) from error
    if not number:
        raise ReadingError("the web archive holds no page of HTML")


def _is_page(record: Any) -> bool:
    if record.rec_type not in _KINDS:
        return False
    headers = record.http_headers
    if headers is not None and headers.get_statuscode() != "200":
        return False
    return _content_type(record).get_content_type() in _PAGES


def _content_type(record: Any) -> "Message[str, str]":
    kind = (record.http_headers or record.rec_headers).get_header("Content-Type")
    header: Message[str, str] = Message()
    header["Content-Type"] = kind or "application/octet-stream"
    return header


def _charset(record: Any) -> str | None:
    """Return the encoding that the server named."""
    return _content_type(record).get_content_charset()


def _page(record: Any) -> Page | ReadingError:
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    try:
        data = record.content_stream().read(MAXIMUM_FILE_BYTES + 1)
        if len(data) > MAXIMUM_FILE_BYTES:
            return ReadingError(f"{address}: the page has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit")
        text, damage = decode_page(as_utf8(data, _charset(record)), is_markup=True)
        page = read_html_page(text)
        page.refuse_damage(damage, mark=REPLACEMENT)
    except ReadingError as error:
        return type(error)(f"{address}: {error}")
    return page.found_at(own_address(page.fields.get("url"), found_at=address))


def _is_cut_short(record: Any) -> bool:
    """Whether the file ended before the end of a record; reads the rest of the record."""
    stream = record.raw_stream
    while stream.read(1 << 16):
        pass
    return bool(getattr(stream, "limit", 0) > 0)  # a record without a length has no limit
