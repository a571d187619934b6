"""A named pipe or a folder in place of a file: nothing waits for it, and indexes are built anew."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.data_folder import check_database_files
from rag.errors import CorpusError
from rag.fetching.bookmarks import Bookmark, Bookmarks
from tests.corpus.local import special_files
from tests.corpus.local.special_files import KINDS, OK, SQLITE_FILES, STEPS

_HANGS_AFTER_SECONDS = 300


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], str]:
    """What came of each step by file, kind and step."""
    command = [sys.executable, "-m", special_files.__name__, str(tmp_path_factory.mktemp("special"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_HANGS_AFTER_SECONDS)
    assert done.returncode == 0, done.stderr[-2000:]
    return {(name, kind, step): what for name, kind, step, what in map(json.loads, done.stdout.splitlines())}


def test_every_file_is_tried(outcomes: dict[tuple[str, str, str], str]) -> None:
    tried = {name for name, _, _ in outcomes}
    assert {*SQLITE_FILES, VECTORS_NAME, KEYWORDS_NAME, "upkeep.lock", f"{KEYWORDS_NAME}/meta.json"} <= tried
    assert {name.rpartition(".")[2] for name in tried} >= {"term", "idx", "store", "lock"}
    assert {(kind, step) for _, kind, step in outcomes} == {
        (kind, step.__name__) for kind in KINDS for step in STEPS
    }


def test_an_index_is_built_anew_and_a_backup_is_made(outcomes: dict[tuple[str, str, str], str]) -> None:
    of_others = {case: what for case, what in outcomes.items() if case[0] not in SQLITE_FILES}
    assert {case: what for case, what in of_others.items() if what != OK} == {}


def test_the_message_names_a_file_that_sqlite_cannot_read(
    outcomes: dict[tuple[str, str, str], str],
) -> None:
    of_sqlite = {case: what for case, what in outcomes.items() if case[0] in SQLITE_FILES}
    assert len(of_sqlite) == len(SQLITE_FILES) * len(KINDS) * len(STEPS)
    for (name, _, _), what in of_sqlite.items():
        assert what.endswith(f"/{name} is not a regular file: move it to another folder.")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["", "-journal", "-wal", "-shm"])
def test_bookmarks_name_a_file_that_sqlite_cannot_read(tmp_path: Path, kind: str, ending: str) -> None:
    KINDS[kind](tmp_path / f"fetched.sqlite3{ending}")
    with (
        Bookmarks(tmp_path / "fetched.sqlite3") as bookmarks,
        pytest.raises(CorpusError, match=f"fetched.sqlite3{ending} is not a regular file"),
    ):
        bookmarks.keep(Bookmark(url="https://kabar.example/kopi"))


def test_files_beside_the_target_of_a_link_are_checked(tmp_path: Path) -> None:
    database, target = tmp_path / "corpus.sqlite3", tmp_path / "elsewhere"
    database.symlink_to(target)
    check_database_files(database)
    target.touch()
    check_database_files(database)
    os.mkfifo(tmp_path / "elsewhere-journal")
    with pytest.raises(CorpusError, match="elsewhere-journal is not a regular file: move it"):
        check_database_files(database)
