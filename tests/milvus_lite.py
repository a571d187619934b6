"""Milvus Lite's own server on loopback, for tests that speak to a real one over the wire."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60.0


@contextmanager
def milvus_lite(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """Run the server with its data in `folder` and give its address."""
    port = port or free_port()
    server = start(folder, port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the server and wait until it listens.

    One worker: Milvus Lite may lose rows where two requests write into one collection at once.
    """
    arguments = ["server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    code = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
    server = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "--max-workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + _START_SECONDS
    while not _listens(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("Milvus Lite did not start.")
        time.sleep(0.05)
    return server


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
