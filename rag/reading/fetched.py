"""Makes an article of a page that was fetched, with the address at which it was found."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from rag.reading.addresses import host_and_path, is_page_address, is_same_site
from rag.reading.files import read_page
from rag.reading.page import Page

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}
_GUESSED = ("guess", "url")


def read_fetched_page(
    data: bytes,
    *,
    url: str,
    media_type: str,
    charset: str | None,
    stated: Mapping[str, Any] | None = None,
) -> Page:
    """Return the page that was fetched from an address; raise ReadingError if it holds no article.

    The address that the page itself states counts if it is one of the same site. `stated` are fields that a
    feed states about the page, for those that the page lacks.
    """
    suffix = _SUFFIXES.get(media_type) or PurePosixPath(host_and_path(url)[1]).suffix or ".html"
    page = read_page(_as_utf8(data, charset) if suffix in (".html", ".txt", ".md") else data, suffix=suffix)
    own = page.fields.get("url")
    is_own = isinstance(own, str) and is_page_address(own) and is_same_site(own, url)
    fields = {**page.fields, "url": own if is_own else url}
    return replace(page, fields=_completed(fields, stated or {}))


def _completed(fields: dict[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(fields.get("metadata") or {})
    if stated.get("published_at") and metadata.get("date_source") in _GUESSED:
        del metadata["date_source"]
        fields["published_at"] = None
    missing = {name: value for name, value in stated.items() if value and not fields.get(name)}
    return {**fields, **missing, "metadata": metadata}


def _as_utf8(data: bytes, charset: str | None) -> bytes:
    """Return a text as UTF-8 if the server states another encoding; a text in UTF-8 stays as it is."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return data
    try:
        return data.decode(charset or "utf-8").encode()
    except (LookupError, UnicodeError):
        return data
