"""Find the words of the evidence that support a sentence of a language model.

The language model's markers are only hints. They decide between passages that support the claim, but never
whether a passage supports it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from embeddings.cross_encoder import ClaimJudge
from rag.citations import Quote
from rag.datatypes import Verdict
from rag.verification.claims import Sentence
from rag.verification.comparison import Statement
from rag.verification.difference import difference
from rag.verification.evidence import Candidate, Evidence, EvidenceSentence, runs
from rag.verification.facts.lexicon import fold
from rag.verification.judgement import Judgement, judge
from rag.verification.meaning import THRESHOLD, UNRELATED
from rag.verification.readings import Reading, Unit
from rag.verification.support import read
from rag.verification.wording import COVERED

# The number of sentences that are compared with a claim besides the best one of each hit, and the largest
# number of sentences of a passage that are quoted.
_DEPTH = 6
_QUOTED = 3

# A longer text is not a sentence. Its beginning shows what it is about, and no evidence supports all of it.
_LONGEST_CLAIM = 4000

# Markdown signs, images, link targets, tags of HTML, brackets, names of sources: "(Sumber: Antara)", and at
# the end a number in brackets or superscript, and a marker that is cut. subtle: the lengths are bounded,
# because a model may write nothing but brackets.
_MARKUP = re.compile(
    r"<sup>\W*(?P<tagged>\d{1,2})\W*</sup>|!\[[^\[\]]{0,300}\]\([^)]{0,500}\)|[*_`]+|~~|^\s{0,9}[#>]+"
    r"|\[(?P<link>[^\[\]]{0,300})\]\([^)]{0,500}\)"
    r"|</?[a-z][a-z0-9]{0,9}(?:\s[^<>]{0,40})?/?>|<https?://[^<>\s]{1,500}>"
    r"|\[(?P<square>[^\]]{1,60})\]|【(?P<lenticular>[^】]{1,60})】"
    r"|\(https?://[^()\s]{1,500}\)|[(（](?:source|sumber|evidence|bukti|fuente|来源|出处)[^)）]{0,60}[)）]"
    r"|(?:[(（]\d{1,2}[)）]|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+))(?=\W*$)"
    r"|\[{1,2}(?:q[0-9a-f]{0,4}(?::\d{0,3})?|\d{0,2})$",
    re.IGNORECASE,
)

# What stands in brackets without being said: markers such as "1, 2", "Sumber 3" and "q7:1", and agencies.
# A year may be that of a source. Other figures, and names such as "F-16", are said.
_LABEL = (
    r"source|src|sumber|evidence|bukti|fuente|kutipan|quote|artikel|article|passage|chunk|doc|document|dokumen"
    r"|ref|note|catatan|cite|cit|id|hal|page|来源|出处|[pqrst]"
)
_NO_FACT = r"[^\w%‰°$€£¥₹₩฿₫₽]"  # a sign that is no part of a figure
_MARKER = re.compile(
    rf"{_NO_FACT}{{0,9}}+(?:(?:{_LABEL})(?:{_NO_FACT}|_)?)?"
    rf"(?:(?:\d{{1,3}}|(?:19|20)\d\d)(?!\.?\d)|_|{_NO_FACT}){{0,60}}+"
    r"|(?:source|sumber|fuente|来源|出处)\W.*"
    rf"|\W{{0,9}}+(?:{_LABEL})[:_#-]?\d{{1,6}}(?:[\W_]\d{{1,4}}){{0,9}}\W*|\d{{1,3}}†.*"
    r"|(?:reuters|afp|ap|antara|xinhua|bloomberg|dpa|efe|kyodo|yonhap|bernama|tass|ansa|anadolu|upi|pti)"
    r"(?: news)?",
    re.IGNORECASE,
)
# "[Kompas, 12 Februari 2025]" names Kompas.
_BEHIND_NAME = re.compile(r"\s?[,;:(\d].*", re.DOTALL)
# "km²" is an area, and a footnote only behind a longer word.
_BEFORE_EXPONENT = re.compile(r"(?:.*[\s\d/(])?[a-zµ]{1,2}", re.IGNORECASE | re.DOTALL)
_LONGEST_UNIT = 4
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Words in brackets are a part of the word before them ("prajurit[nya]"), but not of a full stop.
_SIGN = re.compile(r"[^\w\s]")
_SPACES = re.compile(r"[^\S\n]+")


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


def attribute(
    sentence: Sentence, *, evidence: Evidence, language: str, claim_judge: ClaimJudge | None
) -> Attribution:
    """Return the verdict on a claim and its quotes.

    Without a cross-encoder nothing is `supported`, because nothing reads claim and evidence together.
    """
    text = without_markup(sentence.text, sources=evidence.sources)
    claim = Statement(text=text[:_LONGEST_CLAIM], language=language, reference=None)
    vector = evidence.encode(claim.text)
    candidates = evidence.candidates(claim, vector, depth=_DEPTH)
    if not candidates:
        return Attribution("unsupported", {}, is_related=False)
    best = candidates[0]
    is_related = best.probability >= UNRELATED
    if len(text) > _LONGEST_CLAIM:
        return Attribution(
            "unsupported", _checks(best.comparison.checks, best.probability), is_related=is_related
        )
    is_refusal = evidence.reads_as_refusal(vector)
    if is_refusal and not claim.has_numbers_or_dates and best.comparison.coverage < COVERED:
        return Attribution("unsupported", {}, is_related=is_related, is_refusal=True)
    if claim_judge is None:
        judgement = _unread(claim, candidates)
    else:
        readings = read(
            claim, candidates, named=sentence.evidence, evidence=evidence, claim_judge=claim_judge
        )
        judgement = judge(claim, readings, named=sentence.evidence)
    attribution = _attribution(sentence, judgement, candidates)
    is_refusal &= judgement.verdict in ("unsupported", "unchecked")
    return replace(attribution, is_refusal=is_refusal, is_related=is_related or bool(attribution.quotes))


def without_markup(text: str, *, sources: Collection[str] = ()) -> str:
    """Return a sentence without Markdown, markers and names of `sources` in brackets, for checking.

    Other words in brackets stay, because they may say what the sentence would not say without them.

    >>> without_markup("Harga **naik** [12 persen](https://example.org) [Reuters] (1).", sources=["reuters"])
    'Harga naik 12 persen .'
    >>> without_markup("[Sari] akan mundur [2].")
    'Sari akan mundur .'
    """

    def shown(match: re.Match[str]) -> str:
        raised = match["raised"] or match["tagged"]
        if raised:
            before = match.string[max(0, match.start() - _LONGEST_UNIT) : match.start()]
            return raised.translate(_RAISED) if _BEFORE_EXPONENT.fullmatch(before) else ""
        bracketed = match["square"] or match["lenticular"] or ""
        name = _BEHIND_NAME.sub("", fold(bracketed))
        is_source = _MARKER.fullmatch(bracketed) is not None or name in sources
        is_behind_sign = _SIGN.fullmatch(match.string[max(0, match.start() - 1) : match.start()])
        return match["link"] or ("" if is_source else f"{' ' if is_behind_sign else ''}{bracketed}")

    for _ in range(2):  # a link in parentheses may show nothing but "source"
        text = _MARKUP.sub(shown, text)
    return _SPACES.sub(" ", text.replace("|", " "))


def _unread(claim: Statement, candidates: Sequence[Candidate]) -> Judgement:
    """Judge by similarity and facts alone: a claim is `unchecked` at best."""
    best = candidates[0]
    reading = Reading(Unit((best.sentence,)), 0.0, 0.0, best.comparison)
    is_about_it = best.probability >= THRESHOLD or best.comparison.coverage >= COVERED
    findings = best.comparison.findings
    if is_about_it and "differs" in findings:
        return Judgement("contradicted", reading, best.probability)
    if is_about_it and "missing" not in findings:
        return Judgement("unchecked", reading, best.probability)
    return Judgement("unsupported", reading, best.probability)


def _attribution(sentence: Sentence, judgement: Judgement, candidates: Sequence[Candidate]) -> Attribution:
    passed = judgement.reading.comparison.checks
    if judgement.verdict == "supported":
        passed = dict.fromkeys(passed, True)  # a name that cannot be verified is no reason against the claim
    checks = _checks(passed, judgement.probability)
    if judgement.verdict == "unsupported":
        return Attribution("unsupported", checks)
    quotes = [
        Quote(
            hit=first.hit,
            start=first.start,
            end=end,
            verdict=judgement.verdict,
            checks={"quote": True, **checks},
        )
        for first, end in runs(_quoted(judgement.reading, candidates))
    ]
    if judgement.verdict == "contradicted":
        quotes = [replace(quote, difference=difference(sentence.text, quote)) for quote in quotes]
    return Attribution(judgement.verdict, quotes[0].checks, quotes)


def _checks(passed: Mapping[str, bool], probability: float) -> dict[str, bool | float]:
    return {**passed, "meaning": round(probability, 4)}


def _quoted(reading: Reading, candidates: Sequence[Candidate]) -> Sequence[EvidenceSentence]:
    """Return the sentences that the claim is about: in a whole passage, those that resemble it most."""
    sentences = reading.unit.sentences
    if len(sentences) < _QUOTED:
        return sentences
    places = {(sentence.number, sentence.start) for sentence in sentences}
    resembling = [candidate.sentence for candidate in candidates]
    kept = [sentence for sentence in resembling if (sentence.number, sentence.start) in places][:_QUOTED]
    return sorted(kept, key=lambda sentence: sentence.start) or sentences[:1]
