"""Which folder holds the articles, and that a command that only reads makes none."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from rag.corpus.local.corpus import DATABASE_NAME
from rag.settings import load_settings, why_data_dir
from tests.commands.running import QUESTION, Filled, kutip

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder for user data of this test, where no setting names another."""
    monkeypatch.delenv("KUTIP_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share" / "kutip"


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# Which folder


def test_without_a_setting_the_data_folder_is_the_platform_s_folder_for_user_data(share: Path) -> None:
    settings = load_settings()
    assert settings.data_dir == share
    assert why_data_dir(settings) == "the default, as KUTIP_DATA_DIR is not set"


def test_a_data_folder_with_articles_in_the_working_folder_is_used(share: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keywords").mkdir()
    assert load_settings().data_dir == share  # there are no articles in it
    (tmp_path / "data" / DATABASE_NAME).touch()
    settings = load_settings()
    assert settings.data_dir == Path("data")
    assert why_data_dir(settings) == "the working folder has a folder data with articles"


def test_the_setting_takes_precedence(share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DATABASE_NAME).touch()
    Path(".env").write_text("KUTIP_DATA_DIR=of-file\n")
    in_file = load_settings()
    assert (in_file.data_dir, why_data_dir(in_file)) == (Path("of-file"), "set by KUTIP_DATA_DIR in .env")
    monkeypatch.setenv("KUTIP_DATA_DIR", "of-environment")
    settings = load_settings()
    assert settings.data_dir == Path("of-environment")
    assert why_data_dir(settings) == "set by KUTIP_DATA_DIR in the environment"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a home")
def test_a_user_without_a_home_is_told_what_to_set() -> None:
    code = (
        "import os, rag.settings\n"
        "os.setuid(54321)\n"
        "try: rag.settings.load_settings()\n"
        "except rag.settings.SettingsError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "This user has no home folder. Set KUTIP_DATA_DIR to a folder for the articles.\n"


def test_tests_do_not_touch_the_user_s_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUTIP_DATA_DIR")
    assert "pytest" in str(load_settings().data_dir)


def test_settings_and_doctor_say_which_folder_and_why(share: Path, filled: Filled, tmp_path: Path) -> None:
    told = kutip("settings").out
    assert f"# This value is the default, as KUTIP_DATA_DIR is not set.\nKUTIP_DATA_DIR={share}\n" in told
    shutil.copytree(filled.data, tmp_path / "data")
    assert "KUTIP_DATA_DIR=data\n" in kutip("settings").out
    assert kutip("doctor").out.splitlines()[2] == (
        "ok      Corpus: data (the working folder has a folder data with articles): 2 articles, 3 passages"
    )


# Before there are articles


@pytest.mark.parametrize(
    "command",
    [
        ["ask", QUESTION],
        ["ask", QUESTION, "--json"],
        ["search", "kopi"],
        ["articles", "list"],
        ["articles", "list", "--json"],
        ["articles", "show", "kopi"],
        ["articles", "delete", "kopi"],
        ["backup", "kutip.backup"],
        ["ingest", "--rebuild"],
    ],
)
def test_without_articles_a_command_says_so_and_creates_nothing(
    share: Path, tmp_path: Path, command: Sequence[str]
) -> None:
    result = kutip(*command)
    assert (result.code, result.out) == (3, "")
    assert result.err == (
        f"kutip: There are no articles yet in {share} (the default, as KUTIP_DATA_DIR is not set). "
        "Add some with `kutip ingest PATH`, or set KUTIP_DATA_DIR to the folder that holds yours.\n"
    )
    assert below(tmp_path) == []


def test_doctor_without_articles_checks_the_rest_and_creates_nothing(share: Path, tmp_path: Path) -> None:
    result = kutip("doctor")
    assert (result.code, result.err) == (0, "")
    assert [line.partition(":")[0] for line in result.out.splitlines()] == [
        *("ok      Kutip", "ok      Settings", "ok      Corpus"),
        *("ok      Encoder", "ok      Cross-encoder", "ok      Reranker", "ok      Language model"),
    ]
    assert f"{share} (the default, as KUTIP_DATA_DIR is not set): no articles yet. Add some" in result.out
    assert below(tmp_path) == []


def test_help_settings_and_wrong_paths_create_nothing(share: Path, tmp_path: Path) -> None:
    for command in (["help"], ["settings"], ["key"], ["ingest", "nirgends"], ["evaluate", "nirgends"]):
        kutip(*command)
        assert below(tmp_path) == []


def test_the_first_ingest_names_the_data_folder(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kopi.txt").write_text("Panen kopi naik.")
    first = kutip("ingest", "kopi.txt")
    assert first.code == 0
    assert first.err.splitlines() == [
        f"New data folder: {share} (the default, as KUTIP_DATA_DIR is not set).",
        "1 created, 0 updated, 0 unchanged, 0 rejected.",
    ]
    assert not (tmp_path / "data").exists()
    assert kutip("ingest", "kopi.txt").err == "0 created, 0 updated, 1 unchanged, 0 rejected.\n"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert kutip("articles", "list").out.startswith("kopi\t")
    assert below(tmp_path / "elsewhere") == []


def test_a_server_without_articles_names_its_data_folder(share: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr
        line = process.stderr.readline()
        try:
            url = line.removeprefix("Kutip listens on ").split(" ")[0]
            assert httpx2.get(f"{url}/health/ready", timeout=60).json()["articles"] == 0
        finally:
            process.send_signal(signal.SIGINT)
    assert line.endswith(
        f"Articles are in {share} (the default, as KUTIP_DATA_DIR is not set); "
        "there are none yet, add some with `kutip ingest PATH`.\n"
    )
    assert not (tmp_path / "data").exists()


# Make


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder with the Makefile and, in the place of `kutip`, a program that prints its data folder."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    folder = tmp_path / "project"
    bin_ = folder / ".venv" / "bin"
    bin_.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    (bin_ / "kutip").write_text('#!/bin/sh\necho "data folder: $KUTIP_DATA_DIR"\n')
    (bin_ / "kutip").chmod(0o755)
    (folder / ".venv" / ".installed").touch()
    return folder


@pytest.mark.parametrize(
    ("environment", "file", "folder"),
    [
        ({}, "", "data"),
        ({"KUTIP_DATA_DIR": "/a"}, "KUTIP_DATA_DIR=/b\n", "/a"),
        ({}, "KUTIP_DATA_DIR=/b\n", "/b"),
    ],
)
def test_make_uses_the_project_s_data_folder(
    share: Path, project: Path, environment: dict[str, str], file: str, folder: str
) -> None:
    (project / ".env").write_text(file)
    done = subprocess.run(
        [str(shutil.which("make")), "serve"],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"data folder: {folder}\n" in done.stdout
