"""Pauses a language model that fails repeatedly, so that no answer waits for it."""

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
from rag.language_model.protocol import DEFAULT_SAMPLING, LanguageModel, Sampling, TextPart, Usage
from rag.prompts import Message

State = Literal["closed", "open", "half_open"]

FAILURES = 5
PAUSE_SECONDS = 30.0
# A shorter pause that a server asks for is ignored; a longer one is cut to the maximum.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 3600.0

# Errors that concern one request: the server answered, and another request may succeed.
_REQUEST_ERRORS = (LanguageModelCutOff, LanguageModelContextExceeded, LanguageModelRejected)


class CircuitBreaker:
    """A language model behind a circuit breaker, for one event loop.

    `FAILURES` failures in a row open the breaker for `PAUSE_SECONDS`. A server's Retry-After opens the
    breaker at once, for the time that the server asks for. After the pause, the breaker is half open: it
    passes on one request at a time, and closes when a request succeeds.
    """

    def __init__(self, language_model: LanguageModel, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = language_model.name
        self._language_model = language_model
        self._clock = clock
        self._failures = 0
        self._is_tripped = False
        self._is_trial_running = False
        self._paused_until = 0.0
        self._reason = ""

    @property
    def state(self) -> State:
        """The current state."""
        if not self._is_tripped:
            return "closed"
        return "open" if self._clock() < self._paused_until else "half_open"

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = DEFAULT_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the parts that the language model yields.

        Raises:
            LanguageModelPaused: the breaker is open, so the language model was not called.
            LanguageModelError: there is no usable text, or it is cut off; the class gives the reason.
        """
        is_trial = self._admit()
        try:
            async with aclosing(self._language_model.stream(messages, sampling)) as parts:
                async for part in parts:
                    yield part
            self._record_success()
        except _REQUEST_ERRORS:
            self._record_success()
            raise
        except LanguageModelError as error:
            self._record_failure(error)
            raise
        finally:
            # If the caller stopped reading, the outcome is unknown. The next request is then the trial.
            self._is_trial_running = self._is_trial_running and not is_trial

    def _admit(self) -> bool:
        """Return whether this request is the trial of a half-open breaker; raise if the breaker is open."""
        state = self.state
        if state == "open" or self._is_trial_running:
            seconds = max(0.0, self._paused_until - self._clock())
            raise LanguageModelPaused(
                f"Kutip does not call {self.name} for another {seconds:.0f} s, because it failed: "
                f"{self._reason}"
            )
        self._is_trial_running = state == "half_open"
        return self._is_trial_running

    def _record_success(self) -> None:
        self._failures = 0
        if self.state == "half_open":
            self._is_tripped = False

    def _record_failure(self, error: LanguageModelError) -> None:
        self._failures += 1
        self._reason = str(error)
        pause_asked_for = min(error.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS)
        is_asked_for = pause_asked_for >= SHORTEST_PAUSE_SECONDS
        if not (is_asked_for or self._is_tripped or self._failures >= FAILURES):
            return
        pause = pause_asked_for if is_asked_for else PAUSE_SECONDS
        self._is_tripped = True
        self._paused_until = max(self._paused_until, self._clock() + pause)
