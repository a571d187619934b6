"""Finds the words in which a claim differs from the evidence that contradicts it."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.citations import Quote
from rag.datatypes import Difference, TextSpan
from rag.text.folding import APOSTROPHES, INVISIBLE_SIGNS, composed

# Vowel signs, accents and invisible signs, which belong to the letter before them.
_MARKS = INVISIBLE_SIGNS + "".join(
    sign for sign in map(chr, range(0x300, 0x1E00)) if unicodedata.category(sign)[0] == "M"
)

# Words, with numbers such as "1.500,5" whole. In scripts without spaces, single characters.
_NO_SPACES = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_LETTER = rf"(?![{_NO_SPACES}])[^\W\d_][{_MARKS}]*"
_TOKEN = re.compile(
    rf"\d+(?:[.,:/]\d+)*|[{_NO_SPACES}][{_MARKS}]*|(?:{_LETTER})+(?:[{APOSTROPHES}-](?:{_LETTER})+)*"
)

# The claim must repeat this share of its words from the evidence, with at most so many changes. Otherwise
# nothing says which of its words stand for which of the evidence.
_REPEATED = 0.5
_MOST_CHANGES = 3

Tokens = Sequence[re.Match[str]]


def difference(claim: str, quote: Quote) -> Difference | None:
    """Return the differing words of a claim and of its quote, or None if they cannot be told.

    The offsets are those of the claim and of the quote's article.
    """
    ours, theirs = _tokens(claim), _tokens(quote.text)
    found = _changed_words(ours, theirs) or _single_numbers(ours, theirs)
    if found is None:
        return None
    (start, end), (given_start, given_end) = found
    return Difference(
        claim=TextSpan(start=start, end=end, text=claim[start:end]),
        evidence=TextSpan(
            start=quote.start + given_start,
            end=quote.start + given_end,
            text=quote.text[given_start:given_end],
        ),
    )


def _tokens(text: str) -> Tokens:
    return list(_TOKEN.finditer(text))


def _changed_words(ours: Tokens, theirs: Tokens) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the most telling change between two texts of mostly the same words."""
    matcher = SequenceMatcher(None, _folded(ours), _folded(theirs), autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    # Words of the evidence before and after the claim's words are no changes. Words of the claim always are.
    changes = [
        (kind, (begin, end), (given_begin, given_end))
        for kind, begin, end, given_begin, given_end in matcher.get_opcodes()
        if kind in ("replace", "delete") or (kind == "insert" and 0 < begin < len(ours))
    ]
    if same < _REPEATED * len(ours) or not 1 <= len(changes) <= _MOST_CHANGES:
        return None
    _, own, given = min(changes, key=lambda change: _rank(change[0], ours[slice(*change[1])]))
    return _span(ours, own), _span(theirs, given)


def _rank(kind: str, words: Tokens) -> int:
    """Return 0 for a replaced number, 1 for a replaced name, 2 for other replaced words, 3 for the rest."""
    if kind != "replace":
        return 3
    if any(word[0][0].isdecimal() for word in words):
        return 0
    return 1 if any(word[0][0].isupper() for word in words) else 2


def _span(tokens: Tokens, places: tuple[int, int]) -> tuple[int, int]:
    """Return the offsets of some tokens; of no tokens, those of the token after them."""
    begin, end = places
    if begin == end:
        begin, end = min(begin, len(tokens) - 1), min(begin, len(tokens) - 1) + 1
    return tokens[begin].start(), tokens[end - 1].end()


def _single_numbers(ours: Tokens, theirs: Tokens) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the only number of each text that the other text does not have."""
    own, given = ([token for token in tokens if token[0][0].isdecimal()] for tokens in (ours, theirs))
    only_ours = [token for token in own if token[0] not in _folded(given)]
    only_theirs = [token for token in given if token[0] not in _folded(own)]
    if len(only_ours) != 1 or len(only_theirs) != 1:
        return None
    return only_ours[0].span(), only_theirs[0].span()


def _folded(tokens: Tokens) -> list[str]:
    return [composed(token[0]).casefold().replace("'", "") for token in tokens]
