"""Changes sentences by rule.

All functions but `respell_numbers` make a sentence false: they change a number, swap two numbers or names,
add or remove a negation, or replace a word. They return None if they cannot. The false sentences teach the
model to compare word by word. The unchanged sentence is the true example that looks the same.
"""

import random
import re
from collections.abc import Callable

from icu4py.breakers import WordBreaker

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?![.,]?\d)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")

_NEGATABLE = {
    "id": re.compile(r"\b(?:akan|bisa|dapat|telah|sudah|masih|(?:me|di|ber)[a-z]{4,})\b"),
    "ms": re.compile(r"\b(?:akan|boleh|dapat|telah|sudah|masih|(?:me|di|ber)[a-z]{4,})\b"),
    "en": re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|must)\b"),
}
_NEGATIONS = {
    "id": re.compile(r"\b(?:tidak|belum|bukan) ", re.IGNORECASE),
    "ms": re.compile(r"\b(?:tidak|belum|bukan) ", re.IGNORECASE),
    "en": re.compile(r"\bnot |(?<=\bcan)'t\b|(?<!\bca)(?<!\bwo)n't\b", re.IGNORECASE),
}


def change_number(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Replace one digit of a number by another digit."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    digits = list(match.group())
    places = [place for place, sign in enumerate(digits) if sign.isdigit()]
    place = rng.choice(places)
    digits[place] = rng.choice([digit for digit in "123456789" if digit != digits[place]])
    return sentence[: match.start()] + "".join(digits) + sentence[match.end() :]


def swap_numbers(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Swap two different numbers."""
    return _swap(sentence, [match.span() for match in _NUMBER.finditer(sentence)], rng)


def swap_names(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Swap two different names."""
    return _swap(sentence, [match.span() for match in _NAME.finditer(sentence)], rng)


def negate(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Remove a negation; if there is none, add one."""
    if language not in _NEGATIONS:
        return None
    negations = list(_NEGATIONS[language].finditer(sentence))
    if negations:
        match = rng.choice(negations)
        return sentence[: match.start()] + sentence[match.end() :]
    places = list(_NEGATABLE[language].finditer(sentence))
    if not places:
        return None
    match = rng.choice(places)
    if language == "en":
        return f"{sentence[: match.end()]} not{sentence[match.end() :]}"
    return f"{sentence[: match.start()]}tidak {sentence[match.start() :]}"


def replace_word(sentence: str, other: str, *, language: str, rng: random.Random) -> str | None:
    """Replace a word by a word of about the same length from another text.

    This works in every language, also in those that write no spaces, and it changes names and verbs alike.
    """
    pieces = list(WordBreaker(sentence, language))
    places = [place for place, piece in enumerate(pieces) if _is_replaceable(piece)]
    if not places:
        return None
    place = rng.choice(places)
    old = pieces[place]
    words = [
        word
        for word in dict.fromkeys(WordBreaker(other, language))
        if _is_replaceable(word) and word[0].isupper() == old[0].isupper()
        if abs(len(word) - len(old)) < 4 and word.casefold() not in sentence.casefold()
    ]
    if not words:
        return None
    pieces[place] = rng.choice(words)
    return "".join(pieces)


def _is_replaceable(word: str) -> bool:
    """Whether a word is long enough to be more than grammar: five letters, or two where words are short."""
    return word.isalpha() and len(word) >= (5 if word[0] < "\u0e00" else 2)


ALTERATIONS: tuple[Callable[..., str | None], ...] = (change_number, swap_numbers, swap_names, negate)


def alter(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Make the sentence false with the first alteration that applies, tried in random order."""
    for change in rng.sample(ALTERATIONS, len(ALTERATIONS)):
        changed = change(sentence, language=language, rng=rng)
        if changed is not None and changed != sentence:
            return changed
    return None


def respell_numbers(sentence: str) -> str:
    """Write numbers without separators of thousands, so that the sentence stays true.

    >>> respell_numbers("Sebanyak 21.350 orang, 3,5 persen.")
    'Sebanyak 21350 orang, 3,5 persen.'
    """
    return _THOUSANDS.sub(lambda match: match.group().replace(match[1], ""), sentence)


def _swap(sentence: str, spans: list[tuple[int, int]], rng: random.Random) -> str | None:
    texts = {sentence[start:end] for start, end in spans}
    if len(texts) < 2:
        return None
    pairs = [
        (first, second)
        for place, first in enumerate(spans)
        for second in spans[place + 1 :]
        if sentence[slice(*first)] != sentence[slice(*second)]
    ]
    (a, b), (c, d) = rng.choice(pairs)
    return sentence[:a] + sentence[c:d] + sentence[b:c] + sentence[a:b] + sentence[d:]
