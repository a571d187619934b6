"""Finds the headline of a page's story, and the elements that hold the story and not only a part of it."""

from itertools import chain

from lxml.etree import _Element

from rag.reading.html_blocks import text_key
from rag.reading.html_tree import element_text


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
