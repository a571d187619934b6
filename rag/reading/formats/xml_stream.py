"""Reads XML one element at a time, without entities, documents from elsewhere or unbounded memory."""

import codecs
from collections.abc import Collection, Iterable, Iterator
from io import BufferedReader

from lxml.etree import LxmlError, QName, XMLPullParser, XMLSyntaxError, _Element, _Entity, iterparse

from rag.errors import ReadingError
from rag.reading.decoding import encoding_of_markup
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.html_tree import NOT_XML

_WORDPRESS = "http://wordpress.org/export/"
MAXIMUM_ELEMENT_BYTES = 20_000_000  # of one article, and of what stands above the first one
_DAMAGE = "\ufdd0"  # in place of a byte that is no character; Unicode has no such character
_MARKED = "kutip.marked"
WXR = "wxr"  # the name that an RSS file gets if it is an export of WordPress


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _DAMAGE, error.end


codecs.register_error(_MARKED, _mark_damage)


def root_name(head: bytes) -> str | None:
    """Return the name of the outermost element, without namespace, from the first bytes of a file.

    >>> root_name(b'<?xml version="1.0"?><nitf><head>')
    'nitf'
    """
    parser = XMLPullParser(
        events=("start",), recover=True, resolve_entities=False, no_network=True, encoding="utf-8"
    )
    try:
        decoder = codecs.getincrementaldecoder(encoding_of_markup(head))("replace")
        parser.feed(_clean(decoder.decode(head)).lstrip("\ufeff \t\r\n").encode())
        events = parser.read_events()
        root = next((element for _, element in events if isinstance(element.tag, str)), None)
    except (LxmlError, ReadingError):
        return None
    if root is None:
        return None
    is_export = any(str(space).startswith(_WORDPRESS) for space in root.nsmap.values())
    return WXR if is_export else str(root.tag).rpartition("}")[2]


def elements(stream: BufferedReader, *names: str) -> Iterator[_Element | ReadingError]:
    """Yield each element of one of these names, in any namespace, once it is whole; then free it.

    In place of an element of more than MAXIMUM_ELEMENT_BYTES, which is not kept in memory, the reason is
    yielded. Raises ReadingError if the file is no XML or ends too early; the elements before that were
    yielded.
    """
    source = _Cleaned(stream)
    try:
        parsed = iterparse(
            source,
            encoding="utf-8",
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        yield from _Kept(source, names).of(parsed)
    except XMLSyntaxError as error:
        fault = str(error.msg).partition("\n")[0]
        raise ReadingError(
            f"the XML is cut short or damaged ({fault}): what stands above that was read, so get it whole"
        ) from None


class _Cleaned:
    """A stream as UTF-8 without the characters that XML refuses, such as a bad byte in one of many articles.

    A byte that is no character becomes a mark of its own. Counts the bytes that are read.
    """

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        encoding = encoding_of_markup(stream.peek(HEAD_BYTES))
        self._decoder = codecs.getincrementaldecoder(encoding)(_MARKED)
        self._is_at_start = True
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        text, is_all = "", False
        while not text and not is_all:
            # subtle: `read1` returns what stands above a damaged part of a compressed file
            data = self._stream.read1(size)
            is_all = not data
            self.count += len(data)
            text = _clean(self._decoder.decode(data, is_all))
            if self._is_at_start:
                text = text.lstrip("\ufeff \t\r\n")
                self._is_at_start = not text
        return text.encode()


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def refuse_damage(element: _Element) -> None:
    """Raise ReadingError if an element holds a byte that was no character, or entities of its own."""
    refuse_entities(element)
    if any(_DAMAGE in str(text) for text in element.itertext()):
        raise ReadingError("its text is damaged: it holds a byte that is no character; get the file again")


class _Kept:
    """The elements of these names in a stream; what stands behind the first one, outside of them, is dropped.

    subtle: an element can be taken out of the tree only at a later event, when the parser is done with it.
    """

    def __init__(self, source: _Cleaned, names: Collection[str]) -> None:
        self._source = source
        self._names = names
        self._open = 0  # elements of these names that are not at their end
        self._start = 0  # the place in the file from which bytes are counted
        self._is_behind_first = False
        self._done: _Element | None = None

    def of(self, events: Iterable[tuple[str, _Element]]) -> Iterator[_Element | ReadingError]:
        """Yield the elements."""
        for event, element in events:
            self._remove_done()
            is_named = isinstance(element.tag, str) and QName(element).localname in self._names
            if event == "start":
                if is_named and not self._open:
                    self._start = self._source.count
                self._open += is_named
                continue
            if not is_named:
                if self._is_too_long() or (self._is_behind_first and not self._open):
                    self._drop(element)
                continue
            self._open -= 1
            yield _too_long(QName(element).localname) if self._is_too_long() else element
            self._drop(element)
            if not self._open:
                self._start, self._is_behind_first = self._source.count, True

    def _is_too_long(self) -> bool:
        return self._source.count - self._start > MAXIMUM_ELEMENT_BYTES

    def _drop(self, element: _Element) -> None:
        element.clear(keep_tail=False)
        self._done = element

    def _remove_done(self) -> None:
        parent = None if self._done is None else self._done.getparent()
        if self._done is not None and parent is not None:
            parent.remove(self._done)
        self._done = None


def _too_long(name: str) -> ReadingError:
    return ReadingError(
        f"the element <{name}> has more than {MAXIMUM_ELEMENT_BYTES:,} bytes, the limit: split it"
    )


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
