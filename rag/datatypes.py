"""The words of the system as frozen dataclasses: what goes in, what is found, what is answered.

Offsets are Unicode code points, start inclusive, end exclusive, into an article's text, which is
its paragraphs joined by a blank line. Scores: higher is better. Ranks and numbers start at 1.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from embeddings.weights import FloatArray

PARAGRAPH_SEPARATOR = "\n\n"

SearchSource = Literal["hybrid", "vector", "keyword", "reranked"]
SearchMode = Literal["hybrid", "vector", "keyword"]
AnswerMode = Literal["auto", "llm", "extractive"]
Verdict = Literal["supported", "unsupported", "contradicted", "unchecked"]
Markers = Literal["plain", "links"]
SourceEvents = Literal["none", "open-webui"]
UnsupportedPolicy = Literal["flag", "drop"]
Role = Literal["user", "assistant"]
CorpusKind = Literal["local", "milvus"]
VectorIndexType = Literal["AUTOINDEX", "FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8", "DISKANN"]
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
    r"""One source document.

    `paragraphs` are kept exactly as given. `published_at` and `updated_at` carry the source's own
    zone. `permission` is what the caller stated to hold where the page forbids indexing for AI.

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


@dataclass(frozen=True, kw_only=True, eq=False)
class KeptArticle:
    """All that a corpus keeps of an article: as it is, its passages with vectors, its former versions."""

    article: Article
    passages: Sequence[tuple[Passage, FloatArray]]
    former: Sequence[Article]


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


class ScoredPassage(NamedTuple):
    """A passage's place in one ranked list; a tuple, as each search makes hundreds."""

    passage_id: int
    score: float


@dataclass(frozen=True, kw_only=True)
class KeywordMatches:
    """What keyword search found, and how much of the query it could see.

    `coverage` is the share of the query's words, weighted by rarity, that the best passage holds: 0 where
    no word of it is known. `rarity` is each query word's inverse document frequency.
    """

    passages: list[ScoredPassage]
    coverage: float
    rarity: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A passage that says nearly word for word what a better hit says: a reprint, or a repetition."""

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
    """A passage that a search returned, with what a reader needs to know of its article.

    `copies` are the near-copies that were folded into it.
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
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much of a corpus passes some filters; `undated_left_out` articles have no date to compare."""

    articles: int
    passages: int
    undated_left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class FilterValue:
    """A value that articles can be filtered by, and how many current articles have it."""

    value: str
    articles: int


@dataclass(frozen=True, kw_only=True)
class FilterValues:
    """The languages and outlets of a corpus, those of most articles first."""

    languages: list[FilterValue]
    outlets: list[FilterValue]


@dataclass(frozen=True, kw_only=True)
class ArticleHeader:
    """A current article without its body, for listings."""

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
    """Some articles in the order of their ids, and where the next page begins, if there is one."""

    articles: list[ArticleHeader]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """What became of one article that was offered; `reason` says why one was rejected."""

    id: str
    status: IngestStatus
    version: str | None = None
    passages: int = 0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Citation:
    """The link from one claim of an answer to a verbatim quote.

    Always true: the cited version's `text[start:end] == quote`, inside paragraph `paragraph`; `number` stands
    in the answer as `[number]`; `answer_start` and `answer_end` span the claim, marker left out.
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


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one side of a conversation said before a question."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One sentence of an answer: `answer[start:end] == text`, and the numbers that follow it.

    `checks` say why its verdict is what it is, where no citation does.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    citations: tuple[int, ...]
    checks: Mapping[str, bool | float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a question got: the text with its markers, its claims and their citations, its evidence.

    `query` is what was searched for: the question, or what it means after the turns before it.
    `is_cut_short` says that a limit, or a failing language model, ended it before it was whole.
    """

    id: str
    question: str
    query: str
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
