"""Sentences made false by rule: a number, two numbers or two names exchanged, or a negation put in or out.

Each function returns the changed sentence, or None where the sentence offers nothing to change. They teach
the model to compare word by word; the unchanged sentence is the true example with the same surface.
"""

import random
import re
from collections.abc import Callable

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")

_NEGATABLE = {
    "id": re.compile(r"\b(?:akan|bisa|dapat|telah|sudah|masih|(?:me|di|ber)[a-z]{4,})\b"),
    "ms": re.compile(r"\b(?:akan|boleh|dapat|telah|sudah|masih|(?:me|di|ber)[a-z]{4,})\b"),
    "en": re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|must)\b"),
}
_NEGATIONS = {
    "id": re.compile(r"\b(?:tidak|belum|bukan) "),
    "ms": re.compile(r"\b(?:tidak|belum|bukan) "),
    "en": re.compile(r"\b(?:not) |n't\b"),
}


def change_number(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Exchange one number for another of like size."""
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
    """Exchange two different numbers for each other."""
    return _swap(sentence, [match.span() for match in _NUMBER.finditer(sentence)], rng)


def swap_names(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Exchange two different names for each other."""
    return _swap(sentence, [match.span() for match in _NAME.finditer(sentence)], rng)


def negate(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Take a negation out; where there is none, put one in."""
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


ALTERATIONS: tuple[Callable[..., str | None], ...] = (change_number, swap_numbers, swap_names, negate)


def alter(sentence: str, *, language: str, rng: random.Random) -> str | None:
    """Make the sentence false in the first way that applies, in a random order."""
    for change in rng.sample(ALTERATIONS, len(ALTERATIONS)):
        changed = change(sentence, language=language, rng=rng)
        if changed is not None and changed != sentence:
            return changed
    return None


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
