"""Records which generation of each article the searches of a thread saw, to detect changes between them.

Within one snapshot, all searches of a thread must see the same generation of each article.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class SeenGenerations:
    """The generations that a thread saw, by the keys of articles; None for an article that was removed."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all generations."""
        self._seen: dict[str, int | None] = {}
        self.has_changes = False

    def record(self, generations: Mapping[str, int | None]) -> None:
        """Record the generations that a search saw, and whether one differs from an earlier search."""
        for key, generation in generations.items():
            if self._seen.setdefault(key, generation) != generation:
                self.has_changes = True


class ThreadSeenGenerations(threading.local):
    """The generations that each thread has seen since it started recording."""

    _current: SeenGenerations | None = None

    @contextmanager
    def recording(self) -> Iterator[SeenGenerations]:
        """Record the generations that this thread's searches see, until the end of the block."""
        former, current = self._current, SeenGenerations()
        self._current = current
        try:
            yield current
        finally:
            self._current = former

    def record(self, generations: Mapping[str, int | None]) -> None:
        """Record the generations that a search saw, if this thread is recording."""
        if self._current is not None:
            self._current.record(generations)
