"""Reads an export of WordPress (WXR), one post at a time."""

import re
from collections.abc import Collection, Iterator
from io import BufferedReader
from typing import Any

from lxml.etree import _Element

from rag.errors import ReadingError
from rag.reading.dates import parse_written_date
from rag.reading.formats.fragments import filled, plain, read_fragment
from rag.reading.formats.records import local_time
from rag.reading.formats.xml_stream import elements, refuse_damage, text_at
from rag.reading.page import Entry, Page, page_or_error
from rag.reading.record import MAXIMUM_ID_CHARACTERS, with_metadata
from rag.text.languages import decide_language

_NOT_ARTICLES = frozenset({"attachment", "nav_menu_item", "revision", "custom_css", "customize_changeset",
                           "oembed_cache", "wp_block", "wp_template", "wp_template_part", "wp_global_styles",
                           "wp_navigation", "wp_font_family", "wp_font_face", "wpforms", "mc4wp-form",
                           "tablepress_table", "feedback", "popup", "scheduled-action", "user_request",
                           "product_variation", "amp_validated_url"})  # fmt: skip
_PARTS_OF_PLUGINS = ("acf-", "elementor_", "et_", "flamingo_", "jp_", "shop_", "vc_", "wp_", "wpcf7_")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_SHORTCODE = re.compile(r"\[(/?)([A-Za-z][\w-]{1,40})(\s[^\[\]]{0,500})?/?\]")
_OF_WORDPRESS = frozenset({"gallery", "caption", "embed", "audio", "video", "playlist"})
_ADDRESS_LINE = re.compile(r"^[ \t]*https?://\S+[ \t]*$", re.MULTILINE)
_BREAK = re.compile(r"<!--(?:more|nextpage)-->")
_CAPTION, _CAPTION_END = "[caption", "[/caption]"


def read_wordpress(stream: BufferedReader) -> Iterator[Entry]:
    """Yield each post and page; those that are not published are refused, and pictures are left out."""
    number = 0
    for item in elements(stream, "item"):
        if isinstance(item, ReadingError):
            number += 1
            yield Entry(page=item, place=str(number))
            continue
        kind = text_at(item, "post_type") or "post"
        if kind in _NOT_ARTICLES or kind.startswith(_PARTS_OF_PLUGINS):
            continue
        number += 1
        yield Entry(page=page_or_error(_page, item), place=str(number))
    if not number:
        yield Entry(page=ReadingError("the export of WordPress holds no posts"))


def _page(item: _Element) -> Page:
    refuse_damage(item)
    status = text_at(item, "status") or "publish"
    if status != "publish":
        raise ReadingError(
            f"the post {text_at(item, 'title')!r:.100} is not published: its status is {status!r}"
        )
    if text_at(item, "post_password"):
        raise ReadingError(f"the post {text_at(item, 'title')!r:.100} is protected by a password")
    title = plain(item.findtext("title") or "")
    content = _without_shortcodes(_without_captions(item.findtext(_CONTENT) or ""))
    page = read_fragment(content, title=title, is_classic="<!-- wp:" not in content)
    stated = with_metadata(filled(_fields(item, page, title=title)))
    return Page(fields={**page.fields, **stated}, prohibition=page.prohibition, dropped=page.dropped)


def _without_captions(content: str) -> str:
    """Return the content of a post without pictures that have a caption; one without an end stays."""
    first, *others = content.split(_CAPTION)
    parts = (part.partition(_CAPTION_END) for part in others)
    return first + "".join(after if end else _CAPTION + before for before, end, after in parts)


def _without_shortcodes(content: str) -> str:
    """Return the content of a post without the tags of plugins and the addresses of films, each on a line.

    A word in brackets is such a tag if it has attributes or an end tag.
    """
    closed = {match[2] for match in _SHORTCODE.finditer(content) if match[1]} | _OF_WORDPRESS
    found = _SHORTCODE.sub(lambda match: "" if _is_shortcode(match, closed) else match[0], content)
    return _BREAK.sub("\n\n", _ADDRESS_LINE.sub("", found))


def _is_shortcode(match: re.Match[str], closed: Collection[str]) -> bool:
    attributes = match[3] or ""
    return match[2] in closed or any(sign in attributes for sign in ('="', "='", "=&#8221;", "=”"))


def _fields(item: _Element, page: Page, *, title: str) -> dict[str, Any]:
    channel = item.getparent()
    guid = text_at(item, "guid") or ""
    text = "\n".join((title, *page.fields["paragraphs"]))
    hint = channel.findtext("language") if channel is not None else None
    published = local_time(item.findtext("{*}post_date"), universal=item.findtext("{*}post_date_gmt"))
    updated = local_time(item.findtext("{*}post_modified"), universal=item.findtext("{*}post_modified_gmt"))
    return {
        "id": guid if len(guid) <= MAXIMUM_ID_CHARACTERS else None,
        "title": title,
        "url": text_at(item, "link"),
        "outlet": channel.findtext("title") if channel is not None else None,
        "author": page.fields.get("author") or _author(item, channel),
        "published_at": published or parse_written_date(item.findtext("pubDate") or ""),
        "updated_at": None if updated == published else updated,
        "section": next(iter(_terms(item, "category")), None),
        "language": decide_language(text, hints=[hint] if hint else []),
        "metadata": {**page.fields["metadata"], **filled({"tags": _terms(item, "post_tag")})},
    }


def _terms(item: _Element, domain: str) -> list[str]:
    return [plain(term.text or "") for term in item.iterfind("category") if term.get("domain") == domain]


def _author(item: _Element, channel: _Element | None) -> str | None:
    """Return the name that readers see for the login that an item gives."""
    login = item.findtext(_CREATOR)
    people = channel.iterfind("{*}author") if channel is not None else iter(())
    names = {text_at(person, "author_login"): text_at(person, "author_display_name") for person in people}
    return names.get(login) or login
