"""`kutip serve`."""

import socket
from contextlib import suppress

import click
import uvicorn

from api.app import create_app
from rag.errors import AddressInUse
from rag.service import build_service
from rag.settings import load_settings


@click.command()
@click.option("--host", help="Address to listen on; KUTIP_HOST otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; KUTIP_PORT otherwise.")
def command(host: str | None, port: int | None) -> None:
    """Answer over HTTP until interrupted."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**given)
    # Bound before the encoder is loaded, so that a port in use is said at once.
    with _bound(settings.host, settings.port) as listener:
        app = create_app(build_service(settings))
        address, actual_port = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        click.echo(f"Kutip listens on http://{shown}:{actual_port} (API at /docs).", err=True)
        config = uvicorn.Config(app, log_level="warning")
        with suppress(KeyboardInterrupt):  # by then the service is shut down
            uvicorn.Server(config).run(sockets=[listener])


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
