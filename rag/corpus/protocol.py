"""The interface of a corpus, in parts: for answers, for upkeep, and for migration to another corpus."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, Protocol, Self, TypeVar

from embeddings.weights import FloatArray
from rag.corpus.findings import Finding
from rag.corpus.index_report import IndexReport
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

T = TypeVar("T")

NO_FILTERS = Filters()

# Called with the number of items done and the total number.
ProgressCallback = Callable[[int, int], object]

CutAndEncode = Callable[[Article], tuple[Sequence[Passage], FloatArray]]


class EncoderIdentity(NamedTuple):
    """The name and dimension of an encoder; vectors are comparable only if both are equal."""

    name: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name} ({self.dimension})"


class OpenCorpus(Protocol):
    """An open corpus: its location and its size."""

    @property
    def location(self) -> str:
        """Where the corpus is, for messages."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated articles that a date range excludes."""
        ...

    def encoder_of_vectors(self) -> EncoderIdentity | None:
        """Return the encoder of the stored vectors, whatever encoder the corpus was opened with."""
        ...


class Corpus(OpenCorpus, Protocol):
    """The methods for answers: articles with their versions, and passages with vectors and keywords.

    Filters are applied before ranking: a search returns `depth` passages if at least that many pass.
    """

    def add(self, article: Article, passages: Sequence[Passage], vectors: FloatArray) -> IngestStatus:
        """Add a new article or replace its former version, completely or not at all."""
        ...

    def remove(self, article_id: str) -> bool:
        """Remove an article with all its versions from every index; return False if there is none."""
        ...

    def article(self, article_id: str, *, version: str | None = None) -> Article | None:
        """Return the current version of an article, or the given one; None if there is none.

        Raises:
            CorpusDamaged: the stored document does not match its version.
        """
        ...

    def articles(self, filters: Filters, *, limit: int, cursor: str | None) -> ArticlePage:
        """List current articles in the order of their ids, beginning after `cursor`."""
        ...

    def passages_of(self, article_id: str, *, version: str | None = None) -> list[tuple[Passage, FloatArray]]:
        """Return an article's current passages and vectors, in order; none if `version` is not current."""
        ...

    def filter_values(self) -> FilterValues:
        """Return the languages and outlets of current articles, those with the most articles first."""
        ...

    def published_days(self) -> tuple[date, date] | None:
        """Return the first and the last day of publication of current articles; None if none has a date."""
        ...

    def vector_search(
        self, vector: FloatArray, *, depth: int, filters: Filters = NO_FILTERS
    ) -> list[ScoredPassage]:
        """Return the passages nearest to `vector` by cosine similarity, best first."""
        ...

    def keyword_search(
        self, query: str, *, language: str, depth: int, filters: Filters = NO_FILTERS
    ) -> KeywordMatches:
        """Return the passages that share words with `query`, best first; rare words count more."""
        ...

    def in_snapshot(self, work: Callable[[], T]) -> T:
        """Return the result of `work`; its searches and hits see one state, despite concurrent writes."""
        ...

    def hits(self, passages: Sequence[ScoredPassage], *, source: SearchSource) -> list[Hit]:
        """Return the passages with their texts and articles; omit those removed since the search.

        A passage that does not match its article is omitted too, logged, and counted in the index report.
        """
        ...


class CorpusUpkeep(OpenCorpus, Protocol):
    """The methods for upkeep: check a corpus, repair it, optimize it, and encode it again."""

    def optimize(self) -> None:
        """Do the upkeep now that would otherwise run in the background."""
        ...

    def index_report(self) -> IndexReport:
        """Report the size of the corpus and the state of its indexes; CorpusError if it cannot be read."""
        ...

    def search_description(self) -> str:
        """Describe in a few words how vectors are searched."""
        ...

    def some_articles(self, count: int) -> list[str]:
        """Return the ids of `count` current articles, chosen at random."""
        ...

    def check(self, *, on_progress: ProgressCallback) -> list[Finding]:
        """Check the stored articles and the indexes; `on_progress` is called after each article."""
        ...

    def repair(self, findings: Sequence[Finding], cut_and_encode: CutAndEncode) -> None:
        """Repair the findings unless data would be lost; ValueError without an encoder."""
        ...

    def encode_again(self, encoder: EncoderIdentity, encode: CutAndEncode) -> int:
        """Encode all articles with another encoder, in one step; return the number of articles."""
        ...


class CorpusTransfer(OpenCorpus, Protocol):
    """The methods for migration: read articles with all their versions and vectors, and add them."""

    def articles_after(self, article_id: str) -> list[StoredArticle]:
        """Return the next articles by id, with all their versions and passages; none after the last.

        Raises:
            CorpusDamaged: a stored document does not match its version.
        """
        ...

    def add_stored(self, stored: StoredArticle) -> None:
        """Add or replace an article, completely or not at all; keep the former versions of both."""
        ...


class WholeCorpus(Corpus, CorpusUpkeep, CorpusTransfer, Protocol):
    """The complete interface. A setting chooses its implementation; most callers need only a part."""
