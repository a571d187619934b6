"""Finds the story among the lines of a page: its title, its facts, its paragraphs and headings.

A news page has a title, a date line ("- Minggu, 27 Juli 2025 13:27 WIB"), bylines, a body that opens with a
dateline ("Kota (KANTOR) – …"), credits ("Pewarta: …") and a copyright line. Furniture stands between and
after these parts: labels, headlines of other stories, captions, buttons. A line that is furniture is left
out and reported as dropped. No paragraph is left out because of its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, takewhile
from typing import Any

from rag.errors import ReadingError
from rag.reading.credit_labels import is_clock, is_mail_address, is_relative_time
from rag.reading.credits import (
    Facts,
    byline_facts,
    dateline_facts,
    first_facts,
    is_copyright,
    is_dateline_alone,
    is_day_alone,
    is_place_or_section,
    label_alone,
    line_facts,
    opening_date,
)
from rag.reading.furniture import announces_list, find_furniture, is_caption, is_caption_label
from rag.reading.lines import (
    BULLETS,
    Line,
    filled_numbers,
    is_long,
    is_mark,
    is_paragraph,
    is_sentence,
    is_statement,
    is_wrapped,
    trim,
)
from rag.reading.names import joined, names_with_role, squashed
from rag.reading.page import Page
from rag.reading.rights import find_prohibition
from rag.reading.tails import tail_facts
from rag.reading.titles import (
    NOT_TITLE,
    choose_title,
    first_names,
    may_be_title,
    plain_title,
    stated_title,
    title_above_lead,
    title_after,
)

_EDGE_LINES = 12  # the lines beside the body that are searched for a date, credits and so on
_LEADS = 3  # the paragraphs that are searched for a dateline
_DATED_LEADS = 4  # the paragraphs that may open with the date


@dataclass
class _Sorted:
    """Which lines of a page are what. Lines that stand in none of these are paragraphs."""

    facts: dict[int, Facts]
    dropped: set[int]
    title: int | None = None

    def is_paragraph(self, number: int) -> bool:
        return number != self.title and number not in self.facts and number not in self.dropped


def read_story(
    lines: Sequence[Line], *, title: str | None = None, is_markup: bool = False, has_author: bool = False
) -> Page:
    """Return the fields of a page; give `title` if it is known and not one of the lines.

    `has_author` says that a label elsewhere on the page names the author.

    Raises ReadingError if no paragraph is left.
    """
    found = _sort_lines(lines, title=title, is_markup=is_markup, has_author=has_author)
    is_news = is_markup or bool(found.facts)
    prohibition = find_prohibition("\n".join(line.text for line in lines))
    paragraphs, headings = _body(lines, found, is_news=is_news, has_notice=prohibition is not None)
    if not paragraphs:
        raise ReadingError("the page holds no article: nothing is left without title and page furniture")
    facts = _all(found)
    stated = title if found.title is None else stated_title(lines[found.title].clean)
    return Page(
        fields=_fields(facts, paragraphs, headings) | {"title": stated or ""},
        prohibition=prohibition,
        dropped=tuple(lines[number].clean for number in sorted(found.dropped)),
    )


def _sort_lines(lines: Sequence[Line], *, title: str | None, is_markup: bool, has_author: bool) -> _Sorted:
    filled = filled_numbers(lines)
    asides = {number for number in filled if lines[number].is_aside}
    header = _header_of_markup(lines, filled) if is_markup else _header_of_text(lines, filled, title=title)
    is_news = (
        is_markup or bool(header.facts) or any(is_copyright(lines[number].clean) for number in filled[1:])
    )
    found = _Sorted(facts=dict(header.facts), dropped=header.dropped | asides, title=header.title)
    if not is_news:
        found.title = plain_title(lines, filled) if title is None else None
        found.dropped |= {number for number in filled if is_mark(lines[number].clean)}
        return found
    if found.title is None and title is None:
        numbers = [number for number in filled if found.is_paragraph(number)]
        found.title = title_after(lines, numbers, facts=found.facts) or title_above_lead(lines, numbers)
    found.dropped |= find_furniture(lines) - found.facts.keys() - {found.title}
    unsorted = [number for number in filled if number not in header.facts and number not in found.dropped]
    for number, facts in tail_facts(lines, unsorted):
        if facts:
            found.facts.setdefault(number, facts)
        elif number not in found.facts:
            found.dropped.add(number)
    texts = (number for number in filled if is_text(lines[number]) and not is_caption(lines[number].clean))
    # Credits below a short story may be among the first lines too.
    first = next((number for number in texts if is_markup and number not in header.facts), len(lines))
    top = max((number for number in header.facts if number < first), default=-1)
    below = [number for number in filled if number > top and number != found.title]
    _sort_above_lead(lines, below, found, has_author=has_author)
    return found


def _header_of_markup(lines: Sequence[Line], filled: list[int]) -> _Sorted:
    """Sort the first lines of a body in markup: dates and labelled bylines are facts.

    A day in the text, without a time of day, is that of an event.
    """
    facts: dict[int, Facts] = {}
    is_in_text = is_labelled = False
    for place, number in enumerate(filled[:_EDGE_LINES]):
        line = lines[number].clean
        found = line_facts(line)
        if found is None and (
            named := names_with_role("\n".join(each.text for each in lines[number : number + 2]))
        ):
            facts[number], facts[number + 1] = {"byline": named}, {}
            continue
        if found is None and (lines[number].is_aside or is_labelled):
            found = byline_facts(line)
        is_labelled = found is None and label_alone(line) is not None
        if is_labelled:
            found = {}  # the name below it may be a link, and no line
        is_of_event = is_in_text and found is not None and is_day_alone(found) and not lines[number].is_aside
        if found is not None and not (lines[number].is_heading or is_of_event):
            facts[number] = found
            above = filled[place - 1] if place and "published_at" in found else None
            if (
                above is not None
                and above not in facts
                and not is_in_text
                and (credited := byline_facts(lines[above].clean))
            ):
                facts[above] = credited
        elif is_long(line):
            break
        else:
            is_in_text = is_in_text or is_text(lines[number])
    return _Sorted(facts=facts, dropped=set())


def is_text(line: Line) -> bool:
    """Whether a line is no part of a header: a sentence, or what announces a list."""
    return not (line.is_aside or line.is_heading) and (is_statement(line.clean) or announces_list(line.clean))


def _header_of_text(lines: Sequence[Line], filled: list[int], *, title: str | None) -> _Sorted:
    """Sort the lines above the body of a text page; without a date or a byline the page has no header."""
    first = filled[:_EDGE_LINES]
    facts = _facts_with_labels(lines, first if title else first[1:]) or _names_below_title(lines, first)
    dated = [
        number
        for number in first
        if "published_at" in facts.get(number, {}) or "updated_at" in facts.get(number, {})
    ]
    if title is None and first and "published_at" in (on_top := line_facts(lines[first[0]].clean) or {}):
        facts[first[0]] = on_top
    end = _header_end(lines, first, facts)
    if end is None:
        return _Sorted(facts={}, dropped=set())
    facts = {number: fact for number, fact in facts.items() if number <= end}
    above = [number for number in first if number < min(dated or list(facts)) and number not in facts]
    chosen = choose_title(lines, above) if title is None else None
    top = chosen if chosen is not None else -1 if title else min(facts)
    dropped: set[int] = set()
    for number in (number for number in first if number <= end and number not in facts and number != chosen):
        line = lines[number].clean
        if line.isdecimal() and number > min(facts):  # claps, comments
            dropped.add(number)
        elif (named := byline_facts(line) or first_names(line)) and number > top:
            facts[number] = named
        elif not is_sentence(line):
            dropped.add(number)
    return _Sorted(facts=facts, dropped=dropped, title=chosen)


def _facts_with_labels(lines: Sequence[Line], numbers: list[int]) -> dict[int, Facts]:
    """Return the facts in lines, and those in two lines such as "Reporter" and "Sari Wulandari"."""
    facts: dict[int, Facts] = {}
    for place, number in enumerate(numbers):
        if number in facts:
            continue
        line = lines[number].clean
        following = numbers[place + 1] if place + 1 < len(numbers) else None
        field = label_alone(line.strip(BULLETS))
        if field and following == number + 1 and not is_sentence(lines[following].clean):
            value = line_facts(f"{'Oleh' if field == 'author' else 'Editor'}: {lines[following].clean}")
            if value:
                facts[number], facts[following] = {}, value
                continue
        found = line_facts(line)
        if found is None and is_relative_time(line):
            found = {}
        if found is not None:
            facts[number] = found
        if found and following == number + 1 and is_day_alone(found) and is_clock(lines[following].clean):
            facts |= {number: line_facts(f"{line} {lines[following].clean}") or found, following: {}}
    return facts


def _names_below_title(lines: Sequence[Line], numbers: list[int]) -> dict[int, Facts]:
    """Return the names in the second line, if it stands in one block with a title, above a paragraph."""
    if len(numbers) < 3 or not may_be_title(lines[numbers[0]].clean):
        return {}
    title, second, lead = numbers[:3]
    named = byline_facts(lines[second].clean)
    is_block = second == title + 1 or (named is not None and len(named["byline"]) > 1)
    return (
        {second: named}
        if named and is_block and lead > second + 1 and is_paragraph(lines[lead].clean)
        else {}
    )


def _header_end(lines: Sequence[Line], numbers: list[int], facts: dict[int, Facts]) -> int | None:
    """Return the last line of the header: the last fact that no paragraph separates from the others."""
    end = None
    for number in numbers:
        if number in facts:
            end = number
            continue
        line = lines[number].clean
        if is_long(line) or announces_list(line) or (end is not None and is_statement(line)):
            break
    return end


def _sort_above_lead(lines: Sequence[Line], numbers: list[int], found: _Sorted, *, has_author: bool) -> None:
    """Sort the lines between header and lead: captions are dropped, bylines and datelines are facts.

    The last line that may be a paragraph is no caption.
    """
    last = max((n for n in numbers if found.is_paragraph(n) and not lines[n].is_heading), default=-1)
    for number in [] if _is_signature(lines, numbers, found) else numbers:
        line = lines[number].clean
        if number in found.facts or number in found.dropped:
            continue
        above = found.facts.get(number - 1)
        is_label = _is_label(line) or (above is not None and _is_beside_name(line))
        if number < last and (is_label or is_caption(line) or _is_announced_caption(lines, number, found)):
            found.dropped.add(number)
        elif is_dateline_alone(line):
            found.facts[number] = dateline_facts(line)
        elif (
            (named := byline_facts(line))
            and not lines[number].is_heading
            and ("byline" in (above or {}) or not (has_author or {"author", "byline"} & _all(found).keys()))
        ):
            found.facts[number] = named
        else:
            break


def _is_signature(lines: Sequence[Line], numbers: list[int], found: _Sorted) -> bool:
    """Whether the lines below a date are those below a letter: all of its text stands above."""
    above = range(numbers[0] if numbers else 0)
    is_below_text = any(lines[number].clean and found.is_paragraph(number) for number in above)
    return is_below_text and not any(is_paragraph(lines[number].clean) for number in numbers)


def _is_beside_name(line: str) -> bool:
    """Whether a line directly below a fact says where or what the author is, or how to write to them."""
    text = line.strip(BULLETS)
    return is_place_or_section(text) or is_mail_address(text) or label_alone(text) is not None


def _is_label(line: str) -> bool:
    """Whether a line is "Press release" or the like, or a number: that of claps or comments."""
    return line.isdecimal() or (NOT_TITLE.fullmatch(line) is not None and ":" not in line)


def _is_announced_caption(lines: Sequence[Line], number: int, found: _Sorted) -> bool:
    """Whether a line stands directly below a line such as "Lihat Foto" and ends its block."""
    ends_block = number + 1 >= len(lines) or not lines[number + 1].clean
    return ends_block and number - 1 in found.dropped and is_caption_label(lines[number - 1].clean)


def _all(found: _Sorted) -> Facts:
    """Merge the facts; names in lines that follow one another are those of several authors."""
    joined_names: dict[int, list[str]] = {}
    for number in sorted(found.facts):
        if names := found.facts[number].get("byline"):
            joined_names[number] = joined_names.get(number - 1, [])
            joined_names[number] += [name for name in names if name not in joined_names[number]]
    merged = first_facts(found.facts[number] for number in sorted(found.facts))
    first = next(iter(joined_names.values()), None)
    return {**merged, "byline": first} if first else merged


def _body(
    lines: Sequence[Line], found: _Sorted, *, is_news: bool, has_notice: bool
) -> tuple[list[str], list[int]]:
    """Return the paragraphs without notices that forbid indexing, and the numbers of the headings."""
    is_one_per_line = not any(not line.clean for line in lines)
    kept = [(line if found.is_paragraph(number) else Line()) for number, line in enumerate(lines)]
    paragraphs: list[str] = []
    headings: list[int] = []
    blocks = [
        list(block) for is_filled, block in groupby(kept, key=lambda line: bool(line.clean)) if is_filled
    ]
    for block in blocks:
        is_one = (
            len(blocks) > 1
            and (is_wrapped([line.clean for line in block]) or all(line.is_in_paragraph for line in block))
            if is_news
            else not is_one_per_line
        )
        parts = [block] if is_one else [[line] for line in block]
        for part in parts:
            text = trim("\n".join(line.text for line in part))
            if has_notice and find_prohibition(text):
                continue
            paragraphs.append(text)
            if all(line.is_heading for line in part):
                headings.append(len(paragraphs))
    if len(headings) == len(paragraphs):
        return [], []
    return paragraphs, without_last(headings, count=len(paragraphs))


def without_last(headings: list[int], *, count: int) -> list[int]:
    """Return the headings without those at the end of a page, which are texts by themselves.

    >>> without_last([1, 4, 5], count=5)
    [1]
    """
    headings = list(headings)
    last = count
    while headings and headings[-1] == last:
        headings.pop()
        last -= 1
    return headings


def _fields(facts: Facts, paragraphs: list[str], headings: list[int]) -> dict[str, Any]:
    above = set(headings)
    leads = islice((text for number, text in enumerate(paragraphs, 1) if number not in above), _LEADS)
    opening = next(filter(None, map(dateline_facts, leads)), {})
    dated = takewhile(lambda text: not announces_list(text), paragraphs[:_DATED_LEADS])
    published = facts.get("published_at") or next(filter(None, map(opening_date, dated)), None)
    outlet = opening.get("outlet") or facts.get("outlet") or facts.get("owner") or facts.get("source")
    stated = facts.get("author") or facts.get("byline") or opening.get("author") or []
    authors = [name for name in stated if not _is_same(name, outlet)]
    metadata = {
        "dateline": facts.get("dateline") or opening.get("dateline"),
        "editor": facts.get("editor"),
        "license": facts.get("license"),
        "authors": authors if len(authors) > 1 else None,
    }
    return {
        "paragraphs": paragraphs,
        **({"headings": headings} if headings else {}),
        "outlet": outlet,
        "author": joined(authors),
        "published_at": published,
        "updated_at": facts.get("updated_at"),
        "metadata": {name: value for name, value in metadata.items() if value},
    }


def _is_same(name: str, outlet: object) -> bool:
    return isinstance(outlet, str) and squashed(name) == squashed(outlet)


def numbered_blocks(blocks: Iterable[Sequence[Line]]) -> list[Line]:
    """Return the lines of blocks, with a line without text between every two blocks."""
    return [line for block in blocks for line in (*block, Line())]
