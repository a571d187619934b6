"""Finds what the sender of a mail wrote: without the mails that it answers or forwards, and the signature."""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from itertools import islice

from lxml.etree import tostring
from lxml.html import HtmlElement

from rag.errors import ReadingError
from rag.reading.html_tree import parse_tree, spaced_text
from rag.reading.lines import is_sentence

_SIGNATURE = "-- "
_BARE_SIGNATURE = "--"  # it may be a line between two parts of the text, too
_SIGNATURE_LINES = 6
_SIGNATURE_CHARACTERS = 80  # of each line
_MOST_PARTS_OF_HEAD = 40
_MOST_FRAMES = 5  # around the headers
_MOST_LAST = 20  # elements at the end of a mail
_LAST_CHARACTERS = 1000
_FOOTER = re.compile(r"_{40,99}")
# What telephones and programs write below a mail: "Dikirim dari iPhone saya".
_OF_PROGRAM = re.compile(
    r"(?:(?:dikirim|dihantar) (?:dari|daripada|melalui)|sent from|gesendet (?:von|mit)|von meinem"
    r"|envoyé (?:de|depuis)|enviado (?:desde|do|de)|inviato da"
    r"|verzonden (?:vanaf|met)|(?:get|dapatkan) outlook (?:for|untuk))\s"
    r"[^.,!?\n<>]{2,60}(?:<https?://\S{1,200}>)?",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\*?([^\W\d_][\w -]{0,20}?)\s?\*?\s?[:\uff1a]\*?(?:\s|$)")
_DIVIDER = re.compile(r"\s*(?:[-_]{3,}.{0,60}|begin forwarded message:?)\s*", re.IGNORECASE)
# What the line above a forwarded mail says, between dashes or before a colon.
_FORWARDED = re.compile(
    r"forwarded|terusan|diteruskan|dimajukan|weitergeleitet|transf[ée]r|r[ée]exp[ée]di|reenviad|encaminhad"
    r"|inoltrat|doorgestuurd|vidarebefordra|videresend|przekazan|пересыла|转发|轉寄|轉發|転送|전달|iletilen",
    re.IGNORECASE,
)
_FORWARD_CHARACTERS = 100
_MOST_FORWARDS = 20  # of one mail
_LEAST_HEADERS_OF_FORWARDED = 2
_FROM = frozenset({"from", "von", "de", "dari", "da", "van", "от", "från", "fra", "od", "发件人", "差出人"})
_LEAST_HEADERS = 3  # of a mail that stands in another one
_MAXIMUM_HEADERS = 10
_ATTRIBUTION_LINES = 3
_HAS_ADDRESS = re.compile(r"@|\d{4}|\d{1,2}:\d{2}")
_QUOTED = (
    ".//*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]",
    ".//*[contains(@class, 'gmail_signature') or contains(@class, 'moz-signature')]",
    ".//*[contains(@class, 'moz-cite-prefix') or contains(@class, 'yahoo_quoted')]",
    ".//*[contains(@class, 'protonmail_quote') or contains(@class, 'gmail_attr')]",
    ".//blockquote[@type='cite']",
)
_QUOTE = "contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')"
_FORWARD_HOLDER = f"ancestor-or-self::*[{_QUOTE} or contains(@class, 'moz-forward-container')][1]"
_CITED = "ancestor-or-self::blockquote[@type='cite'][1]"
_CITED_BELOW = "following::blockquote[@type='cite'][1]"
_CITED_ABOVE = f"ancestor::*[{_QUOTE} or self::blockquote[@type='cite']]"
# Outlook puts a mark above the mail that is answered; all that follows the mark belongs to that mail.
_ABOVE_QUOTED = ".//*[@id='divRplyFwdMsg' or @id='mail-editor-reference-message-container']"


def flowed(text: str, part: "Message[str, str]") -> str:
    """Return a text in which a line that ends with a space goes on in the next one (RFC 3676)."""
    deletes_space = str(part.get_param("delsp") or "").lower() == "yes"
    lines: list[str] = []
    for line in _without_escapes(text.replace("\r\n", "\n").split("\n")):
        if lines and _goes_on(lines[-1], line):
            lines[-1] = (lines[-1][:-1] if deletes_space else lines[-1]) + _without_marks(line)
        else:
            lines.append(line)
    return "\n".join(lines)


def _without_escapes(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines without the sign that a mailbox file puts before "From " at the start of a line."""
    for place, line in enumerate(lines):
        beside = (*lines[max(place - 1, 0) : place], *lines[place + 1 : place + 2])
        is_escaped = line.startswith(">From ") and not any(other.startswith(">") for other in beside)
        yield line[1:] if is_escaped else line


def _goes_on(before: str, line: str) -> bool:
    if not before.endswith(" ") or not before.strip("> ") or not line.strip() or before == _SIGNATURE:
        return False
    return line.startswith(">") == before.startswith(">")


def _without_marks(line: str) -> str:
    return line.lstrip(">").removeprefix(" ") if line.startswith(">") else line


def own_lines(text: str, *, is_forward: bool = False) -> tuple[list[str], list[str]]:
    """Return the lines of a mail's text that its sender wrote, and the others.

    The text of a mail that forwards another one is that of the other mail; a note above it is left out.
    `is_forward` says that the subject says so.
    """
    lines = text.split("\n")
    above: list[str] = []
    for _ in range(_MOST_FORWARDS):
        start, end = _forwarded_at(lines)
        if not any(line.strip() for line in lines[end:]):
            break
        above += lines[:start] + lines[start:end]
        lines = _unquoted(lines[end:])
    end = _signature_at(lines)
    lines, dropped = lines[:end], lines[end + 1 :]
    lines, answered = _without_answered(lines, is_forward=is_forward and not above)
    kept: list[str] = []
    quoted: list[str] = []
    for line in lines:
        if line == _BARE_SIGNATURE:
            kept.append("")
        elif line.startswith(">"):
            quoted += [*_pop_attribution(kept), line]
        else:
            kept.append(line)
    dropped += _pop_program(kept)
    return kept, [line for line in (*above, *quoted, *answered, *dropped) if line.strip()]


def _signature_at(lines: Sequence[str]) -> int:
    """Return the place of the line above the signature, or the number of lines if there is none.

    Without its space, the line must stand above a few short lines that are no sentences, as the line above
    the footer of a mailing list does.
    """
    for place, line in enumerate(lines):
        below = [one.strip() for one in lines[place + 1 : place + 2 + 2 * _SIGNATURE_LINES] if one.strip()]
        is_end = line == _BARE_SIGNATURE and len(lines) - place <= 2 * _SIGNATURE_LINES
        is_short = all(len(one) <= _SIGNATURE_CHARACTERS and not is_sentence(one) for one in below)
        is_few = is_short and len(below) <= _SIGNATURE_LINES
        is_footer = _FOOTER.fullmatch(line) is not None and any("://" in one for one in below)
        if line == _SIGNATURE or ((is_end or is_footer) and is_few):
            return place
    return len(lines)


def _forwarded_at(lines: Sequence[str]) -> tuple[int, int]:
    """Return the place of the line above a forwarded mail, and that below the mail's headers.

    Both are the number of lines if no mail is forwarded, or if the sender answers the mail that holds it.
    """
    for place, line in enumerate(lines):
        if is_forward_line(line):
            filled = (below for below in range(place + 1, len(lines)) if lines[below].strip())
            start = next(filled, len(lines))
            head = _unquoted(lines[start : start + _MAXIMUM_HEADERS])
            count = _headers_at(head, 0)
            if count >= _LEAST_HEADERS_OF_FORWARDED:
                return place, start + count
        elif _is_head(lines, place) and any(above.strip() for above in lines[:place]):
            break
    return len(lines), len(lines)


def is_forward_line(line: str) -> bool:
    """Whether a line is one that programs write above a mail that is forwarded.

    >>> is_forward_line("---------- Pesan terusan ---------"), is_forward_line("-----Original Message-----")
    (True, False)
    """
    text = line.strip()
    if not text or len(text) > _FORWARD_CHARACTERS or not _FORWARDED.search(text):
        return False
    return text.startswith("---") or text.endswith((":", "\uff1a"))


def _unquoted(lines: Sequence[str]) -> list[str]:
    """Return lines without the sign of quotation, if all of them are quoted."""
    if not all(line.startswith(">") for line in lines if line.strip()):
        return list(lines)
    return [line.removeprefix(">").removeprefix(" ") for line in lines]


def _without_answered(lines: list[str], *, is_forward: bool) -> tuple[list[str], list[str]]:
    """Divide lines at the headers of the mail that is answered; leave out those of a forwarded one."""
    for place in range(len(lines)):
        if not _is_head(lines, place):
            continue
        count = _headers_at(lines, place)
        start = place
        while start and (not lines[start - 1].strip() or _DIVIDER.fullmatch(lines[start - 1])):
            start -= 1
        below = lines[place + count :]
        if any(above.strip() for above in lines[:start]) and not (is_forward and any(map(str.strip, below))):
            return lines[:start], lines[start:]
        return below, lines[: place + count]
    return lines, []


def _is_head(lines: Sequence[str], place: int) -> bool:
    """Whether the headers of another mail begin at a line."""
    match = _HEADER.match(lines[place])
    is_sender = match is not None and match[1].strip().lower() in _FROM
    return is_sender and _headers_at(lines, place) >= _LEAST_HEADERS


def _headers_at(lines: Sequence[str], place: int) -> int:
    for count, line in enumerate(lines[place : place + _MAXIMUM_HEADERS]):
        if _HEADER.match(line) is None:
            return count
    return min(len(lines) - place, _MAXIMUM_HEADERS)


def _pop_program(kept: list[str]) -> list[str]:
    """Take away the line in which a telephone or a program names itself below the text."""
    while kept and not kept[-1].strip():
        kept.pop()
    return [kept.pop()] if kept and _OF_PROGRAM.fullmatch(kept[-1].strip()) else []


def _pop_attribution(kept: list[str]) -> list[str]:
    """Take away the lines that say who wrote what is quoted below, such as "On Monday, Budi wrote:"."""
    place = len(kept)
    while place and not kept[place - 1].strip():
        place -= 1
    if not place or not kept[place - 1].rstrip().endswith((":", "\uff1a")):
        return []
    start = place
    while start and kept[start - 1].strip() and place - start < _ATTRIBUTION_LINES:
        start -= 1
    found = kept[start:place]
    is_block = start == 0 or not kept[start - 1].strip()
    if not is_block or not _HAS_ADDRESS.search(" ".join(found)):
        return []
    del kept[start:]
    return found


def without_quoted_mails(markup: str, *, is_forward: bool = False) -> tuple[str, list[str]]:
    """Return the HTML of a mail without the mails that it answers and the signature, and the texts left out.

    Of a mail that forwards another one, only the other one is kept. The HTML stays as it is if no text would
    be left. `is_forward` says that the subject says that another one is forwarded.
    """
    try:
        tree = parse_tree(markup)
    except ReadingError:  # reading the mail will report the error
        return markup, []
    dropped: list[str] = []
    for _ in range(_MOST_FORWARDS):
        holder = _holder_of_forwarded(tree)
        if holder is None:
            break
        dropped += [*_keep_only(holder), *_without_head(holder)]
    dropped += _without_mail_below_head(tree, is_forward=is_forward and not dropped)
    for path in _QUOTED:
        for element in tree.xpath(path):
            dropped += _drop(element)
    for mark in tree.xpath(_ABOVE_QUOTED):
        for element in [*mark.itersiblings(), mark]:
            dropped += _drop(element)
    dropped += _drop_program(tree)
    if not tree.text_content().strip():
        return markup, []
    return tostring(tree, encoding="unicode", method="html"), dropped


def _without_mail_below_head(tree: HtmlElement, *, is_forward: bool) -> list[str]:
    """Remove the mail that is answered, below its headers; or what stands above a forwarded one."""
    head = next((element for element in tree.iter("p", "div") if _is_head_in_html(element)), None)
    if head is None:
        return []
    for parent in list(islice(head.iterancestors(), _MOST_FRAMES)):
        if parent.tag == "body" or _has_text_beside(head, parent):
            break
        head = parent
    above = [*head.itersiblings(preceding=True)]
    below = [*head.itersiblings()]
    has_both = all(any(one.text_content().strip() for one in side) for side in (above, below))
    if not has_both:
        return []
    return [text for one in (*(above if is_forward else below), head) for text in _drop(one)]


def _is_head_in_html(element: HtmlElement) -> bool:
    """Whether an element holds the headers of a mail, one in a line, and nothing else."""
    parts = list(islice(element.iter(), _MOST_PARTS_OF_HEAD + 1))
    if len(parts) > _MOST_PARTS_OF_HEAD or all(part.tag != "br" for part in parts):
        return False
    lines = [" ".join(line.split()) for line in spaced_text(element, signs={"br": "\0"}).split("\0")]
    filled = [line for line in lines if line]
    return _is_head(filled, 0) and _headers_at(filled, 0) == len(filled) if filled else False


def _has_text_beside(element: HtmlElement, parent: HtmlElement) -> bool:
    return len(parent.text_content().strip()) > len(element.text_content().strip())


def _drop_program(tree: HtmlElement) -> list[str]:
    """Remove the last text of a mail if a telephone or a program names itself in it."""
    whole = " ".join(tree.text_content()[-_LAST_CHARACTERS:].split())
    elements = list(tree.iter("div", "p", "span", "a", "font"))
    for element in reversed(elements[-_MOST_LAST:]):
        text = " ".join(element.text_content().split())
        if text and whole.endswith(text) and _OF_PROGRAM.fullmatch(text):
            return _drop(element)
        if text and len(text) < len(whole) and not whole.endswith(text):
            break
    return []


def _holder_of_forwarded(tree: HtmlElement) -> HtmlElement | None:
    """Return the element that holds a forwarded mail; None without one, and in a mail that is answered."""
    texts = ((element, text) for element in tree.iter() for text in (element.text, element.tail) if text)
    found = next(((element, text.strip()) for element, text in texts if is_forward_line(text)), None)
    if found is None:
        return None
    line, said = found
    around = [quote for quote in line.xpath(_CITED) if quote.text_content().strip().startswith(said)]
    holders = line.xpath(_FORWARD_HOLDER) or around or line.xpath(_CITED_BELOW)
    if not holders or holders[0].xpath(_CITED_ABOVE) or not holders[0].text_content().strip():
        return None
    holder: HtmlElement = holders[0]
    return holder


def _keep_only(holder: HtmlElement) -> list[str]:
    """Remove all text of a tree outside of an element, and return it."""
    dropped = []
    for element in [holder, *holder.iterancestors()]:
        parent = element.getparent()
        if parent is None or element.tag == "body":
            break
        for sibling in [*element.itersiblings(preceding=True), *element.itersiblings()]:
            dropped += _drop(sibling)
        dropped += [text.strip() for text in (parent.text, element.tail) if text and text.strip()]
        parent.text = element.tail = None
    return dropped


def _without_head(holder: HtmlElement) -> list[str]:
    """Remove the line above a forwarded mail and the mail's headers from the element that holds it."""
    holder.tag = "div"
    holder.attrib.pop("class", None)
    holder.attrib.pop("type", None)
    dropped = []
    for element in list(holder)[: 2 * _MAXIMUM_HEADERS]:
        if is_forward_line(holder.text or ""):
            holder.text = None
        if holder.text and holder.text.strip():  # the text behind what is removed
            break
        names = element.get("class") or ""
        text = " ".join(element.text_content().split())
        is_head = "gmail_attr" in names or "moz-email-headers" in names or is_forward_line(text)
        if text and not is_head and not (_HEADER.match(text) and not is_sentence(text)):
            break
        dropped += _drop(element)
    return dropped


def _drop(element: HtmlElement) -> list[str]:
    """Remove an element, and return its text if it has any."""
    if element.getparent() is None:
        return []
    text = " ".join(" ".join(element.itertext()).split())
    element.drop_tree()
    return [text] if text else []
