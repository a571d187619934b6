"""Chooses the blocks of the story among the blocks of a page.

trafilatura finds the story. It leaves out some blocks between the paragraphs that it finds: lists, loose
text, headings, tables. `story_blocks` takes these back, unless the markup calls them furniture.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice, pairwise, takewhile

from lxml.etree import _Element

from rag.reading.addresses import is_same_site
from rag.reading.credits import is_dateline_alone
from rag.reading.furniture import is_label
from rag.reading.html_blocks import Block, text_key
from rag.reading.html_frame import own_places
from rag.reading.html_names import has_suspect_name, names_of
from rag.reading.html_tree import element_text
from rag.reading.lines import is_sentence

_CLOCK = re.compile(
    r"(?:pukul |jam |at )?\d{1,2}[.:]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?\s?[A-Z]{0,5}", re.IGNORECASE
)
_LEAD_CLASS = re.compile(
    r"\b(?:dec?k|standfirst|sub-?title|sub-?headline|excerpt|vorspann|chap[oô]|chapeau|bajada|entradilla)\b",
    re.IGNORECASE,
)
_WINDOW_CHARACTERS = 4_000
_TELLING_CHARACTERS = 25
_MINIMUM_COVERAGE = 0.75
_MINIMUM_LOOSE_CHARACTERS = 40
_SCRAPS = 30  # blocks
_MAXIMUM_PART_DEPTH = 5  # elements between a paragraph and the element that holds all parts of the story
_BLOCKS_ABOVE = 12  # among which the headline is looked for

# An element that makes blocks suspect, or the parent and the class of several.
_Kind = _Element | tuple[_Element | None, str]


def story_blocks(
    blocks: Sequence[Block], found: Sequence[str], *, title: str = "", url: str | None = None
) -> tuple[list[Block], list[Block]] | None:
    """Return the blocks of the story of this title, and paragraphs of the page that are left out.

    `found` are the paragraphs of trafilatura, and `url` is the page's address. Returns None if they are not
    the page's blocks.
    """
    matched = _matched(blocks, found)
    characters = sum(len(blocks[place].key) for place in matched)
    captions = {block.key for block in blocks if block.is_caption}
    told = sum(len(key) for key in map(text_key, found) if key not in captions)
    if not matched or characters < _MINIMUM_COVERAGE * told:
        return None
    if all(blocks[place].is_link for place in matched):
        return [], []
    if all(blocks[place].is_outside for place in matched):
        return None
    matched = own_places(blocks, _main_part(blocks, _without_inserted(blocks, matched)), title=title)
    _clear_suspicion(blocks, matched)
    matched = {place for place in matched if not _is_scrap_of_furniture(blocks[place])} or matched
    matched = _without_teasers(blocks, _without_kickers(blocks, matched, title=title))
    kept = matched | _restored(blocks, sorted(matched)) | _leads(blocks, min(matched), title=title)
    if url:
        kept |= _linked_headings(blocks, sorted(matched), url=url)
    kept |= _sources_of_quotations(blocks, kept)
    inside = range(min(kept), max(kept))
    left_out = [
        block
        for place, block in enumerate(blocks)
        if place not in kept and _is_left_out(block, is_inside=place in inside)
    ]
    return _without_repeats([blocks[place] for place in sorted(kept)], found), left_out


def _without_inserted(blocks: Sequence[Block], matched: set[int]) -> set[int]:
    """Leave out boxes with other stories or invitations, unless they hold most of what was found."""
    own = {place for place in matched if not blocks[place].is_inserted}
    characters = sum(len(blocks[place].key) for place in matched)
    return own if sum(len(blocks[place].key) for place in own) * 2 > characters else matched


def _main_part(blocks: Sequence[Block], matched: set[int]) -> set[int]:
    """Leave out short texts, such as a teaser of the story, that many scraps separate from the others."""
    parts: list[list[int]] = []
    for place in sorted(matched):
        if parts and not _are_scraps(blocks[parts[-1][-1] + 1 : place]):
            parts[-1].append(place)
        else:
            parts.append([place])
    sizes = [sum(len(blocks[place].key) for place in part) for part in parts]
    return {
        place for part, size in zip(parts, sizes, strict=True) if size * 4 >= max(sizes) for place in part
    }


def _is_scrap_of_furniture(block: Block) -> bool:
    """Whether a block is no sentence and all that an element holds whose name is that of furniture."""
    if not block.is_suspect or block.suspect is None or is_sentence(block.text):
        return False
    return block.element.tag != "li" and text_key(element_text(block.suspect)) == block.key


def _without_kickers(blocks: Sequence[Block], matched: set[int], *, title: str) -> set[int]:
    """Leave out the words above the headline if all sentences stand below it."""
    key = text_key(title)
    headlines = (place for place, block in enumerate(blocks) if block.is_heading and block.key == key)
    headline = next(headlines, 0)
    above = {place for place in matched if place < headline}
    is_told = any(is_sentence(blocks[place].text) or blocks[place].is_heading for place in above)
    short = {place for place in above if len(blocks[place].key) < _TELLING_CHARACTERS}
    return matched if is_told or short == matched else matched - short


def _without_teasers(blocks: Sequence[Block], matched: set[int]) -> set[int]:
    """Leave out the last texts if they have linked headlines and stand below a label of other stories."""
    teasers = set(takewhile(lambda place: _has_linked_headline(blocks[place]), sorted(matched, reverse=True)))
    if not teasers or teasers == matched:
        return matched
    between = blocks[max(matched - teasers) + 1 : min(teasers)]
    label = next((block for block in between if block.is_heading and is_label(block.text)), None)
    holders = {blocks[place].element.getparent() for place in teasers}
    is_apart = label is not None and holders.isdisjoint(label.element.iterancestors())
    return matched - teasers if is_apart else matched


def _has_linked_headline(block: Block) -> bool:
    """Whether a linked heading stands directly above a block."""
    previous = block.element.getprevious()
    if previous is None:
        return False
    inside = previous.find(".//h3") is not None or previous.find(".//h2") is not None
    is_heading = previous.tag in ("h2", "h3", "h4")
    return inside if previous.tag == "a" else is_heading and previous.find(".//a") is not None


def _are_scraps(blocks: Sequence[Block]) -> bool:
    """Whether blocks are many, and most of them no sentences: no part of a story."""
    sentences = sum(is_sentence(block.text) for block in blocks)
    return len(blocks) >= _SCRAPS and sentences * 4 < len(blocks)


def _clear_suspicion(blocks: Sequence[Block], matched: set[int]) -> None:
    """Let a name of neighbouring elements that hold most of the story, such as "widget", tell nothing."""
    kinds = [_kind(block) for block in blocks]
    characters: Counter[_Kind | None] = Counter()
    for place in matched:
        characters[kinds[place]] += len(blocks[place].key)
    told = next((kind for kind, count in characters.items() if count * 2 > characters.total()), None)
    if told is None:
        return
    for block in (block for block, kind in zip(blocks, kinds, strict=True) if kind == told):
        around = [block.element, *block.element.iterancestors()]
        end = next((place for place, element in enumerate(around) if element is block.suspect), len(around))
        suspects = list(filter(has_suspect_name, around[:end]))
        block.is_suspect = bool(suspects)
        block.is_inserted = any(names_of(element).is_inserted for element in suspects)


def _kind(block: Block) -> _Kind | None:
    """Return the element that makes a block suspect, or what such a paragraph shares with its neighbours."""
    if block.suspect is None or block.suspect is not block.element:
        return block.suspect
    return block.element.getparent(), str(block.element.get("class"))


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
    frames = {_frame(blocks[place].element) for place in matched}
    restored = {
        place
        for one, two in pairwise(matched)
        for place in _gap(blocks, range(one + 1, two))
        if _frame(blocks[place].element) in frames
    }
    containers = set().union(*(_containers(blocks[place]) for place in matched))
    parts = set().union(*(_parts(blocks[place]) for place in matched))
    for places in (range(first - 1, -1, -1), range(last + 1, len(blocks))):
        headings: list[int] = []
        for place in places:
            block = blocks[place]
            if block.element.tag == "h1" or _frame(block.element) not in frames:
                break
            if not _may_return(block):
                headings = []
                continue
            if block.is_heading:
                headings.append(place)
                continue
            if _is_beside(block, containers=containers, parts=parts):
                restored |= {place, *headings}
            headings = []
    above = first - 1
    if above >= 0 and _may_return(blocks[above]) and is_dateline_alone(blocks[above].text):
        restored.add(above)
    return restored | _headings_above(blocks, first)


def _is_beside(
    block: Block, *, containers: set[_Element], parts: set[tuple[_Element, tuple[str, ...]]]
) -> bool:
    """Whether a text stands in a container of the story, or an item in one of its lists."""
    is_text = is_sentence(block.text) and len(block.key) >= _MINIMUM_LOOSE_CHARACTERS
    if not containers.isdisjoint(_containers(block)):
        return is_text or block.element.tag == "li"
    return is_text and not parts.isdisjoint(_parts(block))


def _headings_above(blocks: Sequence[Block], first: int) -> set[int]:
    """Return the places of the headings directly above the first block that was found."""
    above = range(first - 1, -1, -1)
    end = next(
        (
            place
            for place in above
            if not (blocks[place].is_heading and _may_return(blocks[place]))
            or _frame(blocks[place].element) is not _frame(blocks[first].element)
        ),
        -1,
    )
    return set(range(end + 1, first))


def _gap(blocks: Sequence[Block], places: range) -> list[int]:
    """Return the places between two found blocks that may return: none of a long run of scraps."""
    returning = [place for place in places if _may_return(blocks[place]) or _is_inner_heading(blocks, place)]
    return [] if _are_scraps([blocks[place] for place in returning]) else returning


def _is_inner_heading(blocks: Sequence[Block], place: int) -> bool:
    """Whether a block is one of several headings of the first level, and stands directly below a sentence."""
    block = blocks[place]
    is_first_level = block.element.tag == "h1" and not (_is_furniture(block) or block.is_link)
    return is_first_level and place > 0 and is_sentence(blocks[place - 1].text)


def _linked_headings(blocks: Sequence[Block], matched: list[int], *, url: str) -> set[int]:
    """Return the places of headings between paragraphs that lead to another site, as those of products do."""
    return {
        place
        for one, two in pairwise(matched)
        for place in range(one + 1, two)
        if blocks[place].is_heading
        and blocks[place].is_link
        and not _is_furniture(blocks[place])
        and blocks[place].element.getparent() is blocks[two].element.getparent()
        and _leads_to_another_site(blocks[place].element, url)
    }


def _leads_to_another_site(heading: _Element, url: str) -> bool:
    links = [link.get("href", "") for link in heading.iter("a")]
    return bool(links) and all(
        link.startswith(("http://", "https://")) and not is_same_site(link, url) for link in links
    )


def _leads(blocks: Sequence[Block], first: int, *, title: str) -> set[int]:
    """Return the places of the sentences between the headline and the first block that was found.

    A heading directly below the headline is a lead too, also one that is no sentence.
    """
    key = text_key(title)
    above = range(max(first - _BLOCKS_ABOVE, 0), first)
    headlines = (
        place
        for place in reversed(above)
        if blocks[place].element.tag == "h1" or (key and blocks[place].key == key)
    )
    below = next(headlines, first) + 1
    return {
        place
        for place in range(below, first)
        if _may_return(blocks[place]) and _is_lead(blocks[place], is_below_headline=place == below)
    }


def _is_lead(block: Block, *, is_below_headline: bool) -> bool:
    if is_below_headline and (block.is_heading or _LEAD_CLASS.search(block.element.get("class", ""))):
        return len(block.key) >= _TELLING_CHARACTERS
    return is_sentence(block.text) and len(block.key) >= _MINIMUM_LOOSE_CHARACTERS


def _sources_of_quotations(blocks: Sequence[Block], kept: set[int]) -> set[int]:
    """Return the places of lines directly below a kept quotation that say whose words it is."""
    below = (place + 1 for place in kept if place + 1 < len(blocks))
    return {
        place
        for place in below
        if blocks[place].is_source
        and not _is_furniture(blocks[place])
        and _quotation(blocks[place]) is _quotation(blocks[place - 1])
    }


def _quotation(block: Block) -> _Element | None:
    """Return the quotation around a block."""
    element = block.element
    return element if element.tag == "blockquote" else next(element.iterancestors("blockquote"), None)


def _is_furniture(block: Block) -> bool:
    return block.is_outside or block.is_suspect or block.is_inserted or block.is_caption


def _may_return(block: Block) -> bool:
    is_furniture = _is_furniture(block)
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


def _parts(block: Block) -> set[tuple[_Element, tuple[str, ...]]]:
    """Return where a block stands among the parts of a story that pictures or advertisements divide.

    The parts are elements of the same tags and classes in one element.
    """
    names: tuple[str, ...] = ()
    parts = set()
    for holder in islice(block.element.iterancestors(), _MAXIMUM_PART_DEPTH):
        parent = holder.getparent()
        names = (*names, str(holder.tag), str(holder.get("class")))
        if parent is not None:
            parts.add((parent, names))
    return parts


def _is_left_out(block: Block, *, is_inside: bool) -> bool:
    """Whether a reader might miss a block: it stands among the story's blocks, or reads like a paragraph."""
    if block.is_outside or not block.key or block.element.tag == "h1":
        return False
    is_furniture = block.is_suspect or block.is_link or block.is_heading
    return is_inside or (
        not is_furniture and is_sentence(block.text) and len(block.key) >= _MINIMUM_LOOSE_CHARACTERS
    )


def _without_repeats(blocks: Sequence[Block], found: Sequence[str]) -> list[Block]:
    """Leave out a long block that another part of the page repeats, unless it was found as often."""
    allowed = Counter(map(text_key, found))
    seen: dict[str, list[_Element | None]] = {}
    kept = []
    for block in blocks:
        parents = seen.setdefault(block.key, [])
        is_refrain = block.element.getparent() in parents[-1:] or len(parents) < allowed[block.key]
        if len(block.key) < _MINIMUM_LOOSE_CHARACTERS or not parents or is_refrain:
            kept.append(block)
            parents.append(block.element.getparent())
    return kept
