"""Opens the bytes of a file within bounds: compressed or not, a stream for its reader."""

import gzip
import io
import zlib
from typing import BinaryIO

from rag.errors import ReadingError
from rag.reading.decoding import MAXIMUM_FILE_BYTES

HEAD_BYTES = 1 << 16  # the bytes that a reader can look at before it reads them
GZIP_MARK = b"\x1f\x8b"

# A text shrinks to a tenth, repeated text to a fiftieth. A file that grows by more is made to fill memory.
MAXIMUM_GROWTH = 200
_UNCHECKED_BYTES = 10 * MAXIMUM_FILE_BYTES


class _Source(io.RawIOBase):
    """Reads another stream without closing it, and counts what was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class _Inflated(io.RawIOBase):
    """The content of a gzip stream; raises ReadingError if it is damaged, cut short or grows too much."""

    def __init__(self, stream: BinaryIO) -> None:
        self._source = _Source(stream)
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(self._source, HEAD_BYTES), mode="rb")
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._file.read1(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise ReadingError(
                f"the compressed file is cut short or damaged ({error}): compress it again"
            ) from None
        buffer[: len(data)] = data
        self._count += len(data)
        if self._count > _UNCHECKED_BYTES and self._count > MAXIMUM_GROWTH * self._source.count:
            raise ReadingError(
                f"the compressed file grows to more than {MAXIMUM_GROWTH} times its size: unpack it first"
            )
        return len(data)


def buffered(stream: BinaryIO) -> io.BufferedReader:
    """Return a stream whose first bytes can be looked at with `peek`; closing it leaves `stream` open."""
    return io.BufferedReader(_Source(stream), HEAD_BYTES)


def inflated(stream: BinaryIO) -> io.BufferedReader:
    """Return the content of a gzip stream; reading raises ReadingError as soon as something is wrong."""
    return io.BufferedReader(_Inflated(stream), HEAD_BYTES)


def read_whole(stream: BinaryIO, *, maximum: int = MAXIMUM_FILE_BYTES) -> bytes:
    """Return all bytes of a stream; raise ReadingError if there are more than `maximum`."""
    data = stream.read(maximum + 1)
    if len(data) > maximum:
        raise ReadingError(
            f"the page has at least {len(data):,} bytes, more than the limit of {maximum:,}: split it"
        )
    return data
