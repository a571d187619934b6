"""Reads an export of MediaWiki, such as a dump of Wikinews, one page at a time."""

import re
from collections.abc import Iterator
from io import BufferedReader
from itertools import groupby
from typing import Any
from urllib.parse import quote

from lxml.etree import _Element

from rag.errors import MissingExtra, ReadingError
from rag.reading.dates import parse_timestamp
from rag.reading.formats.fragments import filled
from rag.reading.formats.wiki_templates import date_of, replace_nodes, shown_text
from rag.reading.formats.xml_stream import elements, first, refuse_damage, text_at
from rag.reading.page import Entry, Page, page_or_error
from rag.text.languages import decide_language

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_LIST_SIGNS = re.compile(r"^[*#:;]+[ \t]*", re.MULTILINE)
_ALWAYS_LEFT_OUT = (
    *("file", "image", "category", "berkas", "kategori", "fail", "archivo", "categoría", "fichier"),
    *("catégorie", "datei", "kategorie", "ไฟล์", "หมวดหมู่", "tập tin", "thể loại", "файл", "категория"),
)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_MAGIC_WORD = re.compile(r"__[^\W\d_]{3,30}__")
_REDIRECT = re.compile(r"\s*#[^\W\d_]{3,30}\s*:?\s*\[\[")
_OTHER_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8}){0,2}")
_START_CHARACTERS = 2000  # in which a news page states its date
_FILE_AND_CATEGORY = ("6", "14")
_REMOVED_TAGS = frozenset({"table", "ref", "gallery", "references", "math", "timeline", "imagemap"})


def read_mediawiki(stream: BufferedReader) -> Iterator[Entry]:
    """Yield the newest version of each page of the main namespace; redirects are left out."""
    number = 0
    for page in elements(stream, "page"):
        if isinstance(page, ReadingError):
            number += 1
            yield Entry(page=page, place=str(number))
            continue
        if (text_at(page, "ns") or "0") != "0" or _is_redirect(page):
            continue
        number += 1
        yield Entry(page=page_or_error(_page, page), place=str(number))
    if not number:
        yield Entry(page=ReadingError("the export of MediaWiki holds no pages of the main namespace"))


def _is_redirect(page: _Element) -> bool:
    text = "" if (newest := _newest(page)) is None else newest.findtext("{*}text") or ""
    return first(page, "redirect") is not None or _REDIRECT.match(text) is not None


def _newest(page: _Element) -> _Element | None:
    revisions = page.findall("{*}revision")
    return max(revisions, key=lambda revision: text_at(revision, "timestamp") or "", default=None)


def _page(page: _Element) -> Page:
    refuse_damage(page)
    newest = _newest(page)
    if newest is None:
        raise ReadingError("the page holds no version")
    root = page.getparent()
    site = None if root is None else first(root, "siteinfo")
    title = text_at(page, "title") or ""
    wikitext = newest.findtext("{*}text") or ""
    paragraphs, headings = _paragraphs(wikitext, _left_out(site))
    if not paragraphs:
        raise ReadingError(f"the page {title!r:.100} holds no text")
    hint = root.get(_LANGUAGE) if root is not None else None
    fields: dict[str, Any] = {
        "title": title,
        "paragraphs": paragraphs,
        "headings": headings,
        "url": _address(site, title),
        "id": None if _address(site, title) else text_at(page, "id"),
        "outlet": text_at(site, "sitename") if site is not None else None,
        "published_at": date_of(_parsed(wikitext[:_START_CHARACTERS]).filter_templates()),
        "updated_at": parse_timestamp(text_at(newest, "timestamp") or ""),
        "language": decide_language("\n".join(paragraphs), hints=[hint] if hint else []),
        "metadata": filled({"page_id": text_at(page, "id"), "revision": text_at(newest, "id")}),
    }
    return Page(fields=filled(fields))


def _address(site: _Element | None, title: str) -> str | None:
    """Return the address of a page beside that of the main page, which the export states."""
    base = text_at(site, "base") if site is not None else None
    if not base or "/" not in base.partition("://")[2]:
        return None
    return f"{base.rpartition('/')[0]}/{quote(title.replace(' ', '_'), safe='/:,()!*')}"


def _left_out(site: _Element | None) -> frozenset[str]:
    """Return the names of the namespaces whose links are pictures and categories, in any language."""
    named = [] if site is None else site.findall("{*}namespaces/{*}namespace")
    own = [(space.text or "").lower() for space in named if space.get("key") in _FILE_AND_CATEGORY]
    return frozenset((*_ALWAYS_LEFT_OUT, *own))


def _paragraphs(wikitext: str, left_out: frozenset[str]) -> tuple[list[str], list[int]]:
    """Return the paragraphs, and the numbers of those that are headings; none stands above nothing."""
    found: list[tuple[int, str]] = []  # the level of each heading, and 0 for any other paragraph
    for level, lines in groupby(wikitext.split("\n"), key=_level):
        for text in lines if level else ["\n".join(lines)]:
            plain = _plain(text.strip().strip("=") if level else text, left_out)
            for paragraph in _blocks(plain):
                while level and found and found[-1][0] >= level:
                    found.pop()
                found.append((level, paragraph))
    while found and found[-1][0]:
        found.pop()
    headings = [number for number, (level, _) in enumerate(found, 1) if level]
    return [paragraph for _, paragraph in found], headings


def _level(line: str) -> int:
    """Return the level of a heading, such as 2 for `== Harga ==`; 0 for any other line."""
    text = line.strip()
    if len(text) <= 4 or not (text.startswith("==") and text.endswith("==")):
        return 0
    return len(text) - len(text.lstrip("="))


def _parsed(wikitext: str) -> Any:
    # Imported here because the parser is an extra.
    try:
        import mwparserfromhell
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "Exports of MediaWiki need mwparserfromhell, which is not installed. "
            "Run `pip install 'kutip[formats]'`."
        ) from error
    return mwparserfromhell.parse(wikitext)


def _plain(wikitext: str, left_out: frozenset[str]) -> str:
    wikitext = _BREAK.sub("\n", _MAGIC_WORD.sub("", wikitext))
    code = _parsed(_LIST_SIGNS.sub("\n", wikitext))  # each item of a list is a paragraph
    replace_nodes(code, lambda node: _shown(node, left_out), parse=_parsed)
    return str(code.strip_code(normalize=True, collapse=False))


def _shown(node: Any, left_out: frozenset[str]) -> str | None:
    """Return the wikitext that stands for a node, which may be empty; None for one that stays as it is."""
    kind = type(node).__name__
    if kind == "Template":
        return shown_text(node)
    if kind == "Tag":
        return "" if str(node.tag).lower() in _REMOVED_TAGS else None
    if kind != "Wikilink":
        return None
    space, colon, _ = str(node.title).partition(":")
    is_language = colon and node.text is None and _OTHER_LANGUAGE.fullmatch(space.strip())
    return "" if is_language or space.strip().lower() in left_out else None


def _blocks(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text without markup."""
    for block in _BLANK_LINES.split(text):
        if paragraph := " ".join(block.split()):
            yield paragraph
