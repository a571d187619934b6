"""A set of examples that is public on GitHub.

A set without its folder has no rows. `draw.py` prints how many rows it read of each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class PublicSet(Generic[Row]):
    """A repository and its commit; the set's language; its weight in the mixture; its reader."""

    repository: str
    commit: str
    language: str
    weight: float
    read: Callable[[Path], Iterator[Row]]

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.repository.partition("/")[2]
