"""Removes what is invisible or written in several ways: zero-width signs, apostrophes, hyphens, articles.

Also digits and letters with several forms.

Search, names and the coverage of words fold with these functions. All but `lowered` change offsets, so they
are never applied to a text that is cited.
"""

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point: soft hyphens, zero-width signs, marks of direction, variants.
INVISIBLE_SIGNS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{INVISIBLE_SIGNS}]")

# Written for an apostrophe: quotation marks, primes, letters of transliteration, and an acute accent
# by itself, which NFKC turns into a space with an accent.
APOSTROPHES = "'`´’‘‛′‵ʹʻʼʽʾʿˈ՚׳ꞌ"
_FORM = f"(?: \u0301|[{APOSTROPHES}])"
_LETTER = r"[^\W\d_ʹʻʼʽʾʿˈꞌ]"
_APOSTROPHE = re.compile(f"(?<={_LETTER}){_FORM}|{_FORM}(?={_LETTER})")
_HAS_APOSTROPHE = re.compile(f"[\u0301{APOSTROPHES[1:]}]")

# Hyphens, the minus sign and a short dash, which are "-" behind a letter. NFKC turns U+2011 into U+2010.
_HYPHEN = re.compile(r"(?<=[^\W\d_])[\u2010\u2011\u2013\u2212](?=[^\W_])")

# Digits of all scripts. Letters that Persian keyboards, or people who omit strokes, write in another way:
# Unicode does not decompose them.
_DIGIT = re.compile(r"[^\D0-9]")
_PLAIN_LETTERS = str.maketrans({"ی": "ي", "ک": "ك", "\u0640": None, "ı": "i", "ł": "l", "đ": "d", "ø": "o"})

# Names whose Arabic article is written in several ways: "Al-Qur'an", "Al Quran", "Alquran".
_ARABIC_NAMES = "qur'?an|qor'?an|kitab|masih|azhar|aqsh?a|aqso|qa'?[ei]da|jazeera|ikhlas|fatihah?|baqarah"
_WITH_ARTICLE = re.compile(rf"\bal[- ]?((?:{_ARABIC_NAMES})\b)", re.IGNORECASE)


def without_invisible(text: str) -> str:
    """Return `text` without the signs that are not shown.

    >>> without_invisible("peme\u00adrin\u200btah")
    'pemerintah'
    """
    return text if text.isascii() else _INVISIBLE.sub("", text)


def with_plain_apostrophes(text: str) -> str:
    """Return NFKC text with "'" for every form of an apostrophe beside a letter.

    >>> with_plain_apostrophes("Ma’ruf, O`Neill, Демʼян, 5′")
    "Ma'ruf, O'Neill, Дем'ян, 5′"
    """
    return _APOSTROPHE.sub("'", text) if _HAS_APOSTROPHE.search(text) else text


def with_plain_hyphens(text: str) -> str:
    """Return text with "-" for every form of a hyphen in a word.

    >>> with_plain_hyphens("Al\u2011Quran, COVID\u201019, 5\u22123")
    'Al-Quran, COVID-19, 5−3'
    """
    return text if text.isascii() else _HYPHEN.sub("-", text)


def with_plain_digits(text: str) -> str:
    """Return text with the digits of every script as 0 to 9.

    >>> with_plain_digits("๒๕๖๘, २०२५, ٢٠٢٥")
    '2568, 2025, 2025'
    """
    return text if text.isascii() else _DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)


def with_plain_letters(text: str) -> str:
    """Return text in lower case with plain letters for those that people often replace with them.

    >>> with_plain_letters("kılıç, wałęsa, đoković, كتاب, کتاب, كـتاب")
    'kiliç, walęsa, doković, كتاب, كتاب, كتاب'
    """
    return text if text.isascii() else text.translate(_PLAIN_LETTERS)


def lowered(text: str) -> str:
    """Return `text` in lower case, with the same places: "İ" becomes "i", not two signs.

    >>> lowered("İSTANBUL, Straße")
    'istanbul, straße'
    """
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(sign.lower()[0] for sign in text)


def without_articles(text: str) -> str:
    """Return text without the Arabic article of names that people write in several ways.

    Apostrophes must be plain.

    >>> [without_articles(name) for name in ("Al-Qur'an", "Al Quran", "Alquran", "Al Gore")]
    ["Qur'an", 'Quran', 'Quran', 'Al Gore']
    """
    return _WITH_ARTICLE.sub(lambda match: _capital_of(match[0], match[1]), text)


def _capital_of(whole: str, rest: str) -> str:
    return rest[0].upper() + rest[1:] if whole[0].isupper() else rest


def composed(text: str) -> str:
    """Return `text` in NFKC with plain apostrophes, hyphens, digits and names; case and accents stay."""
    visible = with_plain_digits(unicodedata.normalize("NFKC", without_invisible(text)))
    return without_articles(with_plain_hyphens(with_plain_apostrophes(visible)))
