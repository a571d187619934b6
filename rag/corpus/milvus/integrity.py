"""Whether what is stored of an article in Milvus agrees with itself."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rag.corpus.findings import MISPLACED, UNCOVERED, Found, Place, Problem, is_covered, matches_article
from rag.datatypes import Article, Passage

CHANGED = Problem(
    "articles that are not what their version says",
    None,
    "delete them with `kutip articles delete`, and ingest them again",
)


def check_passages(article: Article, passages: Sequence[Passage]) -> Iterator[Found]:
    """Yield passages that do not stand in their article, and the article where they are not all of it."""
    rows = [asdict(passage) for passage in passages]
    misplaced = [number for number, row in enumerate(rows, start=1) if not matches_article(row, article)]
    for number in misplaced:
        yield MISPLACED, Place(article.id, f"its passage {number}")
    if not misplaced and not is_covered(article, rows):
        yield UNCOVERED, Place(article.id)
