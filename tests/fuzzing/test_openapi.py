"""The service does what its OpenAPI document says, whatever is sent: a small run of `openapi.py`."""

from pathlib import Path

from tests.fuzzing.openapi import run, service_with_seeds


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    with service_with_seeds(tmp_path) as url:
        found = run(url, phases="examples,fuzzing,stateful", examples=5, seed=1)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    assert "no issues found" in found.stdout.lower() or "passed" in found.stdout
