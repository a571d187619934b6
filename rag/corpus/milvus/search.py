"""Searches Milvus. A search sees all passages of an article's current generation, or none."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from embeddings.weights import FloatArray
from rag.corpus.checked_articles import CheckedArticles
from rag.corpus.documents import hits_of
from rag.corpus.keyword_ranking import REDUCED_WEIGHT, query_weights, rank_by_bm25
from rag.corpus.milvus.generations import MAX_CLOCK_SKEW_MILLISECONDS, Generations, now_milliseconds
from rag.corpus.milvus.layout import Collections, Layout
from rag.corpus.milvus.rows import (
    encoded_word,
    generation_of,
    of_generation,
    passing,
    text_of,
    whole_document,
)
from rag.corpus.milvus.seen_generations import ThreadSeenGenerations
from rag.corpus.milvus.server import MAX_ROWS, MilvusServer, Row
from rag.corpus.milvus.word_statistics import MilvusStatistics
from rag.datatypes import Article, Filters, FilterValue, Hit, KeywordMatches, ScoredPassage, SearchSource
from rag.text.languages import words

# How many times a search runs if articles change meanwhile.
_ATTEMPTS = 5

_FIELDS_OF_HITS = ("id", "article", "paragraph", "start", "end", "text")
_MAX_REMEMBERED = 10_000

T = TypeVar("T")


class MilvusSearch:
    """Finds passages. With `in_snapshot`, all searches of a thread see one version of each article."""

    def __init__(
        self,
        server: MilvusServer,
        collections: Collections,
        generations: Generations,
        statistics: MilvusStatistics,
        *,
        layout: Layout,
    ) -> None:
        self._server = server
        self._collections = collections
        self._generations = generations
        self._statistics = statistics
        self._layout = layout
        self.checked = CheckedArticles()
        self._seen: dict[str, int] = {}
        self._seen_generations = ThreadSeenGenerations()

    def values(self, field: str) -> list[FilterValue]:
        """Return the languages or outlets of current articles, those with the most articles first."""
        counted = self._statistics.values(self._collections.articles, field)
        values = [FilterValue(value=text_of(key), articles=count) for key, count in counted.items() if key]
        return sorted(values, key=lambda value: (-value.articles, value.value))

    def by_vector(self, vector: FloatArray, *, depth: int, filters: Filters) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first; at most 16,384."""
        name = self._collections.passages(of_encoder=True)
        if name is None:
            return []
        rows = self._found(name, "vector", vector.tolist(), ["article"], depth=depth, filters=filters)
        found = [ScoredPassage(row["id"], row["score"]) for row in rows]
        return sorted(found, key=lambda passage: (-passage.score, passage.passage_id))

    def by_words(self, query: str, *, language: str, depth: int, filters: Filters) -> KeywordMatches:
        """Return the passages that share words with `query`, best first; rare words count more.

        At most 16,384. Milvus finds them by its own BM25; Kutip ranks them as in the local corpus.
        """
        query_words = list(dict.fromkeys(words(query, language=language)))
        name = self._collections.passages()
        if name is None or not query_words:
            return KeywordMatches(passages=[])
        languages = [value.value for value in self.values("language")]
        weights = query_weights(query, language=language, passage_languages=languages)
        encoded = {encoded_word(word): weight for word, weight in weights.items()}
        asked = {encoded_word(word): word for word in query_words}
        statistics = self._statistics.of(name, list({**encoded, **asked}))
        rows = self._found(
            name, "keywords", _weighted(encoded), ["article", "words"], depth=depth, filters=filters
        )
        candidates = {row["id"]: row["words"] for row in rows}
        ranked = rank_by_bm25(candidates, weights=encoded, statistics=statistics)
        rarity = {word: statistics.rarity(key) for key, word in asked.items()}
        return KeywordMatches(passages=ranked[:depth], rarity=rarity)

    def _found(
        self, name: str, field: str, query: object, fields: Sequence[str], *, depth: int, filters: Filters
    ) -> list[Row]:
        """Search for current passages; search deeper if passages of other generations fill the result."""
        limit = min(depth, MAX_ROWS)
        while True:
            search = functools.partial(
                self._server.search,
                name,
                field,
                query,
                condition=passing(filters),
                fields=fields,
                limit=limit,
                params=self._layout.search_params(limit) if field == "vector" else {},
            )
            found, current = self._consistent(search)
            if len(current) >= depth or len(found) < limit or limit == MAX_ROWS:
                return current[:depth]
            limit = min(2 * limit, MAX_ROWS)

    def _consistent(self, search: Callable[[], list[Row]]) -> tuple[list[Row], list[Row]]:
        """Return the rows that a search found, and those of them that belong to current generations.

        The search must have seen all rows of a generation; otherwise, none of its rows counts as current. A
        generation that is current before and after the search had all its rows throughout. A generation that
        became current during the search may have lacked rows at that time, so the search runs again.
        """
        for _ in range(_ATTEMPTS):
            seen, began = self._seen, now_milliseconds()
            found = search()
            heads = self._heads({row["article"] for row in found})
            since = began - MAX_CLOCK_SKEW_MILLISECONDS
            generations = {key: head["generation"] for key, head in heads.items()}
            recent = {key: generations[key] for key, head in heads.items() if head["written_at"] > since}
            changing = {key: new for key, new in recent.items() if seen.get(key) != new}
            if not changing:
                break
            self._remember(changing)
        current = {key: generation for key, generation in generations.items() if key not in changing}
        return found, [row for row in found if current.get(row["article"]) == generation_of(row["id"])]

    def _heads(self, keys: set[str]) -> dict[str, Row]:
        heads = self._generations.heads(keys)
        self._seen_generations.record(
            {key: heads[key]["generation"] if key in heads else None for key in keys}
        )
        return heads

    def _remember(self, seen: Mapping[str, int]) -> None:
        # subtle: create a new mapping, because a running search keeps the one it began with.
        self._seen = {**(self._seen if len(self._seen) < _MAX_REMEMBERED else {}), **seen}

    def in_snapshot(self, work: Callable[[], T]) -> T:
        """Return the result of `work`; its searches and hits see one version of each article.

        If an article was replaced, added or removed meanwhile, `work` runs again.
        """
        with self._seen_generations.recording() as seen:
            for _ in range(_ATTEMPTS):
                seen.clear()
                result = work()
                if not seen.has_changes:
                    break
        return result

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; omit those removed since the search."""
        name = self._collections.passages()
        if name is None or not passages:
            return []
        ids = ", ".join(str(passage.passage_id) for passage in passages)
        rows = {row["id"]: row for row in self._server.query(name, f"id in [{ids}]", _FIELDS_OF_HITS)}
        heads = self._heads({row["article"] for row in rows.values()})
        current = [row for row in rows.values() if _is_current(row, heads)]
        by_id = self._quotable([_with_article(row, heads[row["article"]]) for row in current])
        return hits_of(passages, by_id, source=source)

    def _quotable(self, rows: Sequence[Row]) -> dict[int, tuple[Row, Article | None]]:
        """Return each row by passage id, with its article, or None if it does not match its article."""
        articles = {
            generation: self.checked.article(
                row["article_id"], row["version"], functools.partial(self._document, generation)
            )
            for generation, row in {generation_of(row["id"]): row for row in rows}.items()
        }
        return {
            row["id"]: (
                row,
                self.checked.quotable(articles[generation_of(row["id"])], row, passage_id=row["id"]),
            )
            for row in rows
        }

    def _document(self, generation: int) -> str | None:
        parts = self._server.query(
            self._collections.documents, of_generation(generation), ["parts", "content"]
        )
        return whole_document(parts)


def _weighted(weights: Mapping[str, float]) -> str:
    """Return a query that repeats words of full weight, because Milvus counts words but has no weights."""
    return " ".join(word for word, weight in weights.items() for _ in range(round(weight / REDUCED_WEIGHT)))


def _with_article(row: Row, head: Row) -> Row:
    article = json.loads(head["header"])
    return {**article, "article_id": article["id"], **row}


def _is_current(row: Row, heads: Mapping[str, Row]) -> bool:
    head = heads.get(row["article"])
    return head is not None and head["generation"] == generation_of(row["id"])
