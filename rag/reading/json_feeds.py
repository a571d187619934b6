"""Reads feeds in JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from rag.errors import ReadingError
from rag.reading.addresses import joined_address, without_tracking
from rag.reading.dates import parse_written_date
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, decode_utf8
from rag.reading.feeds import Feed, FeedEntry, each_once, outlet_of, plain_line, unless_cut
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import MAXIMUM_ID_CHARACTERS

_SURROGATE = re.compile("[\ud800-\udfff]")
_VERSIONS = ("https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1")


def is_json_feed(value: object) -> bool:
    """Whether a JSON value is a feed.

    >>> is_json_feed({"version": "https://jsonfeed.org/version/1.1", "items": []})
    True
    """
    version = value.get("version") if isinstance(value, Mapping) else None
    return isinstance(version, str) and version.startswith(_VERSIONS)


def parse_json_feed(data: bytes) -> dict[str, Any] | None:
    """Return the feed in a file of JSON; None for anything else. Raises ReadingError if it is too large."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{") or b"jsonfeed.org" not in data:
        return None
    if len(data) > MAXIMUM_FILE_BYTES:
        raise ReadingError(f"the feed has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit: split it")
    try:
        value = json.loads(decode_utf8(data))
    except (ValueError, RecursionError):
        return None
    return value if is_json_feed(value) else None


def read_json_feed(feed: Mapping[str, Any], *, address: str | None = None) -> Feed:
    """Read a feed; its entries come each id once.

    Relative links are resolved against `address`, or against the address that the feed states.
    """
    base = address or _text(feed, "feed_url") or _text(feed, "home_page_url")
    items = feed.get("items")
    entries = [
        _entry(item, feed, number=number, base=base)
        for number, item in enumerate(items if isinstance(items, list) else [], start=1)
        if isinstance(item, Mapping)
    ]
    return Feed(entries=each_once(entries), next_page=joined_address(base, _text(feed, "next_url")))


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], *, number: int, base: str) -> FeedEntry:
    url = _address(item, base)
    guid = item.get("id")
    guid = str(guid) if isinstance(guid, str | int) and not isinstance(guid, bool) else ""
    changed = _text(item, "date_modified") or _text(item, "date_published") or None
    tags = item.get("tags")
    return FeedEntry(
        source=url or guid or f"entry {number}",
        url=url,
        guid=guid if 0 < len(guid) <= MAXIMUM_ID_CHARACTERS and guid.isprintable() else None,
        changed=changed,
        title=plain_line(_text(item, "title")),
        authors=_authors(item) or _authors(feed),
        published_at=parse_written_date(_text(item, "date_published")),
        updated_at=parse_written_date(_text(item, "date_modified")),
        tags=[plain_line(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        language=_text(item, "language") or _text(feed, "language") or None,
        text=_whole_text(item),
        outlet=outlet_of({}, {"title": _text(feed, "title")}),
        damage=_damage(item),
    )


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    return _SURROGATE.sub(REPLACEMENT, text) if isinstance(text, str) else ""


def _damage(item: Mapping[str, Any]) -> ReadingError | None:
    is_damaged = any(isinstance(text, str) and _SURROGATE.search(text) for text in item.values())
    return ReadingError("its text holds half a character: get the feed again") if is_damaged else None


def _address(item: Mapping[str, Any], base: str) -> str | None:
    """Return the address of an entry's page; an id may be one, too."""
    stated = _text(item, "url") or _text(item, "external_url")
    url = joined_address(base, stated) if stated else joined_address("", _text(item, "id"))
    return without_tracking(url) if url else None


def _authors(value: Mapping[str, Any]) -> list[str]:
    """Return the names of the authors: a list in version 1.1, one in version 1."""
    listed = value.get("authors")
    people = listed if isinstance(listed, list) else [value.get("author")]
    names = (plain_line(_text(person, "name")) for person in people if isinstance(person, Mapping))
    return list(dict.fromkeys(filter(None, names)))


def _whole_text(item: Mapping[str, Any]) -> str | None:
    """Return the text of an entry as HTML if it does not go on elsewhere."""
    html = _text(item, "content_html")
    text = "".join(f"<p>{escape(part)}</p>" for part in split_paragraphs(_text(item, "content_text")))
    return unless_cut(html) or unless_cut(text)
