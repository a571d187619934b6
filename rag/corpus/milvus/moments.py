"""Records which generation of each article the searches of a thread saw, to detect changes between them.

During a moment, all searches of a thread must see the same generation of each article.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Moment:
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


class Moments(threading.local):
    """The current moment of each thread, if any."""

    _moment: Moment | None = None

    @contextmanager
    def started(self) -> Iterator[Moment]:
        """Start a moment, in which this thread records the generations that its searches see."""
        former, moment = self._moment, Moment()
        self._moment = moment
        try:
            yield moment
        finally:
            self._moment = former

    def record(self, generations: Mapping[str, int | None]) -> None:
        """Record the generations that a search saw, if a moment has started."""
        if self._moment is not None:
            self._moment.record(generations)
