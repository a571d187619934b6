"""Makes well-formed XML of feeds: without entities of their own, captions and addresses of authors."""

import re
from email.utils import parseaddr
from html.entities import html5
from itertools import islice

from lxml.etree import QName, XMLParser, XMLSyntaxError, _Element, fromstring, tostring

from rag.errors import ReadingError
from rag.reading.html_tree import NOT_XML

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_END_CHARACTERS = 300
_CDATA_START, _CDATA_END = "<![CDATA[", "]]>"
_BARE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_WHOLE_TEXTS = frozenset({"full-text", "fulltext", "full_text", "fullcontent", "articlebody"})
_MEDIA = ("search.yahoo.com/mrss", "itunes.com/dtds")  # in the names of namespaces


def well_formed(text: str) -> tuple[bytes, str | None]:
    """Return a document as well-formed XML without entities of its own, and the fault if it is cut short."""
    text = without_entities(NOT_XML.sub("", _DECLARATION.sub("", text)))
    fault = None
    root: _Element | None
    try:
        root = fromstring(text.encode(), parser=_parser(recover=False))
    except XMLSyntaxError:
        parser = _parser(recover=True)
        root = fromstring(text.encode(), parser=parser)
        if root is None:
            raise ReadingError("it is not a feed: give RSS or Atom") from None
        fault = (
            None
            if _last_end_tag(text) == str(root.tag).rpartition("}")[2]
            else str(parser.error_log[-1].message)
        )
    _remove_captions(root)
    _name_whole_texts(root)
    _name_authors(root)
    return tostring(root, encoding="utf-8", xml_declaration=True), fault


def _remove_captions(root: _Element) -> None:
    """Remove the captions of pictures and films, and descriptions that repeat one.

    subtle: feedparser takes the second description of an entry for its whole text.
    """
    for element in list(root.iter("{*}description", "{*}summary", "{*}text")):
        parent, space = element.getparent(), (QName(element).namespace or "").lower()
        is_repeated = space == _DUBLIN_CORE and parent is not None and parent.find("description") is not None
        if parent is not None and (is_repeated or any(name in space for name in _MEDIA)):
            parent.remove(element)


def _name_whole_texts(root: _Element) -> None:
    """Give a whole text the name that feedparser knows, where a vendor gives it another one."""
    for item in root.iter("{*}item"):
        if item.find(_CONTENT) is None:
            texts = (child for child in item.iterchildren("*") if _is_whole_text(child))
            for text in islice(texts, 1):
                text.tag = _CONTENT


def _is_whole_text(element: _Element) -> bool:
    name = QName(element)
    is_named = name.localname.lower() in _WHOLE_TEXTS or (
        name.localname == "content" and (name.namespace or "").endswith("turbo.yandex.ru")
    )
    return is_named and len(element) == 0 and bool((element.text or "").strip())


def _name_authors(root: _Element) -> None:
    """Leave the names alone in authors who are written as e-mail addresses.

    subtle: feedparser knows no address whose last part is longer than four letters.
    """
    for element in root.iter("author", "managingEditor", f"{{{_DUBLIN_CORE}}}creator"):
        if element.text and "@" in element.text:
            element.text = parseaddr(element.text.strip())[0]


def _last_end_tag(text: str) -> str:
    """Return the name in the last end tag of a document, without its prefix."""
    name = text[-_END_CHARACTERS:].rpartition("</")[2].partition(">")[0]
    return name.rpartition(":")[2].strip()


def without_entities(text: str) -> str:
    """Write the entities of HTML as numbers and unknown ones as text; leave CDATA sections as they are."""
    first, *others = text.split(_CDATA_START)
    parts = [_escaped(first)]
    for other in others:
        inside, end, outside = other.partition(_CDATA_END)
        parts += [_CDATA_START, inside, end, _escaped(outside)]
    return "".join(parts)


def _escaped(text: str) -> str:
    # subtle: after an error, libxml2 drops entities with names without a word, and keeps those with numbers
    return _BARE_AMPERSAND.sub("&#38;", _NAMED_ENTITY.sub(_numbered, text))


def _parser(*, recover: bool) -> XMLParser:
    return XMLParser(recover=recover, resolve_entities=False, no_network=True, encoding="utf-8")


def _numbered(entity: re.Match[str]) -> str:
    characters = html5.get(f"{entity[1]};")
    if characters is None:
        return f"&#38;{entity[1]};"
    return "".join(f"&#{ord(character)};" for character in characters)
