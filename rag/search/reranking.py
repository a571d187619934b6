"""Reorder the best hits with a model that reads each hit together with the query."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from embeddings.cross_encoder import CrossEncoder
from embeddings.reranker import Reranker
from rag.datatypes import Hit
from rag.text.languages import Span, sentence_spans

# The number of hits that the cross-encoder reads.
DEPTH = 16

# By how much the log odds of a hit fall with the logarithm of its rank in the search, because the search
# knows how rare the words in common are. Chosen on development data (`python -m benchmarks.refusal`).
_RANK_WEIGHT = 1.0

# By how much they fall at most if the answer is in the title alone, which all passages of an article have.
_TITLE_WEIGHT = 2.0

# The score of a sentence without a token, such as a zero-width space.
_LOWEST = -100.0


@dataclass(frozen=True)
class PassageReading:
    """What the cross-encoder read in a hit: the log odds that it answers the query, and where.

    `scores` has one number for each sentence in `spans`: the log-softmax of its score, over the title and all
    sentences, which says how likely the answer is there.
    """

    relevance: float
    spans: tuple[Span, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Reranked:
    """The hits in their new order, and what the cross-encoder read, by passage id."""

    hits: list[Hit]
    readings: Mapping[int, PassageReading] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reranking:
    """The models that read hits, and the number of hits: `depth`, or `top_k` if that is larger.

    If there is a `reranker`, its scores order the hits. Otherwise the readings of the cross-encoder do.
    """

    cross_encoder: CrossEncoder | None = None
    reranker: Reranker | None = None
    depth: int = DEPTH

    def rerank(self, query: str, hits: Sequence[Hit]) -> Reranked:
        """Return the hits in order of their new scores. Equal hits keep their order."""
        readings = read_hits(query, hits, self.cross_encoder) if self.cross_encoder else {}
        if self.reranker is not None:
            scores = self.reranker.scores(query, [_lead(hit) + hit.text for hit in hits])
        elif readings:
            scores = [
                _own_relevance(readings[hit.passage_id]) - _RANK_WEIGHT * math.log(rank)
                for rank, hit in enumerate(hits, start=1)
            ]
        else:
            return Reranked(list(hits))
        scored = sorted(zip(scores, hits, strict=True), key=lambda pair: -pair[0])
        ordered = [
            replace(hit, rank=rank, score=score, source="reranked")
            for rank, (score, hit) in enumerate(scored, start=1)
        ]
        return Reranked(ordered, readings)


def read_hits(query: str, hits: Sequence[Hit], cross_encoder: CrossEncoder) -> dict[int, PassageReading]:
    """Read each hit, sentence by sentence after its title and heading, together with the query."""
    spans = [sentence_spans(hit.text, language=hit.language) for hit in hits]
    passages = [
        [_lead(hit), *(hit.text[start:end] for start, end in spans_of_hit)]
        for hit, spans_of_hit in zip(hits, spans, strict=True)
    ]
    readings = cross_encoder.read(query, passages)
    return {
        hit.passage_id: PassageReading(
            reading.relevance,
            tuple(spans_of_hit),
            _log_shares(reading.parts)[1:],  # without the title
        )
        for hit, spans_of_hit, reading in zip(hits, spans, readings, strict=True)
    }


def _own_relevance(reading: PassageReading) -> float:
    """Return the log odds that the passage answers the query, which are lower if only its title does."""
    return reading.relevance + max(log_sum(reading.scores), -_TITLE_WEIGHT)


def log_sum(logarithms: Sequence[float]) -> float:
    """Return the logarithm of the sum of numbers that are given by their logarithms."""
    total = sum(map(math.exp, logarithms))
    return math.log(total) if total > 0 else _LOWEST


def _log_shares(scores: Sequence[float]) -> tuple[float, ...]:
    """Return the logarithms of the softmax.

    >>> [round(share, 2) for share in _log_shares([1.0, 1.0])]
    [-0.69, -0.69]
    """
    finite = [max(score, _LOWEST) for score in scores]
    highest = max(finite)
    total = highest + math.log(sum(math.exp(score - highest) for score in finite))
    return tuple(score - total for score in finite)


def _lead(hit: Hit) -> str:
    """Return what a hit is read after: its title and the heading above it."""
    return "".join(f"{topic}. " for topic in hit.topics)
