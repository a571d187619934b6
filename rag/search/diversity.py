"""Fold near-copies among the hits, mostly reprints, into the best of them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from rag.datatypes import Copy, Hit

# Texts are compared by their runs of 5 letters and digits: short enough for every script, long enough to be
# rare.
_SHINGLE_CHARACTERS = 5
_NO_SIGNS = re.compile(r"[\W_]+")

# The smallest share of a copy's runs that its original has too. Reprints that are shortened or slightly
# reworded are above this share, other passages on the same event below (`python -m benchmarks.diversity`).
_NEAR = 0.75

# A text shorter than this share of its original is a quotation or a headline and not a copy.
_LEAST = 0.5


# Before all runs are compared, 16 of them, evenly spread, are looked up in the original. A copy must have at
# least 4 of them. By the binomial distribution, this misses four in a million of the copies at the threshold,
# and few other texts have as many.
_PROBES = 16
_LEAST_PROBES = 4


class _Original:
    """A hit with the data for comparisons, and the copies found so far."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self.copies: list[Copy] = []
        self._signs = _NO_SIGNS.sub("", hit.text.casefold())

    @cached_property
    def _numbers(self) -> Counter[str]:
        return Counter(re.findall(r"\d+", self.hit.text))

    @cached_property
    def _shingles(self) -> frozenset[str]:
        return _shingles(self._signs)

    @cached_property
    def _probes(self) -> list[str]:
        last = max(1, len(self._signs) - _SHINGLE_CHARACTERS + 1)
        places = range(0, last, max(1, last // _PROBES))
        return [self._signs[at : at + _SHINGLE_CHARACTERS] for at in places]

    def is_copied_by(self, other: "_Original") -> bool:
        """Whether the other text adds almost nothing. A text that differs in a number is not a copy."""
        if not self._may_be_copied_by(other) or not other._numbers <= self._numbers:
            return False
        if len(other._shingles) < _LEAST * len(self._shingles):
            return False
        return len(self._shingles & other._shingles) >= _NEAR * len(other._shingles)

    def _may_be_copied_by(self, other: "_Original") -> bool:
        """Whether a few runs of the other text occur here. This quickly excludes most texts."""
        held = sum(probe in self._signs for probe in other._probes)
        return held >= min(_LEAST_PROBES, _NEAR * len(other._probes))


class DistinctHits:
    """Takes hits, best first, and keeps those that are not near-copies of an earlier hit."""

    def __init__(self) -> None:
        self._originals: list[_Original] = []

    def __len__(self) -> int:
        return len(self._originals)

    def add(self, hits: Iterable[Hit]) -> None:
        """Keep each hit, or record it as a copy of an earlier one."""
        for hit in hits:
            read = _Original(hit)
            original = next((kept for kept in self._originals if kept.is_copied_by(read)), None)
            if original is None:
                self._originals.append(read)
            else:
                original.copies.append(_copy(hit))

    def first(self, number: int) -> list[Hit]:
        """Return the first `number` hits, ranked from 1, with their copies."""
        return [
            replace(original.hit, rank=rank, copies=tuple(original.copies))
            for rank, original in enumerate(self._originals[:number], start=1)
        ]


def _copy(hit: Hit) -> Copy:
    return Copy(
        passage_id=hit.passage_id,
        article_id=hit.article_id,
        title=hit.title,
        url=hit.url,
        outlet=hit.outlet,
        published_at=hit.published_at,
        paragraph=hit.paragraph,
        start=hit.start,
        end=hit.end,
    )


def _shingles(signs: str) -> frozenset[str]:
    """Return the runs of letters and digits, or the whole text if it is shorter than a run.

    >>> sorted(_shingles("kopinaik"))
    ['inaik', 'kopin', 'opina', 'pinai']
    """
    last = max(1, len(signs) - _SHINGLE_CHARACTERS + 1)
    return frozenset([signs[at : at + _SHINGLE_CHARACTERS] for at in range(last)])
