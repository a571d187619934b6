"""Adds articles to the corpus: splits them into passages, encodes new passages, and stores both.

A rejected article does not affect the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.corpus.protocol import Corpus
from rag.datatypes import Article, IngestResult, Passage, Unreadable
from rag.errors import BadRequest, CorpusDamaged
from rag.listeners import Listener
from rag.text.passages import cut_passages, joined_headings, texts_to_encode

# Articles are encoded in groups of about this many characters. A group is large enough to fill batches with
# texts of similar length, and small enough to bound memory and to report progress.
_GROUP_CHARACTERS = 100_000
# An item that cannot be read counts too, so that its result does not wait for the end of a long run of them.
_UNREADABLE_CHARACTERS = 1000

# Two vectors of one text are at least this similar. Engines and precisions differ by less than a thousandth.
_SAME_VECTOR = 0.98


@dataclass(frozen=True)
class _Plan:
    """An article to add, its passages, the text to encode for each passage, and known vectors by text."""

    article: Article
    passages: Sequence[Passage]
    texts: Sequence[str]
    known: dict[str, FloatArray]


class Ingestion:
    """Adds articles to one corpus with one encoder; calls `listeners` with the result of each article."""

    def __init__(self, corpus: Corpus, encoder: Encoder, *, passage_max_tokens: int) -> None:
        self._corpus = corpus
        self._encoder = encoder
        self.listeners: list[Listener] = []
        self._max_tokens = min(passage_max_tokens, encoder.max_tokens)

    def ingest(self, items: Iterable[Article | Unreadable]) -> Iterator[IngestResult]:
        """Add each article and yield its result, in order.

        An article is rejected if it has no text, or if an earlier item has the same id. When a result says
        created or updated, the article is committed. Paragraphs that an edit did not change are not encoded
        again.
        """
        seen: set[str] = set()
        for group in _groups(items):
            plans = [self._plan(item, seen) for item in group]
            vectors = self._encode([plan for plan in plans if isinstance(plan, _Plan)])
            for plan in plans:
                result = self._add(plan, vectors) if isinstance(plan, _Plan) else plan
                for listener in self.listeners:
                    listener(result)
                yield result

    def cut_and_encode(self, article: Article) -> tuple[list[Passage], FloatArray]:
        """Return an article's passages and their vectors (passages, dimension)."""
        passages = self._cut(article)
        return passages, self._encoder.encode_passages(self._texts(article, passages))

    def encoded_otherwise(self, article_ids: Iterable[str]) -> list[str]:
        """Return the articles whose middle passage has another vector than the encoder computes now.

        Articles with damage are left out.
        """
        return [article_id for article_id in article_ids if self._has_other_vectors(article_id)]

    def _has_other_vectors(self, article_id: str) -> bool:
        try:
            article, passages = self._corpus.article(article_id), self._corpus.passages_of(article_id)
        except CorpusDamaged:
            return False
        if article is None or not passages:
            return False
        middle = len(passages) // 2
        texts = self._texts(article, [passage for passage, _ in passages])
        (vector,) = self._encoder.encode_passages([texts[middle]])
        return float(vector @ passages[middle][1]) < _SAME_VECTOR

    def _plan(self, item: Article | Unreadable, seen: set[str]) -> _Plan | IngestResult:
        if isinstance(item, Unreadable):
            return IngestResult(id=item.source, status="rejected", reason=item.reason)
        if item.id in seen:
            reason = f"The id {item.id!r} occurs twice in this batch: give each article its own id."
            return IngestResult(id=item.id, status="rejected", reason=reason)
        seen.add(item.id)
        passages = self._cut(item)
        if not passages:
            reason = f"The article {item.id!r} holds no text: give at least one paragraph that is not blank."
            return IngestResult(id=item.id, status="rejected", reason=reason)
        former = self._former(item.id)
        if former is not None and former.version == item.version:
            return IngestResult(id=item.id, status="unchanged", version=item.version, passages=len(passages))
        known = self._known_vectors(former) if former else {}
        return _Plan(item, passages, self._texts(item, passages), known)

    def _former(self, article_id: str) -> Article | None:
        try:
            return self._corpus.article(article_id)
        except CorpusDamaged:
            return None  # adding the article again repairs it

    def _cut(self, article: Article) -> list[Passage]:
        return cut_passages(article, count_tokens=self._encoder.count_tokens, max_tokens=self._max_tokens)

    def _texts(self, article: Article, passages: Sequence[Passage]) -> list[str]:
        return texts_to_encode(
            article.title,
            [
                (joined_headings(article.headings_above(passage.paragraph)), passage.text)
                for passage in passages
            ],
            count_tokens=self._encoder.count_tokens,
            max_tokens=self._encoder.max_tokens,
        )

    def _known_vectors(self, article: Article) -> dict[str, FloatArray]:
        """Return the stored vectors of an article by the text from which each was encoded."""
        # Ask for this version, because another process may have stored a version with another title.
        passages = self._corpus.passages_of(article.id, version=article.version)
        texts = self._texts(article, [passage for passage, _ in passages])
        return {text: vector for text, (_, vector) in zip(texts, passages, strict=True)}

    def _encode(self, plans: Sequence[_Plan]) -> dict[str, FloatArray]:
        """Return the vectors of all texts. Encode each new text once."""
        vectors = {text: vector for plan in plans for text, vector in plan.known.items()}
        texts = dict.fromkeys(text for plan in plans for text in plan.texts)
        new = [text for text in texts if text not in vectors]
        if new:
            vectors.update(zip(new, self._encoder.encode_passages(new), strict=True))
        return vectors

    def _add(self, plan: _Plan, vectors: dict[str, FloatArray]) -> IngestResult:
        article, passages = plan.article, plan.passages
        try:
            status = self._corpus.add(article, passages, np.stack([vectors[text] for text in plan.texts]))
        except BadRequest as error:  # the store has limits of its own
            return IngestResult(id=article.id, status="rejected", reason=str(error))
        return IngestResult(id=article.id, status=status, version=article.version, passages=len(passages))


def _groups(items: Iterable[Article | Unreadable]) -> Iterator[list[Article | Unreadable]]:
    group: list[Article | Unreadable] = []
    characters = 0
    for item in items:
        group.append(item)
        characters += len(item.text) if isinstance(item, Article) else _UNREADABLE_CHARACTERS
        if characters >= _GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    yield group
