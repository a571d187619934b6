"""The tables of the local corpus, brought up step by step."""

import sqlite3
from collections.abc import Iterator

import pytest

from rag.corpus.local.migrations import MIGRATIONS, migrate
from rag.errors import CorpusTooNew


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def test_every_step_is_numbered_in_order() -> None:
    assert [migration.__name__[:4] for migration in MIGRATIONS] == [
        f"m{number:03}" for number in range(1, len(MIGRATIONS) + 1)
    ]


def test_an_empty_database_gets_every_table(connection: sqlite3.Connection) -> None:
    migrate(connection)
    names = {name for name, _ in schema(connection)}
    assert names >= {"articles", "passages", "properties", "removals", "statistics", "versions"}
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_migrating_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = schema(connection), connection.execute("SELECT * FROM properties").fetchall()
    migrate(connection)
    assert (schema(connection), connection.execute("SELECT * FROM properties").fetchall()) == before


def test_each_corpus_has_its_own_number(connection: sqlite3.Connection) -> None:
    migrate(connection)
    other = sqlite3.connect(":memory:", isolation_level=None)
    migrate(other)
    query = "SELECT value FROM properties WHERE name = 'corpus'"
    (mine,), (others,) = connection.execute(query).fetchone(), other.execute(query).fetchone()
    assert int(mine) > 0
    assert mine != others
    other.close()


def test_a_migration_is_rolled_back_with_its_transaction(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    migrate(connection)
    connection.execute("ROLLBACK")
    assert schema(connection) == []
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)


def test_a_newer_format_is_refused_and_not_changed(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CorpusTooNew, match=r"format 99, but .* supports formats up to 4: upgrade"):
        migrate(connection)
    assert schema(connection) == []
