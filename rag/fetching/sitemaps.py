"""Reads sitemaps and indexes of sitemaps, in XML or as lines of text (https://www.sitemaps.org)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml.etree import QName

from rag.errors import ReadingError
from rag.reading.feed_xml import without_entities
from rag.reading.formats.streams import buffered
from rag.reading.formats.xml_stream import elements, text_at

_LINE = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True)
class SitemapEntry:
    """An address in a sitemap; `changed` is its time as written, `is_sitemap` says what stands there."""

    url: str
    changed: str | None = None
    is_sitemap: bool = False


def read_sitemap(data: bytes) -> Iterator[SitemapEntry]:
    """Yield the entries of a sitemap or of an index; after them, raise ReadingError if it is damaged."""
    for element in elements(buffered(BytesIO(_without_entities(data))), "url", "sitemap"):
        if isinstance(element, ReadingError):
            raise element
        url = text_at(element, "loc")
        if url:
            changed = text_at(element, "lastmod") or text_at(element, "news/publication_date")
            is_sitemap = QName(element).localname == "sitemap"
            yield SitemapEntry(url=url, changed=changed, is_sitemap=is_sitemap)


def _without_entities(data: bytes) -> bytes:
    """Write the entities of HTML and bare ampersands, which XML does not know, as numbers."""
    if b"&" not in data or b"\0" in data[:4]:  # UTF-16 or UTF-32
        return data
    # Latin-1 has a character for each byte, so that bytes in any encoding that extends ASCII stay the same.
    return without_entities(data.decode("latin-1")).encode("latin-1")


def read_list_of_addresses(text: str) -> list[SitemapEntry]:
    """Return the entries of a sitemap in plain text, an address in each line; [] for any other text."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    return [SitemapEntry(url=line) for line in lines] if all(map(_LINE.fullmatch, lines)) else []
