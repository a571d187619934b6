"""The test pages of trafilatura, newspaper4k and Mozilla's readability, and what is right about them."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml.html import document_fromstring

_PARAGRAPH_CHARACTERS = 40  # of the shortest text that counts as a paragraph
_BETWEEN_NAMES = re.compile(r"\s*[;,]\s*|\s+(?:and|und|et|y|e|dan|&)\s+", re.IGNORECASE)
_BYLINE_LABEL = re.compile(r"^(?:by|von|par|por|oleh|di)\s+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A page, and what is right about it. A field is empty if its set does not say.

    `included` and `excluded` are texts that a reader keeps and leaves out.
    """

    html: bytes
    url: str = ""
    body: str = ""
    paragraphs: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    title: str = ""
    authors: frozenset[str] = frozenset()
    day: str = ""
    language: str = ""

    @property
    def quarter(self) -> int:
        """1 to 4: the quarter of its set, by the hash of its address, or of its bytes if it has none."""
        digest = hashlib.sha256(self.url.encode() or self.html).digest()
        return 2 * (digest[0] % 2) + digest[1] % 2 + 1


def trafilatura_set(folder: Path) -> Iterator[Expected]:
    """Yield trafilatura's pages, whose texts, titles, authors and days people have marked."""
    tests = folder / "trafilatura" / "tests"
    if not tests.is_dir():
        return
    for url, marked in json.loads((tests / "evaldata.json").read_text(encoding="utf-8")).items():
        places = [tests / name / marked["file"] for name in ("cache", "eval")]
        authors = marked.get("author") or ""
        for path in [place for place in places if place.is_file()][:1]:
            yield Expected(
                html=path.read_bytes(),
                url=url,
                included=tuple(marked["with"]),
                excluded=tuple(marked["without"]),
                title=marked.get("title") or "",
                authors=names_of(authors if isinstance(authors, str) else "; ".join(authors)),
                day=marked.get("date") or "",
            )


def newspaper_set(folder: Path) -> Iterator[Expected]:
    """Yield newspaper4k's pages that have a text."""
    data = folder / "newspaper4k" / "tests" / "data"
    for path in sorted((data / "html").glob("*.html")):
        text, facts = data / "txt" / f"{path.stem}.txt", data / "metadata" / f"{path.stem}.json"
        if text.is_file():
            body = text.read_text(encoding="utf-8")
            stated = json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else {}
            yield Expected(
                html=path.read_bytes(),
                url=stated.get("url") or "",
                body=body,
                paragraphs=_paragraphs(body.split("\n\n")),
                language=primary_tag(stated.get("language")),
            )


def readability_set(folder: Path) -> Iterator[Expected]:
    """Yield the pages of Mozilla's readability."""
    for path in sorted((folder / "readability" / "test" / "test-pages").glob("*/source.html")):
        stated = json.loads(path.with_name("expected-metadata.json").read_text(encoding="utf-8"))
        tree = document_fromstring(path.with_name("expected.html").read_bytes().decode())
        yield Expected(
            html=path.read_bytes(),
            body=" ".join(tree.itertext()),
            paragraphs=_paragraphs([p.text_content() for p in tree.iter("p")]),
            language=primary_tag(stated.get("lang")),
        )


def _paragraphs(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in map(squeezed, texts) if len(text) >= _PARAGRAPH_CHARACTERS)


def names_of(byline: str) -> frozenset[str]:
    """Return the keys of the names in a byline."""
    names = _BETWEEN_NAMES.split(_BYLINE_LABEL.sub("", byline))
    return frozenset(key for key in map(text_key, names) if key)


def text_key(text: str) -> str:
    """Return a text's letters and digits, for comparison."""
    return "".join(filter(str.isalnum, text)).casefold()


def squeezed(text: str) -> str:
    """Return a text with single spaces and without soft hyphens."""
    return " ".join(text.replace("\u00ad", "").split())


def primary_tag(tag: Any) -> str:
    """Return the language of a tag such as en-GB."""
    return re.split("[-_]", str(tag or ""))[0].lower()
