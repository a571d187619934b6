"""Bodies that are read before a request is passed on."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guards import body_reading
from api.guards.body_reading import BodyReading, replayed

MEBIBYTE = 1024 * 1024
SCOPE: Scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": []}
GONE: Message = {"type": "http.disconnect"}


def receiving(parts: Iterator[bytes]) -> Receive:
    """Return a `receive` that gives the parts of a body, and then says that the client is gone."""
    messages: Iterator[Message] = (
        {"type": "http.request", "body": part, "more_body": part != b""} for part in chain(parts, [b""])
    )

    async def receive() -> Message:
        return next(messages, GONE)

    return receive


def passed_on(app: ASGIApp, receive: Receive) -> list[Message]:
    """Pass a request through the guard to an application; return what the guard sent itself."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(BodyReading(app)(SCOPE, receive, send))
    return sent


def reading(read: Callable[[bytes], None]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, _: Send) -> None:
        read(await Request(scope, receive).body())
        assert await receive() == GONE

    return app


@given(parts=st.lists(st.binary(min_size=1, max_size=20), max_size=20))
def test_an_application_reads_what_was_sent_and_then_that_the_client_is_gone(parts: list[bytes]) -> None:
    bodies: list[bytes] = []
    assert passed_on(reading(bodies.append), receiving(iter(parts))) == []
    assert bodies == [b"".join(parts)]


def test_a_client_that_goes_while_it_sends_reaches_no_application() -> None:
    async def receive() -> Message:
        return GONE

    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise AssertionError("the application was called")

    assert passed_on(app, receive) == []


def test_a_body_is_in_memory_once_and_forgotten_when_it_was_passed_on() -> None:
    size = 7 * MEBIBYTE
    held: dict[str, int] = {}

    async def app(_: Scope, receive: Receive, __: Send) -> None:
        held["waiting"] = tracemalloc.get_traced_memory()[0] - before
        message = await receive()
        held["given"] = tracemalloc.get_traced_memory()[0] - before
        assert len(message.pop("body")) == size
        held["forgotten"] = tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        passed_on(app, receiving(b"x" * 65_536 for _ in range(size // 65_536)))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert max(held["waiting"], held["given"]) < 1.1 * size
    assert held["forgotten"] < 0.1 * size
    assert peak < 1.5 * size


def test_the_memory_of_a_body_is_free_after_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_reading, "_MAXIMUM_TOGETHER", 100)
    bodies: list[bytes] = []
    guard = BodyReading(reading(bodies.append))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    for length in (80, 80, 101, 80):
        asyncio.run(guard(SCOPE, receiving(iter([b"x" * length])), send))
    assert [*map(len, bodies)] == [80, 80, 80]
    assert [message["status"] for message in sent if "status" in message] == [503]


def test_a_body_that_is_replayed_is_given_once() -> None:
    async def twice() -> list[Message]:
        receive = replayed(b"a", receiving(iter([])))
        return [await receive(), await receive(), await receive()]

    first, second, third = asyncio.run(twice())
    assert first == {"type": "http.request", "body": b"a", "more_body": False}
    assert (second["body"], third) == (b"", GONE)
