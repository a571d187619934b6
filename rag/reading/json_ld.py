"""Reads the JSON-LD of a page, also where it is broken."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement

from rag.reading.entities import unescaped
from rag.reading.html_tree import NOT_XML, SOFT_HYPHEN

_ARTICLE_TYPES = ("Article", "Posting", "Report", "NewsArticle", "Story")
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart")
_WRAPPERS = ("@list", "@set", "@value")
_MAXIMUM_NODES = 500
_MAXIMUM_DEPTH = 6
_BETWEEN_VALUES = re.compile(r"[ \t\r\n,]*")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/)){0,300}+\*/)", re.MULTILINE)
# The fields that can be read from JSON that cannot be parsed, as with a quote inside a text.
_BROKEN_FIELD = re.compile(
    r'"(datePublished|dateModified|headline|url)"\s{0,9}:\s{0,9}"([^"\n]{1,300})"\s{0,9}[,}\]]'
)
_BROKEN_AUTHOR = re.compile(
    r'"author"\s{0,9}:[\s\[{]{0,20}(?:"@type"\s?:\s?"Person"\s?,\s{0,20})?"name"\s?:\s?"([^"\n]{1,100})"'
)
_COMMENT_MARKS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/"
    r"|\]\]>)\s*$"
)


def plain_text(value: Any) -> str:
    """Return a text without entities, invalid characters and needless spaces; "" for another value."""
    return (
        " ".join(NOT_XML.sub("", unescaped(value)).replace(SOFT_HYPHEN, "").split())
        if isinstance(value, str)
        else ""
    )


def json_ld_nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a page's JSON-LD, also those within others."""
    scripts = tree.xpath('//script[starts-with(@type, "application/ld+json")]/text()')
    count = 0
    for script in scripts:
        for value in load_json_values(script):
            for node in _nodes(value, depth=0):
                count += 1
                if count > _MAXIMUM_NODES:
                    return
                yield node


def load_json_values(text: str) -> Iterator[Any]:
    """Yield the JSON values in a script: within comment marks, with trailing commas, one after another."""
    text = _COMMENT_MARKS.sub("", _COMMENT_MARKS.sub("", text.strip())).strip().rstrip(";")
    decoder = json.JSONDecoder(strict=False)
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", _COMMENT.sub("", text))):
        values, place = [], 0
        try:
            while place < len(candidate):
                value, place = decoder.raw_decode(candidate, place)
                values.append(value)
                between = _BETWEEN_VALUES.match(candidate, place)
                place = between.end() if between else place
        except (ValueError, RecursionError):  # broken JSON-LD is common, and the page can be read without it
            continue
        yield from values
        return
    if node := _broken_node(text):
        yield node


def _broken_node(text: str) -> dict[str, Any]:
    """Return what can be read of an article's node that is no JSON, if nothing in it is stated twice."""
    found = _BROKEN_FIELD.findall(text)
    names = [name for name, _ in found]
    if "datePublished" not in names or names.count("datePublished") > 1:
        return {}
    author = _BROKEN_AUTHOR.search(text)
    fields = {name: value for name, value in found if names.count(name) == 1}
    return {"@type": "Article", **fields, **({"author": author[1]} if author else {})}


def _nodes(value: Any, *, depth: int) -> Iterator[dict[str, Any]]:
    for item in items_of(value):
        if isinstance(item, dict) and depth < _MAXIMUM_DEPTH:
            yield item
            for name in _CONTAINERS:
                yield from _nodes(item.get(name), depth=depth + 1)


def is_article(node: Mapping[str, Any]) -> bool:
    """Whether a node describes an article, a report or a post."""
    return any(str(kind).endswith(_ARTICLE_TYPES) for kind in items_of(node.get("@type")))


def is_organization(value: Any) -> bool:
    """Whether a value describes an organization."""
    kinds = items_of(value.get("@type")) if isinstance(value, dict) else []
    return any("Organization" in str(kind) for kind in kinds)


def items_of(value: Any) -> list[Any]:
    """Return a value as a list; JSON-LD may also write a list or a text as an object.

    >>> items_of({"@list": ["Sari Wulandari"]}), items_of({"@value": "2025-07-27"})
    (['Sari Wulandari'], ['2025-07-27'])
    """
    if isinstance(value, dict) and (name := next((name for name in _WRAPPERS if name in value), None)):
        value = value[name]
    return value if isinstance(value, list) else [value]


def address_of(value: Any) -> str | None:
    """Return the address of a value: a text, or an object with an address."""
    return (
        text_of(value.get("@id")) or text_of(value.get("url")) if isinstance(value, dict) else text_of(value)
    )


def text_of(value: Any) -> str | None:
    """Return a text without needless spaces, or None for anything else."""
    return plain_text(value) or None


def names_of(value: Any) -> str | None:
    """Return the text of a JSON-LD value: a string, an object with a name, or a list of them.

    >>> names_of([{"name": "Sari Wulandari"}, {"givenName": "Raka", "familyName": "Wijaya"}])
    'Sari Wulandari, Raka Wijaya'
    """
    names = [name for item in items_of(value) for name in _names_of_item(item)]
    return ", ".join(name for name in map(plain_text, names) if name) or None


def _names_of_item(item: Any) -> list[Any]:
    if not isinstance(item, dict):
        return [item]
    parts = [plain_text(item.get(part)) for part in ("givenName", "familyName")]
    return items_of(item.get("name") or " ".join(parts).strip())
