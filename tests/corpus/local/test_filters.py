"""Filters become a condition whose values are only ever values."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.documents import header_values
from rag.corpus.local.filters import where
from rag.corpus.local.migrations import migrate
from rag.datatypes import Filters
from rag.errors import BadRequest
from tests.conftest import article

INJECTIONS = [
    "x' OR '1'='1",
    "x'; DROP TABLE articles; --",
    'x" OR 1=1 --',
    "?",
    ":name",
    "%",
    "_",
    "*",
    "\\",
    "[a-z]",
]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


def store(connection: sqlite3.Connection, article_id: str, **fields: Any) -> None:
    values = header_values(article(article_id, "Isi.", **fields))
    connection.execute(
        f"INSERT INTO articles ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def passing(connection: sqlite3.Connection, filters: Filters) -> list[str]:
    condition, parameters = where(filters)
    rows = connection.execute(f"SELECT id FROM articles WHERE {condition} ORDER BY id", parameters)
    return [row[0] for row in rows]


def test_without_filters_every_article_passes(connection: sqlite3.Connection) -> None:
    store(connection, "a")
    assert where(Filters()) == ("1", [])
    assert passing(connection, Filters()) == ["a"]


@pytest.mark.parametrize("value", INJECTIONS)
def test_a_filter_value_cannot_change_the_condition(connection: sqlite3.Connection, value: str) -> None:
    store(connection, "plain", outlet="x", author="x", section="x", metadata={"key": "x"})
    store(connection, value, outlet=value, author=value, section=value, metadata={"key": value, value: 1})
    for filters in (
        Filters(article_id=(value,)),
        Filters(outlet=(value,)),
        Filters(author=(value,)),
        Filters(section=(value,)),
        Filters(metadata={"key": value}),
        Filters(metadata={value: 1}),
    ):
        assert passing(connection, filters) == [value]
    assert passing(connection, Filters(language=(value,))) == []


@pytest.mark.parametrize(
    "key",
    [
        "key",
        "two words",
        'a"b',
        "a'b",
        "a.b",
        "$",
        "$.a",
        "[0]",
        "0",
        "",
        "#",
        "a\\b",
        "ключ",
        "😀",
        "a\nb",
        "a\tb",
        "*",
    ],
)
def test_a_metadata_key_may_contain_any_character(connection: sqlite3.Connection, key: str) -> None:
    store(connection, "has", metadata={"other": 0, key: "x"})
    store(connection, "has another value", metadata={key: "y"})
    store(connection, "has it elsewhere", metadata={"outer": {key: "x"}})
    store(connection, "has not", metadata={})
    assert passing(connection, Filters(metadata={key: "x"})) == ["has"]


VALUES: list[Any] = [
    1,
    "1",
    True,
    0,
    "0",
    False,
    None,
    "",
    "true",
    "null",
    1.5,
    "1.5",
    [1],
    "[1]",
    {"a": 1},
    "é",
    'a"b',
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_metadata_values_of_different_types_differ(connection: sqlite3.Connection, value: Any) -> None:
    for number, stored in enumerate(VALUES):
        store(connection, f"{number:02}", metadata={"key": stored})
    store(connection, "without", metadata={"other": value})
    (expected,) = [n for n, v in enumerate(VALUES) if v == value and type(v) is type(value)]
    assert passing(connection, Filters(metadata={"key": value})) == [f"{expected:02}"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS
LISTS = st.lists(SCALARS, max_size=3)
OBJECTS = st.dictionaries(st.text("ab\"'.$ ", max_size=3), SCALARS | LISTS, max_size=3)


@given(metadata=st.dictionaries(TEXTS, SCALARS | LISTS | OBJECTS, min_size=1, max_size=4))
def test_an_article_passes_the_filter_of_each_of_its_own_fields(metadata: dict[str, Any]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    store(connection, "a", metadata=metadata)
    for key, value in metadata.items():
        assert passing(connection, Filters(metadata={key: value})) == ["a"]
    assert passing(connection, Filters(metadata=metadata)) == ["a"]
    assert passing(connection, Filters(metadata={**metadata, "kutip": "absent"})) == []
    connection.close()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_express_is_refused(value: float) -> None:
    with pytest.raises(BadRequest, match=r"The filter metadata\.key is (nan|inf), which JSON cannot express"):
        where(Filters(metadata={"key": value}))


def test_an_article_must_pass_every_filter(connection: sqlite3.Connection) -> None:
    store(connection, "both", outlet="KABAR", section="Kota", metadata={"a": 1, "b": 2})
    store(connection, "outlet", outlet="KABAR", metadata={"a": 1})
    store(connection, "section", section="Kota", metadata={"b": 2})
    assert passing(connection, Filters(outlet=("KABAR",), section=("Kota",))) == ["both"]
    assert passing(connection, Filters(metadata={"a": 1, "b": 2})) == ["both"]


def test_date_ranges_are_inclusive_and_exclude_undated_articles(connection: sqlite3.Connection) -> None:
    condition, parameters = where(Filters(published_from=date(2025, 7, 27), published_to=date(2025, 7, 28)))
    assert condition == "published_day >= ? AND published_day <= ?"
    assert parameters == ["2025-07-27", "2025-07-28"]
    assert where(Filters(published_from=date(2025, 7, 27)), with_dates=False) == ("1", [])


def test_the_sql_condition_contains_no_value_of_the_caller() -> None:
    filters = Filters(outlet=("rahasia",), metadata={"kunci": "rahasia"})
    condition, parameters = where(filters)
    assert "rahasia" not in condition
    assert "kunci" not in condition
    assert json.dumps(parameters).count("rahasia") == 2
