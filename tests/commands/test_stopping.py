"""Ctrl-C: exit status 130, and one line that says truly what is kept."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.commands.articles import _what_is_left
from rag.corpus.local.corpus import DATABASE_NAME
from rag.settings import load_settings
from tests.commands.running import Filled, kutip

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = "from api.commands import main; main()"
PATIENCE_SECONDS = 300.0

# Interrupts this process as soon as a file that matches a pattern is there.
INTERRUPT_WHEN = """
import glob, os, signal, threading, time
def interrupt():
    while not glob.glob({pattern!r}):
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
"""


@contextmanager
def started(*arguments: str, code: str = RUN) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in a process of its own, with the settings of this one."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: "subprocess.Popen[str]") -> str:
    """Return the last line of a process that was interrupted."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (130, ""), err
    assert "Traceback" not in err
    return err.splitlines()[-1]


def wait_until(is_so: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def count_articles(folder: Path) -> int:
    path = folder / DATABASE_NAME
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles'").fetchone():
            return 0
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def test_an_interrupted_ingest_prints_the_number_of_articles_and_can_continue(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"kabar-{number}", "text": f"Kabar {number}."}) for number in range(300)]
    (tmp_path / "kabar.jsonl").write_text("\n".join(lines), encoding="utf-8")
    data = tmp_path / "data"
    with started("ingest", "kabar.jsonl") as process:
        wait_until(lambda: count_articles(data) >= 5, process)
        process.send_signal(signal.SIGINT)
        said = stopped(process)
    told = re.fullmatch(
        r"Stopped\. (\d+) of 300 articles are kept; run the same command again to go on\.", said
    )
    assert told, said
    kept = count_articles(data)
    assert int(told[1]) == kept < 300
    again = kutip("ingest", "kabar.jsonl")
    assert (again.code, again.err) == (
        0,
        f"{300 - kept} created, 0 updated, {kept} unchanged, 0 rejected.\n",
    )


def test_an_interrupted_read_command_says_that_nothing_changed(in_filled: Filled) -> None:
    code = f"import api.commands.ask; print('ready', flush=True); {RUN}"
    with started("ask", "-", code=code) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)  # it waits for questions
        process.send_signal(signal.SIGINT)
        assert stopped(process) == "Stopped. Nothing was changed."


@pytest.fixture
def large(in_filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a data folder whose backup takes a while: a copy of the filled one, with much in it."""
    folder = tmp_path / "data"
    assert kutip("backup", str(tmp_path / "small")).code == 0
    monkeypatch.setenv("KUTIP_DATA_DIR", str(folder))
    assert kutip("restore", str(tmp_path / "small")).code == 0
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection, connection:
        connection.executemany(
            "INSERT INTO versions (article_id, version, stored_at, document) "
            "VALUES ('kopi', ?, '2025-01-01', ?)",
            [(f"sha256:{number}", "x" * 1_000_000) for number in range(60)],
        )
    return folder


@pytest.mark.parametrize("exists", [False, True])
def test_an_interrupted_backup_leaves_no_partial_file(large: Path, tmp_path: Path, exists: bool) -> None:
    target = tmp_path / "kutip.backup"
    options = ["--force"] if exists else []
    if exists:
        target.write_bytes((tmp_path / "small").read_bytes())
    code = INTERRUPT_WHEN.format(pattern=f"{target}.unfinished-*/*") + RUN
    with started("backup", str(target), *options, code=code) as process:
        said = stopped(process)
    if exists:
        assert said == f"Stopped. {target} is the backup it was before."
        assert target.read_bytes() == (tmp_path / "small").read_bytes()
    else:
        assert said == f"Stopped. {target} was not written."
        assert not target.exists()
    assert list(tmp_path.glob("kutip.backup.unfinished-*")) == []


def test_an_interrupted_restore_changes_nothing(large: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    assert kutip("backup", str(whole)).code == 0
    assert kutip("articles", "delete", "kopi").code == 0
    code = INTERRUPT_WHEN.format(pattern=f"{large / DATABASE_NAME}.unfinished-*/*") + RUN
    with started("restore", "--force", str(whole), code=code) as process:
        said = stopped(process)
    assert said == f"Stopped. Nothing was restored. The articles in {large} are as they were."
    assert kutip("articles", "list").out.splitlines() == ["banjir\tid\tundated\t\t"]


def test_an_interrupted_delete_names_the_remaining_articles(large: Path) -> None:
    settings = load_settings()
    assert _what_is_left(settings, ["banjir", "kopi", "nihil"]) == (
        "These articles are not deleted: 'banjir', 'kopi'."
    )
    assert _what_is_left(settings, ["nihil"]) == "All of these articles are deleted."
