"""Every input that is kept passes its target, those that once failed too; and so do a few new ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.targets import TARGETS

CORPORA = Path(__file__).parent / "corpora"
INPUTS = sorted(path for path in CORPORA.rglob("*") if path.is_file())
RUNS = 300


@pytest.mark.parametrize("path", INPUTS, ids=[str(path.relative_to(CORPORA)) for path in INPUTS])
def test_saved_inputs_pass(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_a_corpus() -> None:
    assert {path.parent.name for path in INPUTS} == TARGETS.keys()


@pytest.mark.parametrize("target", TARGETS)
def test_a_few_new_inputs_pass(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this platform")
    command = [sys.executable, "-m", "tests.fuzzing", target, "--runs", str(RUNS), "--found", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert f"Done {RUNS} runs" in run.stderr
    assert list(tmp_path.glob("*/crash-*")) == []
