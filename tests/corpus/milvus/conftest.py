"""A link to the server, on which requests can fail."""

from collections.abc import Iterator

import pytest

from tests.milvus_link import Link, linked


@pytest.fixture
def link(milvus_uri: str) -> Iterator[tuple[str, Link]]:
    """Give the address of a link to the server, and the link."""
    with linked(milvus_uri) as given:
        yield given
