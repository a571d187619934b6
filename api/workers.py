"""Several worker processes that serve one socket. Each has its own service; all share one data folder.

A supervisor binds the socket and passes it to the workers; it answers no requests itself. Any free worker
takes the next connection. Workers are spawned, not forked: the encoder's threads do not survive a fork.
"""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

import click
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from api.app import create_app
from api.guards.connections import BoundedProtocol
from api.observability.log_lines import fields, set_up_logging
from api.observability.tracing import set_up_tracing
from rag.errors import KutipError
from rag.service import Service, build_service
from rag.settings import Settings
from rag.worker_pools import processor_count

logger = logging.getLogger(__name__)

# A worker that ends sooner than this after the last start counts as one that cannot start.
_HEALTHY_SECONDS = 60.0
_MOST_FAILURES = 10
_LONGEST_PAUSE_SECONDS = 30.0


def server_config(app: FastAPI | Callable[[], FastAPI], settings: Settings, *, workers: int = 1) -> Config:
    """Return uvicorn's configuration. With several workers, `app` must be a function that makes the app."""
    return Config(
        app,
        factory=workers > 1,
        http=BoundedProtocol,
        ws="none",  # there are none, and their connections would have no limits
        workers=workers,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


def serve_with_workers(
    settings: Settings,
    listener: socket.socket,
    *,
    announce: Callable[[], None],
    build: Callable[[Settings], Service] = build_service,
) -> int:
    """Serve until a signal stops the server, and return the exit status.

    The supervisor calls `announce` as soon as the first worker answers. Each worker makes its service with
    `build`.
    """
    with tempfile.TemporaryDirectory(prefix="kutip-", ignore_cleanup_errors=True) as folder:
        # Libraries read these variables when a worker imports them.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, processor_count() // settings.workers)))
        make_app = partial(_make_app, settings, Path(folder), build)
        config = server_config(make_app, settings, workers=settings.workers)
        supervisor = Supervisor(config, listener, Path(folder), announce)
        supervisor.run()
    return supervisor.exit_status


class Supervisor(Multiprocess):
    """Starts the workers, replaces those that end, and stops all of them."""

    def __init__(
        self, config: Config, listener: socket.socket, folder: Path, announce: Callable[[], None]
    ) -> None:
        super().__init__(config, [listener])
        self._folder = folder
        self._announce = announce
        self._is_announced = False
        self._failures = 0
        self._started_at = time.monotonic()
        self._start_not_before = 0.0
        self.exit_status = 0

    def init_processes(self) -> None:
        """Start one worker first, so that an error at startup is printed once and not by every worker."""
        self._start_worker()

    def handle_int(self) -> None:
        """Stop because of Ctrl-C, and report it in the exit status as shells do."""
        super().handle_int()
        self.exit_status = 128 + signal.SIGINT

    def keep_subprocess_alive(self) -> None:
        """Start the other workers once the first one answers, and replace workers that have ended.

        If workers end soon after their start, the supervisor waits longer and longer before the next start.
        After `_MOST_FAILURES` such starts in a row, it stops. Workers that end together count once.
        """
        ended = [worker for worker in self.processes if not worker.process.is_alive()]
        if ended:
            lived_seconds = time.monotonic() - self._started_at
            self._failures = self._failures + 1 if lived_seconds < _HEALTHY_SECONDS else 0
        for worker in ended:
            if not self.should_exit.is_set():
                self._remove(worker)
        if not self._is_announced and self.processes and self.processes[0].is_ready(timeout=0.1):
            self._is_announced = True
            self._announce()
        if self._is_announced and not self.should_exit.is_set():
            while len(self.processes) < self.processes_num and time.monotonic() >= self._start_not_before:
                self._start_worker()

    def _remove(self, worker: Process) -> None:
        mark_process_dead(worker.pid, self._folder)  # type: ignore[no-untyped-call]
        self.processes.remove(worker)
        ended = fields(worker=worker.pid, exit_status=worker.exitcode)
        if not self._is_announced or self._failures >= _MOST_FAILURES:
            if self._is_announced:
                logger.error("Workers end as soon as they start. Stopping the server.", extra=ended)
            self.exit_status = max(1, worker.exitcode or 0)
            self.should_exit.set()
            return
        pause = _pause_seconds(self._failures)
        self._start_not_before = time.monotonic() + pause
        ended = fields(worker=worker.pid, exit_status=worker.exitcode, pause_seconds=pause)
        logger.warning("A worker ended. Starting a new one.", extra=ended)

    def _start_worker(self) -> None:
        worker = Process(self.config, self.sockets)
        worker.start()
        self._started_at = time.monotonic()
        self.processes.append(worker)


def _pause_seconds(failures: int) -> float:
    """Return the pause before the next start.

    >>> [_pause_seconds(failures) for failures in (0, 1, 2, 3, 9)]
    [0.0, 0.0, 0.5, 1.0, 30.0]
    """
    return min(_LONGEST_PAUSE_SECONDS, 0.25 * 2 ** (failures - 1)) if failures > 1 else 0.0


def _make_app(settings: Settings, folder: Path, build: Callable[[Settings], Service]) -> FastAPI:
    """Return the application for this worker process."""
    set_up_logging(settings)
    set_up_tracing()
    threading.Thread(target=_stop_with_supervisor, name="supervisor", daemon=True).start()
    try:
        return create_app(build(settings), shared_folder=folder)
    except KutipError as error:
        click.echo(f"kutip: {error}", err=True)
        sys.exit(error.exit_code)


def _stop_with_supervisor() -> None:
    """Stop this worker when the supervisor is killed. Otherwise the worker would run on."""
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    wait([supervisor.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
