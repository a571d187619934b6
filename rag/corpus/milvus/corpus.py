"""The corpus in Milvus. Many services and workers can share one cluster; none of them stores articles itself.

`generations.py` describes how articles are written, and `search.py` how they are searched.
"""

import functools
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Concatenate, ParamSpec, Self, TypeVar

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.checked_articles import checked_document
from rag.corpus.documents import headers
from rag.corpus.findings import Finding, Occurrence, Place, grouped
from rag.corpus.index_report import IndexReport
from rag.corpus.milvus.encoding_again import EncodingAgain
from rag.corpus.milvus.generations import ABANDONED_SECONDS, Generations
from rag.corpus.milvus.integrity import CHANGED, check_passages
from rag.corpus.milvus.layout import Collections, Layout
from rag.corpus.milvus.rows import (
    GENERATION_BITS,
    both,
    key_of,
    of_generation,
    one_of,
    passing,
    text_of,
    whole_document,
)
from rag.corpus.milvus.search import MilvusSearch
from rag.corpus.milvus.server import MilvusServer, Row
from rag.corpus.milvus.whole_articles import FIELDS_OF_PASSAGES, by_generation, passage_of, whole_articles
from rag.corpus.milvus.word_statistics import CACHE_SECONDS, MilvusStatistics
from rag.corpus.protocol import NO_FILTERS, CutAndEncode, EncoderIdentity, ProgressCallback
from rag.datatypes import (
    Article,
    ArticlePage,
    Counts,
    Filters,
    FilterValues,
    Hit,
    IngestStatus,
    KeywordMatches,
    Passage,
    ScoredPassage,
    SearchSource,
    StoredArticle,
)
from rag.errors import CorpusChanged, CorpusDamaged, CorpusError, CorpusTooNew, EncoderMismatch

logger = logging.getLogger(__name__)

# The format of `Article.version`. No other text may become part of a condition.
_VERSION = re.compile(r"sha256:[0-9a-f]{1,64}")

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def _recovering(
    method: Callable[Concatenate["MilvusCorpus", P], R],
) -> Callable[Concatenate["MilvusCorpus", P], R]:
    """Retry a method if a collection was dropped or replaced since the last check."""

    @functools.wraps(method)
    def retrying(self: "MilvusCorpus", /, *args: P.args, **kwargs: P.kwargs) -> R:
        self._collections.ready()
        try:
            return method(self, *args, **kwargs)
        except CorpusChanged:
            self._collections.forget()
            self._collections.ready()
            return method(self, *args, **kwargs)

    return retrying


class MilvusCorpus:
    """Articles in the collections with one prefix, for use by several threads, processes and machines."""

    def __init__(
        self,
        server: MilvusServer,
        *,
        prefix: str,
        encoder: EncoderIdentity | None,
        layout: Layout | None = None,
        abandoned_after_seconds: float = ABANDONED_SECONDS,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        """Check the corpus if the server is reachable; missing collections are created when needed.

        Without an encoder, the corpus cannot search vectors or add articles. An unreachable server is not an
        error here, because the server may be back at the first request. If a worker began a change more than
        `abandoned_after_seconds` ago and has not finished it, another worker finishes or undoes the change.
        Counts for BM25 are cached for `cache_seconds`.

        Raises:
            CorpusTooNew: a newer version of Kutip wrote the corpus.
            EncoderMismatch: the vectors come from another encoder.
        """
        self.location = f"{server.uri}, collections {prefix}_…"
        self._server = server
        self._encoder = encoder
        self._layout = layout or Layout()
        self._collections = Collections(server, prefix=prefix, encoder=encoder, layout=self._layout)
        self._statistics = MilvusStatistics(server, cache_seconds=cache_seconds)
        self._generations = Generations(
            server, self._collections, abandoned_after_seconds=abandoned_after_seconds
        )
        self._search = MilvusSearch(
            server, self._collections, self._generations, self._statistics, layout=self._layout
        )
        try:
            self._collections.passages(of_encoder=True)
        except (CorpusTooNew, EncoderMismatch):
            self.close()
            raise
        except CorpusError as error:
            logger.info("%s", error)

    def close(self) -> None:
        """Close the connection."""
        self._statistics.close()
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @_recovering
    def optimize(self) -> None:
        """Finish or undo the changes of killed workers. Milvus maintains its indexes itself."""
        self._generations.sweep()

    @_recovering
    def index_report(self) -> IndexReport:
        """Report the number of passages. Milvus reports on its indexes itself."""
        return IndexReport(
            passages=self.counts().passages,
            vectors=None,
            tier=None,
            has_upkeep=False,
            progress=[],
            damaged_hits=self._search.checked.left_out,
        )

    def search_description(self) -> str:
        """Describe in a few words how vectors are searched."""
        return f"Milvus {self._server.version()} searches vectors, index {self._layout.index}"

    @_recovering
    def encoder_of_vectors(self) -> EncoderIdentity | None:
        """Return the encoder of the stored vectors, whatever encoder the corpus was opened with."""
        return self._collections.encoder()

    @_recovering
    def check(self, *, on_progress: ProgressCallback) -> list[Finding]:
        """Check the current articles and their passages; `on_progress` is called after each article."""
        articles = self._collections.articles
        total = self._server.count(articles)
        found: list[Occurrence] = []
        rows = self._generations.pages(articles, "", ["version"], key="text")
        for done, row in enumerate(rows, start=1):
            found += self._check(text_of(row["id"]))
            on_progress(done, total)
        return grouped(found)

    def _check(self, article_id: str) -> Iterator[Occurrence]:
        try:
            article = self.article(article_id)
        except CorpusDamaged:
            yield CHANGED, Place(article_id)
            return
        passages = [passage for passage, _ in self.passages_of(article_id)]
        current = self._generations.head(key_of(article_id))
        if article is None or current is None or article.version != current["version"]:
            if current is not None:  # the article was not removed meanwhile
                yield CHANGED, Place(article_id)
        else:
            yield from check_passages(article, passages)

    def repair(self, findings: Sequence[Finding], cut_and_encode: CutAndEncode) -> None:
        """Store the articles with wrong passages again."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot be repaired.")
        places = [place for finding in findings if finding.problem.repair for place in finding.places]
        for article_id in {place.article_id for place in places if place.article_id}:
            article = self.article(article_id)
            if article is not None:
                name = self._collections.passages_to_add_to(self._encoder)
                passages, vectors = cut_and_encode(article)
                self._generations.add(article, passages, vectors, collection=name, again=True)

    # Articles

    @_recovering
    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        """Add a new article or replace its former version, completely or not at all."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot add articles.")
        name = self._collections.passages_to_add_to(self._encoder)
        add = functools.partial(self._generations.add, article, passages, vectors, collection=name)
        status = self._server.retry_until_reached(add)
        self._statistics.forget()
        return status

    @_recovering
    def remove(self, article_id: str) -> bool:
        """Remove an article with all its versions from every index; return False if there is none."""
        remove = functools.partial(self._generations.remove, key_of(article_id))
        is_removed = self._server.retry_until_reached(remove)
        self._statistics.forget()
        return is_removed

    @_recovering
    def encode_again(self, encoder: EncoderIdentity, encode: CutAndEncode) -> int:
        """Encode all articles with another encoder; return the number of articles.

        The new passages come into use in one step at the end. They include articles that other workers add
        meanwhile.
        """
        again = EncodingAgain(self._server, self._collections, self._generations, read=self.article)
        count = again.run(encoder, encode)
        self._statistics.forget()
        return count

    @_recovering
    def articles_after(self, article_id: str) -> list[StoredArticle]:
        """Return the next articles by id, with all their versions and passages; none after the last.

        Raises:
            CorpusDamaged: a stored document does not match its version.
        """
        return whole_articles(self._server, self._collections, self._generations, after=article_id)

    @_recovering
    def add_stored(self, stored: StoredArticle) -> None:
        """Put an article, whole or not at all, in place of what it is here; former versions of both stay."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot add articles.")
        name = self._collections.passages_to_add_to(self._encoder)
        passages = [passage for passage, _ in stored.passages]
        vectors = np.array([vector for _, vector in stored.passages])
        add = functools.partial(self._generations.add, stored.article, passages, vectors)
        self._server.retry_until_reached(functools.partial(add, collection=name, again=True))
        if stored.former:
            existing = self._generations.documents([key_of(stored.article.id)], ["version"])
            versions = {row["version"] for row in existing}
            for former in stored.former:
                if former.version not in versions:
                    self._server.retry_until_reached(
                        functools.partial(self._generations.add_former_version, former)
                    )
        self._statistics.forget()

    @_recovering
    def article(self, article_id: str, *, version: str | None = None) -> Article | None:
        """Return the current version of an article, or the given one; None if there is none."""
        key, checked = key_of(article_id), None
        version = version or None
        while (current := self._generations.head(key)) is not None and current["generation"] != checked:
            checked = current["generation"]
            condition = of_generation(checked)
            if version not in {None, current["version"]}:
                if not _VERSION.fullmatch(version or ""):
                    return None
                condition = both(one_of("article", [key]), one_of("version", [version or ""]))
            rows = self._server.query(self._collections.documents, condition, ["parts", "content"])
            existing = (whole_document(part) for part in by_generation(rows).values())
            text = next((document for document in existing if document is not None), None)
            if text is not None:
                return checked_document(article_id, version or current["version"], text)
        return None

    @_recovering
    def some_articles(self, count: int) -> list[str]:
        """Return the ids of `count` current articles, chosen at random."""
        # subtle: generations are random numbers, so the ones next to a random number are a random choice.
        drawn = secrets.randbits(GENERATION_BITS)
        rows: list[Row] = []
        for condition in (f"generation >= {drawn}", f"generation < {drawn}"):
            articles = self._collections.articles
            rows += self._server.query(articles, condition, ["id"], limit=count - len(rows) or 1)
        return [text_of(row["id"]) for row in rows[:count]]

    @_recovering
    def articles(self, filters: Filters, *, limit: int, cursor: str | None) -> ArticlePage:
        """List current articles in the order of their ids, beginning after `cursor`."""
        condition = both(f'id > "{key_of(cursor or "")}"', passing(filters))
        rows = self._server.first(self._collections.articles, condition, ["header"], limit=limit + 1)
        stored = [json.loads(row["header"]) for row in rows[:limit]]
        next_cursor = stored[-1]["id"] if len(rows) > limit else None
        return ArticlePage(articles=headers(stored), next_cursor=next_cursor)

    @_recovering
    def passages_of(self, article_id: str, *, version: str | None = None) -> list[tuple[Passage, FloatArray]]:
        """Return an article's current passages and vectors, in order; none if `version` is not current."""
        name = self._collections.passages()
        current = self._generations.head(key_of(article_id))
        while name is not None and current is not None and version in {None, current["version"]}:
            rows = self._server.query(name, of_generation(current["generation"]), FIELDS_OF_PASSAGES)
            before, current = current, self._generations.head(key_of(article_id))
            if current and current["generation"] == before["generation"]:
                return [passage_of(row) for row in sorted(rows, key=lambda row: int(row["id"]))]
        return []

    @_recovering
    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated articles that a date range excludes.

        The count includes passages that a worker is adding or deleting.
        """
        articles, name = self._collections.articles, self._collections.passages(of_encoder=True)
        condition = passing(filters)
        undated = both(passing(filters, with_dates=False), "day == 0")
        return Counts(
            articles=self._server.count(articles, condition),
            passages=self._server.count(name, condition) if name else 0,
            undated_left_out=self._server.count(articles, undated) if filters.has_dates else 0,
        )

    @_recovering
    def filter_values(self) -> FilterValues:
        """Return the languages and outlets of current articles, those with the most articles first."""
        return FilterValues(languages=self._search.values("language"), outlets=self._search.values("outlet"))

    @_recovering
    def published_days(self) -> tuple[date, date] | None:
        """Return the first and the last day of publication of current articles; None if none has a date."""
        first = self._first_day_with("day > 0 and day <= {}", low=1, high=date.max.toordinal())
        if first is None:
            return None
        last = self._first_day_with("day > {}", low=first, high=date.max.toordinal(), is_met=False)
        return date.fromordinal(first), date.fromordinal(last or first)

    def _first_day_with(self, condition: str, *, low: int, high: int, is_met: bool = True) -> int | None:
        """Return the first day, by bisection, with an article that meets a condition, or without one."""

        def holds(day: int) -> bool:
            rows = self._server.query(self._collections.articles, condition.format(day), ["id"], limit=1)
            return bool(rows) == is_met

        if not holds(high):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if holds(middle) else (middle + 1, high)
        return low

    # Search

    @_recovering
    def vector_search(
        self, vector: FloatArray, *, depth: int, filters: Filters = NO_FILTERS
    ) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first; at most 16,384."""
        if self._encoder is None:
            raise ValueError("A corpus opened without an encoder cannot search vectors.")
        return self._search.by_vector(vector, depth=depth, filters=filters)

    @_recovering
    def keyword_search(
        self, query: str, *, language: str, depth: int, filters: Filters = NO_FILTERS
    ) -> KeywordMatches:
        """Return the passages that share words with `query`, best first; rare words count more.

        At most 16,384. Milvus finds them by its own BM25; Kutip ranks them as in the local corpus.
        """
        return self._search.by_words(query, language=language, depth=depth, filters=filters)

    def in_snapshot(self, work: Callable[[], T]) -> T:
        """Return the result of `work`; its searches and hits see one version of each article.

        If an article was replaced, added or removed meanwhile, `work` runs again.
        """
        return self._search.in_snapshot(work)

    @_recovering
    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; omit those removed since the search."""
        return self._search.hits(passages, source=source)
