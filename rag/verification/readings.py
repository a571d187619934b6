"""What the cross-encoder reads of a claim: a unit of evidence, and what was found in it."""

from dataclasses import dataclass, replace
from functools import cached_property

from rag.verification.comparison import Comparison, Statement
from rag.verification.evidence import EvidenceSentence

# A copy of a sentence has at least this number of its words.
_FEWEST_COPIED = 3


@dataclass(frozen=True)
class Unit:
    """Sentences of the evidence that are read as one text, in the order of the evidence."""

    sentences: tuple[EvidenceSentence, ...]

    @cached_property
    def statement(self) -> Statement:
        """The sentences as one statement, with the contexts of all their passages."""
        contexts = dict.fromkeys(sentence.statement.context for sentence in self.sentences)
        text = " ".join(sentence.statement.text for sentence in self.sentences)
        return replace(self.sentences[0].statement, text=text, context="\n".join(contexts))

    @property
    def is_one_sentence(self) -> bool:
        """Whether the unit is a single sentence."""
        return len(self.sentences) == 1


@dataclass(frozen=True)
class Reading:
    """One unit: the probabilities that it supports or contradicts the claim, and how their facts compare."""

    unit: Unit
    supported: float
    contradicted: float
    comparison: Comparison


def is_copied(claim: Statement, reading: Reading) -> bool:
    """Whether the claim consists of words of one sentence in their order, with the same facts.

    Such a claim needs less support by the cross-encoder, which knows few ways to write a number.
    """
    if not reading.unit.is_one_sentence or set(reading.comparison.findings) - {"given"}:
        return False
    words = iter(reading.unit.statement.words_beside_numbers)
    own = claim.words_beside_numbers
    return len(own) >= _FEWEST_COPIED and all(word in words for word in own)


def is_whole(claim: Statement, copied: Reading) -> bool:
    """Whether a claim that is copied from a sentence leaves nothing out."""
    evidence = copied.unit.statement
    if claim.written_words == evidence.written_words:
        return True
    own, given = claim.facts_on(evidence.reference), evidence.facts
    has_all = len(own.quantities) == len(given.quantities) and len(own.dates) == len(given.dates)
    return has_all and claim.written_words_beside_numbers == evidence.written_words_beside_numbers


def is_whole_copy(claim: Statement, reading: Reading) -> bool:
    """Whether a claim repeats one sentence, with its numbers and dates in any notation."""
    return is_copied(claim, reading) and is_whole(claim, reading)
