"""Server-sent events, and work that is cancelled when its client disconnects."""

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

# Without X-Accel-Buffering, proxies such as nginx collect a stream before passing it on.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    """Return a response that sends `lines` as server-sent events."""
    return StreamingResponse(lines, media_type="text/event-stream", headers=_HEADERS)


async def wait_for_first(items: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Wait for the first item, then return all of them.

    A question that cannot be answered raises its error here, so the reply is an error response and not a
    stream.
    """
    first = await anext(items)

    async def all_items() -> AsyncGenerator[T]:
        async with aclosing(items):
            yield first
            async for item in items:
                yield item

    return all_items()


async def encode_stream(
    events: AsyncGenerator[Event],
    *,
    encode: Callable[[Event], Iterable[str]],
    encode_problem: Callable[[Json], str],
    end: Sequence[str] = (),
) -> AsyncIterator[str]:
    """Yield the lines that `encode` makes of each event, then `end`.

    An error ends the events. Its problem document is sent as `encode_problem` encodes it, before `end`.
    """
    async with aclosing(events):
        try:
            async for event in events:
                if isinstance(event, WritingFailed):
                    logger.warning("%s", event.error)
                for line in encode(event):
                    yield line
        except KutipError as error:
            yield encode_problem(problem_of(error))
        except Exception as error:
            logger.error("Unexpected error", exc_info=error)
            yield encode_problem(problem(500, UNEXPECTED))
        for line in end:
            yield line


async def async_lines(lines: Iterable[str]) -> AsyncIterator[str]:
    """Yield the lines asynchronously."""
    for line in lines:
        yield line


def data_line(value: Json, *, event: str | None = None) -> str:
    """Return a server-sent event with a JSON value."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n"


async def cancel_on_disconnect(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`, or cancel it when the client disconnects.

    Raises:
        ClientGone: the client disconnected before the work was done.
    """
    result = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(_wait_for_disconnect(request))
    try:
        await asyncio.wait({result, disconnect}, return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            raise ClientGone("The client disconnected before the answer was ready.")
        return await result
    finally:
        result.cancel()
        disconnect.cancel()
        await asyncio.gather(result, disconnect, return_exceptions=True)


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
