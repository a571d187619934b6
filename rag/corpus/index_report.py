"""The state of a corpus's indexes, reported without updating them."""

from dataclasses import dataclass
from typing import Literal

from embeddings.vector_index import Tier


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The last passage and removal that an index contains, and how many it still lacks.

    A passage that was added and removed since then counts as one passage and one removal.
    """

    index: Literal["vectors", "keywords"]
    last_passage: int
    last_removal: int
    passages_behind: int
    removals_behind: int


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """The number of passages in the database, and the size and kind of their indexes.

    `vectors` and `tier` are None for a corpus without an encoder. `damaged_hits` is the number of hits that
    this process did not quote because they do not match their article.
    """

    passages: int
    vectors: int | None
    tier: Tier | None
    has_upkeep: bool
    progress: list[Progress]
    damaged_hits: int = 0
