"""Data and backups are for their user only; versions are numbered, whatever the clock says."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rag.corpus.local import article_rows, derived_keywords, migrations
from rag.corpus.local.backup import back_up
from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.derived_indexes import KEYWORDS_NAME
from rag.errors import BackupError
from tests.conftest import article
from tests.corpora import add
from tests.corpus.local.test_corpus import open_corpus


@contextmanager
def umask(mask: int) -> Iterator[None]:
    former = os.umask(mask)
    try:
        yield
    finally:
        os.umask(former)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_the_folder_the_database_the_indexes_and_backups_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", 1)
    folder, backup = tmp_path / "data", tmp_path / "kutip.backup"
    with umask(0o022):
        with open_corpus(folder) as corpus:
            add(corpus, article("kopi", "Kopi."))
            corpus.optimize()
            assert {mode(path) for path in folder.glob(f"{DATABASE_NAME}*")} == {"0o600"}
        back_up(folder, backup, overwrite=False, on_progress=lambda *_: None)
        back_up(folder, backup, overwrite=True, on_progress=lambda *_: None)
    assert mode(folder) == mode(folder / KEYWORDS_NAME) == "0o700"
    assert mode(folder / "vectors.faiss") == mode(backup) == "0o600"


def test_the_command_line_makes_everything_private(tmp_path: Path) -> None:
    code = "import os; from api.commands import main; import sys; sys.argv = ['kutip', '-V']\n"
    code += "try: main()\nexcept SystemExit: print(oct(os.umask(0)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "0o77"


@pytest.mark.parametrize("kind", ["folder", "pipe", "link", "broken link"])
def test_a_backup_replaces_regular_files_only(tmp_path: Path, kind: str) -> None:
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, article("kopi", "Kopi."))
    target, other = tmp_path / "target", tmp_path / "other"
    if kind == "folder":
        target.mkdir()
    elif kind == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to(other)
        if kind == "link":
            other.write_text("Lain.")
    before = target.lstat().st_ino
    with pytest.raises(BackupError, match="is not a regular file, so it is not replaced"):
        back_up(tmp_path / "data", target, overwrite=True, on_progress=lambda *_: None)
    assert target.lstat().st_ino == before


class Backwards:
    """A clock that goes back with every look at it."""

    year = 3000

    @classmethod
    def now(cls, *_: Any) -> datetime:
        cls.year -= 1
        return datetime(cls.year, 1, 1)


def test_versions_are_in_the_order_in_which_they_were_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_rows, "datetime", Backwards)
    drafts = [article("kopi", text) for text in ("Kopi satu.", "Kopi dua.", "Kopi tiga.")]
    with open_corpus(tmp_path) as corpus:
        for draft in [*drafts, drafts[0]]:
            add(corpus, draft)
        (stored,) = corpus.articles_after("")
    assert stored.article == drafts[0]
    assert list(stored.former) == drafts[1:]


def test_the_versions_of_an_older_database_are_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:3])
            migrations.migrate(connection)
        rows = [("a", "x", "2025"), ("a", "y", "2024"), ("b", "z", "2026")]
        connection.executemany("INSERT INTO versions VALUES (?, ?, ?, '')", rows)
        migrations.migrate(connection)
        numbered = connection.execute("SELECT article_id, version, sequence FROM versions ORDER BY 1, 2")
        assert numbered.fetchall() == [("a", "x", 2), ("a", "y", 1), ("b", "z", 1)]
