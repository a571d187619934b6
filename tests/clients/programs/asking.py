"""What every program asks, and how it reports. Run with the address of a server in KUTIP_URL."""

import json
import os
import sys

URL = os.environ["KUTIP_URL"]
QUESTION = "Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?"
FOLLOW_UP = "Dan kapan itu?"


def report(*, asked: str, streamed: str | None, continued: str | None, cited: object) -> None:
    """Print the texts that a client received, and whatever it shows of the citations."""
    told = {"asked": asked, "streamed": streamed, "continued": continued, "cited": str(cited)}
    sys.stdout.write(json.dumps(told) + "\n")
