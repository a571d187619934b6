"""Decodes the bytes of a page: as UTF-8, by the declared encoding, or by the best guess.

Damaged text raises an error; it is never mangled silently. `decode_page` lets the reader of a page decide:
a bad byte in a comment or an advertisement does no harm to the story.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence

from charset_normalizer import CharsetMatches, from_bytes

from rag.errors import ReadingError

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
MAXIMUM_FILE_BYTES = 10_000_000  # of a page, and of a line in a .jsonl file

# subtle: UTF-32 comes before UTF-16, because its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b")
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^<>]*?(?:charset|encoding)\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.IGNORECASE
)
_DECLARATION_BYTES = 4096
_SAMPLE_BYTES = 500_000
_MOST_COMMON_ENCODING = "cp1252"
_COHERENCE_TOLERANCE = 0.05  # on a scale from 0 to 1
# The legacy encodings of web pages (https://encoding.spec.whatwg.org), by their Python names.
_WEB_ENCODINGS = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("gb18030", "big5hkscs", "cp950", "cp932", "euc_jp", "cp949", "koi8_r", "koi8_u", "iso2022_jp"),
    *("iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8"),
    *("iso8859_10", "iso8859_13", "iso8859_14", "iso8859_15", "iso8859_16"),
)
# The same standard decodes each encoding on the left as a superset on the right: the first one that fits.
_SUPERSETS = {
    "iso8859-1": ("cp1252",),
    "ascii": ("cp1252",),
    "iso8859-9": ("cp1254",),
    "iso8859-11": ("cp874",),
    "tis-620": ("cp874",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "big5": ("big5hkscs", "cp950"),
    "big5hkscs": ("big5hkscs", "cp950"),
    "shift_jis": ("cp932",),
    "euc_kr": ("cp949",),
}
# Names in the same standard that Python does not know.
_ALIASES = {
    "windows-874": "cp874", "dos-874": "cp874", "x-sjis": "cp932", "windows-31j": "cp932",
    "x-euc-jp": "euc_jp", "x-gbk": "gb18030", "cn-big5": "big5", "x-x-big5": "big5", "windows-949": "cp949",
    "iso-8859-8-i": "iso8859_8", "csiso88598i": "iso8859_8", "logical": "iso8859_8", "koi8-ru": "koi8_u",
    "x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip
_UTF_16_AND_32 = tuple(mark for mark, encoding in _BYTE_ORDER_MARKS if encoding != "utf-8-sig")
_SUBSTITUTE = "\x1a"  # the same byte in each encoding that is no UTF-16 or UTF-32
_BETWEEN_TAGS = re.compile(rb">[\s\0]+(?=<)")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_LONG_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_ACCENTED = re.compile("[\u00c0-\u00ff]")
_WESTERN = ("cp1252", "iso8859-1", "iso8859-15")
_MAXIMUM_SHARE_IN_RUNS = 0.5  # of a Western European text's characters outside of ASCII
_WIDE_SAMPLE_BYTES = 4096
_LEAST_IN_RUNS = 10  # letters with accents, to leave rows of dashes and quotation marks alone
_FEW_WRONG_BYTES = 2
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAXIMUM_CONTROLS_SHARE = 0.01


def decode(data: bytes, *, is_markup: bool = False) -> str:
    """Return a page's text with line feeds as line ends; in markup, honour a declared encoding.

    Raises ReadingError if the page is empty, is not text, ends inside a character, or is damaged.
    """
    text = _decode(data, is_markup=is_markup).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip().strip("\ufeff"):
        raise ReadingError("the page is empty")
    if len(_CONTROLS.findall(text)) > _MAXIMUM_CONTROLS_SHARE * len(text):
        raise ReadingError("the page is not text: it contains control characters")
    return text


def decode_page(data: bytes, *, is_markup: bool) -> tuple[str, ReadingError | None]:
    """Return a page's text, and the damage in it.

    Each damaged byte of a page that is mostly UTF-8 is a replacement character. Raises ReadingError as
    `decode` does for any other page that cannot be decoded.
    """
    data, damage = _without_nul_bytes(data) if is_markup else (data, None)
    try:
        text = decode(data, is_markup=is_markup)
        return (text.replace(_SUBSTITUTE, REPLACEMENT) if damage else text), damage
    except ReadingError as error:
        if data.startswith(_UTF_16_AND_32) or b"\0" in data or not _is_mostly_utf8(data):
            raise
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
        if REPLACEMENT not in text:
            raise
        text = text.replace(_SUBSTITUTE, REPLACEMENT) if damage else text
        return text.replace("\r\n", "\n").replace("\r", "\n"), error


def _without_nul_bytes(data: bytes) -> tuple[bytes, ReadingError | None]:
    """Return markup without the NUL bytes between its tags; one in a text becomes a replacement character.

    What has many NUL bytes is no text in one byte a character, and stays as it is.
    """
    is_wide = data.startswith(_UTF_16_AND_32) or data.startswith(_BINARY_STARTS)
    if is_wide or not 0 < data.count(b"\0") <= _MAXIMUM_CONTROLS_SHARE * len(data):
        return data, None
    data = _BETWEEN_TAGS.sub(lambda match: match[0].replace(b"\0", b""), data)
    if b"\0" not in data:
        return data, None
    damage = ReadingError(f"damaged at byte {data.index(0)}: a NUL byte; save it again")
    return data.replace(b"\0", _SUBSTITUTE.encode()), damage


def decode_utf8(data: bytes) -> str:
    """Return UTF-8 text without its byte order mark; raise ReadingError naming the first invalid byte."""
    return _decode_strictly(data, "utf-8-sig")


def _decode(data: bytes, *, is_markup: bool) -> str:
    encoding = _marked_encoding(data) or _wide_encoding(data)
    if encoding:
        return _decode_strictly(data, encoding)
    if data.startswith(_BINARY_STARTS) or b"\0" in data:
        raise ReadingError("the page is not text: give it in a format that Kutip reads")
    text = _decode_or_none(data, "utf-8")
    if text is not None and not text.isascii():
        return text
    # subtle: UTF-8 comes before the declaration, because many UTF-8 pages declare another encoding. ASCII
    # comes after the declaration, because ISO-2022-JP looks like ASCII.
    declared = _first_decoded(data, _declared_encodings(data)) if is_markup else None
    return declared or text or _guess(data)


def _has_many_nul_bytes(sample: bytes) -> bool:
    return sample.count(0) > max(_FEW_WRONG_BYTES, _MAXIMUM_CONTROLS_SHARE * len(sample))


def _marked_encoding(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)


def _wide_encoding(data: bytes) -> str | None:
    """Return the encoding of UTF-16 without a mark: every second byte of its spaces and signs is NUL."""
    sample = data[:_WIDE_SAMPLE_BYTES]
    if sample.startswith(_BINARY_STARTS):
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    is_wide = max(even, odd) > max(_FEW_WRONG_BYTES, _MAXIMUM_CONTROLS_SHARE * len(sample))
    if not is_wide or min(even, odd) * 4 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = _decode_or_none(sample[: len(sample) & ~1], encoding) or ""
    return encoding if text and not any(map(_is_no_text, text)) else None


def _is_no_text(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) in ("Cc", "Cn", "Co")


def _fits(sample: bytes, encoding: str) -> bool:
    """Whether a sample, which may end inside a character, is text in an encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except (UnicodeError, LookupError):
        return False
    return not (encoding in _WESTERN and _is_other_script(text))


def _is_other_script(text: str) -> bool:
    """Whether a text read as Western European is in another script, whose letters all become accents."""
    runs = "".join(_LONG_RUN.findall(text))
    is_usual = len(runs) > _MAXIMUM_SHARE_IN_RUNS * len(_NON_ASCII.findall(text))
    return is_usual and len(_ACCENTED.findall(runs)) >= _LEAST_IN_RUNS


def decode_named(data: bytes, name: str) -> str | None:
    """Return a text in the encoding that a server or a mail names, or None if it is unknown or does not fit.

    UTF-8 counts before the name, because many name another encoding for it. What begins with a byte order
    mark of UTF-16 or UTF-32 is left to `decode_page`.
    """
    if data.startswith(_UTF_16_AND_32):
        return None
    text = _decode_or_none(data, "utf-8")
    encodings = _encodings_named(name)
    is_wide = any(encoding.startswith(("utf-16", "utf-32")) for encoding in encodings)
    if text is not None and (not text.isascii() or (is_wide and "\0" not in text)):
        return text
    return _first_decoded(data, encodings)


def as_utf8(data: bytes, charset: str | None) -> bytes:
    """Return a text as UTF-8 if a server states another encoding that fits; other data stays as it is."""
    text = decode_named(data, charset) if charset else None
    return data if text is None else text.encode("utf-8", "replace")


def encoding_of(sample: bytes) -> str:
    """Return the encoding of a text from its first bytes; raise ReadingError if it is not text.

    A sample may end inside a character, and hold a few NUL bytes.
    """
    if known := _marked_encoding(sample) or _wide_encoding(sample):
        return known
    if sample.startswith(_BINARY_STARTS) or _has_many_nul_bytes(sample):
        raise ReadingError("the file is not text")
    if _is_mostly_utf8(sample):
        return "utf-8"
    sample = sample.replace(b"\0", b"")
    best = _best_encoding(from_bytes(_sample(sample), cp_isolation=list(_WEB_ENCODINGS)))
    if best is None:
        raise ReadingError("the file is not text, or its encoding is unknown: save it as UTF-8")
    return best


def encoding_of_json(sample: bytes) -> str:
    """Return the encoding of JSON, which is UTF-8 unless a mark or more than a few bytes say otherwise."""
    if known := _marked_encoding(sample) or _wide_encoding(sample):
        return known
    wrong = codecs.getincrementaldecoder("utf-8")("replace").decode(sample).count(REPLACEMENT)
    try:
        return encoding_of(sample) if wrong > _FEW_WRONG_BYTES else "utf-8"
    except ReadingError:
        return "utf-8"


def encoding_of_markup(sample: bytes) -> str:
    """Return the encoding of XML from its first bytes: UTF-8 if it is, what it declares, or the best guess.

    Raises ReadingError if it is not text.
    """
    if known := _marked_encoding(sample) or _wide_encoding(sample):
        return known
    if not sample.isascii() and _is_mostly_utf8(sample):
        return "utf-8"
    declared = next((name for name in _declared_encodings(sample) if _fits(sample, name)), None)
    return declared or encoding_of(sample)


def _guess(data: bytes) -> str:
    if _is_mostly_utf8(data):
        return _decode_strictly(data, "utf-8")
    encoding = _best_encoding(from_bytes(_sample(data), cp_isolation=list(_WEB_ENCODINGS)))
    text = _decode_or_none(data, encoding) if encoding else None
    if text is None:
        raise ReadingError("the page is not text, or its encoding is unknown: save it as UTF-8")
    return text


def _best_encoding(matches: CharsetMatches) -> str | None:
    """Return the encoding that fits best, or the most common one if it fits about as well."""
    best = matches.best()
    if best is None:
        return None
    alike = [
        match.encoding
        for match in matches
        if match.chaos == best.chaos and match.coherence > best.coherence - _COHERENCE_TOLERANCE
    ]
    return _MOST_COMMON_ENCODING if _MOST_COMMON_ENCODING in alike else best.encoding


def _sample(data: bytes) -> bytes:
    """Return enough whole lines to guess the encoding from.

    The library keeps a copy of its input for each encoding, so a larger sample would cost memory.
    """
    if len(data) <= _SAMPLE_BYTES:
        return data
    return data[: data.rfind(b"\n", 0, _SAMPLE_BYTES) + 1 or _SAMPLE_BYTES]


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether the data is damaged or truncated UTF-8: most of its non-ASCII characters decode."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)  # accepts a truncated end
    damaged = text.count(REPLACEMENT)
    return damaged <= len(_NON_ASCII.findall(text)) - damaged


def _declared_encodings(data: bytes) -> list[str]:
    match = _DECLARED.search(data[:_DECLARATION_BYTES])
    named = _encodings_named(match[1].decode("ascii")) if match else []
    return [encoding for encoding in named if encoding.replace("-", "_") in _WEB_ENCODINGS]


def _encodings_named(name: str) -> list[str]:
    """Return the encodings that a name may stand for, the most likely one first; none for an unknown name."""
    try:
        found = codecs.lookup(_ALIASES.get(name.strip().lower(), name)).name
    except (LookupError, ValueError):  # ValueError if the name holds a NUL
        return []
    return list(dict.fromkeys((*_SUPERSETS.get(found, ()), found)))


def _first_decoded(data: bytes, encodings: Sequence[str]) -> str | None:
    """Return the text in the first of these encodings in which the data is whole.

    A Western European encoding does not count for another script: many servers name it for every page.
    """
    for encoding in encodings:
        text = _decode_or_none(data, encoding)
        if text is not None and not (encoding in _WESTERN and _is_other_script(text)):
            return text
    return None


def _decode_or_none(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):  # LookupError for a codec that is none of texts, such as hex
        return None


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise ReadingError(
            f"truncated or damaged at byte {error.start}: {error.reason} in {name}; save it again"
        ) from None
