"""Who is told what was done, beside whoever asked for it."""

from collections.abc import Callable
from dataclasses import dataclass

from rag.datatypes import Answer, IngestResult
from rag.search.retrieval import Found


@dataclass(frozen=True)
class Searched:
    """A search that was asked for itself; that of an answer is told with the answer."""

    query: str
    found: Found


Done = Searched | Answer | IngestResult

# Called in whatever thread the work was done in.
Listener = Callable[[Done], object]
