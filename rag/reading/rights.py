"""Finds the line with which a page forbids indexing for AI, and refuses such pages."""

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from rag.errors import RightsError
from rag.reading.paragraphs import split_paragraphs

# A notice forbids (_BAN) machine use (_MACHINE) of the site that shows it (_THIS_SITE). A notice that does
# not name the site forbids emphatically (_EMPHATIC) and mentions permission (_CONSENT). News about a ban is
# not a notice: it has an active verb ("melarang"), quotes the ban, or says who announced it (NEWS_REPORT).
_MACHINE = re.compile(
    # An index of prices or of the air is no machine use, but to index is.
    r"crawl|(?<!sky)scrap(?:e|ing)|\b(?:meng|di|ter)indeks|pengindeksan|\b(?:dilarang|boleh) indeks"
    r"|\bindeks(?=(?:asi|ing)\b| otomatis\b)|\bre-?index|\bindex(?=ing\b|ed\b|ation\b|ers?\b)"
    r"|(?:\b(?:to|not|or|and)|,) index\b"
    r"(?! (?:funds?|tables?|numbers?|values?|levels?|points?|cards?|fingers?)\b)"
    r"|\bindex(?= (?:this|our|any|these|it|them|its|or|and|content|pages?)\b)"
    r"|data mining|penambangan (?:teks|data)"
    r"|(?:melatih|pelatihan|\btrain)[^.]{0,60}(?:\bAI\b|kecerdasan|intelligence|machine learning|model)",
    re.IGNORECASE,
)
# Each notice about machine use has one of these: most texts have none, and need no more tests.
_WORDS_OF_MACHINES = (
    *("crawl", "scrap", "indeks", "index", "data mining"),
    *("penambangan", "melatih", "pelatihan", "train"),
)
_BAN = re.compile(
    r"\bdilarang\b|\btidak (?:boleh|diperbolehkan|diperkenankan|diizinkan)\b"
    r"|\b(?:prohibited|forbidden|not (?:permitted|allowed)|(?:may|must|shall) not|do not)\b",
    re.IGNORECASE,
)
_THIS_SITE = re.compile(
    r"\b(?:situs|website|laman|halaman|portal|konten) (?:web |berita )?(?:ini|kami)\b"
    r"|\b(?:this|our) (?:news )?(?:web ?site|site|web ?page|page|portal|content|publication)\b",
    re.IGNORECASE,
)
_EMPHATIC = re.compile(
    r"\bdilarang keras\b|^dilarang\b|\b(?:strictly|expressly) (?:prohibited|forbidden)\b", re.IGNORECASE
)
_CONSENT = re.compile(
    r"\btanpa (?:\w+ ){0,3}(?:izin|ijin|persetujuan)\b"
    r"|\bwithout [^.]{0,60}(?:permission|consent|authori[sz]ation)\b",
    re.IGNORECASE,
)
NEWS_REPORT = re.compile(
    r"\b(?:kata|ujar|ucap|tutur|menurut|mengatakan|menyatakan|mengumumkan|menyebut|melaporkan"
    r"|said|says|according to|announced|reported|told)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'["“«][^"“”«»]*["”»]')
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_DIRECTIVES_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_NOTICE_LINES = 3  # the most lines over which a notice is wrapped
_SHOWN_CHARACTERS = 300


def find_prohibition(text: str) -> str | None:
    r"""Return the sentence of `text` that forbids indexing it for AI, or None.

    >>> find_prohibition("Isi.\n\nDilarang keras mengindeks situs ini untuk AI tanpa izin tertulis.")
    'Dilarang keras mengindeks situs ini untuk AI tanpa izin tertulis.'
    >>> find_prohibition("Pemerintah melarang pengindeksan otomatis untuk AI tanpa izin tertulis.")
    """
    folded = text.casefold()
    if not any(word in folded for word in _WORDS_OF_MACHINES):
        return None
    if not (_MACHINE.search(text) and _BAN.search(text)):
        return None
    return next((sentence for sentence in _sentences(text) if _is_notice(sentence)), None)


def find_markup_prohibition(tree: HtmlElement) -> str | None:
    """Return the meta element that forbids indexing for AI (robots noai or tdm-reservation), or None."""
    for meta in tree.iterfind(".//meta[@content]"):
        name = meta.get("name", "").strip().lower()
        directives = {directive.strip().lower() for directive in meta.get("content", "").split(",")}
        is_robots_ban = name == "robots" and "noai" in directives  # noimageai is about pictures alone
        if is_robots_ban or (name == "tdm-reservation" and directives == {"1"}):
            return f'<meta name="{name}" content="{meta.get("content")}">'
    return None


def find_header_prohibition(headers: Iterable[tuple[str, str]], *, agent: str) -> str | None:
    """Return the HTTP header that forbids indexing for AI (X-Robots-Tag or tdm-reservation), or None.

    A directive below the name of another user agent than `agent` does not count.

    >>> find_header_prohibition([("X-Robots-Tag", "otherbot: noai, kutip: nofollow")], agent="Kutip")
    >>> find_header_prohibition([("X-Robots-Tag", "noarchive, noai")], agent="Kutip")
    'X-Robots-Tag: noarchive, noai'
    """
    for name, value in headers:
        is_reserved = name.lower() == "tdm-reservation" and value.strip() == "1"
        if is_reserved or (name.lower() == "x-robots-tag" and "noai" in _directives(value, agent=agent)):
            return f"{name}: {value}"
    return None


def _directives(value: str, *, agent: str) -> set[str]:
    """Return the directives in the value of an X-Robots-Tag that are meant for a user agent."""
    meant = ""
    found = set()
    for part in value.lower().split(","):
        name, colon, directive = part.partition(":")
        if colon and name.strip() not in _DIRECTIVES_WITH_VALUE:
            meant, part = name.strip(), directive
        if meant in ("", "*", agent.lower()):
            found.add(part.strip())
    return found


def check_permission(prohibition: str | None, permission: str | None) -> None:
    """Raise RightsError if the page forbids indexing and no permission is stated."""
    if prohibition and not permission:
        raise RightsError(
            f"the article forbids automatic indexing for AI ({prohibition[:_SHOWN_CHARACTERS]!r}): state the "
            "permission you hold with `--permission TEXT`, or as `permission` in the record"
        )


def _sentences(text: str) -> Iterator[str]:
    for block in split_paragraphs(text):
        lines = [" ".join(line.split()) for line in block.splitlines()]
        for size in range(1, _NOTICE_LINES + 1):
            for start in range(len(lines) - size + 1):
                yield from _SENTENCE_END.split(" ".join(lines[start : start + size]))


def _is_notice(sentence: str) -> bool:
    unquoted = _QUOTED.sub(" ", sentence)
    if not (_MACHINE.search(unquoted) and _BAN.search(unquoted)) or NEWS_REPORT.search(unquoted):
        return False
    return bool(_THIS_SITE.search(unquoted) or (_EMPHATIC.search(unquoted) and _CONSENT.search(unquoted)))
