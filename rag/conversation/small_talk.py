"""Tells small talk, tests and noise from questions, by rule.

A text is small talk only if all of its words are. The lists contain the words of all languages together.
"""

import functools
import itertools
import re
from collections.abc import Sequence

from rag.conversation.small_talk_words import ADDRESSES, PHRASES
from rag.verification.facts.lexicon import fold

_SEPARATORS = re.compile(r"[\s,.!?¡¿~…。！？、，؟؛;:*'\"()“”’`^_|/।-]+")

# "haloooo", "testtt": a letter that is repeated to draw out a word.
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")

_LAUGHTER = re.compile(
    r"(?:(?:wk)+w?|(?:ha|he|hi|xi|ja|ah){2,}h?|k{3,}|5{3,}|[\u1100-\u11ffㄱ-ㅣ]+|w{2,}|lol|草|呵+|哈+|嘿+)"
)

# The rows of keyboards, from left to right.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "ضصثقفغعهخحجد",
         "شسيبلاتنمكط", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "1234567890")  # fmt: skip
_NEIGHBOURS = frozenset(pair for row in _ROWS for two in itertools.pairwise(row) for pair in (two, two[::-1]))
_SHORTEST_NOISE = 4

# A word is noise if most of it lies along a row, or if half of its letters are neighbours and few are vowels.
_MOST = 0.65
_NEARLY_ALL = 0.8
_FEW_VOWELS = 0.25
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
_YEAR = re.compile(r"(?:1[5-9]|2[0-6])\d\d")


def small_talk(text: str) -> tuple[str, ...] | None:
    """Return the languages in which small talk may be; none for noise. Return None if it may be a question.

    >>> small_talk("Makasih ya!"), small_talk("asdfgh"), small_talk("Apa kabar harga kopi?")
    (('id',), (), None)
    """
    words = [word for word in _SEPARATORS.split(fold(text)) if word]
    plain = " ".join(words)
    for said in (plain, _DRAWN_OUT.sub(r"\1", plain)):
        languages = _languages_of_phrases(said.split(" "))
        if languages is not None:
            return languages
    return () if all(map(_is_noise, words)) else None


def _languages_of_phrases(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the languages that have all phrases, or else the first one; None if there is another word."""
    phrases, longest = _phrases()
    found: list[tuple[str, ...]] = []
    place = 0
    while place < len(words):
        parts = (" ".join(words[place : place + length]) for length in range(longest, 0, -1))
        phrase = next((part for part in parts if part in phrases), None)
        if phrase is not None:
            found.append(phrases[phrase])
        elif _LAUGHTER.fullmatch(words[place]):
            found.append(())
        elif words[place] not in ADDRESSES and not words[place].isdecimal():
            return None
        place += phrase.count(" ") + 1 if phrase else 1
    if not found:
        return None
    named = list(filter(None, found))
    common = [language for language in named[0] if all(language in each for each in named)] if named else []
    return tuple(common) or (named[0] if named else ())


@functools.cache
def _phrases() -> tuple[dict[str, tuple[str, ...]], int]:
    """Return the folded phrases with their languages, and the most words of one of them."""
    phrases: dict[str, tuple[str, ...]] = {}
    for language, listed in PHRASES.items():
        for phrase in listed:
            words = " ".join(word for word in _SEPARATORS.split(fold(phrase)) if word)
            phrases[words] = tuple(dict.fromkeys([*phrases.get(words, ()), language]))
    return phrases, max(len(phrase.split(" ")) for phrase in phrases)


def _is_noise(word: str) -> bool:
    """Whether a word is typed at random: letters side by side on a keyboard, or one letter repeated."""
    if word.isdecimal():
        return not _YEAR.fullmatch(word)
    if len(word) < _SHORTEST_NOISE or not word.isalpha():
        return False
    if len(set(word)) == 1:
        return True
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
