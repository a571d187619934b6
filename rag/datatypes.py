"""The data types of Kutip as frozen dataclasses: articles, passages, hits, citations, answers.

Offsets count Unicode code points in an article's text, which is its paragraphs joined by a blank line. Starts
are inclusive and ends exclusive. A higher score is better. Ranks and numbers start at 1.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from embeddings.weights import FloatArray
from rag.understood import Understood

PARAGRAPH_SEPARATOR = "\n\n"
SearchSource = Literal["hybrid", "vector", "keyword", "reranked"]
SearchMode = Literal["hybrid", "vector", "keyword"]
AnswerMode = Literal["auto", "llm", "extractive"]
Verdict = Literal["supported", "unsupported", "contradicted", "unchecked"]
Markers = Literal["plain", "links"]
SourceEvents = Literal["none", "open-webui"]
UnsupportedPolicy = Literal["flag", "drop"]
VerifierChoice = Literal["auto", "bundled", "llm", "off"]
Role = Literal["user", "assistant"]
CorpusKind = Literal["local", "milvus"]
VectorIndexType = Literal["AUTOINDEX", "FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8", "DISKANN"]
IngestStatus = Literal["created", "updated", "unchanged", "rejected"]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph of an article as in the source: `article.text[start:end] == text`."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Article:
    r"""One source document.

    `paragraphs` are kept exactly as given. `published_at` and `updated_at` keep the time zone of the source.
    `permission` is the permission that the caller stated, for a page that forbids indexing for AI. `headings`
    are the numbers of the paragraphs that are headings; each stands above the paragraphs up to the next one.

    >>> article = Article(id="a", paragraphs=("Satu.", "Dua."), language="id")
    >>> article.text
    'Satu.\n\nDua.'
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
    headings: tuple[int, ...] = ()

    @cached_property
    def text(self) -> str:
        """The paragraphs joined by a blank line. All offsets refer to this text."""
        return PARAGRAPH_SEPARATOR.join(self.paragraphs)

    def numbered_paragraphs(self) -> Iterator[Paragraph]:
        """Yield the paragraphs with their numbers and their offsets in `text`."""
        start = 0
        for number, text in enumerate(self.paragraphs, start=1):
            end = start + len(text)
            yield Paragraph(number=number, start=start, end=end, text=text)
            start = end + len(PARAGRAPH_SEPARATOR)

    def headings_above(self, number: int) -> tuple[Paragraph, ...]:
        """Return the headings of a paragraph: the nearest one above it, after those directly above that one.

        >>> article = Article(id="a", paragraphs=("Biaya", "Gratis."), language="id", headings=(1,))
        >>> [heading.text for heading in article.headings_above(2)]
        ['Biaya']
        """
        place = bisect_left(self.headings, number)
        if place == 0 or self.headings[place : place + 1] == (number,):
            return ()
        first = place - 1
        while first and self.headings[first - 1] == self.headings[first] - 1:
            first -= 1
        return tuple(self._numbered[heading - 1] for heading in self.headings[first:place])

    @cached_property
    def _numbered(self) -> list[Paragraph]:
        return list(self.numbered_paragraphs())

    @cached_property
    def version(self) -> str:
        """`sha256:` and the hash of everything in the article except its id."""
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
            **({"headings": self.headings} if self.headings else {}),
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A source that cannot be read as an article, and the reason."""

    source: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text that is indexed, searched and cited: a paragraph, or a part of a paragraph that is too long."""

    paragraph: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredArticle:
    """Everything that a corpus stores of an article: its versions, its passages and their vectors."""

    article: Article
    passages: Sequence[tuple[Passage, FloatArray]]
    former: Sequence[Article]


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Filters on articles. An article must pass every filter; for a tuple, any one of its values is enough.

    `published_from` and `published_to` are days in the time zone of the source, both inclusive.
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
        """Whether there is a range of days, which leaves out undated articles."""
        return self.published_from is not None or self.published_to is not None


class ScoredPassage(NamedTuple):
    """A passage in a ranked list. It is a tuple because each search makes hundreds of them."""

    passage_id: int
    score: float


@dataclass(frozen=True, kw_only=True)
class KeywordMatches:
    """The result of keyword search. `rarity` is the inverse document frequency of each query word."""

    passages: list[ScoredPassage]
    rarity: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A passage with nearly the same words as a better hit: a reprint, or a repetition."""

    passage_id: int
    article_id: str
    title: str
    url: str | None
    outlet: str | None
    published_at: datetime | None
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage that a search returned, with the details of its article.

    `heading` is the heading above its paragraph, and `headings` are that heading's paragraphs. `copies` are
    the near-copies that the search folded into this hit.
    """

    rank: int
    score: float
    source: SearchSource
    passage_id: int
    article_id: str
    article_version: str
    title: str
    url: str | None
    outlet: str | None
    author: str | None
    published_at: datetime | None
    language: str
    paragraph: int
    start: int
    end: int
    text: str
    heading: str | None = None
    headings: tuple[Paragraph, ...] = ()
    copies: tuple[Copy, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The title and the heading, if there are any. They say what the passage is about."""
        return tuple(topic for topic in (self.title, self.heading) if topic)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The number of articles and passages that pass some filters, and of undated articles that do not."""

    articles: int
    passages: int
    undated_left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class FilterValue:
    """A value that articles can be filtered by, and the number of articles that have it."""

    value: str
    articles: int


@dataclass(frozen=True, kw_only=True)
class FilterValues:
    """The languages and outlets of a corpus, the most frequent first."""

    languages: list[FilterValue]
    outlets: list[FilterValue]


@dataclass(frozen=True, kw_only=True)
class ArticleHeader:
    """The newest version of an article without its text, for lists."""

    id: str
    version: str
    title: str
    language: str
    url: str | None
    outlet: str | None
    author: str | None
    section: str | None
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ArticlePage:
    """One page of a list of articles, ordered by id. `next_cursor` is None on the last page."""

    articles: list[ArticleHeader]
    next_cursor: str | None
    undated_articles_left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """The result of ingesting one article. `reason` says why an article was rejected."""

    id: str
    status: IngestStatus
    version: str | None = None
    passages: int = 0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TextSpan:
    """Some words of a text with their offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The words in which a claim and the evidence that contradicts it differ.

    The offsets in `claim` are those of the answer, and in `evidence` those of the article.
    """

    claim: TextSpan
    evidence: TextSpan


@dataclass(frozen=True, kw_only=True)
class Citation:
    """The link from one claim of an answer to a verbatim quote.

    In the cited version of the article, `text[start:end] == quote`, inside `paragraph` and below `heading`.
    The answer contains `number` as `[number]`, and from `answer_start` to `answer_end` the claim without it.
    """

    number: int
    claim: int
    answer_start: int
    answer_end: int
    article_id: str
    article_version: str
    title: str
    url: str | None
    link: str | None
    outlet: str | None
    author: str | None
    published_at: datetime | None
    language: str
    paragraph: int
    start: int
    end: int
    quote: str
    verdict: Verdict
    checks: Mapping[str, bool | float]
    difference: Difference | None = None
    heading: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A message in the conversation before a question."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One sentence of an answer: `answer[start:end] == text`. `citations` are the numbers after the sentence.

    `checks` give the reason for the verdict if the claim has no citation.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    citations: tuple[int, ...]
    checks: Mapping[str, bool | float] = field(default_factory=dict)
    difference: Difference | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a question: the text with its markers, its claims, their citations, and the evidence.

    `query` is the text that was searched for. `is_cut_short` is true if a limit or a failing language model
    ended the answer early. `more` is the number of articles that a digest or a count left out.
    """

    id: str
    question: str
    query: str
    understood: Understood
    language: str
    answer: str
    is_refusal: bool
    mode: Literal["llm", "extractive"]
    model: str | None
    degraded: str | None
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    conflicts: tuple[Any, ...]
    usage: Mapping[str, int] | None
    timings_ms: Mapping[str, float]
    refusal_reason: str | None = None
    evidence_left_out: int = 0
    undated_articles_left_out: int = 0
    is_cut_short: bool = False
    more: int = 0
