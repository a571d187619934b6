"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.routing import Route

from api.body_limit import BodyLimit
from api.mcp_server import McpEndpoint
from api.problems import add_problem_handlers
from api.routes import articles, ask, chat, filters, health, page, responses, search
from rag.service import Service


def create_app(service: Service) -> FastAPI:
    """Return the application around a service, which is closed when the application shuts down."""
    mcp_endpoint = McpEndpoint(service)

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
    )
    app.state.service = service
    app.add_middleware(BodyLimit)
    add_problem_handlers(app)
    for module in (ask, chat, responses, search, articles, filters, health, page):
        app.include_router(module.router)
    # subtle: a route, as a mount would redirect /mcp to /mcp/.
    app.router.routes.append(Route("/mcp", mcp_endpoint, methods=["POST"]))
    return app
