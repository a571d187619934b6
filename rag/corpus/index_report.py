"""How the indexes of a corpus stand, told without bringing them up."""

from dataclasses import dataclass
from typing import Literal

from embeddings.vector_index import Tier


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an index has come: the last passage and removal it has applied, and how many are to come.

    Passages added and removed since are counted both times.
    """

    index: Literal["vectors", "keywords"]
    last_passage: int
    last_removal: int
    passages_behind: int
    removals_behind: int


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """Passages of the database; vectors and tier of their index, None for a corpus without an encoder."""

    passages: int
    vectors: int | None
    tier: Tier | None
    has_upkeep: bool
    progress: list[Progress]
