"""Reads a claim together with its evidence: what the cross-encoder finds, and how the facts compare.

A claim is read with the sentence that resembles it most. If this is not enough, it is also read with the next
two, with two of them together, and with the whole passage of the first one, because some claims need more
than one sentence. So is the passage that the claim cites.
"""

from collections.abc import Iterator, Sequence

from embeddings.cross_encoder import ClaimJudge
from rag.verification.comparison import Statement, compare
from rag.verification.evidence import Candidate, Evidence, EvidenceSentence
from rag.verification.notation import in_notation_of
from rag.verification.readings import Reading, Unit, is_whole_copy

# The number of single sentences with which a claim is read.
_SENTENCES = 3

# A claim that the likeliest sentence supports with this probability and all its facts is read no further. On
# `claims-dev` and `authored-dev` (662 claims), this changes no verdict. A copy of the sentence needs less.
_CLEAR = 0.7
_CLEAR_COPY = 0.2


def read(
    claim: Statement,
    candidates: Sequence[Candidate],
    *,
    named: Sequence[int],
    evidence: Evidence,
    claim_judge: ClaimJudge,
) -> list[Reading]:
    """Read the claim together with the evidence.

    `candidates` come best first. `named` are the numbers of the hits that the claim cites.
    """
    first = candidates[0].sentence
    readings = _judged(claim, [Unit((first,))], claim_judge)
    if _is_clear(claim, readings[0]) and (not named or first.number in named):
        return readings
    units = _distinct(_units(claim, candidates, named=named, evidence=evidence))
    return readings + _judged(claim, units[1:], claim_judge)  # the first one is read already


def _is_clear(claim: Statement, reading: Reading) -> bool:
    enough = _CLEAR_COPY if is_whole_copy(claim, reading) else _CLEAR
    return reading.supported >= enough and reading.comparison.has_no_conflict


def _judged(claim: Statement, units: Sequence[Unit], claim_judge: ClaimJudge) -> list[Reading]:
    judged = claim_judge.judge(
        [(in_notation_of(unit.statement, claim), unit.statement.text) for unit in units]
    )
    return [
        Reading(unit, float(supported), float(contradicted), compare(claim, unit.statement))
        for unit, (supported, _, contradicted) in zip(units, judged, strict=True)
    ]


def _units(
    claim: Statement, candidates: Sequence[Candidate], *, named: Sequence[int], evidence: Evidence
) -> Iterator[Unit]:
    likeliest = [candidate.sentence for candidate in candidates]
    yield from (Unit((sentence,)) for sentence in likeliest[:_SENTENCES])
    first = likeliest[0]
    second = next((other for other in likeliest[1:] if _complements(claim, first, other)), None)
    if second is not None:
        yield Unit(tuple(sorted([first, second], key=lambda sentence: (sentence.number, sentence.start))))
    found = {sentence.number for sentence in likeliest}
    cited = next((number for number in named if number in found), first.number)
    for number in dict.fromkeys([cited, first.number]):
        yield Unit(tuple(sentence for sentence in evidence.sentences if sentence.number == number))


def _complements(claim: Statement, first: EvidenceSentence, second: EvidenceSentence) -> bool:
    """Whether two sentences may support a claim together.

    A sentence of another passage must contain more words of the claim than the first one does, and not only
    names: one passage must state who did what. A date such as "yesterday" is another day in another article.
    """
    if first.number == second.number:
        return True
    if first.statement.reference != second.statement.reference and second.statement.facts.dates:
        return False
    added = (claim.stems & second.statement.stems) - first.statement.stems
    return first.hit.language == second.hit.language and len(added) > 1 and bool(added - claim.stems_of_names)


def _distinct(units: Iterator[Unit]) -> list[Unit]:
    by_place: dict[tuple[tuple[int, int], ...], Unit] = {}
    for unit in units:
        by_place.setdefault(tuple((one.number, one.start) for one in unit.sentences), unit)
    return list(by_place.values())
