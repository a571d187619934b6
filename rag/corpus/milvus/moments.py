"""Which generation of each article the searches of one thread have met, while they should meet only one."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Moment:
    """The generations that were met, by the keys of articles; None where one was gone."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin with none met."""
        self._met: dict[str, int | None] = {}
        self.is_disturbed = False

    def note(self, generations: Mapping[str, int | None]) -> None:
        """Note what was met; another generation of an article than before disturbs the moment."""
        for key, generation in generations.items():
            if self._met.setdefault(key, generation) != generation:
                self.is_disturbed = True


class Moments(threading.local):
    """The moment of each thread, if one has begun."""

    _moment: Moment | None = None

    @contextmanager
    def begun(self) -> Iterator[Moment]:
        """Give a moment in which this thread notes what it meets."""
        former, moment = self._moment, Moment()
        self._moment = moment
        try:
            yield moment
        finally:
            self._moment = former

    def note(self, generations: Mapping[str, int | None]) -> None:
        """Note what was met, if a moment has begun."""
        if self._moment is not None:
            self._moment.note(generations)
