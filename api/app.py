"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from math import ceil
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from api.guards.access import Access, Keys, is_public
from api.guards.body_reading import BodyReading
from api.guards.concurrency_limit import ConcurrencyLimit, Load
from api.guards.head_requests import HeadRequests
from api.guards.origins import TrustedPages, origin_pattern
from api.guards.rate_limit import RateLimit
from api.guards.security_headers import SecurityHeaders
from api.mcp_door.server import McpEndpoint
from api.observability.log_lines import log_texts
from api.observability.observation import Observation
from api.observability.request_ids import HEADER
from api.observability.service_metrics import ServiceMetrics
from api.observability.tracing import record_on_span
from api.openai_door.recent_items import RecentItems
from api.problems import add_problem_handlers, problem_responses
from api.routes import articles, ask, chat, docs, filters, health, messages, metrics, page, responses, search
from rag.service import Service
from rag.settings import Settings

# FastAPI makes a span for each request and sends it to the collector set in the environment, if there is one.
# The health probes and the page get no span. Metrics and logs are Kutip's own.
_TELEMETRY: TelemetryConfig = {
    "auto_configure": True,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "exclude": is_public,
}


def create_app(service: Service, *, shared_folder: Path | None = None) -> FastAPI:
    """Return the application for a service. The application closes the service when it shuts down.

    With several workers, each one keeps its counts and recent answers in `shared_folder` and takes an equal
    share of `max_concurrent`.
    """
    mcp_endpoint = McpEndpoint(service)
    shared_file = shared_folder / "rates.sqlite3" if shared_folder else None
    rate_limit, load = RateLimit(service.settings.rate_limit, shared_file=shared_file), Load()
    counts = ServiceMetrics(service, load=load, rate_limit=rate_limit, shared_folder=shared_folder)
    workers = service.settings.workers if shared_folder else 1
    if service.settings.log_texts:
        service.pipeline.listeners.append(log_texts)

    service.pipeline.listeners.append(record_on_span(has_texts=service.settings.trace_texts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with service:
            async with mcp_endpoint.run():
                yield

    app = FastAPI(
        title="Kutip",
        description="Answers from articles, with citations to the exact words of the source.",
        version=version("kutip"),
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page loads its scripts from another server
        redoc_url=None,
        redirect_slashes=False,  # the redirect would go to whatever host the request named
        telemetry=_TELEMETRY,
        middleware=_middleware(
            service.settings, workers=workers, rate_limit=rate_limit, load=load, metrics=counts
        ),
    )
    app.state.service = service
    app.state.metrics = counts
    items_file = shared_folder / "items.sqlite3" if shared_folder else None
    app.state.recent_items = RecentItems(shared_file=items_file)
    add_problem_handlers(app)
    # The Access middleware checks the key. This only states in the OpenAPI document that a key is needed.
    needing_key = [Depends(HTTPBearer(auto_error=False))] if Keys.of(service.settings).are_set else []
    for module in (ask, search, articles, filters, metrics):
        app.include_router(module.router, responses=problem_responses(), dependencies=needing_key)
    for module in (chat, responses):
        described = problem_responses("openai")
        app.include_router(module.router, responses=described, dependencies=needing_key)
    described = problem_responses("anthropic")
    app.include_router(messages.router, responses=described, dependencies=needing_key)
    for module in (health, page, docs):
        app.include_router(module.router, responses=problem_responses())
    # subtle: this is a route because a mount would redirect /mcp to /mcp/.
    app.router.routes.append(Route("/mcp", mcp_endpoint, methods=["POST"]))
    return app


def _middleware(
    settings: Settings, *, workers: int, rate_limit: RateLimit, load: Load, metrics: ServiceMetrics
) -> list[Middleware]:
    """Return the middleware in the order in which a request passes it."""
    return [
        Middleware(Observation, metrics=metrics),
        Middleware(SecurityHeaders),
        *_cross_origin(settings.cors_origins),  # before Access: a preflight request carries no key
        Middleware(Access, keys=Keys.of(settings), pages=TrustedPages.of(settings), rate_limit=rate_limit),
        Middleware(BodyReading),  # before ConcurrencyLimit: a body that does not arrive takes no place
        Middleware(ConcurrencyLimit, limit=ceil(settings.max_concurrent / workers), load=load),
        Middleware(HeadRequests),
    ]


def _cross_origin(origins: str) -> list[Middleware]:
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origin_regex=origin_pattern(origins),
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("*",),  # OpenAI clients send many headers of their own, and Kutip uses no cookies
            expose_headers=("Retry-After", HEADER),
        )
    ]
