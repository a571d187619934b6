"""A short walk of the state machine; a long one: `python -m benchmarks.corpus_machine`."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.corpus_machine import CorpusMachine
from tests.crashes import SMALL_TIERS


def test_two_processes_agree_with_a_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in SMALL_TIERS:
        monkeypatch.setattr(*part)
    short = settings(max_examples=6, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(CorpusMachine, settings=short)
    assert CorpusMachine.taken.total() > 50
