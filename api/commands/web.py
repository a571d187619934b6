"""Prepares a command for reading from the web."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.commands.options import has_corpus
from api.commands.terminal import say
from rag.fetching.bookmarks import BOOKMARKS_FILE, Bookmarks, forget_all
from rag.fetching.fetcher import Fetcher, FetchLimits
from rag.fetching.network import is_public
from rag.fetching.sources import OnDropped, WebReader
from rag.reading import Overrides
from rag.settings import Settings


@contextmanager
def reading_web(
    settings: Settings,
    *,
    overrides: Overrides,
    on_dropped: OnDropped,
    fetches_again: bool,
    allows_private: bool,
) -> Iterator[WebReader]:
    """Give a reader of web addresses; at the end, keep its bookmarks and print how much was skipped."""
    path = settings.data_dir / BOOKMARKS_FILE
    if not has_corpus(settings):
        forget_all(path)
    limits = FetchLimits(delay_seconds=settings.fetch_delay_seconds)
    is_allowed = _any_address if allows_private else is_public
    fetcher = Fetcher(contact=settings.fetch_contact, is_allowed=is_allowed, limits=limits)
    with fetcher, Bookmarks(path) as bookmarks:
        reader = WebReader(
            fetcher=fetcher,
            bookmarks=bookmarks,
            overrides=overrides,
            fetches_again=fetches_again,
            on_dropped=on_dropped,
        )
        yield reader
        reader.finish()
    if reader.skipped:
        say(f"{reader.skipped} pages have not changed since they were fetched: see --fetch-again.")


def _any_address(_: str) -> bool:
    return True
