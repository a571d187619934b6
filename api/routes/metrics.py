"""`GET /metrics`: metrics for Prometheus."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.dependencies import RunningService
from api.observability.service_metrics import ServiceMetrics

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request, service: RunningService) -> Response:
    """Return the metrics of the service in the text format of Prometheus."""
    service_metrics = cast("ServiceMetrics", request.app.state.metrics)
    text = await service.probe_pool.run_within(service_metrics.text)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
