"""Reads JSON: one article, an array of articles, an object that holds such an array, or lines of articles."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BufferedReader, TextIOWrapper
from itertools import chain
from typing import Any

from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES, encoding_of_json
from rag.reading.entities import unescaped
from rag.reading.feeds import entries_of
from rag.reading.formats.csv_file import table_in
from rag.reading.formats.fragments import filled, plain
from rag.reading.formats.linked import editions, with_linked
from rag.reading.formats.records import (
    local_time,
    names_in,
    pictures_in,
    read_record,
    refuse_beginning,
    with_own_body,
    with_usual_names,
)
from rag.reading.formats.streams import HEAD_BYTES
from rag.reading.json_feeds import is_json_feed, read_json_feed
from rag.reading.jsonl import fields_of_line, lines_of_file
from rag.reading.names import joined
from rag.reading.page import Entry, Page, page_or_error
from rag.reading.publication import refuse_unpublished
from rag.reading.record import MAXIMUM_ID_CHARACTERS, with_metadata

_CHUNK_CHARACTERS = 1 << 16
_BETWEEN = " \t\n\r,"
# The names under which an object holds its articles: those of the HTTP API and of other exports.
_LISTS = ("articles", "items", "posts", "results", "data", "documents")
# The names of an object inside of each article, which holds its fields: those of search servers and others.
_INNER = ("_source", "attributes", "fields", "doc", "data", "article", "post", "result", "response", "node",
          "item", "story", "news", "artikel", "berita")  # fmt: skip
# A line that says what a search server does with the article in the next one.
_ACTION = re.compile(rb'\s*+\{\s*+"(?:index|create|update)"\s*+:\s*+\{(?:\s*+"_[^{}]{0,2000}+)?\}\s*+\}\s*+')
_DEEPEST = 4
_WHOLE_MARKUP = re.compile(
    r"\s*+<(?:p|div|h[1-6]|article|section|figure|ul|ol|blockquote|!--)\b", re.IGNORECASE
)


def read_json_lines(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of each line; skip blank lines. Articles over several lines are read as JSON is."""
    if _spans_lines(stream):
        yield from read_json(stream)
        return
    yield from _read_lines(stream)


def _read_lines(stream: BufferedReader) -> Iterator[Entry]:
    for number, line in lines_of_file(stream):
        if not line.isspace() and not _ACTION.fullmatch(line):
            yield Entry(page=page_or_error(_page_of_line, line), place=str(number))


def _page_of_line(line: bytes) -> Page:
    return json_page(fields_of_line(line))


def read_json(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the articles of a file of JSON: an array is read one article at a time.

    A file whose first line is a whole object, and not the only one, is read as JSON lines.
    """
    if _is_lines(stream):
        yield from _read_lines(stream)
        return
    text = _Text(stream)
    is_array = text.next_character() == "["
    if is_array:
        text.skip(1)
        yield from _numbered(text.values(end="]"))
        return
    values = list(text.values(end=""))
    if not values:
        raise ReadingError("the page is empty")
    (value,) = values
    if is_json_feed(value):
        yield from entries_of(read_json_feed(value).entries)
        return
    table = table_in(value)
    held = None if table else _held(value)
    if table:
        yield from table
    elif held is None:
        yield from _alone(value)
    else:
        yield from _numbered(iter(held))


def _alone(value: object) -> Iterator[Entry]:
    """Yield the article that is a whole file, once for each of its languages."""
    found = list(editions(value))
    yield from _numbered(iter(found)) if len(found) > 1 else (Entry(page=_page(each)) for each in found)


def _first_lines(stream: BufferedReader) -> list[str]:
    """Return the lines at the start of a file that are not blank, the last of which may be cut."""
    head = stream.peek(HEAD_BYTES)
    lines = head.decode(encoding_of_json(head), errors="replace").lstrip("\ufeff").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _is_lines(stream: BufferedReader) -> bool:
    lines = _first_lines(stream)
    return len(lines) > 1 and lines[0].startswith("{") and _is_object(lines[0]) and lines[1].startswith("{")


def _spans_lines(stream: BufferedReader) -> bool:
    """Whether a file holds an array, or an object over several lines, and not one object a line."""
    lines = _first_lines(stream)
    if not lines:
        return False
    is_array = lines[0].startswith("[") and (lines[0] == "[" or lines[0].lstrip("[ ").startswith("{"))
    return is_array or (len(lines) > 1 and lines[0] == "{")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def json_page(fields: Mapping[str, Any]) -> Page:
    """Return the page of an article's fields, also under the names that other programs give them.

    Raises ReadingError for a post that is not published.
    """
    if _rendered(fields.get("content")) is None:
        return _page_of_fields(fields)
    refuse_unpublished({**fields, "title": _rendered(fields.get("title"))})
    if fields["content"].get("protected"):
        raise ReadingError(f"the post {fields.get('link')!r:.200} is protected by a password")
    moments = {
        name: local_time(fields.get(name), universal=fields.get(f"{name}_gmt"))
        for name in ("date", "modified")
    }
    # A post's number is no id: other sites have posts of the same number.
    others = {name: fields[name] for name in ("id", "author", "categories", "tags", "slug") if name in fields}
    names = {kind: _embedded(fields, kind) for kind in ("author", "category", "post_tag")}
    guid = unescaped(_rendered(fields.get("guid")) or "")
    is_named = not fields.get("link") and len(guid) <= MAXIMUM_ID_CHARACTERS
    return read_record(
        filled(
            {
                "id": guid if is_named else None,
                "title": plain(_rendered(fields.get("title")) or ""),
                "text": f"<div>{_rendered(fields['content'])}</div>",
                "url": fields.get("link"),
                "published_at": moments["date"],
                "updated_at": moments["modified"] if moments["modified"] != moments["date"] else None,
                "author": joined(names["author"]),
                "section": next(iter(names["category"]), None),
                "metadata": {
                    **filled({"tags": names["post_tag"]}),
                    **{f"wordpress_{name}": value for name, value in others.items()},
                },
            }
        )
    )


def _embedded(fields: Mapping[str, Any], kind: str) -> list[str]:
    """Return the names of the authors or of the terms of a taxonomy that stand in a post of WordPress."""
    embedded = fields.get("_embedded")
    found = (
        embedded.get("author" if kind == "author" else "wp:term") if isinstance(embedded, Mapping) else None
    )
    parts = found if isinstance(found, list) else []
    items = parts if kind == "author" else [term for part in parts if isinstance(part, list) for term in part]
    shown = [item for item in items if isinstance(item, Mapping) and item.get("taxonomy", "author") == kind]
    return [plain(item["name"]) for item in shown if isinstance(item.get("name"), str)]


def _page_of_fields(fields: Mapping[str, Any]) -> Page:
    fields = _unwrapped(fields)
    refuse_unpublished(fields)  # before other names take the place of its own
    paragraphs = fields.get("paragraphs")
    if isinstance(paragraphs, list) and any(isinstance(block, dict) for block in paragraphs):
        fields = {"text": paragraphs, **{name: fields[name] for name in fields if name != "paragraphs"}}
    text = fields.get("text")
    if not isinstance(text, str) and fields.get("paragraphs") is None:
        renamed = with_usual_names(fields)
        if renamed is not None:
            refuse_beginning(renamed["text"])
            page = read_record(renamed)
            values = zip(names_in(fields), fields.values(), strict=True)
            shown = next(value for name, value in values if name == "text" and value)
            return replace(page, dropped=(*page.dropped, *pictures_in(shown)))
    if isinstance(text, str) and fields.get("paragraphs") is None and _WHOLE_MARKUP.match(text):
        return read_record(with_own_body(fields))
    return Page(fields=with_metadata(with_own_body(fields)))


def _rendered(value: object) -> str | None:
    rendered = value.get("rendered") if isinstance(value, Mapping) else None
    return rendered if isinstance(rendered, str) else None


def _unwrapped(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object with the fields of its inner one beside its own, if only that one has a text."""
    for _ in range(_DEEPEST):
        name = next((name for name in _INNER if isinstance(fields.get(name), Mapping)), None)
        if name is None or {"text", "paragraphs"} & fields.keys():
            break
        own = with_usual_names(fields)
        if own and (own.get("title") or not (with_usual_names(fields[name]) or {}).get("title")):
            break
        fields = {**{key: value for key, value in fields.items() if key != name}, **fields[name]}
    return fields


def _held(value: object) -> list[Any] | None:
    """Return the list of articles that an object holds, if it holds one instead of a text."""
    if not isinstance(value, dict) or {"text", "paragraphs"} & value.keys():
        return None
    if "content" in value:
        content = value["content"] if isinstance(value["content"], list) else []
        is_list = all(isinstance(item, dict) for item in content) and any(map(_is_article, content))
        return content if is_list else None
    if isinstance(value.get("data"), dict) and isinstance(value.get("included"), list):  # one of JSON:API
        return with_linked(value, [value["data"]])
    held = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    if held is not None and all(isinstance(item, dict) for item in held):
        return with_linked(value, held)
    return None if with_usual_names(_unwrapped(value)) else _nested(value, _DEEPEST)


def _nested(value: Mapping[str, Any], levels: int) -> list[Any] | None:
    """Return the first list of articles in inner objects: `{"db": [{"data": {"posts": […]}}]}`.

    The articles may be the values of an object, whose names are their ids.
    """
    values = list(value.values())
    if len(values) > 1 and all(isinstance(inner, dict) and _is_article(inner) for inner in values):
        return values
    for inner in value.values():
        is_list = isinstance(inner, list) and len(inner) > 0 and all(isinstance(item, dict) for item in inner)
        if is_list and any(map(_is_article, inner)):
            return with_linked(value, list(inner))
        only = inner[0] if is_list and len(inner) == 1 else inner
        found = _nested(only, levels - 1) if levels and isinstance(only, dict) else None
        if found:
            return found
    return None


def _is_article(fields: Mapping[str, Any]) -> bool:
    """Whether an object has a title and a text; a comment has no title."""
    if _rendered(fields.get("content")) is not None:
        return True
    named = with_usual_names(_unwrapped(next(_mappings(editions(fields)), fields))) or {}
    return bool(named.get("title"))


def _mappings(values: Iterator[object]) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if isinstance(value, Mapping))


def _numbered(values: Iterator[Any]) -> Iterator[Entry]:
    number = 0
    try:
        for number, value in enumerate(chain.from_iterable(map(editions, values)), 1):
            yield Entry(page=_page(value), place=str(number))
    except ReadingError as error:
        yield Entry(page=error, place=str(number + 1))
        return
    if not number:
        raise ReadingError("the file holds no article: its list is empty")


def _page(value: object) -> Page | ReadingError:
    if not isinstance(value, dict):
        return ReadingError(f"it is not a JSON object but {value!r:.40}")
    return page_or_error(json_page, value)


class _Text:
    """The text of a stream of JSON, of which only what is not read yet is kept."""

    def __init__(self, stream: BufferedReader) -> None:
        encoding = encoding_of_json(stream.peek(HEAD_BYTES))
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        # subtle: a damaged byte becomes a lone surrogate, which is refused in the article that holds it
        self._file = TextIOWrapper(stream, encoding=encoding, errors="surrogateescape")
        self._rest = ""
        self._is_all = False

    def next_character(self) -> str:
        """Return the next character that is no space and no comma; empty at the end."""
        while not (rest := self._rest.lstrip(_BETWEEN)) and not self._is_all:
            self._read(_CHUNK_CHARACTERS)
        self._rest = rest
        return rest[:1]

    def skip(self, count: int) -> None:
        """Leave out the next characters."""
        self._rest = self._rest[count:]

    def values(self, *, end: str) -> Iterator[Any]:
        """Yield the values up to the character `end`; raise ReadingError where there is no JSON."""
        decoder = json.JSONDecoder()
        while (character := self.next_character()) != end:
            if not character:
                raise ReadingError("the file is cut short: its list of articles does not end")
            yield self._value(decoder)
            if not end and self.next_character():
                raise ReadingError("the file is not JSON: more follows after its first value")

    def _value(self, decoder: json.JSONDecoder) -> Any:
        size = _CHUNK_CHARACTERS
        while True:
            try:
                value, length = decoder.raw_decode(self._rest)
            except (ValueError, RecursionError) as error:
                if self._is_all or isinstance(error, RecursionError):
                    raise ReadingError(f"the file is not JSON: {error}") from None
            else:
                # subtle: the digits of a number may go on behind what was read
                if length < len(self._rest) or self._is_all:
                    self._rest = self._rest[length:]
                    return value
            if len(self._rest) > MAXIMUM_FILE_BYTES:
                raise ReadingError(
                    f"an article has more than {MAXIMUM_FILE_BYTES:,} characters, the limit, or the file is "
                    "not JSON: split it"
                )
            self._read(size)
            size *= 2

    def _read(self, size: int) -> None:
        try:
            text = self._file.read(size)
        except UnicodeError as error:
            raise ReadingError(f"truncated or damaged: {error}; save it as UTF-8") from None
        self._is_all = not text
        self._rest += text
