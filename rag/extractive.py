"""The sentences of the evidence that answer a question: the answer without a language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.citations import Quote
from rag.datatypes import Hit
from rag.languages import sentence_spans, words
from rag.passages import titled

# Hits whose sentences are looked at, and sentences given at most.
_HITS = 3
_SENTENCES = 3

# Worth of a sentence beside its similarity: the share of the question's words it holds; its passage's
# standing; the lack of a new number where the question asks for one. Fitted on development data, each set
# left out in turn. A further sentence is given if it comes within the margin of the best.
_COVERAGE_WEIGHT = 0.11
_HIT_WEIGHT = 0.018
_NUMBER_MISSING = 0.1
_MARGIN = 0.03

# How a question asks for a number or a date, in the languages we know it of.
_ASKS_FOR_NUMBER = re.compile(
    r"\b(berapa\w*|seberapa|kapan\w*|bila\w*kah"  # id, ms
    r"|how (many|much|long|far|old|tall|big|fast|often|deep)|when|what (year|percentage|share|date)"
    r"|cuánt[oa]s?|cuándo|en qué año|combien|quand|en quelle année"  # es, fr
    r"|bao nhiêu|mấy|khi nào|năm nào|ngày nào"  # vi
    r"|sabaraha|iraha|pira)\b"  # su, jv
    r"|多少|幾|几[个個人年天次]|哪一?年|何时|何時|什么时候"
    r"|何[年月日人分円時歳回件台度]|いくら|いくつ|いつ"
    r"|كم|متى|في أي (عام|سنة)|เท่าไ|เท่าใด|กี่|เมื่อใด|เมื่อไ|ปีใด|कितन|कब|얼마|몇|언제",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Candidate:
    quote: Quote
    prior: float


def best_sentences(
    question: str, *, language: str, vector: FloatArray, hits: Sequence[Hit], encoder: Encoder
) -> list[Quote]:
    """Return one to three verbatim sentences of `hits`, the best first.

    `vector` is the question's own (dimension).
    """
    candidates: list[_Candidate] = []
    texts: list[str] = []
    for hit in hits[:_HITS]:
        sentences = _candidates(question, language, hit, standing=hit.score - hits[0].score)
        candidates += sentences
        texts += titled(
            hit.title,
            [sentence.quote.text for sentence in sentences],
            count_tokens=encoder.count_tokens,
            max_tokens=encoder.max_tokens,
        )
    similarities = encoder.encode_passages(texts) @ vector
    scores = [float(s) + c.prior for s, c in zip(similarities, candidates, strict=True)]
    order = sorted(range(len(candidates)), key=lambda place: -scores[place])
    near = [candidates[place].quote for place in order if scores[place] >= scores[order[0]] - _MARGIN]
    return _distinct(near)[:_SENTENCES]


def _candidates(question: str, language: str, hit: Hit, *, standing: float) -> list[_Candidate]:
    asked = set(words(question, language=language))
    numbers_asked = set(re.findall(r"\d+", question)) if _ASKS_FOR_NUMBER.search(question) else None
    candidates = []
    for start, end in sentence_spans(hit.text, language=hit.language):
        quote = _verbatim(hit, start, end)
        held = asked.intersection(words(quote.text, language=hit.language))
        prior = _COVERAGE_WEIGHT * len(held) / max(len(asked), 1) + _HIT_WEIGHT * standing
        if numbers_asked is not None and not set(re.findall(r"\d+", quote.text)) - numbers_asked:
            prior -= _NUMBER_MISSING
        candidates.append(_Candidate(quote, prior))
    return candidates


def _verbatim(hit: Hit, start: int, end: int) -> Quote:
    # The claim is the quote, so the quote supports it.
    return Quote(
        hit=hit, start=hit.start + start, end=hit.start + end, verdict="supported", checks={"quote": True}
    )


def _distinct(quotes: Sequence[Quote]) -> list[Quote]:
    """Drop a sentence that a better one says in the same words."""
    by_words: dict[str, Quote] = {}
    for quote in quotes:
        by_words.setdefault(" ".join(quote.text.split()).casefold(), quote)
    return list(by_words.values())
