"""Tells languages in Cyrillic letters apart in short texts, by their alphabets and by telling words."""

import re

from rag.text.function_words import word_set

# The letters of all these languages, and those that a language has besides.
_COMMON = "абвгдежзклмнопрстуфхцчш"
_LETTERS = {
    "ru": "ийщъыьэюяё",
    "uk": "ийщьюяіїєґ",
    "be": "йыьэюяёіў",
    "bg": "ийщъьюя",
    "sr": "иђјљњћџ",
    "mk": "иѓјѕљњќџ",
    "kk": "ийщъыьэюяёіәғқңөұүһ",
}
_KNOWN = frozenset("".join([_COMMON, *_LETTERS.values()]))

_TELLING_WORDS = {
    "ru": word_set("что где когда кто почему сколько какой какая какие это"),
    "uk": word_set("що де коли хто чому скільки який яка чи це було від"),
    "be": word_set("што хто калі дзе чаму колькі які гэта ці"),
    "bg": word_set("какво кой кога къде защо колко коя"),
    "sr": word_set("шта ко где када зашто колико који"),
    "mk": word_set("што кој каде зошто колку кога"),
    "kk": word_set("кім қашан қайда неге қанша"),
}

# What a telling word is worth, and what a letter costs that a language does not have, in nats.
_NATS = 20.0
_WORD = re.compile(r"[^\W\d_]+")


def cyrillic_evidence(text: str) -> dict[str, float]:
    """Return what the letters and words of a short text add to the scores of languages; none if not Cyrillic.

    >>> evidence = cyrillic_evidence("що сталося")
    >>> evidence["uk"] > evidence["ru"]
    True
    """
    words = _WORD.findall(text.casefold())
    letters = _KNOWN.intersection("".join(words))
    if not letters:
        return {}
    evidence = {}
    for language, own in _LETTERS.items():
        telling, foreign = _TELLING_WORDS[language].intersection(words), letters.difference(_COMMON, own)
        evidence[language] = _NATS * (len(telling) - len(foreign))
    return evidence
