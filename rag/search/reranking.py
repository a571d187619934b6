"""The best hits in the order of a model that reads each beside the query."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.reranker import Reranker
from rag.datatypes import Hit


@dataclass(frozen=True)
class Reranking:
    """Who reads the hits again, and how many of them: `depth`, or those asked for where they are more."""

    reranker: Reranker
    depth: int


def rerank(query: str, hits: Sequence[Hit], *, reranker: Reranker) -> list[Hit]:
    """Return the hits by the reranker's scores, which become theirs; of equal ones the former order stays."""
    scores = reranker.scores(query, list(map(_titled, hits)))
    scored = sorted(zip(scores, hits, strict=True), key=lambda pair: -pair[0])
    return [
        replace(hit, rank=rank, score=score, source="reranked")
        for rank, (score, hit) in enumerate(scored, start=1)
    ]


def _titled(hit: Hit) -> str:
    return f"{hit.title}. {hit.text}" if hit.title else hit.text
