"""Small tables in memory or in a file that processes share."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.shared_table import SharedTable


def table_in(file: Path | None, *, busy_timeout_seconds: float = 5.0) -> SharedTable:
    return SharedTable(
        "words", "word TEXT PRIMARY KEY", shared_file=file, busy_timeout_seconds=busy_timeout_seconds
    )


def add(table: SharedTable, *words: str) -> None:
    with table.writing() as rows:
        for word in words:
            rows.execute("INSERT OR REPLACE INTO words VALUES (?)", [word])


def words_in(table: SharedTable) -> list[str]:
    return [word for (word,) in table.rows.execute("SELECT word FROM words ORDER BY rowid")]


@pytest.fixture(params=["memory", "file"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> SharedTable:
    """Give a table of each kind."""
    return table_in(None if request.param == "memory" else tmp_path / "words.sqlite3")


def test_only_the_newest_rows_are_kept(table: SharedTable) -> None:
    add(table, "a", "b", "c", "d")
    add(table, "a")
    table.drop_oldest(kept=2)
    assert words_in(table) == ["d", "a"]


def test_an_error_undoes_what_was_written_before_it(table: SharedTable) -> None:
    add(table, "a")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), table.writing() as rows:
        rows.executemany("INSERT INTO words VALUES (?)", [["b"], ["a"]])
    add(table, "d")
    assert words_in(table) == ["a", "d"]


def test_tables_of_one_file_have_the_same_rows_and_others_do_not(tmp_path: Path) -> None:
    one, other = (table_in(tmp_path / "words.sqlite3") for _ in range(2))
    add(one, "a")
    assert words_in(other) == ["a"]
    assert words_in(table_in(None)) == []


def test_a_table_that_another_process_writes_is_given_up_after_a_while(tmp_path: Path) -> None:
    table = table_in(tmp_path / "words.sqlite3", busy_timeout_seconds=0.05)
    with closing(sqlite3.connect(tmp_path / "words.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            add(table, "a")
        other.execute("ROLLBACK")
    add(table, "b")
    assert words_in(table) == ["b"]
