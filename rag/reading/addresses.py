"""Takes apart the addresses of pages."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from tld import get_fld

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|at_medium|at_campaign", re.IGNORECASE)


def host_and_path(url: str) -> tuple[str, str]:
    """Return the host and the path of an address, both empty if it is malformed.

    >>> host_and_path("https://news.example.org/a?b"), host_and_path("http://[x/y")
    (('news.example.org', '/a'), ('', ''))
    """
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.path
    except ValueError:
        return "", ""


def is_page_address(url: object) -> bool:
    """Whether an address is that of one page; some sites name their home page on every page."""
    return isinstance(url, str) and host_and_path(url)[1].strip("/") != ""


def without_tracking(url: str) -> str:
    """Return an address without its fragment and without parameters that say where a reader comes from.

    >>> without_tracking("https://news.example.org/a?id=7&utm_source=rss#top")
    'https://news.example.org/a?id=7'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [part for part in parts.query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


def is_same_site(url: str, other: str) -> bool:
    """Whether two addresses belong to one registered domain, such as `m.example.co.id` and `example.co.id`.

    >>> is_same_site("https://m.example.co.id/a", "https://example.co.id/a")
    True
    >>> is_same_site("https://one.co.id/a", "https://two.co.id/a")
    False
    """
    return _site(url) == _site(other) != ""


def _site(url: str) -> str:
    return get_fld(url, fail_silently=True) or host_and_path(url)[0]


def own_address(stated: object, *, found_at: str) -> str:
    """Return the address that a page states for itself if it is a page of the same site, else `found_at`.

    >>> own_address("https://example.org/a", found_at="https://m.example.org/a?amp")
    'https://example.org/a'
    >>> own_address("https://example.org/", found_at="https://m.example.org/a?amp")
    'https://m.example.org/a?amp'
    """
    is_own = isinstance(stated, str) and is_page_address(stated) and is_same_site(stated, found_at)
    return str(stated) if is_own else found_at


def joined_address(base: str, stated: str) -> str | None:
    """Return the address of the web that a link on the page `base` leads to, or None if it leads to none.

    >>> joined_address("https://kabar.example/feed", "?page=2")
    'https://kabar.example/feed?page=2'
    """
    try:
        url = urljoin(base, stated.strip()) if stated.strip() else ""
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
