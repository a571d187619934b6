"""Reads XML one element at a time, without entities, documents from elsewhere or unbounded memory."""

from collections.abc import Iterator
from io import BufferedReader

from lxml.etree import LxmlError, QName, XMLPullParser, XMLSyntaxError, _Element, _Entity, iterparse

from rag.errors import ReadingError

_WORDPRESS = "http://wordpress.org/export/"
WXR = "wxr"  # the name that an RSS file gets if it is an export of WordPress


def root_name(head: bytes) -> str | None:
    """Return the name of the outermost element, without namespace, from the first bytes of a file.

    >>> root_name(b'<?xml version="1.0"?><nitf><head>')
    'nitf'
    """
    parser = XMLPullParser(events=("start",), recover=True, resolve_entities=False, no_network=True)
    try:
        parser.feed(head)
        events = parser.read_events()
        root = next((element for _, element in events if isinstance(element.tag, str)), None)
    except LxmlError:
        return None
    if root is None:
        return None
    is_export = any(str(space).startswith(_WORDPRESS) for space in root.nsmap.values())
    return WXR if is_export else QName(root).localname


def elements(stream: BufferedReader, *names: str) -> Iterator[_Element]:
    """Yield each element of one of these names, in any namespace, once it is whole; then free it.

    Raises ReadingError if the file is no XML or ends too early; the elements before that were yielded.
    """
    try:
        parsed = iterparse(
            stream,
            events=("end",),
            tag=[pattern for name in names for pattern in ("{*}" + name, name)],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for _, element in parsed:
            yield element
            _free(element)
    except XMLSyntaxError as error:
        raise ReadingError(
            f"the XML is cut short or damaged ({error.msg}): what stands above that was read, so get it whole"
        ) from None


def _free(element: _Element) -> None:
    previous, parent = element.getprevious(), element.getparent()
    element.clear(keep_tail=True)
    if parent is not None and previous is not None and previous.tag == element.tag:
        parent.remove(previous)


def refuse_entities(element: _Element) -> None:
    """Raise ReadingError if an element uses entities of its own, whose text is not read."""
    entity = next((child for child in element.iter() if isinstance(child, _Entity)), None)
    if entity is not None:
        raise ReadingError(f"the XML uses the entity {entity.text!r}: write its text out")


def text_of(element: _Element | None) -> str:
    """Return the text in an element with single spaces; empty without an element."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def first(element: _Element, path: str) -> _Element | None:
    """Return the first element below at a path such as `head/title`, in any namespace."""
    return element.find(
        "/".join(part if part in (".", "", "..") else "{*}" + part for part in path.split("/"))
    )


def text_at(element: _Element, path: str) -> str | None:
    """Return the text of the first element at a path, or None."""
    return text_of(first(element, path)) or None
