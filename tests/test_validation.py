"""Filters and metadata: how large and how deep they may be."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from rag.errors import PayloadTooLarge
from rag.validation import check_size
from tests.test_api import check_problem, client_of, running_service

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


def nested(depth: int) -> Any:
    value: Any = "kopi"
    for _ in range(depth):
        value = [value]
    return value


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, [*value.keys(), *value.values()]), default=-1)
    return 1 + max(map(depth_of, value), default=-1) if isinstance(value, list) else 0


@given(value=JSON, limit=st.integers(0, 4))
def test_the_depth_is_that_of_the_value(value: Any, limit: int) -> None:
    def check() -> None:
        check_size(value, subject="It", field="f", maximum_characters=10_000, maximum_depth=limit)

    if depth_of(value) > limit:
        with pytest.raises(PayloadTooLarge, match=f"more than {limit} levels"):
            check()
    else:
        check()


def test_characters_count_wherever_they_are() -> None:
    for value in ("x" * 11, ["x" * 5, "x" * 6], {"x" * 11: 1}, {"a": {"b": "x" * 11}}, [0] * 11, [""] * 11):
        with pytest.raises(PayloadTooLarge, match="more than 10 characters"):
            check_size(value, subject="It", field="f", maximum_characters=10, maximum_depth=3)


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"metadata": {"a": nested(50)}}, "has more than 8 levels"),
        ({"metadata": {"a": "x" * 60_000}}, "has more than 50000 characters"),
        ({"metadata": {"a": [0] * 60_000}}, "has more than 50000 characters"),
        ({"outlet": ["x" * 1000] * 60}, "has more than 50000 characters"),
    ],
)
def test_large_filters_are_refused(tmp_path: Path, filters: dict[str, Any], says: str) -> None:
    with running_service(tmp_path) as service:
        client = client_of(create_app(service))
        for path, body in (("/v1/ask", {"question": "kopi"}), ("/v1/search", {"query": "kopi"})):
            reply = client.post(path, json={**body, "filters": filters})
            assert says in check_problem(reply, 413)["detail"]
