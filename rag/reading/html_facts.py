"""Reads what a page states about its story, in JSON-LD, meta elements, microdata and `time` elements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from rag.reading.addresses import host_and_path, is_page_address
from rag.reading.entities import unescaped
from rag.reading.html_authors import find_authors, find_owner
from rag.reading.html_blocks import text_key
from rag.reading.html_dates import PageDates
from rag.reading.html_tree import NOT_XML, SOFT_HYPHEN, spaced_text
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
from rag.reading.titles import has_words

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
_NOT_IN_HEADING = frozenset({"script", "style", "template", "button", "svg", "select", "rt", "rp"})
_SPAN = "\x1f"  # stands for either end of a span; no page has this sign
# Between a kicker and the headline: <span>Ekonomi</span>Harga, but not <span>Mc</span>Donald.
_BEHIND_KICKER = re.compile(
    rf"(?<=\w\w\w[^\W\d_A-Z]){_SPAN}++(?=[A-ZÀ-Þ])|(?<=[A-Z]{{3}}){_SPAN}++(?=[A-Z][a-z])"
)
_MAXIMUM_MARKED_CHARACTERS = 200
_MINIMUM_TITLE_WORDS = 3
# Headings of the first level that say what a text is: that of its story is a lower one.
_KIND_OF_TEXT = re.compile(
    r"(?:detail )?(?:berita|artikel|pengumuman|siaran pers|news|press releases?|blog|kabar"
    r"|pressemitteilung(?:en)?|communiqués? de presse|comunicados? de prensa|notas? de prensa)"
    r"(?: detail| terkini| terbaru)?",
    re.IGNORECASE,
)
_SAME_STORY = 0.5  # the least share of words that two titles of one story have in common
_FIRST_CRUMBS = frozenset(
    {"home", "beranda", "halaman utama", "depan", "homepage", "utama", "inicio", "accueil"}
)


class PageFacts:
    """What one page states. `blocks` are the blocks of its text, `linked` its JSON-LD nodes."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._metas = list(_metas(tree))
        self._first_meta = dict(reversed(self._metas))
        self._nodes = list(json_ld_nodes(tree))
        self._named = {node["@id"]: node for node in self._nodes if isinstance(node.get("@id"), str)}
        self._headings = [text for text in map(self._heading, tree.iter("h1")) if text]
        self.url = self._url()
        self.story = {field: self._resolved(value) for field, value in self._story_node().items()}

    def _heading(self, element: HtmlElement) -> str:
        """Return a heading's text, with the spaces of a stated title that has the same letters."""
        text = _text_of(element)
        stated = self.meta("og:title", "twitter:title") or ""
        return stated if "".join(stated.split()) == "".join(text.split()) else text

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
        addresses = [url for url in stated if url and url.startswith(("http://", "https://"))]
        return next(filter(is_page_address, addresses), next(iter(addresses), None))

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
            self._site(),
            self.meta("dc.publisher", "dcterms.publisher"),
        ]
        names = [name for name in stated if name]
        written = next((name for name in names if not is_domain(name)), None)
        if written:
            return written
        for title in self._titles():
            _, named = split_title(title, [*names, *self._hosts()])
            if named:
                return named
        return names[0] if names else self._site_heading()[0]

    def _site(self) -> str | None:
        """Return the name of the site that the JSON-LD describes beside the story."""
        sites = (node for node in self._nodes if "WebSite" in items_of(node.get("@type")))
        return next(filter(None, (text_of(site.get("name")) for site in sites)), None)

    def _site_heading(self) -> tuple[str | None, str | None]:
        """Return the `h1` that names the site and the lower heading that is the story's, if both are so.

        Then the `title` element consists of the two, as in many themes of blogs.
        """
        whole = text_key(self._tree.findtext(".//title") or "")
        lower = {text_key(text): text for text in map(_text_of, self._tree.iter("h2", "h3", "h4"))}
        stated = text_key(self.meta("og:title", "twitter:title") or "")
        for heading in self._tree.iter("h1"):
            key = text_key(_text_of(heading))
            is_linked = heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None
            rest = whole.removeprefix(key) if whole.startswith(key) else whole.removesuffix(key)
            if key and is_linked and key != stated and rest != whole and rest in lower:
                return _text_of(heading), lower[rest]
        return None, None

    def _marked_title(self) -> str:
        """Return the text of the first element whose class is "title", as in a document that was exported."""
        marked = (
            text
            for element in self._tree.iter("p", "div")
            if "title" in element.get("class", "").split() and (text := _text_of(element))
        )
        return next((text for text in marked if len(text) <= _MAXIMUM_MARKED_CHARACTERS), "")

    def _hosts(self) -> list[str]:
        host = host_and_path(self.url)[0] if self.url else ""
        return [host] if host else []

    def stated_titles(self) -> list[str]:
        """Return the titles that no heading states, perhaps with the name of the site."""
        stated = [text_of(self.story.get("headline")), self.meta("og:title"), self.meta("twitter:title")]
        stated.append(plain_text(self._tree.findtext(".//title") or ""))
        return [title for title in stated if title]

    def title(self, outlet: str | None) -> str:
        """Return the headline: the `h1` that another statement agrees with, else the statements in order."""
        if below := self._site_heading()[1]:
            return below
        outlets = [name for name in (outlet, self.meta("og:site_name"), *self._hosts()) if name]
        titles = [split_title(title, outlets)[0] for title in self.stated_titles()]
        shown = [split_title(heading, outlets)[0] for heading in self._headings]
        shown = [heading for heading in shown if squashed(heading) not in map(squashed, outlets)]
        kinds = [heading for heading in shown if _KIND_OF_TEXT.fullmatch(heading)]
        shown = [heading for heading in shown if heading not in kinds]
        agreed = [
            _without_kicker(heading, titles)
            for heading in sorted(shown, key=lambda heading: -_shared_words(heading, titles))
            if any(share_of_words(heading, title) >= _SAME_STORY for title in titles)
        ] or self._lower_headings_in(titles[-1:])
        if kinds and not agreed:
            shown = [*shown, *self._first_lower_heading(), *kinds]
        # A page that has no more than a `title` element has named the whole site in it as often as the story.
        has_statement = bool(self.story.get("headline") or self.meta("og:title", "twitter:title"))
        found = next(iter([*agreed, *titles, *shown] if has_statement else [*agreed, *shown, *titles]), "")
        return found or self._marked_title()

    def _lower_headings_in(self, titles: Sequence[str]) -> list[str]:
        """Return the lower headings that a title repeats, the longest first."""
        headings = map(_text_of, self._tree.iter("h2", "h3", "h4"))
        told = [text for text in headings if len(text.split()) >= _MINIMUM_TITLE_WORDS or has_words(text)]
        return sorted(
            (text for text in told if any(text in title for title in titles)), key=len, reverse=True
        )

    def _first_lower_heading(self) -> list[str]:
        """Return the first lower heading of several words that is no link, as below "Press release"."""
        plain = (element for element in self._tree.iter("h2", "h3") if element.find(".//a") is None)
        told = (text for text in map(_text_of, plain) if len(text.split()) >= _MINIMUM_TITLE_WORDS)
        return list(islice(told, 1))

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
        return (
            unescaped(NOT_XML.sub("", text)).replace(SOFT_HYPHEN, "").strip() if isinstance(text, str) else ""
        )

    def dates(self, *, title: str) -> PageDates:
        """Return what the page states about its times."""
        return PageDates(self._tree, story=self.story, metas=self._metas, url=self.url, title=title)


def _text_of(element: HtmlElement) -> str:
    """Return the text that a heading shows, with spaces between its lines and behind its kicker.

    >>> from lxml.html import fragment_fromstring
    >>> _text_of(fragment_fromstring("<h1><span>Ekonomi</span>Harga cabai<br>naik<svg>x</svg></h1>"))
    'Ekonomi Harga cabai naik'
    """
    text = spaced_text(element, without=_NOT_IN_HEADING, signs={"span": _SPAN})
    return plain_text(_BEHIND_KICKER.sub(" ", text).replace(_SPAN, ""))


def _shared_words(heading: str, titles: Sequence[str]) -> int:
    words = set(heading.casefold().split())
    return max((len(words & set(title.casefold().split())) for title in titles), default=0)


def _without_kicker(heading: str, titles: Sequence[str]) -> str:
    """Return a title that makes up most of a heading that adds a kicker or a date to it.

    >>> _without_kicker("Ekonomi Bus listrik Melati bertambah", ["Bus listrik Melati bertambah"])
    'Bus listrik Melati bertambah'
    """
    inner = (
        title
        for title in titles
        if len(title) * 2 >= len(heading) and title != heading and heading.endswith(title)
    )
    return next(inner, heading)


def _metas(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for meta in tree.iterfind(".//meta[@content]"):
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        )
        content = plain_text(meta.get("content"))
        if name.strip() and content:
            yield name.strip().lower(), content
