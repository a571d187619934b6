"""Reorder the best hits with a model that reads each hit together with the query."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.reranker import Reranker
from rag.datatypes import Hit


@dataclass(frozen=True)
class Reranking:
    """A reranker, and the number of hits that it reads: `depth`, or `top_k` if that is larger."""

    reranker: Reranker
    depth: int


def rerank(query: str, hits: Sequence[Hit], *, reranker: Reranker) -> list[Hit]:
    """Return the hits ordered by the reranker's scores, which replace theirs. Equal hits keep their order."""
    scores = reranker.scores(query, list(map(_titled, hits)))
    scored = sorted(zip(scores, hits, strict=True), key=lambda pair: -pair[0])
    return [
        replace(hit, rank=rank, score=score, source="reranked")
        for rank, (score, hit) in enumerate(scored, start=1)
    ]


def _titled(hit: Hit) -> str:
    return f"{hit.title}. {hit.text}" if hit.title else hit.text
