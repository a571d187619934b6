"""Listeners that are called after each search, answer and ingested article, for logs and metrics."""

from collections.abc import Callable
from dataclasses import dataclass

from rag.datatypes import Answer, IngestResult
from rag.search.retrieval import SearchResult


@dataclass(frozen=True)
class Searched:
    """A search that a caller asked for. The search for an answer is reported with the answer instead."""

    query: str
    found: SearchResult


CompletedWork = Searched | Answer | IngestResult

# A listener is called in the thread that did the work.
Listener = Callable[[CompletedWork], object]
