"""Reads mails (EML) and pages that a browser saved as one file (MHTML)."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from io import BufferedReader
from itertools import groupby

from rag.errors import ReadingError
from rag.reading.addresses import own_address
from rag.reading.decoding import REPLACEMENT, decode_named, decode_page
from rag.reading.formats.fragments import filled
from rag.reading.formats.mail_text import flowed, own_lines, without_quoted_mails
from rag.reading.formats.streams import read_whole
from rag.reading.html_page import read_html_page
from rag.reading.html_tree import parse_tree
from rag.reading.lines import Line
from rag.reading.names import joined
from rag.reading.page import Entry, Page
from rag.reading.record import MAXIMUM_ID_CHARACTERS, with_metadata
from rag.reading.story import read_story

MAXIMUM_MAIL_BYTES = 50_000_000  # with pictures and other attachments
_MAXIMUM_PARTS = 2000
_STUB_CHARACTERS = 500  # such as "View this mail in your browser"
_MUCH_LONGER = 4
_HEADERS = frozenset(
    {
        "subject",
        "from",
        "content-type",
        "content-disposition",
        "content-location",
        "snapshot-content-location",
    }
)
_FORWARDS = r"fwd?|wg|rv|trs?|terusan|enc|doorst|i|ilt|vb|转发|轉寄"
_PREFIX = re.compile(
    rf"^(?:(?:{_FORWARDS}|re|aw|bls|balas|res|antw|sv|ynt|回复|答复|回覆)\s?[:：]\s*+){{1,5}}", re.IGNORECASE
)
_IS_FORWARD = re.compile(rf"^(?:{_FORWARDS})\s?[:：]", re.IGNORECASE)


def read_mail(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a mail; raise ReadingError if it holds no text of its own."""
    message = _parsed(stream)
    if not any(name in message for name in ("From", "Date", "Subject", "Message-ID")):
        raise ReadingError("the file is not a mail: it has no headers such as From and Subject")
    subject = _header(message, "Subject") or ""
    title = _PREFIX.sub("", subject) or None
    bodies = _bodies(message)
    if not bodies:
        raise ReadingError("the mail holds no text: its content is in attachments")
    attached = [name for part in _parts(message) if (name := _header_value(part.get_filename()))]
    page = _read_bodies(bodies, title=title, is_forward=_IS_FORWARD.match(subject) is not None)
    yield Entry(page=_with_headers(page, message, title=title, attached=attached))


def _bodies(message: "Message[str, str]") -> list["Message[str, str]"]:
    """Return the parts that a reader sees: of alternatives one, which is plain text if that is no stub."""
    shown = [part for part in _parts(message) if _is_shown(part) and not part.is_multipart()]
    plain = [part for part in shown if part.get_content_type() == "text/plain" and _text(part)[0].strip()]
    markup = [part for part in shown if part.get_content_type() == "text/html" and _text(part)[0].strip()]
    if not plain or not markup:
        return plain or markup
    length = sum(len(_text(part)[0]) for part in plain)
    is_stub = length < _STUB_CHARACTERS and sum(map(_words_in, markup)) > _MUCH_LONGER * length
    return markup if is_stub else plain


def _words_in(part: "Message[str, str]") -> int:
    """Return the number of characters that a part in HTML shows."""
    try:
        return len(parse_tree(_text(part)[0]).text_content())
    except ReadingError:
        return 0


def _read_bodies(bodies: Sequence["Message[str, str]"], *, title: str | None, is_forward: bool) -> Page:
    texts = [_text(part) for part in bodies]
    damage = next((fault for _, fault in texts if fault), None)
    if bodies[0].get_content_type() == "text/html":
        markup, dropped = without_quoted_mails("\n".join(text for text, _ in texts), is_forward=is_forward)
        page = read_html_page(markup)
        page = replace(page, dropped=(*page.dropped, *dropped))
    else:
        own = [flowed(text, part) for (text, _), part in zip(texts, bodies, strict=True)]
        page = _read_body("\n\n".join(own), title=title, is_forward=is_forward)
    page.refuse_damage(damage, mark=REPLACEMENT)
    return page


def read_mhtml(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a page that was saved with its pictures as one file."""
    message = _parsed(stream)
    start = (message.get_param("start") or "") if message.is_multipart() else ""
    pages = [
        part for part in _parts(message) if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    if not pages:
        raise ReadingError("the file is not a saved page: it holds no HTML")
    root = next((part for part in pages if start and part.get("Content-ID") == start), pages[0])
    text, damage = _text(root)
    page = read_html_page(text)
    page.refuse_damage(damage, mark=REPLACEMENT)
    location = _header(message, "Snapshot-Content-Location") or _header(root, "Content-Location")
    stated = page.fields.get("url")
    is_address = location is not None and location.startswith(("http://", "https://"))
    url = own_address(stated, found_at=location) if location and is_address else stated
    yield Entry(page=page.found_at(url) if url else page)


def _parsed(stream: BufferedReader) -> "Message[str, str]":
    data = read_whole(stream, maximum=MAXIMUM_MAIL_BYTES)
    data = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    try:
        message = BytesParser().parsebytes(data)
    except (MessageError, ValueError, RecursionError) as error:
        raise ReadingError(f"the file is not a mail: {error}") from None
    _decode_raw_headers(message)
    return message


def _decode_raw_headers(part: "Message[str, str]") -> None:
    """Decode headers that hold bytes of UTF-8 or another encoding, which RFC 2047 does not allow."""
    raw = dict(reversed([(name.lower(), value) for name, value in part.raw_items()]))
    for name in _HEADERS & raw.keys():
        data = str(raw[name]).encode("utf-8", "surrogateescape")
        if not data.isascii():
            names = (part.get_content_charset() or "", "windows-1252")
            found = (text for each in names if (text := decode_named(data, each)) is not None)
            part.replace_header(name, next(found, data.decode("utf-8", "replace")))


def _parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Yield the parts that hold content themselves; the mails attached to a mail are not among them."""
    waiting = [message]
    count = 0
    while waiting and count < _MAXIMUM_PARTS:
        part = waiting.pop()
        count += 1
        # subtle: `get_payload` cannot read a part that names an encoding in an unusual way
        if not part.is_multipart():
            _decode_raw_headers(part)
            yield part
        elif part.get_content_maintype() == "multipart":
            waiting += [child for child in reversed(list(part.get_payload())) if isinstance(child, Message)]


def _is_shown(part: "Message[str, str]") -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _text(part: "Message[str, str]") -> tuple[str, ReadingError | None]:
    """Return the text of a part, and the damage in it; raise ReadingError if it is cut short."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return "", None
    if any("Base64" in type(defect).__name__ for defect in part.defects):
        raise ReadingError("the mail is cut short or damaged: its text is not whole; save it again")
    text = decode_named(data, part.get_content_charset() or "")
    if text is not None:
        return text.replace("\r\n", "\n"), None
    return decode_page(data, is_markup=part.get_content_type() != "text/plain")


def _header(message: "Message[str, str]", name: str) -> str | None:
    return _header_value(message.get(name))


def _header_value(value: object) -> str | None:
    """Return a header as text; it may be written in any of the ways of RFC 2047, rightly or not."""
    if value is None:
        return None
    words = groupby(str(value).split(), str.isascii)
    text = " ".join(
        _decoded_words(" ".join(group)) if is_ascii else " ".join(group) for is_ascii, group in words
    )
    return " ".join(text.encode("utf-8", "replace").decode().split()) or None


def _decoded_words(words: str) -> str:
    try:
        return str(make_header(decode_header(words)))
    except (HeaderParseError, LookupError, ValueError):
        return words


def _read_body(text: str, *, title: str | None, is_forward: bool) -> Page:
    """Read a mail's plain text without the mail that it answers and without its signature."""
    kept, dropped = own_lines(text, is_forward=is_forward)
    page = read_story([Line(text=line) for line in "\n".join(kept).strip().split("\n")], title=title)
    return Page(fields=page.fields, prohibition=page.prohibition, dropped=(*page.dropped, *dropped))


def _with_headers(
    page: Page, message: "Message[str, str]", *, title: str | None, attached: list[str]
) -> Page:
    senders = [name for name, _ in getaddresses([_header(message, "From") or ""]) if name and "@" not in name]
    number = (_header(message, "Message-ID") or "").strip("<> ")
    fields = {
        **page.fields,
        "id": number if 0 < len(number) <= MAXIMUM_ID_CHARACTERS else None,
        "title": title or page.fields.get("title"),
        "author": page.fields.get("author") or joined(senders),
        "published_at": _date(message) or page.fields.get("published_at"),
    }
    others = tuple(f"attachment: {name}" for name in attached)
    return Page(
        fields=with_metadata(filled(fields)), prohibition=page.prohibition, dropped=(*page.dropped, *others)
    )


def _date(message: "Message[str, str]") -> datetime | None:
    try:
        date = parsedate_to_datetime(_header(message, "Date") or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # "-0000" is UTC, sent from an unknown zone
