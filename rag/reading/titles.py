"""Chooses the title among the lines above the date of a page, and reads first names below it."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rag.reading.credits import Facts, dateline_facts, is_place_or_section
from rag.reading.furniture import is_furniture
from rag.reading.lines import Line, is_long, is_paragraph, is_sentence, is_statement
from rag.reading.names import is_pseudonym, names_section

_MAXIMUM_TITLE_CHARACTERS = 200
_MINIMUM_TITLE_WORDS = 4
_SEPARATORS = ("|", "-", "–", "—", "·", "•")  # between a title and its outlet
NOT_TITLE = re.compile(
    r"(?:siaran pers|(?:press|media|news) release|(?:pers )?rilis(?: pers| media)?|pressemitteilung"
    r"|communiqué de presse|nota de prensa|comunicado(?: de (?:prensa|imprensa))?|persbericht)"
    r"(?:[ ,.:]{1,3}(?:nomor|no|number|nr|n[º°])\b.{0,60})?"
    r"|(?:embargo(?:ed)?|sperrfrist)\b.{0,80}|(?:pesan )?diteruskan(?: berkali-kali)?"
    r"|forwarded(?: many times)?|breaking news|eksklusif|exclusive|opini|opinion"
    r"|news|berita"
    r"|(?:nomor|no|number|ref|lampiran|perihal|kepada|hal|to|from|date|tanggal)\b\.?\s?:.*"
    r"|(?:untuk (?:diterbitkan|dirilis|disiarkan)|for (?:immediate )?release)\b.*",
    re.IGNORECASE,
)

_TITLE_LABEL = re.compile(
    r"(?:judul(?: berita)?|title|headline|titel|überschrift|título|titre|titolo|العنوان|标题|標題|タイトル)"
    r"\s?[:：]\s{0,9}(?=\S)",
    re.IGNORECASE,
)
_LEAD_CHARACTERS = 60
_EDGE_LINES = 20
_LONGER_THAN_TITLE = 1.25


def stated_title(line: str) -> str:
    """Return a title without its label, and without the asterisks of bold text in a message or of a note.

    >>> stated_title("*Panen kopi naik*"), stated_title("Judul: Panen kopi naik")
    ('Panen kopi naik', 'Panen kopi naik')
    """
    return _TITLE_LABEL.sub("", line.strip("*"), count=1).strip("*")


def choose_title(lines: Sequence[Line], numbers: list[int]) -> int | None:
    """Return the line that is the title among those above the date: not a breadcrumb, not a label."""
    candidates = [number for number in numbers if may_be_title(lines[number].clean)]
    long = [number for number in candidates if has_words(lines[number].clean)]
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


def has_words(line: str) -> bool:
    """Whether a line is as long as a headline, also in a script without spaces."""
    return len(line.split()) >= _MINIMUM_TITLE_WORDS or (not line.isascii() and len(line) >= 10)


def may_be_title(line: str) -> bool:
    """Whether a line has the shape of a title: no breadcrumb, no furniture, no sentence."""
    is_path = ">" in line or "»" in line or "›" in line or line.count(" / ") > 1
    is_short = len(line) <= _MAXIMUM_TITLE_CHARACTERS
    return is_short and not (is_path or is_statement(line) or is_furniture(line) or NOT_TITLE.fullmatch(line))


def title_after(
    lines: Sequence[Line], numbers: list[int], *, facts: Mapping[int, Mapping[str, object]]
) -> int | None:
    """Return the first line if it stands alone above longer text, as under the head of a press release.

    It may also stand between the date and a sentence that is a good deal longer.
    """
    titles = ((one, two) for one, two in pairwise(numbers[:4]) if not NOT_TITLE.fullmatch(lines[one].clean))
    first, second = next(titles, (None, None))
    if first is None or second is None:
        return None
    is_alone = second > first + 1 and (first == 0 or not lines[first - 1].clean)
    below = lines[second].clean
    is_below_date = "published_at" in facts.get(first - 1, {}) and is_statement(below)
    is_alone = is_alone or (is_below_date and len(below) > len(lines[first].clean) * _LONGER_THAN_TITLE)
    is_title = is_alone and may_be_title(lines[first].clean) and not is_sentence(lines[first].clean)
    return first if is_title and len(lines[second].clean) > len(lines[first].clean) else None


def plain_title(lines: Sequence[Line], filled: list[int]) -> int | None:
    """Return the title of a text without header: its first line, or the line alone above the lead.

    The first line is the title if it is short, has no full stop, and stands alone above a longer text.
    """
    if len(filled) < 2 or not may_be_title(lines[filled[0]].clean):
        return title_above_lead(lines, filled)
    title, *others = (lines[number].clean for number in filled)
    if filled[1] == filled[0] + 1:
        return title_above_lead(lines, filled)
    is_lead = is_long(title) or bool(dateline_facts(title).get("outlet"))
    return None if is_lead or sum(map(len, others)) <= len(title) else filled[0]


def title_above_lead(lines: Sequence[Line], filled: list[int]) -> int | None:
    """Return the line directly above the first paragraph, as below the letterhead of a press release.

    A blank line stands between the two.
    """
    edge = filled[:_EDGE_LINES]
    leads = (place for place, number in enumerate(edge) if _is_lead(lines[number].clean))
    place = next(leads, 0)
    if not place or edge[place] == edge[place - 1] + 1:
        return None
    line = lines[edge[place - 1]].clean
    is_title = may_be_title(line) and has_words(line) and not is_sentence(line)
    return edge[place - 1] if is_title else None


def _is_lead(line: str) -> bool:
    return is_paragraph(line) and (len(line) >= _LEAD_CHARACTERS or is_long(line))


def first_names(line: str) -> Facts | None:
    """Return the names in a line between title and date that consists of first names beside a bar.

    >>> first_names("Raka | Sari"), first_names("Nasional | Ekonomi")
    ({'byline': ['Raka', 'Sari']}, None)
    """
    names = [name.strip() for name in line.split("|")]
    are_names = all(name.istitle() and is_pseudonym(name) for name in names)
    are_names = are_names and not any(is_place_or_section(name) or names_section(name) for name in names)
    return {"byline": names} if 2 <= len(names) <= 3 and are_names else None
