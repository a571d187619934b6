"""What can be wrong with what a corpus stores, and where it was found to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rag.corpus.documents import Row
from rag.datatypes import Article

Repair = Literal["reindex", "drop", "withdraw", "article", "words", "counts", "indexes"]


class Problem(NamedTuple):
    """Something that can be wrong, how `repair` mends it, and what is to be done about it."""

    what: str  # read after a number
    repair: Repair | None
    remedy: str


class Place(NamedTuple):
    """Where it is wrong."""

    article_id: str | None
    detail: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.article_id and repr(self.article_id), self.detail) if part)


@dataclass(frozen=True)
class Finding:
    """A problem with every place that has it."""

    problem: Problem
    places: list[Place]

    @property
    def told(self) -> str:
        """How many there are of what, with examples."""
        shown = "; ".join(map(str, self.places[:_EXAMPLES]))
        more = "; …" if len(self.places) > _EXAMPLES else ""
        return f"{len(self.places)} {self.problem.what} ({shown}{more})"


Found = tuple[Problem, Place]

_EXAMPLES = 3

FIX = "run `kutip doctor --fix`"

MISPLACED = Problem("passages that do not stand at their offsets", "article", FIX)
UNCOVERED = Problem("articles with words in no passage, or in two", "article", FIX)


def grouped(found: Iterable[Found]) -> list[Finding]:
    """Return each problem once, with its places."""
    places: dict[Problem, list[Place]] = {}
    for problem, place in found:
        places.setdefault(problem, []).append(place)
    return [Finding(problem, where) for problem, where in places.items()]


def stands(row: Row, article: Article) -> bool:
    """Whether a passage is the words at its offsets, within its paragraph."""
    start, end = row["start"], row["end"]
    return article.text[start:end] == row["text"] and any(
        paragraph.number == row["paragraph"] and paragraph.start <= start < end <= paragraph.end
        for paragraph in article.numbered_paragraphs()
    )


def is_covered(article: Article, rows: Sequence[Row]) -> bool:
    """Whether only white space stands outside of the passages, and nothing in two."""
    at = 0
    for row in rows:
        if row["start"] < at or article.text[at : row["start"]].strip():
            return False
        at = row["end"]
    return not article.text[at:].strip()
