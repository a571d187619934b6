"""The sentences of the evidence that answer a question: the answer without a language model."""

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.citations import Quote
from rag.datatypes import Hit
from rag.languages import sentence_spans, words

# Hits whose sentences are looked at, and sentences given.
_HITS = 3
_SENTENCES = 3

# What the question's words in a sentence, and its passage's rank, are worth beside similarity; a further
# sentence is given if it comes this near to the best. Chosen on development data (docs/retrieval.md).
_COVERAGE_WEIGHT = 0.05
_HIT_WEIGHT = 0.01
_MARGIN = 0.012


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
    candidates = _candidates(question, language=language, hits=hits[:_HITS])
    if not candidates:
        return []
    similarities = encoder.encode_passages([candidate.quote.text for candidate in candidates]) @ vector
    scores = [float(s) + c.prior for s, c in zip(similarities, candidates, strict=True)]
    order = sorted(range(len(candidates)), key=lambda place: -scores[place])
    near = [candidates[place].quote for place in order if scores[place] >= scores[order[0]] - _MARGIN]
    return _distinct(near)[:_SENTENCES]


def _candidates(question: str, *, language: str, hits: Sequence[Hit]) -> list[_Candidate]:
    asked = set(words(question, language=language))
    candidates = []
    for hit in hits:
        for start, end in sentence_spans(hit.text, language=hit.language):
            held = asked.intersection(words(hit.text[start:end], language=hit.language))
            prior = _COVERAGE_WEIGHT * len(held) / max(len(asked), 1) + _HIT_WEIGHT * (
                hit.score - hits[0].score
            )
            candidates.append(_Candidate(_verbatim(hit, start, end), prior))
    return candidates


def _verbatim(hit: Hit, start: int, end: int) -> Quote:
    # The claim is the quote, so the quote supports it.
    return Quote(
        hit=hit,
        start=hit.start + start,
        end=hit.start + end,
        verdict="supported",
        checks={"quote": True},
    )


def _distinct(quotes: Sequence[Quote]) -> list[Quote]:
    """Drop a sentence that a better one says in the same words."""
    by_words: dict[str, Quote] = {}
    for quote in quotes:
        by_words.setdefault(" ".join(quote.text.split()).casefold(), quote)
    return list(by_words.values())
