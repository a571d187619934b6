"""Near-copies among the hits, reprints above all, folded into the best of them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rag.datatypes import Copy, Hit

# Runs of so many letters and digits are compared: short enough for every script, long enough to be rare.
_SHINGLE_CHARACTERS = 5

# Share of a copy's runs that its original has too. Reprints that are shortened or reworded here and there lie
# above it, other passages of the same event below (`python -m benchmarks.diversity`).
_NEAR = 0.75

# What is less than this share as long as its original is a quotation or a headline rather than a copy.
_LEAST = 0.5


@dataclass
class _Original:
    """A hit, what is compared of it, and the copies found so far."""

    hit: Hit
    shingles: frozenset[str]
    numbers: Counter[str]
    copies: list[Copy] = field(default_factory=list)

    def is_copied_by(self, other: "_Original") -> bool:
        """Whether the other text adds next to nothing; one that gives another number is no copy."""
        if not other.numbers <= self.numbers or len(other.shingles) < _LEAST * len(self.shingles):
            return False
        return len(self.shingles & other.shingles) >= _NEAR * len(other.shingles)


class DistinctHits:
    """Takes hits, best first; keeps those that are no near-copy of one before."""

    def __init__(self) -> None:
        self._originals: list[_Original] = []

    def __len__(self) -> int:
        return len(self._originals)

    def add(self, hits: Iterable[Hit]) -> None:
        """Keep each hit, or note it as a copy."""
        for hit in hits:
            read = _Original(hit, _shingles(hit.text), Counter(re.findall(r"\d+", hit.text)))
            original = next((kept for kept in self._originals if kept.is_copied_by(read)), None)
            if original is None:
                self._originals.append(read)
            else:
                original.copies.append(_copy(hit))

    def first(self, number: int) -> list[Hit]:
        """Return the first hits, ranked from 1, with their copies."""
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


def _shingles(text: str) -> frozenset[str]:
    """Return the runs of letters and digits; of a shorter text the whole.

    >>> sorted(_shingles("Kopi naik!"))
    ['inaik', 'kopin', 'opina', 'pinai']
    """
    signs = "".join(filter(str.isalnum, text.casefold()))
    last = max(1, len(signs) - _SHINGLE_CHARACTERS + 1)
    return frozenset(signs[at : at + _SHINGLE_CHARACTERS] for at in range(last))
