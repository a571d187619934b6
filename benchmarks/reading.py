"""Reads public test pages and prints how much of their text and facts each reader gets right.

`python -m benchmarks.reading --data FOLDER`. FOLDER holds copies of the repositories `trafilatura`,
`newspaper4k` and `readability`; a missing one is left out. newspaper4k, readability-lxml and goose3 take
part if they are installed. With `--cache FOLDER`, what a program read is kept there, so that a later run
goes on where an earlier one ended; Kutip always reads again.
"""

import argparse
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.reading_programs import Reader, Reading, installed_readers, releases
from benchmarks.reading_sets import (
    Expected,
    newspaper_set,
    readability_set,
    squeezed,
    text_key,
    trafilatura_set,
)

_SETS = {"trafilatura": trafilatura_set, "newspaper4k": newspaper_set, "readability": readability_set}
_LAST_PARAGRAPHS = 3  # a story without these is cut
_QUARTERS = (1, 2, 3, 4)
_FOOTNOTE_MARK = re.compile(r"\[(?:\d{1,3}|[a-z])\]")  # which some readers keep and others leave out
_TELLING_CHARACTERS = 30  # letters that tell a paragraph from others
# Letters of scripts that write no spaces count as words.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]|[^\W_\u0e00-\u0eff\u1000-\u109f\u3040-\u9fff]+"
)


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
        found = set(map(_paragraph_key, reading.paragraphs))
        right = sum(_paragraph_key(text) in found for text in page.paragraphs)
        score.add("paragraphs", right, asked=len(page.paragraphs))
        score.add("cut", is_cut(page.paragraphs, reading.paragraphs))
    if page.included:
        text = squeezed(" ".join(reading.paragraphs))
        kept, wrong = (
            sum(squeezed(part) in text for part in parts) for parts in (page.included, page.excluded)
        )
        # 2·TP / (2·TP + FP + FN), as F1 over all pages
        score.add("marked", 2 * kept, asked=kept + wrong + len(page.included))
    if page.title:
        score.add("title", text_key(reading.title) == text_key(page.title))
    if page.authors:
        score.add("author", reading.authors == page.authors)
    for name in ("day", "language"):
        if expected := getattr(page, name):
            score.add(name, getattr(reading, name) == expected)


def _paragraph_key(text: str) -> str:
    return text_key(_FOOTNOTE_MARK.sub("", text))


def body_f1(expected: str, found: str) -> float:
    """Return the F1 of the words that two texts share, each word as often as it occurs.

    >>> body_f1("satu dua dua", "dua dua tiga tiga")
    0.5714285714285714
    """
    first, second = (Counter(_WORD.findall(text.casefold())) for text in (expected, found))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def is_cut(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether a story's end is missing: at least three paragraphs with a tenth of its text.

    Most of the paragraphs before it are there. A paragraph is there if its beginning or its end is, because
    readers treat the marks of footnotes in different ways.

    >>> is_cut(["a", "b", "c", "d", "e"], ["a", "b"]), is_cut(["a", "b", "c", "d", "e"], ["a", "b", "e"])
    (True, False)
    """
    text = "".join(map(text_key, found))
    keys = [text_key(paragraph).strip("0123456789") for paragraph in expected]
    is_there = [key[:_TELLING_CHARACTERS] in text or key[-_TELLING_CHARACTERS:] in text for key in keys]
    last = max((place for place, there in enumerate(is_there, 1) if there), default=0)
    first, end = is_there[:last], keys[last:]
    is_large = sum(map(len, end)) * 10 >= sum(map(len, keys))
    return len(end) >= _LAST_PARAGRAPHS and is_large and sum(first) * 2 > len(first)


class Cache:
    """Keeps what a program read in a file of JSON lines, so that no page is read twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self._known = dict(map(json.loads, lines))

    def read(self, page: Expected, read: Reader) -> Reading:
        """Return what is kept of a page, or read it."""
        key = hashlib.sha256(page.url.encode() + page.html).hexdigest()
        if key in self._known:
            kept = self._known[key]
            return Reading(**{**kept, "authors": frozenset(kept["authors"])})
        reading = read(page)
        fields = {
            **asdict(reading),
            "paragraphs": list(reading.paragraphs),
            "authors": sorted(reading.authors),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, fields]) + "\n")
        return reading


def main() -> None:
    """Read all pages with all readers, and print one table."""
    options = _parser().parse_args()
    pages = [page for name in options.sets for page in _sample(_SETS[name](options.data), options.size)]
    pages = [page for page in pages if page.quarter in options.quarters]
    if not pages:
        _parser().error(
            f"{options.data} holds none of trafilatura, newspaper4k, readability: fetch them first"
        )
    readers = installed_readers()
    scores = {name: _score(name, read, pages, options.cache) for name, read in readers.items()}
    print(", ".join(releases(readers)))
    _print_table(scores, pages=len(pages))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the fetched repositories")
    parser.add_argument("--sets", nargs="+", choices=_SETS, default=list(_SETS), help="default: all")
    parser.add_argument("--size", type=int, help="the most pages of a set; default: all")
    parser.add_argument(
        "--quarters", type=int, nargs="+", choices=_QUARTERS, default=_QUARTERS, help="only these of each set"
    )
    parser.add_argument("--cache", type=Path, help="folder for what other programs read")
    return parser


def _sample(pages: Iterator[Expected], size: int | None) -> list[Expected]:
    """Return at most `size` pages, the same ones in every run."""
    return sorted(pages, key=lambda page: hashlib.sha256(page.html).digest())[:size]


def _score(name: str, read: Reader, pages: Sequence[Expected], folder: Path | None) -> Score:
    score = Score()
    cache = None
    if folder and name != "Kutip":
        folder.mkdir(parents=True, exist_ok=True)
        cache = Cache(folder / f"{name}.jsonl")
    for page in pages:
        measure(page, cache.read(page, read) if cache else read(page), score)
    return score


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
