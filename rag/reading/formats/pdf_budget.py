"""Opens a PDF so that its parts are unpacked within a budget, whatever filters stand one after another."""

import io
import zlib
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadingError

_CHUNK_BYTES = 1 << 14
_END_OF_RUNS = 128
_LZW = ("LZWDecode", "LZW")
_CLEAR, _END = 256, 257  # codes of LZW
_LONGEST_TABLE = 4096
_WIDTHS = ((511, 9), (1023, 10), (2047, 11), (1 << 16, 12))  # of a code, for a table shorter than this
_BYTES_OF_RUN = 8  # the memory that pdfminer takes for each byte of a run
_MOST_OF_85 = 4  # bytes for one sign


class Budget:
    """The bytes that all parts of one document may still hold when they are unpacked."""

    def __init__(self, maximum: int, *, size: int) -> None:
        self._maximum = self._left = maximum
        self._size = size

    def check(self, grown: int) -> None:
        """Raise ReadingError if a part of this many bytes does not fit."""
        if grown > self._left:
            raise ReadingError(
                f"the PDF grows from {self._size:,} to more than {self._maximum:,} bytes when it is "
                "unpacked, the limit"
            )

    def take(self, grown: int) -> None:
        """Count a part that was unpacked; raise ReadingError if it does not fit."""
        self.check(grown)
        self._left -= grown

    def refuse_growth(self, name: str, data: bytes) -> None:
        """Raise ReadingError if a filter would unpack data to more than is left."""
        if name in ("FlateDecode", "Fl"):
            self.check(inflated_bytes(data, 0, maximum=self._left))
        elif name in _LZW:
            self._check_sum(map(len, pieces_of_lzw(data)))
        elif name in ("RunLengthDecode", "RL"):
            self._check_sum(_sizes_of_runs(data))
        elif name in ("ASCII85Decode", "A85"):
            self.check(data.count(b"z") * _MOST_OF_85 + len(data))
        elif name in ("CCITTFaxDecode", "CCF"):
            raise ReadingError("the PDF holds a part of its text packed as a picture: save it again")

    def _check_sum(self, sizes: Iterator[int]) -> None:
        whole = 0
        for size in sizes:
            whole += size
            self.check(whole)


def inflated_bytes(data: bytes, start: int, *, maximum: int) -> int:
    """Return how many bytes a part that is packed with Flate holds; stop counting above the maximum."""
    unpacker, view, count = zlib.decompressobj(), memoryview(data), 0
    for place in range(start, len(data), _CHUNK_BYTES):
        try:
            count += len(unpacker.decompress(view[place : place + _CHUNK_BYTES], maximum - count + 1))
        except zlib.error:  # it is no such part, or damaged: pdfminer reads the part before the damage
            break
        if unpacker.eof or count > maximum:
            break
    return count


def pieces_of_lzw(data: bytes) -> Iterator[bytes]:
    """Yield what each code of a part that is packed with LZW stands for.

    pdfminer copies its table for each code, which takes minutes for a part of 200 KB.
    """
    table, before, width = _table(), b"", _WIDTHS[0][1]
    held = bits = 0
    for byte in data:
        held, bits = held << 8 | byte, bits + 8
        if bits < width:
            continue
        bits -= width
        code, held = held >> bits, held & ((1 << bits) - 1)
        if code == _CLEAR:
            table, before, width = _table(), b"", _WIDTHS[0][1]
            continue
        if code == _END or code > len(table) or (code == len(table) and not before):
            return  # the end, or damage
        found = table[code] if code < len(table) else before + before[:1]
        if before and len(table) < _LONGEST_TABLE:
            table.append(before + found[:1])
            width = next(width for size, width in _WIDTHS if len(table) < size)
        before = found
        yield found


def _table() -> list[bytes]:
    return [*(bytes([value]) for value in range(256)), b"", b""]


def _sizes_of_runs(data: bytes) -> Iterator[int]:
    place = 0
    while place < len(data) and data[place] != _END_OF_RUNS:
        is_copy = data[place] < _END_OF_RUNS
        yield (data[place] + 1 if is_copy else 257 - data[place]) * _BYTES_OF_RUN
        place += data[place] + 2 if is_copy else 2


def opened(data: bytes, budget: Budget) -> Any:
    """Return the document; whatever is read from it is unpacked within the budget."""
    # Imported here because the library is an extra.
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import PDFStream
    from pdfminer.psparser import LIT

    class Bounded(PDFStream):
        """A part that is unpacked one filter after another, each of which must fit the budget."""

        def decode(self) -> None:
            found = self.rawdata or b""
            if self.decipher and self.objid is not None and self.genno is not None:
                found = self.decipher(self.objid, self.genno, found, self.attrs)
            for kind, parameters in self.get_filters():
                budget.refuse_growth(str(getattr(kind, "name", kind)), found)
                if str(getattr(kind, "name", kind)) in _LZW:
                    # subtle: packed again without compression, so that pdfminer applies the parameters
                    kind, found = LIT("FlateDecode"), zlib.compress(b"".join(pieces_of_lzw(found)), 0)
                found = PDFStream({"Filter": kind, "DecodeParms": parameters}, found).get_data()
                budget.check(len(found))
            budget.take(len(found))
            self.data, self.rawdata = found, None

    class Parser(PDFParser):
        """Gives parts that are unpacked within the budget."""

        def push(self, *found: Any) -> None:
            super().push(*(self._bounded(place, value) for place, value in found))

        @staticmethod
        def _bounded(place: int, value: Any) -> tuple[int, Any]:
            if type(value) is PDFStream:
                return place, Bounded(value.attrs, value.rawdata or b"", value.decipher)
            return place, value

    return PDFDocument(Parser(io.BytesIO(data)))
