"""Reads the documents that editors of content systems save as JSON, as HTML.

They are trees of nodes: Editor.js, ProseMirror and TipTap, Slate and Strapi, Lexical, Contentful's rich text,
and Sanity's Portable Text. They differ in the names of a node's kind, children and text.
"""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import ReadingError

_DEEPEST = 100
_CHILDREN = ("children", "content", "blocks", "items")
_KINDS = ("nodeType", "_type", "type")
_DOCUMENTS = frozenset({"doc", "document", "root"})
_TAGS = {
    "paragraph": "p", "p": "p", "normal": "p", "block": "p", "heading": "h2", "header": "h2", "title": "h2",
    "listitem": "li", "li": "li", "lic": "p", "blockquote": "blockquote", "quote": "blockquote",
    "bulletlist": "ul", "unorderedlist": "ul", "ul": "ul", "orderedlist": "ol", "numberedlist": "ol",
    "ol": "ol", "list": "ul", "checklist": "ul", "tablerow": "tr", "tablecell": "td", "tableheader": "td",
    "tableheadercell": "td", "table": "table", "hardbreak": "br", "linebreak": "br", "code": "pre",
    "codeblock": "pre",
    **{f"{name}{level}": "h2" for name in ("h", "heading") for level in (*range(1, 7), "one", "two")},
}  # fmt: skip
_PICTURES = frozenset(
    {"image", "picture", "media", "video", "audio", "embed", "gallery", "attaches", "file", "figure", "ad"}
    | {"embeddedassetblock", "embeddedentryblock", "linktool", "advertisement"}
)
# Nodes that have children and stand within a line; an unknown node beside a text does, too.
_INLINE = frozenset(
    {"a", "link", "hyperlink", "entryhyperlink", "assethyperlink", "resourcehyperlink", "autolink", "mention"}
    | {"text", "span", "hashtag", "mark", "overflow", "strong", "em", "bold", "italic", "underline", "ruby"}
)
# The names under which Editor.js keeps the texts of a block, each of which is a paragraph.
_TEXTS = ("title", "text", "html", "message", "description", "code", "caption")
_STRUCK_BIT = 4  # of the number that is the format of a text in Lexical
_SAID = ("caption", "alt", "title", "text", "url", "src")


@dataclass(frozen=True)
class Document:
    """The HTML of a document, and what it says of the pictures that are left out."""

    html: str
    pictures: tuple[str, ...]


def document_in(value: object) -> Document | None:
    """Return the document that a value is, or is the JSON of; None for any other value.

    Raises ReadingError if its nodes are nested too deeply.

    >>> document_in({"blocks": [{"type": "header", "data": {"text": "Kopi"}}]}).html
    '<h2>Kopi</h2>'
    >>> document_in([{"type": "paragraph", "children": [{"text": "Panen < 5 ton."}]}]).html
    '<p>Panen &lt; 5 ton.</p>'
    >>> document_in("Panen naik.") is None
    True
    """
    if isinstance(value, str):
        value = _loaded(value)
    nodes = _nodes_of(value)
    if nodes is None:
        return None
    pictures: list[str] = []
    return Document(_html_of(nodes, pictures, depth=0), tuple(pictures))


def _loaded(text: str) -> object:
    if not text.lstrip().startswith(("{", "[{")) or not text.rstrip().endswith(("}", "]")):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes_of(value: object) -> Sequence[object] | None:
    """Return the nodes of a document; None if the value is none."""
    if isinstance(value, Mapping):
        root = value.get("root")
        value = root if isinstance(root, Mapping) else value
        is_document = _kind(value) in _DOCUMENTS or isinstance(value.get("blocks"), list)
        return _children(value) if is_document else None
    if not isinstance(value, list):
        return None
    return value if any(isinstance(node, Mapping) and _is_node(node) for node in value) else None


def _is_node(node: Mapping[str, Any]) -> bool:
    """Whether an object of a list is a node, and not a block with its text under a plain name."""
    return _kind(node) != "" and (isinstance(node.get("data"), Mapping) or _children(node) is not None)


def _kind(node: Mapping[str, Any]) -> str:
    """Return the kind of a node in letters and digits; in Portable Text, it is the style of a block."""
    style = node.get("style") if node.get("_type") == "block" else None
    kind = style or next((node[name] for name in _KINDS if isinstance(node.get(name), str)), "")
    return "".join(sign for sign in str(kind).lower() if sign.isalnum())


def _children(node: Mapping[str, Any]) -> Sequence[object] | None:
    return next((node[name] for name in _CHILDREN if isinstance(node.get(name), list)), None)


def _html_of(node: object, pictures: list[str], *, depth: int, is_in_line: bool = False) -> str:
    if depth > _DEEPEST:
        raise ReadingError(f"the nodes of its text are nested more than {_DEEPEST} levels deep")
    if isinstance(node, list | tuple):
        is_line = any(isinstance(inner, Mapping) and _is_text(inner) for inner in node)
        return "".join(_html_of(inner, pictures, depth=depth + 1, is_in_line=is_line) for inner in node)
    if not isinstance(node, Mapping):
        return ""
    kind = _kind(node)
    data = node["data"] if isinstance(node.get("data"), Mapping) else {}
    if kind in _PICTURES:
        said = next(
            (one[name] for one in (data, node) for name in _SAID if isinstance(one.get(name), str)), ""
        )
        pictures.append(f"{kind}: {said}" if said else kind)
        return ""
    content = _content(node, data, pictures, depth=depth)
    tag = "li" if node.get("listItem") else _tag(node, kind, is_in_line=is_in_line)
    if tag == "br":
        return "<br>"
    return f"<{tag}>{content}</{tag}>" if tag and content else content


def _is_text(node: Mapping[str, Any]) -> bool:
    """Whether a node is a text of its own: it has no children, and is no block of Editor.js."""
    return _children(node) is None and any(isinstance(node.get(name), str) for name in ("text", "value"))


def _tag(node: Mapping[str, Any], kind: str, *, is_in_line: bool) -> str | None:
    """Return the name of the HTML element for a node; None for a text and what stands within a line."""
    tag = _TAGS.get(kind)
    if is_in_line and (tag is None or tag == "pre"):
        return None
    is_block = _children(node) is not None or isinstance(node.get("data"), Mapping)
    return tag or ("div" if is_block and kind not in _INLINE else None)


def _content(node: Mapping[str, Any], data: Mapping[str, Any], pictures: list[str], *, depth: int) -> str:
    """Return the HTML inside of a node: that of its children, its text, or what Editor.js keeps in `data`."""
    children = _children(node)
    if children is not None:
        return _html_of(children, pictures, depth=depth)
    text = next((node[name] for name in ("text", "value") if isinstance(node.get(name), str)), None)
    if text is not None:
        written = html.escape(text, quote=False)
        return f"<s>{written}</s>" if _is_struck(node) else written
    found = {name: data[name] for name in _TEXTS if isinstance(data.get(name), str) and data[name]}
    if "code" in found:
        found["code"] = html.escape(found["code"], quote=False)
    marked = "".join(found.values() if len(found) == 1 else (f"<p>{text}</p>" for text in found.values()))
    rows = [[f"<td>{cell}</td>" for cell in _list(row)] for row in _list(data.get("content"))]
    return marked + _items(data.get("items")) + "".join(f"<tr>{''.join(row)}</tr>" for row in rows)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _items(items: object) -> str:
    return "".join(map(_item, _list(items)))


def _item(item: object) -> str:
    """Return an item of a list of Editor.js, which may have items of its own."""
    if isinstance(item, str):
        return f"<li>{item}</li>"
    if not isinstance(item, Mapping):
        return ""
    own = next((item[name] for name in ("content", "text") if isinstance(item.get(name), str)), "")
    return f"<li>{own}</li>{_items(item.get('items'))}"


def _is_struck(leaf: Mapping[str, Any]) -> bool:
    """Whether a text is struck out, by a mark of its own or in its list of marks."""
    marks = _list(leaf.get("marks"))
    names = [mark.get("type") if isinstance(mark, Mapping) else mark for mark in marks]
    names += [name for name, value in leaf.items() if value is True]
    bits = leaf.get("format")
    if isinstance(bits, int) and bits & _STRUCK_BIT:
        return True
    return any(str(name).lower().startswith("strike") for name in names)
