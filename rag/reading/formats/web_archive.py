"""Reads a web archive (WARC), one page at a time."""

import pickle
import zlib
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from io import BufferedReader
from tempfile import TemporaryFile
from typing import IO, Any

from rag.errors import MissingExtra, ReadingError
from rag.reading.addresses import own_address
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, as_utf8, decode_page
from rag.reading.html_page import read_html_page
from rag.reading.page import Entry, Page, page_or_error
from rag.reading.rights import find_header_prohibition

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_KINDS = frozenset({"response", "resource"})
_AGENT = "Kutip"  # whose rules in headers count
_MARK = b"WARC/"
_CHUNK_BYTES = 1 << 20
_DAMAGE = (zlib.error, EOFError, ValueError, AttributeError, TypeError)
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
    with TemporaryFile() as file:
        pages = _Captures(file)
        try:
            for record in ArchiveIterator(_Available(stream)):
                page = _page(record) if _is_page(record) else None
                if _is_cut_short(record):
                    raise EOFError
                if page is not None:
                    pages.add(page)
            fault = None if pages.count else "the web archive holds no page of HTML"
        except ReadingError as error:  # of the stream, whose compression is damaged
            fault = str(error)
        except (ArchiveLoadFailed, *_DAMAGE):
            fault = _CUT_SHORT
        yield from pages.entries()
        if fault:
            raise ReadingError(fault)


class _Captures:
    """The pages of an archive: of the captures of one address, the last one that can be read.

    The pages are kept in a file, because only the end of an archive tells which capture is the last.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._kept: dict[object, tuple[int, int]] = {}  # by address: place in the file, number
        self.count = 0

    def add(self, page: Page | ReadingError) -> None:
        """Keep a page in place of an earlier one with the same address; an error is kept beside it."""
        self.count += 1
        address = page.fields.get("url") if isinstance(page, Page) else None
        self._kept[address or self.count] = (self._file.tell(), self.count)
        pickle.dump(page, self._file)

    def entries(self) -> Iterator[Entry]:
        """Yield the pages in the order of the archive."""
        for start, number in sorted(self._kept.values()):
            self._file.seek(start)
            page = pickle.load(self._file)  # noqa: S301 (this process wrote the file, which has no name)
            yield Entry(page=page, place=str(number))


class _Available:
    """A stream that gives what it has, so that a fault is met only behind what stands above it."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read1(size)


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
    headers = record.http_headers.headers if record.http_headers is not None else []
    page = page_or_error(_page_of_content, record, address)
    if isinstance(page, ReadingError):
        return type(page)(f"{address}: {page}")
    return replace(page, prohibition=page.prohibition or find_header_prohibition(headers, agent=_AGENT))


def _page_of_content(record: Any, address: str) -> Page:
    try:
        data = _content(record)
    except _DAMAGE as error:
        raise ReadingError(f"the content of the page is damaged ({error}): fetch it again") from None
    if len(data) > MAXIMUM_FILE_BYTES:
        raise ReadingError(f"the page has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit")
    text, damage = decode_page(as_utf8(data, _charset(record)), is_markup=True)
    page = read_html_page(text)
    page.refuse_damage(damage, mark=REPLACEMENT)
    return page.found_at(own_address(page.fields.get("url"), found_at=address))


def _content(record: Any) -> bytes:
    """Return the content of a record, up to one byte more than the limit; raise ReadingError if it is cut."""
    if record.rec_headers.get_header("WARC-Truncated"):
        raise ReadingError("the web archive holds only a part of the page: fetch it again")
    headers = record.http_headers
    packing = ((headers and headers.get_header("Content-Encoding")) or "").strip().lower()
    if packing != "br":
        return bytes(record.content_stream().read(MAXIMUM_FILE_BYTES + 1))
    headers.replace_header("Content-Encoding", "identity")
    data = bytes(record.content_stream().read(MAXIMUM_FILE_BYTES + 1))
    return _without_brotli(data)


def _without_brotli(data: bytes) -> bytes:
    """Return what is packed with Brotli, up to about one byte more than the limit; other data as it is."""
    # Imported here because the library is an extra.
    try:
        import brotli
    except ModuleNotFoundError as error:
        raise ReadingError(
            "the page is packed with Brotli, and the library for it is not installed: "
            "run `pip install 'kutip[formats]'`"
        ) from error
    unpacker, found = brotli.Decompressor(), bytearray()
    try:
        found += unpacker.process(data, output_buffer_limit=_CHUNK_BYTES)
        while not unpacker.is_finished() and len(found) <= MAXIMUM_FILE_BYTES:
            more = unpacker.process(b"", output_buffer_limit=_CHUNK_BYTES)
            if not more:
                break
            found += more
    except brotli.error:
        return data  # some crawlers unpack a page and leave the header as it was
    return bytes(found)


def _is_cut_short(record: Any) -> bool:
    """Whether the file ended before the end of a record; reads the rest of the record."""
    stream = record.raw_stream
    while stream.read(1 << 16):
        pass
    return bool(getattr(stream, "limit", 0) > 0)  # a record without a length has no limit
