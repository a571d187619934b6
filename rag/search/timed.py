"""Search for evidence of a time, or for the newest evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from embeddings.encoder import Encoder
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters, Hit, SearchMode
from rag.search.reranking import PassageReading, Reranking, log_sum
from rag.search.retrieval import Query, SearchResult, reranked, search, search_in_article
from rag.search.time_fit import REPORTED_WITHIN, TimeFit, time_fit, times_of_hit
from rag.understood import TimeSpan

# By how much the log odds of a hit fall with each grade by which it fits the time less well.
_GRADE_WEIGHT = 2.0

# A hit may be this much less likely to answer than the best one, and still come first if it is newer.
_RECENCY_MARGIN = 3.0

# An older hit is kept this far behind, so that only the newest is quoted.
_OLDER = 1.5

_NO_EVIDENCE = -100.0

# The first paragraphs of an article, of which the first with a hit says on which time it reports.
_LEADS = 3

# How many hits of other times are read at least, to tell whether only they answer.
_OTHERS = 4


def timed_search(
    corpus: Corpus, encoder: Encoder, query: Query, *, mode: SearchMode, reranking: Reranking | None
) -> SearchResult:
    """Search. Only evidence that fits the time of the query remains among the hits.

    With `recency`, the newest of the hits that answer comes first.
    """
    if query.time is None:
        found = search(corpus, encoder, query, mode=mode, reranking=reranking)
    else:
        found = _search_in_time(corpus, encoder, query, query.time, mode=mode, reranking=reranking)
    return _newest_first(found) if query.recency else found


def _search_in_time(
    corpus: Corpus,
    encoder: Encoder,
    query: Query,
    span: TimeSpan,
    *,
    mode: SearchMode,
    reranking: Reranking | None,
) -> SearchResult:
    """Search in all articles, and in those of the time, which may be rare. Hits of both are read."""
    depth = max(query.top_k, reranking.depth if reranking else 0)
    pooled = replace(query, pool=depth)
    found = search(corpus, encoder, pooled, mode=mode)
    pools = [found.hits]
    filters = _within(query.filters, span)
    if filters is not None:
        pools.append(search(corpus, encoder, replace(pooled, filters=filters), mode=mode).hits)
    if query.first_article is not None:
        pools.append(search_in_article(corpus, encoder, query, query.first_article, mode=mode).hits)
    merged = _merged(pools)
    fits = _fits(merged, span)
    fitting = [hit for hit in merged if hit.passage_id in fits][:depth]
    others = [hit for hit in merged if hit.passage_id not in fits][: max(_OTHERS, depth - len(fitting))]
    result = replace(found, hits=[*_ranked(fitting), *_ranked(others)])
    if reranking is not None:
        result = reranked(result, replace(query, top_k=len(merged)), reranking)
    return _in_order_of_fit(result, fits, top_k=query.top_k)


def _fits(hits: Sequence[Hit], span: TimeSpan) -> dict[int, TimeFit]:
    """Return how well each hit fits, by passage id. Those of another time are left out."""
    first = sorted((hit for hit in hits if hit.paragraph <= _LEADS), key=lambda hit: -hit.paragraph)
    leads = {hit.article_id: times_of_hit(hit) for hit in first}
    fits = {hit.passage_id: time_fit(hit, span, lead=leads.get(hit.article_id, ())) for hit in hits}
    return {passage_id: fit for passage_id, fit in fits.items() if fit is not None}


def _within(filters: Filters, span: TimeSpan) -> Filters | None:
    """Return the filters for the articles that were published in the span, or None if it has no ends."""
    if span.is_any_year or (span.first is None and span.last is None):
        return None
    first = max(filter(None, (filters.published_from, span.first)), default=None)
    last = min(filter(None, (filters.published_to, _last_report(span))), default=None)
    return replace(filters, published_from=first, published_to=last)


def _last_report(span: TimeSpan) -> date | None:
    if span.last is None or span.first != span.last or span.last > date.max - timedelta(days=7):
        return span.last
    return span.last + REPORTED_WITHIN


def _merged(pools: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the hits of all pools in the order of their ranks, each passage once."""
    by_rank = sorted((hit for pool in pools for hit in pool), key=lambda hit: hit.rank)
    first: dict[int, Hit] = {}
    for hit in by_rank:
        first.setdefault(hit.passage_id, hit)
    return list(first.values())


def _ranked(hits: Sequence[Hit]) -> list[Hit]:
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]


def _in_order_of_fit(found: SearchResult, fits: Mapping[int, TimeFit], *, top_k: int) -> SearchResult:
    """Put what fits the time better first, and leave out the sentences that are not of the time."""
    readings = {
        passage_id: _within_sentences(reading, fits[passage_id].sentences)
        for passage_id, reading in found.readings.items()
        if passage_id in fits
    }
    fitting = [hit for hit in found.hits if hit.passage_id in fits]
    others = [hit for hit in found.hits if hit.passage_id not in fits]
    hits = sorted(fitting, key=lambda hit: -_score_in_time(hit, found, readings, fits[hit.passage_id]))
    best = min((fits[hit.passage_id].grade for hit in hits[:1]), default=1)
    lowered = {
        passage_id: replace(
            reading,
            relevance=reading.relevance - _GRADE_WEIGHT * max(0, fits[passage_id].grade - best),
        )
        for passage_id, reading in readings.items()
    }
    return replace(
        found,
        hits=_ranked(hits)[:top_k],
        other_times=_ranked(others)[:top_k],
        readings={**found.readings, **lowered},
    )


def _score_in_time(
    hit: Hit, found: SearchResult, readings: Mapping[int, PassageReading], fit: TimeFit
) -> float:
    score = hit.score - _GRADE_WEIGHT * (fit.grade - 1)
    if hit.passage_id not in readings:
        return score
    return score - found.readings[hit.passage_id].relevance + readings[hit.passage_id].relevance


def _within_sentences(reading: PassageReading, allowed: Sequence[bool] | None) -> PassageReading:
    """Return the reading of some of the sentences: how likely it is that the answer is in one of them."""
    if allowed is None or all(allowed) or len(allowed) != len(reading.scores):
        return reading
    total = log_sum(reading.scores)
    kept = log_sum([score for score, is_allowed in zip(reading.scores, allowed, strict=True) if is_allowed])
    lost = total - kept
    scores = (
        score + lost if is_allowed else _NO_EVIDENCE
        for score, is_allowed in zip(reading.scores, allowed, strict=True)
    )
    return replace(reading, relevance=reading.relevance - lost, scores=tuple(scores))


def _newest_first(found: SearchResult) -> SearchResult:
    """Put the newest of the hits that are about as likely to answer as the best one first."""
    read = [hit for hit in found.hits if hit.passage_id in found.readings]
    if not read:
        return found
    relevance = {hit.passage_id: found.readings[hit.passage_id].relevance for hit in read}
    best = max(relevance.values())
    near = [hit for hit in read if relevance[hit.passage_id] >= best - _RECENCY_MARGIN]
    newest = sorted(near, key=_published, reverse=True)
    readings = dict(found.readings)
    for place, hit in enumerate(newest):
        limit = best - _OLDER * place
        value = limit if place == 0 else min(relevance[hit.passage_id], limit)
        readings[hit.passage_id] = replace(readings[hit.passage_id], relevance=value)
    rest = [hit for hit in found.hits if hit not in near]
    return replace(found, hits=_ranked([*newest, *rest]), readings=readings)


def _published(hit: Hit) -> datetime:
    return hit.published_at or datetime.min.replace(tzinfo=UTC)
