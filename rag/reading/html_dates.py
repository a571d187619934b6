"""Reads when a page's story was published: in JSON-LD, meta elements, microdata and marked elements."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from datetime import time as midnight
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from htmldate import find_date as guess_date
from lxml.etree import XPath, _Element, tostring
from lxml.html import HtmlElement

from rag.reading.addresses import host_and_path
from rag.reading.credits import line_facts
from rag.reading.dates import date_in_url, find_date, parse_written_date
from rag.reading.html_frame import elements_around, find_headline
from rag.reading.json_ld import is_article, items_of, plain_text
from rag.reading.zones import ZONES_OF_PRESS, is_country, is_null, usual_zone, with_fixed_offset

# Names of meta elements, without punctuation: "article:published_time" is "articlepublishedtime".
_PUBLISHED = re.compile(
    r".*publish(?:ed|edtime|eddate|edat|edon|date|time|_date|timestamp)?(?:iso|utc|gmt)?"
    r"|.*pubdate|pubdate.*|.*publishdate.*|.*publicationdate|originalpublicationdate"
    r"|(?:dc|dcterms|dcterm)?(?:date|dateissued|datecreated|issued|created|available)"
    r"|citation(?:publication|online|cover)?date|sailthrudate|parselypubdate"
    r"|.*datecreated|.*created?at|ptime|.*releasedate|.*postdate|articledate|articlecreated|cdate|timestamp|displaydate"
    r"|shareaholicarticlepublishedtime"
)
_UPDATED = re.compile(
    r"(?>.*?modif)\w*|.*(?:updated?|updatedtime|lastmod|dateupdated|revised|update)(?:time|date|at|on)?"
)
_NEVER_DATES = re.compile(
    r".*(?:expir|embargo|valid|video|image|copyright|start|end|event|crawl|publisher).*"
)
_PUBLISHED_FIRST = (
    "articlepublishedtime",
    "ogpublishedtime",
    "datepublished",
    "publishdate",
    "pubdate",
    "date",
)
# What many sites write into these is the time at which the page was made, not that of the story.
_VAGUE = frozenset({"date", "dcdate", "dctermdate", "dctermsdate", "timestamp", "cdate"})
_MAXIMUM_GUESSED_ELEMENTS = 3_000
_NAMES_OF_OTHERS = (
    "related|terkait|recommend|rekomendasi|popular|populer|trending|comment|komentar|teaser|latest|terbaru"
)
_OTHER_STORIES = re.compile(_NAMES_OF_OTHERS, re.IGNORECASE)
_APART = re.compile(f"{_NAMES_OF_OTHERS}|sidebar", re.IGNORECASE)
# The class of an element that holds a date.
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:\w{0,20}(?:date|datum|fecha|tanggal)|time|datetime|timestamp|waktu|tarikh|published"
    r"|post-?created|posted-?on)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PARTS = frozenset({"nav", "aside", "footer", "li", "div", "section"})
_MAXIMUM_MARKED = 20  # elements with a date that are looked at
_DATE_IN_SCRIPT = re.compile(
    r'"(?:date_?)?(?:first_?)?(?:publish(?:ed)?|publication|pub|created)_?(?:at|on|date|time|date_?time)?\\?"\s?:'
    r'\s?\\?"(\d{4}-\d\d-\d\d[^"\\]{0,25})',
    re.IGNORECASE,
)
_MAXIMUM_TEXT = 60  # characters of a text that is little more than a date
_MAXIMUM_BESIDE_DATE = 15  # characters of such a text that are not its date
_FIRST_YEAR = 1990  # of pages
_HOLDS_FIELDS = frozenset({"dd", "td", "th"})
_has_menu = XPath("boolean(.//nav or .//*[contains(@class, 'nav') or contains(@id, 'nav')])")
_MAXIMUM_CHARACTERS = 300  # of an element's class and id, and of its text


class PageDates:
    """What one page states about the times of its story."""

    def __init__(
        self,
        tree: HtmlElement,
        *,
        story: Mapping[str, Any],
        metas: Sequence[tuple[str, str]],
        url: str | None,
        title: str,
    ) -> None:
        self._tree = tree
        self._story = story
        self._metas = metas
        self._url = url
        self._headline = find_headline(tree, title)
        self._around = elements_around(tree, self._headline)
        # Parts of the page, and whether they hold what is sought: many dates stand in one part.
        self._teasers: dict[_Element, bool] = {}
        self._menus: dict[_Element, bool] = {}
        self._linked_items: dict[_Element, bool] = {}

    def updated_at(self) -> datetime | None:
        """Return the time of the last change."""
        metas = [value for name, value in self._metas if _is_date_meta(name, _UPDATED)]
        return _first_time(
            [*items_of(self._story.get("dateModified")), *metas, *self._properties("dateModified")]
        )

    def published_at(self, shown: datetime | None = None) -> datetime | None:
        """Return the time of publication that the markup states for this story.

        If it states several, that of the day which readers see beside the headline (`shown`) counts.
        """
        metas = sorted(
            (
                (name, value)
                for name, value in self._metas
                if _bare(name) not in _VAGUE and _is_date_meta(name, _PUBLISHED)
            ),
            key=lambda meta: (
                _PUBLISHED_FIRST.index(_bare(meta[0])) if _bare(meta[0]) in _PUBLISHED_FIRST else 99
            ),
        )
        names = ("datePublished", "dateCreated", "uploadDate")
        linked = [value for name in names for value in items_of(self._story.get(name))]
        others = [
            *(value for _, value in metas),
            *self._properties("datePublished", "dateCreated", "pubdate"),
        ]
        # What a page says of a film counts less than what it says of the story.
        values = [*linked, *others] if is_article(self._story) else [*others, *linked]
        first = _first_time(values) or _first_time(self._times())
        if first is None:
            return next(self._marked(), None)
        if shown is None or first.date() == shown.date() or _is_month_first(shown, first):
            return first
        updated = self.updated_at()
        if updated and updated.date() == shown.date():
            return first
        if updated and _is_near(updated, shown) and not _is_near(first, shown):  # shown in another zone
            return first
        same = (time for time in _times_in((*values, *self._times())) if time.date() == shown.date())
        return next(same, first)

    def vaguely_stated(self) -> datetime | None:
        """Return the time of a meta element such as "date", which may be that of the story or of the page."""
        return _first_time(value for name, value in self._metas if _bare(name) in _VAGUE)

    def _properties(self, *names: str) -> Iterator[str]:
        for element in self._tree.xpath("//*[@itemprop or @property]"):
            name = element.get("itemprop") or element.get("property") or ""
            if name.split(":")[-1] in names and not self._is_apart(element):
                yield (
                    element.get("content")
                    or element.get("datetime")
                    or element.get("title")
                    or plain_text(element.text_content())
                )

    def _times(self) -> Iterator[str]:
        """Yield the times in `time` elements of this story: those below the headline first."""
        order = {element: place for place, element in enumerate(self._tree.iter("h1", "time"))}
        headline = next((place for element, place in order.items() if element.tag == "h1"), -1)
        times = [element for element in order if element.tag == "time" and not self._is_apart(element)]
        times.sort(
            key=lambda element: (
                self._is_in_teaser(element),
                element.get("pubdate") is None,
                order[element] < headline,
                order[element],
            )
        )
        for element in times:
            shown = plain_text(element.text_content())
            stated = [text for text in (element.get("datetime"), element.get("content")) if text]
            # A time that another day than that in its text has is when the page was made.
            yield from [shown, *stated] if _is_other_day(shown, stated) else [*stated, shown]

    def _marked(self) -> Iterator[datetime]:
        """Yield the times in elements whose class says that they hold one: those below the headline first."""
        marked = (
            element
            for element in self._from_headline()
            if _DATE_CLASS.search(f"{element.get('class', '')} {element.get('id', '')}"[:_MAXIMUM_CHARACTERS])
        )
        return self._times_of_story(marked, _marked_time)

    def in_short_text(self, paragraphs: Collection[str]) -> datetime | None:
        """Return the day of the first text that is little more than a date: below the headline first.

        What is one of the story's paragraphs is the day of an event.
        """
        texts = (element for element in self._from_headline() if element.tag not in _HOLDS_FIELDS)
        times = self._times_of_story(texts, lambda element: _time_of_short_text(element, paragraphs))
        return next((time for time in times if time.year >= _FIRST_YEAR), None)

    def _from_headline(self) -> list[_Element]:
        """Return the page's elements, those from the headline on first."""
        elements: list[_Element] = list(self._tree.iter())
        start = 0 if self._headline is None else elements.index(self._headline)
        return elements[start:] + elements[:start]

    def _times_of_story(
        self, elements: Iterable[_Element], time_of: Callable[[_Element], datetime | None]
    ) -> Iterator[datetime]:
        dated = ((element, time) for element in elements if (time := time_of(element)))
        for element, time in islice(dated, _MAXIMUM_MARKED):
            if not self._is_apart(element) and not self._is_in_teaser(element):
                yield time

    def _is_in_teaser(self, element: _Element) -> bool:
        """Whether an element stands with a linked headline in a part of the page without the story's own."""
        part = element
        for ancestor in element.iterancestors():
            if ancestor in self._around:
                break
            part = ancestor
        return _remembered(self._teasers, part, _has_linked_headline)

    def only_time(self) -> datetime | None:
        """Return the time of the page's `time` elements if all are of one day, also one in a sidebar."""
        stated = (time for time in self._tree.iter("time") if not self._is_apart(time, others=_OTHER_STORIES))
        elements = list(islice(stated, _MAXIMUM_MARKED))
        texts = (element.get("datetime") or plain_text(element.text_content()) for element in elements)
        times = [_first_time([text]) for text in texts]
        days = {time.date() if time else None for time in times}
        return times[0] if len(days) == 1 else None

    def in_url(self) -> datetime | None:
        """Return the day that stands in the page's address."""
        return date_in_url(self._url) if self._url else None

    def in_local_zone(
        self, time: datetime | None, *, language: str, shown: datetime | None = None
    ) -> datetime | None:
        """Return a time in UTC in the outlet's zone if its readers see another day than UTC has.

        The day in the page's address or beside the headline (`shown`) decides if there is one, else the
        zone of the last change, else the country in the name of the host. A time that is midnight in the
        outlet's usual zone is a bare date there; one that is midnight in UTC stays.
        """
        if not time or time.utcoffset() != timedelta() or time.time() == midnight():
            return time
        days = {day.date() for day in (self.in_url(), shown) if day}
        if time.date() in days:
            return time
        updated = self.updated_at()
        own = updated.tzinfo if updated and updated.utcoffset() else None
        usual = usual_zone(host=host_and_path(self._url)[0] if self._url else "", language=language)
        names = [usual, *ZONES_OF_PRESS] if days else [usual]
        zones = [own, *(ZoneInfo(name) for name in names if name)]
        times = [with_fixed_offset(time.astimezone(zone)) for zone in zones if zone]
        if days:
            return next((one for one in times if one.date() in days), time)
        is_local = bool(times) and (own or self._is_of_country() or times[0].time() == midnight())
        return times[0] if is_local and times[0].date() != time.date() else time

    def _is_of_country(self) -> bool:
        """Whether the host's name says of which country the outlet is."""
        return self._url is not None and is_country(host_and_path(self._url)[0])

    def guess(self) -> datetime | None:
        """Return the day that htmldate guesses from the page, or None for a page of many elements.

        subtle: htmldate takes quadratic time on a page with many dates.
        """
        if (
            sum(1 for _ in zip(self._tree.iter(), range(_MAXIMUM_GUESSED_ELEMENTS + 1), strict=False))
            > _MAXIMUM_GUESSED_ELEMENTS
        ):
            return None
        tree = deepcopy(self._tree)
        for own, copied in zip(list(self._tree.iter()), list(tree.iter()), strict=True):
            if copied.getparent() is not None and self._is_no_hint(own):
                copied.drop_tree()
        guess = guess_date(tostring(tree, encoding="unicode"), original_date=True, extensive_search=False)
        return parse_written_date(guess) if guess else None

    def _is_no_hint(self, element: _Element) -> bool:
        """Whether an element's dates are other stories', or are read already: those of `time` elements."""
        if element.tag == "time":
            return True
        is_dated = _DATE_CLASS.search(element.get("class", "")[:_MAXIMUM_CHARACTERS]) is not None
        if is_dated and self._is_in_teaser(element):
            return True
        return element.tag in _PARTS and self._is_apart(element)

    def _is_apart(self, element: _Element, *, others: re.Pattern[str] = _APART) -> bool:
        """Whether an element belongs to another story's teaser, to a comment, or to the frame of the page."""
        for ancestor in (element, *element.iterancestors()):
            if ancestor in self._around:
                return False
            if ancestor.tag == "footer" and element.get("itemprop") == "datePublished":
                continue  # a footer within the story holds its date on some pages
            if ancestor.tag in ("nav", "aside", "footer", "blockquote") or others.search(
                f"{ancestor.get('class', '')} {ancestor.get('id', '')}"
            ):
                return ancestor.tag not in ("body", "html", "main")
            if "Comment" in ancestor.get("itemtype", ""):
                return True
            if ancestor.tag == "header" and _remembered(self._menus, ancestor, _has_menu):
                return True  # the head of the page, which shows the current day
            is_item = ancestor.tag == "li" and element.tag != "a"
            if is_item and _remembered(self._linked_items, ancestor, _has_link):
                return True
        return False


def _remembered(known: dict[_Element, bool], part: _Element, holds: Callable[[_Element], bool]) -> bool:
    """Return whether something holds of a part; it is looked at once, or the time would be quadratic."""
    if part not in known:
        known[part] = holds(part)
    return known[part]


def _has_linked_headline(part: _Element) -> bool:
    return any(
        heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None
        for heading in part.iter("h2", "h3", "h4")
    )


def _has_link(item: _Element) -> bool:
    return item.find(".//a[@href]") is not None


def _marked_time(element: _Element) -> datetime | None:
    text = plain_text("".join(islice(map(str, element.itertext()), _MAXIMUM_CHARACTERS)))
    facts = line_facts(text) if any(map(str.isdigit, text)) else None
    stated = _first_time([element.get("title"), element.get("datetime")])
    return stated or (facts.get("published_at") if facts else None)


def _time_of_short_text(element: _Element, paragraphs: Collection[str]) -> datetime | None:
    text = " ".join("".join(map(str, element.xpath("text()"))).split())
    found = find_date(text) if len(text) <= _MAXIMUM_TEXT else None
    if found is None or len(found[1]) > _MAXIMUM_BESIDE_DATE or text in paragraphs:
        return None
    return None if "updated_at" in (line_facts(text) or {}) else found[0]


def time_in_scripts(scripts: Iterable[str]) -> datetime | None:
    """Return the time of publication in the data of a page's scripts, if all such times are of one day."""
    texts = chain.from_iterable(map(_DATE_IN_SCRIPT.findall, scripts))
    times = list(_times_in(islice(texts, _MAXIMUM_MARKED)))
    return times[0] if len({time.date() for time in times}) == 1 else None


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name))


def _is_date_meta(name: str, pattern: re.Pattern[str]) -> bool:
    bare = _bare(name)
    if _NEVER_DATES.fullmatch(bare):
        return False
    is_update = _UPDATED.fullmatch(bare) is not None
    return is_update if pattern is _UPDATED else not is_update and pattern.fullmatch(bare) is not None


def _is_other_day(shown: str, stated: Sequence[str]) -> bool:
    """Whether the date in the text of a `time` element is at least two days from that in its attributes."""
    time, facts = _first_time(stated), line_facts(shown) if any(map(str.isdigit, shown)) else None
    day = facts.get("published_at") if facts else None
    return time is not None and day is not None and not (_is_near(time, day) or _is_month_first(day, time))


def _is_near(one: datetime, other: datetime) -> bool:
    return abs(one.date() - other.date()) <= timedelta(days=1)


def _is_month_first(shown: datetime, stated: datetime) -> bool:
    """Whether a shown day such as 10/04/2016 was read as 10 April, but the markup says October."""
    return (shown.year, shown.day, shown.month) == (stated.year, stated.month, stated.day)


def _first_time(values: Iterable[object]) -> datetime | None:
    return next(_times_in(values), None)


def _times_in(values: Iterable[object]) -> Iterator[datetime]:
    texts = (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values
    )
    times = (_written_time(text) for text in texts if isinstance(text, str) and text)
    yield from (time for time in times if time and not is_null(time))


def _written_time(text: str) -> datetime | None:
    return parse_written_date(text) or (line_facts(text) or {}).get("published_at")
