"""`kutip serve`."""

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address

import click
import uvicorn

from api.app import create_app
from api.guards.access import Keys
from api.observability.log_lines import set_up_logging
from api.observability.tracing import set_up_tracing
from api.workers import serve_with_workers, server_config
from rag.errors import AddressInUse, SettingsError
from rag.service import build_service
from rag.settings import Settings, load_settings

logger = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="Address to listen on; KUTIP_HOST otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; KUTIP_PORT otherwise.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer; KUTIP_WORKERS otherwise.")
@click.option("--insecure", is_flag=True, help="Listen for other machines although no key is set.")
def command(insecure: bool, **stated: str | int | None) -> None:
    """Answer over HTTP until interrupted; for other machines only where a key is set, or with --insecure."""
    settings = load_settings(**{name: value for name, value in stated.items() if value is not None})
    # Bound before the encoder is loaded, so that a port in use is said at once.
    with _bound(settings.host, settings.port) as listener:
        address, actual_port = listener.getsockname()[:2]
        if not insecure:
            _check_keys(settings, address)
        set_up_logging(settings)
        set_up_tracing()
        shown = f"[{address}]" if ":" in address else address
        announce = partial(
            _announce, f"Kutip listens on http://{shown}:{actual_port} (API at /docs).", settings
        )
        if settings.workers == 1:
            _answer(settings, listener, announce)
        else:
            sys.exit(serve_with_workers(settings, listener, announce=announce))


def _answer(settings: Settings, listener: socket.socket, announce: Callable[[], None]) -> None:
    app = create_app(build_service(settings))
    announce()
    with suppress(KeyboardInterrupt):  # by then the service is shut down
        uvicorn.Server(server_config(app, settings)).run(sockets=[listener])


def _announce(message: str, settings: Settings) -> None:
    if settings.log_format == "json":
        logger.info(message)  # every line is JSON
    else:
        click.echo(message, err=True)


def _check_keys(settings: Settings, address: str) -> None:
    """Check the address that is listened on, whatever name was given for it.

    Raises:
        SettingsError: other machines reach it, and no key is set.
    """
    if not Keys.of(settings).are_set and not ip_address(address).is_loopback:
        raise SettingsError(
            f"KUTIP_HOST is {settings.host!r}, which other machines reach, and no key is set: "
            "set KUTIP_API_KEYS or KUTIP_ADMIN_KEYS (`kutip key` makes one), listen on 127.0.0.1, "
            "or let everybody ask, read, write and delete with --insecure."
        )


def _bound(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), family=_family(host))
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python repeats the address
        raise AddressInUse(
            f"{host}:{port} cannot be listened on ({reason}): choose another --port or --host."
        ) from error
    # subtle: connections inherit it, and asyncio sets it only on sockets it made itself. Without it each
    # reply waits 40 ms for the client's acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
