"""Cuts a page's elements into blocks of text, as a browser shows them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from lxml.etree import _Element

from rag.reading.html_names import NO_NAMES, has_suspect_name, names_of
from rag.reading.html_tables import Cell, has_header, table_rows
from rag.reading.html_tree import BLOCK_ELEMENTS, SOFT_HYPHEN, element_text, without_struck
from rag.reading.lines import Line, is_sentence, is_statement

_SKIPPED = frozenset(
    {"head", "script", "style", "template", "noscript", "iframe", "svg", "select", "option", "textarea"}
)
_OUTSIDE = frozenset({"nav", "aside", "footer", "form", "button", "label", "menu"})
_BUTTONS = frozenset({"button", "label"})  # they may open the answer to the question in them
_SENTENCES = frozenset({"p", "li", "dd", "dt", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"})
_CAPTIONS = frozenset({"figure", "figcaption"})
_TELLING = _OUTSIDE | _HEADINGS | _CAPTIONS | {"time", "a", "pre"}  # elements that say something
_META_PROPERTIES = re.compile(r"date(?:Published|Modified|Created)|author|publisher|editor", re.IGNORECASE)
_MAXIMUM_META_CHARACTERS = 120
_MAXIMUM_META_ELEMENT_CHARACTERS = 400
_MAXIMUM_HEADING_CHARACTERS = 200
# The spaces that HTML collapses, without single ones; a no-break space stays.
_SPACES = re.compile(r"[\t\n\r\f][ \t\n\r\f]*| [ \t\n\r\f]+")
_SEVERAL_SPACES = re.compile(" {2,}")
_NO_LETTERS = re.compile(r"[\W_]+")
_QUESTION_MARKS = ("?", "？", "؟")
# What a paragraph in bold is if it is no sentence: the name of an item, the time of an entry.
_BOLD_HEADING = re.compile(
    r"\d{1,3}[.)]\s\S.*[^.:;,]|(?:pukul |jam |at )?\d{1,2}[.:]\d{2}\s?(?:[ap]\.?m\.?)?\s?[A-Z]{0,5}",
    re.IGNORECASE,
)
# A line such as "Tanggapan pengusaha", but no label such as "Foto: Sari Wulandari" and no credit in brackets.
_BOLD_LINE = re.compile(r"[^\W_a-z][^:：/|@]{2,}[\w?!)\"”’%]")
_MAXIMUM_BOLD_CHARACTERS = 80
_CURRENCY = re.compile(r"(?:rp|idr|usd|us|rm|s|eur|sgd|myr)$", re.IGNORECASE)

_MAXIMUM_LINK_SHARE = 0.6
_MAXIMUM_TABLE_CHARACTERS = 800


@dataclass(eq=False)
class Block:
    """A block of text in page order: its lines, and what the markup says about it."""

    element: _Element
    lines: list[str]
    link_characters: int = 0
    is_heading: bool = False
    is_outside: bool = False
    is_suspect: bool = False
    is_inserted: bool = False
    is_caption: bool = False
    is_meta: bool = False
    is_byline: bool = False
    suspect: _Element | None = None  # the outermost element whose name makes the block suspect
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.key = text_key("".join(self.lines))

    @property
    def text(self) -> str:
        """The lines as one text."""
        return " ".join(self.lines)

    @property
    def is_link(self) -> bool:
        """Whether most of the text is in links."""
        return self.link_characters >= _MAXIMUM_LINK_SHARE * len(self.text)

    @property
    def is_source(self) -> bool:
        """Whether the text says whose words the quotation around it are."""
        last = next(self.element.iterchildren("*", reversed=True), None)
        is_cited = last is not None and last.tag == "cite" and text_key(element_text(last)) == self.key
        named = self.element if self.element.tag == "footer" else last if is_cited else None
        return named is not None and next(named.iterancestors("blockquote"), None) is not None

    def to_lines(self) -> list[Line]:
        """Return the block's lines for `read_story`."""
        is_whole_link = self.link_characters >= 0.95 * len(self.text)
        is_item = any(element.tag == "li" for element in (self.element, *self.element.iterancestors("li")))
        return [
            Line(
                text=line,
                is_heading=self.is_heading,
                is_link=is_whole_link,
                is_mostly_link=self.is_link,
                is_aside=self.is_meta or self.is_caption,
                is_in_paragraph=self.element.tag == "p",
                is_item=is_item,
                is_source=self.is_source,
            )
            for line in self.lines
        ]


def text_key(text: str) -> str:
    """Return the letters and digits of a text, for comparison."""
    return _NO_LETTERS.sub("", text).casefold()


def _leads_away(link: _Element) -> bool:
    """Whether a link leads to another place: not an anchor, and not a button that a script serves."""
    return not link.get("href", "javascript:").strip().lower().startswith("javascript:")


def _is_block(element: _Element) -> bool:
    """Whether a browser begins a new line for an element. Code within a sentence does not."""
    if element.tag != "code":
        return element.tag in BLOCK_ELEMENTS
    parent, previous = element.getparent(), element.getprevious()
    if parent is None or parent.tag == "pre":
        return True
    before = parent.text if previous is None else previous.tail
    is_beside = any(text and not text.isspace() for text in (before, element.tail))
    return parent.tag in BLOCK_ELEMENTS and parent.tag not in _SENTENCES and not is_beside


def _is_question_text(element: _Element) -> bool:
    text = element_text(element).strip()
    return text.endswith(_QUESTION_MARKS) and len(text) <= _MAXIMUM_HEADING_CHARACTERS and " " in text


def _is_heading(element: _Element, *, is_named: bool) -> bool:
    """Whether an element is a heading: without its end tag, one may hold the story."""
    if element.tag not in _HEADINGS and not is_named:
        return False
    text = element_text(element).strip()
    is_short = len(text) <= _MAXIMUM_HEADING_CHARACTERS
    return is_short and (element.tag in _HEADINGS or not is_sentence(text))


@dataclass(eq=False)
class _Context:
    """What the elements around a text say about it."""

    is_outside: bool = False
    is_suspect: bool = False
    is_inserted: bool = False
    is_caption: bool = False
    is_meta: bool = False
    is_byline: bool = False
    is_heading: bool = False
    is_link: bool = False
    is_preformatted: bool = False
    suspect: _Element | None = None

    def inside(self, element: _Element, *, page_characters: int) -> "_Context":
        """Return the context of an element's own text.

        A name such as "sidebar", or a form, tells nothing about an element that holds half of the page.
        """
        tag = element.tag
        names = names_of(element)
        properties = element.get("itemprop", "")
        is_author = properties == "author" or element.get("rel") == "author"
        is_named_heading = names.is_heading or element.get("role") == "heading"
        is_told = properties != "" or is_author or is_named_heading or tag in _TELLING
        if names == NO_NAMES and not is_told:
            return self
        is_named_suspect = not self.is_suspect and has_suspect_name(element)
        is_named_meta = not self.is_meta and names.is_meta
        is_question = names.is_question or (tag in _BUTTONS and _is_question_text(element))
        is_source = tag == "footer" and next(element.iterancestors("blockquote"), None) is not None
        is_own = is_source or (tag in _BUTTONS and is_question)
        is_frame = tag in _OUTSIDE and not self.is_outside and not is_own
        is_measured = is_named_suspect or is_named_meta or is_frame
        characters = len(element_text(element)) if is_measured else 0
        is_suspect = is_named_suspect and characters * 2 < page_characters
        return _Context(
            is_outside=self.is_outside or (is_frame and characters * 2 < page_characters),
            is_suspect=self.is_suspect or is_suspect,
            suspect=element if is_suspect else self.suspect,
            is_inserted=self.is_inserted or (is_suspect and names.is_inserted),
            is_caption=self.is_caption or tag in _CAPTIONS or names.is_caption,
            is_meta=self.is_meta
            or tag == "time"
            or (is_named_meta and characters <= _MAXIMUM_META_ELEMENT_CHARACTERS)
            or (properties != "" and _META_PROPERTIES.fullmatch(properties) is not None),
            is_byline=self.is_byline or is_author or names.is_byline,
            is_heading=self.is_heading or is_question or _is_heading(element, is_named=is_named_heading),
            is_link=self.is_link or (tag == "a" and _leads_away(element)),
            is_preformatted=self.is_preformatted or tag == "pre",
        )


_FLAGS = tuple(each.name for each in fields(_Context) if each.name != "suspect")


class _Cutter:
    """Collects the text of a page, and ends a block wherever a browser would."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[tuple[str, _Context]] = []

    def cut(self, root: _Element) -> list[Block]:
        characters = len(element_text(root))
        stack: list[tuple[_Element, Iterator[_Element], _Context]] = []
        self._open(root, _Context(), stack)
        while stack:
            element, children, context = stack[-1]
            child = next(children, None)
            if child is not None:
                if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                    self._open(child, context.inside(child, page_characters=characters), stack)
                else:
                    self._add(child.tail, context)
                continue
            stack.pop()
            if _is_block(element):
                self._end(element)
            if stack:
                self._add(element.tail, stack[-1][2])
        return self.blocks

    def _open(
        self, element: _Element, context: _Context, stack: list[tuple[_Element, Iterator[_Element], _Context]]
    ) -> None:
        is_block = _is_block(element)
        if is_block:
            parent = element.getparent()
            self._end(parent if parent is not None else element)
        if element.tag == "br":
            self._parts.append(("\n", context))
        if element.tag == "table" and (rows := table_rows(element)) is not None:
            self._add_table(element, rows, context)
            stack.append((element, iter(()), context))
            return
        if not is_block and self._parts:
            self._keep_apart(element)
        self._add(element.text, context)
        stack.append((element, iter(element), context))

    def _keep_apart(self, element: _Element) -> None:
        """Put a space between words and figures in neighbouring inline elements, as in a row of cells."""
        before, previous = self._parts[-1][0], element.getprevious()
        text = element.text or ""
        is_beside = (previous is not None and not previous.tail and previous.tag == element.tag) or (
            previous is not None and not previous.tail and element.tag in ("b", "i", "strong", "em", "span")
        )
        if not is_beside or not before or not text:
            return
        is_figure_after_word = before[-1].isalpha() and text[0].isdigit() and not _CURRENCY.search(before)
        is_word_after_figure = before[-1].isdigit() and text[0].isalpha() and len(text) > 2
        is_name_after_word = before[-3:].isalpha() and before[-1].islower() and text[0].isupper()
        is_cell = previous is not None and previous.tag == element.tag == "span"
        if is_figure_after_word or is_word_after_figure or (is_name_after_word and is_cell):
            self._parts.append((" ", self._parts[-1][1]))

    def _add(self, text: str | None, context: _Context) -> None:
        if context.is_preformatted and text and "\n" in text:
            for number, line in enumerate(text.split("\n")):
                self._parts += [("\n", context)] if number else []
                self._add(line, context)
            return
        collapsed = _SPACES.sub(" ", text) if text else ""
        if collapsed and (self._parts or collapsed != " "):
            self._parts.append((collapsed, context))

    def _end(self, element: _Element) -> None:
        parts, self._parts = self._parts, []
        if not parts:
            return
        blocks: list[list[tuple[str, _Context]]] = [[]]
        breaks = 0
        for text, context in parts:
            blocks[-1].append((text, context))
            if text == "\n":
                breaks += 1
            elif text.strip(" "):
                breaks = 0
            if breaks == 2:
                blocks.append([])
                breaks = 0
        for block in blocks:
            self._append(element, block)

    def _append(self, element: _Element, parts: list[tuple[str, _Context]]) -> None:
        text = without_struck("".join([part for part, _ in parts]).replace(SOFT_HYPHEN, ""))
        if not text or text.isspace():
            return
        lines = [_SEVERAL_SPACES.sub(" ", line).strip(" ") for line in text.split("\n")]
        lines = [line for line in lines if line and not line.isspace()]
        sizes: dict[_Context, int] = {}
        for part, context in parts:
            if part and not part.isspace():
                sizes[context] = sizes.get(context, 0) + len(part)
        told = _prevailing(sizes)
        is_short = len(text) <= _MAXIMUM_META_CHARACTERS
        self.blocks.append(
            Block(
                element=element,
                lines=lines,
                link_characters=sum(size for context, size in sizes.items() if context.is_link),
                is_heading=told.is_heading and len(text) <= _MAXIMUM_HEADING_CHARACTERS,
                is_outside=told.is_outside,
                is_suspect=told.is_suspect,
                is_inserted=told.is_inserted,
                is_caption=told.is_caption,
                is_meta=told.is_meta and is_short and not is_sentence(lines[-1]),
                is_byline=told.is_byline,
                suspect=told.suspect if told.is_suspect else None,
            )
        )

    def _add_table(self, element: _Element, rows: list[list[Cell]], context: _Context) -> None:
        texts = [" | ".join(cell.text for cell in row) for row in rows]
        keys = [text_key("".join(cell.text for cell in row if not cell.is_repeat)) for row in rows]
        size = 1 if has_header(element) and len(rows) > 1 else 0
        links = sum(len(element_text(link)) for link in element.iter("a"))
        characters = max(sum(map(len, texts[size:])), 1)
        start = size
        caption = element.find("caption")
        above = [] if caption is None else [" ".join(element_text(caption).replace(SOFT_HYPHEN, "").split())]
        for part in split_rows(texts[size:], header=texts[:size]):
            block = Block(element=element, lines=[*filter(None, above), *texts[:size], *part])
            above = []
            # Other programs, with whose texts keys are compared, write a cell once.
            block.key = "".join((*keys[:size], *keys[start : start + len(part)]))
            start += len(part)
            block.link_characters = round(links / characters * len(block.text))
            block.is_outside, block.is_suspect = context.is_outside, context.is_suspect
            block.suspect = context.suspect
            self.blocks.append(block)


def _prevailing(sizes: Mapping[_Context, int]) -> _Context:
    """Return what is true of most of a block's text: the texts in each context have these sizes."""
    first = next(iter(sizes))
    if len(sizes) == 1:
        return first
    characters = sum(sizes.values())
    flags = {
        name: sum(size for context, size in sizes.items() if getattr(context, name)) * 2 > characters
        for name in _FLAGS
    }
    return _Context(**flags, suspect=first.suspect)


def page_blocks(tree: _Element) -> list[Block]:
    """Return the blocks of a page in its order."""
    body = tree.find("body")
    blocks = _Cutter().cut(tree if body is None else body)
    for block in blocks:
        block.is_heading = block.is_heading or _is_bold_heading(block)
    for above, block, below in zip(blocks, blocks[1:], blocks[2:], strict=False):
        if is_statement(above.text) and is_statement(below.text) and not below.is_heading:
            block.is_heading = block.is_heading or _is_bold_line(block)
    return blocks


def _is_bold_line(block: Block) -> bool:
    """Whether a block in bold has the shape of a heading; between two sentences it is one."""
    is_item = block.element.tag == "li"
    is_plain = not (is_item or block.is_meta or block.is_caption or block.is_inserted or block.is_link)
    is_line = len(block.lines) == 1 and len(block.text) <= _MAXIMUM_BOLD_CHARACTERS
    return is_plain and is_line and _is_bold(block) and _BOLD_LINE.fullmatch(block.text) is not None


def _is_bold_heading(block: Block) -> bool:
    """Whether a block in bold is an interview's question, a numbered name, or the time of an entry."""
    if len(block.lines) != 1 or len(block.text) > _MAXIMUM_HEADING_CHARACTERS:
        return False
    if not block.text.endswith(_QUESTION_MARKS) and not _BOLD_HEADING.fullmatch(block.text):
        return False
    return _is_bold(block)


def _is_bold(block: Block) -> bool:
    bold = block.element.iter("b", "strong")
    return any(text_key(element_text(child)) == block.key for child in bold)


def split_rows(rows: Sequence[str], *, header: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows in parts that are short enough for one passage with the header above each of them."""
    part: list[str] = []
    size = sum(map(len, header))
    for row in rows:
        if part and size + sum(map(len, part)) + len(row) > _MAXIMUM_TABLE_CHARACTERS:
            yield part
            part = []
        part.append(row)
    if part or header:
        yield part
