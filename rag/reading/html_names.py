"""Tells from an element's class and id whether it is furniture, a caption, a date, a byline or a question."""

import re
from functools import lru_cache
from typing import NamedTuple

from lxml.etree import _Element

PAGE_PARTS = frozenset({"body", "html", "article", "main"})
# These patterns meet names in lower case: patterns that ignore case take three times as long.
_SUSPECT = re.compile(
    r"(?:^|[\s_-])(?:related|terkait|recommend\w*|rekomendasi|promo\w*|newsletter|subscri\w+|share|sharing|"
    r"shar|social|sosmed"
    r"|comments?|komentar|disqus|widget|advert\w*|ads?|iklan|banner|bread-?crumbs?|sidebar|menu|nav|navbar|"
    r"navigation|tags?"
    r"|taglist|popular|terpopuler|trending|most|read-?more|readmore|baca-?juga|bacajuga|lihat-?juga|linksis"
    r"ip|cookie\w*"
    r"|consent|popup|modal|login|paywall|footer|author-?(?:box|bio|card)|pagination|pager|paging|outbrain|t"
    r"aboola"
    r"|sponsor\w*|toolbar|player|teaser|disclaimer|copyright|rating|skip|no-?print|d-print-none"
    r"|screen-?reader\w*|sr-only|visually-?hidden|survey|sign-?up|cta|btn|reviews|ulasan)"
    r"(?:$|[\s_-])",
)
_INSERTED = re.compile(
    r"related|terkait|recommend|rekomendasi|newsletter|subscri|baca-?juga|linksisip|lihat-?juga|outbrain|ta"
    r"boola"
    r"|terpopuler|trending|advert|iklan|disqus|komentar|comments?(?:$|[\s_-])|sidebar"
    r"|(?:^|[\s_-])(?:ads?|sign-?up|cta|reviews|ulasan)(?:$|[\s_-])"
    r"|paywall[_-]{0,2}(?:banner|box|cta|layer|message|modal|notice|offer|overlay|prompt)",
)
_CAPTION_CLASS = re.compile(
    r"caption|(?:^|\s)p?(?:cap|foto)(?:$|\s)|photo-?credit|image-?credit|img-?desc|photo__desc"
)
_META_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|author|authors|penulis|reporter|date|datetime|time|timestamp|published|pubdate|"
    r"tanggal|waktu"
    r"|submitted|post-?meta|entry-?meta|meta|credit|credits|editor|dateline)(?:$|[\s_-])",
)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|authors?|penulis|reporter|writer|jurnalis|credit)(?:$|[\s_-]|name)",
)
_QUESTION_CLASS = re.compile(
    r"question|pertanyaan|faq-?title|accordion-?(?:title|header|button|heading|trigger)"
)
_HEADING_CLASS = re.compile(r"sub-?head(?:ing|line)?\b|cross-?head|zwischentitel|intertitre|ladillo")
_MAXIMUM_NAMES_CHARACTERS = 300
_MAXIMUM_KNOWN_NAMES = 4_096  # classes and ids whose meaning is remembered, because pages repeat them


class Names(NamedTuple):
    """What an element's class and id say about it."""

    is_suspect: bool = False
    is_teaser: bool = False
    is_inserted: bool = False
    is_caption: bool = False
    is_meta: bool = False
    is_byline: bool = False
    is_question: bool = False
    is_heading: bool = False


NO_NAMES = Names()


@lru_cache(maxsize=_MAXIMUM_KNOWN_NAMES)
def _meaning(names: str) -> Names:
    suspect = _SUSPECT.search(names)
    return Names(
        is_suspect=suspect is not None,
        is_teaser=suspect is not None and "teaser" in suspect[0],
        is_inserted=_INSERTED.search(names) is not None,
        is_caption=_CAPTION_CLASS.search(names) is not None,
        is_meta=_META_CLASS.search(names) is not None,
        is_byline=_BYLINE_CLASS.search(names) is not None,
        is_question=_QUESTION_CLASS.search(names) is not None,
        is_heading=_HEADING_CLASS.search(names) is not None,
    )


def names_of(element: _Element) -> Names:
    """Return what an element's class and id say: nothing for an element that holds a whole page."""
    name, identity = element.get("class", ""), element.get("id", "")
    if element.tag in PAGE_PARTS or not (name or identity):
        return NO_NAMES
    return _meaning(f"{name} {identity}"[:_MAXIMUM_NAMES_CHARACTERS].lower())


def has_suspect_name(element: _Element) -> bool:
    """Whether an element's class or id is that of furniture. A "teaser" without links is the story's lead."""
    names = names_of(element)
    if not names.is_teaser:
        return names.is_suspect
    return element.find(".//a") is not None or next(element.iterancestors("a"), None) is not None
