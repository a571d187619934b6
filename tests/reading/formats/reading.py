"""Reads bytes as a file of a type, and tells what came of them."""

import io
from collections.abc import Sequence

from rag.datatypes import Article, Unreadable
from rag.reading import Overrides, read_stream
from rag.reading.formats.streams import buffered


def read(data: bytes | str, suffix: str, *, name: str = "berkas") -> list[Article | Unreadable]:
    stream = buffered(io.BytesIO(data.encode() if isinstance(data, str) else data))
    return list(read_stream(stream, name=name + suffix, suffix=suffix, overrides=Overrides()))


def articles(items: Sequence[Article | Unreadable]) -> list[Article]:
    return [item for item in items if isinstance(item, Article)]


def reasons(items: Sequence[Article | Unreadable]) -> list[str]:
    return [f"{item.source}: {item.reason}" for item in items if isinstance(item, Unreadable)]


def one(items: Sequence[Article | Unreadable]) -> Article:
    (item,) = items
    assert isinstance(item, Article), item
    return item
