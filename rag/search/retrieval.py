"""Vector, keyword and hybrid search, with optional reranking."""

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
from rag.search.reranking import PassageReading, Reranking
from rag.understood import TimeSpan

# The number of candidates of each search, whatever the number of hits asked for. If near-copies leave too few
# hits, the search is repeated with the next number.
DEPTHS = (100, 1000, 20_000)

# How many passages of the article that a conversation is about are read before all others.
_FIRST_PASSAGES = 6


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search query with its filters and the number of hits.

    The search looks for `top_k` hits. If `pool` is larger, up to `pool` hits are returned, as far as the same
    search finds them. If hits are reranked, the passages of article `first_article` are read first, and so
    ranked as if the search had found them first. `timed_search` looks for evidence of the `time`, or with
    `recency` for the newest. The models that read the hits then read `untimed`, the text without its words
    for a time. If there is `encoded`, it is encoded instead of the text.
    """

    text: str
    language: str
    filters: Filters
    top_k: int
    pool: int = 0
    first_article: str | None = None
    time: TimeSpan | None = None
    recency: bool = False
    untimed: str | None = None
    encoded: str | None = None

    @property
    def limit(self) -> int:
        """The largest number of hits to return."""
        return max(self.top_k, self.pool)


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """The hits, and the time of each stage. `vector` is the query's, or None in keyword search.

    `readings` are those of the hits that the cross-encoder read, by passage id. `other_times` are hits that
    are evidence of another time than the query asks about.
    """

    hits: list[Hit]
    timings_ms: dict[str, float]
    vector: FloatArray | None = None
    readings: Mapping[int, PassageReading] = field(default_factory=dict)
    other_times: Sequence[Hit] = ()


NOTHING_FOUND = SearchResult(hits=[], timings_ms={})


def search(
    corpus: Corpus,
    encoder: Encoder,
    query: Query,
    *,
    mode: SearchMode,
    reranking: Reranking | None = None,
) -> SearchResult:
    """Search in the given mode. With `reranking`, a model reorders the best hits."""
    if reranking is not None:
        pooled = replace(query, pool=reranking.depth, first_article=None)
        found = search(corpus, encoder, pooled, mode=mode)
        if query.first_article is not None:
            found = _joined(search_in_article(corpus, encoder, query, query.first_article, mode=mode), found)
        return reranked(found, query, reranking)
    if mode == "keyword":
        return keyword_search(corpus, query)
    if mode == "vector":
        return vector_search(corpus, encoder, query)
    return hybrid_search(corpus, encoder, query)


def search_in_article(
    corpus: Corpus, encoder: Encoder, query: Query, article_id: str, *, mode: SearchMode
) -> SearchResult:
    """Search for the few best passages of one article that pass the filters."""
    within = replace(query.filters, article_id=(article_id,))
    return search(corpus, encoder, replace(query, filters=within, top_k=_FIRST_PASSAGES), mode=mode)


def keyword_search(corpus: Corpus, query: Query) -> SearchResult:
    """Search by the words that passages have in common with the query."""
    return corpus.in_snapshot(lambda: _keyword_search(corpus, query))


def _keyword_search(corpus: Corpus, query: Query) -> SearchResult:
    clock = _Clock()
    for depth in _depths(query):
        matches = _match_keywords(corpus, query, depth=depth)
        hits = _distinct(corpus, matches.passages, query, source="keyword")
        clock.lap("keyword")
        if len(hits) >= query.top_k or len(matches.passages) < depth:
            break
    return SearchResult(hits=hits, timings_ms=clock.laps)


def vector_search(corpus: Corpus, encoder: Encoder, query: Query) -> SearchResult:
    """Search by the similarity of meaning, across languages."""
    clock = _Clock()
    vector = encode_query(encoder, query.encoded or query.text)
    clock.lap("encode")
    return corpus.in_snapshot(lambda: _vector_search(corpus, vector, query, clock))


def _vector_search(corpus: Corpus, vector: FloatArray, query: Query, clock: "_Clock") -> SearchResult:
    for depth in _depths(query):
        nearest = corpus.vector_search(vector, depth=depth, filters=query.filters)
        hits = _distinct(corpus, nearest, query, source="vector")
        clock.lap("vector")
        if len(hits) >= query.top_k or len(nearest) < depth:
            break
    return SearchResult(hits=hits, timings_ms=clock.laps, vector=vector)


def hybrid_search(corpus: Corpus, encoder: Encoder, query: Query) -> SearchResult:
    """Search by vectors and by keywords, and fuse the scores."""
    clock = _Clock()
    vector = encode_query(encoder, query.encoded or query.text)
    clock.lap("encode")
    return corpus.in_snapshot(lambda: _hybrid_search(corpus, vector, query, clock))


def _hybrid_search(corpus: Corpus, vector: FloatArray, query: Query, clock: "_Clock") -> SearchResult:
    for depth in _depths(query):
        nearest = corpus.vector_search(vector, depth=depth, filters=query.filters)
        clock.lap("vector")
        matches = _match_keywords(corpus, query, depth=depth)
        clock.lap("keyword")
        hits = _distinct(corpus, fuse(nearest, matches), query, source="hybrid")
        clock.lap("fuse")
        if len(hits) >= query.top_k or len(nearest) < depth:
            break
    return SearchResult(hits=hits, timings_ms=clock.laps, vector=vector)


def encode_query(encoder: Encoder, text: str) -> FloatArray:
    """Return the query's vector, of shape (dimension).

    Raises:
        BadRequest: the query has more tokens than the encoder supports.
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
    """Return the first hits, with near-copies folded into the best of them."""
    distinct = DistinctHits()
    for start in range(0, len(ranked), query.limit):
        distinct.add(corpus.hits(ranked[start : start + query.limit], source=source))
        if len(distinct) >= query.limit:
            break
    return distinct.first(query.limit)


def _joined(first: SearchResult, found: SearchResult) -> SearchResult:
    """Return as many hits as `found` has, those of `first` first and in any case."""
    known = {hit.passage_id for hit in first.hits}
    others = [hit for hit in found.hits if hit.passage_id not in known]
    hits = [*first.hits, *others][: max(len(first.hits), len(found.hits))]
    timings = {
        name: round(first.timings_ms.get(name, 0.0) + took, 2) for name, took in found.timings_ms.items()
    }
    return replace(found, hits=hits, timings_ms=timings)


def reranked(found: SearchResult, query: Query, reranking: Reranking) -> SearchResult:
    """Return the best hits of a search in the order in which a model puts them."""
    clock = _Clock()
    read = reranking.rerank(query.untimed or query.text, found.hits)
    clock.lap("rerank")
    return replace(
        found,
        hits=read.hits[: query.top_k],
        readings=read.readings,
        timings_ms={**found.timings_ms, **clock.laps},
    )


def _match_keywords(corpus: Corpus, query: Query, *, depth: int) -> KeywordMatches:
    return corpus.keyword_search(query.text, language=query.language, depth=depth, filters=query.filters)


class _Clock:
    """Measures the stages of a search in milliseconds, and records each as a span of the trace."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last, self._began = time.perf_counter(), time.time_ns()

    def lap(self, name: str) -> None:
        now, ended = time.perf_counter(), time.time_ns()
        self.laps[name] = round(self.laps.get(name, 0.0) + (now - self._last) * 1000, 2)
        trace.get_tracer(__name__).start_span(name, start_time=self._began).end(ended)
        self._last, self._began = now, ended
