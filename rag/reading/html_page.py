"""Reads an HTML page: trafilatura finds the story, and the page's elements give its text and facts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

from lxml.html import HtmlElement, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from rag.errors import ReadingError
from rag.reading.addresses import host_and_path
from rag.reading.credits import (
    Facts,
    byline_facts,
    first_facts,
    is_copyright,
    is_date_label,
    is_day_alone,
    label_alone,
    line_facts,
    part_facts,
    stated_owner,
)
from rag.reading.dates import parse_written_date
from rag.reading.html_blocks import Block, page_blocks, text_key
from rag.reading.html_dates import PageDates, time_in_scripts
from rag.reading.html_facts import PageFacts
from rag.reading.html_scripts import paragraphs_in_scripts
from rag.reading.html_story import story_blocks
from rag.reading.html_tree import make_plain, parse_tree
from rag.reading.lines import BULLETS, Line, is_sentence
from rag.reading.names import author_names, is_person, joined, names_in_line, names_with_role, squashed
from rag.reading.page import Page
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import with_metadata
from rag.reading.rights import find_markup_prohibition, find_prohibition
from rag.reading.story import is_text, numbered_blocks, read_story
from rag.text.languages import decide_language

# Up to these limits, trafilatura compares its result with justext's. The comparison takes time quadratic in
# the number of elements, and minutes for long texts.
_COMPARED_ELEMENTS = 10_000
_COMPARED_CHARACTERS = 200_000

_DATES = frozenset({"published_at", "updated_at"})
_HEADER_BLOCKS_ABOVE = 4
_HEADER_BLOCKS_BELOW = 8
_BESIDE_HEADLINE = 2  # blocks beside the headline whose names of elements do not matter
_NEAR_HEADLINE = 4  # blocks beside the headline that are a date if they are nothing else
_MAXIMUM_HEADER_CHARACTERS = 120
_MAXIMUM_LABEL_CHARACTERS = 40
_MINIMUM_LINKED_HEADINGS = 5
_SEVERAL_PARAGRAPHS = 3
_TELLING_CHARACTERS = 40  # letters of a text that reads like a paragraph
_LONGER = (
    1.3  # how much longer a body in JSON-LD is than the visible one if the page shows only its beginning
)


def read_html_page(html: str) -> Page:
    """Return the page's fields; raise ReadingError if it holds no article or exceeds a limit."""
    tree = parse_tree(html)
    facts = PageFacts(tree)
    scripts = [script.text or "" for script in tree.iter("script") if "ld+json" not in script.get("type", "")]
    make_plain(tree)
    # subtle: lxml makes an element's Python object anew at each visit, unless something refers to it
    elements = list(tree.iter())
    blocks = page_blocks(tree)
    prohibition = find_markup_prohibition(tree) or _find_prohibition(blocks)
    outlet = facts.outlet()
    title = facts.title(outlet or _owner(blocks))
    header = _header_facts(blocks, title)
    found = _paragraphs_found(tree, title=title, has_many_elements=len(elements) > _COMPARED_ELEMENTS)
    names = (title, outlet or _owner(blocks) or "")
    story, left_out = _story(tree, blocks, found, facts, scripts, names=names)
    page = _read_lines(story, scripts, title=title)
    fields = _fields(page.fields, facts, header, scripts, outlet=outlet)
    return Page(
        fields=with_metadata(fields),
        prohibition=prohibition or page.prohibition,
        dropped=(*page.dropped, *left_out),
    )


def _read_lines(story: Sequence[Sequence[Line]], scripts: Sequence[str], *, title: str) -> Page:
    """Return the page of a story's lines, or of the text in its scripts if the lines are furniture alone."""
    try:
        return read_story(numbered_blocks(story), title=title, is_markup=True)
    except ReadingError:
        scripted = paragraphs_in_scripts(scripts)
        if not scripted:
            raise
        return read_story(numbered_blocks(_lines_of(scripted)), title=title, is_markup=True)


def _owner(blocks: Sequence[Block]) -> str | None:
    """Return the owner whom a copyright line of the page names."""
    owners = (stated_owner(block.text) for block in blocks if is_copyright(block.text))
    return next(filter(None, owners), None)


def _find_prohibition(blocks: Sequence[Block]) -> str | None:
    return find_prohibition("\n\n".join("\n".join(block.lines) for block in blocks))


def _story(
    tree: HtmlElement,
    blocks: Sequence[Block],
    found: Sequence[str],
    facts: PageFacts,
    scripts: Sequence[str],
    *,
    names: tuple[str, str],
) -> tuple[list[list[Line]], list[str]]:
    """Return the lines of the story's blocks, and the texts of paragraphs that are not among them.

    `found` are the paragraphs of trafilatura, `names` the title and the outlet.
    """
    title = names[0]
    chosen = story_blocks(blocks, found, title=title, url=facts.url) if found else None
    stated = facts.body()
    shown = sum(len(block.key) for block in chosen[0]) if chosen else sum(map(len, found))
    if len(text_key(stated)) > _LONGER * shown:
        found = _stated_paragraphs(stated)
        chosen = story_blocks(blocks, found, title=title, url=facts.url)
        if not chosen or not chosen[0]:
            return _lines_of(found), []
    if chosen and chosen[0]:
        _refuse_index(blocks, chosen[0])
        inner = {block.key for block in chosen[0] if block.element.tag == "h1"}
        shown_titles = {text_key(h1.text_content()) for h1 in tree.iter("h1")} - inner
        is_title = {*map(text_key, names), *shown_titles}
        story = [block.to_lines() for block in chosen[0] if block.key not in is_title]
        first = [line for line in story[0] if text_key(line.text) not in is_title] if story else []
        return [first, *story[1:]], [block.text for block in chosen[1]]
    if found and chosen is None:
        return _lines_of(found), []
    if scripted := paragraphs_in_scripts(scripts):
        return _lines_of(scripted), []
    if not found and (own := _own_paragraphs(blocks)):
        _refuse_index(blocks, own)
        return [block.to_lines() for block in own if block.key != text_key(title)], []
    raise ReadingError("the page holds no article: give a page with one story's text")


def _own_paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a page on which trafilatura finds no story, if they read like one.

    Several of them are long sentences outside of menus and the like, and these are most of the text. A page
    of bare text without elements is a story however short it is.
    """
    main = [block for block in blocks if not (block.is_outside or block.is_suspect or block.is_inserted)]
    if all(block.element.tag == "body" for block in blocks):
        return main
    texts = [
        place
        for place, block in enumerate(main)
        if is_sentence(block.text) and len(block.key) >= _TELLING_CHARACTERS and not block.is_link
    ]
    headlines = [place for place, block in enumerate(main) if block.element.tag == "h1"]
    below = ([text for text in texts if text > headline] for headline in reversed(headlines))
    texts = next((part for part in below if len(part) >= _SEVERAL_PARAGRAPHS), texts)
    if len(texts) < _SEVERAL_PARAGRAPHS:
        return []
    story = [block for block in main[max(texts[0] - 1, 0) : texts[-1] + 1] if block.element.tag != "h1"]
    told = sum(len(main[place].key) for place in texts)
    return story if told * 2 >= sum(len(block.key) for block in story) else []


def _lines_of(paragraphs: Sequence[str]) -> list[list[Line]]:
    return [[Line(text=line) for line in paragraph.split("\n")] for paragraph in paragraphs]


def _paragraphs_found(tree: HtmlElement, *, title: str, has_many_elements: bool) -> list[str]:
    """Return the paragraphs, without headings, that trafilatura finds."""
    is_long = has_many_elements or sum(map(len, tree.itertext())) > _COMPARED_CHARACTERS
    options = Extractor(output_format="python", comments=False, fast=is_long)
    # subtle: with the default, trafilatura returns all text of a page with a short article, even navigation
    options.min_extracted_size = 0
    document = bare_extraction(tree, options=options)
    if not isinstance(document, Document) or document.body is None:
        return []
    for element in document.body.iter(*_HTML_NAMES):
        element.tag = _HTML_NAMES[str(element.tag)]
    blocks = [block for block in page_blocks(document.body) if block.key and not block.is_heading]
    return ["\n".join(block.lines) for block in blocks if block.key != text_key(title)]


# trafilatura's names for elements
_HTML_NAMES = {
    "head": "h2",
    "lb": "br",
    "row": "tr",
    "cell": "td",
    "item": "li",
    "list": "ul",
    "quote": "blockquote",
}


def _refuse_index(blocks: Sequence[Block], story: Sequence[Block]) -> None:
    """Raise ReadingError for a page that lists stories: its texts stand below headings that are links."""
    places = {block: place for place, block in enumerate(blocks)}
    among = blocks[max(places[story[0]] - 1, 0) : places[story[-1]]]
    linked = [block for block in among if block.is_heading and block.is_link and not block.is_suspect]
    is_first = bool(linked) and among[0] is linked[0]
    if is_first and len(linked) >= _MINIMUM_LINKED_HEADINGS and len(linked) * 2 >= len(story):
        raise ReadingError(
            f"the page holds no article: it lists {len(linked)} stories, so give their own pages"
        )


def _stated_paragraphs(text: str) -> list[str]:
    if "</p>" in text or "<br" in text:
        text = re.sub(r"<br\s*/?>|</p>", "\n\n", text)
        text = document_fromstring(f"<div>{text}</div>").text_content()
    paragraphs = split_paragraphs(text)
    return (
        list(paragraphs)
        if len(paragraphs) > 1
        else [line.strip() for line in text.split("\n") if line.strip()]
    )


def _header_facts(blocks: Sequence[Block], title: str) -> Facts:
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
    if headline is None:
        first = blocks[: _HEADER_BLOCKS_ABOVE + _HEADER_BLOCKS_BELOW]
        found = _facts_of_header((_BESIDE_HEADLINE, block) for block in first)
    else:
        below = blocks[headline + 1 : headline + 1 + _HEADER_BLOCKS_BELOW]
        above = reversed(blocks[max(headline - _HEADER_BLOCKS_ABOVE, 0) : headline])
        beside = (_facts_beside(block, distance=distance) for distance, block in enumerate(above))
        found = chain(_facts_of_header(enumerate(below)), filter(None, beside))
    return first_facts(chain(found, _labelled_facts(blocks)))


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
        return first_facts(filter(None, (_facts_beside(line, distance=distance) for line in lines)))
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
    if (not facts or facts.keys() <= _DATES) and (names := names_in_line(block.text)):
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


def _fields(
    story: Any, facts: PageFacts, header: Facts, scripts: Sequence[str], *, outlet: str | None
) -> dict[str, Any]:
    text = "\n\n".join(story["paragraphs"])
    stated = facts.authors(outlet, title=story["title"])
    shown = [*header.get("author", []), *header.get("byline", [])]
    in_body = story["metadata"].get("authors") or [story["author"] or ""]
    authors = _better_authors(stated, in_body, shown) or facts.owner()
    language = decide_language(f"{story['title']}\n{text}", hints=facts.languages())
    dates = facts.dates(title=story["title"])
    published, source = _published(story, dates, header, scripts)
    metadata = {
        **story["metadata"],
        "authors": authors if len(authors) > 1 else None,
        "license": facts.license() or story["metadata"].get("license"),
        "date_source": source,
    }
    return {
        **story,
        "outlet": _best_outlet(outlet, [header.get("outlet"), story["outlet"]], url=facts.url),
        "author": joined(authors),
        "published_at": dates.in_local_zone(published, language=language, shown=header.get("published_at")),
        "updated_at": dates.updated_at() or header.get("updated_at") or story["updated_at"],
        "url": facts.url,
        "section": facts.section(),
        "language": language,
        "metadata": {name: value for name, value in metadata.items() if value},
    }


def _best_outlet(stated: str | None, shown: Sequence[str | None], *, url: str | None) -> str | None:
    """Return the outlet: as readers see it if the markup has it in lower case.

    What is no part of the host's name may be a section, as "nasional" is none of www.cnnindonesia.com.
    """
    names = [name for name in shown if name]
    if not stated or not names or not stated.islower():
        return stated or next(iter(names), None)
    host = squashed("".join(host_and_path(url or "")[0].split(".")))
    if host and squashed(stated) not in host:
        return next((name for name in names if squashed(name) in host), stated)
    same = (name for name in names if squashed(name) == squashed(stated))
    return next(same, stated)


def _better_authors(stated: list[str], in_body: list[str], shown: list[str]) -> list[str]:
    """Return the persons that the markup states, else those of the bylines, else whatever is stated."""
    bylines = [name for name in dict.fromkeys((*in_body, *shown)) if name]
    persons = [name for name in bylines if is_person(name)]
    return persons if persons and not any(map(is_person, stated)) else stated or bylines


def _published(story: Any, dates: PageDates, header: Facts, scripts: Sequence[str]) -> tuple[Any, str | None]:
    """Return the time of publication, and its source if that is not the page's statement."""
    shown = header.get("published_at")
    stated = dates.published_at(shown) or shown or story["published_at"] or dates.only_time()
    vague = dates.vaguely_stated()
    if vague and (stated is None or stated.date() == vague.date()):
        stated = vague  # of the same day, but with the time of day
    if stated:
        return stated, None
    if day := dates.in_url():
        return day, "url"
    if day := dates.in_short_text(story["paragraphs"]) or time_in_scripts(scripts):
        return day, "guess"
    is_updated = dates.updated_at() or header.get("updated_at") or story["updated_at"]
    guess = None if is_updated else dates.guess()
    return guess, "guess" if guess else None
