"""Reads who wrote a page's story: in JSON-LD, in meta elements, and in elements that are bylines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from lxml.etree import XPath, _Element
from lxml.html import HtmlElement

from rag.reading.credits import line_facts
from rag.reading.html_frame import elements_around, find_headline
from rag.reading.html_tree import BLOCK_ELEMENTS, element_text, spaced_text
from rag.reading.json_ld import is_organization, items_of, names_of, text_of
from rag.reading.names import author_names, is_corporate, is_person, is_pseudonym, names_in_line, squashed
from rag.reading.places import is_place, is_section

Metas = Sequence[tuple[str, str]]

# Names of meta elements, without punctuation: "article:author" is "articleauthor".
_METAS = frozenset(
    [
        *("author", "articleauthor", "ogarticleauthor", "dccreator", "dctermscreator", "parselyauthor"),
        *("sailthruauthor", "byl", "citationauthor", "contentauthor", "dtkauthor", "byline"),
        "cxenseparseauthor",
    ]
)
# Pages describe "twitter:data1" in "twitter:label1", in the language of the site.
_META_LABEL = re.compile(
    r"written by|ditulis oleh|penulis|author|verfasst von|geschrieben von|autor(?:in)?|écrit par|auteur"
    r"|escrito por|scritto da|geschreven door|yazan|автор",
    re.IGNORECASE,
)
# Both meet names in lower case: patterns that ignore case take three times as long.
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?|authors?|author-?names?|authored-by|penulis|reporter|writer|jurnalis|autor|auteur)"
    r"(?:$|[\s_-])"
)
_NAME_CLASS = re.compile(r"(?:^|\s)(?:fn|p-name|p-author|author-?name|username)(?:$|\s)")
_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|penulis|writers?|reporters?|jurnalis|contributors?|by|profile"
    r"|signataires)/[^/?#]",
    re.IGNORECASE,
)
# The class of an element whose names are never those of this story's authors.
_NOT_AUTHORS = re.compile(
    r"comment|komentar|caption|(?:photo|image|img|picture|media)-?(?:credit|author|license)|licen[cs]e",
    re.IGNORECASE,
)
# The class of a list of other stories, if it holds links that are as long as headlines.
_OTHERS = re.compile(
    r"related|terkait|recommend|rekomendasi|popular|populer|trending|sidebar|teaser|latest|terbaru|widget",
    re.IGNORECASE,
)
_HEADLINE_WORDS = 5
_EDITOR_BEFORE = re.compile(
    r"(?:editor|redaktur|penyunting|fotografer|photographer|foto|photos?|edit(?:ed|ing) by)\s?[:：]?\s*$",
    re.IGNORECASE,
)
_LINE_ENDS = dict.fromkeys((*BLOCK_ELEMENTS, "br"), "\n")
_MAXIMUM_LABEL_CHARACTERS = 30
_MAXIMUM_BYLINE_CHARACTERS = 160
_MAXIMUM_ITEM_CHARACTERS = 80  # of an item of a list that is no teaser of a story
_MAXIMUM_NAMES_CHARACTERS = 300  # of an element's class and id
_MAXIMUM_KNOWN_NAMES = 4_096  # classes and ids that are remembered, because pages repeat them


def find_authors(
    tree: HtmlElement, *, story: Mapping[str, Any], metas: Metas, outlet: str | None, title: str
) -> list[str]:
    """Return the authors that the markup states; persons take precedence over bodies."""
    stated = items_of(story.get("author") or story.get("creator"))
    persons = ", ".join(names_of(author) or "" for author in stated if not is_organization(author))
    bodies = [names_of(author) or "" for author in stated if is_organization(author)]
    of_story = [name for name in author_names(persons, outlet=outlet) if not is_corporate(name)]
    owner = squashed(" ".join(value for name, value in metas if "copyright" in name or "rights" in name))
    of_metas = [author_names(value, outlet=outlet) for value in _meta_values(metas)]
    sure = [[name for name in names if squashed(name) not in owner] for names in of_metas]
    marked = list(_marked(tree, outlet=outlet, title=title))
    candidates = [
        of_story,
        *(_persons(names) for names in (*sure, *marked, *of_metas)),
        *(_pseudonyms(names) for names in (*marked, *of_metas)),
        *of_metas,
        *(author_names(value, outlet=outlet) for value in (persons, *bodies)),
        *([name for name in names if is_corporate(name)] for names in marked),
    ]
    found = next(filter(None, candidates), [])
    return next((names for names in of_metas if _has_more(names, found)), found)


def _has_more(names: Sequence[str], found: Sequence[str]) -> bool:
    """Whether a list of persons has all that were found, and more."""
    is_longer = bool(found) and len(names) > len(found) and all(map(is_person, names))
    return is_longer and set(map(squashed, found)) < set(map(squashed, names))


def find_owner(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the only person whom the JSON-LD of a page describes: the owner of a personal site."""
    names = {text_of(node.get("name")) for node in nodes if "Person" in items_of(node.get("@type"))}
    return [name for name in names if name and len(names) == 1 and (is_person(name) or is_pseudonym(name))]


def _persons(names: Sequence[str]) -> list[str]:
    return [name for name in names if is_person(name)]


def _pseudonyms(names: Sequence[str]) -> list[str]:
    return [name for name in names if is_pseudonym(name)]


def _meta_values(metas: Metas) -> Iterator[str]:
    """Yield the values of the author elements, those of one name together."""
    values: dict[str, list[str]] = {}
    for name, value in metas:
        bare = "".join(filter(str.isalnum, name))
        if bare in _METAS:
            values.setdefault(bare, []).append(value)
    yield from map("; ".join, values.values())
    first = dict(reversed(metas))
    for name, value in metas:
        if name.startswith("twitter:label") and _META_LABEL.fullmatch(value):
            yield first.get(name.replace("label", "data"), "")


_perhaps_bylines = XPath(
    "descendant-or-self::*[@class or @id or @itemprop or @rel or @href"
    " or self::h1 or self::h2 or self::h3 or self::h4]"
)


def _marked(tree: HtmlElement, *, outlet: str | None, title: str) -> Iterator[list[str]]:
    """Yield the names in elements that are marked as bylines, those below the headline first.

    Names of neighbouring elements come together: they are authors of one story.
    """
    frame = _Frame(tree, title=title)
    found: list[tuple[bool, _Element, list[str]]] = []
    covered: set[_Element] = set()
    is_above = frame.headline is not None
    for element in _perhaps_bylines(tree):
        if element is frame.headline:
            is_above = False
        is_new = _is_byline(element) and element not in covered and element not in frame.around
        if not is_new or frame.is_other(element) or _is_of_editor(element):
            continue
        names = [name for name in _names_in(element) if not _is_outlet(name, outlet)]
        if names:
            found.append((is_above, element, names))
            covered.update(element.iter())
    found.sort(key=lambda entry: entry[0])
    groups: dict[_Element | None, list[list[str]]] = {}
    for _, byline, names in found:
        groups.setdefault(_group(byline), []).append(names)
    for lists in groups.values():
        yield list(dict.fromkeys(chain.from_iterable(lists)))


def _group(element: _Element) -> _Element | None:
    parent = element.getparent()
    is_item = parent is not None and parent.tag == "li"
    return parent.getparent() if is_item and parent is not None else parent


def _is_outlet(name: str, outlet: str | None) -> bool:
    return outlet is not None and squashed(name) == squashed(outlet)


def _is_byline(element: _Element) -> bool:
    return _is_name(element) or _is_class_of(_CLASS, _names_of(element).lower())


@lru_cache(maxsize=_MAXIMUM_KNOWN_NAMES)
def _is_class_of(pattern: re.Pattern[str], names: str) -> bool:
    return pattern.search(names) is not None


def _is_name(element: _Element) -> bool:
    """Whether the markup says that an element holds the author's name and nothing else."""
    return (
        element.get("rel") == "author"
        or element.get("itemprop") == "author"
        or (element.tag == "a" and _PATH.search(element.get("href", "")) is not None)
        or _is_class_of(_NAME_CLASS, _names_of(element).lower())
    )


def _names_in(element: _Element) -> list[str]:
    """Return the names in a byline: those of the elements in it that hold a name, else those of its text."""
    text = _text_of(element)
    if len(text) > _MAXIMUM_BYLINE_CHARACTERS:
        return []
    inner = [child for child in element.iterdescendants() if _is_name(child) and not _is_of_editor(child)]
    leaves = [child for child in inner if not any(_is_name(below) for below in child.iterdescendants())]
    texts = [_text_of(leaf) for leaf in leaves] or _lines_of_authors(element) or [text]
    names = [name for part in texts for name in author_names(part)]
    is_short = bool(leaves) or _is_name(element) or len(names) == 1
    sure = [
        name for name in names if is_person(name) or is_corporate(name) or (is_short and is_pseudonym(name))
    ]
    found = sure or names_in_line(text) or _persons_alone(element)[:1]
    return list(dict.fromkeys(_without_what_follows(found, element)))


def _without_what_follows(names: Sequence[str], byline: _Element) -> Iterator[str]:
    """Cut a name that has grown together with the next element's text, such as an employer."""
    alone = _persons_alone(byline)
    for name in names:
        text = next((text for text in alone if _begins_with(name, text)), name)
        yield next(iter(author_names(text)), name)


def _lines_of_authors(byline: _Element) -> list[str]:
    """Return the lines of a byline that name authors behind a label, if others name an editor and so on."""
    lines = [line.strip() for line in spaced_text(byline, signs=_LINE_ENDS).split("\n") if line.strip()]
    facts = [line_facts(line) or {} for line in lines] if len(lines) > 1 else []
    return [line for line, told in zip(lines, facts, strict=False) if "author" in told]


def _persons_alone(byline: _Element) -> list[str]:
    """Return the texts of elements in a byline that are nothing but the name of a person."""
    texts = (_text_of(child) for child in byline.iterdescendants())
    named = (text for text in texts if is_person(text) and author_names(text))
    return [text for text in named if not (is_place(text) or is_section(text))]


def _begins_with(name: str, text: str) -> bool:
    """Whether a name consists of a text and what stands behind it, with or without a space."""
    behind = name[len(text) :]
    return name.startswith(text) and bool(behind) and not behind[0].islower()


def _is_of_editor(element: _Element) -> bool:
    """Whether the text directly before an element says that it names an editor or a photographer."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is None:
        before = "" if parent is None else parent.text or ""
    else:
        before = previous.tail or ""
        before = before if before.strip() else element_text(previous)
    return _EDITOR_BEFORE.search(before[-_MAXIMUM_LABEL_CHARACTERS:]) is not None


def _text_of(element: _Element) -> str:
    name = element.find(".//*[@itemprop='name']")
    text = element_text(element if name is None else name) or element.get("content", "")
    return " ".join(str(text)[: 2 * _MAXIMUM_BYLINE_CHARACTERS].split())


class _Frame:
    """The part of a page around its headline: what stands outside of it may belong to another story."""

    def __init__(self, tree: HtmlElement, *, title: str) -> None:
        self.headline = find_headline(tree, title)
        self.around = elements_around(tree, self.headline) | set(tree.iter("body", "main"))
        self._is_other: dict[_Element, bool] = {}
        self._article = next((element for element in self.around if element.tag == "article"), None)

    def is_other(self, element: _Element) -> bool:
        """Whether an element belongs to another story, a comment, a picture or the frame of the page."""
        chain_up = [element, *element.iterancestors()]
        known = next((place for place, each in enumerate(chain_up) if each in self._is_other), len(chain_up))
        is_other = known < len(chain_up) and self._is_other[chain_up[known]]
        for each in reversed(chain_up[:known]):
            is_other = each not in self.around and (is_other or self._stands_apart(each))
            self._is_other[each] = is_other
        return is_other

    def _stands_apart(self, element: _Element) -> bool:
        if element.tag == "article":
            return self._article is not None
        if element.tag == "footer":
            return next(element.iterancestors("article"), None) is None
        if element.tag == "li":
            return len(element_text(element)) > _MAXIMUM_ITEM_CHARACTERS
        if element.tag == "aside" and element.find(".//address") is not None:
            return False  # an address holds what is known of the authors of its story
        if element.tag in ("nav", "aside", "figure", "figcaption") or _is_not_of_authors(element):
            return True
        return _OTHERS.search(_names_of(element)) is not None and _has_headlines(element)


def _is_not_of_authors(element: _Element) -> bool:
    is_comment = "Comment" in element.get("itemtype", "")
    return is_comment or _NOT_AUTHORS.search(_names_of(element)) is not None


def _has_headlines(element: _Element) -> bool:
    return any(len(element_text(link).split()) >= _HEADLINE_WORDS for link in element.iter("a"))


def _names_of(element: _Element) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"[:_MAXIMUM_NAMES_CHARACTERS]
