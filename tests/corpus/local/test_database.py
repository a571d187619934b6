"""SQLite connections: whole transactions, readers that see one state, errors in Kutip's words."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.corpus.local.database import Database
from rag.errors import CorpusBusy, CorpusError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "test.sqlite3")
    with database.writing() as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER NOT NULL UNIQUE) STRICT")
    yield database
    database.close()


def numbers(database: Database) -> list[int]:
    with database.reading() as connection:
        return [row["number"] for row in connection.execute("SELECT number FROM numbers ORDER BY number")]


def insert(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("INSERT INTO numbers VALUES (?)", [number])


def test_written_rows_are_read(database: Database) -> None:
    with database.writing() as connection:
        insert(connection, 1)
    assert numbers(database) == [1]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt("mine")])
def test_an_exception_rolls_back_the_whole_transaction(database: Database, error: BaseException) -> None:
    def fail() -> None:
        with database.writing() as connection:
            insert(connection, 1)
            raise error

    with pytest.raises(type(error), match="mine"):
        fail()
    assert numbers(database) == []
    with database.writing() as connection:
        insert(connection, 2)
    assert numbers(database) == [2]


def test_a_reader_sees_one_state_despite_writes(database: Database) -> None:
    with database.reading() as connection:
        query = "SELECT count(*) FROM numbers"
        assert connection.execute(query).fetchone()[0] == 0
        with database.writing() as writer:
            insert(writer, 1)
        assert connection.execute(query).fetchone()[0] == 0
    assert numbers(database) == [1]


def fill_the_disk(database: Database) -> None:
    with database.writing() as connection:
        insert(connection, 1)
        connection.execute("PRAGMA max_page_count = 4")
        connection.execute("CREATE TABLE large (content BLOB)")
        connection.execute("INSERT INTO large VALUES (zeroblob(1000000))")


def test_a_full_disk_rolls_back_the_transaction_and_the_next_one_works(database: Database) -> None:
    message = r"The disk of .* is full, and the last change was not stored: free some space"
    with pytest.raises(CorpusError, match=message):
        fill_the_disk(database)
    with database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
        insert(connection, 2)
    assert numbers(database) == [2]


def write_twice(database: Database, number: int) -> None:
    with database.writing() as connection:
        insert(connection, number)
        insert(connection, number)


def test_an_error_of_the_caller_is_not_reported_as_damage(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint failed"):
        write_twice(database, 1)
    assert numbers(database) == []


def test_the_write_ahead_log_stays_short_despite_constant_reads(database: Database, tmp_path: Path) -> None:
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            with database.reading() as connection:
                connection.execute("SELECT count(*) FROM numbers").fetchone()
                is_over.wait(0.01)

    with database.writing() as connection:
        connection.execute("CREATE TABLE blobs (blob BLOB NOT NULL) STRICT")
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    lengths = [1]
    deadline = time.monotonic() + 60  # a busy machine gives readers no turn for long
    while lengths[-1] and time.monotonic() < deadline:
        with database.writing() as connection:
            connection.execute("INSERT INTO blobs VALUES (zeroblob(2000000))")
        lengths.append((tmp_path / "test.sqlite3-wal").stat().st_size)
    is_over.set()
    for reader in readers:
        reader.join()
    assert max(lengths) > 16 * 2**20
    assert lengths[-1] == 0


def test_a_nested_read_sees_the_same_state(database: Database) -> None:
    def count() -> int:
        with database.reading() as connection:
            (found,) = connection.execute("SELECT count(*) FROM numbers").fetchone()
            return int(found)

    def add_one() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO numbers VALUES (1)")

    with database.reading():
        assert count() == 0
        other = threading.Thread(target=add_one)
        other.start()
        other.join()
        assert count() == 0
    assert count() == 1


def test_writers_in_threads_take_turns(database: Database) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 20):
            with database.writing() as connection:
                insert(connection, number)

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers(database)) == 80


def test_a_writer_in_another_process_is_waited_for_and_then_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.corpus.local.database._BUSY_TIMEOUT_SECONDS", 0.2)
    path = tmp_path / "test.sqlite3"
    mine, others = Database(path), Database(path)
    with (
        others.writing(),
        pytest.raises(CorpusBusy, match=r"Another process has been writing to .*: try again"),
        mine.writing(),
    ):
        pass
    with mine.writing() as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER) STRICT")
    mine.close()
    others.close()
