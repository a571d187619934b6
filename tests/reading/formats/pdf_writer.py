"""Writes small PDF files by hand: lines of Helvetica at places on pages."""

import zlib
from collections.abc import Sequence

Placed = tuple[float, float, float, str]  # left, baseline, size of the letters, text


def pdf(
    pages: Sequence[Sequence[Placed]], *, title: str = "", extra: bytes = b"", is_locked: bool = False
) -> bytes:
    """Return a PDF whose pages hold these lines; `extra` is put into a stream of its own."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    objects.append(b"<< /Title (" + title.encode("cp1252") + b") /Author (siti) >>")
    for number, lines in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(stream(b"\n".join(map(show, lines))))
    if extra:
        objects.append(stream(extra))
    trailer = b"<< /Size %d /Root 1 0 R /Info 4 0 R" % (len(objects) + 1)
    if is_locked:
        objects.append(
            b"<< /Filter /Standard /V 1 /R 2 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> /P -4 >>"
        )
        trailer += b" /Encrypt %d 0 R /ID [<0123> <0123>]" % len(objects)
    return assembled(objects, trailer + b" >>")


def show(line: Placed) -> bytes:
    left, baseline, size, text = line
    written = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return f"BT /F1 {size} Tf 1 0 0 1 {left} {baseline} Tm (".encode() + written + b") Tj ET"


def stream(content: bytes) -> bytes:
    data = zlib.compress(content)
    head = f"<< /Length {len(data)} /Filter /FlateDecode >>\nstream\n"
    return head.encode() + data + b"\nendstream"


def assembled(objects: Sequence[bytes], trailer: bytes) -> bytes:
    file = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return file + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % start


def column(left: float, top: float, lines: Sequence[str], *, size: float = 10) -> list[Placed]:
    """Return lines below each other."""
    return [(left, top - 12 * number, size, text) for number, text in enumerate(lines)]
