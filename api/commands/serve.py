"""`kutip serve`."""

import errno
import logging
import socket
import sys
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from typing import NoReturn

import click
import uvicorn

from api.app import create_app
from api.commands.base import Command
from api.commands.options import has_corpus, location
from api.commands.stopping import STOPPED, end_stopped
from api.commands.terminal import say
from api.guards.access import Keys
from api.guards.connections import raise_descriptor_limit
from api.observability.log_lines import set_up_logging
from api.observability.tracing import set_up_tracing
from api.workers import serve_with_workers, server_config
from rag.errors import AddressInUse, SettingsError
from rag.service import build_service
from rag.settings import Settings, load_settings

logger = logging.getLogger(__name__)


_WHAT_IS_KEPT = "All articles that were added are kept."

_REASONS = {
    errno.EADDRINUSE: "the port is in use. Choose another --port.",
    errno.EACCES: "this user may not use the port. Choose a --port above 1023.",
    errno.EADDRNOTAVAIL: "this machine does not have the address. Choose another --host.",
    socket.EAI_NONAME: "the host name is unknown. Choose another --host.",
    socket.EAI_AGAIN: "the host name cannot be looked up. Choose another --host.",
}


@click.command(
    cls=Command,
    examples=["kutip serve", "kutip serve --port 8080 --workers 2", "kutip serve --host 0.0.0.0"],
)
@click.option("--host", metavar="ADDRESS", help="Address to listen on. Default: KUTIP_HOST.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port to listen on. Default: KUTIP_PORT."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Number of worker processes. Default: KUTIP_WORKERS.",
)
@click.option("--insecure", is_flag=True, help="Listen for other machines even if no key is set.")
def command(insecure: bool, **stated: str | int | None) -> None:
    """Start the HTTP server and the chat page. Stop them with Ctrl-C.

    To listen for other machines, set KUTIP_API_KEYS or KUTIP_ADMIN_KEYS (`kutip key` makes a key), or use
    --insecure.
    """
    settings = load_settings(**{name: value for name, value in stated.items() if value is not None})
    # Bound before the encoder is loaded, so that a port in use is reported at once.
    with _bound(settings.host, settings.port) as listener:
        address, actual_port = listener.getsockname()[:2]
        if not insecure:
            _check_keys(settings, address)
        set_up_logging(settings)
        raise_descriptor_limit()
        set_up_tracing()
        shown = f"[{address}]" if ":" in address else address
        announce = partial(_announce, _described(settings, f"http://{shown}:{actual_port}"), settings)
        if settings.workers == 1:
            _answer(settings, listener, announce)
        else:
            _answer_with_workers(settings, listener, announce)


def _described(settings: Settings, url: str) -> str:
    """Return the line that the server prints when it is ready."""
    articles = f"Articles are in {location(settings)}"
    none = "" if has_corpus(settings) else "; there are none yet, add some with `kutip ingest PATH`"
    return f"Kutip listens on {url} (API at /docs). {articles}{none}."


def _answer(settings: Settings, listener: socket.socket, announce: Callable[[], None]) -> None:
    app = create_app(build_service(settings))
    announce()
    try:
        uvicorn.Server(server_config(app, settings)).run(sockets=[listener])
    except KeyboardInterrupt:  # the service is shut down by then
        _end(settings)


def _answer_with_workers(settings: Settings, listener: socket.socket, announce: Callable[[], None]) -> None:
    status = serve_with_workers(settings, listener, announce=announce)
    if status == STOPPED:
        _end(settings)
    sys.exit(status)


def _end(settings: Settings) -> NoReturn:
    if settings.log_format == "json":
        logger.info(f"Stopped. {_WHAT_IS_KEPT}")
        sys.exit(STOPPED)
    end_stopped(_WHAT_IS_KEPT)


def _announce(message: str, settings: Settings) -> None:
    if settings.log_format == "json":
        logger.info(message)  # every line is JSON
    else:
        say(message)


def _check_keys(settings: Settings, address: str) -> None:
    """Check that a server that other machines can reach has a key.

    Raises:
        SettingsError: it has none.
    """
    if not Keys.of(settings).are_set and not ip_address(address).is_loopback:
        raise SettingsError(
            f"KUTIP_HOST is {settings.host!r}, which other machines can reach, but no key is set. "
            "Set KUTIP_API_KEYS or KUTIP_ADMIN_KEYS (`kutip key` makes a key), listen on 127.0.0.1, "
            "or let everybody ask, read, write and delete with --insecure."
        )


def _bound(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), family=_family(host))
    except OSError as error:
        raise AddressInUse(f"Cannot listen on {host}:{port}: {_reason(error)}") from error
    # subtle: connections inherit it, and asyncio sets it only on sockets it made itself. Without it each
    # reply waits 40 ms for the client's acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _reason(error: OSError) -> str:
    told = str(error.strerror).partition(" (while")[0]  # Python repeats the address
    return _REASONS.get(error.errno or 0, f"{told}. Choose another --port or --host.")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
