"""Undoes the hyphens with which a printer breaks words at the ends of lines."""

import re
from collections.abc import Iterable

HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_WORD_AT_START = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(rf"(?<![^\W\d_])[^\W\d_]++(?:[{HYPHENS}][^\W\d_]++)+")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 60
_HYPHEN = re.compile(f"[{HYPHENS}]")
_BROKEN = re.compile(rf"(?<=[^\W\d_])[{HYPHENS}]\n[ \t]{{0,20}}(?=[^\W\d_])")
_WORD_WITH_MARKS = re.compile(r"(?P<word>\S{1,100})(?P<gap> ?)")


def without_breaks(text: str) -> str:
    r"""Return a text in which a word that a hyphen divides at the end of a line is whole on that line.

    >>> without_breaks("Pemerin-\ntah melindungi anak-\nanak.")
    'Pemerintah\nmelindungi anak-anak.'
    """
    words = words_of(text.split("\n")) if _BROKEN.search(text) else frozenset()
    pieces: list[str] = []
    place = 0
    for match in _BROKEN.finditer(text):
        start, end = match.span()
        rest = _WORD_WITH_MARKS.match(text, end)
        if start < place or rest is None:
            continue
        before = text[max(place, start - _LONGEST_WORD) : start + 1]
        kept = start if is_broken_word(before, rest[0], words) else start + 1
        pieces += [text[place:kept], rest["word"], "\n" if rest["gap"] else ""]
        place = rest.end()
    return "".join((*pieces, text[place:]))


def is_broken_word(text: str, following: str, words: frozenset[str]) -> bool:
    """Whether a hyphen at the end of a line is no part of the word that goes on in the next line."""
    start = _WORD_AT_START.match(following)
    if not text[-2].isalpha() or start is None or not start[0][0].islower():
        return False
    first, second = _WORD.findall(text[-_LONGEST_WORD:-1])[-1].lower(), start[0].lower()
    if f"{first}-{second}" in words:
        return False
    if first + second in words:
        return True
    return not _is_repeated(first, second)


def _is_repeated(first: str, second: str) -> bool:
    """Whether the second word repeats the first one, as in anak-anak, sayur-mayur or berlari-lari."""
    is_root = len(first) >= 3 and (second.startswith(first) or (first.endswith(second) and len(second) >= 3))
    is_rhyme = len(first) >= 4 and abs(len(first) - len(second)) <= 1 and first[-4:] == second[-4:]
    return is_root or is_rhyme


def words_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the words within lines, with those that have hyphens as they are."""
    found: set[str] = set()
    for text in map(str.lower, lines):
        found.update(_HYPHEN.sub("-", word) for word in _HYPHENATED.findall(text))
        parts = _WORD.findall(text)
        found.update(parts[1:-1])
    return frozenset(found)
