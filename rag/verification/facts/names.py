"""The names in a text, and whether another text holds them in whatever form."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from anyascii import anyascii
from babel import Locale, UnknownLocaleError

from rag.verification.facts.lexicon import fold, lexicon

# A letter, then letters, digits and the vowel signs of Arabic, Indian and Thai scripts.
_SIGNS = r"\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_TOKEN = re.compile(rf"[^\W\d_](?:[^\W_]|[{_SIGNS}]|['’.-](?=[^\W_]))*")

# After these a capital says nothing.
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\n\"“”«»‘*•–—|])\W*$")

# Every noun has a capital there.
_CAPITALS_SAY_NOTHING = frozenset({"de"})

# "di-Jakarta", "se-Indonesia".
_PREFIX = re.compile(r"\b(?:di|ke|se|ber|pro|anti|non)-(?=[A-Z])")
_ENDINGS = re.compile(r"(?:'s|’s|'|’|-?(?:nya|lah|kah|pun)|-(?:ku|mu))$")
_SHORTEST_STEM = 4
_TITLE_CASE_SHARE = 0.6
_TITLE_CASE_TOKENS = 4

# A longer word without a capital stands in no title: "dengan" may, "bersama" does not.
_LONGEST_SMALL_WORD = 6

# "Rp2.300": a currency and its number, which a token may look like.
_NUMBER_AT_END = re.compile(r"(?<![\d.,'’])[\d.,'’]+$")

# In another language a name is written a little otherwise: "Rusia" and "Russia".
_SIMILAR_NAME = 0.72

# Scripts without spaces: a name is a part of what seems one token, and shorter ones are found by chance.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SHORTEST_PART = 4


@dataclass(frozen=True)
class Name:
    """A token that names somebody or something; a soft one may be an ordinary word."""

    text: str
    folded: str
    is_soft: bool


def find_names(text: str, *, language: str) -> list[Name]:
    """Return the capitalised words of a text; none for scripts without capitals.

    A word that begins a sentence, or stands in a title where every word has a capital, is soft.

    >>> [(name.text, name.is_soft) for name in find_names("Kemarin Budi pergi ke Bogor", language="id")]
    [('Kemarin', True), ('Budi', False), ('Bogor', False)]
    """
    composed = _PREFIX.sub(" ", unicodedata.normalize("NFKC", text))
    tokens = [match for match in _TOKEN.finditer(composed) if not _is_known(match[0], language)]
    capitals = [match for match in tokens if match[0][0].isupper()]
    says_nothing = language.split("-")[0] in _CAPITALS_SAY_NOTHING or _is_title_case(
        [match[0] for match in tokens]
    )
    return [Name(match[0], plain(match[0]), says_nothing or _is_first(composed, match)) for match in capitals]


def _is_title_case(words: Sequence[str]) -> bool:
    """Whether every word but the small ones has a capital, so that none stands out.

    >>> _is_title_case("Panen Kopi Gayo dan Harga".split()), _is_title_case("Budi Yoga bersama Ratna".split())
    (True, False)
    """
    capitals = sum(word[0].isupper() for word in words)
    is_mostly = len(words) >= _TITLE_CASE_TOKENS and capitals > _TITLE_CASE_SHARE * len(words)
    return is_mostly and all(word[0].isupper() or len(word) <= _LONGEST_SMALL_WORD for word in words)


def has_capitals(text: str) -> bool:
    """Whether a text is mostly in a script that has capitals."""
    letters = [sign for sign in text if sign.isalpha()]
    return 2 * sum(sign.lower() != sign.upper() for sign in letters) > len(letters)


def plain(word: str) -> str:
    """Return a word without case, accents and endings such as "-nya" and "'s".

    >>> plain("Jokowi-nya"), plain("México’s")
    ('jokowi', 'mexico')
    """
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    shorter = _ENDINGS.sub("", bare)
    return (shorter if len(shorter) >= _SHORTEST_STEM else bare).replace(".", "")


def plain_tokens(text: str) -> list[str]:
    """Return every word of a text as `plain` writes it, and the parts of those with a hyphen."""
    tokens = [match[0] for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text))]
    parts = [part for token in tokens if "-" in token for part in token.split("-")]
    return [plain(token) for token in [*tokens, *parts]]


def holds(tokens: Iterable[str], name: Name, *, same_language: bool) -> bool:
    """Whether a text of these plain tokens holds a name: the same, with an ending, or as an abbreviation.

    Texts of another language may write it otherwise.
    """
    tokens = list(tokens)
    if any(token == name.folded or _is_ending_apart(token, name.folded) for token in tokens):
        return True
    if "-" in name.folded and all(part in tokens for part in name.folded.split("-")):
        return True
    if name.text.isupper() and _has_initials(tokens, name.folded):
        return True
    return not same_language and any(_is_similar(token, name.folded) for token in tokens)


def _is_ending_apart(token: str, name: str) -> bool:
    shorter, longer = sorted((token, name), key=len)
    return len(shorter) >= _SHORTEST_STEM and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _has_initials(tokens: Sequence[str], letters: str) -> bool:
    initials = "".join(token[0] for token in tokens)
    return len(letters) > 1 and letters in initials


@functools.lru_cache(maxsize=100_000)
def _is_similar(token: str, name: str) -> bool:
    """Whether two words are one name in two languages or scripts, by their Latin letters."""
    if _UNSPACED.match(token) and len(latin(name)) >= _SHORTEST_PART and latin(name) in latin(token):
        return True
    left, right = _skeleton(token), _skeleton(name)
    if min(len(left), len(right)) < 2:
        return False
    return left == right or SequenceMatcher(None, latin(token), latin(name)).ratio() >= _SIMILAR_NAME


def latin(word: str) -> str:
    """Return a word in plain Latin letters."""
    return re.sub("[^a-z]", "", anyascii(word).casefold())


def _skeleton(word: str) -> str:
    """Return the consonants of a word, those that languages write in several ways as one.

    >>> _skeleton("Putin") == _skeleton("بوتين")  # which has no p, and writes vowels as w and y
    True
    """
    letters = latin(word).replace("ph", "f").replace("sh", "s").replace("ch", "k").replace("th", "t")
    letters = letters.translate(str.maketrans("cqxzvpj", "kkksfbi"))
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouhwy]", "", letters))


def _is_first(text: str, match: re.Match[str]) -> bool:
    """Whether a word begins a sentence, and is no abbreviation."""
    before = text[max(0, match.start() - 8) : match.start()]
    is_abbreviation = len(match[0]) > 1 and match[0].isupper()
    return not is_abbreviation and _SENTENCE_START.search(before) is not None


def _is_known(token: str, language: str) -> bool:
    """Whether a token is a month, a weekday or a currency, which are checked as such."""
    words = lexicon(language)
    word = _NUMBER_AT_END.sub("", fold(token))
    return any(word in known for known in (words.months, words.weekdays, words.currencies, words.units))


def territories(tokens: Sequence[str], *, language: str) -> dict[str, set[str]]:
    """Return the countries that a text of these plain tokens names: the code, and the tokens that name it.

    >>> territories(["di", "kamboja"], language="id")
    {'KH': {'kamboja'}}
    """
    text = f" {' '.join(tokens)} "
    return {
        code: set(name.split())
        for name, code in _territory_names(language.split("-")[0]).items()
        if f" {name} " in text
    }


# Short names that CLDR has none of.
_COUNTRY_SHORT_NAMES = {
    "us": "US",
    "usa": "US",
    "as": "US",
    "uk": "GB",
    "korsel": "KR",
    "korut": "KP",
    "ri": "ID",
}


@functools.lru_cache(maxsize=64)
def _territory_names(primary: str) -> dict[str, str]:
    try:
        names = Locale.parse(primary).territories
    except (UnknownLocaleError, ValueError):
        return {}
    own = {plain(name): code for code, name in names.items() if code.isalpha()}
    return own | _COUNTRY_SHORT_NAMES
