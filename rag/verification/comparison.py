"""Compares a claim with evidence: its numbers, dates, names and polarity."""

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rag.text.function_words import FUNCTION_WORDS, word_set
from rag.text.languages import words, written_words
from rag.text.tags import is_same_language, primary_language
from rag.verification.facts import Facts, Name, Quantity, find_facts
from rag.verification.facts.aliases import TITLES
from rag.verification.facts.lexicon import fold
from rag.verification.facts.matching import (
    Finding,
    compare_dates,
    compare_numbers,
    replaces_date,
    replaces_number,
)
from rag.verification.facts.names import (
    has_capitals,
    holds,
    plain,
    plain_tokens,
    spelled_out,
    takes_place,
    territories,
)
from rag.verification.facts.polarity import (
    denied,
    denies_all,
    direction,
    has_negative_ending,
    is_denying,
)
from rag.verification.facts.romans import find_romans
from rag.verification.roles import ORDERED_LANGUAGES, Relation, are_exchanged, relations
from rag.verification.wording import (
    COVERED,
    FEWEST_SAME,
    LONGEST_NAME,
    are_interchangeable,
    are_opposed,
    changed,
    gives_numbers_to_others,
    in_full,
    replaces_words,
)

# Names have other endings in other cases, or another word is joined to them.
INFLECTING_LANGUAGES = word_set("ru sr uk fi et hu lt tr el ro hy fr it")

# The number of stems of a verb that ends a sentence.
_VERBS_AT_END = {"ja": 3, "ko": 2, "hi": 2}

# A claim that repeats a sentence but for one place has at most this number of other words there, in scripts
# with capitals.
_MOST_OTHER = 2


@dataclass(frozen=True)
class Statement:
    """One or more sentences with their context. Its facts are found once and compared often.

    `reference` is the day its article appeared. `context` is the title and the passage, which show who "he"
    is.
    """

    text: str
    language: str
    reference: date | None = None
    context: str = ""

    def is_in_language_of(self, other: "Statement") -> bool:
        """Whether both are written in one language, regardless of script and region."""
        return is_same_language(self.language, other.language)

    @cached_property
    def facts(self) -> Facts:
        """Its numbers, dates and names."""
        return self.facts_on(self.reference)

    def facts_on(self, reference: date | None) -> Facts:
        """Return its facts as read in an article of the day `reference`."""
        return _facts(self.text, self.language, reference)

    @cached_property
    def words(self) -> list[str]:
        """Its words in order, as keyword search indexes them."""
        return words(self.text, language=self.language)

    @cached_property
    def written_words(self) -> list[str]:
        """Its words in order, folded but not stemmed."""
        return written_words(fold(self.text))

    @cached_property
    def words_beside_numbers(self) -> list[str]:
        """Its stems without numbers and dates, which are compared by value."""
        return words(self.facts.rest, language=self.language)

    @cached_property
    def written_words_beside_numbers(self) -> list[str]:
        """Its words in order, folded but not stemmed, without numbers and dates."""
        return written_words(self.facts.rest)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Its distinct stems."""
        return frozenset(self.words)

    @property
    def has_numbers_or_dates(self) -> bool:
        """Whether it states a number or a date that needs support."""
        are_soft = [quantity.is_soft for quantity in self.facts.quantities]
        return not all([*are_soft, *(mention.is_soft for mention in self.facts.dates)])

    @cached_property
    def stems_of_names(self) -> frozenset[str]:
        """The distinct stems of its capitalised words."""
        return frozenset(words(" ".join(name.text for name in self.facts.names), language=self.language))

    @cached_property
    def ordered_tokens(self) -> list[str]:
        """Its words in order, in the form in which names are compared."""
        return plain_tokens(self.text)

    @cached_property
    def relations(self) -> list[Relation]:
        """Its names with the words between them, without numbers and dates."""
        names = {name.folded for name in self.facts.names}
        return relations([plain(word) for word in self.written_words_beside_numbers], names) if names else []

    @cached_property
    def context_tokens(self) -> list[str]:
        """The words of the text and its context in order, in the form in which names are compared."""
        return [*self.ordered_tokens, *_tokens_of_context(self.context)]

    @cached_property
    def context_stems(self) -> frozenset[str]:
        """The distinct stems of the text and its context."""
        return self.stems | _stems_of_context(self.context, self.language)

    @cached_property
    def countries(self) -> dict[str, set[str]]:
        """The countries that it and its context name, by code, with the words that name them."""
        own = territories(self.ordered_tokens, language=self.language)
        around = _countries_of_context(self.context, self.language)
        return {code: own.get(code, set()) | around.get(code, set()) for code in own | around}


# All sentences of a passage have the same context.
@functools.lru_cache(maxsize=1024)
def _tokens_of_context(context: str) -> list[str]:
    return plain_tokens(context)


@functools.lru_cache(maxsize=1024)
def _stems_of_context(context: str, language: str) -> frozenset[str]:
    return frozenset(words(context, language=language))


@functools.lru_cache(maxsize=1024)
def _countries_of_context(context: str, language: str) -> dict[str, set[str]]:
    return territories(_tokens_of_context(context), language=language)


@functools.lru_cache(maxsize=4096)
def _facts(text: str, language: str, reference: date | None) -> Facts:
    return find_facts(text, language=language, reference=reference)


@dataclass(frozen=True)
class Comparison:
    """How a claim's facts compare with some evidence; None if the claim states no fact of a kind.

    `polarity` is "differs" if one text denies what the other says, or if they are opposite. The claim may
    have the words of the evidence, but

    - `is_replaced`: a number or date in the place of another one;
    - `has_other_word`: another word or two in the place of some;
    - `has_exchanged_names`: two names in each other's place;
    - `is_opposite`: something rises in one text and falls in the other.
    """

    numbers: Finding | None
    dates: Finding | None
    names: Finding | None
    polarity: Finding | None
    coverage: float
    is_replaced: bool
    has_other_word: bool = False
    has_exchanged_names: bool = False
    is_opposite: bool = False

    @property
    def has_no_conflict(self) -> bool:
        """Whether the evidence neither lacks a fact or word of the claim nor has another in its place."""
        is_changed = self.has_other_word or self.has_exchanged_names or self.is_opposite
        return not is_changed and not {"missing", "differs"} & set(self.findings)

    @property
    def findings(self) -> list[Finding]:
        """The findings that are not None."""
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
    """Return the share of the claim's words that the evidence contains, 0 to 1."""
    return len(claim.stems & evidence.stems) / max(len(claim.stems), 1)


def compare(claim: Statement, evidence: Statement) -> Comparison:
    """Compare the facts of a claim with those of the evidence."""
    share = coverage(claim, evidence)
    stated, given = claim.facts_on(evidence.reference), evidence.facts
    is_repeated = written_words(stated.rest) == evidence.written_words_beside_numbers
    other_number = is_repeated and replaces_number(stated, given)
    other_date = is_repeated and replaces_date(stated, given)
    return Comparison(
        numbers="differs" if other_number else compare_numbers(stated, given),
        dates="differs" if other_date else compare_dates(stated, given),
        names=_compare_names(claim, evidence, is_covered=share >= COVERED),
        polarity=_compare_polarity(claim, evidence, is_covered=share >= COVERED),
        coverage=share,
        is_replaced=other_number or other_date,
        has_other_word=_has_other_word(claim, evidence),
        has_exchanged_names=_has_exchanged_names(claim, evidence),
        is_opposite=_same_direction(claim, evidence) is False,
    )


def _compare_polarity(claim: Statement, evidence: Statement, *, is_covered: bool) -> Finding | None:
    is_same = _same_direction(claim, evidence)
    if is_same is False or (is_covered and claim.is_in_language_of(evidence) and _is_denied(claim, evidence)):
        return "differs"
    return "given" if is_same else None


def _same_direction(claim: Statement, evidence: Statement) -> bool | None:
    """Whether something rises or falls in both texts; None if one of them says nothing of the kind."""
    ours = direction(claim.written_words, language=claim.language)
    theirs = direction(evidence.written_words, language=evidence.language)
    return None if ours is None or theirs is None else ours == theirs


def _is_denied(claim: Statement, evidence: Statement) -> bool:
    """Whether one text denies a word that the other states without a negation."""
    shorter, longer = sorted((len(claim.written_words), len(evidence.written_words)))
    endings = {has_negative_ending(each.text, claim.language) for each in (claim, evidence)}
    if len(endings) > 1 and shorter >= COVERED * longer:  # a longer text may deny something else
        return True
    ours = denied(claim.written_words, language=claim.language)
    theirs = denied(evidence.written_words, language=evidence.language)
    if _is_denied_in_both(claim, evidence):
        return False
    return _states(evidence, ours - theirs) or _states(claim, theirs - ours)


def _is_denied_in_both(claim: Statement, evidence: Statement) -> bool:
    """Whether both deny something, and one of them denies the whole sentence: "no one was hurt"."""
    texts = [(each.written_words, each.language) for each in (claim, evidence)]
    are_denying = [is_denying(tokens, language=language) for tokens, language in texts]
    return all(are_denying) and any(denies_all(tokens, language=language) for tokens, language in texts)


def _states(statement: Statement, others: Iterable[str]) -> bool:
    """Whether a text has one of these words in any form, except for function words."""
    telling = set(others) - FUNCTION_WORDS
    stems = words(" ".join(telling), language=statement.language)
    return not telling.isdisjoint(statement.written_words) or not statement.stems.isdisjoint(stems)


def _compare_names(claim: Statement, evidence: Statement, *, is_covered: bool) -> Finding | None:
    same_language = claim.is_in_language_of(evidence)
    if (
        same_language
        and is_covered
        and not has_capitals(claim.text)
        and replaces_words(
            claim.words_beside_numbers,
            evidence.words_beside_numbers,
            verbs_at_end=_VERBS_AT_END.get(primary_language(claim.language), 0),
        )
    ):
        return "differs"
    if not claim.facts.names:
        return None
    finder = _name_finder(claim, evidence, same_language=same_language)
    absent = [name for name in claim.facts.names if not finder(evidence.ordered_tokens, name)]
    hard = [name for name in absent if not name.is_soft]
    if not same_language:
        return _across_languages(claim, evidence, [n for n in hard if not finder(evidence.context_tokens, n)])
    conflicting = _conflicting_names(claim, evidence) if is_covered else []
    others = {name.folded for name in conflicting}
    if absent and others and takes_place(absent, others, claim.ordered_tokens, evidence.ordered_tokens):
        return "differs"
    return "missing" if any(not finder(evidence.context_tokens, name) for name in hard) else "given"


def _name_finder(
    claim: Statement, evidence: Statement, *, same_language: bool
) -> Callable[[Iterable[str], Name], bool]:
    """Return a function that says whether tokens contain a name of the claim.

    Countries are compared by code, and an abbreviation in the evidence stands for its words in the claim.
    "II" is also "Kedua", and in languages that inflect names, the stems are compared.
    """
    ours, theirs = claim.countries, evidence.countries
    known = {token for code in ours.keys() & theirs.keys() for token in ours[code]}
    known |= spelled_out(claim.ordered_tokens, evidence.facts.names)
    known |= {plain(numeral.text) for numeral in find_romans(claim.text) if _gives(evidence, numeral)}
    around = evidence.context_tokens
    is_inflected = same_language and primary_language(claim.language) in INFLECTING_LANGUAGES

    def is_held(tokens: Iterable[str], name: Name) -> bool:
        is_known = name.folded in known or known.issuperset(name.folded.split("-"))
        own = words(name.text, language=claim.language) if is_inflected else []
        if own and (evidence.context_stems if tokens is around else evidence.stems).issuperset(own):
            return True
        return is_known or holds(tokens, name, same_language=same_language)

    return is_held


def _gives(statement: Statement, numeral: Quantity) -> bool:
    return any(numeral.equals(given) for given in statement.facts.quantities)


def _across_languages(claim: Statement, evidence: Statement, absent: Sequence[Name]) -> Finding | None:
    """Judge the names that evidence in another language does not seem to contain; many are translated.

    In a script without capitals, the names of the evidence are not known, so finding none proves nothing.
    """
    hard = [name for name in claim.facts.names if not name.is_soft]
    if not hard:
        return None
    if len(absent) < len(hard) or len(hard) == 1:
        return "given"
    return "missing" if evidence.facts.names else "unverified"


def _conflicting_names(claim: Statement, evidence: Statement) -> list[Name]:
    """Return the evidence's names that are missing from a claim that the evidence covers."""
    own, ours, theirs = claim.ordered_tokens, claim.countries, evidence.countries
    known = {token for code in ours.keys() & theirs.keys() for token in theirs[code]}
    common = {word for word in re.findall(r"\w+", evidence.context) if word.islower()}
    return [
        name
        for name in evidence.facts.names
        if name.folded not in known
        and not holds(own, name, same_language=True)
        and name.text.casefold() not in common
    ]


def _has_other_word(claim: Statement, evidence: Statement) -> bool:
    """Whether a claim repeats a sentence with other words in one place: "stable" for "critical".

    In scripts with capitals, `_compare_names` compares the names.
    """
    if not claim.is_in_language_of(evidence):
        return False
    own, given = claim.written_words, evidence.written_words
    if are_opposed(own, given) or gives_numbers_to_others(own, given):
        return True
    stated = in_full(written_words(claim.facts_on(evidence.reference).rest), claim.language)
    written = in_full(evidence.written_words_beside_numbers, claim.language)
    ours, theirs, same = changed(stated, written)
    most = _MOST_OTHER if has_capitals(claim.text) else LONGEST_NAME
    if not (1 <= len(ours) <= most and 1 <= len(theirs) <= most) or same < FEWEST_SAME:
        return False
    names = {name.folded for name in claim.facts.names} | FUNCTION_WORDS | TITLES
    are_names = names.issuperset(ours) or names.issuperset(map(plain, ours))
    if are_names or FUNCTION_WORDS.issuperset(theirs) or are_interchangeable(ours, theirs):
        return False
    return words(" ".join(ours), language=claim.language) != words(" ".join(theirs), language=claim.language)


def _has_exchanged_names(claim: Statement, evidence: Statement) -> bool:
    is_ordered = primary_language(claim.language) in ORDERED_LANGUAGES
    is_comparable = is_ordered and claim.is_in_language_of(evidence)
    return is_comparable and are_exchanged(claim.relations, evidence.relations)
