"""Parses HTML within limits and makes its text plain: no hidden or struck text, footnotes or ruby."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.etree import (
    ElementDefaultClassLookup,
    LxmlError,
    XPath,
    _Element,
    fromstring,
    iterwalk,
    strip_tags,
)
from lxml.etree import HTMLParser as EventParser
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from rag.errors import ReadingError

# Limits far above any article's page, but low enough that parsing and extraction end within seconds.
MAXIMUM_ELEMENTS = 50_000
MAXIMUM_ATTRIBUTES = 500
MAXIMUM_ATTRIBUTES_OF_ALL = 250_000
MAXIMUM_DEPTH = 250  # libxml2 silently drops elements nested deeper than 256
MAXIMUM_TEXT_CHARACTERS = 1_000_000  # without scripts and styles

# The elements for which a browser begins a new line.
BLOCK_ELEMENTS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "button", "center", "code", "dd", "details"),
        *("dl", "dt", "div", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4"),
        *("h5", "h6", "header", "hr", "html", "iframe", "label", "legend", "li", "main", "nav", "ol"),
        *("option", "p", "pre", "section", "select", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul", "video", "audio", "amp-ad", "amp-img", "amp-story"),
    ]
)
_SET_APART = BLOCK_ELEMENTS - {"code"} | {"br"}

_counted_texts = XPath("//text()[not(parent::script or parent::style)]", smart_strings=False)
_UNSEEN = frozenset({"noscript", "del", "s", "strike"})
# The class of struck text in common style sheets, and rules of the page's own.
_STRUCK_CLASS = re.compile(
    r"(?:^|\s)(?:line-through|strike(?:through)?|text-decoration-line-through)(?:\s|$)"
)
_CLASS_OF_RULE = re.compile(r"\s*\w{0,20}\.([\w-]{1,60})\s*")  # no more than one class
# Chinese and Japanese texts write such marks within a sentence, as a drawl: 大家好~~今天见~~下次见。
_STRUCK_TEXT = re.compile(r"(?<![^\s(\[\"“‘'])~~(?=\S)[^~\n]++(?<!\s)~~(?: |(?=[\s.,;:!?)\]\"”’']|$))")
_perhaps_unseen = XPath(
    f"descendant-or-self::*[@hidden or @style or @class or self::{' or self::'.join(sorted(_UNSEEN))}]"
)
# Also the links with which a reader of MediaWiki edits a section.
_never_text = XPath(
    "//script | //style | //template | //rt | //rp | //span[contains(@class, 'mw-editsection')]"
)
_BACK_TO_TEXT = frozenset("↩↑^") | {"↩\ufe0e", "↩\ufe0f"}  # from a note to its mark
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[^;]*line-through",
    re.IGNORECASE,
)
# subtle: a reference such as &#11; puts a character into the tree that lxml then refuses to copy
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SOFT_HYPHEN = "\u00ad"  # where a browser may divide a word

_FRACTION_SIGN = re.compile(r"[\u00bc-\u00be\u2150-\u215e]")
_VULGAR_FRACTION = re.compile(rf"(?<=\d)(?={_FRACTION_SIGN.pattern})")
_RAISED = ("sup", "sub")
_TEXT_BEFORE = 20  # the characters before a raised figure that say what it means
_MAXIMUM_RAISED = 20  # the neighbouring raised elements among which those characters are searched
_POWER = re.compile(r"[-−–+]?\d{1,3}|[-−–+]?[a-z]")
_BASE_OF_POWER = re.compile(r"(?:^|[^\d.,])10$|(?:^|[^\w])[a-zA-Z]$|=\s?[a-zA-Z]{1,3}$|\)$")
# 12<sup>a</sup> has a footnote, but 1<sup>a</sup> is an ordinal number.
_LETTER_OF_NOTE = re.compile(r"\d[b-df-np-z]$|\d{2}a$")
_UNIT = re.compile(r"(?:^|[^\w])(?:[kcdmhµn]?m|in|ft|yd|mi|s|cm|mm|km)$")
_FIGURE_SIGNS = {"1": "¹", "2": "²", "3": "³"}
_ISOTOPE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FORMULAS = ("math", "mjx-container", "mjx-assistive-mml")  # with MathJax's elements around them
_FORMULA_SIGNS = {
    "mfrac": "/", "msup": "^", "mover": "^", "msub": "_", "munder": "_", "msubsup": "_^", "munderover": "_^"
}  # fmt: skip
_NOT_SHOWN = frozenset({"annotation", "annotation-xml", "mphantom"})
_WORD_END = re.compile(r"\w$")

_text_in = XPath("string()", smart_strings=False)


def element_text(element: _Element) -> str:
    """Return all text in an element."""
    return str(_text_in(element))


def spaced_text(
    element: _Element, *, without: frozenset[str] = frozenset(), signs: Mapping[str, str] | None = None
) -> str:
    """Return all text in an element, with a space at each `br` and around each block in it.

    The elements of the names in `without` are left out; `signs` gives other signs than a space by name.

    >>> from lxml.html import fragment_fromstring
    >>> spaced_text(fragment_fromstring("<td>50.000<br>55.000</td>"))
    '50.000 55.000'
    """
    if len(element) == 0:
        return element.text or ""
    signs = signs or {}
    parts: list[str] = []
    walk = iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""  # perhaps in a namespace
        is_below = node is not element
        sign = signs.get(name, " " if name in _SET_APART else "") if is_below else ""
        if event == "start":
            is_left_out = is_below and name in without
            if is_left_out:
                walk.skip_subtree()
            parts += (sign, "" if is_left_out else node.text or "")
        elif is_below:
            parts += ("" if name == "br" else sign, node.tail or "")
    return "".join(parts)


class _Limits:
    """A parser target that keeps nothing; raises ReadingError if the page exceeds a limit."""

    def __init__(self) -> None:
        self.elements = 0
        self.attributes = 0
        self.depth = 0

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        self.attributes += len(attributes)
        self.depth += 1
        if self.elements > MAXIMUM_ELEMENTS:
            raise _too_many("elements", MAXIMUM_ELEMENTS)
        if len(attributes) > MAXIMUM_ATTRIBUTES:
            raise _too_many("attributes on one element", MAXIMUM_ATTRIBUTES)
        if self.attributes > MAXIMUM_ATTRIBUTES_OF_ALL:
            raise _too_many("attributes", MAXIMUM_ATTRIBUTES_OF_ALL)
        if self.depth > MAXIMUM_DEPTH:
            raise _too_many("elements nested in each other", MAXIMUM_DEPTH)

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        """End the parse; there is nothing to return."""


def _too_many(counted: str, maximum: int) -> ReadingError:
    return ReadingError(
        f"the page has more than {maximum:,} {counted}: give the article's text as .txt or .jsonl"
    )


def parse_tree(html: str) -> HtmlElement:
    """Return the page's elements; raise ReadingError if there are none, or if the page exceeds a limit."""
    try:
        data = html.encode()
    except UnicodeEncodeError as error:
        raise ReadingError(
            f"the HTML holds half a character or a damaged byte at character {error.start}: remove it"
        ) from None
    # subtle: check the limits on parser events, because libxml2 takes quadratic time for long attribute lists
    limits: Any = _Limits()
    fromstring(data, parser=EventParser(target=limits, encoding="utf-8"))
    try:
        parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        # lxml.html chooses the class of each element in Python; this chooses one class for all of them in C
        parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
        tree = document_fromstring(data, parser=parser)
    except LxmlError:
        raise ReadingError("the page holds no article: it has no elements") from None
    is_long = len(html) > MAXIMUM_TEXT_CHARACTERS
    if is_long and sum(map(len, _counted_texts(tree))) > MAXIMUM_TEXT_CHARACTERS:
        raise _too_many("characters of text", MAXIMUM_TEXT_CHARACTERS)
    if NOT_XML.search(tree.text_content()):
        for element in tree.iter():
            element.text = element.text and NOT_XML.sub("", element.text)
            element.tail = element.tail and NOT_XML.sub("", element.tail)
    return tree


def make_plain(tree: HtmlElement) -> None:
    """Remove what a reader of the page does not see as its text, and write raised figures as text.

    A footnote mark goes away (`840<sup>1</sup>` is 840), a power stays (`10<sup>6</sup>` is 10^6), a
    fraction stands apart from the digit before it, and a formula is written on one line.
    """
    struck = _struck_classes(tree)
    for element in _never_text(tree):
        _remove(element)
    for link in tree.iter("a"):
        is_mark = len(link) == 0 and (link.text or "").strip() in _BACK_TO_TEXT
        if is_mark and link.get("href", "").startswith("#"):
            link.text = None
    strip_tags(tree, "wbr")  # subtle: the parser puts the text after it into it
    unseen = [
        element
        for element in _perhaps_unseen(tree)
        if element.tag in _UNSEEN
        or element.get("hidden") is not None
        or _UNSEEN_STYLE.search(element.get("style", ""))
        or _is_struck(element.get("class", ""), struck)
    ]
    _remove_unless_most(unseen, characters=len(tree.text_content()) if unseen else 0)
    for element in tree.xpath("//sup | //sub"):
        _flatten(element)
    for formula in tree.xpath("//math"):
        formula.text = " ".join(linear_formula(formula).split())
        formula[:] = []
    strip_tags(tree, *_FORMULAS, *_RAISED)  # together: one after another takes quadratic time
    if _FRACTION_SIGN.search(tree.text_content()):
        for element in tree.iter():
            _set_apart_fractions(element)


def _struck_classes(tree: HtmlElement) -> frozenset[str]:
    """Return the classes that the page's own style sheets strike through."""
    sheets = (style.text or "" for style in tree.iter("style"))
    rules = (rule.rpartition("{") for sheet in sheets for rule in sheet.split("}") if "line-through" in rule)
    selectors = (
        part for before, _, declared in rules if "text-decoration" in declared for part in _selectors(before)
    )
    return frozenset(match[1] for match in map(_CLASS_OF_RULE.fullmatch, selectors) if match)


def _selectors(before: str) -> list[str]:
    """Return the selectors of a rule: they stand behind the brace of a media query, if there is one."""
    return before.rpartition("{")[2].split(",")


def _is_struck(names: str, struck: frozenset[str]) -> bool:
    is_named = ("strike" in names or "line-through" in names) and _STRUCK_CLASS.search(names) is not None
    return is_named or (bool(struck) and not struck.isdisjoint(names.split()))


def without_struck(text: str) -> str:
    """Return a text without what is struck through as in Markdown.

    >>> without_struck("Tarif ~~5.000~~ 6.000 rupiah")
    'Tarif 6.000 rupiah'
    """
    return _STRUCK_TEXT.sub("", text) if "~~" in text else text


def _remove(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _remove_unless_most(elements: Sequence[HtmlElement], *, characters: int) -> None:
    """Remove elements, but keep the text of one that holds most of the page.

    A script shows such an element to readers, or its end tag is missing.
    """
    for element in elements:
        is_most = len(element.text_content()) * 2 >= characters
        if not is_most or _has_visible_story(element):
            _remove(element)
        elif element.tag in _UNSEEN and element.getparent() is not None:
            element.drop_tag()


def _has_visible_story(hidden: HtmlElement) -> bool:
    """Whether the paragraphs outside of a hidden element hold at least half as much text as those in it."""
    inside = sum(len(paragraph.text_content()) for paragraph in hidden.iter("p"))
    page = hidden.getroottree().getroot()
    characters = sum(len(paragraph.text_content()) for paragraph in page.iter("p"))
    return inside > 0 and (characters - inside) * 2 >= inside


def _flatten(element: HtmlElement) -> None:
    """Give a raised or lowered element the text that says what it means in running text."""
    text = " ".join(element.text_content().split())
    before, after = _text_before(element), element.tail or ""
    if element.tag == "sup":
        text = _raised(text, before=before, after=after, has_link=element.find(".//a") is not None)
    for child in list(element):
        element.remove(child)
    element.text = text


def _raised(text: str, *, before: str, after: str, has_link: bool) -> str:
    if has_link or not text:
        return ""
    if text in ("o", "\u00b0") and after.lstrip()[:1] in ("C", "F"):
        return "°"
    if text.isalpha() and not _LETTER_OF_NOTE.search(before + text):
        return text  # 1<sup>st</sup>
    if text.isdigit() and after[:1] in ("/", "⁄") and (len(after) == 1 or after[1].isdigit()):
        return f" {text}" if before[-1:].isdigit() else text  # 2<sup>1</sup>/<sub>2</sub>
    if text in _FIGURE_SIGNS and _UNIT.search(before):
        return _FIGURE_SIGNS[text]
    if _POWER.fullmatch(text) and _BASE_OF_POWER.search(before):
        return "^" + text.replace("−", "-").replace("–", "-")
    is_isotope = text.isdigit() and after[:1].isalpha() and not _WORD_END.search(before)
    return text.translate(_ISOTOPE) if is_isotope else ""


def _text_before(element: HtmlElement) -> str:
    """Return the end of the text before an element, also of raised or lowered elements before it."""
    text = ""
    for previous in islice(element.itersiblings(preceding=True), _MAXIMUM_RAISED):
        if previous.tag not in _RAISED:
            return f"{previous.tail or previous.text_content()}{text}"[-_TEXT_BEFORE:]
        text = f"{previous.text or ''}{previous.tail or ''}{text}"
        if len(text) >= _TEXT_BEFORE:
            return text[-_TEXT_BEFORE:]
    parent = element.getparent()
    return f"{(parent.text if parent is not None else None) or ''}{text}"[-_TEXT_BEFORE:]


def _set_apart_fractions(element: HtmlElement) -> None:
    if element.text and not element.text.isascii():
        element.text = _VULGAR_FRACTION.sub(" ", element.text)
    if element.tail and not element.tail.isascii():
        element.tail = _VULGAR_FRACTION.sub(" ", element.tail)


def linear_formula(element: HtmlElement) -> str:
    """Return a formula of MathML as one line of text.

    >>> from lxml.html import fragment_fromstring
    >>> linear_formula(fragment_fromstring("<mfrac><mi>a</mi><msup><mi>x</mi><mn>2</mn></msup></mfrac>"))
    'a/(x^2)'
    """
    parts = [linear_formula(part) for part in element if part.tag not in _NOT_SHOWN]
    signs = _FORMULA_SIGNS.get(str(element.tag), "")
    if signs and len(parts) == len(signs) + 1:
        grouped = map(_grouped, parts)
        return next(grouped) + "".join(f"{sign}{part}" for sign, part in zip(signs, grouped, strict=True))
    if element.tag == "mtext":
        return f" {(element.text or '').strip()} "
    between = " " if element.tag == "mtable" else ""
    text = between.join([" ".join((element.text or "").split()), *parts]).strip()
    return f"√{_grouped(text)}" if element.tag == "msqrt" else text


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isdecimal() else f"({text})"
