"""A name for each request, which its reply, its problems and its lines in the log have in common."""

import re
import uuid
from collections.abc import Sequence
from contextvars import ContextVar

HEADER = "X-Request-ID"

# What can stand in a header, a line of a log and an address without being changed or read as more.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id_of(sent: Sequence[str]) -> str:
    """Return what a client or a proxy calls its request where that is one well-formed name, else a new one.

    >>> request_id_of(["kopi-17"]), len(request_id_of(["kopi 17"])), len(request_id_of(["kopi", "17"]))
    ('kopi-17', 32, 32)
    """
    if len(sent) == 1 and _WELL_FORMED.fullmatch(sent[0]):
        return sent[0]
    return uuid.uuid4().hex


def current_request_id() -> str | None:
    """Return the id of the request that is worked on here, None outside of any."""
    return _current.get()


def work_on(request_id: str) -> None:
    """Take what follows in this task, and in the tasks and threads it starts, as work on a request.

    Not undone: the server has a task for each request, and an unexpected error is told at its very end.
    """
    _current.set(request_id)
