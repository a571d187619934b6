"""Reads articles, feeds and sitemaps from the web; yields one Article or Unreadable at a time.

A bookmark is kept only when its article is stored, so a run that is stopped loses nothing. A feed or sitemap
gets one when all that it names has one. So the next run asks again for whatever failed.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from rag.datatypes import Article, Unreadable
from rag.errors import KutipError, MissingExtra, ReadingError
from rag.fetching.bodies import unpacked
from rag.fetching.bookmarks import Bookmark, Bookmarks
from rag.fetching.fetcher import Fetched, Fetcher, Validators, checked_address
from rag.fetching.sitemaps import SitemapEntry, read_list_of_addresses, read_sitemap
from rag.reading.addresses import without_tracking
from rag.reading.dates import parse_written_date
from rag.reading.feeds import ROOTS_OF_FEEDS, Feed, FeedEntry, read_feed
from rag.reading.fetched import read_fetched
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.formats.xml_stream import root_name
from rag.reading.json_feeds import parse_json_feed, read_json_feed
from rag.reading.page import Entry, Overrides, Page, page_or_error, unexpected_error

MAXIMUM_DEPTH = 5  # of sitemaps and feeds that lead to each other; the protocol allows one index
MAXIMUM_PAGES = 100  # of one feed
MAXIMUM_LISTS = 10_000  # sitemaps and feeds in one run

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_ROOTS_OF_SITEMAPS = ("urlset", "sitemapindex")
_MAXIMUM_UNPACKED_BYTES = 50_000_000

OnDropped = Callable[[str, Sequence[str]], None]


def is_web_address(text: str) -> bool:
    """Whether a text is meant as an address of the web and not as a path."""
    return _ADDRESS.match(text) is not None


@dataclass(frozen=True, kw_only=True)
class _Link:
    """An address to fetch. `above` are the sitemaps that lead to it; `stated` is what a feed says of it.

    `page` counts the pages of a feed.
    """

    url: str
    changed: str | None = None
    is_sitemap: bool = False
    above: tuple[str, ...] = ()
    stated: Mapping[str, Any] = field(default_factory=dict)
    page: int = 1

    @property
    def may_have_changed(self) -> bool:
        """Whether the address must be asked: the caller named it, or it is a later page of a feed."""
        return not self.above or self.page > 1


@dataclass(kw_only=True)
class WebReader:
    """Reads addresses of the web in one run, and skips what an earlier run stored.

    With `fetches_again`, it reads everything as if there were no bookmarks. `on_dropped` is called with a
    page's address and the lines that are no part of its article.
    """

    fetcher: Fetcher
    bookmarks: Bookmarks
    overrides: Overrides
    fetches_again: bool = False
    on_dropped: OnDropped | None = None
    _unchanged: set[str] = field(default_factory=set)
    _visited: set[str] = field(default_factory=set)
    # Bookmarks of articles whose storage is not confirmed, by article id.
    _pending: dict[str, list[Bookmark]] = field(default_factory=dict)
    _stored: set[str] = field(default_factory=set)
    _taken: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _lists: list[tuple[Bookmark, list[str]]] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        """The number of addresses that have not changed, or gave the text of another address."""
        return len(self._unchanged)

    def read(self, urls: Sequence[str]) -> Iterator[Article | Unreadable]:
        """Yield the articles at these addresses, and those that the feeds and sitemaps there name."""
        for url in urls:
            yield from self._visit(_Link(url=url.strip()))

    def confirm(self, article_id: str) -> None:
        """Keep the bookmarks of an article that is stored."""
        self._stored.add(article_id)
        for bookmark in self._pending.pop(article_id, ()):
            self.bookmarks.keep(bookmark)

    def finish(self) -> None:
        """Keep the bookmarks of the feeds and sitemaps of which everything is stored."""
        for bookmark, members in self._lists:  # what stands in a sitemap comes before it
            if self.bookmarks.has_all(members):
                self.bookmarks.keep(bookmark)

    def _visit(self, link: _Link) -> Iterator[Article | Unreadable]:
        return _or_reason(self._articles_at(link), link.url)

    def _articles_at(self, link: _Link) -> Iterator[Article | Unreadable]:
        address = _canonical(link.url)
        if address in link.above:
            raise ReadingError("the sitemap names itself, or one that leads to it: it was read once")
        if address in self._visited:
            return
        known = None if self.fetches_again else self.bookmarks.find(address)
        if known and _is_known(link, known):
            self._unchanged.add(address)
            return
        self._visited.add(address)
        self._unchanged.discard(address)
        checked_address(link.url)
        self._check_depth(link)
        fetched = self.fetcher.fetch(address, known=known.validators if known else Validators())
        if fetched.is_unchanged and known:
            self.bookmarks.keep(replace(known, changed=_later(link.changed, known.changed)))
            self._unchanged.add(address)
            return
        yield from self._read(fetched, link, address=address)

    def _check_depth(self, link: _Link) -> None:
        if len(link.above) > MAXIMUM_DEPTH or len(self._lists) > MAXIMUM_LISTS:
            raise ReadingError(
                f"the sitemaps lead to more sitemaps, deeper than {MAXIMUM_DEPTH} levels or more than "
                f"{MAXIMUM_LISTS:,}: name the sitemap that you want"
            )
        if link.page > MAXIMUM_PAGES:
            raise ReadingError(f"the feed has more than {MAXIMUM_PAGES} pages: name this page to read on")

    def _read(self, fetched: Fetched, link: _Link, *, address: str) -> Iterator[Article | Unreadable]:
        data = unpacked(fetched.body, maximum=_MAXIMUM_UNPACKED_BYTES)
        root = root_name(data[:HEAD_BYTES].lstrip()) or ""
        bookmark = Bookmark(url=address, changed=link.changed, validators=fetched.validators)
        if root in ROOTS_OF_FEEDS:
            feed = read_feed(data, address=fetched.url)
            yield from self._read_feed(feed, fetched, link, bookmark)
        elif stated := parse_json_feed(data):
            feed = read_json_feed(stated, address=fetched.url)
            yield from self._read_feed(feed, fetched, link, bookmark)
        elif root in _ROOTS_OF_SITEMAPS:
            yield from self._read_list(read_sitemap(data), link, bookmark)
        elif found := _addresses_in(data, fetched):
            yield from self._read_list(iter(found), link, bookmark)
        elif link.is_sitemap:
            raise ReadingError("there is no sitemap at this address: correct the index of sitemaps")
        else:
            media_type = "text/html" if root.lower() == "html" else fetched.media_type
            entries = read_fetched(
                data,
                url=without_tracking(fetched.url),
                media_type=media_type,
                charset=fetched.charset,
                stated=link.stated,
            )
            yield from self._read_entries(entries, bookmark, prohibition=fetched.prohibition)

    def _read_entries(
        self, entries: Iterator[Entry], bookmark: Bookmark, *, prohibition: str | None
    ) -> Iterator[Article | Unreadable]:
        """Yield the article of a page, or those of a file of many."""
        members: list[str] = []
        for entry in entries:
            own = Bookmark(url=f"{bookmark.url} {entry.place}") if entry.place else bookmark
            members += [own.url] if entry.place else []
            yield from _or_reason(self._article(entry.page, own, prohibition=prohibition), own.url)
        if members:
            self._lists.append((bookmark, members))

    def _article(
        self, page: Page | ReadingError, bookmark: Bookmark, *, prohibition: str | None
    ) -> Iterator[Article]:
        """Yield the article of a page, unless the same text was read from another address in this run."""
        if isinstance(page, ReadingError):
            raise page
        page = Page(fields=page.fields, prohibition=page.prohibition or prohibition, dropped=page.dropped)
        article = page.to_article(default_id=None, overrides=self.overrides)
        digest = hashlib.sha256(article.text.encode()).digest()
        other, text = self._taken.setdefault(article.id, (bookmark.url, digest))
        if digest != text:
            raise ReadingError(
                f"it names {article.url} as its own address, as the other page {other} does: "
                "save one of them as a file and give it an id"
            )
        if article.id in self._stored:
            self.bookmarks.keep(bookmark)
        else:
            self._pending.setdefault(article.id, []).append(bookmark)
        if other != bookmark.url:
            self._unchanged.add(bookmark.url)
            return
        if self.on_dropped and page.dropped:
            self.on_dropped(bookmark.url, page.dropped)
        yield article

    def _read_list(
        self, entries: Iterator[SitemapEntry], link: _Link, bookmark: Bookmark
    ) -> Iterator[Article | Unreadable]:
        members: list[str] = []
        above = (*link.above, bookmark.url)
        for entry in entries:
            inside = _Link(url=entry.url, changed=entry.changed, is_sitemap=entry.is_sitemap, above=above)
            members.append(_canonical(entry.url))
            yield from self._visit(inside)
        self._lists.append((bookmark, members))

    def _read_feed(
        self, feed: Feed, fetched: Fetched, link: _Link, bookmark: Bookmark
    ) -> Iterator[Article | Unreadable]:
        members: list[str] = []
        above = (*link.above, bookmark.url)
        for entry in feed.entries:
            url = _canonical(entry.url) if entry.url else f"{bookmark.url} {entry.source}"
            own = Bookmark(url=url, changed=entry.changed)
            members.append(own.url)
            yield from self._read_entry(entry, own, above=above, prohibition=fetched.prohibition)
        if feed.next_page and members and _canonical(feed.next_page) not in self._visited:
            members.append(_canonical(feed.next_page))
            yield from self._visit(replace(link, url=feed.next_page, changed=None, page=link.page + 1))
        self._lists.append((bookmark, members))

    def _read_entry(
        self, entry: FeedEntry, bookmark: Bookmark, *, above: tuple[str, ...], prohibition: str | None
    ) -> Iterator[Article | Unreadable]:
        """Yield the article of an entry: from the feed if its whole text is there, else from its page."""
        if entry.text is None and entry.url:
            stated = {"published_at": entry.published_at, "title": entry.title}
            yield from self._visit(_Link(url=entry.url, changed=entry.changed, above=above, stated=stated))
            return
        known = None if self.fetches_again else self.bookmarks.find(bookmark.url)
        is_known = known and entry.changed and _later(entry.changed, known.changed) == known.changed
        if bookmark.url in self._visited:
            return
        if is_known:
            self._unchanged.add(bookmark.url)
            return
        self._visited.add(bookmark.url)
        page = page_or_error(entry.to_page)
        yield from _or_reason(self._article(page, bookmark, prohibition=prohibition), entry.source)


def _or_reason(articles: Iterator[Article | Unreadable], source: str) -> Iterator[Article | Unreadable]:
    """Yield articles, and at last the reason if one cannot be read."""
    try:
        yield from articles
    except (ReadingError, MissingExtra) as error:
        yield Unreadable(source=source, reason=str(error))
    except KutipError:
        raise
    except Exception as error:  # noqa: BLE001, `unexpected_error` writes it to the log
        yield Unreadable(source=source, reason=str(unexpected_error(error, source=source)))


def _canonical(url: str) -> str:
    """Return an address as it is compared; a text that is no address stays as it is."""
    try:
        return without_tracking(str(checked_address(url)))
    except ReadingError:
        return url


def _is_known(link: _Link, known: Bookmark) -> bool:
    """Whether an address need not be asked: a feed or sitemap names it, and states no newer time."""
    if link.may_have_changed:
        return False
    if link.changed:
        return _later(link.changed, known.changed) == known.changed
    return not link.is_sitemap


def _later(stated: str | None, known: str | None) -> str | None:
    """Return the later of two times as feeds and sitemaps write them, or the first if one is unreadable."""
    if not stated or not known:
        return stated or known
    one, other = parse_written_date(stated), parse_written_date(known)
    if one is None or other is None:
        return stated
    one, other = (time if time.tzinfo else time.replace(tzinfo=UTC) for time in (one, other))
    return stated if one > other else known


def _addresses_in(data: bytes, fetched: Fetched) -> list[SitemapEntry]:
    is_text = fetched.media_type == "text/plain" and data.lstrip()[:4].lower() == b"http"
    return read_list_of_addresses(data.decode("utf-8", errors="replace")) if is_text else []
