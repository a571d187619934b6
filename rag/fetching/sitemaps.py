"""Reads sitemaps and indexes of sitemaps, in XML or as lines of text (https://www.sitemaps.org)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml.etree import QName, XMLSyntaxError, _Element, iterparse

from rag.errors import ReadingError

_LINE = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True)
class SitemapEntry:
    """An address in a sitemap; `changed` is its time as written, `is_sitemap` says what stands there."""

    url: str
    changed: str | None = None
    is_sitemap: bool = False


def read_sitemap(data: bytes) -> Iterator[SitemapEntry]:
    """Yield the entries of a sitemap or of an index; after them, raise ReadingError if it is damaged."""
    events = iterparse(
        BytesIO(data), events=("end",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, element in events:
            kind = _name(element)
            if kind in ("url", "sitemap"):
                url = _text(element, "loc")
                if url:
                    changed = _text(element, "lastmod") or _text(element, "publication_date")
                    yield SitemapEntry(url=url, changed=changed, is_sitemap=kind == "sitemap")
                _forget(element)
    except XMLSyntaxError as error:
        raise ReadingError(
            f"the sitemap is damaged or cut short ({error.msg}): what stands above that was read"
        ) from None


def read_list_of_addresses(text: str) -> list[SitemapEntry]:
    """Return the entries of a sitemap in plain text, an address in each line; [] for any other text."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    return [SitemapEntry(url=line) for line in lines] if all(map(_LINE.fullmatch, lines)) else []


def _name(element: _Element) -> str:
    """Return an element's name without its namespace; "" for a comment or an instruction."""
    return QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: _Element, name: str) -> str | None:
    found = next((child for child in element.iter() if _name(child) == name), None)
    text = found.text if found is not None else None
    return text.strip() if text and text.strip() else None


def _forget(element: _Element) -> None:
    """Free an element and those before it, so that a large sitemap takes little memory."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
