"""Finds names that a claim exchanges: who accuses, and who is accused.

A cross-encoder sees the same words in both texts, and is often sure of support.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.text.function_words import word_set

# In these languages, the order of names and verb tells who does what; in others, endings or particles do.
ORDERED_LANGUAGES = word_set("id ms jv su min ban en nl fr es pt it sv da nb no vi")

# Between two names, these say the same of both, or that one is the other.
_MUTUAL = word_set(
    """
    dan serta maupun atau and or y e o et ou en of och og và hoặc adalah ialah merupakan yakni yaitu itulah
    is are was were be es son fue era é foi est sont était è sono zijn är var er là vs versus v lawan melawan
    kontra against contre contra contro tegen mot bertemu bertanding bersama sama dengan antara with con com
    avec met med với between meets marries married menikah menikahi berpasangan
    """
)

# The evidence may have so many more words between the names.
_MOST_MORE_WORDS = 2


@dataclass(frozen=True)
class Relation:
    """Two names that follow each other in a sentence, each with all of its words, and the words between."""

    first: frozenset[str]
    between: tuple[str, ...]
    second: frozenset[str]


def relations(words: Sequence[str], names: Collection[str]) -> list[Relation]:
    """Return the relations of the names in a sentence, in order.

    >>> relations("kemarin andi menuduh budi".split(), {"andi", "budi"})[0].between
    ('menuduh',)
    """
    return [
        Relation(
            frozenset(words[slice(*first)]),
            tuple(words[first[1] : second[0]]),
            frozenset(words[slice(*second)]),
        )
        for first, second in pairwise(_places(words, names))
    ]


def _places(words: Sequence[str], names: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each name of one or more words."""
    for is_name, group in groupby(range(len(words)), key=lambda place: words[place] in names):
        places = list(group)
        if is_name:
            yield places[0], places[-1] + 1


def are_exchanged(claim: Sequence[Relation], evidence: Sequence[Relation]) -> bool:
    """Whether a claim exchanges two names of the evidence.

    >>> names = {"andi", "budi"}
    >>> said, given = "andi menuduh budi", "budi menuduh keras andi"
    >>> are_exchanged(relations(said.split(), names), relations(given.split(), names))
    True
    """
    return any(
        any(_is_reverse(own, given) for given in evidence)
        and not any(_is_reverse(_reversed(own), given) for given in evidence)
        for own in claim
        if _MUTUAL.isdisjoint(own.between)
    )


def _reversed(relation: Relation) -> Relation:
    return Relation(relation.second, relation.between, relation.first)


def _is_reverse(own: Relation, given: Relation) -> bool:
    """Whether the evidence says the same of the two names, but in the opposite order."""
    first, second = own.first - own.second, own.second - own.first
    is_reverse = (
        not given.first.isdisjoint(second)
        and not given.second.isdisjoint(first)
        and given.first.isdisjoint(first)
        and given.second.isdisjoint(second)
    )
    more = len(given.between) - len(own.between)
    return is_reverse and more <= _MOST_MORE_WORDS and _is_within(own.between, given.between)


def _is_within(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether all words are among the others, in the same order."""
    rest = iter(others)
    return all(word in rest for word in words)
