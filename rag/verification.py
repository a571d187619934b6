"""Does this evidence carry this claim? Its numbers, dates and names must be given; its meaning too."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal

from rag.facts import DateMention, Facts, Name, Quantity, find_facts
from rag.facts.dates import Day
from rag.facts.lexicon import fold
from rag.facts.names import has_capitals, holds, plain_tokens, territories
from rag.facts.polarity import denied, direction
from rag.languages import words, written_words

# "unverified": that the evidence lacks it, but could not be expected to show it.
Finding = Literal["given", "missing", "differs", "unverified"]

# A claim that shares this much of its words with a sentence tells the same thing; what differs is changed.
RETOLD = 0.6

# Another language may write numbers up to here in words.
_SMALL = 12

# In scripts without capitals, so many exchanges of so many words are taken for changed names; who says a
# thing in other words changes more.
_EXCHANGES = 2
_LONGEST_NAME = 8


@dataclass(frozen=True)
class Statement:
    """A sentence, or a run of them, and the context that it stands in; read once, compared often.

    `reference` is the day its article appeared; `context` is what tells who "he" is: title and passage.
    """

    text: str
    language: str
    reference: date | None = None
    context: str = ""

    def is_in_language_of(self, other: "Statement") -> bool:
        """Whether both are written in one language, whatever its script or region."""
        return _primary(self.language) == _primary(other.language)

    @cached_property
    def facts(self) -> Facts:
        """Its numbers, dates and names."""
        return self.facts_on(self.reference)

    def facts_on(self, reference: date | None) -> Facts:
        """Return its facts as read in an article of the day `reference`."""
        return _facts(self.text, self.language, reference)

    @cached_property
    def words(self) -> list[str]:
        """Its words in order, as keyword search knows them."""
        return words(self.text, language=self.language)

    @cached_property
    def written_words(self) -> list[str]:
        """Its words in order, folded, endings kept."""
        return written_words(fold(self.text))

    @cached_property
    def words_beside_numbers(self) -> list[str]:
        """Its words without its numbers and dates, which are compared by value."""
        return words(self.facts.rest, language=self.language)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Its distinct words."""
        return frozenset(self.words)

    @property
    def has_numbers_or_dates(self) -> bool:
        """Whether it states a number or a date that must be given."""
        are_soft = [quantity.is_soft for quantity in self.facts.quantities]
        return not all([*are_soft, *(mention.is_soft for mention in self.facts.dates)])

    @cached_property
    def stems_of_names(self) -> frozenset[str]:
        """Its distinct words that are written with a capital."""
        return frozenset(words(" ".join(name.text for name in self.facts.names), language=self.language))

    @cached_property
    def ordered_tokens(self) -> list[str]:
        """Its words as names are compared, in order."""
        return plain_tokens(self.text)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Its distinct words as names are compared."""
        return frozenset(self.ordered_tokens)

    @cached_property
    def context_tokens(self) -> list[str]:
        """The words of the text and its context, in order."""
        return plain_tokens(f"{self.text}\n{self.context}")

    @cached_property
    def countries(self) -> dict[str, set[str]]:
        """The countries that it and its context name, by code, with the words that name them."""
        return territories(self.context_tokens, language=self.language)


@functools.lru_cache(maxsize=4096)
def _facts(text: str, language: str, reference: date | None) -> Facts:
    return find_facts(text, language=language, reference=reference)


@dataclass(frozen=True)
class Comparison:
    """What a claim's facts are in some evidence; None where the claim states none of a kind.

    `polarity` differs where one denies what the other says, or one rises and the other falls.
    """

    numbers: Finding | None
    dates: Finding | None
    names: Finding | None
    polarity: Finding | None
    coverage: float

    @property
    def findings(self) -> list[Finding]:
        """The findings there are."""
        found = (self.numbers, self.dates, self.names, self.polarity)
        return [finding for finding in found if finding is not None]

    @property
    def checks(self) -> dict[str, bool]:
        """Whether each kind of fact passed."""
        named = {
            "numbers": self.numbers,
            "dates": self.dates,
            "names": self.names,
            "polarity": self.polarity,
        }
        return {name: finding in ("given", None) for name, finding in named.items()}


def coverage(claim: Statement, evidence: Statement) -> float:
    """Return the share of the claim's words that the evidence holds, 0 to 1."""
    return len(claim.stems & evidence.stems) / max(len(claim.stems), 1)


def compare(claim: Statement, evidence: Statement) -> Comparison:
    """Compare what a claim states with what the evidence gives."""
    share = coverage(claim, evidence)
    stated = claim.facts_on(evidence.reference)
    return Comparison(
        numbers=_compare_numbers(stated, evidence.facts),
        dates=_compare_dates(stated, evidence.facts),
        names=_compare_names(claim, evidence, is_retold=share >= RETOLD),
        polarity=_compare_polarity(claim, evidence, is_retold=share >= RETOLD),
        coverage=share,
    )


def _compare_numbers(claim: Facts, evidence: Facts) -> Finding | None:
    across = _primary(claim.language) != _primary(evidence.language)
    stated = [quantity for quantity in claim.quantities if not quantity.is_soft]
    stated = [quantity for quantity in stated if not (across and _is_small(quantity))]
    if not stated:
        return None
    left = list(evidence.quantities)
    unmatched = []
    for quantity in stated:
        match = next((given for given in left if quantity.equals(given)), None)
        if match is None:
            unmatched.append(quantity)
        else:
            left.remove(match)
    rivals = [given for given in left if not given.is_soft]
    # A number said twice needs to be given once, unless another stands in its place.
    missing = [quantity for quantity in unmatched if rivals or not _is_given(quantity, evidence)]
    missing = [quantity for quantity in missing if not _is_in_dates(quantity, evidence.dates)]
    if not missing:
        return "given"
    return (
        "differs"
        if any(_may_replace(rival, quantity) for rival in rivals for quantity in missing)
        else "missing"
    )


def _is_small(quantity: Quantity) -> bool:
    """Whether a number is one that another language may put in words of its own ("both")."""
    return not quantity.text[:1].isdecimal() or (
        quantity.dimension is None and max(quantity.values) <= _SMALL
    )


def _is_given(quantity: Quantity, evidence: Facts) -> bool:
    return any(quantity.equals(given) for given in evidence.quantities)


def _is_in_dates(quantity: Quantity, dates: Iterable[DateMention]) -> bool:
    parts = {part for mention in dates for day in mention.days for part in (day.year, day.month, day.day)}
    return quantity.text.isdecimal() and any(value in parts for value in quantity.values)


def _may_replace(rival: Quantity, quantity: Quantity) -> bool:
    return rival.dimension == quantity.dimension or None in (rival.dimension, quantity.dimension)


def _compare_dates(claim: Facts, evidence: Facts) -> Finding | None:
    stated = [mention for mention in claim.dates if not mention.is_soft]
    if not stated:
        return None
    given = [*evidence.dates, *_bare_years(evidence.quantities)]
    findings = [_find_date(mention, given) for mention in stated]
    return next((finding for finding in ("differs", "missing") if finding in findings), "given")


def _bare_years(quantities: Iterable[Quantity]) -> list[DateMention]:
    years = [int(value) for quantity in quantities for value in quantity.values if 1000 <= value < 2200]
    return [DateMention(text=str(year), days=(Day(year=year),)) for year in years]


def _find_date(stated: DateMention, given: Sequence[DateMention]) -> Finding:
    same = [mention for mention in given if _is_same_date(stated, mention)]
    if any(not _lacks(mention, stated) for mention in same) or _is_pieced_together(stated, same):
        return "given"
    if same and not any(_is_rival(mention, stated) for mention in given if mention not in same):
        return "missing"
    return "differs" if any(_is_rival(mention, stated) for mention in given) else "missing"


def _is_same_date(left: DateMention, right: DateMention) -> bool:
    if left.weekday is not None and right.weekday is not None and left.weekday != right.weekday:
        return False
    if not left.days or not right.days:
        return _weekday_agrees(left, right)
    return any(own.agrees(given) for own in left.days for given in right.days)


def _weekday_agrees(left: DateMention, right: DateMention) -> bool:
    """Whether one gives only a weekday that is the other's."""
    lone, dated = (left, right) if not left.days else (right, left)
    if dated.weekday is not None:
        return lone.weekday == dated.weekday
    return any(_weekday(day) == lone.weekday for day in dated.days)


def _weekday(day: Day) -> int | None:
    return date(day.year, day.month, day.day).weekday() if day.year and day.month and day.day else None


def _lacks(given: DateMention, stated: DateMention) -> bool:
    """Whether `given` leaves open what `stated` says."""
    if not stated.days:
        return False
    return all(day.lacks(own) for own in stated.days for day in given.days or (Day(),))


def _is_pieced_together(stated: DateMention, same: Sequence[DateMention]) -> bool:
    """Whether several mentions give together what no one gives: "3 June" and "2005"."""
    for own in stated.days:
        parts = [day for mention in same for day in mention.days if day.agrees(own)]
        given = Day(
            next((day.year for day in parts if day.year), None),
            next((day.month for day in parts if day.month), None),
            next((day.day for day in parts if day.day), None),
        )
        if not given.lacks(own):
            return True
    return False


def _is_rival(given: DateMention, stated: DateMention) -> bool:
    """Whether `given` gives the same parts otherwise."""
    if not stated.days or not given.days:
        return given.weekday is not None and stated.weekday is not None and given.weekday != stated.weekday
    return not any(own.agrees(other) for own in stated.days for other in given.days) and any(
        (own.year and other.year) or (own.month and other.month)
        for own in stated.days
        for other in given.days
    )


def _compare_polarity(claim: Statement, evidence: Statement, *, is_retold: bool) -> Finding | None:
    ours = direction(claim.written_words, language=claim.language)
    theirs = direction(evidence.written_words, language=evidence.language)
    if ours is not None and theirs is not None and ours != theirs:
        return "differs"
    if is_retold and claim.is_in_language_of(evidence) and _is_denied(claim, evidence):
        return "differs"
    return "given" if ours is not None and ours == theirs else None


def _is_denied(claim: Statement, evidence: Statement) -> bool:
    """Whether one denies a word that the other says without denying it."""
    ours = denied(claim.written_words, language=claim.language)
    theirs = denied(evidence.written_words, language=evidence.language)
    denied_by_claim = (ours - theirs) & set(evidence.written_words)
    denied_by_evidence = (theirs - ours) & set(claim.written_words)
    return bool(denied_by_claim or denied_by_evidence)


def _compare_names(claim: Statement, evidence: Statement, *, is_retold: bool) -> Finding | None:
    same_language = claim.is_in_language_of(evidence)
    if same_language and is_retold and not has_capitals(claim.text) and _has_exchanged_words(claim, evidence):
        return "differs"
    if not claim.facts.names:
        return None
    finder = _finder(claim, evidence, same_language=same_language)
    absent = [name for name in claim.facts.names if not finder(evidence.tokens, name)]
    hard = [name for name in absent if not name.is_soft]
    if not same_language:
        return _across_languages(claim, evidence, [n for n in hard if not finder(evidence.context_tokens, n)])
    rivals = _rivals(claim, evidence) if is_retold else []
    if rivals and absent:
        return "differs"
    return "missing" if any(not finder(evidence.context_tokens, name) for name in hard) else "given"


def _finder(
    claim: Statement, evidence: Statement, *, same_language: bool
) -> Callable[[Iterable[str], Name], bool]:
    """Return what tells whether tokens of the evidence hold a name of the claim; countries by their code."""
    ours, theirs = claim.countries, evidence.countries
    countries = {token for code in ours.keys() & theirs.keys() for token in ours[code]}

    def is_held(tokens: Iterable[str], name: Name) -> bool:
        return name.folded in countries or holds(tokens, name, same_language=same_language)

    return is_held


def _across_languages(claim: Statement, evidence: Statement, absent: Sequence[Name]) -> Finding | None:
    """Judge the names that a text of another language does not seem to hold: many are translated.

    In a script without capitals the evidence's own names are not known, so none found proves nothing.
    """
    hard = [name for name in claim.facts.names if not name.is_soft]
    if not hard:
        return None
    if len(absent) < len(hard) or len(hard) == 1:
        return "given"
    return "missing" if evidence.facts.names else "unverified"


def _rivals(claim: Statement, evidence: Statement) -> list[Name]:
    """Return the evidence's names that a claim which retells it does not hold."""
    own = claim.tokens
    common = {token for token in evidence.context.split() if token.islower()}
    return [
        name
        for name in evidence.facts.names
        if not holds(own, name, same_language=True) and name.text.casefold() not in common
    ]


def _has_exchanged_words(claim: Statement, evidence: Statement) -> bool:
    """Whether a few words of a sentence are exchanged: a name, in a script without capitals."""
    stated, given = claim.words_beside_numbers, evidence.words_beside_numbers
    matcher = SequenceMatcher(None, stated, given, autojunk=False)
    exchanged = [change for change in matcher.get_opcodes() if change[0] == "replace"]
    retold = sum(block.size for block in matcher.get_matching_blocks())
    if retold < RETOLD * len(stated) or not 1 <= len(exchanged) <= _EXCHANGES:
        return False
    return all(end - start <= _LONGEST_NAME for _, start, end, *_ in exchanged)


def _primary(language: str) -> str:
    return language.split("-")[0]
