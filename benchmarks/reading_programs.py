"""What Kutip and other programs read in one page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain

import htmldate
import trafilatura
from lxml.html import document_fromstring
from trafilatura.settings import Document

from benchmarks.reading_sets import Expected, names_of, primary_tag
from rag.errors import ReadingError
from rag.reading.decoding import decode_page
from rag.reading.html_page import read_html_page
from rag.reading.page import Overrides


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader gives for one page."""

    paragraphs: Sequence[str] = ()
    title: str = ""
    authors: frozenset[str] = frozenset()
    day: str = ""
    language: str = ""


Reader = Callable[[Expected], Reading]


def read_with_kutip(page: Expected) -> Reading:
    """Read a page as `kutip ingest` does, as one that was fetched if its address is known."""
    try:
        text, _ = decode_page(page.html, is_markup=True)
        found = read_html_page(text)
        found = found.found_at(found.fields.get("url") or page.url) if page.url else found
        article = found.to_article(default_id="page", overrides=Overrides(permission="benchmark"))
    except ReadingError:
        return Reading()
    return Reading(
        paragraphs=article.paragraphs,
        title=article.title,
        authors=names_of(article.author or ""),
        day=_day_of(article.published_at),
        language=primary_tag(article.language),
    )


def read_with_trafilatura(page: Expected) -> Reading:
    """Read a page with trafilatura."""
    found = trafilatura.bare_extraction(
        page.html, url=page.url or None, with_metadata=True, include_comments=False
    )
    if not isinstance(found, Document):
        return Reading()
    return Reading(
        paragraphs=(found.text or "").split("\n"),
        title=found.title or "",
        authors=names_of(found.author or ""),
        day=found.date or "",
        language=primary_tag(found.language),
    )


def read_with_htmldate(page: Expected) -> Reading:
    """Find a page's day with htmldate."""
    text = _decoded(page)
    return Reading(day=htmldate.find_date(text, original_date=True) or "")


def read_with_newspaper(page: Expected) -> Reading:
    """Read a page with newspaper4k."""
    newspaper = import_module("newspaper")
    text = _decoded(page)
    article = newspaper.Article(page.url or "https://news.example/", fetch_images=False)
    article.download(input_html=text)
    try:
        article.parse()
    except (ImportError, ValueError):  # languages that need more libraries, and pages that it cannot parse
        return Reading()
    return Reading(
        paragraphs=article.text.split("\n\n"),
        title=article.title or "",
        authors=names_of("; ".join(article.authors)),
        day=_day_of(article.publish_date),
        language=primary_tag(article.meta_lang),
    )


def read_with_readability(page: Expected) -> Reading:
    """Read a page with readability-lxml."""
    text = _decoded(page)
    document = import_module("readability").Document(text)
    tree = document_fromstring(document.summary())
    blocks = tree.xpath("//*[self::p or self::li or self::h2 or self::h3 or self::pre or self::td]")
    return Reading(
        paragraphs=[block.text_content() for block in blocks] or [tree.text_content()],
        title=document.short_title(),
    )


def read_with_goose(page: Expected) -> Reading:
    """Read a page with goose3."""
    text = _decoded(page)
    try:
        with import_module("goose3").Goose({"enable_image_fetching": False}) as goose:
            article = goose.extract(raw_html=text)
    except (
        ImportError,
        ValueError,
    ):  # languages that need more libraries, and pages that goose3 cannot parse
        return Reading()
    authors = [item if isinstance(item, list) else [item] for item in article.authors or ()]  # lists in lists
    return Reading(
        paragraphs=(article.cleaned_text or "").split("\n\n"),
        title=article.title or "",
        authors=names_of("; ".join(map(str, chain.from_iterable(authors)))),
        day=(article.publish_date or "")[:10],
        language=primary_tag(article.meta_lang),
    )


# The module and the function of each program, by the name of its distribution.
_READERS: dict[str, tuple[str, Reader]] = {
    "trafilatura": ("trafilatura", read_with_trafilatura),
    "htmldate": ("htmldate", read_with_htmldate),
    "newspaper4k": ("newspaper", read_with_newspaper),
    "readability-lxml": ("readability", read_with_readability),
    "goose3": ("goose3", read_with_goose),
}


def installed_readers() -> dict[str, Reader]:
    """Return Kutip and the programs that are installed."""
    installed = {name: read for name, (module, read) in _READERS.items() if find_spec(module)}
    return {"Kutip": read_with_kutip, **installed}


def releases(names: Iterable[str]) -> list[str]:
    """Return the names of programs with their releases."""
    return [f"{name} {version(name)}" for name in names if name in _READERS]


def _decoded(page: Expected) -> str:
    """Return a page's text for the programs that take no bytes."""
    try:
        return decode_page(page.html, is_markup=True)[0]
    except ReadingError:
        return page.html.decode(errors="replace").replace("\0", "")


def _day_of(time: datetime | date | None) -> str:
    return time.strftime("%Y-%m-%d") if time else ""
