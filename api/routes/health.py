"""`/health/live` and `/health/ready`: health probes."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import RunningService

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """Reply that the process is running."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(service: RunningService) -> dict[str, Any]:
    """Reply whether the service can answer questions: 503 if the corpus cannot be read."""
    counts = await service.probe_pool.run_within(service.corpus.counts)
    reranking, language_model = service.pipeline.reranking, service.pipeline.language_model
    return {
        "status": "ok",
        "articles": counts.articles,
        "passages": counts.passages,
        "embedding_model": service.pipeline.encoder.name,
        "cross_encoder": reranking.cross_encoder.name if reranking and reranking.cross_encoder else None,
        "reranker_model": reranking.reranker.name if reranking and reranking.reranker else None,
        "language_model": language_model.name if language_model else None,
        "language_model_breaker": service.breaker.state if service.breaker else None,
    }
