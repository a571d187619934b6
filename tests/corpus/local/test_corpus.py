"""The embedded corpus: its files may be lost, damaged or of another, and what is found stays right."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.derived_indexes import VECTORS_NAME
from rag.datatypes import Filters, Hit
from rag.errors import CorpusError, CorpusNotWritable, CorpusTooNew
from tests.conftest import TOPICS, article
from tests.corpora import (
    COFFEE,
    FLOOD,
    TOPIC_IDENTITY,
    add,
    change,
    check_against_brute_force,
    encoded,
    keyword_hits,
    keyword_ids,
    vector_hits,
    vector_ids,
)


def open_corpus(folder: Path) -> LocalCorpus:
    return LocalCorpus(folder, encoder=TOPIC_IDENTITY)


def test_hits_read_no_vectors_words_or_metadata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    thread = threading.get_ident()  # others read vectors and words for the indexes

    def authorize(action: int, table: str | None, column: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and column and threading.get_ident() == thread:
            read.add(f"{table}.{column}")
        return sqlite3.SQLITE_OK

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = sqlite3.Connection(*arguments, **options)
        connection.set_authorizer(authorize)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    with open_corpus(tmp_path) as corpus:
        add(corpus, COFFEE)
        found = corpus.keyword_search("kopi", language="id", depth=10, filters=Filters()).passages
        read.clear()
        assert corpus.hits(found, source="keyword")
        reads = frozenset(read)  # closing the corpus reads more
    shown = {"version", "title", "language", "url", "outlet", "author", "published_at"}
    compared = {"section", "published_day"}
    assert reads == {
        *(f"passages.{name}" for name in ("id", "article_id", "paragraph", "start", "end", "text")),
        *(f"articles.{name}" for name in ("id", *shown, *compared)),
        *(f"versions.{name}" for name in ("article_id", "version", "document")),
    }


# Several at once


def test_a_writer_does_not_block_opening_and_searching(tmp_path: Path) -> None:
    with open_corpus(tmp_path) as corpus:
        add(corpus, COFFEE)
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with open_corpus(tmp_path) as corpus:  # it would be refused after waiting
            assert vector_ids(corpus) == keyword_ids(corpus) == ["kopi"]


def in_another_thread(work: Callable[[], object]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@pytest.mark.parametrize("find", [vector_hits, keyword_hits])
@pytest.mark.parametrize("is_index_ahead", [False, True])
@pytest.mark.parametrize("filters", [{}, {"article_id": ("kopi",)}])
def test_searches_in_a_snapshot_do_not_see_later_writes(
    corpus: LocalCorpus, find: Callable[..., list[Hit]], is_index_ahead: bool, filters: dict[str, Any]
) -> None:
    edited = article("kopi", "Kopi satu.", "Kopi dua.", title="Panen")
    add(corpus, COFFEE, FLOOD)

    def edit() -> None:
        add(corpus, edited)
        if is_index_ahead:
            assert len(find(corpus, "kopi")) >= 2

    calls: list[list[list[str]]] = []

    def search_twice() -> list[list[str]]:
        found = []
        for is_second in (False, True):
            found.append(sorted(hit.text for hit in find(corpus, "kopi", **filters) if hit.title))
            if not is_second and not calls:
                in_another_thread(edit)
        calls.append(found)
        return found

    result = corpus.in_snapshot(search_twice)
    seen = edited if is_index_ahead else COFFEE
    assert result == [sorted(seen.paragraphs)] * 2
    assert len(calls) == 1 + is_index_ahead
    assert corpus.in_snapshot(search_twice) == [sorted(edited.paragraphs)] * 2


# The index file is a cache


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A closed corpus of six articles, two edited and one removed; beside it are its older files."""
    folder = tmp_path / "data"
    with open_corpus(folder) as corpus:
        add(corpus, *(article(topic, f"{topic} satu.", f"{topic} dua.") for topic in TOPICS))
    for name in (VECTORS_NAME, DATABASE_NAME):
        shutil.copy(folder / name, tmp_path / f"old-{name}")
    with open_corpus(folder) as corpus:
        change(corpus)
    return folder


def leave(folder: Path) -> None:
    """Leave the index file as it is."""


def delete(folder: Path) -> None:
    (folder / VECTORS_NAME).unlink()


def cut_off(folder: Path) -> None:
    path = folder / VECTORS_NAME
    path.write_bytes(path.read_bytes()[:-9])


def flip_a_bit(folder: Path) -> None:
    path = folder / VECTORS_NAME
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def put_the_old_one_back(folder: Path) -> None:
    shutil.copy(folder.parent / f"old-{VECTORS_NAME}", folder / VECTORS_NAME)


def put_the_old_database_back(folder: Path) -> None:
    shutil.copy(folder.parent / f"old-{DATABASE_NAME}", folder / DATABASE_NAME)


def put_a_folder_there(folder: Path) -> None:
    (folder / VECTORS_NAME).unlink()
    (folder / VECTORS_NAME).mkdir()


def take_that_of_a_larger_corpus(folder: Path) -> None:
    with open_corpus(folder.parent / "larger") as corpus:
        add(corpus, *(article(f"{number}", f"Maraton {number}.") for number in range(50)))
        corpus.remove("7")
    shutil.copy(folder.parent / "larger" / VECTORS_NAME, folder / VECTORS_NAME)


def take_that_of_an_emptied_corpus(folder: Path) -> None:
    take_that_of_a_larger_corpus(folder)
    with open_corpus(folder.parent / "larger") as corpus:
        for header in corpus.articles(Filters(), limit=99, cursor=None).articles:
            corpus.remove(header.id)
    shutil.copy(folder.parent / "larger" / VECTORS_NAME, folder / VECTORS_NAME)


def take_that_of_a_smaller_corpus(folder: Path) -> None:
    with open_corpus(folder.parent / "smaller") as corpus:
        add(corpus, *(article(f"{number}", f"Maraton {number}.") for number in range(4)))
    shutil.copy(folder.parent / "smaller" / VECTORS_NAME, folder / VECTORS_NAME)


DAMAGES: list[Callable[[Path], None]] = [
    leave, delete, cut_off, flip_a_bit, put_the_old_one_back, put_the_old_database_back, put_a_folder_there,
    take_that_of_a_larger_corpus, take_that_of_an_emptied_corpus, take_that_of_a_smaller_corpus,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_search_is_right_whatever_happened_to_the_index_file(
    filled: Path, damage: Callable[[Path], None]
) -> None:
    damage(filled)
    with open_corpus(filled) as corpus:
        check_against_brute_force(corpus)
        add(corpus, article("lagi", "Sekolah."), article("kopi", "Kopi lagi."))
        corpus.remove("bus")
        check_against_brute_force(corpus)
    with open_corpus(filled) as corpus:
        check_against_brute_force(corpus)


def test_an_outdated_index_file_is_not_trusted(filled: Path) -> None:
    # A backup of the database was put back; it then grew beyond what the index knew, and was killed.
    put_the_old_database_back(filled)
    killed = open_corpus(filled)
    add(killed, *(article(f"{number}", f"Kopi {number}.") for number in range(60)))
    for number in range(20):
        killed.remove(f"{number}")
    with open_corpus(filled) as corpus:
        check_against_brute_force(corpus)
    killed.close()


def test_a_new_corpus_does_not_trust_the_index_of_an_earlier_one(filled: Path) -> None:
    for file in filled.glob(f"{DATABASE_NAME}*"):
        file.unlink()
    with open_corpus(filled) as corpus:
        add(corpus, FLOOD)
        check_against_brute_force(corpus)
        assert corpus.counts().passages == 1


def test_an_index_of_a_later_database_is_not_trusted_after_encoding_again(filled: Path) -> None:
    # Its passages have the ids that the older database gives out anew.
    with open_corpus(filled) as corpus:
        add(corpus, *(article(f"{number}", f"Maraton {number}.") for number in range(20)))
    put_the_old_database_back(filled)
    with LocalCorpus(filled, encoder=None) as corpus:
        for _ in range(4):
            corpus.encode_again(TOPIC_IDENTITY, encoded)
    with open_corpus(filled) as corpus:
        check_against_brute_force(corpus)


def test_the_index_file_is_used_when_it_is_right(filled: Path) -> None:
    # The vectors in the database are taken away: what is found then comes from the file.
    with closing(sqlite3.connect(filled / DATABASE_NAME)) as database, database:
        database.execute("UPDATE passages SET vector = zeroblob(28)")
    with open_corpus(filled) as corpus:
        assert vector_hits(corpus, "kopi")[0].score > 0.7


def test_an_index_file_that_cannot_be_written_is_a_warning(
    filled: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_a_folder_there(filled)
    (filled / VECTORS_NAME / "in the way").touch()
    with open_corpus(filled) as corpus:
        add(corpus, article("lagi", "Sekolah."))
    assert "Rebuilding the vector index from the database" in caplog.messages[0]
    assert "The indexes could not be saved" in caplog.messages[1]
    assert not list(filled.glob(f"{VECTORS_NAME}?*"))


# What cannot be used


def test_a_corpus_from_a_newer_version_is_refused(filled: Path) -> None:
    with closing(sqlite3.connect(filled / DATABASE_NAME)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(CorpusTooNew, match=r"format 99, but .* supports formats up to 4: upgrade"):
        open_corpus(filled)


NEXT_STEP = "make it writable or set KUTIP_DATA_DIR to another folder"


def test_a_file_in_place_of_the_folder_is_reported_as_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        CorpusNotWritable, match=rf"The data folder .*file is not writable \(.*File exists.*\): {NEXT_STEP}"
    ):
        open_corpus(tmp_path / "file")
    with pytest.raises(
        CorpusNotWritable,
        match=rf"The data folder .*sub is not writable \(.*Not a directory.*\): {NEXT_STEP}",
    ):
        open_corpus(tmp_path / "file" / "sub")


def test_a_folder_in_place_of_the_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).mkdir()
    with pytest.raises(CorpusError, match=rf"{DATABASE_NAME} is not a regular file: move it"):
        open_corpus(tmp_path)


def test_a_folder_that_cannot_be_created_is_reported_as_not_writable(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotWritable, match=rf"is not writable \(.*File name too long.*\): {NEXT_STEP}"):
        open_corpus(tmp_path / ("x" * 300))


def test_a_file_that_is_not_a_database_is_reported_as_damaged(filled: Path) -> None:
    (filled / DATABASE_NAME).write_bytes(b"This is no database. " * 400)
    with pytest.raises(
        CorpusError,
        match=r"The corpus .*corpus\.sqlite3 is damaged \(file is not a database\): restore it from a backup",
    ):
        open_corpus(filled)


def test_a_database_damaged_in_the_middle_is_reported_when_it_is_read(filled: Path) -> None:
    with closing(sqlite3.connect(filled / DATABASE_NAME)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'passages'").fetchone()
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    with (filled / DATABASE_NAME).open("r+b") as file:
        file.seek((root - 1) * page_bytes)
        file.write(b"\xa5" * page_bytes)
    with (
        pytest.raises(CorpusError, match=r"corpus\.sqlite3 is damaged \(database disk image is malformed\)"),
        open_corpus(filled) as corpus,
    ):
        keyword_hits(corpus, "kopi")


@pytest.fixture(autouse=True)
def _no_temporary_index_files_are_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert [path.name for path in tmp_path.rglob(f"{VECTORS_NAME}?*")] == []
