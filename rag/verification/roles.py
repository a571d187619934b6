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
    avec met med với berjarak jarak between meets marries married menikah menikahi berpasangan
    """
)

# A passive has words of both kinds between the names: "was sued by".
_BY = word_set("by oleh por par door")
_AUXILIARIES = word_set(
    "was were is are been being has had have fue fueron ha han sido es son foi foram est sont été a ont werd"
    " werden is zijn"
)
_ACTIVE_PREFIXES = ("me", "mem", "men", "meng", "meny", "menge")
_DROPPED = "ptsk"
_SHORTEST_STEM = 3

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
        any(_is_reverse(own, given) or _has_other_voice(own, given) for given in evidence)
        and not any(_is_reverse(_reversed(own), given) for given in evidence)
        for own in claim
        if not _is_mutual(own)
    )


def _is_mutual(relation: Relation) -> bool:
    words = set(relation.between)
    return not _MUTUAL.isdisjoint(words - _AUXILIARIES if _is_passive(words) else words)


def _is_passive(between: Collection[str]) -> bool:
    """Whether words between two names are a passive with words of its own: "was sued by"."""
    return not _BY.isdisjoint(between) and not _AUXILIARIES.isdisjoint(between)


def _has_other_voice(own: Relation, given: Relation) -> bool:
    """Whether the names stand in the same order, but around a passive in one text and an active in the other.

    Without a change of the order, "Andi sued Budi" and "Andi was sued by Budi" say opposite things.
    """
    pairs = ((own.between, given.between), (given.between, own.between))
    return _are_in_order(own, given) and any(_is_passive_of(passive, active) for passive, active in pairs)


def _are_in_order(own: Relation, given: Relation) -> bool:
    """Whether the evidence has the two names in the same order, by the words that only one of them has."""
    first, second = own.first - own.second, own.second - own.first
    has_each = not given.first.isdisjoint(first) and not given.second.isdisjoint(second)
    return has_each and given.first.isdisjoint(second) and given.second.isdisjoint(first)


def _is_passive_of(passive: Sequence[str], active: Sequence[str]) -> bool:
    """Whether words are the passive of others, with the same verb.

    >>> _is_passive_of(["dituduh", "oleh"], ["menuduh"]), _is_passive_of(["was", "sued", "by"], ["sued"])
    (True, True)
    """
    verbs = [word for word in passive if word not in _BY and word not in _AUXILIARIES]
    others = [word for word in active if word not in _AUXILIARIES]
    if len(verbs) != 1 or len(others) != 1:
        return False
    verb, other = verbs[0], others[0]
    return (_is_passive(passive) and verb == other) or other in _active_forms(verb)


def _active_forms(verb: str) -> set[str]:
    """Return the active forms of an Indonesian passive: "menuduh" of "dituduh"."""
    stem = verb.removeprefix("di")
    if stem == verb or len(stem) <= _SHORTEST_STEM:
        return set()
    stems = (stem, stem[1:]) if stem[0] in _DROPPED else (stem,)
    return {prefix + each for prefix in _ACTIVE_PREFIXES for each in stems}


def _reversed(relation: Relation) -> Relation:
    return Relation(relation.second, relation.between, relation.first)


def _is_reverse(own: Relation, given: Relation) -> bool:
    """Whether the evidence says the same of the two names, but in the opposite order."""
    is_in_one_voice = _is_passive(own.between) == _is_passive(given.between)
    has_few_more = len(given.between) - len(own.between) <= _MOST_MORE_WORDS
    is_reverse = _are_in_order(_reversed(own), given)
    return is_reverse and is_in_one_voice and has_few_more and _is_within(own.between, given.between)


def _is_within(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether all words are among the others, in the same order."""
    rest = iter(others)
    return all(word in rest for word in words)
