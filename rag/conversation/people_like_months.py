"""Finds people whose names look like months: "April Jones", "Julio Iglesias", "Mei Ling"."""

import re
from itertools import pairwise

from rag.text.function_words import word_set
from rag.text.tags import primary_language

_WORD = re.compile(r"[^\W_]+")

# Months that are also first names, in any language.
_FIRST_NAMES = word_set(
    "january januari april abril avril may mei mai june juni july juli julio august agustus augusto"
)

# In Indonesian and Malay, "inflasi April Jakarta" is of a month. One of these words stands before a person.
_BEFORE_PERSON = word_set(
    """
    siapa siapakah itu kata ujar menurut oleh istri suami anak penyanyi artis aktor aktris pemain atlet
    penulis model bernama
    """
)
_MALAY = frozenset({"id", "ms", "jv", "su"})

# In other languages, one of these words or a number stands before a month.
_BEFORE_MONTH = word_set(
    """
    in on of since by until till before after during last next this every each early late mid from to and
    through for between month per the en de del desde hasta antes y e em no do até depuis dès fin début et im
    seit bis anfang mitte ende ab vom zum und di a da dal
    """
)


def without_people(text: str, *, language: str) -> str:
    """Return a text of the same length, with signs for the months that are the first names of people.

    >>> without_people("Who is April Jones?", language="en")
    'Who is _____ Jones?'
    >>> without_people("What happened in April?", language="en")
    'What happened in April?'
    """
    is_malay = primary_language(language) in _MALAY
    words = list(_WORD.finditer(text))
    for place, (word, after) in enumerate(pairwise(words)):
        if word[0].casefold() not in _FIRST_NAMES or not (_is_name(word[0]) and _is_name(after[0])):
            continue
        before = words[place - 1][0].casefold() if place else ""
        is_person = before in ("", *_BEFORE_PERSON) if is_malay else _may_be_before_person(before)
        if is_person and text[word.end() : after.start()] == " ":
            text = f"{text[: word.start()]}{'_' * len(word[0])}{text[word.end() :]}"
    return text


def _is_name(word: str) -> bool:
    return word[0].isupper() and word[1:].islower()


def _may_be_before_person(before: str) -> bool:
    return before not in _BEFORE_MONTH and not any(map(str.isdigit, before))
