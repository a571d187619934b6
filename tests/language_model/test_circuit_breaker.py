"""When a language model is left alone, for how long, and what ends that."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from rag.errors import (
    LanguageModelContextExceeded,
    LanguageModelCutOff,
    LanguageModelError,
    LanguageModelPaused,
    LanguageModelRateLimited,
    LanguageModelRejected,
    LanguageModelTimeout,
    LanguageModelUnavailable,
)
from rag.language_model.circuit_breaker import FAILURES, LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, CircuitBreaker
from rag.language_model.protocol import DEFAULT_SAMPLING, Sampling, TextPart, Usage
from rag.prompts import Message

AWAY = LanguageModelUnavailable("kopi-1 cannot be used.")


class Model:
    """A language model that fails as it is told to, behind a breaker whose clock stands where it is put."""

    name = "kopi-1"

    def __init__(self) -> None:
        self.now = 1000.0
        self.fault: LanguageModelError | None = None
        self.asked = 0
        self.breaker = CircuitBreaker(self, clock=lambda: self.now)

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling = DEFAULT_SAMPLING, /
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield two words, the fault before the second."""
        self.asked += 1
        yield TextPart("Panen ")
        await asyncio.sleep(0)
        if self.fault:
            raise self.fault
        yield TextPart("kopi")

    @property
    def state(self) -> str:
        return self.breaker.state

    async def text(self) -> str:
        parts = [part async for part in self.breaker.stream([])]
        return "".join(part.text for part in parts if isinstance(part, TextPart))

    def ask(self) -> str:
        return asyncio.run(self.text())

    def fail(self, fault: LanguageModelError = AWAY, *, times: int = 1) -> None:
        self.fault = fault
        for _ in range(times):
            with pytest.raises(type(fault), match=str(fault)):
                self.ask()


@pytest.fixture
def model() -> Model:
    return Model()


def test_five_failures_in_a_row_open_the_breaker(model: Model) -> None:
    model.fail(times=FAILURES - 1)
    assert model.state == "closed"
    model.fail()
    assert model.state == "open"
    message = r"^Kutip does not call kopi-1 for another 30 s, because it failed: kopi-1 cannot be used\.$"
    with pytest.raises(LanguageModelPaused, match=message):
        model.ask()
    assert model.asked == FAILURES


def test_a_success_resets_the_count_of_failures(model: Model) -> None:
    for _ in range(3):
        model.fail(times=FAILURES - 1)
        model.fault = None
        assert model.ask() == "Panen kopi"
    assert model.state == "closed"


@pytest.mark.parametrize(
    "fault",
    [
        LanguageModelCutOff("kopi-1 stopped."),
        LanguageModelContextExceeded("kopi-1 cannot read so much."),
        LanguageModelRejected("kopi-1 cannot be used."),
    ],
)
def test_errors_of_a_single_question_count_as_success(model: Model, fault: LanguageModelError) -> None:
    model.fail(times=FAILURES - 1)
    model.fail(fault, times=FAILURES)
    model.fail(times=FAILURES - 1)
    assert model.state == "closed"


def test_after_the_pause_a_success_closes_the_breaker(model: Model) -> None:
    model.fail(times=FAILURES)
    model.now += PAUSE_SECONDS
    assert model.state == "half_open"
    model.fault = None
    assert model.ask() == "Panen kopi"
    assert model.state == "closed"


def test_after_the_pause_one_failure_opens_the_breaker_again(model: Model) -> None:
    model.fail(LanguageModelTimeout("kopi-1 did not finish."), times=FAILURES)
    for _ in range(3):
        model.now += PAUSE_SECONDS
        model.fail()
        assert model.state == "open"
    assert model.asked == FAILURES + 3


def test_after_the_pause_only_one_request_at_a_time_passes(model: Model) -> None:
    model.fail(times=FAILURES)
    model.now += PAUSE_SECONDS
    model.fault = None

    async def at_once() -> list[str | BaseException]:
        return await asyncio.gather(*(model.text() for _ in range(3)), return_exceptions=True)

    first, *others = asyncio.run(at_once())
    assert first == "Panen kopi"
    assert [type(other) for other in others] == [LanguageModelPaused] * 2
    assert model.ask() == "Panen kopi"


def test_a_trial_that_its_reader_abandons_decides_nothing(model: Model) -> None:
    model.fail(times=FAILURES)
    model.now += PAUSE_SECONDS

    async def leave() -> None:
        async with aclosing(model.breaker.stream([])) as parts:
            assert await anext(parts) == TextPart("Panen ")

    asyncio.run(leave())
    assert model.state == "half_open"
    model.fault = None
    assert model.ask() == "Panen kopi"


@pytest.mark.parametrize(
    ("wanted", "pause"), [(7.0, 7.0), (600.0, 600.0), (1e300, LONGEST_PAUSE_SECONDS), (float("inf"), 3600.0)]
)
def test_a_requested_pause_is_respected(model: Model, wanted: float, pause: float) -> None:
    model.fail(LanguageModelRateLimited("kopi-1 takes no more.", retry_after_seconds=wanted))
    model.now += pause - 0.5
    assert model.state == "open"
    model.now += 0.5
    assert model.state == "half_open"


@pytest.mark.parametrize("wanted", [None, 0.0, 0.3, -5.0])
def test_a_very_short_requested_pause_is_ignored(model: Model, wanted: float | None) -> None:
    model.fail(LanguageModelRateLimited("kopi-1 takes no more.", retry_after_seconds=wanted))
    assert model.state == "closed"
    model.fail(LanguageModelRateLimited("kopi-1 takes no more.", retry_after_seconds=wanted), times=4)
    model.now += PAUSE_SECONDS - 0.5
    assert model.state == "open"


def test_an_earlier_request_does_not_shorten_a_pause(model: Model) -> None:
    async def run() -> None:
        async with aclosing(model.breaker.stream([])) as earlier:
            await anext(earlier)
            model.fault = LanguageModelRateLimited("kopi-1 takes no more.", retry_after_seconds=60.0)
            with pytest.raises(LanguageModelRateLimited, match="takes no more"):
                await model.text()
            model.fault = None
            assert [part async for part in earlier] == [TextPart("kopi")]

    asyncio.run(run())
    assert model.state == "open"
    with pytest.raises(LanguageModelPaused, match="another 60 s"):
        model.ask()
