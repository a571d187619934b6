"""Reads PDF: the text of its pages in reading order, joined into paragraphs, with the page of each."""

import logging
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import Any

from rag.errors import MissingExtra, ReadingError
from rag.reading.formats.fragments import filled
from rag.reading.formats.pdf_budget import Budget, inflated_bytes, opened
from rag.reading.formats.pdf_drop_caps import signs_behind_cap, with_drop_caps
from rag.reading.formats.pdf_paragraphs import PageLine, join_lines, paragraphs_of, without_running_lines
from rag.reading.formats.streams import read_whole
from rag.reading.page import Entry, Page
from rag.reading.rights import find_prohibition

MAXIMUM_PDF_BYTES = 100_000_000  # with pictures
MAXIMUM_PAGES = 2000
MAXIMUM_CHARACTERS = 10_000_000
MAXIMUM_UNPACKED_BYTES = 300_000_000
_MAXIMUM_ORDERED_BOXES = 500  # of a page
_STREAM = re.compile(rb"stream\r?\n")
_DEFLATED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x58", b"\x48", b"\x68")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
              0xFB06: "st"}  # fmt: skip
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_TITLE_SIZE = 1.15  # how much larger than the text a title is
_MINIMUM_TITLE_LETTERS = 4  # of a title of one word
_MAXIMUM_TITLE_CHARACTERS = 250
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|indd|odt|rtf|pages|qxd|tex)$|^microsoft word", re.IGNORECASE)


def read_pdf(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a document; raise ReadingError for a scan, a password or damage."""
    data = read_whole(stream, maximum=MAXIMUM_PDF_BYTES)
    if b"%PDF-" not in data[:1024]:
        raise ReadingError("the file is not a PDF: it does not begin with %PDF-")
    _check_bounds(data)
    pages, facts = _read(data)
    lines = [line for page in pages for line in page]
    if not lines:
        raise ReadingError(
            f"the PDF holds no text on its {len(pages):,} pages: it is a scan, so run text recognition on it"
        )
    _refuse_unmapped(lines)
    yield Entry(page=_page(pages, facts))


def _check_bounds(data: bytes) -> None:
    """Raise ReadingError if the compressed parts would fill the memory.

    Parts that are packed twice are checked when they are read.
    """
    whole = 0
    for match in _STREAM.finditer(data):
        if data.startswith(_DEFLATED, match.end()):
            whole += inflated_bytes(data, match.end(), maximum=MAXIMUM_UNPACKED_BYTES - whole)
        Budget(MAXIMUM_UNPACKED_BYTES, size=len(data)).check(whole)


def _read(data: bytes) -> tuple[list[list[PageLine]], dict[str, str]]:
    # Imported here because the library is an extra.
    try:
        from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
        from pdfminer.psexceptions import PSException
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "PDF files need pdfminer.six, which is not installed. Run `pip install 'kutip[formats]'`."
        ) from error
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each sign that it does not know
    try:
        document = opened(data, Budget(MAXIMUM_UNPACKED_BYTES, size=len(data)))
        facts = _facts(document.info)
        pages: list[list[PageLine]] = []
        characters = 0
        for number, layout in enumerate(_layouts(document), 1):
            if number > MAXIMUM_PAGES:
                raise ReadingError(f"the PDF has more than {MAXIMUM_PAGES:,} pages: split it")
            pages.append(_lines(layout, number))
            characters += sum(len(line.text) for line in pages[-1])
            if characters > MAXIMUM_CHARACTERS:
                raise ReadingError(f"the PDF has more than {MAXIMUM_CHARACTERS:,} characters: split it")
    except PDFPasswordIncorrect:
        raise ReadingError("the PDF is protected by a password: save it without one") from None
    except PDFEncryptionError as error:
        raise ReadingError(f"the PDF is encrypted in an unknown way ({error}): save it without") from None
    except (PSException, ValueError, TypeError, LookupError, AttributeError, AssertionError,
            RuntimeError, struct.error, zlib.error, EOFError, ArithmeticError) as error:  # fmt: skip
        raise ReadingError(
            f"the PDF is damaged ({type(error).__name__}: {error!s:.100}): save it again"
        ) from None
    return pages, facts


def _layouts(document: Any) -> Iterator[Any]:
    """Yield what stands on each page and where."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams(boxes_flow=None))
    interpreter = PDFPageInterpreter(resources, device)
    for page in PDFPage.create_pages(document):
        interpreter.process_page(page)
        yield device.get_result()


def _facts(information: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return what the document says about itself: Title, Author, CreationDate and so on."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    stated = ((name, resolve1(value)) for given in reversed(information) for name, value in given.items())
    return {
        name: " ".join(decode_text(value).replace("\0", "").split())
        for name, value in stated
        if isinstance(value, bytes)
    }


def _lines(layout: Any, page: int) -> list[PageLine]:
    """Return the lines of a page in reading order, with the number of the box in which each stands."""
    from pdfminer.layout import LTTextLine

    boxes = _boxes(layout)
    lines: list[PageLine] = []
    capped: list[PageLine] = []
    for number, parts in enumerate(_with_parts(boxes) if len(boxes) <= _MAXIMUM_ORDERED_BOXES else boxes):
        pieces = [line for line in parts if isinstance(line, LTTextLine) and line.get_text().strip()]
        for line in _visual_lines(pieces):
            lines.append(_page_line(line, layout, page=page, box=number))
            if lines[-1].bottom > min(piece.y0 for piece in line):
                capped.append(lines[-1])
    return with_drop_caps(lines, capped)


def _page_line(line: Sequence[Any], layout: Any, *, page: int, box: int) -> PageLine:
    """Return a line; its height is that of the letters behind its drop cap, if it begins with one."""
    from pdfminer.layout import LTChar

    text = " ".join(" ".join(piece.get_text() for piece in line).split()).translate(_LIGATURES)
    signs = [sign for piece in line for sign in piece if isinstance(sign, LTChar)]
    behind = signs_behind_cap(signs)
    parts = line
    if len(behind) < len(signs):
        text, parts = text[0] + text[1:].lstrip(), behind
    sizes = Counter(round(sign.size, 1) for sign in signs)
    return PageLine(
        text=text,
        page=page,
        box=box,
        left=line[0].x0,
        right=max(piece.x1 for piece in line),
        top=max(part.y1 for part in parts),
        bottom=min(part.y0 for part in parts),
        size=sizes.most_common(1)[0][0] if sizes else line[0].height,
        page_top=layout.y1,
        page_bottom=layout.y0,
    )


def _with_parts(boxes: Sequence[Any]) -> list[list[Any]]:
    """Return the lines of each box, with those of boxes inside of it: words of justified text, set apart."""
    lines = {id(box): list(box) for box in boxes}
    by_size = sorted(boxes, key=lambda box: box.width * box.height)
    for number, box in enumerate(by_size):
        around = next((other for other in by_size[number + 1 :] if _is_inside(box, other)), None)
        if around is not None:
            lines[id(around)] += lines.pop(id(box))
    return [lines[id(box)] for box in boxes if id(box) in lines]


def _is_inside(box: Any, other: Any) -> bool:
    is_between = other.x0 - 1 <= box.x0 and box.x1 <= other.x1 + 1
    return bool(is_between and other.y0 - 1 <= box.y0 and box.y1 <= other.y1 + 1)


def _visual_lines(pieces: Sequence[Any]) -> list[list[Any]]:
    """Join the pieces that stand side by side: pdfminer divides justified lines at wide spaces."""
    lines: list[list[Any]] = []
    for piece in sorted(pieces, key=lambda piece: -(piece.y0 + piece.y1)):
        middle = (piece.y0 + piece.y1) / 2
        is_beside = bool(lines) and lines[-1][0].y0 < middle < lines[-1][0].y1
        is_free = is_beside and not any(piece.x0 < other.x1 and other.x0 < piece.x1 for other in lines[-1])
        if is_free:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.x0) for line in lines]


def _boxes(layout: Any) -> list[Any]:
    """Return the boxes of text of a page, column by column; of a page with very many, from top to bottom.

    To find the order takes time and memory quadratic in the number of boxes.
    """
    from pdfminer.layout import IndexAssigner, LAParams, LTTextBox

    boxes: list[Any] = [box for box in layout if isinstance(box, LTTextBox)]
    if not boxes or len(boxes) > _MAXIMUM_ORDERED_BOXES:
        return boxes
    assigner, parameters = IndexAssigner(), LAParams()
    for group in layout.group_textboxes(parameters, boxes):
        group.analyze(parameters)
        assigner.run(group)
    return sorted(boxes, key=lambda box: int(box.index))


def _refuse_unmapped(lines: Sequence[PageLine]) -> None:
    """Raise ReadingError if the fonts do not say which letters their signs are."""
    text = "".join(line.text for line in lines)
    if len("".join(_UNMAPPED.findall(text))) * 10 > len(text):
        raise ReadingError("the PDF does not say which letters its signs are: run text recognition on it")


def _page(pages: Sequence[Sequence[PageLine]], facts: dict[str, str]) -> Page:
    kept, dropped = without_running_lines(pages)
    dropped += [f"page {number} holds no text" for number, page in enumerate(pages, 1) if not page]
    body_size = _usual_size(kept)
    title, kept = _title(kept, body_size, stated=facts.get("Title", ""))
    paragraphs = paragraphs_of(kept)
    if not paragraphs:
        raise ReadingError("the PDF holds no text apart from its title and the lines at its edges")
    headings = [
        number
        for number, paragraph in enumerate(paragraphs, 1)
        if paragraph.size > body_size * _TITLE_SIZE and len(paragraph.text) <= _MAXIMUM_TITLE_CHARACTERS
    ]
    while headings and headings[-1] == len(paragraphs):
        headings.pop()
    texts = [paragraph.text for paragraph in paragraphs]
    metadata = {
        "pages": [paragraph.page for paragraph in paragraphs],
        "document_author": facts.get("Author"),
        "document_created": facts.get("CreationDate"),
    }
    fields = {"title": title, "paragraphs": texts, "headings": headings, "metadata": filled(metadata)}
    return Page(
        fields=filled(fields), prohibition=find_prohibition("\n\n".join(texts)), dropped=tuple(dropped)
    )


def _usual_size(lines: Sequence[PageLine]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _is_title(text: str) -> bool:
    """Whether a text in large letters may be a title: not a drop cap and not a figure."""
    is_long_enough = len(text.split()) > 1 or sum(map(str.isalpha, text)) >= _MINIMUM_TITLE_LETTERS
    return is_long_enough or (not text.isascii() and sum(map(str.isalpha, text)) > 1)


def _title(lines: Sequence[PageLine], body_size: float, *, stated: str) -> tuple[str, list[PageLine]]:
    """Return the title and the lines that are left: the first page's largest lines, or what is stated."""
    page = lines[0].page if lines else 1
    on_first = [line for line in lines if line.page == page]
    large = {line.size for line in on_first if line.size > body_size * _TITLE_SIZE}
    for largest in sorted(large, reverse=True):
        box = next(line.box for line in on_first if line.size == largest)
        chosen = [line for line in on_first if line.box == box and line.size >= largest * 0.9]
        text = join_lines([line.text for line in chosen])
        if len(text) > _MAXIMUM_TITLE_CHARACTERS:
            break
        if _is_title(text) and len(chosen) < len(lines):
            return text, [line for line in lines if line not in chosen]
    is_name = not stated or _FILE_NAME.search(stated) or len(stated) > _MAXIMUM_TITLE_CHARACTERS
    return ("" if is_name else stated), list(lines)
