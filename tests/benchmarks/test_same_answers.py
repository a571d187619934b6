"""The comparison of two runs of the same questions."""

import json
from pathlib import Path

import pytest

from benchmarks.same_answers import compare

REPLY = {"request": {"question": "Berapa?", "mode": "llm"}, "reply": {"answer": "12 ton. [1]", "claims": [1]}}
OTHER = {**REPLY, "reply": {"answer": "13 ton. [1]", "claims": [1]}}


def written(folder: Path, name: str, *replies: object) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies), encoding="utf-8")
    return path


def test_equal_runs_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [written(tmp_path, name, REPLY, REPLY) for name in ("before", "after")]
    assert compare(*runs) == 0
    assert capsys.readouterr().out == "equal: 2 of 2\n"


def test_a_difference_is_shown_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = written(tmp_path, "before", REPLY, REPLY), written(tmp_path, "after", REPLY, OTHER)
    assert compare(before, after) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("equal: 1 of 2\n")
    assert "reply.answer:\n    '12 ton. [1]'\n    '13 ton. [1]'" in printed


def test_a_reply_that_one_run_lacks_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = written(tmp_path, "before", REPLY, REPLY), written(tmp_path, "after", REPLY)
    assert compare(before, after) == 1
    assert "only one file has" in capsys.readouterr().out
