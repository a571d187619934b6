"""Where articles live and are searched: what every corpus can do."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from embeddings.weights import FloatArray
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
)

T = TypeVar("T")

NO_FILTERS = Filters()


class Corpus(Protocol):
    """Articles with their versions; their passages with vectors and keywords.

    Filters are applied before ranking: a search returns `depth` passages whenever that many pass.
    """

    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        """Put a new or edited article in place of its former version, whole or not at all."""
        ...

    def remove(self, article_id: str) -> bool:
        """Remove an article with all its versions from every index; False where there is none."""
        ...

    def article(self, article_id: str, *, version: str | None = None) -> Article | None:
        """Return an article as it is now, or as it was in `version`."""
        ...

    def articles(self, filters: Filters, *, limit: int, cursor: str | None) -> ArticlePage:
        """List current articles in the order of their ids, from the one after `cursor`."""
        ...

    def passages_of(self, article_id: str, *, version: str | None = None) -> list[tuple[Passage, FloatArray]]:
        """Return an article's current passages with their vectors, in order; none if not of `version`."""
        ...

    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated ones that a range of days left out."""
        ...

    def filter_values(self) -> FilterValues:
        """Return the languages and outlets that current articles have, those of most articles first."""
        ...

    def vector_search(
        self, vector: FloatArray, *, depth: int, filters: Filters = NO_FILTERS
    ) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first."""
        ...

    def keyword_search(
        self, query: str, *, language: str, depth: int, filters: Filters = NO_FILTERS
    ) -> KeywordMatches:
        """Return the passages that share words with `query`, the rarer the better, best first."""
        ...

    def at_one_state(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; searches and hits in it see one state, whoever writes meanwhile."""
        ...

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; one removed since it was found is left out."""
        ...
