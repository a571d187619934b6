"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api.problems import add_problem_handlers
from api.routes import articles, ask, filters, health, page, search
from rag.service import Service


def create_app(service: Service) -> FastAPI:
    """Return the application around a service, which is closed when the application shuts down."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with service:
            yield

    app = FastAPI(
        title="Kutip",
        description="Answers from articles, with citations to the exact words of the source.",
        version=version("kutip"),
        lifespan=lifespan,
    )
    app.state.service = service
    add_problem_handlers(app)
    for module in (ask, search, articles, filters, health, page):
        app.include_router(module.router)
    return app
