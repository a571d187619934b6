"""A worker that cannot start: the supervisor waits longer and longer, and ends after a while."""

import logging
import socket
import threading
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from uvicorn import Config

from api import workers
from api.workers import Supervisor


class Ended:
    """A process that has ended."""

    def __init__(self, number: int) -> None:
        self.pid, self.exitcode, self.process = number, 3, self

    def is_alive(self) -> bool:
        return False


class Workers(Supervisor):
    """A supervisor whose workers end at once, and that notes when it starts one."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as listener:
            super().__init__(Config(FastAPI, factory=True, workers=2), listener, folder, lambda: None)
        self._is_announced = True
        self.starts: list[float] = []
        self.pauses: list[float] = []

    def _start_worker(self) -> None:
        now = time.monotonic()
        assert now >= self._start_not_before
        if self.starts and self._start_not_before > 0:
            self.pauses.append(self._start_not_before - self._started_at)
        self.starts.append(now)
        self._started_at = now
        self.processes.append(Ended(len(self.starts)))  # type: ignore[arg-type]


def test_the_pauses_grow_and_the_supervisor_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "_pause_seconds", lambda failures: 0.05 * failures)
    monkeypatch.setattr(workers, "_MOST_FAILURES", 5)
    supervisor = Workers(tmp_path)
    with caplog.at_level(logging.WARNING):
        while not supervisor.should_exit.is_set():
            supervisor.keep_subprocess_alive()
            threading.Event().wait(0.005)
    assert supervisor.exit_status == 3
    assert len(supervisor.starts) == 5 * supervisor.processes_num  # workers that end together count once
    firsts = supervisor.pauses[:: supervisor.processes_num]
    assert firsts == sorted(firsts)
    assert firsts[-1] >= 0.2
    assert "Workers end as soon as they start. Stopping the server." in caplog.text


def test_a_worker_that_worked_for_long_is_replaced_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_HEALTHY_SECONDS", 0.0)
    supervisor = Workers(tmp_path)
    for _ in range(50):
        supervisor.keep_subprocess_alive()
    assert not supervisor.should_exit.is_set()
    assert len(supervisor.starts) >= 50


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0.0), (1, 0.0), (2, 0.5), (3, 1.0), (20, 30.0)])
def test_the_pause_doubles_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert workers._pause_seconds(failures) == seconds
