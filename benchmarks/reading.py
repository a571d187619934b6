"""Reads public test pages and prints how much of their text and facts each reader gets right.

`python -m benchmarks.reading --data FOLDER`. FOLDER holds copies of the repositories `trafilatura`,
`newspaper4k` and `readability`; a missing one is left out. newspaper4k and readability-lxml take part if
they are installed.
"""

import argparse
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import htmldate
import trafilatura
from lxml.html import document_fromstring
from trafilatura.settings import Document

from rag.errors import ReadingError
from rag.reading.decoding import decode_page
from rag.reading.html_page import read_html_page
from rag.reading.page import Overrides

_SIZE = 300  # pages of each set
_LAST_PARAGRAPHS = 3  # a story without these is cut
_PARAGRAPH_CHARACTERS = 40  # of the shortest text that counts as a paragraph
# Letters of scripts that write no spaces count as words.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]|[^\W_\u0e00-\u0eff\u1000-\u109f\u3040-\u9fff]+"
)
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


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader gives for one page."""

    paragraphs: Sequence[str] = ()
    title: str = ""
    authors: frozenset[str] = frozenset()
    day: str = ""
    language: str = ""


Reader = Callable[[Expected], Reading]


@dataclass
class Score:
    """Sums of one reader over all pages, by measure: what is right, and how many were asked."""

    right: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    asked: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, measure: str, right: float, *, asked: float = 1) -> None:
        """Count one page."""
        self.right[measure] += right
        self.asked[measure] += asked

    def share(self, measure: str) -> float:
        """Return the share that is right."""
        return self.right[measure] / self.asked[measure] if self.asked[measure] else 0.0


# -- the sets


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
                authors=_names(authors if isinstance(authors, str) else "; ".join(authors)),
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
                language=_primary(stated.get("language")),
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
            language=_primary(stated.get("lang")),
        )


def _paragraphs(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in map(_squeezed, texts) if len(text) >= _PARAGRAPH_CHARACTERS)


def _sample(pages: Iterator[Expected], size: int) -> list[Expected]:
    """Return at most `size` pages, the same ones in every run."""
    return sorted(pages, key=lambda page: hashlib.sha256(page.html).digest())[:size]


# -- the readers


def read_with_kutip(page: Expected) -> Reading:
    """Read a page as `kutip ingest` does."""
    text, _ = decode_page(page.html, is_markup=True)
    try:
        article = read_html_page(text).to_article(
            default_id="page", overrides=Overrides(permission="benchmark")
        )
    except ReadingError:
        return Reading()
    return Reading(
        paragraphs=article.paragraphs,
        title=article.title,
        authors=_names(article.author or ""),
        day=_day(article.published_at),
        language=_primary(article.language),
    )


def read_with_trafilatura(page: Expected) -> Reading:
    """Read a page with trafilatura."""
    found = trafilatura.bare_extraction(
        page.html, url=page.url or None, with_metadata=True, include_comments=False
    )
    if not isinstance(found, Document):
        return Reading()
    return Reading(
        paragraphs=(found.text or "").split("\n"),
        title=found.title or "",
        authors=_names(found.author or ""),
        day=found.date or "",
        language=_primary(found.language),
    )


def read_with_htmldate(page: Expected) -> Reading:
    """Find a page's day with htmldate."""
    text, _ = decode_page(page.html, is_markup=True)
    return Reading(day=htmldate.find_date(text, original_date=True) or "")


def read_with_newspaper(page: Expected) -> Reading:
    """Read a page with newspaper4k."""
    newspaper = import_module("newspaper")
    text, _ = decode_page(page.html, is_markup=True)
    article = newspaper.Article(page.url or "https://news.example/", fetch_images=False)
    article.download(input_html=text)
    try:
        article.parse()
    except ImportError:  # the languages that it splits into words with other libraries
        return Reading()
    return Reading(
        paragraphs=article.text.split("\n\n"),
        title=article.title or "",
        authors=_names("; ".join(article.authors)),
        day=_day(article.publish_date),
        language=_primary(article.meta_lang),
    )


def read_with_readability(page: Expected) -> Reading:
    """Read a page with readability-lxml."""
    text, _ = decode_page(page.html, is_markup=True)
    document = import_module("readability").Document(text)
    tree = document_fromstring(document.summary())
    blocks = tree.xpath("//*[self::p or self::li or self::h2 or self::h3 or self::pre or self::td]")
    return Reading(
        paragraphs=[block.text_content() for block in blocks] or [tree.text_content()],
        title=document.short_title(),
    )


def _readers() -> dict[str, Reader]:
    readers: dict[str, Reader] = {
        "Kutip": read_with_kutip,
        "trafilatura": read_with_trafilatura,
        "htmldate": read_with_htmldate,
    }
    if find_spec("newspaper"):
        readers["newspaper4k"] = read_with_newspaper
    if find_spec("readability"):
        readers["readability-lxml"] = read_with_readability
    return readers


# -- the measures

_MEASURES = {
    "body F1": "body",
    "marked texts": "marked",
    "paragraphs exact": "paragraphs",
    "title": "title",
    "author": "author",
    "day": "day",
    "language": "language",
}
# What a reader gives that does not give everything.
_ABLE = {"htmldate": {"day"}, "readability-lxml": {"body", "marked", "paragraphs", "title", "cut"}}


def measure(page: Expected, reading: Reading, score: Score) -> None:
    """Compare one page with what is right about it."""
    if page.body:
        score.add("body", body_f1(page.body, " ".join(reading.paragraphs)))
    if page.paragraphs:
        found = set(map(_key, reading.paragraphs))
        score.add(
            "paragraphs", sum(_key(text) in found for text in page.paragraphs), asked=len(page.paragraphs)
        )
        score.add("cut", is_cut(page.paragraphs, reading.paragraphs))
    if page.included:
        text = _squeezed(" ".join(reading.paragraphs))
        kept, wrong = (
            sum(_squeezed(part) in text for part in parts) for parts in (page.included, page.excluded)
        )
        # 2·TP / (2·TP + FP + FN), as F1 over all pages
        score.add("marked", 2 * kept, asked=kept + wrong + len(page.included))
    if page.title:
        score.add("title", _key(reading.title) == _key(page.title))
    if page.authors:
        score.add("author", reading.authors == page.authors)
    for name in ("day", "language"):
        if expected := getattr(page, name):
            score.add(name, getattr(reading, name) == expected)


def body_f1(expected: str, found: str) -> float:
    """Return the F1 of the words that two texts share, each word as often as it occurs.

    >>> body_f1("satu dua dua", "dua dua tiga tiga")
    0.5714285714285714
    """
    first, second = (Counter(_WORD.findall(text.casefold())) for text in (expected, found))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def is_cut(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether a story's last paragraphs are all missing, and most of those before them are there.

    >>> is_cut(["a", "b", "c", "d", "e"], ["a", "b"]), is_cut(["a", "b", "c", "d", "e"], ["a", "b", "e"])
    (True, False)
    """
    text = "".join(map(_key, found))
    is_there = [_key(paragraph) in text for paragraph in expected]
    first, last = is_there[:-_LAST_PARAGRAPHS], is_there[-_LAST_PARAGRAPHS:]
    return sum(first) * 2 > len(first) and not any(last)


def _names(byline: str) -> frozenset[str]:
    names = _BETWEEN_NAMES.split(_BYLINE_LABEL.sub("", byline))
    return frozenset(key for key in map(_key, names) if key)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _day(time: datetime | date | None) -> str:
    return time.strftime("%Y-%m-%d") if time else ""


def _primary(tag: Any) -> str:
    return re.split("[-_]", str(tag or ""))[0].lower()


def main() -> None:
    """Read all pages with all readers, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the fetched repositories")
    parser.add_argument("--size", type=int, default=_SIZE, help="the most pages of a set")
    options = parser.parse_args()
    sets = (trafilatura_set, newspaper_set, readability_set)
    pages = [page for load in sets for page in _sample(load(options.data), options.size)]
    if not pages:
        parser.error(f"{options.data} holds none of trafilatura, newspaper4k, readability: fetch them first")
    readers = _readers()
    scores = {name: Score() for name in readers}
    for page in pages:
        for name, read in readers.items():
            measure(page, read(page), scores[name])
    _print_table(scores, pages=len(pages))


def _print_table(scores: dict[str, Score], *, pages: int) -> None:
    asked = next(iter(scores.values())).asked
    print(f"{pages} pages\n")
    print(f"| reader | {' | '.join(_MEASURES)} | stories cut |")
    print(f"| {' | '.join(['---'] * (len(_MEASURES) + 2))} |")
    for name, score in scores.items():
        able = _ABLE.get(name, {*_MEASURES.values(), "cut"})
        cells = [f"{score.share(key):.3f}" if key in able else "" for key in _MEASURES.values()]
        cut = f"{score.right['cut']:.0f}" if "cut" in able else ""
        print(f"| {name} | {' | '.join(cells)} | {cut} |")
    sizes = [f"{asked[key]:.0f}" for key in (*_MEASURES.values(), "cut")]
    print(f"| number | {' | '.join(sizes)} |")


if __name__ == "__main__":
    main()
