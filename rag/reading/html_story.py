"""Chooses the blocks of the story among the blocks of a page.

trafilatura finds the story. It leaves out some blocks between the paragraphs that it finds: lists, loose
text, headings, tables. `story_blocks` takes these back, unless the markup calls them furniture.
"""

import re
from collections.abc import Sequence

from lxml.etree import _Element

from rag.reading.html_blocks import Block, text_key
from rag.reading.lines import is_sentence

_CLOCK = re.compile(
    r"(?:pukul |jam |at )?\d{1,2}[.:]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?\s?[A-Z]{0,5}", re.IGNORECASE
)
_WINDOW_CHARACTERS = 4_000
_TELLING_CHARACTERS = 25
_MINIMUM_COVERAGE = 0.75
_MINIMUM_LOOSE_CHARACTERS = 40


def story_blocks(blocks: Sequence[Block], found: Sequence[str]) -> tuple[list[Block], list[Block]] | None:
    """Return the blocks of the story, and paragraphs of the page that are left out.

    `found` are the paragraphs of trafilatura. Returns None if they are not the page's blocks.
    """
    matched = _matched(blocks, found)
    characters = sum(len(blocks[place].key) for place in matched)
    if not matched or characters < _MINIMUM_COVERAGE * sum(len(text_key(text)) for text in found):
        return None
    if all(blocks[place].is_link for place in matched):
        return [], []
    if all(blocks[place].is_outside for place in matched):
        return None
    matched = _without_inserted(blocks, matched)
    kept = matched | _restored(blocks, sorted(matched))
    inside = range(min(kept), max(kept))
    left_out = [
        block
        for place, block in enumerate(blocks)
        if place not in kept and _is_left_out(block, is_inside=place in inside)
    ]
    return _without_repeats([blocks[place] for place in sorted(kept)]), left_out


def _without_inserted(blocks: Sequence[Block], matched: set[int]) -> set[int]:
    """Leave out boxes with other stories or invitations, unless they hold most of what was found."""
    own = {place for place in matched if not blocks[place].is_inserted}
    characters = sum(len(blocks[place].key) for place in matched)
    return own if sum(len(blocks[place].key) for place in own) * 2 > characters else matched


def _matched(blocks: Sequence[Block], found: Sequence[str]) -> set[int]:
    """Return the places of the blocks whose text trafilatura found, alone or within a longer text."""
    keys = [key for key in map(text_key, found) if key]
    whole = {*keys, *(text_key(line) for text in found if "\n" in text for line in text.split("\n"))}
    text = "".join(keys)
    matched: set[int] = set()
    cursor = 0
    for place, block in enumerate(blocks):
        if not block.key or block.is_caption:
            continue
        is_telling = len(block.key) >= _TELLING_CHARACTERS
        end = cursor + len(block.key) + (_WINDOW_CHARACTERS if is_telling else 0)
        start = text.find(block.key, cursor, end)
        if start >= 0 and (is_telling or start == cursor or block.key in whole):
            matched.add(place)
            cursor = start + len(block.key)
        elif (is_telling and block.key in whole) or (
            len(block.lines) > 1 and any(text_key(line) in whole for line in block.lines if len(line) > 3)
        ):
            matched.add(place)
    # A menu or a teaser may repeat a text of the story.
    return {place for place in matched if not blocks[place].is_outside} or matched


def _restored(blocks: Sequence[Block], matched: list[int]) -> set[int]:
    first, last = matched[0], matched[-1]
    containers = set().union(*(_containers(blocks[place]) for place in matched))
    frames = {_frame(blocks[place].element) for place in matched}
    restored = {
        place
        for place in range(first, last)
        if _may_return(blocks[place]) and _frame(blocks[place].element) in frames
    }
    for places in (range(first - 1, -1, -1), range(last + 1, len(blocks))):
        neighbour = places.start - places.step
        for place in places:
            block = blocks[place]
            if block.element.tag == "h1" or _frame(block.element) not in frames:
                break
            if place < first and neighbour == place + 1 and _may_return(block) and block.is_heading:
                restored.add(place)
                neighbour = place
                continue
            is_beside = not containers.isdisjoint(_containers(block)) and _may_return(block)
            is_text = is_sentence(block.text) and len(block.key) >= _MINIMUM_LOOSE_CHARACTERS
            if is_beside and (is_text or block.element.tag == "li"):
                restored.add(place)
    return restored


def _may_return(block: Block) -> bool:
    is_furniture = block.is_outside or block.is_suspect or block.is_caption
    if (
        block.is_meta and _CLOCK.fullmatch(block.text) and not is_furniture
    ):  # the time of an entry in a live blog
        block.is_meta, block.is_heading = False, True
    return not is_furniture and not block.is_link and block.element.tag != "h1"


def _frame(element: _Element) -> _Element | None:
    """Return the article element around an element."""
    return element if element.tag == "article" else next(element.iterancestors("article"), None)


def _containers(block: Block) -> set[_Element]:
    """Return the elements that hold a block beside others of its kind."""
    element = block.element
    if element.tag in ("li", "dd", "dt"):
        element = next(element.iterancestors("ul", "ol", "dl"), element)
    own = {element} if element.tag in ("div", "article", "body", "main", "section") else set()
    parent = element.getparent()
    is_bare_section = parent is not None and parent.tag == "section" and not parent.get("class")
    outer = parent.getparent() if is_bare_section and parent is not None else parent
    return own | ({outer} if outer is not None else set())


def _is_left_out(block: Block, *, is_inside: bool) -> bool:
    """Whether a reader might miss a block: it stands among the story's blocks, or reads like a paragraph."""
    if block.is_outside or not block.key or block.element.tag == "h1":
        return False
    is_furniture = block.is_suspect or block.is_link or block.is_heading
    return is_inside or (
        not is_furniture and is_sentence(block.text) and len(block.key) >= _MINIMUM_LOOSE_CHARACTERS
    )


def _without_repeats(blocks: Sequence[Block]) -> list[Block]:
    """Leave out a long block that the page repeats."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        if len(block.key) >= _MINIMUM_LOOSE_CHARACTERS and block.key in seen:
            continue
        seen.add(block.key)
        kept.append(block)
    return kept
