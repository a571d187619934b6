"""Limits on connections: the size of a request's head, the time for it, and the number of connections."""

import asyncio
import logging
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if sys.platform != "win32":  # Windows has no limit on descriptors
    import resource

logger = logging.getLogger(__name__)

MAXIMUM_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0

# Descriptors for files, models and the connections to other servers.
_RESERVED_DESCRIPTORS = 256
_LEAST_CONNECTIONS = 64
# Below this number of descriptors, slow clients can keep others out.
_GOOD_DESCRIPTORS = 4096
_SECONDS_BETWEEN_WARNINGS = 60.0

# The key in the state that all connections of a server share.
_WAITING = "kutip_waiting_connections"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with limits.

    A head larger than `maximum_head_bytes` is answered with 431. Trailers and chunk extensions of this size
    close the connection. A connection whose head is not complete after `head_seconds` is closed, and so is
    one whose client reads less than `minimum_read_bytes` of a waiting reply in `read_seconds`. Beyond
    `maximum_connections`, the connection that has waited longest without a complete request is closed.
    """

    maximum_head_bytes = MAXIMUM_HEAD_BYTES
    head_seconds = HEAD_SECONDS
    read_seconds = 10.0
    minimum_read_bytes = 10 * 1024
    maximum_connections = -1  # as many as the limit on descriptors allows; 0 means no limit

    _warned_at = float("-inf")
    _parsed_bytes = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bytes_without_body = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._unsent_bytes = 0
        self._is_in_head = True
        # The connections of this server without a complete request, those that wait longest first.
        self._waiting: dict[BoundedProtocol, None] = self.app_state.setdefault(_WAITING, {})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection; close another one if there are too many."""
        super().connection_made(transport)
        self._await_head()
        maximum = maximum_connections() if self.maximum_connections < 0 else self.maximum_connections
        if maximum and len(self.connections) > maximum:
            self._close_longest_waiting(maximum)
        if not transport.is_closing():
            self._waiting[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._waiting.pop(self, None)
        self._stop_head_timer()
        self._stop_read_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request; refuse a head that is too large."""
        if self.transport.is_closing():
            return
        self._bytes_without_body += len(data)
        super().data_received(data)
        if self._bytes_without_body > self.maximum_head_bytes:
            self._refuse_head()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        self._check_head(len(self.url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._parsed_bytes += len(name) + len(value)
        self._check_head(len(self.url) + self._parsed_bytes)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._parsed_bytes = 0
        self._is_in_head = True
        self._await_head()

    def on_headers_complete(self) -> None:
        """Begin to answer a request, whose body may still be on its way."""
        self._stop_head_timer()
        self._is_in_head, self._bytes_without_body = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._bytes_without_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the head of the next request, which may begin much later."""
        self._bytes_without_body = 0
        super().on_message_complete()
        if not self._has_no_complete_request:
            self._waiting.pop(self, None)

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to read the last reply."""
        super().on_response_complete()
        if self._has_no_complete_request:
            self._waiting.pop(self, None)
            self._waiting[self] = None  # the last in the row
        if self.transport.is_closing():
            self._watch_reading()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has waited too long for a request."""
        super().timeout_keep_alive_handler()
        self._watch_reading()

    def pause_writing(self) -> None:
        """Stop writing until the client has read what was written."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """Write again."""
        self._stop_read_timer()
        super().resume_writing()

    @property
    def _has_no_complete_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def _await_head(self) -> None:
        self._stop_head_timer()
        self._head_timer = self.loop.call_later(self.head_seconds, self._close_if_in_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close_if_in_head(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
            self._watch_reading()

    def _watch_reading(self) -> None:
        """Close the connection later if its client does not read. Until then, nothing more is written."""
        self._stop_read_timer()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        if self._unsent_bytes:
            self._read_timer = self.loop.call_later(self.read_seconds, self._close_if_unread)

    def _stop_read_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _close_if_unread(self) -> None:
        if self._unsent_bytes - self.transport.get_write_buffer_size() < self.minimum_read_bytes:
            self.transport.abort()
        else:
            self._watch_reading()

    def _check_head(self, size: int) -> None:
        if size > self.maximum_head_bytes:
            raise ValueError("the head is too large")  # the parser reports this as an invalid request

    def send_400_response(self, msg: str) -> None:
        """Answer an invalid request, or a head that is too large."""
        if self._is_in_head and self._bytes_without_body > self.maximum_head_bytes:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        if not self._is_in_head or not (self.cycle is None or self.cycle.response_complete):
            self.transport.abort()  # the reply to a request may have begun
            return
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        text = f"The head of the request is larger than {self.maximum_head_bytes // 1024} KiB.\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(text)}\r\nconnection: close\r\n\r\n"
        )
        self._is_in_head = False
        self.transport.write(head.encode() + text)
        self.transport.close()
        self._watch_reading()

    def _close_longest_waiting(self, maximum: int) -> None:
        longest = next(iter(self._waiting), self)
        self._waiting.pop(longest, None)
        longest.transport.abort()
        now = time.monotonic()
        if now - BoundedProtocol._warned_at > _SECONDS_BETWEEN_WARNINGS:
            BoundedProtocol._warned_at = now
            logger.warning(
                "There are more than %d connections. Those that wait longest are closed.",
                maximum,
            )


def maximum_connections() -> int:
    """Return how many connections leave enough descriptors for everything else; 0 means no limit."""
    limit = _descriptor_limit()
    return max(_LEAST_CONNECTIONS, limit - _RESERVED_DESCRIPTORS) if limit else 0


def raise_descriptor_limit() -> None:
    """Use as many descriptors as the system allows this process; warn if they are few."""
    if sys.platform == "win32":
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limit = _descriptor_limit()
    if limit and limit < _GOOD_DESCRIPTORS:
        logger.warning(
            "This process may open only %d files and connections. Raise the limit to %d or more "
            "(LimitNOFILE of a systemd unit, ulimits of a container).", limit, _GOOD_DESCRIPTORS,
        )  # fmt: skip


def _descriptor_limit() -> int:
    """Return the limit on descriptors; 0 if there is none."""
    if sys.platform == "win32":
        return 0
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0 if limit == resource.RLIM_INFINITY else int(limit)
