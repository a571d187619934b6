"""`kutip backup` and `kutip restore`: what they print, and how they exit."""

from pathlib import Path

import pytest

from rag.access_keys import key_hash
from rag.fetching.bookmarks import BOOKMARKS_FILE
from tests.commands.running import Filled, Result, kutip


def test_a_backup_is_written_and_restored(in_filled: Filled, tmp_path: Path) -> None:
    target = tmp_path / "kutip.backup"
    done = kutip("backup", str(target))
    size = f"{target.stat().st_size:,}"
    assert done == Result(
        0, "", f"Backed up to {target} and verified: 2 articles, 3 passages, {size} bytes.\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUTIP_DATA_DIR", str(tmp_path / "new"))
        restored = kutip("restore", str(target))
        assert (restored.code, restored.out) == (0, "")
        assert restored.err == (
            f"Restored to {tmp_path}/new: 2 articles, 3 passages, {size} bytes.\n"
            "The vectors are from bundled:multilingual-e5-small. If KUTIP_EMBEDDING_MODEL names another "
            "model, run `kutip ingest --rebuild`.\n"
        )
        assert kutip("articles", "list").out.startswith("banjir\tid\tundated\t\t\nkopi\t")
        again = kutip("restore", str(target))
        assert (again.code, again.out) == (1, "")
        assert again.err == (
            f"kutip: {tmp_path}/new already has 2 articles. Keep it with `kutip backup`, "
            "then replace it with --force.\n"
        )
        (tmp_path / "new" / BOOKMARKS_FILE).write_bytes(b"")
        assert kutip("restore", str(target), "--force").code == 0
        assert not (tmp_path / "new" / BOOKMARKS_FILE).exists()
    refused = kutip("backup", str(target))
    assert refused.code == 1
    assert refused.err == f"kutip: {target} exists. Choose another name, or overwrite it with --force.\n"
    assert kutip("backup", str(target), "--force").code == 0


def test_a_backup_holds_no_key(in_filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "kunci-rahasia-sekali"
    monkeypatch.setenv("KUTIP_API_KEYS", key)
    kutip("backup", str(tmp_path / "b"))
    content = (tmp_path / "b").read_bytes()
    assert b"Panen kopi" in content
    assert key.encode() not in content
    assert key_hash(key)[-64:].encode() not in content
