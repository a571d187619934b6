"""Reads the facts that single lines beside a story state: dates, bylines, editors, copyright, datelines."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from datetime import time as midnight
from typing import Any

from rag.reading.credit_labels import (
    AUTHOR_LABELS,
    COUNTS,
    DATE_LABEL,
    DATE_SUFFIX,
    EDITOR_LABELS,
    EVENT_LABEL,
    OTHER_ROLES,
    OUTLET_LABELS,
)
from rag.reading.dates import find_date, is_weekday, parse_written_date
from rag.reading.lines import BULLETS, is_sentence
from rag.reading.names import FILIPINO_BY, WROTE_BY, author_names, is_corporate, is_person
from rag.reading.places import is_place, is_section
from rag.reading.rights import find_prohibition

Facts = dict[str, Any]

_MAXIMUM_CHARACTERS = 300  # of a line that states facts

_CREDIT = re.compile(
    rf"(?:(?P<author>{AUTHOR_LABELS}|{WROTE_BY}|oleh|by|von|par|por|door)|(?P<editor>{EDITOR_LABELS})"
    rf"|(?P<source>{OUTLET_LABELS})|(?P<other>{OTHER_ROLES})"
    r"|(?P<license>lisensi|licen[cs]e))\s?[:：＝=／]\s?(?P<value>\S.{0,98}[^?!\"”])",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    rf"(?:(?P<author>oleh|by|{WROTE_BY}|par|von|por|door|autor(?:en|in)|(?:本报|本報)?(?:記者|记者)"
    rf"|{FILIPINO_BY}|propos recueillis par|(?:laporan )?(?:wartawan|kontributor) [^,:]{{2,40}},"
    r"|pewarta|reporter|penulis|โดย|द्वारा|מאת|كتبت? -)"
    r"|(?P<editor>editing by|edited by|disunting oleh|editor|redaktur))\s+(?P<value>\S.{1,98})",
    re.IGNORECASE,
)
_KOREAN_BYLINE = re.compile(
    r"(?P<name>[\uac00-\ud7a3]{2,4}) ?(?:[\uac00-\ud7a3]{2} ?)?기자(?:\s?\(?[\w.+-]{1,40}@[\w.-]{3,60}\)?)?"
)
_LABEL_ALONE = re.compile(
    rf"(?:(?P<author>{AUTHOR_LABELS}|oleh|by)|(?P<editor>{EDITOR_LABELS}))\s?[:：]?", re.IGNORECASE
)
# What stands between a name and the date: "Posted by Sari Wulandari on June 14, 2025".
_BEFORE_DATE = re.compile(
    r"(?:(?<!\s)\s++)(?:on|pada|am|le|el|em|il|op|den|tanggal)(?:\s[^\W\d_]{3,12})?\W*$",
    re.IGNORECASE,
)
_INITIALS_BEHIND = re.compile(r"/[a-z]{2,4}(?:\([a-z]{2,4}\))?$")  # Source: CNA/rw(sw)
# Degrees behind a name, such as "M.Si.", are no end of a sentence.
_DEGREES = re.compile(r"(?:,\s?(?:[A-Z][A-Za-z]{0,3}\.){1,3}[A-Z]?[a-z]{0,3}\.?){1,4}$")
_BETWEEN_CREDITS = re.compile(
    rf"(?:(?<!\s)\s++)?(?<!^penulis)[|;/•·,]\s*+(?=(?:{AUTHOR_LABELS}|{EDITOR_LABELS}|{OUTLET_LABELS}|{OTHER_ROLES}"
    r"|editing by)\b)"
    rf"|(?<![\s&])(?<!\bdan)\s++(?=(?:来源|來源|作者|记者|記者|責任編輯|編輯|{EDITOR_LABELS})\s?[:：])",
    re.IGNORECASE,
)
# Behind the names below these labels, Chinese pages write the date.
_LABELS_BEFORE_DATES = frozenset({"来源", "來源", "作者", "记者", "記者"})
_COPYRIGHT = re.compile(
    r"(?:copyright|hak cipta)\s?(?:©|\(c\))(?P<owner>.{0,100})"
    r"|(?:©|\(c\))(?P<owner_and_year>.{0,50}\b(?:19|20)\d\d\b.{0,50})"
    r"|[©ⓒ]\s?(?P<owner_alone>[^.!?©]{3,60})(?:\.\s?(?:all rights|semua hak|hak cipta|alle rechte)\b.{0,60})?"
    r"|版[权權]所有\s?(?:©|\(c\))?(?P<owner_in_chinese>.{0,60})"
    r"|[<\[]?저작권자\s?(?:\(c\)|[ⓒ©])?\s?(?P<owner_in_korean>[^,<>\[\]]{2,40})(?:,.{0,60})?[>\]]?"
    r"|.{0,30}©\s?hak ?cipta terpelihara(?P<owner_after_notice>.{0,80})"
    r"|(?:copyright|hak cipta)\s(?P<owner_after_year>.{0,20}\b(?:19|20)\d\d\b.{0,80})",
    re.IGNORECASE,
)
_NOT_OWNER = re.compile(
    r"\b(?:19|20)\d\d\b(?:\s?[-–]\s?(?:19|20)\d\d\b)?|\ball rights reserved\b"
    r"|(?:(?:\s[-–—])?\s(?:semua |seluruh )?hak|\bhak) (?:cipta )?dilindungi\b.*"
    r"|\.\s(?:dilarang|alle rechte)\b.*",
    re.IGNORECASE,
)
_FRAME = re.compile(r"(?:【纠错】\s?)?[【\[（(](.{3,100})[】\]）)]")
_BYLINE_OF_OUTLET = re.compile(
    r"(?P<names>[^|()\d]{4,80}?)\s{0,9}(?:\s[-–—|]\s(?P<outlet>[^|]{2,40})|\((?P<in_brackets>[^()]{2,40})\))?"
)
_CAPITALIZED = r"[^\W\d_a-z][\w.'’-]{1,20}(?: [^\W\d_a-z][\w.'’-]{1,20}){0,3}"
_NAMES_IN_BRACKETS = re.compile(rf"\({_CAPITALIZED}(?:[/,] ?{_CAPITALIZED}){{0,3}}\)")
# What is written with capitals at the end of a letter or a recipe.
_GREETING = re.compile(
    r"(?:terima kasih|semoga|hormat (?:kami|saya)|thank you|best regards)\b", re.IGNORECASE
)
_ROLE_FIRST = re.compile(rf"(?:{AUTHOR_LABELS}|{EDITOR_LABELS})\b", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+\.(?:com|co|id|net|org|my|info|news|tv)(?:\.\w{2,3})?", re.IGNORECASE)

# An agency in brackets has a letter; the years of a life and an age are none.
_DATELINE = re.compile(
    r"(?P<city>[^\W\d_][^()\n]{1,58}?) ?\((?=[^()\n]{0,39}[^\W\d_])(?![^()\n/,]{0,36}\b(?:1[5-9]|20)\d\d\b)"
    r"(?!\d{1,3}\s?(?:tahun|thn|th|years?|yrs?|jahre|ans|años|anos|anni|岁|歲|歳|세)\b)"
    r"(?P<agency>[^()\n]{2,40})\)(?:\.? ?[-–—]{1,2}|[.:]| :)(?=\s|$)"
)
_RUSSIAN_DATELINE = re.compile(
    r"(?P<city>[А-ЯЁ][А-ЯЁа-яё -]{1,40}), \d{1,2} [а-я]{3,9}\.?"
    r"(?: /(?P<agency>[^/\n]{2,30})/\.| [-–—] (?P<outlet>[А-ЯЁ][\w -]{1,30})\.)(?=\s|$)"
)
_KOREAN_DATELINE = re.compile(r"\((?P<city>[\uac00-\ud7a3·]{2,12})=(?P<agency>[\uac00-\ud7a3]{2,10})\)(?=\s)")
_DATELINE_OF_OUTLET = re.compile(
    r"(?:(?P<first>[A-Za-z][\w.]*\.(?i:com|co\.id|co|id|net|org)), (?P<city_after>[^\W\d_][\w .]{1,40}?)"
    r"|(?P<city>[^\W\d_][\w ./]{1,40}?), (?P<outlet>[A-Za-z][\w.]*\.(?i:com|co\.id|co|id|net|org)"
    r"|[A-Z]{2,}(?: [A-Z][a-z]+){0,2}))"
    r" ?(?:--|[-–—])(?=\s|$)"
)
_DATELINE_OF_CITY = re.compile(r"(?P<city>[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}) ?(?:--|[-–—])(?=\s|$)")
_DAY_IN_DATELINE = re.compile(r",[^,]*\d[^,]*$")  # "SHANGHAI, July 27 (KANTOR) --"
_CHINESE_DATELINE = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]{2}社|[\u4e00-\u9fff]{2,4}网)(?P<city>[\u4e00-\u9fff]{2,8}?)\d{1,2}月\d{1,2"
    r"}日[电電讯訊]"
    r"(?:[（(](?:记者|記者)\s?(?P<author>[^（）()]{2,30})[）)])?"
)
_TAIWANESE_DATELINE = re.compile(
    r"[（(](?P<agency>[\u4e00-\u9fff]{2,8}社)記者(?P<author>[\u4e00-\u9fff]{2,4}?)(?P<city>[\u4e00-\u9fff]{2})"
    r"\d{1,2}日(?:專)?電[）)]"
)


# Not between a day and its time of day: 4/3/2025 - 18:20.
_BETWEEN_PARTS = re.compile(
    r"(?<!\s)\s*+(?:[|·•∙⋅]|/(?!\d))\s*+(?!\d\d?[:.]\d\d)|(?<!\s)\s++[-–—]\s++(?!\d\d?[:.]\d\d)"
)
_OPENING = re.compile(
    r"\W{0,3}(?P<date>(?:\d{4}-\d\d-\d\d|[^\n|:]{2,50}?(?<!\d)(?:19|20)\d\d))(?!\d|:\d)"
    r"(?:(?:\s\([A-Za-z]{2,20}\))?\.?\s?[-–—|:)]|\.\s(?=[A-Z„\"“]))"
)
_OPENING_WORDS = 3  # beside the date


def line_facts(line: str) -> Facts | None:
    """Return the facts in a line beside the body: none for a reading time, None for any other text.

    >>> line_facts("Pewarta: Siti Rahma")
    {'author': ['Siti Rahma']}
    """
    line = line.strip(BULLETS)
    if len(line) > _MAXIMUM_CHARACTERS:
        return {} if find_prohibition(line) else None
    if framed := _FRAME.fullmatch(line):
        line = framed[1]
    if (facts := _credits(line)) is not None:
        return facts
    if is_copyright(line):
        return {"owner": stated_owner(line)}
    without_time = COUNTS.sub("", line).strip(BULLETS)
    if line and not without_time:
        return {}
    dated = _dated(without_time)
    return dated if dated is not None else ({} if find_prohibition(line) else None)


def is_copyright(line: str) -> bool:
    """Whether a line is a copyright line."""
    return len(line) <= _MAXIMUM_CHARACTERS and _COPYRIGHT.fullmatch(line) is not None


def stated_owner(line: str) -> str | None:
    """Return the owner whom a copyright line names."""
    notice = _COPYRIGHT.fullmatch(line)
    owner = next((owner for owner in notice.groups() if owner), "") if notice else ""
    return _NOT_OWNER.sub("", owner).strip(BULLETS + ".©") or None


def _dated(line: str) -> Facts | None:
    """Return the date in a line, and the time of the last change behind it."""
    for label in DATE_LABEL.finditer(line):
        first, second = line[: label.start()].strip(BULLETS + "(["), line[label.start() :].rstrip(")] ")
        if not (_has_digit(first) and _has_digit(second)):
            continue
        dated, other = _one_date(first), _one_date(second) or {}
        if label["updated_at"]:
            return dated and {**{name: other[name] for name in other if name == "updated_at"}, **dated}
        if dated and "updated_at" in dated:
            return {**other, **dated}
    return _one_date(line)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _one_date(line: str) -> Facts | None:
    label = DATE_LABEL.match(line) or DATE_SUFFIX.search(line)
    name = "updated_at" if label and label["updated_at"] else "published_at"
    text = line[: label.start()] + line[label.end() :] if label else line
    if EVENT_LABEL.match(line):
        return None
    if time := parse_written_date(text):
        return {name: time}
    found = find_date(text)
    if found is None:
        return None
    time, rest = found[0], DATE_LABEL.sub("", found[1], count=1)
    words = rest.strip(BULLETS + "/").split()
    beside = _beside_date(" ".join(words[:-1] if words and is_weekday(words[-1]) else words))
    return None if beside is None else {name: time, **beside}


def part_facts(line: str, *, is_marked: bool = False) -> Facts | None:
    """Return the date in a part of a line between bars or dots, or anywhere in a line that is marked.

    >>> part_facts("Sari Wulandari · 27 Juli 2025 · Kota")["published_at"].date().isoformat()
    '2025-07-27'
    """
    for part in _BETWEEN_PARTS.split(line):
        facts = _dated(part.strip(BULLETS))
        if facts and "published_at" in facts:
            return {"published_at": facts["published_at"]}
    found = find_date(line) if is_marked and not DATE_LABEL.search(line) else None
    return {"published_at": found[0]} if found else None


def opening_date(paragraph: str) -> datetime | None:
    """Return the date with which a story opens, before a dash, a bar or a full stop, alone or behind a place.

    >>> opening_date("Melati, 27. Juli 2025 – Der Rat hat beschlossen").date().isoformat()
    '2025-07-27'
    """
    opening = _OPENING.match(paragraph)
    found = find_date(opening["date"]) if opening else None
    if found is None or len(found[1].split()) > _OPENING_WORDS or _has_digit(found[1]):
        return None
    return found[0]


def _beside_date(rest: str) -> Facts | None:
    """Return the facts beside a date on one line; None if the rest is a text, not a name or a place."""
    if _DOMAIN.fullmatch(rest) or (is_corporate(rest) and len(rest.split()) <= 4):
        return {"outlet": rest}
    if rest.replace(" ", "").isdecimal():  # numbers of readers and comments, or the same date once more
        return {}
    if len(rest.split()) > 4 or len(rest) > 40 or is_sentence(rest):
        return None
    names = [name for name in author_names(rest) if is_person(name)]
    if names and not is_place_or_section(rest):
        return {"byline": names}
    return {} if rest.istitle() or rest.isupper() or not rest else None


def _credits(line: str) -> Facts | None:
    """Return the facts in a line of credits: none if it credits a translator or the like alone."""
    facts: Facts = {}
    parts = _BETWEEN_CREDITS.split(line)
    for part in parts:
        found = _credit(part.strip(BULLETS))
        if found is None and len(parts) > 1:
            found = _dated(part.strip(BULLETS))
        if found is None:
            return None
        facts = found | facts
    return facts


def _credit(part: str) -> Facts | None:
    if credit := _CREDIT.fullmatch(part):
        name = next(filter(credit.group, ("author", "editor", "source", "license", "other")))
        if name == "other":
            return {}
        dated = find_date(credit["value"]) if credit[name] in _LABELS_BEFORE_DATES else None
        value = dated[1] if dated else credit["value"]
        time: Facts = {"published_at": dated[0]} if dated else {}
        if name != "author":
            return {name: _INITIALS_BEHIND.sub("", value.strip(" .")), **time}
        names = author_names(value)
        return {**({"author": names} if names else {}), **time}
    if korean := _KOREAN_BYLINE.fullmatch(part):
        return {"author": [korean["name"]]}
    byline = _BYLINE.fullmatch(part)
    if byline is None or is_sentence(_DEGREES.sub("", byline["value"])):
        return None
    dated = None if DATE_LABEL.search(byline["value"]) else find_date(byline["value"])
    value = _BEFORE_DATE.sub("", dated[1]) if dated else byline["value"]
    names = _without_places(author_names(value), value)
    if not names or not all(is_person(name) or is_corporate(name) for name in names):
        return None
    facts: Facts = {"author": names} if byline["author"] else {"editor": ", ".join(names)}
    return facts | ({"published_at": dated[0]} if dated else {})


def _without_places(names: list[str], value: str) -> list[str]:
    """Return names without the city or the agency of one word that stands behind a comma or a stroke."""
    *persons, last = names or [""]
    before = value.removesuffix(last).rstrip() if value.endswith(last) else ""
    is_behind = persons and all(map(is_person, persons)) and before.endswith((",", "/"))
    return persons if is_behind and len(last.split()) == 1 and not is_corporate(last) else names


def label_alone(line: str) -> str | None:
    """Return the field whose value stands on the next line, for a line such as "Reporter"."""
    match = _LABEL_ALONE.fullmatch(line)
    return next((name for name in ("author", "editor") if match[name]), None) if match else None


def is_date_label(line: str) -> bool:
    """Whether a line says that the date of publication stands on the next one."""
    match = DATE_LABEL.fullmatch(line)
    return match is not None and not match["updated_at"]


def byline_facts(line: str) -> Facts | None:
    """Return the facts in an unlabelled line between title and body: names, and perhaps their outlet.

    >>> byline_facts("Sari Wulandari - detikNews")
    {'byline': ['Sari Wulandari'], 'outlet': 'detikNews'}
    """
    line = line.strip(BULLETS)
    match = _BYLINE_OF_OUTLET.fullmatch(line) if len(line) <= _MAXIMUM_CHARACTERS else None
    names = author_names(match["names"]) if match else []
    if not match or not names or not all(map(is_person, names)) or is_place_or_section(match["names"]):
        return None
    outlet = (match["outlet"] or match["in_brackets"] or "").strip()
    is_outlet = outlet and not (_has_digit(outlet) or ":" in outlet or _ROLE_FIRST.match(outlet))
    return {"byline": names, **({"outlet": outlet} if is_outlet else {})}


def is_place_or_section(line: str) -> bool:
    """Whether a line has the shape of a name, but names a place or a section: "Jawa Barat", "Gaya Hidup"."""
    return is_place(line) or is_section(line)


def names_alone(line: str) -> Facts | None:
    """Return the facts in a line below a story that is nothing but names: none if they are first names alone.

    >>> names_alone("Andi Wijaya"), names_alone("(Wulandari/Raka)"), names_alone("(Andi Wijaya/Raka)")
    ({'byline': ['Andi Wijaya']}, {}, {'byline': ['Andi Wijaya']})
    >>> names_alone("Terima Kasih"), names_alone("Harga belum termasuk pajak"), names_alone("- Andi Wijaya")
    (None, None, None)
    """
    if _NAMES_IN_BRACKETS.fullmatch(line):
        names = [name for name in author_names(line.strip("()")) if is_person(name)]
        return {"byline": names} if names else {}
    is_bare = line == line.strip(BULLETS) and not _GREETING.match(line)
    return byline_facts(line) if is_bare else None


def dateline_facts(paragraph: str) -> Facts:
    """Return the place and the agency with which a story opens.

    >>> dateline_facts("MELATI, KOMPAS.com - Pemerintah kota")
    {'dateline': 'MELATI', 'outlet': 'KOMPAS.com'}
    """
    if match := _DATELINE.match(paragraph):
        return {
            "dateline": _DAY_IN_DATELINE.sub("", match["city"]).strip(),
            "outlet": match["agency"].split("/")[0].strip(),
        }
    if match := _DATELINE_OF_OUTLET.match(paragraph):
        return {"dateline": match["city"] or match["city_after"], "outlet": match["outlet"] or match["first"]}
    if match := _RUSSIAN_DATELINE.match(paragraph) or _KOREAN_DATELINE.match(paragraph):
        return {"dateline": match["city"], "outlet": match.groupdict().get("outlet") or match["agency"]}
    if match := _CHINESE_DATELINE.match(paragraph) or _TAIWANESE_DATELINE.match(paragraph):
        authors = author_names(match["author"] or "")
        return {
            "dateline": match["city"],
            "outlet": match["agency"],
            **({"author": authors} if authors else {}),
        }
    match = _DATELINE_OF_CITY.match(paragraph)
    if match is None:
        return {}
    return {"outlet" if _DOMAIN.fullmatch(match["city"]) else "dateline": match["city"]}


def is_dateline_alone(line: str) -> bool:
    """Whether a line is nothing but a dateline, such as "Melati, CNN Indonesia --"."""
    patterns = (_DATELINE, _DATELINE_OF_OUTLET, _DATELINE_OF_CITY)
    return len(line) <= _MAXIMUM_CHARACTERS and any(pattern.fullmatch(line) for pattern in patterns)


def is_day_alone(facts: Facts) -> bool:
    """Whether facts state a day without a time of day and without an author."""
    times = [facts[name] for name in ("published_at", "updated_at") if name in facts]
    return (
        bool(times)
        and "author" not in facts
        and all(time.tzinfo is UTC and time.time() == midnight() for time in times)
    )


def first_facts(found: Iterator[Facts]) -> Facts:
    """Merge facts; if one is stated twice, the first counts."""
    merged: Facts = {}
    for facts in found:
        merged = facts | merged
    return merged
