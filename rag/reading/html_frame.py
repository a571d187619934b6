"""Finds the headline of a page's story, and the elements that hold the story and not only a part of it."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from lxml.etree import _Element

from rag.reading.credits import is_copyright
from rag.reading.furniture import is_furniture
from rag.reading.html_blocks import Block, text_key
from rag.reading.html_tree import element_text
from rag.reading.lines import is_sentence
from rag.reading.names import squashed

_BETWEEN_PARTS = re.compile(r"(?:(?<!\s)\s++[-–—|·•»«:]++\s++|\s?[|｜]\s?|:\s)")
_MAXIMUM_TITLE_CHARACTERS = 500
_MINIMUM_TITLE_WORDS = 3
_LINKED = 0.9  # the least share of a row's letters in links
_MAXIMUM_QUOTES = 20  # of one page that are compared with its text
_QUOTE_CLASS = re.compile(r"pull-?quote|quote-?pull", re.IGNORECASE)


def find_headline(tree: _Element, title: str) -> _Element | None:
    """Return the heading that holds the story's title, alone or beside a kicker, else the first `h1`."""
    key = text_key(title)
    keys = {heading: text_key(element_text(heading)) for heading in tree.iter("h1", "h2", "h3", "h4")}
    named = (heading for heading, text in keys.items() if key and text == key)
    mixed = (heading for heading, text in keys.items() if key and key in text and len(text) <= 2 * len(key))
    return next(chain(named, mixed, tree.iter("h1")), None)


def elements_around(tree: _Element, headline: _Element | None) -> set[_Element]:
    """Return the elements around the headline, or those that hold most of the text of a page without one."""
    if headline is not None:
        return {tree, *headline.iterancestors()}
    characters = len(element_text(tree))
    divisions = (div for div in tree.iter("div") if len(element_text(div)) * 2 > characters)
    return {tree, *tree.iter("body", "main"), *divisions}


def close_paywalls(blocks: Sequence[Block]) -> None:
    """Mark the blocks of boxes that invite to subscribe, and hold no other sentence, as no part of the story.

    Pages also name the part of the story "paywall" that subscribers read.
    """
    for suspect, group in groupby(blocks, key=lambda block: block.suspect):
        if suspect is not None and "paywall" in suspect.get("class", "").lower():
            inside = list(group)
            others = [block for block in inside if not is_furniture(block.text)]
            is_box = len(others) < len(inside) and not any(is_sentence(block.text) for block in others)
            for block in inside if is_box else []:
                block.is_inserted = True


def shown_headline(title: str, stated: Sequence[str], blocks: Sequence[Block], *, outlet: str | None) -> str:
    """Return the part of a stated title that a line of the page repeats, if the title is no heading itself.

    What stands beside that part in the title names the site or its section.
    """
    own = [block for block in blocks if not (block.is_outside or block.is_suspect or block.is_link)]
    first = {block.key for block in own if block.element.tag == "h1"}
    key, long = text_key(title), len(title.split()) >= _MINIMUM_TITLE_WORDS
    if long and key in first and any(key in text_key(whole) for whole in stated):
        return title
    shown = (block for block in own if block.is_heading or not first)
    lines = {text_key(line) for block in shown for line in (block.text, *block.lines)}
    parts = (part for whole in (title, *stated) for part in _parts_of_title(whole))
    named = (part for part in parts if len(part.split()) >= _MINIMUM_TITLE_WORDS and text_key(part) in lines)
    return next((part for part in named if squashed(part) != squashed(outlet or "")), title)


def _parts_of_title(title: str) -> Iterator[str]:
    """Yield a title and what stands before and behind each separator in it, the longest first."""
    if len(title) <= _MAXIMUM_TITLE_CHARACTERS:
        ends = [(title[: found.start()], title[found.end() :]) for found in _BETWEEN_PARTS.finditer(title)]
        yield from sorted((title, *chain.from_iterable(ends)), key=len, reverse=True)


def own_places(blocks: Sequence[Block], matched: set[int], *, title: str) -> set[int]:
    """Leave out the texts of another story's article, and lines of links around the first and last text."""
    headline = next((block for block in blocks if block.is_heading and block.key == text_key(title)), None)
    frames = set() if headline is None else set(headline.element.iterancestors("article"))
    heads = [block.element for block in blocks if block.element.tag == "h1" and block is not headline]
    others = {frame for head in heads if frames for frame in head.iterancestors("article")} - frames
    own = {place for place in matched if others.isdisjoint(blocks[place].element.iterancestors("article"))}
    links = {place for place in own if _is_row_of_links(blocks[place])}
    told = [place for place in own - links if not is_copyright(blocks[place].text)]
    outer = {place for place in links if told and not min(told) < place < max(told)}
    return (own - outer) or matched


def _is_row_of_links(block: Block) -> bool:
    """Whether a block is links, and perhaps signs between them."""
    is_linked = block.link_characters >= _LINKED * len(block.key)
    return is_linked and block.element.tag not in ("li", "table") and not is_sentence(block.text)


def close_repeated_quotes(blocks: Sequence[Block]) -> None:
    """Mark the quotations that the page sets large, and whose words stand in its text as well."""
    large = [block for block in blocks if _is_set_large(block)][:_MAXIMUM_QUOTES]
    text = "\n".join(block.key for block in blocks if not _is_set_large(block)) if large else ""
    for quote in large:
        quote.is_suspect = quote.is_inserted = quote.key in text


def _is_set_large(block: Block) -> bool:
    around = (block.element, block.element.getparent())
    return any(each is not None and _QUOTE_CLASS.search(each.get("class", "")) for each in around)
