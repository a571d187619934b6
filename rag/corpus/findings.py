"""Problems that a check can find in a corpus, and where it found them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rag.corpus.documents import Row
from rag.datatypes import PARAGRAPH_SEPARATOR, Article

Repair = Literal["reindex", "drop", "withdraw", "article", "words", "counts", "indexes"]


class Problem(NamedTuple):
    """A kind of problem, how `repair` fixes it, and what the user should do."""

    what: str  # follows a number in a message
    repair: Repair | None
    remedy: str


class Place(NamedTuple):
    """Where a problem was found."""

    article_id: str | None
    detail: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.article_id and repr(self.article_id), self.detail) if part)


@dataclass(frozen=True)
class Finding:
    """A problem and all places that have it."""

    problem: Problem
    places: list[Place]

    @property
    def message(self) -> str:
        """A message: the number of places, the problem and some examples."""
        shown = "; ".join(map(str, self.places[:_EXAMPLES]))
        more = "; …" if len(self.places) > _EXAMPLES else ""
        return f"{len(self.places)} {self.problem.what} ({shown}{more})"


Occurrence = tuple[Problem, Place]

_EXAMPLES = 3

FIX = "run `kutip doctor --fix`"

MISPLACED = Problem("passages that differ from the text at their offsets", "article", FIX)
UNCOVERED = Problem("articles with words outside all passages, or in two passages", "article", FIX)


def grouped(found: Iterable[Occurrence]) -> list[Finding]:
    """Return one finding for each problem, with all its places."""
    places: dict[Problem, list[Place]] = {}
    for problem, place in found:
        places.setdefault(problem, []).append(place)
    return [Finding(problem, where) for problem, where in places.items()]


def is_covered(article: Article, rows: Sequence[Row]) -> bool:
    """Return whether the passages cover all text except white space and headings, and do not overlap."""
    paragraphs = article.numbered_paragraphs()
    text = PARAGRAPH_SEPARATOR.join(
        " " * len(paragraph.text) if paragraph.number in article.headings else paragraph.text
        for paragraph in paragraphs
    )
    at = 0
    for row in rows:
        if row["start"] < at or text[at : row["start"]].strip():
            return False
        at = row["end"]
    return not text[at:].strip()
