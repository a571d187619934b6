"""Find the words of the evidence that support a sentence of a language model.

The language model's markers are only hints. They decide between passages that support the claim, but never
whether a passage supports it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from embeddings.weights import FloatArray
from rag.citations import Quote
from rag.datatypes import Verdict
from rag.verification.claims import Sentence
from rag.verification.comparison import COVERED, Statement
from rag.verification.evidence import Candidate, Evidence, EvidenceSentence, runs
from rag.verification.meaning import THRESHOLD, UNRELATED

# The number of sentences that are compared with a claim besides the best one of each hit, and the largest
# number of sentences that may support a claim together.
_DEPTH = 6
_JOINED = 3

# If the best sentence contradicts the claim, and is about the claim with a probability (or a coverage) higher
# by this difference, it outweighs a sentence that states the same facts about something else.
_OUTWEIGHING_DIFFERENCE = 0.15

# If one sentence covers the claim to this share, several sentences are not joined to support it.
_COVERED_BY_ONE = 0.75

# A longer text is not a sentence. Its beginning shows what it is about, and no evidence supports all of it.
_LONGEST_CLAIM = 4000

# A claim with fewer words and no number, date or name is too short to compare with another language.
_MIN_COMPARABLE_WORDS = 3

# Markdown signs, images, link targets and names of sources: "[Reuters]", "(Sumber: Antara)", and a number in
# brackets or superscript at the end. subtle: the lengths are bounded, because a model may write nothing but
# brackets.
_MARKUP = re.compile(
    r"(?<!m)<sup>\W*\d{1,2}\W*</sup>|!\[[^\[\]]{0,300}\]\([^)]{0,500}\)|[*_`~#>]+"
    r"|\[(?P<shown>[^\[\]]{0,300})\]\([^)]{0,500}\)|<[^>]{1,40}>|\[[^\]]{1,60}\]|【[^】]{1,60}】"
    r"|[(（](?:source|sumber|evidence|bukti|fuente|来源|出处)[^)）]{0,60}[)）]"
    r"|(?:[(（]\d{1,2}[)）]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)(?=\W*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Attribution:
    """The verdict on one claim, the checks that led to it, and the quotes that support or contradict it.

    `is_related` tells whether any evidence is about the claim. `is_refusal` tells whether the sentence says
    that the articles do not hold the answer. Such a sentence is not a claim.
    """

    verdict: Verdict
    checks: Mapping[str, bool | float]
    quotes: Sequence[Quote] = ()
    is_related: bool = True
    is_refusal: bool = False


def attribute(sentence: Sentence, *, evidence: Evidence, language: str) -> Attribution:
    """Return the verdict on a claim and its quotes.

    The quotes are from the hits that the sentence names, if these support the claim, else from the best hit
    that does.
    """
    text = without_markup(sentence.text)
    claim = Statement(text=text[:_LONGEST_CLAIM], language=language, reference=None)
    vector = evidence.encode(claim.text)
    candidates = evidence.candidates(claim, vector, depth=_DEPTH)
    if not candidates:
        return Attribution("unsupported", {}, is_related=False)
    best = candidates[0]
    if len(text) > _LONGEST_CLAIM:
        return _unsupported(best)
    is_refusal = evidence.reads_as_refusal(vector)
    if is_refusal and not claim.has_numbers_or_dates and best.comparison.coverage < COVERED:
        return replace(_unsupported(best), is_refusal=True)
    supporting = [candidate for candidate in candidates if _supports(claim, candidate)]
    if supporting and not _outweighs(best, supporting[0]):
        return _supported(_preferred(supporting, sentence.evidence))
    joined = _join(claim, vector, candidates, evidence)
    if joined is not None:
        return _supported([joined])
    return replace(_unsupported(best), is_refusal=is_refusal)


def without_markup(text: str) -> str:
    """Return a sentence without Markdown and names of sources, for checking.

    >>> without_markup("Harga **naik** [12 persen](https://example.org) [Reuters] (1).")
    'Harga naik 12 persen  .'
    """
    return _MARKUP.sub(lambda match: match["shown"] or "", text).replace("|", " ")


def _supports(claim: Statement, candidate: Candidate) -> bool:
    """Whether a candidate supports the claim. A word or two in another language are not enough to compare."""
    is_comparable = (
        len(claim.words) >= _MIN_COMPARABLE_WORDS
        or bool(candidate.comparison.findings)
        or claim.is_in_language_of(candidate.sentences[0].statement)
    )
    return is_comparable and candidate.supports_claim


def _outweighs(best: Candidate, supporting: Candidate) -> bool:
    """Whether the best sentence contradicts the claim and is clearly closer to it than the supporting one."""
    if not best.is_contradicted or best.probability - supporting.probability < 0:
        return False
    is_nearer = best.comparison.coverage - supporting.comparison.coverage >= _OUTWEIGHING_DIFFERENCE
    return is_nearer or best.probability - supporting.probability >= _OUTWEIGHING_DIFFERENCE


def _preferred(supporting: Sequence[Candidate], named: Sequence[int]) -> list[Candidate]:
    """Return the best supporting candidate of each named hit, or the best of all if no named hit has one."""
    best_of_hit: dict[int, Candidate] = {}
    for candidate in supporting:
        best_of_hit.setdefault(candidate.sentences[0].number, candidate)
    kept = [best_of_hit[number] for number in named if number in best_of_hit]
    return kept or [supporting[0]]


def _join(
    claim: Statement, vector: FloatArray, candidates: Sequence[Candidate], evidence: Evidence
) -> Candidate | None:
    """Return several sentences that support the claim together, or None if there are none."""
    best = candidates[0]
    if best.comparison.coverage >= _COVERED_BY_ONE or best.probability < UNRELATED:
        return None
    parts: list[EvidenceSentence] = list(best.sentences)
    for candidate in candidates[1:]:
        if not _adds_words(claim, parts, candidate):
            continue
        parts += candidate.sentences
        joined = evidence.joined(claim, vector, parts)
        if _supports(claim, joined):
            return joined
        if len(parts) == _JOINED:
            return None
    return None


def _adds_words(claim: Statement, parts: Sequence[EvidenceSentence], candidate: Candidate) -> bool:
    """Whether a sentence of the same language contains two or more words of the claim that `parts` lack.

    A sentence of another passage must add more than a name: one passage must state who did what.
    """
    (sentence,) = candidate.sentences
    if candidate.probability < UNRELATED / 2 or sentence.hit.language != parts[0].hit.language:
        return False
    if not claim.is_in_language_of(sentence.statement):
        return sentence.number == parts[0].number
    held = frozenset[str]().union(*(part.statement.stems for part in parts))
    added = (claim.stems & sentence.statement.stems) - held
    is_more = sentence.number == parts[0].number or bool(added - claim.stems_of_names)
    return len(added) > 1 and is_more


def _supported(candidates: Sequence[Candidate]) -> Attribution:
    quotes = [quote for candidate in candidates for quote in _quotes(candidate, verdict="supported")]
    return Attribution("supported", quotes[0].checks, quotes)


def _unsupported(best: Candidate) -> Attribution:
    """Return the verdict `contradicted` with the contradicting sentence, or `unsupported` without quotes."""
    is_about_it = best.probability >= THRESHOLD or best.comparison.coverage >= COVERED
    checks = {**best.comparison.checks, "meaning": round(best.probability, 4)}
    if best.is_contradicted and is_about_it:
        quotes = _quotes(best, verdict="contradicted")
        return Attribution("contradicted", quotes[0].checks, quotes)
    return Attribution("unsupported", checks, is_related=best.probability >= UNRELATED)


def _quotes(candidate: Candidate, *, verdict: Verdict) -> list[Quote]:
    passed = candidate.comparison.checks
    if verdict == "supported":
        passed = dict.fromkeys(passed, True)  # a name that cannot be verified is no reason against the claim
    checks = {"quote": True, **passed, "meaning": round(candidate.probability, 4)}
    return [
        Quote(hit=first.hit, start=first.start, end=end, verdict=verdict, checks=checks)
        for first, end in runs(candidate.sentences)
    ]
