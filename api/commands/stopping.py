"""What happens on Ctrl-C: one line that says what is kept, and exit status 130."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from api.commands.terminal import say

# 128 + SIGINT, as shells report it.
STOPPED = 130

NOTHING_CHANGED = "Nothing was changed."

_CLEAR_LINE = "\r\x1b[K"


@contextmanager
def when_stopped(what_is_kept: Callable[[], str]) -> Iterator[None]:
    """End the command with a line of `what_is_kept` if it is interrupted here."""
    try:
        yield
    except KeyboardInterrupt:
        end_stopped(what_is_kept())


def end_stopped(what_is_kept: str) -> NoReturn:
    """Print that the command was stopped, and exit."""
    if sys.stderr.isatty():
        click.echo(_CLEAR_LINE, nl=False, err=True)  # of the ^C that the terminal printed
    say(f"Stopped. {what_is_kept}")
    sys.exit(STOPPED)
