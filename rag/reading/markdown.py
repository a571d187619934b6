"""Reads Markdown with front matter: each block becomes a paragraph or a heading, verbatim but for markup.

Images, HTML tags, struck text, comments and a site generator's own tags are left out of the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.errors import ReadingError
from rag.reading.credits import first_facts, line_facts
from rag.reading.dates import parse_written_date
from rag.reading.field_names import field_of
from rag.reading.front_matter import split_front_matter
from rag.reading.html_blocks import split_rows
from rag.reading.html_tree import BLOCK_ELEMENTS
from rag.reading.names import joined, without_label
from rag.reading.page import Page
from rag.reading.paragraphs import split_paragraphs
from rag.reading.publication import refuse_unpublished
from rag.reading.record import ArticleRecord, with_metadata
from rag.reading.story import without_last
from rag.text.folding import lowered

_LINES_OF_FACTS = 3  # below the title
MAXIMUM_LINES = 200_000  # the parser needs a kilobyte per block

_OTHER_NAMES = {
    "date": "published_at", "published": "published_at", "pubdate": "published_at",
    "datepublished": "published_at",
    "updated": "updated_at", "lastmod": "updated_at", "modified": "updated_at", "lang": "language",
    "source": "outlet", "publisher": "outlet", "authors": "author", "canonical": "url",
    "canonical_url": "url", "judul": "title", "penulis": "author", "tanggal": "published_at",
    "sumber": "outlet",
}  # fmt: skip
_FIELDS = ArticleRecord.model_fields.keys() - {"paragraphs", "text", "headings"}
_TIMES = frozenset({"published_at", "updated_at"})
_TEXTS = _FIELDS - _TIMES - {"metadata"}
_YEAR_OR_MONTH = re.compile(r"\d{4}(?:-\d{2})?")
_CONTAINERS = frozenset({"bullet_list_open", "ordered_list_open", "blockquote_open"})
_VERBATIM = frozenset({"fence", "code_block"})
_TABLE_RULE = re.compile(r"[\s|:-]*+")

# Each part has a limit, so that a text of many beginnings without an end takes linear time.
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)[^`]{1,300}+\1(?!`)")
_HTML_NOT_TEXT = ("script", "style", "iframe", "svg", "noscript")
_HTML_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
_HTML_TAG = re.compile(r"</?(?P<name>[a-z][\w:-]{0,30}+)(?:\s[^<>]{0,300}+)?/?>", re.IGNORECASE)
_CELLS = frozenset({"td", "th"})
_LINE_BREAKS = BLOCK_ELEMENTS - _CELLS - {"code"}
# What stands before the text of a line: the signs of a quote, an item or a heading.
_LINE_START = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]++)?")
_GAPS = ("", " ", "\n")  # what tags leave between two texts, the stronger ones last
_TABLE_LINE = re.compile(r"[ \t>]*+\|")
_IMAGE = re.compile(
    r" ?!\[(?:\[[^\]]{0,200}+\]\]|[^\[\]]{0,300}+\](?:\([^()]{0,500}+(?:\([^()]{0,100}+\)[^()]{0,500}+)?\)"
    r"|\[[^\]]{0,100}+\]))"
)
_UNSAFE_LINK = re.compile(
    r"\[([^\[\]]{0,300}+)\]\(\s{0,3}<?\s{0,3}(?:javascript|data|vbscript)\s{0,3}:[^()]{0,500}+"
    r"(?:\([^()]{0,100}+\)[^()]{0,100}+)?\)",
    re.IGNORECASE,
)
_UNSAFE_ADDRESS = re.compile(r"<?\b(?:javascript|vbscript)\s{0,3}:\S*+", re.IGNORECASE)
_WIKI_LINK = re.compile(r"\[\[(?:[^\]|]{0,200}+\|)?([^\]|]{1,200}+)\]\]")
_STRUCK = re.compile(
    r"~~(?=\S)[^~]{1,500}+~~ ?|<(del|s|strike)\b[^<>]{0,200}+>[^<]{0,500}+</\1\s{0,3}> ?", re.IGNORECASE
)
_GENERATOR_TAG = re.compile(
    r"\{%[^%]{0,300}+%\}|\{\{[^{}]{0,300}+\}\}| ?\{[:#.](?: |[a-zA-Z#.])[^{}\n]{0,200}+\}"
    r"|(?i:^\[toc\]$|\[\[_?toc_?\]\])",
    re.MULTILINE,
)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,50}+\](?:: ?)?")
_SPACES_INSIDE = re.compile(r"(?<=\S)[ \t]{2,}+(?=\S)")
_SPACES_AT_END = re.compile(r"(?<![ \t])[ \t]++(?=\n)")


@dataclass(frozen=True)
class _Piece:
    text: str
    is_heading: bool = False


def read_markdown(text: str) -> Page:
    """Return the page's fields.

    Raises ReadingError if the front matter is invalid or says that the page is a draft, or if the body is
    empty.
    """
    front_matter, text = split_front_matter(text)
    refuse_unpublished(front_matter)
    lines = text.split("\n")
    if len(lines) > MAXIMUM_LINES:
        raise ReadingError(f"the page has {len(lines):,} lines, more than {MAXIMUM_LINES:,}: split it")
    tokens = _parse_blocks(text)
    title = _first_heading(tokens)
    fields = {"title": title, **_fields(front_matter)}
    pieces = [
        piece
        for piece in _pieces(tokens, lines)
        if not (piece.is_heading and piece.text in (title, fields["title"]))
    ]
    stated, pieces = _facts_above(pieces)
    fields = {**stated, **fields}
    headings = [number for number, piece in enumerate(pieces, 1) if piece.is_heading]
    if len(headings) == len(pieces):
        raise ReadingError("the page holds no article: it has only front matter and headings")
    headings = without_last(headings, count=len(pieces))
    body = {"paragraphs": [piece.text for piece in pieces], **({"headings": headings} if headings else {})}
    return Page(fields={**fields, **body})


def _facts_above(pieces: list[_Piece]) -> tuple[dict[str, Any], list[_Piece]]:
    """Return the author and the dates in the lines directly below the title, and the pieces below them."""
    facts: list[dict[str, Any]] = []
    count = 0
    for piece in pieces[:_LINES_OF_FACTS]:
        lines = [line.strip("*_ ") for line in piece.text.split("\n")]
        found = [] if piece.is_heading else [line_facts(line) for line in lines]
        if not found or not all(found):
            break
        facts += filter(None, found)
        count += 1
    if not count or count == len(pieces):
        return {}, pieces
    merged = first_facts(iter(facts))
    names = merged.get("author") or merged.get("byline") or []
    stated = {"author": joined(names), **{name: merged.get(name) for name in _TIMES}}
    return {name: value for name, value in stated.items() if value}, pieces[count:]


def _fields(front_matter: dict[Any, Any]) -> dict[str, Any]:
    """Return the record's fields; move fields that a record does not have into the metadata."""
    given = {key: value for key, value in front_matter.items() if value is not None and value != ""}
    fields: dict[str, Any] = {}
    for key, value in given.items():
        name = _name_of(key)
        if name != key and (name in given or name in fields):
            name = key
        if name in ("url", "outlet") and _is_address(value) != (name == "url"):
            name = "url" if name == "outlet" and not {"url", "link"} & given.keys() else key
        found = _to_field(name, value)
        # "2024-01" is no day, and "published: true" is none either.
        if name in _TIMES and (isinstance(found, bool) or _YEAR_OR_MONTH.fullmatch(str(found))):
            name = key if key not in _TIMES else f"{key}_stated"
        fields[name] = found
    return with_metadata(fields, known=_FIELDS)


def _is_address(value: Any) -> bool:
    """Whether a value is a whole address: a permalink may be a path, and a source an address."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _name_of(key: str) -> str:
    name = key.lower()
    usual = field_of(key)
    usual = usual if usual in _FIELDS and usual != "id" else None
    return _OTHER_NAMES.get(name, name if name in _FIELDS else usual or key)


def _to_field(name: str, value: Any) -> Any:
    """Convert a number, a date in words, or names in a list or an object to what the record expects."""
    if name in _TIMES and isinstance(value, str):
        return parse_written_date(value) or value
    if name in _TEXTS and isinstance(value, dict) and isinstance(value.get("name"), str):
        return value["name"]
    if name in _TEXTS and isinstance(value, list):
        names = [_to_field(name, item) for item in value]
        return ", ".join(names) if all(isinstance(item, str) for item in names) else value
    if name == "author" and isinstance(value, str):
        return without_label(value)
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
    return next((_without_markup(content.content) for content in headings), None)


def _pieces(tokens: Sequence[Token], lines: list[str]) -> Iterator[_Piece]:
    for token, following in pairwise([*tokens, None]):
        if token is None or token.level or token.map is None or token.type == "hr":
            continue
        if token.type == "heading_open":
            texts = [_without_markup(following.content)] if following else []
        else:
            texts = list(_paragraphs(token, lines))
        yield from (_Piece(text, token.type == "heading_open") for text in texts if text.strip())


def _paragraphs(token: Token, lines: list[str]) -> Iterator[str]:
    """Yield the source of a block; split a list or a quote at blank lines, and a long table between rows."""
    start, end = token.map or (0, 0)
    source = "\n".join(lines[start:end]).rstrip()
    if token.type in _VERBATIM:
        yield source
        return
    source = _without_markup(source)
    rows = source.split("\n")
    if len(rows) > 2 and "|" in rows[0] and "-" in rows[1] and _TABLE_RULE.fullmatch(rows[1]):
        yield from ("\n".join((*rows[:2], *part)) for part in split_rows(rows[2:], header=rows[:2]))
    else:
        yield from split_paragraphs(source) if token.type in _CONTAINERS else (source,)


def _without_markup(source: str) -> str:
    """Return the source of a block without images, tags, struck text and unsafe links; code spans stay.

    >>> _without_markup("Korban ~~48~~ 12 orang ![foto](a.jpg)")
    'Korban 12 orang'
    """
    pieces = []
    place = 0
    for code in _CODE_SPAN.finditer(source):
        pieces += [_clean(source[place : code.start()]), code[0]]
        place = code.end()
    pieces.append(_clean(source[place:]))
    text = "".join(pieces)
    if text == source:
        return text
    text = text.strip("\n").rstrip()
    return text if source[:1].isspace() else text.lstrip()


def _clean(text: str) -> str:
    cleaned = _without_elements(text)
    for pattern, replacement in _REPLACEMENTS:
        cleaned = pattern.sub(replacement, cleaned)
    cleaned = _UNSAFE_ADDRESS.sub("", "\n".join(map(_without_tags, _with_breaks(cleaned))))
    if cleaned == text:
        return text
    return _SPACES_AT_END.sub("", _SPACES_INSIDE.sub(" ", cleaned)) if cleaned.strip() else ""


def _with_breaks(text: str) -> Iterator[str]:
    """Yield the lines of a text, divided at the tags of line breaks as well, but not those in a table."""
    for line in text.split("\n"):
        is_table = _TABLE_LINE.match(line) is not None
        yield from (_HTML_BREAK.sub(" ", line),) if is_table else _HTML_BREAK.split(line)


def _without_tags(line: str) -> str:
    r"""Return a line without HTML tags: those of cells leave a space, those of other blocks a line feed.

    >>> _without_tags("<td>2019</td><td>5</td>"), _without_tags("<p>Naik 5</p><p>000 <b>o</b>rang</p>")
    ('2019 5', 'Naik 5\n000 orang')
    """
    if "<" not in line:
        return line
    is_table = _TABLE_LINE.match(line) is not None
    kept: list[str] = []
    gap, place, is_start = "", 0, True
    for tag in (*_HTML_TAG.finditer(line), None):
        text = line[place : tag.start() if tag else len(line)]
        if is_start or not gap:
            kept.append(text)
        elif text.strip():
            kept += (kept.pop().rstrip(), gap, text.lstrip())
        if text.strip():
            gap = ""
        is_start = is_start and _LINE_START.fullmatch(text) is not None
        if tag:
            gap = max(gap, _gap(tag["name"].lower(), is_table=is_table), key=_GAPS.index)
            place = tag.end()
    return "".join(kept)


def _gap(name: str, *, is_table: bool) -> str:
    """Return what the tag of an element leaves between two texts."""
    if name in _LINE_BREAKS and not is_table:
        return "\n"
    return " " if name in _CELLS or name in _LINE_BREAKS else ""


def _without_elements(text: str) -> str:
    """Return a text without comments and without elements whose content is no text."""
    lower = lowered(text)
    for start, end in (("<!--", "-->"), *((f"<{name}", f"</{name}>") for name in _HTML_NOT_TEXT)):
        opening = lower.find(start)
        kept, place = [], 0
        while opening >= 0 and (closing := lower.find(end, opening)) >= 0:
            kept.append(text[place:opening])
            place = closing + len(end)
            opening = lower.find(start, place)
        text = "".join((*kept, text[place:]))
        lower = lowered(text) if kept else lower
    return text


_REPLACEMENTS = (
    (_STRUCK, ""),
    (_GENERATOR_TAG, ""),
    (_IMAGE, ""),
    (_UNSAFE_LINK, r"\1"),
    (_WIKI_LINK, r"\1"),
    (_FOOTNOTE_MARK, ""),
)
