"""Reads what news agencies exchange: NITF documents, and items of NewsML-G2 and NewsML 1."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader
from typing import Any

from lxml.etree import QName, _Element

from rag.errors import ReadingError
from rag.reading.dates import parse_written_date
from rag.reading.formats.fragments import filled, is_markup, read_fragment
from rag.reading.formats.xml_stream import elements, first, refuse_damage, text_at, text_of
from rag.reading.html_tree import spaced_text
from rag.reading.lines import Line
from rag.reading.names import author_names, joined
from rag.reading.page import Entry, Page, page_or_error
from rag.reading.record import MAXIMUM_ID_CHARACTERS, with_metadata
from rag.reading.rights import find_prohibition
from rag.reading.story import numbered_blocks, read_story

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "hl2"})
_TEXTS = frozenset({"p", "li", "pre", *_HEADINGS})
_BLOCKS = frozenset({"table", *_TEXTS})
_LOST = frozenset({"canceled", "cancelled", "withheld", "killed"})
_MARKUP_TYPES = ("text/html", "application/xhtml+xml")
_SKIPPED = frozenset({"media", "media-caption", "media-reference", "script", "style", "note", "head"})


def read_nitf(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of a NITF document."""
    found = False
    for document in elements(stream, "nitf"):
        found = True
        if isinstance(document, ReadingError):
            raise document
        refuse_damage(document)
        _refuse_withheld_document(document)
        yield Entry(page=_nitf_page(document))
    if not found:
        raise ReadingError("the file holds no NITF document")


def read_newsml(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of each item of a NewsML-G2 document."""
    yield from _read_items(stream, "newsItem", _item_page, name="NewsML-G2")


def read_newsml_1(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the article of each item of a NewsML 1 document."""
    yield from _read_items(stream, "NewsItem", _item_page_1, name="NewsML 1")


def _read_items(
    stream: BufferedReader, tag: str, page_of: Callable[[_Element], Page], *, name: str
) -> Iterator[Entry]:
    number = 0
    for number, item in enumerate(elements(stream, tag), 1):
        page = item if isinstance(item, ReadingError) else page_or_error(_whole_page, page_of, item)
        yield Entry(page=page, place=str(number))
    if not number:
        raise ReadingError(f"the {name} document holds no news item")


def _whole_page(page_of: Callable[[_Element], Page], item: _Element) -> Page:
    refuse_damage(item)
    return page_of(item)


def _item_page_1(item: _Element) -> Page:
    status = (_formal_name(item, "{*}NewsManagement/{*}Status") or "").lower()
    if status in _LOST or status == "embargoed":
        raise ReadingError(f"the agency does not release the item: its status is {status}")
    title = _text_below(item, "HeadLine")
    page = _longest_content(item, title=title)
    created = _time(text_at(item, "NewsManagement/FirstCreated"))
    updated = _time(text_at(item, "NewsManagement/ThisRevisionCreated"))
    stated = {
        "id": _id(text_at(item, "Identification/NewsIdentifier/PublicIdentifier")),
        "title": title or page.fields.get("title"),
        "outlet": _formal_name(item, ".//{*}Provider/{*}Party")
        or _formal_name(item, ".//{*}Source/{*}Party"),
        "author": joined(_names(_text_below(item, "ByLine"))),
        "published_at": created or updated,
        "updated_at": updated if created != updated else None,
        "language": _formal_name(item, ".//{*}Language"),
        "metadata": filled(
            {
                "dateline": _text_below(item, "DateLine"),
                "slugline": _text_below(item, "SlugLine"),
                "copyright": _text_below(item, "CopyrightLine"),
            }
        ),
    }
    return _with(page, stated)


def _longest_content(item: _Element, *, title: str | None) -> Page:
    """Return the page of the longest text among an item's contents, the others of which are captions."""
    contents = list(item.iterfind(".//{*}ContentItem/{*}DataContent"))
    data = max(contents, key=lambda content: len(text_of(content)), default=None)
    if data is None or not text_of(data):
        raise ReadingError("the item holds no text: it is a picture, or its text is in another file")
    document = next(data.iterchildren("*"), None)
    if document is None:
        text = "".join(map(str, data.itertext())).strip()
        if is_markup(text):
            return read_fragment(text, title=title)
        return read_story([Line(text=line) for line in text.split("\n")], title=title)
    if QName(document).localname == "nitf":
        return _nitf_page(document)
    body = next(data.iter("{*}body.content", "{*}body"), data)
    return _story(body, title=title)


def _text_below(item: _Element, name: str) -> str | None:
    found = item.find(f".//{{*}}{name}")
    return (text_of(found) or None) if found is not None else None


def _formal_name(item: _Element, path: str) -> str | None:
    """Return the attribute in which NewsML 1 writes the name of a person, a status or a language."""
    return _value(item.find(path), "FormalName")


def _nitf_page(document: _Element) -> Page:
    body = first(document, "body")
    content = first(document, "body/body.content")
    if body is None or content is None:
        raise ReadingError("the NITF document holds no text: it has no body.content")
    title = text_at(body, "body.head/hedline/hl1") or text_at(document, "head/title")
    page = _story(content, title=title)
    data = first(document, "head/docdata")
    publication = first(document, "head/pubdata")
    stated = {
        "id": _id(_attribute(data, "doc-id", "id-string")),
        "url": _address(_attribute(data, "doc-id", "href")) or _value(publication, "ex-ref"),
        "outlet": _value(publication, "name") or text_at(body, "body.head/distributor"),
        "author": joined(_bylines(body)),
        "published_at": _first_time(
            _attribute(data, "date.release", "norm"),
            _value(publication, "date.publication"),
            _attribute(data, "date.issue", "norm"),
        ),
        "section": _value(publication, "position.section"),
        "language": document.get(_LANGUAGE) or None,
        "metadata": filled(
            {
                "dateline": text_at(body, "body.head/dateline/location")
                or text_at(body, "body.head/dateline"),
                "copyright": _attribute(data, "doc.copyright", "holder"),
                "keywords": [
                    key.get("key") for key in document.iterfind("{*}head/{*}docdata/{*}key-list/{*}keyword")
                ],
            }
        ),
    }
    return _with(page, stated)


def _bylines(body: _Element) -> list[str]:
    """Return the names in the bylines, without the titles and agencies of the writers."""
    people = body.findall("{*}body.head/{*}byline/{*}person")
    if people:
        return list(dict.fromkeys(name for person in people for name in _names(text_of(person))))
    names: list[str] = []
    for byline in body.iterfind("{*}body.head/{*}byline"):
        titles = [text_of(title) for title in byline.iterfind("{*}byttl")]
        text = text_of(byline)
        for title in titles:
            text = text.removesuffix(title).strip()
        names += _names(text)
    return list(dict.fromkeys(names))


def _refuse_withheld_document(document: _Element) -> None:
    """Raise ReadingError for a document that its agency withdrew, or that may not be published yet."""
    data = first(document, "head/docdata")
    status = _value(data, "management-status") or ""
    if status.lower() in _LOST:
        raise ReadingError(f"the agency does not release the document: its status is {status}")
    release = _time(_attribute(data, "date.release", "norm"))
    _refuse_before(release)


def _refuse_before(release: datetime | None) -> None:
    """Raise ReadingError before the time of a release, which without a zone is taken for one of UTC."""
    release = release.replace(tzinfo=UTC) if release and not release.tzinfo else release
    if release and release > datetime.now(UTC):
        raise ReadingError(f"the item may not be published before {release.isoformat()}")


def _item_page(item: _Element) -> Page:
    _refuse_withheld(item)
    title = _headline(item)
    page = _content(item, title=title)
    provider = first(item, "itemMeta/provider")
    language = first(item, "contentMeta/language")
    usage = " ".join(text_of(terms) for terms in item.iterfind("{*}rightsInfo/{*}usageTerms"))
    links = (link.get("href") for link in item.iterfind("{*}itemMeta/{*}link"))
    stated = {
        "id": _id(item.get("guid")),
        "title": title or page.fields.get("title"),
        "url": next((link for link in links if link and _address(link)), None),
        "outlet": _named(provider),
        "author": joined(
            _names(text_at(item, "contentMeta/by") or _named(first(item, "contentMeta/creator")))
        ),
        "published_at": _time(
            text_at(item, "itemMeta/firstCreated") or text_at(item, "contentMeta/contentCreated")
        ),
        "updated_at": _time(text_at(item, "itemMeta/versionCreated")),
        "language": language.get("tag") if language is not None else None,
        "metadata": filled(
            {
                "dateline": text_at(item, "contentMeta/dateline"),
                "slugline": text_at(item, "contentMeta/slugline"),
                "copyright": _named(first(item, "rightsInfo/copyrightHolder")),
                "item_version": item.get("version"),
                "subjects": [
                    name
                    for subject in item.iterfind("{*}contentMeta/{*}subject")
                    if (name := _named(subject, is_code_a_name=False))
                ],
            }
        ),
    }
    if stated["updated_at"] == stated["published_at"]:
        stated["updated_at"] = None
    return _with(page, stated, prohibition=find_prohibition(usage))


def _headline(item: _Element) -> str | None:
    """Return the main headline of an item, which may have others for other uses."""
    found = [line for line in item.iterfind("{*}contentMeta/{*}headline") if text_of(line)]
    roles = [line.get("role", "").rpartition(":")[2].lower() for line in found]
    best = next(
        (line for name in ("main", "") for line, role in zip(found, roles, strict=True) if role == name), None
    )
    return text_of(best if best is not None else next(iter(found), None)) or None


def _refuse_withheld(item: _Element) -> None:
    """Raise ReadingError for an item that its agency withdrew, or that may not be published yet."""
    status = first(item, "itemMeta/pubStatus")
    code = status.get("qcode", "") if status is not None else ""
    if code.rpartition(":")[2].lower() in _LOST:
        raise ReadingError(f"the agency does not release the item: its status is {code}")
    _refuse_before(_time(text_at(item, "itemMeta/embargoed")))


def _content(item: _Element, *, title: str | None) -> Page:
    for inline in item.iterfind("{*}contentSet/{*}inlineXML"):
        document = next(iter(inline), None)
        if document is None:
            continue
        if QName(document).localname == "nitf":
            return _nitf_page(document)
        body = first(document, "body")
        return _story(document if body is None else body, title=title)
    for data in item.iterfind("{*}contentSet/{*}inlineData"):
        if data.get("contenttype", "").startswith(_MARKUP_TYPES) and not data.get("encoding"):
            return read_fragment("".join(map(str, data.itertext())), title=title)
    texts = [
        "".join(map(str, data.itertext()))
        for data in item.iterfind("{*}contentSet/{*}inlineData")
        if not data.get("encoding") and data.get("contenttype", "text/plain").startswith("text/plain")
    ]
    if not any(text.strip() for text in texts):
        raise ReadingError("the item holds no text: it is a picture, or its text is in another file")
    return read_story(
        [Line(text=line) for text in texts for line in (*text.strip().split("\n"), "")], title=title
    )


def _story(content: _Element, *, title: str | None) -> Page:
    blocks = (
        [line for line in block if line.clean and not (line.is_heading and line.clean == (title or ""))]
        for block in _blocks(content)
    )
    return read_story(numbered_blocks(filter(None, blocks)), title=title, is_markup=True)


def _blocks(element: _Element) -> Iterator[list[Line]]:
    """Yield the lines of each block of text, of each table, and of text that stands in no block."""
    name = QName(element).localname
    if name in _SKIPPED:
        return
    if name == "table":
        rows = (
            [text for cell in row.iterchildren("*") if (text := " ".join(spaced_text(cell).split()))]
            for row in element.iter("{*}tr")
        )
        yield [Line(text=" | ".join(row)) for row in rows]
        return
    if name in _TEXTS:
        is_paragraph = name == "p"
        lines = _text_with_breaks(element).split("\n")
        yield [Line(text=line, is_heading=name in _HEADINGS, is_in_paragraph=is_paragraph) for line in lines]
        return
    loose = [element.text or ""]
    for child in element.iterchildren("*"):
        if _holds_blocks(child):
            yield [Line(text=" ".join("".join(loose).split()))]
            loose = []
            yield from _blocks(child)
        elif QName(child).localname not in _SKIPPED:
            loose.append(text_of(child))
        loose.append(child.tail or "")
    yield [Line(text=" ".join("".join(loose).split()))]


def _text_with_breaks(element: _Element) -> str:
    """Return the text in an element with single spaces, and a line feed for each `br`."""
    lines = spaced_text(element, signs={"br": "\0"}).split("\0")
    return "\n".join(" ".join(line.split()) for line in lines)


def _holds_blocks(element: _Element) -> bool:
    return any(QName(below).localname in _BLOCKS for below in element.iter("*"))


def _with(page: Page, stated: dict[str, Any], *, prohibition: str | None = None) -> Page:
    given = filled(stated)
    metadata = {**(page.fields.get("metadata") or {}), **given.pop("metadata", {})}
    fields = {**page.fields, **given, **({"metadata": metadata} if metadata else {})}
    return Page(
        fields=with_metadata(fields), prohibition=prohibition or page.prohibition, dropped=page.dropped
    )


def _named(element: _Element | None, *, is_code_a_name: bool = True) -> str | None:
    """Return the name of a person or a company, or the last part of its code."""
    if element is None:
        return None
    code = (element.get("literal") or element.get("qcode", "").rpartition(":")[2]) if is_code_a_name else None
    return text_at(element, "name") or code or None


def _names(text: str | None) -> list[str]:
    return author_names(text) or [text] if text else []


def _id(value: str | None) -> str | None:
    return value if value and len(value) <= MAXIMUM_ID_CHARACTERS else None


def _address(value: str | None) -> str | None:
    return value if value and value.startswith(("http://", "https://")) else None


def _attribute(element: _Element | None, name: str, attribute: str) -> str | None:
    found = None if element is None else first(element, name)
    return None if found is None else found.get(attribute) or None


def _value(element: _Element | None, attribute: str) -> str | None:
    return None if element is None else element.get(attribute) or None


def _first_time(*values: str | None) -> datetime | None:
    """Return the first time in these values, with the clock that another one states for the same day."""
    times = [time for time in map(_time, values) if time]
    same_day = (time for time in times if time.date() == times[0].date())
    return next((time for time in same_day if time.hour or time.minute), times[0]) if times else None


def _time(value: str | None) -> datetime | None:
    return parse_written_date(value) if value else None
