"""A question with the options for its answer."""

from dataclasses import dataclass
from datetime import datetime

from rag.citations import CitationMarkers, plain_markers
from rag.corpus.protocol import NO_FILTERS
from rag.datatypes import AnswerMode, Filters, Turn
from rag.language_model.protocol import DEFAULT_SAMPLING, Sampling


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, the `turns` before it, and the options for its answer.

    The answer is in `language`, by default the question's. `preferred_languages` help to tell the language of
    a short question. Relative times such as "last year" are relative to `now`, by default the clock.
    `sampling` also limits verbatim answers. `citation_markers` writes the markers after each claim. With
    `has_silent_contradictions`, the text has no number for a quote that contradicts its claim. With
    `is_append_only`, text that was sent is never replaced: if the language model fails, its sentences so far
    are the answer.
    """

    text: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS
    top_k: int | None = None
    language: str | None = None
    preferred_languages: tuple[str, ...] = ()
    now: datetime | None = None
    mode: AnswerMode = "auto"
    sampling: Sampling = DEFAULT_SAMPLING
    citation_markers: CitationMarkers = plain_markers
    has_silent_contradictions: bool = False
    is_append_only: bool = False
