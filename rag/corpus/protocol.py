"""What every corpus can do, by who needs it: answers, upkeep, and moving from one corpus to another."""

from collections.abc import Callable, Sequence
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
    KeptArticle,
    KeywordMatches,
    Passage,
    ScoredPassage,
    SearchSource,
)

T = TypeVar("T")

NO_FILTERS = Filters()

# Is told how many of how many are done.
Told = Callable[[int, int], object]

CutAndEncode = Callable[[Article], tuple[Sequence[Passage], FloatArray]]


class EncoderIdentity(NamedTuple):
    """What must be equal for vectors to be comparable."""

    name: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name} ({self.dimension})"


class OpenCorpus(Protocol):
    """A corpus that is open: where it is, and how much it holds."""

    @property
    def location(self) -> str:
        """Where it is, for messages."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def counts(self, filters: Filters = NO_FILTERS) -> Counts:
        """Count the articles and passages that pass, and the undated ones that a range of days left out."""
        ...

    def encoder_of_vectors(self) -> EncoderIdentity | None:
        """Return whose vectors are stored, whatever encoder it was opened with."""
        ...


class Corpus(OpenCorpus, Protocol):
    """What answers need: articles with their versions, their passages with vectors and keywords.

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


class CorpusUpkeep(OpenCorpus, Protocol):
    """What whoever looks after a corpus needs: is it whole, and what is to be done where it is not."""

    def optimize(self) -> None:
        """Do now what would have been done beside searches."""
        ...

    def index_report(self) -> IndexReport:
        """Return how much there is, and how indexes of its own stand; CorpusError where it cannot be read."""
        ...

    def search_description(self) -> str:
        """Say in a few words how vectors are searched."""
        ...

    def some_articles(self, count: int) -> list[str]:
        """Return the ids of `count` current articles, others each time."""
        ...

    def check(self, *, told: Told) -> list[Finding]:
        """Return what is wrong with what is stored and derived; `told` hears of articles."""
        ...

    def repair(self, findings: Sequence[Finding], cut_and_encode: CutAndEncode) -> None:
        """Mend what was found, as far as nothing is lost by it; ValueError without an encoder."""
        ...

    def encode_again(self, encoder: EncoderIdentity, encode: CutAndEncode) -> int:
        """Put another encoder's passages and vectors in place of all, in one step; return the articles."""
        ...


class CorpusTransfer(OpenCorpus, Protocol):
    """What moving house needs: articles with all that is kept of them, out of one corpus and into another."""

    def articles_after(self, article_id: str) -> list[KeptArticle]:
        """Return all that is kept of the next articles in the order of their ids; none after the last.

        Raises:
            CorpusDamaged: a document is not what its version says.
        """
        ...

    def add_kept(self, kept: KeptArticle) -> None:
        """Put an article, whole or not at all, in place of what it is here; former versions of both stay."""
        ...


class WholeCorpus(Corpus, CorpusUpkeep, CorpusTransfer, Protocol):
    """What a corpus is that can be chosen by a setting; whoever needs less of it asks for less."""
