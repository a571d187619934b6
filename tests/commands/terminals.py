"""Terminals of a given width, which keep what is printed on them."""

import fcntl
import io
import os
import pty
import struct
import termios
import threading
from contextlib import suppress
from typing import TextIO

from tests.commands.running import Result, run_main


class Terminal:
    """A terminal: what is written to `stream` is returned when the terminal is closed."""

    def __init__(self, columns: int) -> None:
        self._master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream: TextIO = os.fdopen(self.slave, "w", encoding="utf-8")
        self._read: list[bytes] = []
        self._reader = threading.Thread(target=self._keep, daemon=True)
        self._reader.start()

    def _keep(self) -> None:
        with suppress(OSError):  # the other end is closed
            while data := os.read(self._master, 4096):
                self._read.append(data)

    def close(self) -> str:
        """Close the terminal; return what was printed."""
        self.stream.close()
        self._reader.join()
        os.close(self._master)
        return b"".join(self._read).decode().replace("\r\n", "\n")


def kutip_on_terminal(*arguments: str, columns: int) -> Result:
    """Run the command with a terminal for what it prints, and one for its messages."""
    out, err = Terminal(columns), Terminal(columns)
    code = run_main(arguments, out=out.stream, err=err.stream, stdin=io.StringIO())
    return Result(code, out.close(), err.close())
