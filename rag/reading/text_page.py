"""Reads a plain text page: a news agency's page in Indonesian or English, or any other text.

A news page has a title, a date line ("- Minggu, 27 Juli 2025 13:27 WIB"), a reading time, a body that opens
with a dateline ("Kota (KANTOR) – …"), credits ("Pewarta: …"), a copyright line, and perhaps a licence and a
notice of rights. Page furniture follows: comments and headlines of other stories, which are not part of the
article.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, takewhile
from typing import Any

from rag.errors import ReadingError
from rag.reading.dates import parse_written_date
from rag.reading.page import Page
from rag.reading.rights import find_prohibition

Facts = dict[str, Any]

_EDGE_LINES = 8  # the lines beside the body that are searched for a date, credits and so on
_MAXIMUM_TITLE_CHARACTERS = 200
_WRAPPED_CHARACTERS = 100  # the longest line of hard-wrapped text
_SENTENCE_ENDS = tuple('.!?…。！？؟।"”»』」')
_INVISIBLE = "\ufeff\u200b"
_BULLETS = " -–—•*|·,"

_READING_TIME = re.compile(
    r"(?:waktu baca|reading time)\s?:?\s?\d{1,3} (?:menit|min(?:ute)?s?)\b"
    r"|\b\d{1,3} (?:min(?:ute)? read|menit baca)",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(
    r"(?:(?P<updated_at>diperbarui|(?:last )?updated)|diterbitkan|published|posted|tayang)\b\s?:?",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:(?P<author>pewarta|reporter|penulis|wartawan|oleh|author|by)|(?P<editor>editor|redaktur|penyunting)"
    r"|(?P<license>lisensi|licen[cs]e))\s?:\s?(?P<value>\S.{0,98}[^?!\"”])",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:copyright|hak cipta)\s?(?:©|\(c\))(?P<owner>.{0,100})"
    r"|(?:©|\(c\))(?P<owner_and_year>.{0,50}\b(?:19|20)\d\d\b.{0,50})",
    re.IGNORECASE,
)
_NOT_OWNER = re.compile(
    r"\b(?:19|20)\d\d\b|\ball rights reserved\b|\bhak cipta dilindungi\b.*", re.IGNORECASE
)
_FURNITURE = re.compile(
    r"(?:\d+ )?(?:komentar|comments?)(?: \(\d+\))?|(?:berita|artikel) (?:terkait|lainnya)"
    r"|related (?:news|stories|articles)|rekomendasi(?: lain(?:nya)?| untuk anda)?"
    r"|(?:other )?recommendations?|recommended(?: for you)?"
    r"|baca juga|read also|terpopuler|most (?:popular|read)",
    re.IGNORECASE,
)
_OTHER_STORY = re.compile(
    r"(?:(?:baca|lihat|simak) juga|read also|also read|related news)\s?:", re.IGNORECASE
)
_DATELINE = re.compile(r"(?P<city>[^\W\d_][^()\n]{1,58}?) ?\((?P<agency>[^()\n]{2,40})\) ?[-–—]{1,2}\s")
_DAY_IN_DATELINE = re.compile(r",[^,]*\d[^,]*$")  # "SHANGHAI, July 27 (KANTOR) --"


def read_text_page(text: str, *, title: str | None = None) -> Page:
    """Return the page's fields; give `title` if it is already known and not a line of `text`.

    Raises ReadingError if no body is left.
    """
    source_lines = _trim(text).split("\n")
    lines = [_clean(line) for line in source_lines]
    filled = [number for number, line in enumerate(lines) if line]
    header = _facts(lines, filled[title is None :][:_EDGE_LINES])
    end, is_news = _body_end(lines, has_header=bool(header))
    facts = header | _credits(lines, [number for number in filled if 0 < number < end])
    has_title = title is None and _has_title(lines, facts)
    body = ["" if number in facts else source_lines[number] for number in range(int(has_title), end)]
    paragraphs = [
        paragraph
        for paragraph in _paragraphs(body, is_news=is_news, is_one_per_line="" not in lines)
        if not (_OTHER_STORY.match(paragraph) and is_news) and not find_prohibition(paragraph)
    ]
    if not paragraphs:
        raise ReadingError("the page holds no article: nothing is left without title and page furniture")
    facts |= _facts(lines, _after_body(lines[end:], start=end))
    fields = _fields(facts.values(), paragraphs) | {"title": lines[0] if has_title else title or ""}
    return Page(fields=fields, prohibition=find_prohibition(text))


def _body_end(lines: list[str], *, has_header: bool) -> tuple[int, bool]:
    """Return the number of the first line after the body, and whether this is a news page.

    Only a news page has page furniture. In another text, a line "Komentar" belongs to the author's text.
    """
    copyrights = [number for number, line in enumerate(lines) if number and _COPYRIGHT.fullmatch(line)]
    if not (has_header or copyrights):
        return len(lines), False
    headings = [number for number, line in enumerate(lines) if number and _is_furniture(line)]
    return min([*copyrights, *headings, len(lines)]), True


def _after_body(lines: list[str], *, start: int) -> list[int]:
    before_furniture = takewhile(lambda line: not _is_furniture(line), lines)
    return [number for number, line in enumerate(before_furniture, start) if line][:_EDGE_LINES]


def _is_furniture(line: str) -> bool:
    return bool(_FURNITURE.fullmatch(line.strip(_BULLETS + ":")))


def _credits(lines: list[str], numbers: list[int]) -> dict[int, Facts]:
    """Return the facts in the last lines of the body. Reading upwards, stop at the first paragraph."""
    facts = _facts(lines, numbers[-_EDGE_LINES:])
    trailing = set(takewhile(facts.__contains__, reversed(numbers)))
    return {number: facts[number] for number in facts if number in trailing}


def _facts(lines: list[str], numbers: Iterable[int]) -> dict[int, Facts]:
    found = {number: _line_facts(lines[number].strip(_BULLETS)) for number in numbers}
    return {number: facts for number, facts in found.items() if facts is not None}


def _line_facts(line: str) -> Facts | None:
    """Return the facts in a line beside the body: none for a reading time, None for a paragraph.

    >>> _line_facts("Pewarta: Siti Rahma")
    {'author': 'Siti Rahma'}
    """
    if credit := _CREDIT.fullmatch(line):
        return {_credit_name(credit): credit["value"]}
    if notice := _COPYRIGHT.fullmatch(line):
        owner = _NOT_OWNER.sub("", notice["owner"] or notice["owner_and_year"] or "").strip(_BULLETS + ".")
        return {"owner": owner or None}
    without_time = _READING_TIME.sub("", line).strip(_BULLETS)
    if line and not without_time:
        return {}
    label = _DATE_LABEL.match(without_time)
    date = parse_written_date(without_time[label.end() :] if label else without_time)
    if date:
        return {"updated_at" if label and label["updated_at"] else "published_at": date}
    return {} if find_prohibition(line) else None


def _credit_name(credit: re.Match[str]) -> str:
    return next(name for name in ("author", "editor", "license") if credit[name])


def _has_title(lines: list[str], facts: Mapping[int, Facts]) -> bool:
    first, *others = lines
    if len(first) > _MAXIMUM_TITLE_CHARACTERS or not others or _DATELINE.match(first):
        return False
    return 1 in facts or not others[0] or not first.endswith(_SENTENCE_ENDS)


def _paragraphs(lines: list[str], *, is_news: bool, is_one_per_line: bool) -> Iterator[str]:
    """Yield each line of a news page or of a page without blank lines; otherwise each block of lines."""
    blocks = [list(block) for is_filled, block in groupby(lines, key=_is_filled) if is_filled]
    for block in blocks:
        is_one = len(blocks) > 1 and _is_wrapped(block) if is_news else not is_one_per_line
        yield from map(_trim, ["\n".join(block)] if is_one else block)


def _is_filled(line: str) -> bool:
    return bool(_clean(line))


def _clean(line: str) -> str:
    return " ".join(_trim(line).split())


def _trim(text: str) -> str:
    return text.strip().strip(_INVISIBLE).strip()


def _is_wrapped(block: list[str]) -> bool:
    """Whether lines are hard-wrapped, not one paragraph each: they are short, and some break a sentence."""
    *others, _ = block
    is_narrow = all(len(line) <= _WRAPPED_CHARACTERS for line in others)
    return is_narrow and not all(line.endswith(_SENTENCE_ENDS) for line in others)


def _fields(facts: Iterable[Facts], paragraphs: list[str]) -> Facts:
    """Return the record's fields; if a fact is stated twice, the first counts."""
    found: Facts = {}
    for line_facts in facts:
        found = line_facts | found
    dateline = _DATELINE.match(paragraphs[0])
    agency = dateline["agency"].split("/")[0].strip() if dateline else None
    city = _DAY_IN_DATELINE.sub("", dateline["city"]).strip() if dateline else None
    metadata = {"dateline": city, "editor": found.get("editor"), "license": found.get("license")}
    return {
        "paragraphs": paragraphs,
        "outlet": agency or found.get("owner"),
        "author": found.get("author"),
        "published_at": found.get("published_at"),
        "updated_at": found.get("updated_at"),
        "metadata": {name: value for name, value in metadata.items() if value},
    }
