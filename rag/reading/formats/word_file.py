"""Reads documents of word processors (DOCX)."""

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from lxml.etree import LxmlError, QName, XMLParser, _Element, fromstring

from rag.errors import MissingExtra, ReadingError
from rag.reading.entities import unescaped
from rag.reading.formats.fragments import filled, read_fragment
from rag.reading.formats.streams import read_whole
from rag.reading.formats.word_symbols import symbol
from rag.reading.page import Entry, Page

MAXIMUM_DOCUMENT_BYTES = 100_000_000  # with pictures
MAXIMUM_UNPACKED_BYTES = 200_000_000
MAXIMUM_UNPACKED_TEXT_BYTES = 40_000_000
_MAXIMUM_FILES = 10_000
_PIECE_BYTES = 1 << 16
_OLE_MARK = b"\xd0\xcf\x11\xe0"

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOT_SHOWN = frozenset(
    {"del", "moveFrom", "Fallback", "txbxContent", "pPr", "rPr", "instrText", "delText", "rt"}
)
_MAXIMUM_DIGITS = 4  # of a level or a width
_AROUND = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo"})  # of rows and cells
_CONTENTS = "contents"  # a line of a table of contents
_CONTENTS_STYLE = re.compile(r"toc (?:\d|heading)|table of figures")
_BREAKS = {"br": "<br>", "cr": "<br>", "tab": " ", "ptab": " ", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}


def read_docx(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a document: its paragraphs, headings, lists and tables in order."""
    data = read_whole(stream, maximum=MAXIMUM_DOCUMENT_BYTES)
    _check_bounds(data)
    yield Entry(page=_page(_opened(data)))


def _check_bounds(data: bytes) -> None:
    """Raise ReadingError if the data is no zip archive, or would fill the memory once it is unpacked."""
    if data.startswith(_OLE_MARK):
        raise ReadingError(
            "the document is protected by a password, or of an older Word: save it as DOCX without"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ReadingError(f"the file is not a whole DOCX document: {error}") from None
    if not any(file.filename == "word/document.xml" for file in files):
        raise ReadingError("the file is not a DOCX document: it holds no word/document.xml")
    text = sum(file.file_size for file in files if file.filename.endswith((".xml", ".rels")))
    whole = sum(file.file_size for file in files)
    if text > MAXIMUM_UNPACKED_TEXT_BYTES or whole > MAXIMUM_UNPACKED_BYTES or len(files) > _MAXIMUM_FILES:
        raise ReadingError(
            f"the document grows from {len(data):,} to {whole:,} bytes unpacked, more than the limit"
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for file in archive.infolist():
            _check_size(archive, file)


def _check_size(archive: zipfile.ZipFile, file: zipfile.ZipInfo) -> None:
    """Raise ReadingError if a file in the document is longer than stated, or is packed in an unusual way.

    Damage is left to the reader of the document.
    """
    if file.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadingError(f"the document packs {file.filename!r:.100} in an unusual way: save it again")
    stated = file.file_size
    # subtle: the stream of a file ends at the stated size, also if more follows
    file.file_size += 2 * _PIECE_BYTES
    count = 0
    for size in _sizes_of_pieces(archive, file):
        count += size
        if count > stated:
            raise ReadingError(
                f"the document's {file.filename!r:.100} holds more than the {stated:,} bytes that it states: "
                "save it again"
            )


def _sizes_of_pieces(archive: zipfile.ZipFile, file: zipfile.ZipInfo) -> Iterator[int]:
    try:
        with archive.open(file) as stream:
            while piece := stream.read(_PIECE_BYTES):
                yield len(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        return


def _opened(data: bytes) -> Any:
    # Imported here because the library is an extra.
    try:
        import docx
        from docx.opc.exceptions import OpcError
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "DOCX files need python-docx, which is not installed. Run `pip install 'kutip[formats]'`."
        ) from error
    try:
        return docx.Document(io.BytesIO(data))
    except (OpcError, LxmlError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError,
            RuntimeError, AttributeError, NotImplementedError) as error:  # fmt: skip
        raise ReadingError(f"the DOCX document is damaged: {error!s:.200}; save it again") from None


def _page(document: Any) -> Page:
    names = {style.style_id: (style.name or "").lower() for style in document.styles}
    blocks = [*_blocks(document.element.body, names), *_notes(document, names)]
    title = next((text for tag, text in blocks if tag == "title"), None)
    if title is None and blocks and blocks[0][0] == "h1":
        title = blocks[0][1]
    plain_title = unescaped(_without_tags(title)) if title else None
    body = "".join(
        text if tag == "table" else f"<{tag}>{text}</{tag}>"
        for tag, text in blocks
        if tag != "title" and text is not title
    )
    page = read_fragment(body, title=plain_title)
    # subtle: python-docx has no properties for a document that does not state their type
    properties = getattr(document, "core_properties", None)
    fields = dict(page.fields)
    if properties and not fields.get("title") and not plain_title:
        fields["title"] = (properties.title or "").strip()
    created = properties and properties.created
    stated = {
        "document_author": properties and properties.author,
        "document_created": created and created.isoformat(),
    }
    metadata = {**(fields.get("metadata") or {}), **filled(stated)}
    return Page(fields={**fields, "metadata": metadata}, prohibition=page.prohibition, dropped=page.dropped)


def _notes(document: Any, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the footnotes and endnotes to which the text refers, as paragraphs behind it."""
    for kind in ("footnote", "endnote"):
        part = next(
            (link.target_part for link in document.part.rels.values() if link.reltype.endswith(f"/{kind}s")),
            None,
        )
        if part is None:
            continue
        try:
            root = fromstring(part.blob, XMLParser(resolve_entities=False, no_network=True))
        except LxmlError as error:
            raise ReadingError(f"the DOCX document is damaged: {error!s:.200}; save it again") from None
        notes = {note.get(f"{_WORD}id"): note for note in root.iterchildren(f"{_WORD}{kind}")}
        for reference in document.element.body.iter(f"{_WORD}{kind}Reference"):
            note = notes.pop(reference.get(f"{_WORD}id"), None)
            if note is not None:
                yield from _blocks(note, names)


def _blocks(parent: _Element, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of an HTML element and its content for each block of text, in order."""
    before = ""  # paragraphs whose mark is deleted: the text of the next one goes on there
    for element in parent.iterchildren("*"):
        name = QName(element).localname
        if name == "p":
            tag, text = _tag(element, names), before + _markup(element)
            before = f"{text.rstrip()} " if _is_joined(element) and text.strip() else ""
            if text.strip() and not before and tag != _CONTENTS:
                yield tag, text.strip()
            for box in element.iter(f"{_WORD}txbxContent"):
                if not any(QName(above).localname == "Fallback" for above in box.iterancestors()):
                    yield from _blocks(box, names)
        elif name == "tbl" and _is_frame(element):
            for row in _held(element, "tr"):
                for cell in _held(row, "tc"):
                    yield from _blocks(cell, names)
        elif name == "tbl":
            yield "table", _table(element)
        elif name not in _NOT_SHOWN and not _is_table_of_contents(element):
            yield from _blocks(element, names)  # a control, an insertion, a custom element
    if before.strip():
        yield "p", before.strip()


def _is_joined(paragraph: _Element) -> bool:
    """Whether a change that is tracked deletes the end of a paragraph."""
    return paragraph.find(f"{_WORD}pPr/{_WORD}rPr/{_WORD}del") is not None


def _is_table_of_contents(control: _Element) -> bool:
    gallery = control.find(f"{_WORD}sdtPr/{_WORD}docPartObj/{_WORD}docPartGallery")
    return gallery is not None and gallery.get(f"{_WORD}val") == "Table of Contents"


def _tag(paragraph: _Element, names: dict[str, str]) -> str:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    name = names.get("" if style is None else style.get(f"{_WORD}val", ""), "")
    if name == "title":
        return "title"
    if _CONTENTS_STYLE.fullmatch(name):
        return _CONTENTS
    if name.startswith("heading "):
        level = name.removeprefix("heading ")
        return f"h{min(int(level), 6) if level.isdecimal() and len(level) <= _MAXIMUM_DIGITS else 2}"
    is_item = paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is not None or name.startswith("list ")
    return "li" if is_item else "p"


def _held(parent: _Element, name: str) -> Iterator[_Element]:
    """Yield the rows of a table, or the cells of a row; Word may put them into a control or a change."""
    for child in parent.iterchildren("*"):
        found = QName(child).localname
        if found == name:
            yield child
        elif found in _AROUND:
            yield from _held(child, name)


def _is_frame(table: _Element) -> bool:
    """Whether a table has one column, so that it only frames paragraphs or other tables."""
    return all(len(list(_held(row, "tc"))) < 2 for row in _held(table, "tr"))


def _table(table: _Element) -> str:
    """Return a table as HTML; the cells that go on below a cell are counted as its `rowspan`."""
    rows: list[list[dict[str, Any]]] = []
    above: dict[int, dict[str, Any]] = {}
    for row in _held(table, "tr"):
        rows.append([])
        column = 0
        for cell in _held(row, "tc"):
            width = _cell_property(cell, "gridSpan")
            if _cell_property(cell, "vMerge") == "continue" and column in above:
                above[column]["rowspan"] += 1
            else:
                above[column] = {"cell": cell, "colspan": width or "1", "rowspan": 1}
                rows[-1].append(above[column])
            is_number = width is not None and width.isdecimal() and len(width) <= _MAXIMUM_DIGITS
            column += int(width) if width and is_number else 1
    markup = ("".join(map(_cell_markup, cells)) for cells in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in markup) + "</table>"


def _cell_markup(found: dict[str, Any]) -> str:
    spans = "".join(f' {name}="{html.escape(str(found[name]))}"' for name in ("colspan", "rowspan"))
    return f"<td{spans}>{_cell(found['cell'])}</td>"


def _cell_property(cell: _Element, name: str) -> str | None:
    """Return the value of a property of a cell, "continue" for one without a value, or None."""
    found = cell.find(f"{_WORD}tcPr/{_WORD}{name}")
    return None if found is None else found.get(f"{_WORD}val", "continue")


def _cell(cell: _Element) -> str:
    return "<br>".join(filter(None, (_markup(paragraph).strip() for paragraph in cell.iter(f"{_WORD}p"))))


def _markup(element: _Element) -> str:
    """Return the text in a paragraph as HTML: deleted text is left out, struck and raised text marked."""
    parts = []
    for child in element.iterchildren("*"):
        name = QName(child).localname
        if name in _NOT_SHOWN:
            continue
        if name == "t":
            parts.append(html.escape(child.text or ""))
        elif name in _BREAKS:
            parts.append(_BREAKS[name])
        elif name == "sym":
            parts.append(html.escape(symbol(child.get(f"{_WORD}char", ""), child.get(f"{_WORD}font", ""))))
        else:
            parts.append(_marked(child, _markup(child)) if name == "r" else _markup(child))
    return "".join(parts)


def _marked(run: _Element, text: str) -> str:
    properties = run.find(f"{_WORD}rPr")
    if properties is None or not text:
        return text
    if any(_is_on(properties, name) for name in ("strike", "dstrike", "vanish")):
        return f"<del>{text}</del>"
    raised = properties.find(f"{_WORD}vertAlign")
    position = None if raised is None else raised.get(f"{_WORD}val")
    tag = {"superscript": "sup", "subscript": "sub"}.get(position or "")
    return f"<{tag}>{text}</{tag}>" if tag else text


def _is_on(properties: _Element, name: str) -> bool:
    found = properties.find(f"{_WORD}{name}")
    return found is not None and found.get(f"{_WORD}val", "true") not in ("false", "0", "none")


def _without_tags(markup: str) -> str:
    parts = markup.replace("<br>", " ").split("<")
    return parts[0] + "".join(part.partition(">")[2] for part in parts[1:])
