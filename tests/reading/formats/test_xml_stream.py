import io
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from rag.errors import ReadingError
from rag.reading.formats import xml_stream
from rag.reading.formats.streams import buffered
from rag.reading.formats.xml_stream import elements
from tests.reading.formats.reading import articles, read, reasons
from tests.reading.formats.test_wordpress import END, HEAD, post


class Generated(io.RawIOBase):
    """A file whose parts are made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while not self._rest and (part := next(self._parts, None)) is not None:
            self._rest = part
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def one_item_of_many_parts(size: int) -> Iterator[bytes]:
    yield b"<root><item>"
    yield from (b"<part>kopi</part>" * 1_000 for _ in range(size))
    yield b"</item><item>teh</item></root>"


def many_elements_before_the_first_item(size: int) -> Iterator[bytes]:
    yield b"<root>"
    yield from (b"<author>Siti</author>" * 1_000 for _ in range(size))
    yield b"<item>teh</item></root>"


def other_elements_between_items(size: int) -> Iterator[bytes]:
    yield b"<root>"
    yield from (b"<item>kopi</item><other>x</other>" * 1_000 for _ in range(size))
    yield b"<item>teh</item></root>"


SHAPES = [one_item_of_many_parts, many_elements_before_the_first_item, other_elements_between_items]


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_does_not_grow_with_the_file(
    shape: Callable[[int], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_stream, "MAXIMUM_ELEMENT_BYTES", 100_000)
    kept = [len(most_elements_kept(shape(size))) for size in (20, 200)]
    assert kept[0] > 0
    assert kept[1] <= kept[0] * 1.1


def most_elements_kept(parts: Iterator[bytes]) -> list[object]:
    """Return what the root holds when the last element is read."""
    held: list[object] = []
    for element in elements(buffered(io.BufferedReader(Generated(parts))), "item"):
        if not isinstance(element, ReadingError):
            held = list(element.getroottree().getroot().iter())
    return held


def test_an_element_that_is_too_long_is_reported_and_the_others_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_stream, "MAXIMUM_ELEMENT_BYTES", 200_000)
    comments = "<wp:comment><wp:comment_content>Bagus.</wp:comment_content></wp:comment>" * 9_000
    posts = post(1, "Panen kopi dimulai.") + post(2, "Terlalu panjang.", extra=comments)
    items = read(HEAD + posts + post(3, "Harga teh naik.") + END, ".xml")
    assert [article.paragraphs for article in articles(items)] == [
        ("Panen kopi dimulai.",),
        ("Harga teh naik.",),
    ]
    assert articles(items)[1].author == "Siti Rahma"
    assert reasons(items) == [
        "berkas.xml:2: the element <item> has more than 200,000 bytes, the limit: split it"
    ]


@pytest.mark.parametrize("above", [b"\n", b"\xef\xbb\xbf \r\n", b" " * 40_000])
def test_white_space_above_the_declaration_does_no_harm(above: bytes) -> None:
    data = above + b'<?xml version="1.0"?><root><item>kopi</item></root>'
    items = elements(buffered(io.BytesIO(data)), "item")
    assert [None if isinstance(item, ReadingError) else item.text for item in items] == ["kopi"]


def test_entities_are_refused_and_not_expanded() -> None:
    levels = "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10 if level else "kopi" * 10}">' for level in range(9)
    )
    head = HEAD.replace("<rss", f"<!DOCTYPE rss [{levels}]><rss")
    text = post(1, "x").replace("<title>", "<title>&e8;")
    tracemalloc.start()
    items = read(head + text + post(2, "Harga teh naik.") + END, ".xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000
    assert not [article for article in articles(items) if "kopikopi" in article.title]
    assert any("entity" in reason for reason in reasons(items))
