"""The walk of `python -m benchmarks.two_services`, with services whose encoder takes no time."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from benchmarks.two_services import Differs, Walk
from tests.test_api import running_service, served

# Of each kind; `python -m benchmarks.two_services` takes many more.
STEPS = ("add", "add at once", "add", "ask", "back up", "delete", "add", "restore", "add at once", "ask")


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """Two services on one folder, and a walk with them that has not begun."""
    with ExitStack() as stack:
        services = [stack.enter_context(running_service(tmp_path / "data")) for _ in range(2)]
        urls = [stack.enter_context(served(create_app(service))) for service in services]
        clients = [stack.enter_context(httpx.Client(base_url=url, timeout=60)) for url in urls]
        yield Walk(clients, tmp_path / "data", seed=1)


def test_two_services_agree_with_a_dictionary(walk: Walk) -> None:
    for kind in STEPS:
        walk.step(kind)
    assert walk.paragraphs
    walk.step()
    assert walk.taken.total() == len(STEPS) + 1


def test_a_difference_is_found(walk: Walk) -> None:
    walk.step("add")
    walk.paragraphs.popitem()
    with pytest.raises(Differs, match="the list of articles: found"):
        walk.step("ask")
