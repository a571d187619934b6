"""The fenced blocks of the guides, with the address in them replaced by that of a running server."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "guides"

ADDRESS = "http://127.0.0.1:8000"

# What the guides ask the seed articles, and what those answer.
ASKED = "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?"
REEF = (
    "Terumbu karang yang rusak akibat bom ikan di Pulau Tebing Biru kini menutupi lagi 1.500,5 meter persegi "
    "dasar laut, naik dari 210 meter persegi pada 2020."
)
REEF_PAGE = "https://samudratimur.example.com/sains/terumbu-karang-tebing-biru"
REEF_TITLE = "Terumbu karang Pulau Tebing Biru pulih dalam lima tahun"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block: the guide it stands in, what it is written in, and its place among all of the guide."""

    guide: str
    language: str
    place: int
    text: str

    @property
    def name(self) -> str:
        """Return what a test is called by."""
        return f"{self.guide}-{self.place}-{self.language}"

    def at(self, url: str) -> str:
        """Return the text for a server at `url`."""
        return self.text.replace(ADDRESS, url)


def text_of(guide: str) -> str:
    """Return a whole guide."""
    return (FOLDER / f"{guide}.md").read_text(encoding="utf-8")


def blocks(folder: Path = FOLDER, pages: str = "*") -> list[Block]:
    """Return every block of every guide, or of other pages."""
    return [
        Block(path.stem, found[1], place, found[2])
        for path in sorted(folder.glob(f"{pages}.md"))
        for place, found in enumerate(_BLOCK.finditer(path.read_text(encoding="utf-8")), start=1)
    ]


def block(guide: str, language: str, *, place: int = 1) -> Block:
    """Return the block of a guide in a language, by its place among those."""
    return [found for found in blocks() if (found.guide, found.language) == (guide, language)][place - 1]


def named(found: Sequence[Block]) -> dict[str, Block]:
    """Return blocks by what their tests are called."""
    return {one.name: one for one in found}


def table(guide: str) -> dict[str, str]:
    """Return the fields and values of a guide's first table, without the code marks."""
    rows = re.findall(r"^\| ([^|]+?) \|([^|]*)\|$", text_of(guide), re.M)
    return {field: value.strip(" `") for field, value in rows if field not in {"field", "---"}}
