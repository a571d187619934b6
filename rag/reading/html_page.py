"""Reads an HTML page: trafilatura finds the article's text, and this module reads the page's metadata.

This module reads JSON-LD and meta elements itself, because trafilatura cuts times down to days, and because
its search for a date takes quadratic time on a page with many dates.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import unescape
from typing import Any

from lxml.etree import HTMLParser as EventParser
from lxml.etree import LxmlError, _Element, fromstring, iterwalk, strip_elements
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura.metadata import extract_author, extract_title
from trafilatura.settings import Document, Extractor

from rag.errors import ReadingError
from rag.reading.dates import parse_written_date
from rag.reading.page import Page
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import with_metadata
from rag.reading.rights import find_markup_prohibition, find_prohibition
from rag.reading.text_page import read_text_page

# Limits far above any article's page, but low enough that parsing and extraction end within seconds.
MAXIMUM_ELEMENTS = 50_000
MAXIMUM_ATTRIBUTES = 500
MAXIMUM_ATTRIBUTES_OF_ALL = 250_000
MAXIMUM_DEPTH = 250  # libxml2 silently drops elements nested deeper than 256
MAXIMUM_TEXT_CHARACTERS = 1_000_000  # without scripts and styles
# Up to these limits, trafilatura compares its result with justext's. The comparison takes time quadratic in
# the number of elements, and minutes for long texts.
_COMPARED_ELEMENTS = 10_000
_COMPARED_CHARACTERS = 200_000

_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "publishdate",
    "pubdate",
    "date",
)
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod")
_BLOCK = re.compile(  # elements of HTML and of trafilatura's tree, where `head` is a heading
    r"address|article|aside|blockquote|body|code|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6]|head"
    r"|header|hr|item|li|list|main|nav|ol|p|pre|quote|row|section|table|tbody|tr|ul"
)
_SEPARATORS = {"br": "\n", "lb": "\n", "td": " ", "th": " ", "cell": " "}
_SKIPPED = frozenset({"head", "nav", "script", "style", "template"})
_NO_TEXT = frozenset({"script", "style"})
_SPACES = re.compile(r"[ \t\n\r\f]+")  # the spaces that HTML collapses; a no-break space stays
_SEVERAL_SPACES = re.compile(r" {2,}")
_BEFORE_OUTLET = " -–—|·"
# subtle: a reference such as &#11; puts a character into the tree that lxml then refuses to copy
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_html_page(html: str) -> Page:
    """Return the page's fields; raise ReadingError if it holds no article or exceeds a limit."""
    tree = _parse(html.encode())
    prohibition = find_markup_prohibition(tree) or find_prohibition(_block_text(tree))
    stated = {name: value for name, value in _stated_fields(tree).items() if value}
    title = stated.get("title", "")
    page = read_text_page(_article_text(tree, title=title), title=title)
    return Page(fields=with_metadata({**page.fields, **stated}), prohibition=prohibition or page.prohibition)


class _Limits:
    """A parser target that keeps nothing; raises ReadingError if the page exceeds a limit."""

    def __init__(self) -> None:
        self.elements = 0
        self.attributes = 0
        self.depth = 0
        self.characters = 0
        self._is_text = True

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        self.attributes += len(attributes)
        self.depth += 1
        self._is_text = tag not in _NO_TEXT
        _check_limit("elements", self.elements, MAXIMUM_ELEMENTS)
        _check_limit("attributes on one element", len(attributes), MAXIMUM_ATTRIBUTES)
        _check_limit("attributes", self.attributes, MAXIMUM_ATTRIBUTES_OF_ALL)
        _check_limit("elements nested in each other", self.depth, MAXIMUM_DEPTH)

    def data(self, text: str) -> None:
        self.characters += len(text) if self._is_text else 0
        _check_limit("characters of text", self.characters, MAXIMUM_TEXT_CHARACTERS)

    def end(self, _tag: str) -> None:
        self.depth -= 1
        self._is_text = True

    def close(self) -> None:
        """End the parse; there is nothing to return."""


def _check_limit(counted: str, count: int, maximum: int) -> None:
    if count > maximum:
        raise ReadingError(
            f"the page has more than {maximum:,} {counted}: give the article's text as .txt or .jsonl"
        )


def _parse(data: bytes) -> HtmlElement:
    # subtle: check the limits on parser events, because libxml2 takes quadratic time for long attribute lists
    limits: Any = _Limits()
    fromstring(data, parser=EventParser(target=limits, encoding="utf-8"))
    try:
        parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = document_fromstring(data, parser=parser)
    except LxmlError:
        raise ReadingError("the page holds no article: it has no elements") from None
    for element in tree.iter():
        element.text = element.text and _NOT_XML.sub("", element.text)
        element.tail = element.tail and _NOT_XML.sub("", element.tail)
    return tree


def _article_text(tree: HtmlElement, *, title: str) -> str:
    strip_elements(tree, *_NO_TEXT, with_tail=False)
    has_many_elements = sum(1 for _ in tree.iter()) > _COMPARED_ELEMENTS
    is_long = has_many_elements or sum(map(len, tree.itertext())) > _COMPARED_CHARACTERS
    options = Extractor(output_format="python", comments=False, fast=is_long)
    # subtle: with the default, trafilatura returns all text of a page with a short article, even navigation
    options.min_extracted_size = 0
    document = bare_extraction(tree, options=options)
    text = _block_text(document.body) if isinstance(document, Document) else ""
    blocks = [block for block in split_paragraphs(text) if block != title]
    if not blocks:
        raise ReadingError("the page holds no article: give a page with one story's text")
    return "\n\n".join(blocks)


def _block_text(root: _Element) -> str:
    """Return the text of the tree with blank lines between blocks, without trafilatura's headings."""
    walk = iterwalk(root, events=("start", "end"))
    parts = []
    for event, element in walk:
        tag = str(element.tag)
        parts.append("\n\n" if _BLOCK.fullmatch(tag) else _SEPARATORS.get(tag, ""))
        if event == "start" and tag in _SKIPPED:
            walk.skip_subtree()
        elif event == "start":
            parts.append(_SPACES.sub(" ", element.text or ""))
        else:
            parts.append(_SPACES.sub(" ", element.tail or ""))
    return _SEVERAL_SPACES.sub(" ", "".join(parts))


def _stated_fields(tree: HtmlElement) -> dict[str, Any]:
    """Return the stated fields: from JSON-LD first, then meta elements, then headings and bylines."""
    linked = _json_ld_article(tree)
    metas = _metas(tree)
    outlet = _names(linked.get("publisher")) or metas.get("og:site_name")
    headline = _names(linked.get("headline")) or _without_outlet(metas.get("og:title"), outlet)
    published = [linked.get("datePublished"), *map(metas.get, _PUBLISHED), *_time_elements(tree)]
    updated = [linked.get("dateModified"), *map(metas.get, _UPDATED)]
    return {
        "title": headline or extract_title(tree),
        "outlet": outlet,
        "author": _author(linked, metas) or extract_author(tree),
        "published_at": _first_time(published),
        "updated_at": _first_time(updated),
        "url": _url(tree, linked, metas),
        "language": (tree.get("lang") or _names(linked.get("inLanguage")) or "").replace("_", "-"),
        "section": _names(_items(linked.get("articleSection"))[:1]) or metas.get("article:section"),
        "license": metas.get("license") or _names(linked.get("license")),
    }


def _json_ld_article(tree: HtmlElement) -> dict[str, Any]:
    """Return the first article in the page's JSON-LD, with its references by `@id` resolved."""
    scripts = tree.xpath('//script[starts-with(@type, "application/ld+json")]/text()')
    nodes = [node for script in scripts for node in _nodes(_load_json(script))]
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    article = next(filter(_is_article, nodes), {})
    return {field: named.get(_reference(value), value) for field, value in article.items()}


def _load_json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):  # broken JSON-LD is common, and the page can be read without it
        return None


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    for item in _items(value):
        if isinstance(item, dict):
            yield item
            yield from (node for node in _items(item.get("@graph")) if isinstance(node, dict))


def _is_article(node: Mapping[str, Any]) -> bool:
    return any(str(kind).endswith(("Article", "Posting")) for kind in _items(node.get("@type")))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _reference(value: Any) -> str:
    return str(value.get("@id")) if isinstance(value, dict) else ""


def _names(value: Any) -> str | None:
    """Return the text of a JSON-LD value: a string, an object with a name, or a list of them."""
    names = [item.get("name") if isinstance(item, dict) else item for item in _items(value)]
    return ", ".join(name for name in map(_plain, names) if name) or None


def _plain(value: Any) -> str:
    return " ".join(_NOT_XML.sub("", unescape(value)).split()) if isinstance(value, str) else ""


def _metas(tree: HtmlElement) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in tree.iterfind(".//meta[@content]"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        metas.setdefault(name.strip().lower(), _plain(meta.get("content")))
    return metas


def _without_outlet(title: str | None, outlet: str | None) -> str | None:
    """Return the title without the " - Outlet" that many sites append."""
    return title.removesuffix(outlet).rstrip(_BEFORE_OUTLET) if title and outlet else title


def _author(linked: Mapping[str, Any], metas: Mapping[str, str]) -> str | None:
    stated = [_names(linked.get("author")), metas.get("author"), metas.get("article:author")]
    return next((name for name in stated if name and not name.startswith("http")), None)


def _url(tree: HtmlElement, linked: Mapping[str, Any], metas: Mapping[str, str]) -> str | None:
    canonical = tree.xpath('//link[@rel="canonical"]/@href')
    stated = [*map(_plain, canonical), metas.get("og:url"), _names(linked.get("url"))]
    return next((url for url in stated if url and url.startswith(("http://", "https://"))), None)


def _time_elements(tree: HtmlElement) -> list[str]:
    return list(tree.xpath("(//article//time/@datetime | //main//time/@datetime)[1]"))


def _first_time(values: Iterable[object]) -> datetime | None:
    times = (parse_written_date(value) for value in values if isinstance(value, str) and value)
    return next(filter(None, times), None)
