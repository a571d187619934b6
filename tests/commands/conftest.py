"""A folder of articles that was ingested, and commands that begin without settings."""

import shutil
from pathlib import Path

import pytest

from rag.settings import Settings, environment_name
from tests.commands.running import COFFEE, FLOOD, LOCKED, Filled, kutip


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once(models_loaded_once: None) -> None:
    """Load the bundled models once for all commands that run in this process."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, _models_loaded_once: None) -> Filled:
    folder = tmp_path_factory.mktemp("command_line")
    articles = folder / "articles"
    articles.mkdir()
    (articles / "kopi.md").write_text(COFFEE, encoding="utf-8")
    (articles / "banjir.jsonl").write_text(FLOOD + "\n", encoding="utf-8")
    (articles / "lontar.txt").write_text(LOCKED, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUTIP_DATA_DIR", str(folder / "data"))
        patch.chdir(folder)
        return Filled(articles, folder / "data", kutip("ingest", str(articles)))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin in an empty folder, with nothing set but where the data goes."""
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def in_filled(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> Filled:
    """Give the filled corpus to the commands of this test."""
    monkeypatch.setenv("KUTIP_DATA_DIR", str(filled.data))
    return filled


@pytest.fixture
def copied(filled: Filled, tmp_path: Path) -> Path:
    """A copy of the filled corpus, which the commands of this test are given."""
    return Path(shutil.copytree(filled.data, tmp_path / "data"))
