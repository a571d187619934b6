"""Reads feeds in RSS and Atom: their entries, and the articles of entries that carry a whole text.

feedparser takes a feed apart. What it gets is well-formed XML always, because damaged feeds take it time that
grows with the square of their size.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import cached_property
from html import escape
from io import BufferedReader, BytesIO
from typing import Any

import feedparser

from rag.errors import ReadingError
from rag.reading.addresses import joined_address, without_tracking
from rag.reading.dates import parse_written_date
from rag.reading.decoding import MAXIMUM_FILE_BYTES, REPLACEMENT, decode_page
from rag.reading.feed_entries import is_article, tags_of, why_withheld
from rag.reading.feed_xml import well_formed
from rag.reading.formats.fragments import LINE_OF_WORDPRESS, read_fragment
from rag.reading.formats.streams import read_whole
from rag.reading.html_blocks import Block, page_blocks
from rag.reading.html_tree import NOT_XML, make_plain, parse_tree
from rag.reading.lines import is_sentence
from rag.reading.names import joined
from rag.reading.page import Entry, Page, page_or_error
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import MAXIMUM_ID_CHARACTERS
from rag.reading.zones import is_null
from rag.text.languages import decide_language

ROOTS_OF_FEEDS = frozenset({"rss", "feed", "RDF"})

_NAME_AT_END = re.compile(r"(?<=\d)\s[A-Z]{2,5}$")  # of a zone
_IS_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,500}>|&#?[A-Za-z0-9]{1,32};")
_ENDS_AS_SUMMARY = re.compile(
    r"(?:\[?(?:…|\.\.\.)\]?|(?:read|continue reading|view)\b.{0,60}(?:more|→|»|&raquo;)|continue reading"
    r"|read (?:the )?(?:more|full story|full article)|(?:baca )?selengkapnya|lanjutkan membaca)\W{0,5}\Z",
    re.IGNORECASE,
)
_MORE_THAN_NAME = re.compile(r"\s[-–—|»«·]\s|:\s|\b(?:rss|feed|comments?|komentar)\b", re.IGNORECASE)
_TAIL_CHARACTERS = 120
_LONG_CHARACTERS = 1_200  # a description of this length, or of more paragraphs than one, is no summary
_SEVERAL_PARAGRAPHS = 3
_WITHOUT_LINK = "it has neither a whole text nor an address: ask the feed's publisher for the text"


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """One entry of a feed.

    `source` names the entry in messages, `url` is the address of its page, and `changed` its time as written.
    `text` is its whole text as HTML, or None if the feed carries no more than a summary. `withheld` says why
    the entry is not published, if it is not.
    """

    source: str
    url: str | None
    guid: str | None
    changed: str | None
    title: str
    authors: Sequence[str]
    published_at: datetime | None
    updated_at: datetime | None
    tags: Sequence[str]
    language: str | None
    text: str | None
    outlet: str | None = None
    damage: ReadingError | None = None
    withheld: str | None = None

    def to_page(self) -> Page:
        """Return the page of the entry's text; raise ReadingError if there is none, or no article in it."""
        if self.withheld:
            raise ReadingError(self.withheld)
        if self.text is None:
            raise ReadingError(_only_a_summary(self.url))
        page = read_fragment(self.text, title=self.title)
        text = "\n\n".join(page.fields["paragraphs"])
        whole = replace(page, fields={**page.fields, **self._fields(page, text)})
        whole.refuse_damage(self.damage, mark=REPLACEMENT)
        return whole

    def _fields(self, page: Page, text: str) -> dict[str, Any]:
        authors = list(self.authors)
        metadata = {
            **page.fields["metadata"],
            "authors": authors if len(authors) > 1 else None,
            "tags": list(self.tags),
        }
        return {
            "id": None if self.url else self.guid,
            "url": self.url,
            "title": self.title or page.fields["title"],
            "outlet": self.outlet or page.fields["outlet"],
            "author": joined(authors) or page.fields["author"],
            # The only time of many entries is that of their last change.
            "published_at": self.published_at or page.fields["published_at"] or self.updated_at,
            "updated_at": self.updated_at or page.fields["updated_at"],
            "section": self.tags[0] if len(self.tags) == 1 else None,
            "language": decide_language(f"{self.title}\n{text}", hints=[self.language or ""]),
            "metadata": {name: value for name, value in metadata.items() if value},
        }


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The entries of a feed, and the address of its next page, which has older ones (RFC 5005)."""

    entries: Iterator[FeedEntry]
    next_page: str | None


def read_feed(data: bytes, *, address: str | None = None) -> Feed:
    """Read a feed; its entries come each guid once, and after them a ReadingError if the feed is cut short.

    Relative links are resolved against `address`, or against the address that the feed states. Raises
    ReadingError for anything but a feed.
    """
    if len(data) > MAXIMUM_FILE_BYTES:
        raise ReadingError(f"the feed has more than {MAXIMUM_FILE_BYTES:,} bytes, the limit: split it")
    text, damage = decode_page(data, is_markup=True)
    xml, fault = well_formed(text)
    feed = _parsed(xml, address)
    if not feed.version and not feed.entries:
        raise ReadingError("it is not a feed: give RSS or Atom")
    base = address or _own_address(feed.feed)
    entries = [
        _entry(entry, feed, number=number, base=base, damage=damage)
        for number, entry in enumerate(feed.entries, start=1)
        if is_article(entry)
    ]
    following = (link.get("href", "") for link in feed.feed.get("links", ()) if link.get("rel") == "next")
    return Feed(entries=_until_cut(entries, fault), next_page=joined_address(base, next(following, "")))


def _until_cut(entries: Sequence[FeedEntry], fault: str | None) -> Iterator[FeedEntry]:
    yield from each_once(entries)
    if fault:
        raise ReadingError(
            f"the feed is cut short ({fault}): its other entries were read, so get the whole feed"
        )


def _parsed(xml: bytes, address: str | None) -> Any:
    headers = {"content-location": address} if address else {}
    try:
        return feedparser.parse(BytesIO(xml), response_headers=headers, sanitize_html=False)
    except (ValueError, LookupError) as error:  # such as a namespace whose address contains a space
        raise ReadingError(f"the feed is damaged ({error}): get it again from its publisher") from None


def read_feed_file(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the articles of a feed in a file, and the reasons why other entries have none."""
    yield from entries_of(read_feed(read_whole(stream)).entries)


def entries_of(entries: Iterator[FeedEntry]) -> Iterator[Entry]:
    """Yield the articles of a feed's entries, and the reasons why others have none."""
    is_empty = True
    for entry in entries:
        is_empty = False
        yield Entry(page=page_or_error(entry.to_page), place=entry.source)
    if is_empty:
        raise ReadingError("the feed has no entries: save it again later")


def plain_line(markup: str) -> str:
    """Return a title or a name as one line of text, though a feed writes it as HTML, once or twice escaped.

    >>> plain_line("<b>Kopi</b> &amp;amp; teh, harga < 5")
    'Kopi & teh, harga < 5'
    """
    markup = NOT_XML.sub("", markup)
    for _ in range(3):
        if not _IS_MARKUP.search(markup):
            break
        try:
            tree = parse_tree(f"<div>{markup}</div>")
        except ReadingError:  # too much markup for one line
            markup = _IS_MARKUP.sub(" ", markup)
            continue
        make_plain(tree)
        markup = tree.text_content()
    return " ".join(markup.split())


def _own_address(feed: Any) -> str:
    links = [link for link in feed.get("links", []) if link.get("href")]
    own = [link["href"] for link in links if link.get("rel") == "self"]
    found = [*own, *([feed["link"]] if feed.get("link") else [])]
    return next((url for url in found if url.startswith(("http://", "https://"))), "")


def _entry(entry: Any, parsed: Any, *, number: int, base: str, damage: ReadingError | None) -> FeedEntry:
    feed, is_atom = parsed.feed, parsed.version.startswith("atom")
    url = _address(entry, base)
    url = None if url in (base, feed.get("link")) else url  # the address of the feed or of its site
    guid = entry.get("id") or None
    changed = _written(entry, "updated") or _written(entry, "published") or None
    authors = [_name(author.get("name") or "") for author in entry.get("authors", [])]
    if not any(authors):
        authors = [_name(entry.get("author") or "")]
    if is_atom and not any(authors):  # the author of the feed counts (RFC 4287, 4.2.1)
        authors = [_name(author.get("name") or "") for author in feed.get("authors", [])]
    published, updated = _time(entry, "published"), _time(entry, "updated")
    if not is_atom and published is None:  # feedparser takes a dc:date for a time of update
        published, updated = updated, None
    return FeedEntry(
        source=url or guid or f"entry {number}",
        url=url,
        guid=guid if guid and len(guid) <= MAXIMUM_ID_CHARACTERS and guid.isprintable() else None,
        changed=changed,
        title=plain_line(entry.get("title") or ""),
        authors=list(dict.fromkeys(filter(None, authors))),
        published_at=published,
        updated_at=updated,
        tags=list(dict.fromkeys(filter(None, map(plain_line, tags_of(entry))))),
        language=feed.get("language"),
        text=_whole_text(entry),
        outlet=outlet_of(entry, feed),
        damage=damage,
        withheld=why_withheld(entry),
    )


def outlet_of(entry: Any, feed: Any) -> str | None:
    """Return the outlet that an entry from elsewhere names, or the title of the feed if it is only a name."""
    name = plain_line((entry.get("source") or feed).get("title") or "")
    return name if name and not _MORE_THAN_NAME.search(name) else None


def _address(entry: Any, base: str) -> str | None:
    """Return the address of an entry's page: its link, or the address that its first link states."""
    url = joined_address(base, entry.get("link") or "")
    return without_tracking(url) if url else None


def _name(text: str) -> str:
    """Return an author's name without the e-mail address that RSS writes before it."""
    return plain_line(parseaddr(text)[0] if "@" in text else text)


def _time(entry: Any, name: str) -> datetime | None:
    """Return a time with the zone in which it is written, or in UTC if feedparser alone understands it.

    feedparser takes the time in a zone that it does not know for one in UTC: that is a time without a zone.
    """
    line = plain_line(_written(entry, name))
    unknown = _NAME_AT_END.search(line)
    written = parse_written_date(line) or (parse_written_date(line[: unknown.start()]) if unknown else None)
    parsed = dict.get(entry, f"{name}_parsed")
    if parsed and not written and not unknown:
        year, month, day, hour, minute, second = parsed[:6]
        with suppress(ValueError):  # of the day 0000-00-00, feedparser makes one of the year -1
            written = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return None if written is None or is_null(written) else written


def _written(entry: Any, name: str) -> str:
    # subtle: feedparser's own `get` gives the time of publication for a missing time of update
    return str(dict.get(entry, name) or "")


def _whole_text(entry: Any) -> str | None:
    """Return the text of an entry as HTML if it is more than a summary."""
    try:
        return _longest_text(entry)
    except ReadingError:  # reading the text as an article will report the error
        return str((entry.get("content") or [entry.get("summary_detail") or {}])[0].get("value"))


def _longest_text(entry: Any) -> str | None:
    summary = _Text(entry.get("summary_detail") or {})
    contents = [_Text(content) for content in entry.get("content", []) if content.get("value", "").strip()]
    for content in contents:
        if not content.is_cut and content.key != summary.key:
            return content.html
    described = contents[0] if contents else summary
    return described.html if described.is_long and not described.is_cut else None


class _Text:
    """A text of an entry, and what tells whether it is whole."""

    def __init__(self, detail: Any) -> None:
        self.html = _as_html(detail)

    @cached_property
    def _blocks(self) -> list[Block]:
        if not self.html.strip():
            return []
        tree = parse_tree(f"<html><body><article>{self.html}</article></body></html>")
        make_plain(tree)
        blocks = page_blocks(tree)
        return [block for block in blocks if block.key or _ENDS_AS_SUMMARY.fullmatch(block.text)]

    @property
    def key(self) -> str:
        """The letters of the text, by which it is compared with another."""
        return "".join(block.key for block in self._blocks)

    @property
    def is_long(self) -> bool:
        """Whether it is longer than a summary."""
        characters = sum(len(block.text) for block in self._blocks)
        # A list of linked headlines is no text.
        paragraphs = [block for block in self._blocks if is_sentence(block.text) and not block.is_link]
        return characters >= _LONG_CHARACTERS or len(paragraphs) >= _SEVERAL_PARAGRAPHS

    @property
    def is_cut(self) -> bool:
        """Whether it ends as a text does that goes on elsewhere."""
        own = [block for block in self._blocks if not LINE_OF_WORDPRESS.fullmatch(block.text)]
        return not own or _ENDS_AS_SUMMARY.search(own[-1].text[-_TAIL_CHARACTERS:]) is not None


def unless_cut(html: str) -> str | None:
    """Return the text of an entry, or None if it is empty or ends as one does that goes on elsewhere."""
    if not html.strip():
        return None
    try:
        return None if _Text({"value": html, "type": "text/html"}).is_cut else html
    except ReadingError:  # reading the text as an article will report the error
        return html


def _as_html(detail: Any) -> str:
    value = str(detail.get("value") or "")
    if "html" in str(detail.get("type", "")) or _IS_MARKUP.search(value):
        return value
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in split_paragraphs(value))


def each_once(entries: Sequence[FeedEntry]) -> Iterator[FeedEntry]:
    """Yield each entry once: the newest of those that have one guid, or one address."""
    newest: dict[object, FeedEntry] = {}
    for entry in entries:
        key = _identity(entry, newest)
        if key not in newest or _state(entry) > _state(newest[key]):
            newest[key] = entry
    yield from newest.values()


def _identity(entry: FeedEntry, others: dict[object, FeedEntry]) -> object:
    """Return what tells an entry from others. A guid does not if both address and title differ."""
    guid = entry.guid or entry.url or (entry.title, entry.text)
    other = others.get(guid)
    is_other = other is not None and other.url != entry.url and other.title != entry.title
    return (guid, entry.url, entry.title) if is_other else guid


def _state(entry: FeedEntry) -> float:
    time = entry.updated_at or entry.published_at
    return time.timestamp() if time else 0.0


def _only_a_summary(url: str | None) -> str:
    if url is None:
        return _WITHOUT_LINK
    return f"the feed carries only its summary: fetch the page with `kutip ingest {url}`"
