"""Collects the body of a reply, unpacks it, and refuses one that is too long."""

import zlib

from rag.errors import ReadingError

_GZIP_START = b"\x1f\x8b"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class Body:
    """Bytes up to a limit, unpacked as they arrive if `is_packed`; raises ReadingError beyond the limit."""

    def __init__(self, *, maximum: int, is_packed: bool) -> None:
        self._maximum = maximum
        self._unpacking = zlib.decompressobj(_GZIP_OR_ZLIB) if is_packed else None
        self._received = 0
        self._data = bytearray()

    def add(self, chunk: bytes) -> None:
        """Add bytes as they were received."""
        self._received += len(chunk)
        self._check(self._received)
        while chunk:
            chunk = self._unpack(chunk)
            self._check(len(self._data))

    def whole(self) -> bytes:
        """Return the whole body; raise ReadingError if its packing ends too early."""
        if self._unpacking is not None and self._received and not self._unpacking.eof:
            raise ReadingError("what the server sends is cut short: run the same command again later")
        return bytes(self._data)

    def _check(self, size: int) -> None:
        if size > self._maximum:
            raise ReadingError(
                f"the server sends more than {self._maximum:,} bytes, the limit: give a smaller page"
            )

    def _unpack(self, chunk: bytes) -> bytes:
        """Keep a chunk; return the part of it that is still to be unpacked."""
        if self._unpacking is None:
            self._data += chunk
            return b""
        if self._unpacking.eof:
            if not chunk.startswith(_GZIP_START[:1]):
                return b""  # padding, which the format allows
            self._unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            self._data += self._unpacking.decompress(chunk, self._maximum + 1 - len(self._data))
        except zlib.error:
            raise ReadingError("what the server sends is damaged: run the same command again later") from None
        return self._unpacking.unused_data or self._unpacking.unconsumed_tail


def unpacked(data: bytes, *, maximum: int) -> bytes:
    """Return the content of gzip data; return other data as it is."""
    if not data.startswith(_GZIP_START):
        return data
    body = Body(maximum=maximum, is_packed=True)
    body.add(data)
    return body.whole()
