"""Splits a text into words, and gives the stems that keyword search indexes and looks up."""

import functools
import re
import threading
import unicodedata
from typing import Any

import snowballstemmer
from icu4py.breakers import WordBreaker

from rag.text.folding import composed, with_plain_letters
from rag.text.tags import primary_language

# The version of `words`. Raise it when `words` gives other words than before for the same text.
ANALYSIS = 5

# ISO 639 code to Snowball's name, for the languages that both this module and Snowball support.
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "ms": "indonesian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# These languages' stemmers remove what an apostrophe joins to a word: "l'eau", "company's", "Ankara'da".
_APOSTROPHE_JOINS = frozenset({"en", "fr", "ga", "it", "nl", "tr"})

# Diacritics distinguish Vietnamese words ("ma", "má", "mà"). In other languages, people often omit them.
_DIACRITICS_MATTER = frozenset({"vi"})
_ARABIC = "ar"

# In these languages, "I" is the capital of "ı", and "İ" that of "i".
_DOTLESS_I = frozenset({"tr", "az"})
_SMALL_I = str.maketrans("Iİ", "ıi")
_LETTER_WITH_DIACRITICS = re.compile(r"([a-z])[\u0300-\u036f]+")

# A Korean word includes its particles ("서울에서"), and compounds are written with or without spaces.
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,}")


def words(text: str, *, language: str) -> list[str]:
    """Return the stems that keyword search indexes and looks up, in order, with repeats.

    >>> words("Pemerintah mengusulkan 1.500,5 unit", language="id")
    ['perintah', 'usul', '1.500,5', 'unit']
    >>> words("日本政府", language="ja")
    ['日本', '政府']
    """
    return [stem for word in folded_words(text, language=language) for stem in stems(word, language=language)]


def folded_words(text: str, *, language: str) -> list[str]:
    """Return the words of a text in order, folded but neither stemmed nor split.

    Folding is NFKC, lower case, and `rag.text.folding`. Uses Unicode word segmentation (UAX 29, with ICU's
    dictionaries for Chinese, Japanese, Thai, Lao, Khmer and Burmese).
    """
    primary, normal = primary_language(language), unicodedata.normalize("NFKC", text)
    folded = composed((normal.translate(_SMALL_I) if primary in _DOTLESS_I else normal).casefold())
    return [token for token in WordBreaker(folded, primary) if any(map(str.isalnum, token))]


def stems(word: str, *, language: str) -> list[str]:
    """Return the terms under which keyword search indexes a folded word.

    Usually this is the word's Snowball stem, or the word itself if its language has no stemmer, without
    apostrophes, and without diacritics and strokes on Latin letters. A Korean word gives its pairs of
    neighbouring syllables (Lee and Ahn 1996, "Using n-grams for Korean text retrieval", SIGIR).

    >>> stems("panthers", language="en"), stems("éxitos", language="es"), stems("서울에서", language="ko")
    (['panther'], ['exit'], ['서울', '울에', '에서'])
    >>> stems("ma'ruf", language="id"), stems("l'eau", language="fr")
    (['maruf'], ['eau'])
    """
    primary = primary_language(language)
    if primary == "ko" and _HANGUL.fullmatch(word):
        return [word[start : start + 2] for start in range(len(word) - 1)]
    if primary == _ARABIC:
        word = with_plain_letters(word)
    if primary not in _APOSTROPHE_JOINS:
        word = _without_apostrophes(word)
    stem = _without_apostrophes(_stem(word, _STEMMERS[primary]) if primary in _STEMMERS else word)
    return [stem if primary in _DIACRITICS_MATTER else _without_diacritics(stem)]


def _without_apostrophes(word: str) -> str:
    """Return a word without apostrophes; a number keeps those between its digits."""
    return word.replace("'", "") if "'" in word and not word[0].isdecimal() else word


def _without_diacritics(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", with_plain_letters(word))
    return unicodedata.normalize("NFC", _LETTER_WITH_DIACRITICS.sub(r"\1", decomposed))


def written_words(text: str) -> list[str]:
    """Return the words of a text as they are written, in order; works for any language.

    >>> written_words("Dan kapan itu?")
    ['Dan', 'kapan', 'itu']
    >>> written_words("那他什么时候出生？")
    ['那', '他', '什么时候', '出生']
    """
    # ICU chooses its dictionaries by script, so the language is not needed.
    return [token for token in WordBreaker(text, "und") if any(map(str.isalnum, token))]


@functools.lru_cache(maxsize=200_000)
def _stem(word: str, algorithm: str) -> str:
    # subtle: a Snowball stemmer stores its current word in attributes, so each thread needs its own.
    stemmers: dict[str, Any] = _per_thread.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = snowballstemmer.stemmer(algorithm)
    stem: str = stemmers[algorithm].stemWord(word)
    return stem


_per_thread = threading.local()
