"""Clients that use very little processor time, and the resources that the service's process uses."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

_HEADERS = (
    "Host: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
)


@dataclass(frozen=True)
class Reply:
    """A reply, and the seconds until it was complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return the body parsed as JSON."""
        return json.loads(self.body)


class Connection:
    """One connection that is kept alive. It replaces client libraries, which take more time than Kutip."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    def __init__(self, url: str) -> None:
        self._url = url

    @classmethod
    async def open(cls, url: str) -> Self:
        """Return a connection to a service."""
        connection = cls(url)
        await connection._connect()
        return connection

    async def _connect(self) -> None:
        address = urlsplit(self._url)
        self._reader, self._writer = await asyncio.open_connection(
            address.hostname, address.port, limit=2**24
        )

    async def wait(self, reply: Reply) -> None:
        """Wait as long as a 503 reply asks, then reconnect: the service closes idle connections after 5 s."""
        self.close()
        await asyncio.sleep(float(reply.headers.get("retry-after", "1")))
        await self._connect()

    async def request(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request and read its whole reply."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{_HEADERS}Content-Length: {len(content)}\r\n\r\n"
        started = time.perf_counter()
        self._writer.write(head.encode() + content)
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        received = await self._body(headers)
        return Reply(int(first.split(" ")[1]), headers, received, time.perf_counter() - started)

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", "0")))
        parts = []
        while True:
            length = int(await self._reader.readline(), 16)
            parts.append((await self._reader.readexactly(length + 2))[:-2])
            if not length:
                return b"".join(parts)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


@dataclass(frozen=True)
class ProcessUsage:
    """The resources of a process at one moment."""

    seconds: float  # on the monotonic clock
    memory_bytes: int
    descriptors: int
    threads: int


def process_usage(process_id: int) -> ProcessUsage:
    """Return the resources that a process uses now. This works on Linux only."""
    folder = Path(f"/proc/{process_id}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return ProcessUsage(
        seconds=time.monotonic(),
        memory_bytes=int(status["VmRSS"].split()[0]) * 1024,
        descriptors=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


async def watch(process_id: int, *, every_seconds: float = 1.0) -> list[ProcessUsage]:
    """Record the resources that a process uses until this task is cancelled, then return the records."""
    records = [process_usage(process_id)]
    try:
        while True:
            await asyncio.sleep(every_seconds)
            records.append(process_usage(process_id))
    except asyncio.CancelledError:
        return records
