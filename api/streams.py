"""Replies that are written while they are sent, and work that ends when its client goes away."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse

from api.problems import UNEXPECTED, problem, problem_of
from rag.answering.events import Event, WritingFailed
from rag.errors import ClientGone, KutipError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

# Proxies such as nginx hold a stream back unless they are told not to.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    """Return server-sent events."""
    return StreamingResponse(lines, media_type="text/event-stream", headers=_HEADERS)


async def begun(items: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Wait for the first item, so that what cannot be asked is an error and no stream."""
    first = await anext(items)

    async def all_items() -> AsyncGenerator[T]:
        async with aclosing(items):
            yield first
            async for item in items:
                yield item

    return all_items()


async def narrated(
    events: AsyncGenerator[Event],
    *,
    tell: Callable[[Event], Iterable[str]],
    apologise: Callable[[Json], str],
    end: Sequence[str] = (),
) -> AsyncIterator[str]:
    """Yield what `tell` says of each event, what `apologise` says of a problem that ends them, then `end`."""
    async with aclosing(events):
        try:
            async for event in events:
                if isinstance(event, WritingFailed):
                    logger.warning("%s", event.error)
                for line in tell(event):
                    yield line
        except KutipError as error:
            yield apologise(problem_of(error))
        except Exception as error:
            logger.error("Unexpected error", exc_info=error)
            yield apologise(problem(500, UNEXPECTED))
        for line in end:
            yield line


async def lines(texts: Iterable[str]) -> AsyncIterator[str]:
    """Yield lines that are all known."""
    for text in texts:
        yield text


def data_line(value: Json, *, event: str | None = None) -> str:
    """Return a server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n"


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; end it when the client goes away.

    Raises:
        ClientGone: it went away first.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone("The client went away before its answer was ready.")
        return await working
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
