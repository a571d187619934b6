"""Finds the address to which a page of HTML leads on at once (`<meta http-equiv="refresh">`)."""

import re

from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_HEAD_BYTES = 16_384
_LONGEST_DELAY = 5  # seconds; a page that is read for longer is an article that is loaded again
_CONTENT = re.compile(
    r"(\d{0,4})(?:\.\d{0,9})?\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=|(?=/|https?:))(.{1,2000})", re.I | re.S
)


def refresh_target(body: bytes) -> str | None:
    """Return the address as the page writes it; None for a page that a reader sees for a while.

    >>> refresh_target(b"<meta http-equiv=refresh content='0; url=/kopi'>")
    '/kopi'
    """
    head = body[:_HEAD_BYTES]
    if b"refresh" not in head.lower():
        return None
    try:
        tree: HtmlElement = document_fromstring(head, parser=HTMLParser(no_network=True))
    except (LxmlError, ValueError):
        return None
    for meta in tree.iter("meta"):
        # A browser that runs scripts does not see what stands in noscript.
        is_seen = not any(above.tag == "noscript" for above in meta.iterancestors())
        match = _CONTENT.fullmatch((meta.get("content") or "").strip())
        if is_seen and match and (meta.get("http-equiv") or "").strip().lower() == "refresh":
            is_soon = int(match[1] or 0) <= _LONGEST_DELAY
            return match[2].strip().strip("'\"").strip() or None if is_soon else None
    return None
