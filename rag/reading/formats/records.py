"""Reads a record of any other program: finds the fields of an article under the names that others use."""

import ast
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from rag.errors import ReadingError
from rag.reading.dates import parse_timestamp, parse_written_date
from rag.reading.entities import unescaped
from rag.reading.field_names import FIELDS, field_and_rank
from rag.reading.formats.editor_documents import document_in
from rag.reading.formats.fragments import filled, is_markup, plain, read_fragment
from rag.reading.names import without_label
from rag.reading.page import Page
from rag.reading.publication import refuse_unpublished
from rag.reading.record import name_in, with_metadata

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_MISSING_CHARACTERS = re.compile(r"\[\+\d{1,9} chars\]\s*\Z")
_END_CHARACTERS = 50
_ABSENT = frozenset(
    {"NULL", "null", "None", "NaN", "nan", "NaT", "N/A", "n/a", "#N/A", "<NA>", "\\N", "undefined"}
)
_DASHES = frozenset("-–—")
# The types of blocks that are no text, and those that are headings, in what editors of blocks write.
_NOT_TEXT = frozenset({"image", "video", "audio", "embed", "gallery", "ad", "advertisement"})
_OF_PICTURE = ("text", "caption", "content", "alt", "title", "url", "src")
# Where the objects that programs write for a value hold it.
_TEXT_IN = ("processed", "value", "rendered", "html", "text", "content", "body")
_NAME_IN = ("value", "rendered", "name", "displayName", "title", "label", "nama")
_ID_IN = ("$oid", "value", "id")
_TIME_IN = ("$date", "$numberLong", "value", "iso", "date", "seconds", "_seconds")
_VALUE_IN = {"text": _TEXT_IN, "id": _ID_IN, "published_at": _TIME_IN, "updated_at": _TIME_IN}
_DEEPEST_VALUE = 3
_DEEPEST_PERSON = 4
_HEADING = re.compile(r"head(?:ing|er|line)?\d?|h[1-6]|sub-?head(?:ing)?", re.IGNORECASE)
_LIST_IN_CELL = re.compile(r"\s*\[\s*['\"]")
_MAXIMUM_LIST_CHARACTERS = 1_000_000  # of a list as Python writes it
_WIDEST_OFFSET = timedelta(hours=14)
# The days since this one, by which spreadsheets count; the first digits are those of 1954 to 2118.
_FIRST_DAY_OF_SHEETS = datetime(1899, 12, 30, tzinfo=UTC)
_DAY_OF_SHEET = re.compile(r"\s{0,9}([2-7]\d{4})([.,]\d{1,15})?\s{0,9}")


def named_columns(columns: list[str]) -> list[str]:
    """Return the field of each column; a column that is no field, or another's again, keeps its name."""
    fields = [field_and_rank(column) for column in columns]
    ranks: dict[str | None, int] = {}
    for field, rank in fields:
        ranks[field] = min(rank, ranks.get(field, rank))
    names: list[str] = []
    taken: set[str] = set()
    for number, (column, (field, rank)) in enumerate(zip(columns, fields, strict=True), 1):
        is_free = field is not None and field not in taken and rank == ranks[field]
        name = field if is_free and field else column.strip() or f"column {number}"
        names.append(name if name not in taken else f"{name} {number}")
        taken.add(names[-1])
    return names


def is_absent(name: str, cell: str) -> bool:
    """Whether a cell of a field holds what programs write for a value that they lack.

    >>> is_absent("author", "NULL"), is_absent("author", "Null Island"), is_absent("title", "NULL")
    (True, False, False)
    """
    is_value = name in FIELDS and name not in ("title", "text")
    return is_value and (cell.strip() in _ABSENT or cell.strip() in _DASHES)


def with_usual_names(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields of another program's object under their usual names; None if none is a text.

    An object in place of a text, such as the source of an article, stands for its name or its content. What
    cannot stand for a field keeps its own name.

    >>> with_usual_names({"headline": "Kopi", "body": "Panen naik.", "source": {"id": 7, "name": "KABAR"}})
    {'title': 'Kopi', 'text': 'Panen naik.', 'outlet': 'KABAR'}
    """
    found = _renamed(fields)
    text = found.get("text")
    return found if isinstance(text, str) and text.strip() else None


def with_own_body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an object that has a `text` or `paragraphs`, under their usual names.

    >>> with_own_body({"judul": "Kopi", "text": "Panen naik.", "pubDate": "27 Juli 2025"})["title"]
    'Kopi'
    """
    bodies = {name: fields[name] for name in ("text", "paragraphs") if fields.get(name) is not None}
    others = {name: value for name, value in fields.items() if name not in ("text", "paragraphs")}
    kept = {name: value for name, value in others.items() if _is_own(name) and not is_address(value)}
    renamed = _renamed({name: value for name, value in others.items() if name not in kept})
    return {**kept, **_with_values(renamed, own=fields), **bodies}


def is_address(value: object) -> bool:
    """Whether a value is a whole address."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _is_own(name: str) -> bool:
    """Whether a name beside a `text` is no field: it may name a collection or a number of any kind."""
    field, _ = field_and_rank(name)
    return field in ("id", "outlet", "text") and name != field


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under their usual names; what cannot stand for a field keeps its own name."""
    found: dict[str, Any] = {}
    for (own, value), name in zip(fields.items(), names_in(fields), strict=True):
        plain_value = _plain_value(name, value)
        is_part = plain_value is None or (isinstance(value, list) and len(value) > 1)
        is_kept = name in FIELDS - {"text"} and not (name == "author" and plain_value)
        if value and is_part and is_kept:
            found.setdefault(own if own != name else f"{own}_stated", value)
        if plain_value is not None or name not in found:
            found[name] = plain_value
    return found


def _with_values(fields: Mapping[str, Any], *, own: Collection[str] = ()) -> dict[str, Any]:
    """Return the fields with times for dates in words, and with the address that stands for an outlet.

    A date that cannot be read gets a name of its own; that of a field in `own` stays, and is refused when the
    article is made.
    """
    given = dict(fields)
    outlet = given.get("outlet")
    if is_address(outlet) and not given.get("url"):
        given["url"] = given.pop("outlet")
    for name in ("published_at", "updated_at"):
        value = given.get(name)
        if isinstance(value, str) and value.strip() and parse_timestamp(value) is None:
            written = parse_written_date(value) or _day_of_sheet(value)
            if not written and name in own:
                continue
            given[name if written else f"{name}_stated"] = written or value
            if not written:
                del given[name]
    return given


def _day_of_sheet(value: str) -> datetime | None:
    """Return the time that a spreadsheet writes as a number of days; a part of a day is a local time.

    >>> _day_of_sheet("45817").isoformat(), _day_of_sheet("45818.5").isoformat()
    ('2025-06-09T00:00:00+00:00', '2025-06-10T12:00:00')
    """
    if not (match := _DAY_OF_SHEET.fullmatch(value)):
        return None
    day = _FIRST_DAY_OF_SHEETS + timedelta(days=int(match[1]))
    if not match[2]:
        return day
    seconds = round(float("0." + match[2][1:]) * timedelta(days=1).total_seconds())
    return (day + timedelta(seconds=seconds)).replace(tzinfo=None)


def names_in(fields: Mapping[str, Any]) -> list[str]:
    """Return the field of each value of an object, as `named_columns` does; an empty value is no field."""
    filled_names = [name for name, value in fields.items() if value not in (None, "", [], {})]
    field = dict(zip(filled_names, named_columns(filled_names), strict=True))
    return [field.get(name, name) for name in fields]


def _plain_value(name: str, value: object) -> object:
    if name not in FIELDS or name == "metadata":
        return value
    if name == "text" and (document := document_in(value)):
        return document.html
    if isinstance(value, list) and name == "text":
        return joined_texts(value)
    if isinstance(value, list) and name not in ("author", "paragraphs"):
        is_one = len(value) == 1 or name in ("section", "outlet", "language")
        return _value_in(value[0], name) if value and is_one else value or None
    if name == "author" and isinstance(value, Mapping | list):
        people = list(_people_in(value))
        return people[0] if len(people) == 1 else people or None
    return _value_in(value, name)


def _people_in(value: object, depth: int = 0) -> Iterator[object]:
    """Yield the persons in a list, or in objects that wrap them: {"data": {"name": "Sari"}}."""
    if isinstance(value, str) or name_in(value):
        yield value
    elif isinstance(value, Mapping | list) and depth < _DEEPEST_PERSON:
        for inner in value.values() if isinstance(value, Mapping) else value:
            if isinstance(inner, Mapping | list) or isinstance(value, list):
                yield from _people_in(inner, depth + 1)


def _value_in(value: object, name: str, depth: int = 0) -> object:
    """Return the value for a field that an object holds, or None; another value as it is."""
    if isinstance(value, Mapping):
        inner = _VALUE_IN.get(name, _NAME_IN) if depth < _DEEPEST_VALUE else ()
        found = (_value_in(value[key], name, depth + 1) for key in inner if value.get(key))
        return next((one for one in found if isinstance(one, str)), None)
    if isinstance(value, int | float) and not isinstance(value, bool) and name.endswith("_at"):
        return f"{value:.0f}"
    return value


def list_in(cell: str) -> list[Any] | None:
    """Return the list that a cell holds as JSON or as Python writes it; None for any other text.

    >>> list_in('["Panen naik.", "Harga turun."]'), list_in("['Panen naik.']"), list_in("[Foto] Panen")
    (['Panen naik.', 'Harga turun.'], ['Panen naik.'], None)
    """
    if not _LIST_IN_CELL.match(cell) or not cell.rstrip().endswith("]"):
        return None
    try:
        found = json.loads(cell, strict=False)
    except (ValueError, RecursionError):
        if len(cell) > _MAXIMUM_LIST_CHARACTERS:
            return None
        try:
            found = ast.literal_eval(cell.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found if isinstance(found, list) else None


def joined_texts(items: list[Any]) -> str | None:
    r"""Return the paragraphs of a list as one text, as HTML if any is; None if an item is no paragraph.

    >>> joined_texts(["Panen naik.", {"type": "paragraph", "text": "Harga turun."}])
    'Panen naik.\n\nHarga turun.'
    """
    shown = [item if isinstance(item, Mapping) else {"text": item} for item in items if not _is_picture(item)]
    texts = [
        next((block[name] for name in ("text", "content", "html", "value") if block.get(name)), "")
        for block in shown
    ]
    if not all(isinstance(text, str) for text in texts):
        return None
    is_heading = [_HEADING.fullmatch(str(block.get("type") or "")) is not None for block in shown]
    if not any(is_heading) and not any(map(is_markup, texts)):
        return "\n\n".join(texts)
    tags = ["h2" if heading else "div" for heading in is_heading]
    marked = [text if is_markup(text) else html.escape(text, quote=False) for text in texts]
    return "".join(f"<{tag}>{text}</{tag}>" for tag, text in zip(tags, marked, strict=True) if text)


def pictures_in(value: object) -> tuple[str, ...]:
    """Return what a list of blocks in place of a text says of its pictures and the like.

    >>> pictures_in([{"type": "image", "caption": "Kopi di lereng"}, {"type": "ad"}, "Panen naik."])
    ('image: Kopi di lereng', 'ad')
    """
    if document := document_in(value):
        return document.pictures
    pictures = [item for item in value if _is_picture(item)] if isinstance(value, list) else []
    said = [next((item[name] for name in _OF_PICTURE if item.get(name)), None) for item in pictures]
    return tuple(
        f"{item['type']}: {text}" if isinstance(text, str) else item["type"]
        for item, text in zip(pictures, said, strict=True)
    )


def _is_picture(item: object) -> bool:
    """Whether a block of a text is a picture or another thing that is no text."""
    return isinstance(item, Mapping) and str(item.get("type")) in _NOT_TEXT


def refuse_beginning(text: str) -> None:
    """Raise ReadingError if a text says how many characters of it are missing, as the News API does."""
    if _MISSING_CHARACTERS.search(text[-_END_CHARACTERS:]):
        raise ReadingError("its text is only a beginning: give the whole text")


def read_record(fields: Mapping[str, Any]) -> Page:
    """Return the page of a record whose text may be HTML, and whose dates may be in words.

    Raises ReadingError for a post that is not published, or whose text is no story.
    """
    refuse_unpublished(fields)
    given = _with_values(fields)
    if isinstance(given.get("author"), str):
        given["author"] = list_in(given["author"]) or without_label(given["author"])
    if isinstance(given.get("title"), str):
        given["title"] = _unescaped(given["title"])
    text = given.get("text")
    if not isinstance(text, str) or not is_markup(text):
        if isinstance(text, str) and _ENTITY.search(text):
            given["text"] = unescaped(text)
        return Page(fields=with_metadata(given))
    del given["text"]
    title = given.get("title")
    page = read_fragment(text, title=title if isinstance(title, str) and title else None)
    metadata = given.pop("metadata", None) or {}
    if isinstance(metadata, Mapping):  # another value is refused when the article is made
        metadata = {**page.fields["metadata"], **metadata}
    stated = with_metadata(filled({**given, "metadata": metadata}))
    return Page(fields={**page.fields, **stated}, prohibition=page.prohibition, dropped=page.dropped)


def _unescaped(title: str) -> str:
    return plain(title) if is_markup(title) or _ENTITY.search(title) else title


def local_time(local: object, *, universal: object) -> datetime | str | None:
    """Return a local time with the zone that the same time in UTC tells, or as it is without that.

    >>> local_time("2024-01-05 08:00:00", universal="2024-01-05 01:00:00").isoformat()
    '2024-01-05T08:00:00+07:00'
    """
    if not isinstance(local, str) or not local.strip("0-: T"):
        return None
    try:
        here = datetime.fromisoformat(local)
        offset = here - datetime.fromisoformat(str(universal))
    except (ValueError, TypeError, OverflowError):
        return parse_written_date(local)
    is_offset = abs(offset) <= _WIDEST_OFFSET and not offset.seconds % 60
    return here.replace(tzinfo=timezone(offset)) if is_offset else here
