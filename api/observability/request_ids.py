"""An id for each request. The reply's header, problem documents and log lines carry the id."""

import re
import uuid
from collections.abc import Sequence
from contextvars import ContextVar

HEADER = "X-Request-ID"

# Ids that are safe in a header, a log line and an address without escaping.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id_of(sent: Sequence[str]) -> str:
    """Return the id that a client or proxy sent if there is one and it is well-formed, else a new id.

    >>> request_id_of(["kopi-17"]), len(request_id_of(["kopi 17"])), len(request_id_of(["kopi", "17"]))
    ('kopi-17', 32, 32)
    """
    if len(sent) == 1 and _WELL_FORMED.fullmatch(sent[0]):
        return sent[0]
    return uuid.uuid4().hex


def current_request_id() -> str | None:
    """Return the id of the current request, or None outside a request."""
    return _current.get()


def set_request_id(request_id: str) -> None:
    """Set the request's id for this task, and for the tasks and threads that it starts.

    The id is never reset: the server runs each request in its own task, and an unexpected error is answered
    at the very end of that task.
    """
    _current.set(request_id)
