"""Reads what a page states about its story, in JSON-LD, meta elements, microdata and `time` elements."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from html import unescape
from typing import Any

from htmldate import find_date as guess_date
from lxml.etree import _Element, tostring
from lxml.html import HtmlElement

from rag.reading.addresses import host_and_path
from rag.reading.dates import date_in_url, parse_written_date
from rag.reading.html_authors import find_authors, find_owner
from rag.reading.html_blocks import text_key
from rag.reading.html_tree import NOT_XML
from rag.reading.json_ld import (
    address_of,
    is_article,
    items_of,
    json_ld_nodes,
    names_of,
    plain_text,
    text_of,
)
from rag.reading.names import is_domain, share_of_words, split_title, squashed

# Names of meta elements, without punctuation: "article:published_time" is "articlepublishedtime".
_PUBLISHED = re.compile(
    r".*publish(?:ed|edtime|eddate|edat|edon|date|time|_date|timestamp)?(?:iso|utc|gmt)?|.*pubdate|pubdate."
    r"*|(?:dc|dcterms|dcterm)?"
    r"(?:date|dateissued|datecreated|issued|created|available)|citation(?:publication|online|cover)?date|sa"
    r"ilthrudate"
    r"|parselypubdate|.*datecreated|.*releasedate|.*postdate|.*publicationdate|originalpublicationdate|arti"
    r"cledate"
    r"|articlecreated|cdate|timestamp|displaydate|shareaholicarticlepublishedtime|.*publishdate.*"
)
_UPDATED = re.compile(
    r"(?>.*?modif)\w*|.*(?:updated?|updatedtime|lastmod|dateupdated|revised|update)(?:time|date|at|on)?"
)
_NEVER_DATES = re.compile(
    r".*(?:expir|embargo|valid|video|image|copyright|start|end|event|crawl|publisher).*"
)
_PUBLISHED_FIRST = (
    "articlepublishedtime",
    "ogpublishedtime",
    "datepublished",
    "publishdate",
    "pubdate",
    "date",
)
_OTHER_TYPES = frozenset(
    [
        "WebSite",
        "Organization",
        "NewsMediaOrganization",
        "Person",
        "ImageObject",
        "BreadcrumbList",
        "ListItem",
        "SearchAction",
        "Comment",
        "Review",
        "Offer",
        "Product",
        "AggregateRating",
        "Rating",
        "Brand",
        "Place",
        "Event",
        "SiteNavigationElement",
        "WPHeader",
        "WPFooter",
        "ItemList",
        "Question",
    ]
)
_SAME_STORY = 0.5  # the least share of words that two titles of one story have in common
_FIRST_CRUMBS = frozenset(
    {"home", "beranda", "halaman utama", "depan", "homepage", "utama", "inicio", "accueil"}
)
_MAXIMUM_GUESSED_ELEMENTS = 3_000
_RELATED = re.compile(
    r"related|terkait|recommend|rekomendasi|popular|populer|trending|sidebar|comment|komentar|teaser|latest"
    r"|terbaru",
    re.IGNORECASE,
)


class PageFacts:
    """What one page states. `blocks` are the blocks of its text, `linked` its JSON-LD nodes."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._metas = list(_metas(tree))
        self._first_meta = dict(reversed(self._metas))
        self._nodes = list(json_ld_nodes(tree))
        self._named = {node["@id"]: node for node in self._nodes if isinstance(node.get("@id"), str)}
        self._headings = [text for text in (plain_text(h1.text_content()) for h1 in tree.iter("h1")) if text]
        self.url = self._url()
        self.story = {field: self._resolved(value) for field, value in self._story_node().items()}

    def _resolved(self, value: Any) -> Any:
        reference = str(value.get("@id")) if isinstance(value, dict) else ""
        return self._named.get(reference, value)

    def meta(self, *names: str) -> str | None:
        """Return the content of the first of these meta elements that there is."""
        return next((self._first_meta[name] for name in names if self._first_meta.get(name)), None)

    def _url(self) -> str | None:
        canonical = self._tree.xpath('//link[@rel="canonical"]/@href')
        linked = [node.get("url") for node in self._nodes if is_article(node)][:1]
        stated = [*map(plain_text, canonical), self.meta("og:url"), *map(text_of, linked)]
        return next((url for url in stated if url and url.startswith(("http://", "https://"))), None)

    def _titles(self) -> list[str]:
        page_title = plain_text(self._tree.findtext(".//title") or "")
        return [
            title for title in (*self._headings, self.meta("og:title", "twitter:title"), page_title) if title
        ]

    def _story_node(self) -> dict[str, Any]:
        """Return the node of this page's story, which is not always the first of the page's nodes."""
        titles = self._titles()
        ranked = [
            (self._rank(node, titles), -place, node)
            for place, node in enumerate(self._nodes)
            if not _OTHER_TYPES.issuperset(map(str, items_of(node.get("@type"))))
        ]
        articles = [node for _, _, node in ranked if is_article(node)]
        if not ranked:
            return {}
        (rank, _, best) = max(ranked, key=lambda entry: entry[:2])
        is_others = rank[0] < 0 and len(articles) > 1
        return {} if is_others else best

    def _rank(self, node: Mapping[str, Any], titles: list[str]) -> tuple[int, bool, bool]:
        headline = text_of(node.get("headline")) or text_of(node.get("name"))
        addresses = [
            text_of(node.get("url")),
            address_of(node.get("mainEntityOfPage")),
            text_of(node.get("@id")),
        ]
        is_here = bool(self.url) and self.url in addresses
        is_same = any(share_of_words(headline or "", title) >= _SAME_STORY for title in titles)
        is_other = bool(headline) and bool(titles) and not is_same and not is_here
        return (
            int(is_here) + int(is_same) - int(is_other),
            is_article(node),
            bool(node.get("datePublished")),
        )

    # -- the fields of a record

    def outlet(self) -> str | None:
        """Return the outlet's name in the form in which the page writes it for readers."""
        stated = [
            names_of(self.story.get("publisher")),
            self.meta("og:site_name"),
            self.meta("application-name"),
        ]
        names = [name for name in stated if name]
        written = next((name for name in names if not is_domain(name)), None)
        if written:
            return written
        for title in self._titles():
            _, named = split_title(title, [*names, *self._hosts()])
            if named:
                return named
        return names[0] if names else None

    def _hosts(self) -> list[str]:
        host = host_and_path(self.url)[0] if self.url else ""
        return [host] if host else []

    def title(self, outlet: str | None) -> str:
        """Return the headline: the `h1` that another statement agrees with, else the statements in order."""
        outlets = [name for name in (outlet, self.meta("og:site_name"), *self._hosts()) if name]
        stated = [text_of(self.story.get("headline")), self.meta("og:title"), self.meta("twitter:title")]
        stated.append(plain_text(self._tree.findtext(".//title") or ""))
        titles = [split_title(title, outlets)[0] for title in stated if title]
        shown = [split_title(heading, outlets)[0] for heading in self._headings]
        shown = [heading for heading in shown if squashed(heading) not in map(squashed, outlets)]
        agreed = [
            heading
            for heading in shown
            if any(share_of_words(heading, title) >= _SAME_STORY for title in titles)
        ]
        # A page that has no more than a `title` element has named the whole site in it as often as the story.
        has_statement = bool(self.story.get("headline") or self.meta("og:title", "twitter:title"))
        return next(iter([*agreed, *titles, *shown] if has_statement else [*agreed, *shown, *titles]), "")

    def authors(self, outlet: str | None, *, title: str) -> list[str]:
        """Return the authors that the markup states; persons take precedence over bodies."""
        return find_authors(self._tree, story=self.story, metas=self._metas, outlet=outlet, title=title)

    def owner(self) -> list[str]:
        """Return the only person whom the JSON-LD of the page describes."""
        return find_owner(self._nodes)

    def section(self) -> str | None:
        """Return the section: the stated one, or the first breadcrumb below the home page."""
        stated = names_of(items_of(self.story.get("articleSection"))[:1]) or self.meta("article:section")
        return stated or next(iter(self._breadcrumbs()), None)

    def _breadcrumbs(self) -> Iterator[str]:
        titles = {text_key(title) for title in self._titles()}
        for node in self._nodes:
            if "BreadcrumbList" in items_of(node.get("@type")):
                for item in items_of(node.get("itemListElement")):
                    name = (
                        text_of(item.get("name")) or names_of(item.get("item"))
                        if isinstance(item, dict)
                        else None
                    )
                    if name and name.casefold() not in _FIRST_CRUMBS and text_key(name) not in titles:
                        yield name

    def license(self) -> str | None:
        """Return the licence that the page states."""
        return self.meta("license") or names_of(self.story.get("license"))

    def languages(self) -> list[str]:
        """Return the languages that the markup states, for a text that is too short to tell."""
        stated = [names_of(self.story.get("inLanguage")), self._tree.get("lang"), self.meta("og:locale")]
        stated += [self.meta("content-language", "language", "dc.language")]
        return [language.replace("_", "-") for language in stated if language]

    def body(self) -> str:
        """Return the text that the JSON-LD gives as the story's body."""
        text = self.story.get("articleBody")
        return unescape(NOT_XML.sub("", text)).strip() if isinstance(text, str) else ""

    def updated_at(self) -> datetime | None:
        """Return the time of the last change."""
        metas = [value for name, value in self._metas if _is_date_meta(name, _UPDATED)]
        return _first_time([self.story.get("dateModified"), *metas, *self._properties("dateModified")])

    def published_at(self) -> datetime | None:
        """Return the time of publication that the markup states for this story."""
        metas = sorted(
            ((name, value) for name, value in self._metas if _is_date_meta(name, _PUBLISHED)),
            key=lambda meta: (
                _PUBLISHED_FIRST.index(_bare(meta[0])) if _bare(meta[0]) in _PUBLISHED_FIRST else 99
            ),
        )
        linked = [self.story.get(name) for name in ("datePublished", "dateCreated", "uploadDate")]
        return _first_time(
            [
                *linked,
                *(value for _, value in metas),
                *self._properties("datePublished", "dateCreated", "pubdate"),
            ]
        ) or _first_time(self._times())

    def _properties(self, *names: str) -> Iterator[str]:
        for element in self._tree.xpath("//*[@itemprop or @property]"):
            name = element.get("itemprop") or element.get("property") or ""
            if name.split(":")[-1] in names and not _is_apart(element):
                yield (
                    element.get("content")
                    or element.get("datetime")
                    or element.get("title")
                    or plain_text(element.text_content())
                )

    def _times(self) -> Iterator[str]:
        """Yield the times in `time` elements of this story: those below the headline first."""
        order = {element: place for place, element in enumerate(self._tree.iter("h1", "time"))}
        headline = next((place for element, place in order.items() if element.tag == "h1"), -1)
        times = [element for element in order if element.tag == "time" and not _is_apart(element)]
        times.sort(
            key=lambda element: (element.get("pubdate") is None, order[element] < headline, order[element])
        )
        for element in times:
            yield from filter(
                None, (element.get("datetime"), element.get("content"), plain_text(element.text_content()))
            )

    def day_in_url(self) -> datetime | None:
        """Return the day that stands in the page's address."""
        return date_in_url(self.url) if self.url else None

    def guessed_day(self) -> datetime | None:
        """Return the day that htmldate guesses from the page, or None for a page of many elements.

        subtle: htmldate takes quadratic time on a page with many dates.
        """
        if (
            sum(1 for _ in zip(self._tree.iter(), range(_MAXIMUM_GUESSED_ELEMENTS + 1), strict=False))
            > _MAXIMUM_GUESSED_ELEMENTS
        ):
            return None
        tree = deepcopy(self._tree)
        for element in list(tree.iter("nav", "aside", "footer", "time", "li", "div", "section")):
            if element.getparent() is not None and (element.tag == "time" or _is_apart(element)):
                element.drop_tree()
        guess = guess_date(tostring(tree, encoding="unicode"), original_date=True, extensive_search=False)
        return parse_written_date(guess) if guess else None


def _metas(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in tree.iterfind(".//meta[@content]"):
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        )
        content = plain_text(meta.get("content"))
        if name.strip() and content:
            yield name.strip().lower(), content


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name))


def _is_date_meta(name: str, pattern: re.Pattern[str]) -> bool:
    bare = _bare(name)
    if _NEVER_DATES.fullmatch(bare):
        return False
    is_update = _UPDATED.fullmatch(bare) is not None
    return is_update if pattern is _UPDATED else not is_update and pattern.fullmatch(bare) is not None


def _is_apart(element: _Element) -> bool:
    """Whether an element belongs to another story's teaser, to a comment, or to the frame of the page."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in ("nav", "aside", "footer") or _RELATED.search(
            f"{ancestor.get('class', '')} {ancestor.get('id', '')}"
        ):
            return ancestor.tag not in ("body", "html", "main")
        if "Comment" in ancestor.get("itemtype", ""):
            return True
        if ancestor.tag == "li" and ancestor.find(".//a[@href]") is not None and element.tag != "a":
            return True
    return False


def _first_time(values: Iterable[object]) -> datetime | None:
    texts = (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values
    )
    times = (parse_written_date(text) for text in texts if isinstance(text, str) and text)
    return next(filter(None, times), None)
