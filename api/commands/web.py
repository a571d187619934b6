"""Prepares a command for reading from the web."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.commands.options import has_corpus
from api.commands.terminal import counted, say
from rag.datatypes import Article, Unreadable
from rag.fetching.bookmarks import BOOKMARKS_FILE, Bookmarks, forget_all
from rag.fetching.fetcher import Fetcher, FetchLimits
from rag.fetching.network import is_public
from rag.fetching.sources import OnDropped, WebReader
from rag.reading import Overrides
from rag.settings import Settings


@dataclass(frozen=True)
class FromWeb:
    """The articles of web addresses; call `confirm` with the id of each that is stored."""

    items: Iterator[Article | Unreadable]
    confirm: Callable[[str], None] | None = None


@dataclass(frozen=True)
class WebReading:
    """How a command reads from the web."""

    settings: Settings
    overrides: Overrides
    on_dropped: OnDropped
    fetches_again: bool
    allows_private: bool

    @contextmanager
    def opened(self, urls: Sequence[str]) -> Iterator[FromWeb]:
        """Give the articles; at the end, keep the bookmarks and print how much has not changed."""
        if not urls:
            yield FromWeb(iter(()))
            return
        path = bookmarks_path(self.settings)
        if not has_corpus(self.settings):
            forget_all(path)
        limits = FetchLimits(delay_seconds=self.settings.fetch_delay_seconds)
        is_allowed = _any_address if self.allows_private else is_public
        fetcher = Fetcher(contact=self.settings.fetch_contact, is_allowed=is_allowed, limits=limits)
        with fetcher, Bookmarks(path) as bookmarks:
            reader = WebReader(
                fetcher=fetcher,
                bookmarks=bookmarks,
                overrides=self.overrides,
                fetches_again=self.fetches_again,
                on_dropped=self.on_dropped,
            )
            yield FromWeb(reader.read(urls), reader.confirm)
            reader.finish()
        if reader.skipped:
            pages = counted(reader.skipped, "page has", "pages have")
            say(f"{pages} not changed since the last run: see --fetch-again.")


def bookmarks_path(settings: Settings) -> Path:
    """Return the file of bookmarks: one for the local corpus, and one for each corpus on a Milvus server."""
    if settings.corpus == "local":
        return settings.data_dir / BOOKMARKS_FILE
    corpus = hashlib.sha256(f"{settings.milvus_uri} {settings.milvus_prefix}".encode()).hexdigest()[:12]
    return (settings.data_dir / BOOKMARKS_FILE).with_stem(f"{Path(BOOKMARKS_FILE).stem}-{corpus}")


def _any_address(_: str) -> bool:
    return True
