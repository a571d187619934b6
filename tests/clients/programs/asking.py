"""What every program asks, and how it reports. Run with the address of a server in KUTIP_URL."""

import asyncio
import inspect
import json
import os
import sys
from collections.abc import Callable

URL = os.environ["KUTIP_URL"]
QUESTION = "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?"
FOLLOW_UP = "Dan kapan itu?"
NO_MODEL = "kutip-lain"  # a model that the server does not have


def error_of(ask: Callable[[], object]) -> str:
    """Return what a client says of a request that the server refuses."""
    try:
        asked = ask()
        if inspect.iscoroutine(asked):
            asyncio.run(asked)
    except Exception as error:  # noqa: BLE001  # each library raises errors of its own
        return str(error)
    return ""


def report(
    *,
    asked: str,
    streamed: str | None,
    continued: str | None,
    refused: str,
    cited: object,
    cited_in_stream: object = None,
) -> None:
    """Print the texts that a client received, what it shows of the citations, and its message of an error.

    If the citations are part of the text, the text of the stream holds those of the stream.
    """
    in_stream = streamed if cited_in_stream is None else str(cited_in_stream)
    told = {
        "asked": asked,
        "streamed": streamed,
        "continued": continued,
        "refused": refused,
        "cited": str(cited),
        "cited_in_stream": in_stream,
    }
    sys.stdout.write(json.dumps(told) + "\n")
