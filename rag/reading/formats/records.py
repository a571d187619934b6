"""Reads a record of any other program: finds the fields of an article under the names that others use."""

import ast
import html
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from rag.errors import ReadingError
from rag.reading.dates import parse_timestamp, parse_written_date
from rag.reading.entities import unescaped
from rag.reading.formats.editor_documents import document_in
from rag.reading.formats.fragments import filled, is_markup, plain, read_fragment
from rag.reading.names import without_label
from rag.reading.page import Page
from rag.reading.publication import refuse_unpublished
from rag.reading.record import ArticleRecord, with_metadata

_NAMES = {
    # "No" and "Nomor" are not among them: they number the rows, and another table has the same numbers.
    "id": ("articleid", "post_id", "guid", "uuid", "_id"),
    "title": ("headline", "post_title", "web_title", "webtitle", "judul", "tajuk", "titel", "titulo",
              "título", "titre", "titolo", "заголовок", "العنوان", "标题", "標題", "タイトル", "見出し",
              "제목"),
    "text": ("body", "content", "article", "story", "berita", "artikel", "fulltext", "full_text",
             "articlebody", "body_text", "bodytext", "main_text", "maintext", "post_content", "content_html",
             "html", "blocks", "isi", "konten", "teks", "kandungan", "texto", "texte", "contenu",
             "contenido", "testo", "inhalt", "текст", "النص", "正文", "内容", "內容", "本文", "본문", "내용"),
    "url": ("link", "permalink", "canonical", "canonical_url", "address", "web_url", "weburl", "tautan",
            "链接"),
    "outlet": ("source", "source_name", "publisher", "media", "publication", "sumber", "outlet_name",
               "nama_media"),
    "author": ("authors", "author_name", "byline", "writer", "reporter", "penulis", "nama_penulis",
               "wartawan", "autor", "auteur", "autore", "автор", "الكاتب", "作者", "著者", "기자"),
    "published_at": ("date", "published", "pubdate", "pub_date", "publishedat", "published_date",
                     "publish_date", "date_published", "datepublished", "publication_date", "date_publish",
                     "post_date", "webpublicationdate", "web_publication_date", "tanggal", "tanggal_terbit",
                     "tanggal_tayang", "tanggal_publikasi", "tgl", "tgl_terbit", "waktu", "waktu_terbit",
                     "datetime", "tarikh", "fecha", "datum", "дата", "التاريخ", "日期", "日付", "날짜"),
    "updated_at": ("updated", "updated_date", "modified", "lastmod", "last_modified", "date_modified",
                   "datemodified", "post_modified", "diperbarui"),
    "language": ("lang", "bahasa", "locale", "inlanguage"),
    "section": ("category", "section_name", "sectionname", "kategori", "rubrik", "kanal", "channel"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in (field, *names)}
_FIELDS = frozenset(ArticleRecord.model_fields) - {"headings"}
_NOT_LETTERS = re.compile(r"[\s-]+")
# What many columns say beside the name of their field: "Judul Berita", "article_text".
_OF_ARTICLE = re.compile(r"^(?:article|news|story)_|_(?:article|news|story|berita|artikel)$")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_MISSING_CHARACTERS = re.compile(r"\[\+\d{1,9} chars\]\s*\Z")
_END_CHARACTERS = 50
_ABSENT = frozenset({"NULL", "null", "None", "NaN", "nan", "N/A", "n/a", "<NA>", "\\N"})
# The types of blocks that are no text, and those that are headings, in what editors of blocks write.
_NOT_TEXT = frozenset({"image", "video", "audio", "embed", "gallery", "ad", "advertisement"})
_OF_PICTURE = ("text", "caption", "content", "alt", "title", "url", "src")
# Where the objects that programs write for a value hold it.
_INNER = ("processed", "value", "rendered", "html", "name", "displayName", "title", "$oid", "$date", "id")
_HEADING = re.compile(r"head(?:ing|er|line)?\d?|h[1-6]|sub-?head(?:ing)?", re.IGNORECASE)
_LIST_IN_CELL = re.compile(r"\s*\[\s*['\"]")
_MAXIMUM_LIST_CHARACTERS = 1_000_000  # of a list as Python writes it
_WIDEST_OFFSET = timedelta(hours=14)


def field_of(name: str) -> str | None:
    """Return the field of an article that a column's name means, or None.

    >>> field_of("Headline"), field_of("Tanggal terbit"), field_of("Judul Berita"), field_of("views")
    ('title', 'published_at', 'title', None)
    """
    key = _NOT_LETTERS.sub("_", name.strip().lower())
    keys = (key, _OF_ARTICLE.sub("", key))
    return next((key if key in _FIELDS else _FIELD_OF[key] for key in keys if key in _FIELD_OF), None)


def named_columns(columns: list[str]) -> list[str]:
    """Return the field of each column; a column that is no field, or another's again, keeps its name."""
    fields = [field_of(column) for column in columns]
    exact = {column for column in columns if column in _FIELDS}
    names: list[str] = []
    taken: set[str] = set()
    for number, (column, field) in enumerate(zip(columns, fields, strict=True), 1):
        is_free = field is not None and field not in taken and (column == field or field not in exact)
        name = field if is_free and field else column.strip() or f"column {number}"
        names.append(name if name not in taken else f"{name} {number}")
        taken.add(names[-1])
    return names


def is_absent(name: str, cell: str) -> bool:
    """Whether a cell of a field holds what programs write for a value that they lack.

    >>> is_absent("author", "NULL"), is_absent("author", "Null Island"), is_absent("title", "NULL")
    (True, False, False)
    """
    return name in _FIELDS and name not in ("title", "text") and cell.strip() in _ABSENT


def with_usual_names(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields of another program's object under their usual names; None if none is a text.

    An object in place of a text, such as the source of an article, stands for its name or its content.

    >>> with_usual_names({"headline": "Kopi", "body": "Panen naik.", "source": {"id": 7, "name": "KABAR"}})
    {'title': 'Kopi', 'text': 'Panen naik.', 'outlet': 'KABAR'}
    """
    names = named_columns(list(fields))
    found = {name: _plain_value(name, value) for name, value in zip(names, fields.values(), strict=True)}
    text = found.get("text")
    return found if isinstance(text, str) and text.strip() else None


def _plain_value(name: str, value: object) -> object:
    if name not in _FIELDS or name == "metadata":
        return value
    if name == "text" and (document := document_in(value)):
        return document.html
    if isinstance(value, Mapping):
        return next((value[key] for key in _INNER if isinstance(value.get(key), str)), None)
    if isinstance(value, list) and name == "text":
        return joined_texts(value)
    if isinstance(value, list) and name == "title" and len(value) == 1:
        return value[0]
    if isinstance(value, list) and name in ("section", "outlet", "language"):
        return value[0] if value and isinstance(value[0], str) else None
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_at"):
        return str(value)
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
    given = dict(fields)
    for name in ("published_at", "updated_at"):
        value = given.get(name)
        if isinstance(value, str) and value and parse_timestamp(value) is None:
            written = parse_written_date(value)
            given[name if written else f"{name}_stated"] = written or value
            if not written:
                del given[name]
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
