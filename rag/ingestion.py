"""Articles into the corpus: cut, encode what is new, add; a failed article never takes the others with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.corpus import Corpus
from rag.datatypes import Article, IngestResult, Passage, Unreadable
from rag.passages import cut_passages

# Articles are encoded together up to this many characters: enough to fill batches with texts of like length,
# little enough to bound memory and to report progress.
_GROUP_CHARACTERS = 100_000


@dataclass(frozen=True)
class _Plan:
    """An article to add, its passages, and the vectors that its former version already has."""

    article: Article
    passages: Sequence[Passage]
    known: dict[str, FloatArray]


class Ingestion:
    """Adds articles to one corpus with one encoder."""

    def __init__(self, corpus: Corpus, encoder: Encoder, *, passage_max_tokens: int) -> None:
        self._corpus = corpus
        self._encoder = encoder
        self._max_tokens = min(passage_max_tokens, encoder.max_tokens)

    def ingest(self, items: Iterable[Article | Unreadable]) -> Iterator[IngestResult]:
        """Add each article; yield what became of it, in order.

        An article whose id came before in `items` is rejected. What was yielded as created or updated is
        committed. A paragraph that an edit left alone is not encoded again.
        """
        seen: set[str] = set()
        for group in _groups(items):
            plans = [self._plan(item, seen) for item in group]
            vectors = self._encode([plan for plan in plans if isinstance(plan, _Plan)])
            for plan in plans:
                yield self._add(plan, vectors) if isinstance(plan, _Plan) else plan

    def cut_and_encode(self, article: Article) -> tuple[list[Passage], FloatArray]:
        """Return an article's passages and their vectors (passages, dimension)."""
        passages = self._cut(article)
        return passages, self._encoder.encode_passages([passage.text for passage in passages])

    def _plan(self, item: Article | Unreadable, seen: set[str]) -> _Plan | IngestResult:
        if isinstance(item, Unreadable):
            return IngestResult(id=item.source, status="rejected", reason=item.reason)
        if item.id in seen:
            reason = f"The id {item.id!r} came before in this batch: give each article an id of its own."
            return IngestResult(id=item.id, status="rejected", reason=reason)
        seen.add(item.id)
        passages = self._cut(item)
        if self._corpus.version_of(item.id) == item.version:
            return IngestResult(id=item.id, status="unchanged", version=item.version, passages=len(passages))
        return _Plan(item, passages, self._corpus.vectors_of(item.id))

    def _cut(self, article: Article) -> list[Passage]:
        return cut_passages(article, count_tokens=self._encoder.count_tokens, max_tokens=self._max_tokens)

    def _encode(self, plans: Sequence[_Plan]) -> dict[str, FloatArray]:
        """Return the vectors of all passages by their texts, each text encoded once."""
        vectors = {text: vector for plan in plans for text, vector in plan.known.items()}
        texts = {passage.text: None for plan in plans for passage in plan.passages}
        new = [text for text in texts if text not in vectors]
        if new:
            vectors.update(zip(new, self._encoder.encode_passages(new), strict=True))
        return vectors

    def _add(self, plan: _Plan, vectors: dict[str, FloatArray]) -> IngestResult:
        article, passages = plan.article, plan.passages
        status = self._corpus.add(article, passages, np.stack([vectors[p.text] for p in passages]))
        return IngestResult(id=article.id, status=status, version=article.version, passages=len(passages))


def _groups(items: Iterable[Article | Unreadable]) -> Iterator[list[Article | Unreadable]]:
    group: list[Article | Unreadable] = []
    characters = 0
    for item in items:
        group.append(item)
        characters += len(item.text) if isinstance(item, Article) else 0
        if characters >= _GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    yield group
