"""What the tests need of Node and npm."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.page.conftest import missing

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


def run_node(program: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program; where Node or a package is missing the test is skipped, or fails where CI is set."""
    node = shutil.which("node")
    if node is None:
        missing("Node is not installed: apt-get install nodejs")
    if not (MODULES / "openai").exists():
        missing("The packages for Node are not installed: npm ci in tests/javascript")
    return run([node, str(program)], folder=program.parent, **environment)


def run(command: list[str], *, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this process's environment, a proxy least of all."""
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
