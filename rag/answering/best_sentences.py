"""Choose the sentences of the hits that answer a question, without a language model."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from embeddings.encoder import Encoder
from rag.citations import Quote
from rag.datatypes import Hit
from rag.search.reranking import PassageReading
from rag.search.retrieval import SearchResult
from rag.text.languages import Span, sentence_spans

# The number of hits whose sentences are considered, and the largest number of excerpts.
_MAX_HITS = 3
_MAX_EXCERPTS = 3

# Another sentence is quoted too if it is at least e^-margin times as likely to contain the answer.
_MARGIN = 1.0

# Without a cross-encoder, cosine similarities are compared. One hundredth of a similarity counts as one unit.
_SIMILARITY_SCALE = 100.0


@dataclass(frozen=True)
class Excerpt:
    """A quote of one sentence or of two neighbouring sentences, and these sentences."""

    quote: Quote
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """One sentence of a hit with its score. `place` is its number among all sentences, from 0."""

    hit: Hit
    span: Span
    place: int
    score: float


def best_sentences(
    found: SearchResult, *, encoder: Encoder, are_of_one_story: bool = False
) -> tuple[Excerpt, ...]:
    """Return one to three verbatim quotes from the hits, the best first.

    If the cross-encoder has read the hits, the first quote is from the first hit, unless they are of one
    story. If not, the encoder compares the sentences with the question.
    """
    scored = [
        (hit, span, score)
        for hit in found.hits[:_MAX_HITS]
        for span, score in (
            _read_sentences(found.readings[hit.passage_id])
            if hit.passage_id in found.readings
            else _compared_sentences(hit, found, encoder)
        )
    ]
    candidates = [
        _Candidate(hit=hit, span=span, place=place, score=score)
        for place, (hit, span, score) in enumerate(scored)
    ]
    is_read = found.hits[0].passage_id in found.readings
    return tuple(_excerpts(candidates, first=found.hits[0] if is_read and not are_of_one_story else None))


def _read_sentences(reading: PassageReading) -> list[tuple[Span, float]]:
    """Return the sentences with the log odds that the passage answers the question with this sentence."""
    return [
        (span, reading.relevance + score) for span, score in zip(reading.spans, reading.scores, strict=True)
    ]


def _compared_sentences(hit: Hit, found: SearchResult, encoder: Encoder) -> list[tuple[Span, float]]:
    assert found.vector is not None, "hybrid search must encode the query"
    spans = sentence_spans(hit.text, language=hit.language)
    similarities = encoder.encode_passages([hit.text[start:end] for start, end in spans]) @ found.vector
    return [
        (span, _SIMILARITY_SCALE * float(similarity))
        for span, similarity in zip(spans, similarities, strict=True)
    ]


def excerpts_before_stop(excerpts: Sequence[Excerpt], stop: Sequence[str]) -> Sequence[Excerpt]:
    """Return the excerpts before the first one that contains a stop sequence."""
    text = ""
    for place, excerpt in enumerate(excerpts):
        text += "\n" * bool(text) + excerpt.quote.text
        if any(end in text for end in stop):
            return excerpts[:place]
    return excerpts


def excerpts_within(
    excerpts: Sequence[Excerpt], max_tokens: int | None, *, count_tokens: Callable[[Sequence[str]], list[int]]
) -> Sequence[Excerpt]:
    """Return the first excerpts that fit into `max_tokens` as a whole, and always the first one."""
    if max_tokens is None or not excerpts:
        return excerpts
    totals = accumulate(count_tokens([excerpt.quote.text for excerpt in excerpts]))
    return excerpts[: max(1, sum(total <= max_tokens for total in totals))]


def _excerpts(candidates: Sequence[_Candidate], *, first: Hit | None) -> list[Excerpt]:
    """Return excerpts: the best sentence with a neighbour that scores nearly as high, and other such ones.

    The best sentence is one of the hit `first`, if it is given.
    """
    ordered = sorted(candidates, key=lambda candidate: -candidate.score)
    best = next(candidate for candidate in ordered if first is None or candidate.hit is first)
    near = [other for other in ordered if other is not best and other.score >= best.score - _MARGIN]
    partners = [other for other in near if _may_join(best, other, candidates)][:1]
    chosen = [sorted([best, *partners], key=lambda candidate: candidate.place)]
    chosen += [[other] for other in near if other not in partners]
    excerpts = (excerpt_of(one[0].hit, [candidate.span for candidate in one]) for one in chosen)
    return _distinct(excerpts)[:_MAX_EXCERPTS]


def _may_join(best: _Candidate, other: _Candidate, candidates: Sequence[_Candidate]) -> bool:
    """Whether both are neighbours in a passage of more than two sentences."""
    of_passage = [candidate for candidate in candidates if candidate.hit.passage_id == best.hit.passage_id]
    return other in of_passage and abs(other.place - best.place) == 1 and len(of_passage) > 2


def excerpt_of(hit: Hit, spans: Sequence[Span]) -> Excerpt:
    """Return sentences of a hit that follow each other as an excerpt."""
    quote = Quote(
        hit=hit,
        start=hit.start + spans[0][0],
        end=hit.start + spans[-1][1],
        verdict="unchecked",
        checks={"quote": True},
    )
    return Excerpt(quote, tuple(hit.text[slice(*span)] for span in spans))


def _distinct(excerpts: Iterable[Excerpt]) -> list[Excerpt]:
    """Drop quotes that have the same words as a better quote."""
    by_words: dict[str, Excerpt] = {}
    for excerpt in excerpts:
        by_words.setdefault(" ".join(excerpt.quote.text.split()).casefold(), excerpt)
    return list(by_words.values())
