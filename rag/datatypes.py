"""The words of the system as frozen dataclasses: what goes in, what is found, what is answered.

Offsets are Unicode code points, start inclusive, end exclusive, into an article's text, which is
its paragraphs joined by a blank line. Scores: higher is better. Ranks and numbers start at 1.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

PARAGRAPH_SEPARATOR = "\n\n"

SearchMode = Literal["hybrid", "vector", "keyword"]
AnswerMode = Literal["auto", "llm", "extractive"]
Verdict = Literal["supported", "unsupported", "contradicted", "unchecked"]
IngestStatus = Literal["created", "updated", "unchanged", "rejected"]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A block of an article's body, as the source has it: `article.text[start:end] == text`."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Article:
    """One source document.

    `paragraphs` are kept exactly as given. `published_at` and `updated_at` carry the source's own
    zone. `permission` is what the caller stated to hold where the page forbids indexing for AI.

    >>> article = Article(id="a", paragraphs=("Satu.", "Dua."), language="id")
    >>> article.text
    'Satu.\\n\\nDua.'
    """

    id: str
    paragraphs: tuple[str, ...]
    language: str
    title: str = ""
    url: str | None = None
    outlet: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    section: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    permission: str | None = None

    @cached_property
    def text(self) -> str:
        """The paragraphs joined by a blank line: what every offset counts in."""
        return PARAGRAPH_SEPARATOR.join(self.paragraphs)

    def numbered_paragraphs(self) -> Iterator[Paragraph]:
        """Yield the paragraphs with their numbers, from 1, and their offsets in `text`."""
        start = 0
        for number, text in enumerate(self.paragraphs, start=1):
            end = start + len(text)
            yield Paragraph(number=number, start=start, end=end, text=text)
            start = end + len(PARAGRAPH_SEPARATOR)

    @cached_property
    def version(self) -> str:
        """`sha256:` and the hash of everything that a reader could see change."""
        content = {
            "title": self.title,
            "paragraphs": self.paragraphs,
            "language": self.language,
            "url": self.url,
            "outlet": self.outlet,
            "author": self.author,
            "published_at": self.published_at and self.published_at.isoformat(),
            "updated_at": self.updated_at and self.updated_at.isoformat(),
            "section": self.section,
            "metadata": self.metadata,
            "permission": self.permission,
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Something that was offered for reading and is no article: where it stands, and why."""

    source: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What is indexed, retrieved and cited: a paragraph, or a span of one too long for the encoder."""

    paragraph: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which articles a search may see; every condition must hold, any value of a tuple will do.

    `published_from` and `published_to` are days, both inclusive, in the source's own zone.
    """

    language: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    article_id: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_dates(self) -> bool:
        """Whether a range of days is asked for, which leaves undated articles out."""
        return self.published_from is not None or self.published_to is not None
