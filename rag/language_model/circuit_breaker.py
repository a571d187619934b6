"""A language model that fails again and again is left alone for a while: no answer waits for it then."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Literal

from rag.errors import (
    LanguageModelContextExceeded,
    LanguageModelCutOff,
    LanguageModelError,
    LanguageModelPaused,
    LanguageModelRejected,
)
from rag.language_model.protocol import USUAL_SAMPLING, LanguageModel, Sampling, TextPart, Usage
from rag.prompts import Message

State = Literal["closed", "open", "half_open"]

FAILURES = 5
PAUSE_SECONDS = 30.0
# Of the pauses that a server asks for, those that count; one that asks for more is tried before.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 3600.0

# What says nothing against the server: it answered, and another question may get on with it.
_OF_THE_REQUEST = (LanguageModelCutOff, LanguageModelContextExceeded, LanguageModelRejected)


class CircuitBreaker:
    """A language model behind a circuit breaker; of one event loop.

    `FAILURES` in a row open it for `PAUSE_SECONDS`, a server's Retry-After at once for as long. Then it is
    half open: one request at a time is passed on, and the first that succeeds closes it.
    """

    def __init__(self, language_model: LanguageModel, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = language_model.name
        self._language_model = language_model
        self._clock = clock
        self._failures = 0
        self._is_tripped = False
        self._is_trying = False
        self._paused_until = 0.0
        self._reason = ""

    @property
    def state(self) -> State:
        """How it stands now."""
        if not self._is_tripped:
            return "closed"
        return "open" if self._clock() < self._paused_until else "half_open"

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = USUAL_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield what the language model does.

        Raises:
            LanguageModelPaused: it was not asked.
            LanguageModelError: no usable text came, or it was cut off; the class says why.
        """
        is_trial = self._admit()
        try:
            async with aclosing(self._language_model.stream(messages, sampling)) as parts:
                async for part in parts:
                    yield part
            self._note_success()
        except _OF_THE_REQUEST:
            self._note_success()
            raise
        except LanguageModelError as error:
            self._note_failure(error)
            raise
        finally:
            # Left by its reader, a request says nothing, and the next is tried.
            self._is_trying = self._is_trying and not is_trial

    def _admit(self) -> bool:
        """Return whether this request is the one that tries whether the language model is back."""
        state = self.state
        if state == "open" or self._is_trying:
            seconds = max(0.0, self._paused_until - self._clock())
            raise LanguageModelPaused(
                f"{self.name} is not asked for another {seconds:.0f} s, because it failed: {self._reason}"
            )
        self._is_trying = state == "half_open"
        return self._is_trying

    def _note_success(self) -> None:
        self._failures = 0
        if self.state == "half_open":
            self._is_tripped = False

    def _note_failure(self, error: LanguageModelError) -> None:
        self._failures += 1
        self._reason = str(error)
        wanted = min(error.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS)
        is_asked_for = wanted >= SHORTEST_PAUSE_SECONDS
        if not (is_asked_for or self._is_tripped or self._failures >= FAILURES):
            return
        pause = wanted if is_asked_for else PAUSE_SECONDS
        self._is_tripped = True
        self._paused_until = max(self._paused_until, self._clock() + pause)
