"""Reads Markdown with YAML front matter: each block becomes a paragraph, verbatim."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.errors import ReadingError
from rag.reading.dates import parse_written_date
from rag.reading.page import Page
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import ArticleRecord, with_metadata

MAXIMUM_FRONT_MATTER_CHARACTERS = 50_000
MAXIMUM_LINES = 200_000  # the parser needs a kilobyte per block

# subtle: python-frontmatter would lose the text of a page that opens with a thematic break.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_OTHER_NAMES = {"date": "published_at", "lang": "language", "source": "outlet", "publisher": "outlet"}
_FIELDS = ArticleRecord.model_fields.keys() - {"paragraphs", "text"}
_TIMES = frozenset({"published_at", "updated_at"})
_TEXTS = _FIELDS - _TIMES - {"metadata"}
_NOT_PARAGRAPHS = frozenset({"heading_open", "hr"})
_CONTAINERS = frozenset({"bullet_list_open", "ordered_list_open", "blockquote_open"})


def read_markdown(text: str) -> Page:
    """Return the page's fields; raise ReadingError if the front matter is not YAML or the body is empty."""
    match = _FRONT_MATTER.match(text)
    front_matter = _load_front_matter(match[1] or "") if match else None
    if match and front_matter is not None:  # None: the page opens with a thematic break, not with fields
        text = text[match.end() :]
    lines = text.split("\n")
    if len(lines) > MAXIMUM_LINES:
        raise ReadingError(f"the page has {len(lines):,} lines, more than {MAXIMUM_LINES:,}: split it")
    tokens = _parse_blocks(text)
    paragraphs = [paragraph for token in tokens for paragraph in _paragraphs(token, lines)]
    if not paragraphs:
        raise ReadingError("the page holds no article: it has only front matter and headings")
    fields = {"title": _first_heading(tokens), **_fields(front_matter or {})}
    return Page(fields={**fields, "paragraphs": paragraphs})


class _Loader(yaml.SafeLoader):
    """Refuses aliases: with them, short front matter can expand to gigabytes or contain itself."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it uses an alias (*): write the value out")
        return super().compose_node(parent, index)


def _load_front_matter(text: str) -> dict[Any, Any] | None:
    if len(text) > MAXIMUM_FRONT_MATTER_CHARACTERS:
        raise ReadingError(
            f"the front matter is longer than {MAXIMUM_FRONT_MATTER_CHARACTERS:,} characters: shorten it"
        )
    try:
        loaded = _to_json(yaml.load(text, Loader=_Loader))  # noqa: S506, a SafeLoader
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ReadingError(f"the front matter between the --- lines is not YAML: {reason:.300}") from None
    return loaded if isinstance(loaded, dict) else {} if loaded is None else None


def _fields(front_matter: dict[Any, Any]) -> dict[str, Any]:
    """Return the record's fields; move fields that a record does not have into the metadata."""
    given = {key: value for key, value in front_matter.items() if value is not None}
    names = {key: key if _OTHER_NAMES.get(key) in given else _OTHER_NAMES.get(key, key) for key in given}
    return with_metadata({names[key]: _to_field(names[key], given[key]) for key in given}, known=_FIELDS)


def _to_json(value: Any) -> Any:
    """Return the value with YAML dates as RFC 3339 text; raise ValueError for a number too long to print."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        # subtle: YAML reads any number of hexadecimal digits; Python prints at most 4,300 decimal digits.
        str(value)
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    return [_to_json(item) for item in value] if isinstance(value, list) else value


def _to_field(name: str, value: Any) -> Any:
    """Convert a YAML number, list of names or date in words to the type that the record expects."""
    if name in _TIMES and isinstance(value, str):
        return parse_written_date(value) or value
    if name in _TEXTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if name in _TEXTS and is_number else value


def _parse_blocks(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark")
    parser.core.ruler.disable(["inline", "text_join"])  # only blocks are needed
    return parser.parse(text)


def _first_heading(tokens: Sequence[Token]) -> str | None:
    headings = (
        content
        for opening, content in pairwise(tokens)
        if opening.type == "heading_open" and opening.tag == "h1"
    )
    return next((content.content for content in headings), None)


def _paragraphs(token: Token, lines: list[str]) -> tuple[str, ...]:
    """Return the source of a block; split a list or a quote at blank lines."""
    if token.level or token.map is None or token.type in _NOT_PARAGRAPHS or token.content.startswith("<!--"):
        return ()
    start, end = token.map
    source = "\n".join(lines[start:end]).rstrip()
    if token.type in _CONTAINERS:
        return split_paragraphs(source)
    return (source,) if source else ()
