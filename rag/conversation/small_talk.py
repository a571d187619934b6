"""Tells small talk, tests and noise from questions, by rule.

A text is small talk only if all of its words are. The lists contain the words of all languages together.
"""

import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from rag.conversation.about_kutip import BESIDE_YOU, YOU
from rag.conversation.chat_words import usual_words
from rag.conversation.feelings import BESIDE_FELT, FELT, REMARKING
from rag.conversation.small_talk_words import ADDRESSES, PHRASES
from rag.verification.facts.lexicon import fold

# "haloooo", "okee": a letter that is repeated to draw out a word.
_DRAWN_OUT = re.compile(r"(\w)\1{2,}|(\w)\2(?!\w)")

# Accents, and the vowel signs and hamzas of Arabic, which people often omit. Without them, a shorter word
# may be another one.
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0655]")
_LONG_ENOUGH = 4

# The letters of Chinese, Japanese, Thai and Lao, which are written without spaces.
_WITHOUT_SPACES = re.compile("([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff])")

# "test123": a number behind a word. "G20" and "K2" are names.
_NUMBER_BEHIND = re.compile(r"(?<=[a-z]{3})\d{1,6}(?!\w)")

_LAUGHTER = re.compile(
    r"(?:(?:wk|kw)+w?k?|(?:ha|he|hi|xi|ja|ah|eh|awok|wok){2,}[hk]?|k{3,}|5{3,}|[\u1100-\u11ffㄱ-ㅣ]+|w{2,}|lol"
    r"|草|呵+|哈+|嘿+)"
)

# The rows of keyboards, from left to right.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "ضصثقفغعهخحجد",
         "شسيبلاتنمكط", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "1234567890")  # fmt: skip
_NEIGHBOURS = frozenset(pair for row in _ROWS for two in itertools.pairwise(row) for pair in (two, two[::-1]))
_SHORTEST_NOISE = 4
_SHORT_NOISE = re.compile("(?:asd|qwe|zxc|jkl|dfg|fgh|hjk)+")

# A word is noise if most of it lies along a row, or if half of its letters are neighbours and few are vowels.
_MOST = 0.65
_NEARLY_ALL = 0.8
_FEW_VOWELS = 0.25
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
_ROMAN = "ivxlcdm"  # "III" and "XXX" are numbers
_YEAR = re.compile(r"(?:1[5-9]|2[0-6])\d\d")


def small_talk(text: str) -> tuple[str, ...] | None:
    """Return the languages in which small talk may be; none for noise. Return None if it may be a question.

    >>> small_talk("Makasih ya!"), small_talk("asdfgh"), small_talk("Apa kabar harga kopi?")
    (('id',), (), None)
    >>> small_talk("kamu ini siapa sih"), small_talk("Siapa sampeyan tani?")
    (('id',), None)
    """
    words = _words(fold(text))
    plain = " ".join(words)
    whole = (plain, _DRAWN_OUT.sub(r"\1\2", plain), _NUMBER_BEHIND.sub("", plain))
    forms = [form for one in whole for form in (one, _without_accents(one), _usual(one))]
    for said in dict.fromkeys(forms):
        for languages_of in (_languages_of_phrases, _languages_about_kutip, _languages_of_feelings):
            languages = languages_of(said.split())
            if languages is not None:
                return languages
    is_drawn_out = len(words) > 2 and len(set(words)) == 1 and len(words[0]) == 1  # "あああ"
    return () if is_drawn_out or all(map(_is_noise, words)) else None


def _words(folded: str) -> list[str]:
    """Return the words of a text; signs and emojis end them, and letters without spaces stand alone."""
    letters = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded)
    return _WITHOUT_SPACES.sub(r" \1 ", letters).split()


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def _usual(text: str) -> str:
    """Return a text with the usual words for those of chats: "bisa apa saja" for "bs apa aja"."""
    return " ".join(usual_words(text.split()))


def _parts(words: Sequence[str], known: Collection[str], longest: int) -> list[str] | None:
    """Return the longest known phrases of which a text consists; None if it has another word.

    Laughter and numbers are parts of their own.
    """
    parts: list[str] = []
    place = 0
    while place < len(words):
        sizes = range(min(longest, len(words) - place), 0, -1)
        phrases = (" ".join(words[place : place + size]) for size in sizes)
        part = next((phrase for phrase in phrases if phrase in known), words[place])
        if part not in known and not _LAUGHTER.fullmatch(part) and not part.isdecimal():
            return None
        parts.append(part)
        place += part.count(" ") + 1
    return parts


def _languages_of_phrases(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the languages of most of the letters of the phrases; None if there is another word."""
    phrases, longest = _phrases()
    parts = _parts(words, phrases, longest) or []
    says_nothing = _addresses()
    found = [part for part in parts if part not in says_nothing and not part.isdecimal()]
    if not found:
        return None
    letters: Counter[str] = Counter()
    for part in found:
        letters.update(dict.fromkeys(phrases.get(part, ()), len(part)))
    most = max(letters.values(), default=0)
    return tuple(language for language, number in letters.items() if number == most)


def _languages_about_kutip(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the languages in which a text asks about Kutip itself; None if there are none."""
    found = []
    for language, (you, known, longest) in _about_kutip().items():
        parts = _parts(words, known, longest)
        said = [part for part in parts or () if not part.isdecimal()]
        if len(said) > 1 and not you.isdisjoint(said):
            found.append(language)
    return tuple(found) or None


def _languages_of_feelings(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the languages in which a text is a remark on the weather or a mood, or None."""
    found = []
    for language, tables in _feelings().items():
        parts = _parts(words, tables[-1], longest=2)
        if parts and all(not one.isdisjoint(parts) for one in tables):
            found.append(language)
    return tuple(found) or None


@functools.cache
def _feelings() -> dict[str, tuple[frozenset[str], ...]]:
    """Return for each language the words for what is felt, those that remark on it, and all together."""
    return {
        language: tuple(
            frozenset(" ".join(_words(fold(word))) for word in table[language])
            for table in (FELT, REMARKING, BESIDE_FELT)
        )
        for language in FELT
    }


@functools.cache
def _phrases() -> tuple[dict[str, tuple[str, ...]], int]:
    """Return the folded phrases and addresses with their languages, and the most words of one of them."""
    phrases: dict[str, tuple[str, ...]] = dict.fromkeys(_addresses(), ())
    for language, listed in PHRASES.items():
        for phrase in listed:
            for form in _forms(phrase):
                phrases[form] = tuple(dict.fromkeys([*phrases.get(form, ()), language]))
    return phrases, max(len(phrase.split()) for phrase in phrases)


@functools.cache
def _addresses() -> frozenset[str]:
    """Return the addresses that are no phrases too."""
    phrases = {form for listed in PHRASES.values() for phrase in listed for form in _forms(phrase)}
    # "nih" stands beside phrases, but "pagi ini" is a time
    return frozenset(form for word in ADDRESSES for form in _forms(word, is_usual=False)) - phrases


def _forms(phrase: str, *, is_usual: bool = True) -> set[str]:
    """Return a folded phrase, with the usual words, and without its accents if that is long enough."""
    folded = " ".join(_words(fold(phrase)))
    plain = _without_accents(folded)
    forms = {folded, _usual(folded)} if is_usual else {folded}
    return forms | {plain} if len(plain) >= _LONG_ENOUGH else forms


@functools.cache
def _about_kutip() -> dict[str, tuple[frozenset[str], frozenset[str], int]]:
    """Return for each language the words for "you", all words beside it, and the most parts of one."""
    tables = {}
    for language, words in BESIDE_YOU.items():
        you, known = (
            frozenset(
                form for word in one for form in (" ".join(_words(word)), _usual(" ".join(_words(word))))
            )
            for one in (YOU[language], words)
        )
        tables[language] = you, known, max(len(word.split()) for word in known)
    return tables


def _is_noise(word: str) -> bool:
    """Whether a word is typed at random: letters side by side on a keyboard, or one letter repeated."""
    if word.isdecimal():
        return not _YEAR.fullmatch(word)
    if len(set(word)) == 1 and len(word) > 2 and word[0] not in _ROMAN:
        return True
    if _SHORT_NOISE.fullmatch(word):
        return True
    if len(word) < _SHORTEST_NOISE or not word.isalpha():
        return False
    along_row = max((_longest_part(word, row) for row in _ROWS), default=0)
    pairs = [pair in _NEIGHBOURS for pair in itertools.pairwise(word)]
    vowels = sum(letter in _VOWELS for letter in word) / len(word)
    if along_row and sum(pairs) >= _NEARLY_ALL * len(pairs):
        return True
    is_with_vowels = word[0] < "\u0530"  # Latin or Cyrillic; Arabic, for example, is written without them
    few_vowels = is_with_vowels and vowels < _FEW_VOWELS
    return along_row >= _MOST * len(word) or (sum(pairs) >= len(pairs) / 2 and few_vowels)


def _longest_part(word: str, row: str) -> int:
    """Return the length of the longest part of a word that lies along a row, in either direction."""
    lengths = (
        length
        for length in range(min(len(word), len(row)), _SHORTEST_NOISE - 1, -1)
        for start in range(len(word) - length + 1)
        if word[start : start + length] in row or word[start : start + length] in row[::-1]
    )
    return next(lengths, 0)
