"""`kutip mcp`."""

import asyncio
import sys
from contextlib import suppress
from functools import partial

import click

from api.mcp_door.server import serve_standard_streams
from rag.service import build_service
from rag.settings import load_settings


@click.command()
def command() -> None:
    """Answer a language model's client over the Model Context Protocol, on standard input and output.

    The client starts this command itself; `kutip serve` answers the same at /mcp. Ends with its input.
    """
    load = partial(build_service, load_settings())
    if sys.stdin.isatty():
        click.echo("Kutip waits for a client's messages, one a line; Ctrl-C ends it.", err=True)
    with suppress(KeyboardInterrupt):  # by then the service is closed
        asyncio.run(serve_standard_streams(load))
