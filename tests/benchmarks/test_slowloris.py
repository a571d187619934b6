"""The attacks of `python -m benchmarks.slowloris`, for a moment."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.slowloris import ATTACKS, measure
from tests.guards.test_connections import serving


@pytest.fixture
def _many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("_many_descriptors")
def test_honest_searches_are_answered_during_every_attack(tmp_path: Path) -> None:
    with serving(tmp_path, maximum_connections=500) as address:
        measured = measure(address, count=2, processor_seconds=time.process_time)
    assert list(measured) == ["none", *ATTACKS]
    assert all(len(found) == 2 for found in measured.values())
