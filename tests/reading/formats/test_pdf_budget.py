import struct
import zlib
from binascii import hexlify
from collections.abc import Callable

import pytest

from tests.reading.formats.pdf_writer import assembled, show
from tests.reading.formats.reading import one, read, reasons

SHOWN = b"\n".join(
    show((60, 700 - 12 * number, 10, text)) for number, text in enumerate(("Harga kopi naik tiga", "persen."))
)
BOMB = 301_000_000


def document(filters: str, content: bytes, *, font: bytes = b"") -> bytes:
    """Return a PDF of one page whose content went through the filters."""
    kind = b"/Subtype /Type1 /Encoding /WinAnsiEncoding"
    if font:
        information = b"<< /Registry (Adobe) /Ordering (Identity) >>"
        kind = b"/Subtype /CIDFontType2 /FontDescriptor 6 0 R /CIDSystemInfo " + information
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /BaseFont /Helvetica " + kind + b" >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        stream(filters, content),
    ]
    if font:
        objects += [b"<< /Type /FontDescriptor /FontName /Rusak /FontFile2 7 0 R >>", stream("", font)]
    return assembled(objects, b"<< /Size %d /Root 1 0 R >>" % (len(objects) + 1))


def stream(filters: str, content: bytes) -> bytes:
    head = f"<< /Length {len(content)} /Length1 {len(content)} /Filter [{filters}] >>\nstream\n"
    return head.encode() + content + b"\nendstream"


def deflated(size: int) -> bytes:
    """Return zeros that are packed twice."""
    packer, zeros = zlib.compressobj(), bytes(1_000_000)
    parts = [packer.compress(zeros) for _ in range(size // len(zeros))]
    return zlib.compress(b"".join(parts) + packer.flush())


def lzw(rounds: int) -> bytes:
    """Return zeros packed with LZW: each code stands for one zero more than the code before it."""
    bits: list[str] = []
    for _ in range(rounds):
        width = 9 if not bits else 12
        bits.append(f"{256:0{width}b}")
        length = 258
        for code in (0, *range(258, 4090)):
            width = 9 if length < 511 else 10 if length < 1023 else 11 if length < 2047 else 12
            bits.append(f"{code:0{width}b}")
            length += code > 0
    text = "".join(bits)
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8))


def as_lzw(content: bytes) -> bytes:
    """Return a text as codes of LZW, each of one sign; the table is cleared before it grows."""
    codes = [
        code for place, sign in enumerate(content) for code in (*((256,) if place % 200 == 0 else ()), sign)
    ]
    text = "".join(f"{code:09b}" for code in (*codes, 257))
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8))


@pytest.mark.parametrize(
    ("filters", "content"),
    [
        ("/FlateDecode", zlib.compress(SHOWN)),
        ("/ASCIIHexDecode /FlateDecode", hexlify(zlib.compress(SHOWN)) + b">"),
        ("/FlateDecode /FlateDecode", zlib.compress(zlib.compress(SHOWN))),
        ("/LZWDecode", as_lzw(SHOWN)),
        ("/LZWDecode /FlateDecode", as_lzw(zlib.compress(SHOWN))),
        ("/RunLengthDecode", b"".join(bytes([0, sign]) for sign in SHOWN) + b"\x80"),
    ],
)
def test_a_page_that_went_through_several_filters_is_read(filters: str, content: bytes) -> None:
    assert one(read(document(filters, content), ".pdf")).paragraphs == ("Harga kopi naik tiga persen.",)


GROWING: dict[str, tuple[str, Callable[[], bytes]]] = {
    "Flate in Flate": ("/FlateDecode /FlateDecode", lambda: deflated(BOMB)),
    "Flate in hexadecimal": (
        "/ASCIIHexDecode /FlateDecode /FlateDecode",
        lambda: hexlify(deflated(BOMB)) + b">",
    ),
    "runs": ("/FlateDecode /RunLengthDecode", lambda: zlib.compress(b"\x81\0" * 300_000)),
    "LZW": ("/LZWDecode", lambda: lzw(42)),
}


@pytest.mark.parametrize("chain", GROWING)
def test_what_grows_in_a_chain_of_filters_is_refused(chain: str) -> None:
    filters, make = GROWING[chain]
    content = make()
    data = document(filters, content)
    assert len(data) < 1_000_000
    (reason,) = reasons(read(data, ".pdf"))
    assert reason == (
        f"berkas.pdf: the PDF grows from {len(data):,} to more than 300,000,000 bytes when it is unpacked, "
        "the limit"
    )


def test_a_text_packed_as_a_picture_is_refused() -> None:
    (reason,) = reasons(read(document("/CCITTFaxDecode", SHOWN), ".pdf"))
    assert reason == "berkas.pdf: the PDF holds a part of its text packed as a picture: save it again"


def test_a_font_that_is_cut_short_is_damage() -> None:
    table = b"cmap" + struct.pack(">LLL", 0, 28, 100)
    font = b"\0\1\0\0" + struct.pack(">HHHH", 1, 0, 0, 0) + table + struct.pack(">HH", 0, 9)
    (reason,) = reasons(read(document("", SHOWN, font=font), ".pdf"))
    assert reason.startswith("berkas.pdf: the PDF is damaged (error: unpack requires")
