"""Finds the names in a text, and checks whether another text contains them in any form."""

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from anyascii import anyascii

from rag.text.folding import composed, with_plain_letters
from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.locales import known_locale
from rag.text.tags import primary_language
from rag.verification.facts.aliases import DEGREES, TITLES, aliases
from rag.verification.facts.lexicon import fold, lexicon

# A letter, then letters, digits and the vowel signs of Arabic, Indian and Thai scripts.
_SIGNS = r"\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_TOKEN = re.compile(rf"[^\W\d_](?:[^\W_]|[{_SIGNS}]|['.-](?=[^\W_]))*")

# After one of these, a capital does not mark a name.
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…\n\"“”«»‘*•–—|])\W*$")

# In these languages, every noun has a capital.
_CAPITALISED_NOUNS = frozenset({"de"})

# Prefixes before a name: "di-Jakarta", "se-Indonesia".
_PREFIX = re.compile(r"\b(?:di|ke|se|ber|pro|anti|non)-(?=[A-Z])")
# What an apostrophe joins to a name, before it or behind it: "l'ONU", "Ankara'da".
_JOINED = {
    **dict.fromkeys(
        ("fr", "it", "ca"), re.compile(r"\b(?:[dDlL]|[qQ]u|[dDnN]ell|[aA]ll|[dD]all|[sS]ull)'(?=[A-ZÀ-Ý])")
    ),
    **dict.fromkeys(("tr", "az"), re.compile(r"(?<=\w)'[a-zçğıöşüə]{1,12}(?!\w)")),
}
_ENDINGS = re.compile(r"(?:'s|'|-?(?:nya|lah|kah|pun)|-(?:ku|mu))$")
_SHORTEST_STEM = 4
_TITLE_CASE_SHARE = 0.6
_TITLE_CASE_TOKENS = 4

# The longest word that a title in title case leaves in lower case: "dengan", but not "bersama".
_LONGEST_SMALL_WORD = 6

# The number in a token such as "Rp2.300", which is a currency with its number.
_NUMBER_AT_END = re.compile(r"(?<![\d.,'’])[\d.,'’]+$")

# The last letters of Arabic words that people write in two ways: "غزة" and "غزه".
_ARABIC_ENDS = str.maketrans("ةى", "هي")

# Between a title and a name.
_SPACE = re.compile(r"\.?\s")

# The minimum similarity of a name in two languages, such as "Rusia" and "Russia".
_SIMILAR_NAME = 0.72

# In scripts without spaces, a name is a part of a longer token. Shorter names would be found by chance.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SHORTEST_PART = 4


# Words that often begin a sentence and are no names, besides the function words.
_OPENING_WORDS = word_set(
    """
    sebanyak sekitar hampir kurang semua seluruh setiap sejumlah beberapa sebagian menurut namun tetapi
    sementara selain sebelumnya kemudian kini setelah sejak meski meskipun akibat total jumlah sebuah seorang
    ini itu dia ia mereka according however nearly almost around roughly several both each every after before
    since while although because despite during then now today this that these those he she it they we there
    half few fewer less only según sin casi más menos todos cerca durante tras aunque cuando este esta selon
    près environ presque tous après pendant mais segundo quase após mas laut nach etwa rund fast mehr weniger
    alle während obwohl aber theo gần hơn khoảng tất sau khi более менее почти около все после согласно но
    ayon halos mahigit lahat pagkatapos noong miturut meh kabeh luwih
    """
)
# An abbreviation leaves these out: "BMKG" of "Badan Meteorologi, Klimatologi, dan Geofisika".
_UNINITIALLED = FUNCTION_WORDS | word_set("dan and the for di y e et und en и de des du della dei")
# "No. 11" and "Nomor 11" are the same.
_NUMBERED = frozenset({"no", "nomor", "nomer", "nombor", "number", "nr", "num", "núm", "número", "numéro"})


@dataclass(frozen=True)
class Name:
    """A token that names a person or thing; a soft name may be an ordinary word."""

    text: str
    folded: str
    is_soft: bool


def find_names(text: str, *, language: str) -> list[Name]:
    """Return the capitalised words of a text; none for scripts without capitals.

    A word is soft if it begins a sentence, or if it is in a title where every word has a capital.

    >>> [(name.text, name.is_soft) for name in find_names("Kemarin Budi pergi ke Bogor", language="id")]
    [('Kemarin', True), ('Budi', False), ('Bogor', False)]
    """
    folded = _PREFIX.sub(" ", composed(text))
    joined = _JOINED.get(primary_language(language))
    folded = joined.sub(" ", folded) if joined else folded
    tokens = [match for match in _TOKEN.finditer(folded) if not _is_other_fact(match[0], language)]
    capitals = [match for match in tokens if match[0][0].isupper() and not _is_no_name(folded, match)]
    are_all_soft = primary_language(language) in _CAPITALISED_NOUNS or _is_title_case(
        [match[0] for match in tokens]
    )
    return [Name(match[0], plain(match[0]), are_all_soft or _is_first(folded, match)) for match in capitals]


def _is_title_case(words: Sequence[str]) -> bool:
    """Whether every word except short ones has a capital, so that names do not stand out.

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
    """Return a word without case, accents, apostrophes and endings such as "-nya" and "'s".

    >>> plain("Jokowi-nya"), plain("México’s"), plain("Ma`ruf"), plain("Al-Qur’an")
    ('jokowi', 'mexico', 'maruf', 'quran')
    """
    folded = with_plain_letters(composed(word).casefold()).translate(_ARABIC_ENDS)
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    shorter = _ENDINGS.sub("", bare)
    return (shorter if len(shorter) >= _SHORTEST_STEM else bare).replace(".", "").replace("'", "")


def plain_tokens(text: str) -> list[str]:
    """Return every word of a text in the form of `plain`, and words with a hyphen also in parts and as one.

    >>> plain_tokens("Salman Al-Farisi")
    ['salman', 'al-farisi', 'al', 'farisi', 'alfarisi']
    """
    tokens = [match[0] for match in _TOKEN.finditer(composed(text))]
    hyphenated = [token for token in tokens if "-" in token]
    parts = [part for token in hyphenated for part in (*token.split("-"), token.replace("-", ""))]
    return [plain(token) for token in [*tokens, *parts]]


def spelled_out(tokens: Sequence[str], names: Iterable[Name]) -> set[str]:
    """Return the words of a text of these plain tokens for which one of the names is an abbreviation.

    >>> names = find_names("Kata KPK", language="id")
    >>> sorted(spelled_out(plain_tokens("Komisi Pemberantasan Korupsi itu"), names))
    ['komisi', 'korupsi', 'pemberantasan']
    """
    letters = {name.folded for name in names if name.text.isupper() and len(name.folded) > 1}
    return {token for each in letters for token in _abbreviated(tokens, each)}


def _abbreviated(tokens: Sequence[str], letters: str) -> list[str]:
    """Return the words that begin with these letters in order, perhaps with "of" and "and" between them.

    >>> _abbreviated("komisi untuk orang hilang dan korban".split(), "kohk")
    ['komisi', 'orang', 'hilang', 'korban']
    """
    parts = [(part[0], token) for token in tokens for part in token.split("-") if part]
    telling = [(letter, token) for letter, token in parts if token not in _UNINITIALLED]
    for each in (parts, telling):
        place = "".join(letter for letter, _ in each).find(letters)
        if place >= 0:
            return [token for _, token in each[place : place + len(letters)]]
    return []


def holds(tokens: Iterable[str], name: Name, *, same_language: bool) -> bool:
    """Whether a text of these plain tokens contains a name: as it is, with an ending, or abbreviated.

    A text in another language may spell the name differently.
    """
    tokens = list(tokens)
    if any(token == name.folded or _differs_by_ending(token, name.folded) for token in tokens):
        return True
    if "-" in name.folded and _has_parts(tokens, name.folded):
        return True
    if name.text.isupper() and len(name.folded) > 1 and _abbreviated(tokens, name.folded):
        return True
    return not same_language and any(_is_similar(token, name.folded) for token in tokens)


def takes_place(
    absent: Sequence[Name], others: Collection[str], stated: Sequence[str], given: Sequence[str]
) -> bool:
    """Whether a name that is absent from the given words stands in the place of one of the others.

    Names that a text only adds do not. A soft name does only if one stands where it ends.

    >>> soft, hard = Name("Budi", "budi", is_soft=True), Name("Budi", "budi", is_soft=False)
    >>> for given in ("sari datang", "sari kemarin datang", "datang"):
    ...     print([takes_place([name], {"sari"}, ["budi", "datang"], given.split()) for name in (soft, hard)])
    [True, True]
    [False, True]
    [False, False]
    """
    soft = {name.folded for name in absent if name.is_soft}
    hard = {name.folded for name in absent if not name.is_soft}
    for kind, start, end, first, last in SequenceMatcher(None, stated, given, autojunk=False).get_opcodes():
        ours, theirs = set(stated[start:end]), set(given[first:last])
        if kind == "equal" or (not theirs and ours <= hard | soft):
            continue
        if ours & hard or (ours & soft and theirs and given[last - 1] in others):
            return True
    return False


def _has_parts(tokens: Sequence[str], name: str) -> bool:
    return all(part in tokens for part in name.split("-")) or name.replace("-", "") in tokens


def _differs_by_ending(token: str, name: str) -> bool:
    shorter, longer = sorted((token, name), key=len)
    if len(shorter) < _SHORTEST_STEM:
        return False
    is_longer_form = longer.startswith(shorter) and len(longer) - len(shorter) <= 3
    return is_longer_form or _in_one_spelling(token) == _in_one_spelling(name)


# One name is spelled in several ways: "Soekarno", "Mohammad", "Müller", "Gadhafi".
_SPELLINGS = {
    "oe": "u", "dh": "d", "th": "t", "kh": "k", "gh": "g", "bh": "b", "q": "k", "ue": "u", "ae": "a",
    "dj": "j", "tj": "c", "ch": "h", "o": "u", "y": "i", "z": "s",
}  # fmt: skip
_SPELLING = re.compile("|".join(_SPELLINGS))


@functools.lru_cache(maxsize=100_000)
def _in_one_spelling(name: str) -> str:
    """Return a plain name in a spelling that is the same for all its spellings.

    >>> _in_one_spelling("soekarno") == _in_one_spelling("sukarno"), _in_one_spelling("mohammad")
    (True, 'muhamad')
    """
    spelled = _SPELLING.sub(lambda match: _SPELLINGS[match[0]], name)
    return re.sub(r"(.)\1+", r"\1", spelled)


@functools.lru_cache(maxsize=100_000)
def _is_similar(token: str, name: str) -> bool:
    """Whether two words may be one name in two languages or scripts, by their Latin letters."""
    if _UNSPACED.match(token) and len(latin(name)) >= _SHORTEST_PART and latin(name) in latin(token):
        return True
    left, right = _consonants(token), _consonants(name)
    if min(len(left), len(right)) < 2:
        return False
    return left == right or SequenceMatcher(None, latin(token), latin(name)).ratio() >= _SIMILAR_NAME


def latin(word: str) -> str:
    """Return a word in plain Latin letters."""
    return re.sub("[^a-z]", "", anyascii(word).casefold())


def _consonants(word: str) -> str:
    """Return the consonants of a word, with one letter for consonants that languages write differently.

    >>> _consonants("Putin") == _consonants("بوتين")  # Arabic has no p, and writes vowels as w and y
    True
    """
    letters = latin(word).replace("ph", "f").replace("sh", "s").replace("ch", "k").replace("th", "t")
    letters = letters.translate(str.maketrans("cqxzvpj", "kkksfbi"))
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouhwy]", "", letters))


def _is_first(text: str, match: re.Match[str]) -> bool:
    """Whether a word begins a sentence and is not an abbreviation."""
    before = text[max(0, match.start() - 8) : match.start()]
    is_abbreviation = len(match[0]) > 1 and match[0].isupper()
    return not is_abbreviation and _SENTENCE_START.search(before) is not None


def _is_opening(text: str, match: re.Match[str]) -> bool:
    """Whether a word has a capital only because it begins a sentence: "Almost", "Sebanyak"."""
    word = match[0].casefold()
    return (word in _OPENING_WORDS or word in FUNCTION_WORDS) and _is_first(text, match)


def _is_no_name(text: str, match: re.Match[str]) -> bool:
    """Whether a capital is that of a first word, of a title, or of an initial: "V. Putin"."""
    is_initial = len(match[0]) == 1 and text.startswith(".", match.end())
    return is_initial or _is_opening(text, match) or _is_title(text, match)


def _is_title(text: str, match: re.Match[str]) -> bool:
    """Whether a word is a title before a name or a degree behind it: "Pak", "Dr.", "S.H."."""
    if "." in match[0] and plain(match[0]) in DEGREES:
        return True
    behind = _SPACE.match(text, match.end())
    is_before_name = behind is not None and text[behind.end() : behind.end() + 1].isupper()
    return is_before_name and match[0].casefold() in TITLES


def _is_other_fact(token: str, language: str) -> bool:
    """Whether a token is a month, weekday, currency or unit, which are not checked as names."""
    words = lexicon(language)
    word = _NUMBER_AT_END.sub("", fold(token))
    return word in _NUMBERED or any(
        word in known for known in (words.months, words.weekdays, words.currencies, words.units)
    )


def territories(tokens: Sequence[str], *, language: str) -> dict[str, set[str]]:
    """Return the countries that a text of these plain tokens names: each code with the tokens of its name.

    So too other names that have a short form.

    >>> territories(["di", "kamboja"], language="id")
    {'KH': {'kamboja'}}
    """
    text = f" {' '.join(tokens)} "
    found: dict[str, set[str]] = {}
    for name, code in _territory_names(primary_language(language)).items():
        if f" {name} " in text:
            found.setdefault(code, set()).update(name.split())
    return found


# Short names that CLDR does not have: in all languages, and in Indonesian and Malay.
_COUNTRY_SHORT_NAMES = {"us": "US", "usa": "US", "uk": "GB", "eeuu": "US", "ee uu": "US"}
_INDONESIAN_SHORT_NAMES = {"as": "US", "korsel": "KR", "korut": "KP", "ri": "ID"}


@functools.lru_cache(maxsize=64)
def _territory_names(primary: str) -> dict[str, str]:
    locale = known_locale(primary)
    if locale is None:
        return {}
    own = {plain(name): code for code, name in locale.territories.items() if code.isalpha()}
    more = _INDONESIAN_SHORT_NAMES if primary in ("id", "ms") else {}
    return {**own, **_COUNTRY_SHORT_NAMES, **more, **aliases(primary)}
