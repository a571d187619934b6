"""Clients of a running service that cost next to nothing, and what the service's process holds meanwhile."""

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
    """What came back, and the seconds until it was whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return the body, read."""
        return json.loads(self.body)


class Connection:
    """One connection that is kept alive; client libraries cost more than Kutip does."""

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
        """Wait for as long as a refusal asks; the service closes what is idle for five seconds."""
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
        """Close it."""
        self._writer.close()


@dataclass(frozen=True)
class Holding:
    """What a process holds at one moment."""

    seconds: float  # since some moment
    memory_bytes: int
    descriptors: int
    threads: int


def holding(process_id: int) -> Holding:
    """Return what a process holds now; Linux alone tells."""
    folder = Path(f"/proc/{process_id}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return Holding(
        seconds=time.monotonic(),
        memory_bytes=int(status["VmRSS"].split()[0]) * 1024,
        descriptors=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
    )


async def watch(process_id: int, *, every_seconds: float = 1.0) -> list[Holding]:
    """Note what a process holds until cancelled; return what was noted."""
    noted = [holding(process_id)]
    try:
        while True:
            await asyncio.sleep(every_seconds)
            noted.append(holding(process_id))
    except asyncio.CancelledError:
        return noted
