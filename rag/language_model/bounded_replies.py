"""Limits the size of a server's reply, because the client buffers a line until it is complete."""

import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import httpx2

MAXIMUM_BYTES = 64 * 1024**2

_CHUNK = 2**16
_DONE = b"[DONE]"

# zlib then reads both formats: gzip, and deflate with its header.
_ANY_HEADER = zlib.MAX_WBITS | 32


class BoundedReplies:
    """Limits the replies that one client receives. `is_done` is whether the last one ended with `[DONE]`."""

    def __init__(self) -> None:
        self.is_done = False

    async def bound(self, response: httpx2.Response) -> None:
        """Limit the body of a reply. A compressed body is decompressed here, so that the text is counted."""
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        self.is_done = False
        encoding = response.headers.pop("content-encoding", "identity").strip().lower()
        response.headers.pop("content-length", None)
        response.stream = _BoundedBody(response.stream, self, encoding=encoding)


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, body: httpx2.AsyncByteStream, replies: BoundedReplies, *, encoding: str) -> None:
        self._body = body
        self._replies = replies
        self._encoding = encoding

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size, end = 0, b""
        decompress = _decompressor(self._encoding)
        async for received in self._body:
            for part in decompress(received):
                size += len(part)
                if size > MAXIMUM_BYTES:
                    raise ValueError(f"the reply has more than {MAXIMUM_BYTES} bytes")
                end = (end + part)[-64:]
                self._replies.is_done = end.rstrip().endswith(_DONE)
                yield part

    async def aclose(self) -> None:
        await self._body.aclose()


def _decompressor(encoding: str) -> Callable[[bytes], Iterable[bytes]]:
    if encoding == "identity":
        return lambda received: [received]
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise ValueError(f"the reply is compressed with {encoding!r:.50}, although the request forbids it")
    inflater = zlib.decompressobj(_ANY_HEADER)

    def inflate(received: bytes) -> Iterator[bytes]:
        """Yield small parts, because a few bytes may stand for gigabytes."""
        while received:
            try:
                yield inflater.decompress(received, _CHUNK)
            except zlib.error as error:
                raise ValueError(f"the reply cannot be decompressed: {error}") from error
            received = inflater.unconsumed_tail

    return inflate
