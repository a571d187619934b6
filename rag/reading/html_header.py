"""Reads the facts in the short lines beside the headline of a page: a date, a byline."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import chain, pairwise

from rag.reading.credits import (
    Facts,
    byline_facts,
    first_facts,
    is_date_label,
    is_day_alone,
    label_alone,
    line_facts,
    part_facts,
)
from rag.reading.dates import parse_written_date
from rag.reading.furniture import is_furniture
from rag.reading.html_blocks import Block, text_key
from rag.reading.lines import BULLETS
from rag.reading.names import author_names, is_person, names_in_line, names_with_role
from rag.reading.story import is_text

_DATES = frozenset({"published_at", "updated_at"})
_HEADER_BLOCKS_ABOVE = 4
_HEADER_BLOCKS_BELOW = 8
_BESIDE_HEADLINE = 2  # blocks beside the headline whose names of elements do not matter
_NEAR_HEADLINE = 4  # blocks beside the headline that are a date if they are nothing else
_BARS = re.compile(r"[|•·]")
_MAXIMUM_HEADER_CHARACTERS = 120
_MAXIMUM_LABEL_CHARACTERS = 40


def header_facts(blocks: Sequence[Block], title: str) -> Facts:
    """Return the facts in short lines beside the headline: a date, a byline."""
    key = text_key(title)
    places = [
        place
        for place, block in enumerate(blocks)
        if block.key and (block.key == key or block.element.tag == "h1")
    ]
    headings = [place for place in places if blocks[place].is_heading and not blocks[place].is_outside]
    titles = (place for place in headings if blocks[place].key == key)
    # a breadcrumb may repeat the headline above it, and the first heading may be the site's name
    headline = next(chain(titles, headings, places), None)
    names: list[str] = []
    if headline is None:
        first = blocks[: _HEADER_BLOCKS_ABOVE + _HEADER_BLOCKS_BELOW]
        found = _facts_of_header((_BESIDE_HEADLINE, block) for block in first)
    else:
        below = blocks[headline + 1 : headline + 1 + _HEADER_BLOCKS_BELOW]
        names = _names_above_date(below)
        above = reversed(blocks[max(headline - _HEADER_BLOCKS_ABOVE, 0) : headline])
        beside = (_facts_beside(block, distance=distance) for distance, block in enumerate(above))
        found = chain(_facts_of_header(enumerate(below)), filter(None, beside))
    facts = first_facts(chain(found, _labelled_facts(blocks)))
    return {**facts, "byline": names} if names and "author" not in facts else facts


def _names_above_date(below: Sequence[Block]) -> list[str]:
    """Return the names that stand alone between the headline and the date."""
    names: list[str] = []
    for block in (block for block in below if not (block.is_heading or block.is_caption)):
        if block.is_outside or any(map(is_text, block.to_lines())):
            break
        for part in chain.from_iterable(map(_BARS.split, block.lines)):
            if _DATES & (line_facts(part) or {}).keys():
                return names
            names = names or (byline_facts(part) or {}).get("byline", [])
    return []


def _time_stated(facts: Facts) -> float:
    """Return the time of publication for sorting: of two in one block, the later one is that of a change."""
    time = facts.get("published_at")
    return time.replace(tzinfo=UTC).timestamp() if time else 0.0


def _facts_of_header(below: Iterable[tuple[int, Block]]) -> Iterator[Facts]:
    """Yield the facts in blocks from the headline on; a day alone in the text is that of an event."""
    is_in_text = False
    for distance, block in below:
        facts = _facts_beside(block, distance=distance)
        if facts and not (is_in_text and is_day_alone(facts) and not block.is_meta):
            yield facts
        is_in_text = is_in_text or (not block.is_suspect and any(map(is_text, block.to_lines())))


def _facts_beside(block: Block, *, distance: int) -> Facts | None:
    """Return the facts in a block if it is short; `distance` blocks stand between it and the headline."""
    if len(block.text) > _MAXIMUM_HEADER_CHARACTERS:
        return None
    if block.is_link or block.element.tag == "a":
        named = None if block.is_suspect else line_facts(block.text)
        return {"author": named["author"]} if named and "author" in named else None
    if not block.is_suspect and (names := names_with_role("\n".join(block.lines))):
        return {"byline": names}
    if len(block.lines) > 1:
        joined = re.sub(r"([:：])\n", r"\1 ", "\n".join(block.lines))  # a label is of the line below it
        lines = (replace(block, lines=[line], link_characters=0) for line in joined.split("\n"))
        found = [facts for line in lines if (facts := _facts_beside(line, distance=distance))]
        return first_facts(iter(sorted(found, key=_time_stated)))
    facts = line_facts(block.text)
    is_beside = block.is_meta and not block.is_inserted and distance < _BESIDE_HEADLINE
    if block.is_caption or (block.is_suspect and not is_beside):
        is_date = facts is not None and facts.keys() == {"published_at"} and distance < _NEAR_HEADLINE
        return facts if is_date and not (block.is_inserted or block.is_outside) else None
    if facts is None and block.is_byline:
        facts = byline_facts(block.text)
    if not facts or not _DATES & facts.keys():
        dated = part_facts(block.text, is_marked=block.is_byline or block.is_meta)
        facts = {**facts, **dated} if facts and dated else facts or dated
    is_silent = (not facts or facts.keys() <= _DATES) and not is_furniture(block.text)
    if is_silent and (names := names_in_line(block.text)):
        facts = {**(facts or {}), "byline": names}
    return facts


def _labelled_facts(blocks: Sequence[Block]) -> Iterator[Facts]:
    """Yield the facts in blocks of their own below a label such as "Author" or "Date"."""
    for label, block in pairwise(blocks):
        text = label.text.strip(BULLETS)
        if block.is_suspect or len(text) > _MAXIMUM_LABEL_CHARACTERS:
            continue
        if label_alone(text) == "author":
            names = author_names(block.text[:_MAXIMUM_HEADER_CHARACTERS])
            if names := [name for name in names if is_person(name)]:
                yield {"byline": names}
        elif (
            any(map(str.isdigit, block.text[:_MAXIMUM_LABEL_CHARACTERS]))
            and is_date_label(text)
            and (time := parse_written_date(block.text))
        ):
            yield {"published_at": time}
