"""What is created or renamed is synced to the disk together with its folder, or a power failure undoes it."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import pytest

from rag.corpus.local import derived_keywords
from rag.corpus.local.backup import back_up, restore
from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.derived_indexes import KEYWORDS_NAME
from tests.conftest import article
from tests.corpora import add
from tests.corpus.local.test_corpus import open_corpus


@contextmanager
def synced() -> Iterator[list[Path]]:
    """Give the folders that are synced, as Python's profiler tells it."""
    folders: list[Path] = []

    def notice(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code.co_qualname == "sync_folder":
            folders.append(frame.f_locals["folder"])

    sys.setprofile(notice)
    try:
        yield folders
    finally:
        sys.setprofile(None)


def nothing(*_: object) -> None: ...


def test_a_new_data_folder_and_the_folders_above_it_are_synced(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with synced() as folders, open_corpus(folder):
        pass
    assert {tmp_path, tmp_path / "new"} <= set(folders)
    with synced() as folders, open_corpus(folder):
        pass
    assert tmp_path not in folders


def test_the_files_of_both_indexes_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", 1)
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, article("kopi", "Kopi."))
        with synced() as folders:
            corpus.close()
    keywords = tmp_path / "data" / KEYWORDS_NAME
    assert folders == [keywords, tmp_path / "data", tmp_path / "data"]  # the last one for the vectors


def test_a_backup_and_a_damaged_database_that_is_set_aside_are_synced(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backups" / "kutip.backup"
    backup.parent.mkdir()
    with open_corpus(data) as corpus:
        add(corpus, article("kopi", "Kopi."))
    with synced() as folders:
        back_up(data, backup, overwrite=False, on_progress=nothing)
    assert folders == [backup.parent]
    (data / DATABASE_NAME).write_bytes(b"This is no database. " * 400)
    with synced() as folders:
        restore(data, backup, overwrite=True, on_progress=nothing)
    assert data in folders
    with closing(sqlite3.connect(data / DATABASE_NAME)) as connection:
        assert connection.execute("SELECT id FROM articles").fetchall() == [("kopi",)]
