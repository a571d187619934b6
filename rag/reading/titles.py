"""Chooses the title among the lines above the date of a page."""

import re
from collections.abc import Sequence

from rag.reading.furniture import is_furniture
from rag.reading.lines import Line, is_statement

_MAXIMUM_TITLE_CHARACTERS = 200
_MINIMUM_TITLE_WORDS = 4
_SEPARATORS = ("|", "-", "–", "—", "·", "•")  # between a title and its outlet
NOT_TITLE = re.compile(
    r"siaran pers|press release|(?:pers )?rilis(?: pers)?|breaking news|eksklusif|exclusive|opini|opinion"
    r"|news|berita"
    r"|(?:nomor|no|number|ref|lampiran|perihal|kepada|hal|to|from|date|tanggal)\b\.?\s?:.*"
    r"|(?:untuk (?:diterbitkan|dirilis|disiarkan)|for (?:immediate )?release)\b.*",
    re.IGNORECASE,
)


def choose_title(lines: Sequence[Line], numbers: list[int]) -> int | None:
    """Return the line that is the title among those above the date: not a breadcrumb, not a label."""
    candidates = [number for number in numbers if may_be_title(lines[number].clean)]
    long = [number for number in candidates if _has_words(lines[number].clean)]
    if long:
        first = lines[long[0]].clean  # perhaps that of the browser: "Title | Outlet"
        others = ((number, lines[number].clean) for number in long[1:])
        repeated = (
            number
            for number, line in others
            if first.startswith(line) and first[len(line) :].lstrip()[:1] in _SEPARATORS
        )
        return next(repeated, long[0])
    return max(candidates, key=lambda number: len(lines[number].clean), default=None)


def _has_words(line: str) -> bool:
    return len(line.split()) >= _MINIMUM_TITLE_WORDS or (not line.isascii() and len(line) >= 10)


def may_be_title(line: str) -> bool:
    """Whether a line has the shape of a title: no breadcrumb, no furniture, no sentence."""
    is_path = ">" in line or "»" in line or "›" in line
    is_short = len(line) <= _MAXIMUM_TITLE_CHARACTERS
    return is_short and not (is_path or is_statement(line) or is_furniture(line) or NOT_TITLE.fullmatch(line))
