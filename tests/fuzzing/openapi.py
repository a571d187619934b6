"""Schemathesis against the service: `python -m tests.fuzzing.openapi [--examples N] [--seed N]`.

Every request that the OpenAPI document allows, and many that it does not, sent to a service with the seeds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.access_keys import key_hash
from rag.reading import Overrides, read_paths
from tests.guards.test_access import service_app
from tests.test_api import served

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
KEY = "kunci-untuk-menguji"
ALL_PHASES = "examples,coverage,fuzzing,stateful"


@contextmanager
def service_with_seeds(folder: Path) -> Iterator[str]:
    """Give the address of a service that asks for KEY and holds the seeds."""
    with service_app(folder, admin_keys=key_hash(KEY)) as app:
        articles = read_paths([ROOT / "seeds" / "articles"], overrides=Overrides())
        results = list(app.state.service.ingestion.ingest(articles))
        assert sum(result.status == "created" for result in results) > 30
        with served(app) as url:
            yield url


def run(url: str, *, phases: str, examples: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Return what Schemathesis found; its exit status is 0 where that is nothing."""
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIGURATION), "run"),
        *(f"{url}/openapi.json", "--checks", "all", "--header", f"Authorization: Bearer {KEY}"),
        *("--phases", phases, "--max-examples", str(examples), "--seed", str(seed)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as folder:  # it leaves files where it runs
        return subprocess.run(
            command, cwd=folder, env=environment, text=True, capture_output=True, check=False
        )


def main() -> None:
    """Print what Schemathesis found; exit with its status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300, help="for each route and phase")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, service_with_seeds(Path(folder)) as url:
        found = run(url, phases=ALL_PHASES, examples=options.examples, seed=options.seed)
    sys.stdout.write(found.stdout + found.stderr)
    sys.exit(found.returncode)


if __name__ == "__main__":
    main()
