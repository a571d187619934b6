"""The service does what its OpenAPI document says, whatever is sent: a small run of `openapi.py`."""

import re
from pathlib import Path

from tests.fuzzing.openapi import run, service_with_seeds


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    with service_with_seeds(tmp_path) as url:
        found = run(url, phases="examples,fuzzing,stateful", examples=5, seed=1)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    counts = re.search(r"(\d+) generated, (\d+) passed", found.stdout)
    assert counts is not None, found.stdout[-2000:]
    assert int(counts[1]) == int(counts[2]) > 100
