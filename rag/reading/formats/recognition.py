"""Recognises the format of a text without a name, such as standard input, from its first bytes."""

import codecs
import re

from rag.errors import ReadingError
from rag.reading.decoding import encoding_of
from rag.reading.formats.csv_file import is_table
from rag.reading.formats.registry import is_xml_kind
from rag.reading.formats.xml_stream import root_name

_SPACE = codecs.BOM_UTF8 + b" \t\r\n"
_BINARY = {b"%PDF-": ".pdf", b"PK\x03\x04": ".docx", b"WARC/": ".warc"}
_GOES_ON = ("{", "[", ",", ":")  # the end of a line of JSON whose value goes on in the next one
_OBJECT = re.compile(r'\{(?![^{}":\n]{1,80}\})')  # and no text that begins with a word in braces
_FEED = re.compile(r"jsonfeed\.org\\?/version\b")
# Front matter, or a heading above anything else.
_MARKDOWN = re.compile(
    r"---[ \t]*\r?\n[A-Za-z_][\w-]{0,60}:|\+\+\+[ \t]*\r?\n[A-Za-z_][\w-]{0,60}\s?="
    r"|#{1,3} \S[^\r\n]{0,300}\r?\n\r?\n"
)
_ARRAY = re.compile(r"\[\s*[\[{\]]")
_MAIL_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}:(?:\s|$)|[ \t]")
_MAIL_NAMES = re.compile(
    r"^(?:message-id|received|return-path|mime-version|delivered-to|dkim-signature):", re.I | re.M
)
_MAILBOX = re.compile(r"From \S{1,200} ")
_SENDER = re.compile(r"^from:[^\r\n]{0,300}@", re.I | re.M)
_MAIL_DATE = re.compile(r"^date:\s?[^\r\n]{0,60}\d{1,2}:\d{2}", re.I | re.M)
_SAVED_PAGE = re.compile(r"^content-type:\s*multipart/related|^snapshot-content-location:", re.I | re.M)


def recognised_suffix(head: bytes) -> str:
    """Return the suffix of files of the format whose first bytes these are; `.txt` for any other text.

    >>> recognised_suffix(b'{"text": "Panen naik."}'), recognised_suffix(b"id,title,text")
    ('.jsonl', '.csv')
    """
    start = head.lstrip(_SPACE)
    binary = next((suffix for mark, suffix in _BINARY.items() if start.startswith(mark)), None)
    if binary:
        return binary
    if start.startswith(b"<"):
        return ".xml" if _is_xml(start) else ".html"
    try:
        encoding = encoding_of(head)
    except ReadingError:  # reading the text will report the error
        encoding = "utf-8"
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return ".xml" if _is_xml(text.encode()) else ".html"
    return _suffix_of_text(text)


def _is_xml(start: bytes) -> bool:
    """Whether markup is XML other than a page of HTML."""
    root = root_name(start)
    return is_xml_kind(root) or (start.startswith(b"<?xml") and root is not None and root.lower() != "html")


def _suffix_of_text(text: str) -> str:
    first = next(iter(text.splitlines()), "")
    if _OBJECT.match(text):
        if _FEED.search(text):
            return ".json"
        return ".json" if first.rstrip().endswith(_GOES_ON) and "\n" in text else ".jsonl"
    if _ARRAY.match(text):
        return ".json"
    if is_mail(text):
        return ".mhtml" if _SAVED_PAGE.search(_headers(text)) else ".eml"
    if _MARKDOWN.match(text):
        return ".md"
    return ".csv" if is_table(text) else ".txt"


def is_mail(text: str) -> bool:
    """Whether a text begins with the headers of a mail: nothing else stands above its first blank line."""
    headers = _headers(text)
    lines = headers.splitlines()
    if lines and _MAILBOX.match(lines[0]):
        lines = lines[1:]
    are_headers = len(lines) > 1 and all(map(_MAIL_HEADER.match, lines))
    is_sent = _SENDER.search(headers) is not None and _MAIL_DATE.search(headers) is not None
    return are_headers and (is_sent or _MAIL_NAMES.search(headers) is not None)


def _headers(text: str) -> str:
    return text.replace("\r\n", "\n").partition("\n\n")[0]
