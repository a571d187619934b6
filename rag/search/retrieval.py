"""Search: by vectors, by keywords, or by both; and what was found in a reranker's order."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from opentelemetry import trace

from embeddings.encoder import Encoder, TextTooLong
from embeddings.weights import FloatArray
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters, Hit, KeywordMatches, ScoredPassage, SearchMode, SearchSource
from rag.errors import BadRequest
from rag.search.diversity import DistinctHits
from rag.search.fusion import fuse
from rag.search.reranking import Reranking, rerank

# Candidates each leg brings to the fusion, whatever the number of hits asked for; the next number where
# near-copies fill those of the one before.
DEPTHS = (100, 1000, 20_000)


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is searched for, where, and how many hits of it.

    `top_k` hits are looked for; as many as `pool`, where that is more, come back if the search for those
    found them too.
    """

    text: str
    language: str
    filters: Filters
    top_k: int
    pool: int = 0

    @property
    def limit(self) -> int:
        """The most hits that come back."""
        return max(self.top_k, self.pool)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The hits, and what the legs say of how well they fit, whatever order a reranker gave the hits.

    `language` is that of the legs' first hit, `similarity` the best cosine similarity, `coverage` the share
    of the query's rare words in the best passage; None where nothing was found, or its leg was not asked.
    `similarities` are those of the passages that vector search found, best first, `rarity` the inverse
    document frequencies of the query's words.
    """

    hits: list[Hit]
    timings_ms: dict[str, float]
    language: str | None = None
    similarity: float | None = None
    coverage: float | None = None
    vector: FloatArray | None = None
    similarities: Mapping[int, float] = field(default_factory=dict)
    rarity: Mapping[str, float] = field(default_factory=dict)

    def similarity_of(self, hit: Hit) -> float:
        """Return a hit's cosine similarity, or what bounds it where only keyword search found it."""
        lowest = min(self.similarities.values(), default=0.0)
        return self.similarities.get(hit.passage_id, lowest)


def search(
    corpus: Corpus,
    encoder: Encoder,
    query: Query,
    *,
    mode: SearchMode,
    reranking: Reranking | None = None,
) -> Found:
    """Search in the way that `mode` names; a reranker, where there is one, orders the best hits."""
    if reranking is not None:
        pooled = replace(query, pool=reranking.depth)
        return _reranked(search(corpus, encoder, pooled, mode=mode), query, reranking)
    if mode == "keyword":
        return keyword_search(corpus, query)
    if mode == "vector":
        return vector_search(corpus, encoder, query)
    return hybrid_search(corpus, encoder, query)


def keyword_search(corpus: Corpus, query: Query) -> Found:
    """Rank by the words that passages share with the query."""
    return corpus.at_one_state(lambda: _keyword_search(corpus, query))


def _keyword_search(corpus: Corpus, query: Query) -> Found:
    clock = _Clock()
    for depth in _depths(query):
        matches = _keyword_leg(corpus, query, depth=depth)
        hits = _distinct(corpus, matches.passages, query, source="keyword")
        clock.lap("keyword")
        if len(hits) >= query.top_k or len(matches.passages) < depth:
            break
    return Found(hits=hits, timings_ms=clock.laps, language=_first_language(hits), coverage=matches.coverage)


def vector_search(corpus: Corpus, encoder: Encoder, query: Query) -> Found:
    """Rank by the similarity of meaning, across languages."""
    clock = _Clock()
    vector = encode_query(encoder, query.text)
    clock.lap("encode")
    return corpus.at_one_state(lambda: _vector_search(corpus, vector, query, clock))


def _vector_search(corpus: Corpus, vector: FloatArray, query: Query, clock: "_Clock") -> Found:
    for depth in _depths(query):
        nearest = corpus.vector_search(vector, depth=depth, filters=query.filters)
        hits = _distinct(corpus, nearest, query, source="vector")
        clock.lap("vector")
        if len(hits) >= query.top_k or len(nearest) < depth:
            break
    return Found(
        hits=hits,
        timings_ms=clock.laps,
        language=_first_language(hits),
        similarity=_best(nearest),
        vector=vector,
    )


def hybrid_search(corpus: Corpus, encoder: Encoder, query: Query) -> Found:
    """Rank by both, their scores fused."""
    clock = _Clock()
    vector = encode_query(encoder, query.text)
    clock.lap("encode")
    return corpus.at_one_state(lambda: _hybrid_search(corpus, vector, query, clock))


def _hybrid_search(corpus: Corpus, vector: FloatArray, query: Query, clock: "_Clock") -> Found:
    for depth in _depths(query):
        nearest = corpus.vector_search(vector, depth=depth, filters=query.filters)
        clock.lap("vector")
        matches = _keyword_leg(corpus, query, depth=depth)
        clock.lap("keyword")
        hits = _distinct(corpus, fuse(nearest, matches), query, source="hybrid")
        clock.lap("fuse")
        if len(hits) >= query.top_k or len(nearest) < depth:
            break
    return Found(
        hits=hits,
        timings_ms=clock.laps,
        language=_first_language(hits),
        similarity=_best(nearest),
        coverage=matches.coverage,
        vector=vector,
        similarities={passage.passage_id: passage.score for passage in nearest},
        rarity=matches.rarity,
    )


def encode_query(encoder: Encoder, text: str) -> FloatArray:
    """Return the query's vector (dimension).

    Raises:
        BadRequest: the query has more tokens than the encoder takes.
    """
    try:
        vector: FloatArray = encoder.encode_queries([text])[0]
    except TextTooLong as error:
        raise BadRequest(f"The question is too long. {error} Shorten it.", field="question") from error
    return vector


def _depths(query: Query) -> list[int]:
    return [max(depth, query.top_k) for depth in DEPTHS]


def _distinct(
    corpus: Corpus, ranked: Sequence[ScoredPassage], query: Query, *, source: SearchSource
) -> list[Hit]:
    """Return the first hits, near-copies folded into the best of them."""
    distinct = DistinctHits()
    for start in range(0, len(ranked), query.limit):
        distinct.add(corpus.hits(ranked[start : start + query.limit], source=source))
        if len(distinct) >= query.limit:
            break
    return distinct.first(query.limit)


def _reranked(found: Found, query: Query, reranking: Reranking) -> Found:
    clock = _Clock()
    hits = rerank(query.text, found.hits, reranker=reranking.reranker)[: query.top_k]
    clock.lap("rerank")
    return replace(found, hits=hits, timings_ms={**found.timings_ms, **clock.laps})


def _keyword_leg(corpus: Corpus, query: Query, *, depth: int) -> KeywordMatches:
    return corpus.keyword_search(query.text, language=query.language, depth=depth, filters=query.filters)


def _first_language(hits: Sequence[Hit]) -> str | None:
    return hits[0].language if hits else None


def _best(passages: list[ScoredPassage]) -> float | None:
    return passages[0].score if passages else None


class _Clock:
    """Milliseconds between laps, each a span of the trace."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last, self._began = time.perf_counter(), time.time_ns()

    def lap(self, name: str) -> None:
        now, ended = time.perf_counter(), time.time_ns()
        self.laps[name] = round(self.laps.get(name, 0.0) + (now - self._last) * 1000, 2)
        trace.get_tracer(__name__).start_span(name, start_time=self._began).end(ended)
        self._last, self._began = now, ended
