"""A corpus of its own for each test, and a link on which requests can fail."""

import time
from collections.abc import Iterator

import pytest

from tests.milvus_link import Link, linked


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Name a corpus for one test."""
    return f"milvus_{abs(hash(request.node.nodeid))}_{time.time_ns()}"


@pytest.fixture
def link(milvus_uri: str) -> Iterator[tuple[str, Link]]:
    """Give the address of a link to the server, and the link."""
    with linked(milvus_uri) as given:
        yield given
