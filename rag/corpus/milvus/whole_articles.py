"""Reads articles completely: their current versions, their passages and their former versions."""

from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.weights import FloatArray
from rag.corpus.checked_articles import checked_document
from rag.corpus.documents import damaged_document
from rag.corpus.milvus.generations import Generations
from rag.corpus.milvus.layout import Collections
from rag.corpus.milvus.rows import generation_of, key_of, one_of, text_of, whole_document
from rag.corpus.milvus.server import MilvusServer, Row
from rag.datatypes import Article, Passage, StoredArticle

_READ_AT_ONCE = 32

FIELDS_OF_PASSAGES = ("paragraph", "start", "end", "text", "vector")


def whole_articles(
    server: MilvusServer, collections: Collections, generations: Generations, *, after: str
) -> list[StoredArticle]:
    """Return the next articles by id, with all their versions and passages; none after the last.

    Raises:
        CorpusDamaged: a stored document does not match its version.
    """
    articles, name = collections.articles, collections.passages()
    condition = f'id > "{key_of(after)}"'
    rows = server.first(articles, condition, ["generation"], limit=_READ_AT_ONCE)
    if not rows or name is None:
        return []
    heads = {row["id"]: row["generation"] for row in rows}
    documents = generations.documents(list(heads), ["article", "version", "parts", "content"])
    passages = list(generations.pages(name, one_of("article", heads), FIELDS_OF_PASSAGES))
    now = generations.heads(list(heads))
    if heads != {key: head["generation"] for key, head in now.items()}:
        return whole_articles(server, collections, generations, after=after)  # an article changed meanwhile
    return [
        _stored_article(
            [row for row in documents if row["article"] == key],
            [row for row in passages if generation_of(row["id"]) == generation],
            article_id=text_of(key),
            generation=generation,
        )
        for key, generation in heads.items()
    ]


def by_generation(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Group rows by generation."""
    generations: dict[int, list[Row]] = {}
    for row in rows:
        generations.setdefault(generation_of(row["id"]), []).append(row)
    return generations


def _stored_article(
    documents: Sequence[Row], passages: Sequence[Row], *, article_id: str, generation: int
) -> StoredArticle:
    versions: dict[str, Article] = {}
    current = None
    for stored, rows in by_generation(documents).items():
        text = whole_document(rows)
        if text is None:
            raise damaged_document(article_id)
        article = checked_document(article_id, rows[0]["version"], text)
        versions[article.version] = article
        current = article if stored == generation else current
    if current is None:
        raise damaged_document(article_id)
    former = [article for article in versions.values() if article.version != current.version]
    return StoredArticle(article=current, passages=[passage_of(row) for row in passages], former=former)


def passage_of(row: Row) -> tuple[Passage, FloatArray]:
    """Read a passage and its vector from a row."""
    passage = Passage(paragraph=row["paragraph"], start=row["start"], end=row["end"], text=row["text"])
    return passage, np.array(row["vector"], np.float32)
