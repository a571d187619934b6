"""The lines of a page: what readers of text and of markup hand to `story.py`, and what a line looks like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_INVISIBLE = "\ufeff\u200b"
_SENTENCE_MARKS = ".!?…。！？؟।"
_AFTER_MARK = " \t\n\"”»』」’'）)]"
_INITIALS_AT_END = re.compile(r"\s?\([A-Za-z]{2,5}(?:[/-][A-Za-z]{2,5}){0,3}\)$")
_LONG_CHARACTERS = 160
_WRAPPED_CHARACTERS = 100  # the longest line of hard-wrapped text
_MARK = re.compile(r"[#*_=~•·–—-]{3,99}|(?:\* ){2,9}\*|[-–—] ?\d{1,4} ?[-–—]")
_LONG_CHARACTERS_WITHOUT_SPACES = 60
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

BULLETS = " -–—•*|·∙⋅,>»▪●"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a page. In markup, a line is a block, or a part of a block between line breaks.

    A line without text stands for the end of a block. `is_link` means that all of its text is in links,
    `is_mostly_link` that most of it is.
    `is_aside` means that the markup calls it a caption, a date or a byline; such a line is never a paragraph.
    `is_in_paragraph` means that the markup calls the lines around it one paragraph, `is_item` that the line
    is an item of a list, `is_source` that it says whose words a quotation is.
    """

    text: str = ""
    is_heading: bool = False
    is_link: bool = False
    is_mostly_link: bool = False
    is_aside: bool = False
    is_in_paragraph: bool = False
    is_item: bool = False
    is_source: bool = False

    @cached_property
    def clean(self) -> str:
        """The text with single spaces."""
        return " ".join(trim(self.text).split())


def trim(text: str) -> str:
    """Strip white space and invisible characters from both ends."""
    return text.strip().strip(_INVISIBLE).strip()


def is_sentence(text: str) -> bool:
    """Whether a line ends like a sentence, or is too long for a headline.

    >>> is_sentence("Harga naik menjadi 25.000 rupiah."), is_sentence("Harga cabai turun tajam")
    (True, False)
    """
    text = _INITIALS_AT_END.sub("", text)
    return text.rstrip(_AFTER_MARK).endswith(tuple(_SENTENCE_MARKS)) or is_long(text)


def is_statement(text: str) -> bool:
    """Whether a line ends with a full stop: a headline may end with a question or a call, not with this."""
    end = _INITIALS_AT_END.sub("", text).rstrip(_AFTER_MARK)
    return end.endswith((".", "。", "।")) and not end.endswith(("...", "…"))


def is_paragraph(text: str) -> bool:
    """Whether a line can only be a paragraph. A question may be a headline as well."""
    return is_statement(text) or is_long(text)


def is_long(text: str) -> bool:
    """Whether a line is longer than headlines are. Scripts that write no spaces need fewer characters."""
    has_spaces = len(_SPACELESS.findall(text)) * 2 < len(text)
    return len(text) > (_LONG_CHARACTERS if has_spaces else _LONG_CHARACTERS_WITHOUT_SPACES)


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines are hard-wrapped, not one paragraph each: they are short, and some break a sentence."""
    *others, _ = lines
    is_narrow = all(len(line) <= _WRAPPED_CHARACTERS for line in others)
    return is_narrow and not all(is_sentence(line) for line in others)


def is_mark(line: str) -> bool:
    """Whether a line only divides or ends a text, or is the number of a printed page.

    >>> is_mark("###"), is_mark("- 3 -"), is_mark("2025")
    (True, True, False)
    """
    return _MARK.fullmatch(line) is not None


def filled_numbers(lines: Sequence[Line]) -> list[int]:
    """Return the numbers of the lines that have text."""
    return [number for number, line in enumerate(lines) if line.clean]
