"""`kutip mcp`."""

import asyncio
import sys
from functools import partial

import click

from api.commands.base import Command
from api.commands.options import has_corpus, location
from api.commands.stopping import NOTHING_CHANGED, when_stopped
from api.commands.terminal import say
from api.mcp_door.server import serve_standard_streams
from rag.service import build_service
from rag.settings import load_settings


@click.command(cls=Command, examples=["kutip mcp"])
def command() -> None:
    """Serve tools for assistants over the Model Context Protocol, on standard input and output.

    An assistant starts this command itself and ends it by closing its input. `kutip serve` offers the same
    tools at /mcp.
    """
    settings = load_settings()
    if not has_corpus(settings):
        say(f"There are no articles yet in {location(settings)}. Add some with `kutip ingest PATH`.")
    if sys.stdin.isatty():
        say("Kutip waits for the messages of an assistant, one per line. Stop it with Ctrl-C.")
    with when_stopped(lambda: NOTHING_CHANGED):
        asyncio.run(serve_standard_streams(partial(build_service, settings)))
