"""Reads an HTML page: trafilatura finds the story, and the page's elements give its text and facts."""

import re
from collections.abc import Sequence
from typing import Any

from lxml.html import HtmlElement, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor

from rag.errors import ReadingError
from rag.reading.addresses import host_and_path
from rag.reading.credits import (
    Facts,
    is_copyright,
    stated_owner,
)
from rag.reading.html_blocks import Block, page_blocks, text_key
from rag.reading.html_dates import PageDates, time_in_scripts
from rag.reading.html_facts import PageFacts
from rag.reading.html_frame import close_paywalls, close_repeated_quotes, shown_headline
from rag.reading.html_header import header_facts
from rag.reading.html_scripts import paragraphs_in_scripts, title_in_scripts
from rag.reading.html_story import story_blocks
from rag.reading.html_tree import make_plain, parse_tree
from rag.reading.lines import Line, is_sentence
from rag.reading.names import is_person, joined, squashed
from rag.reading.page import Page
from rag.reading.paragraphs import split_paragraphs
from rag.reading.record import with_metadata
from rag.reading.rights import find_markup_prohibition, find_prohibition
from rag.reading.story import numbered_blocks, read_story
from rag.text.languages import decide_language

# Up to these limits, trafilatura compares its result with justext's. The comparison takes time quadratic in
# the number of elements, and minutes for long texts.
_COMPARED_ELEMENTS = 10_000
_COMPARED_CHARACTERS = 200_000

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
    close_paywalls(blocks)
    close_repeated_quotes(blocks)
    prohibition = find_markup_prohibition(tree) or _find_prohibition(blocks)
    outlet = facts.outlet()
    stated = title_in_scripts(facts.title(outlet or _owner(blocks)), scripts)
    title = shown_headline(stated, facts.stated_titles(), blocks, outlet=outlet)
    header = header_facts(blocks, title)
    found = _paragraphs_found(tree, title=title, has_many_elements=len(elements) > _COMPARED_ELEMENTS)
    names = (title, outlet or _owner(blocks) or "")
    story, left_out = _story(tree, blocks, found, facts, scripts, names=names)
    page = _read_lines(story, scripts, title=title, has_author="author" in header)
    fields = _fields(page.fields, facts, header, scripts, outlet=outlet)
    return Page(
        fields=with_metadata(fields),
        prohibition=prohibition or page.prohibition,
        dropped=(*page.dropped, *left_out),
    )


def _read_lines(
    story: Sequence[Sequence[Line]], scripts: Sequence[str], *, title: str, has_author: bool
) -> Page:
    """Return the page of a story's lines, or of the text in its scripts if the lines are furniture alone."""
    try:
        return read_story(numbered_blocks(story), title=title, is_markup=True, has_author=has_author)
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


def _fields(
    story: Any, facts: PageFacts, header: Facts, scripts: Sequence[str], *, outlet: str | None
) -> dict[str, Any]:
    text = "\n\n".join(story["paragraphs"])
    stated = facts.authors(outlet, title=story["title"])
    shown = [*header.get("author", []), *header.get("byline", [])]
    in_body = story["metadata"].get("authors") or [story["author"] or ""]
    authors = _better_authors(stated, in_body, shown, title=story["title"]) or facts.owner()
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


def _better_authors(stated: list[str], in_body: list[str], shown: list[str], *, title: str) -> list[str]:
    """Return the persons that the markup states, else those of the bylines, else whatever is stated."""
    bylines = [name for name in dict.fromkeys((*in_body, *shown)) if name and name != title]
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
