"""Checks that the stored data of an article in Milvus are consistent."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rag.corpus.checked_articles import CheckedArticle
from rag.corpus.findings import MISPLACED, UNCOVERED, Occurrence, Place, Problem, is_covered
from rag.datatypes import Article, Passage

CHANGED = Problem(
    "articles that do not match their version",
    None,
    "delete them with `kutip articles delete`, then ingest them again",
)


def check_passages(article: Article, passages: Sequence[Passage]) -> Iterator[Occurrence]:
    """Yield the passages that do not match the article, and the article if they do not cover its text."""
    rows, checked = [asdict(passage) for passage in passages], CheckedArticle(article)
    misplaced = [number for number, row in enumerate(rows, start=1) if not checked.has_passage(row)]
    for number in misplaced:
        yield MISPLACED, Place(article.id, f"passage {number} of the article")
    if not misplaced and not is_covered(article, rows):
        yield UNCOVERED, Place(article.id)
