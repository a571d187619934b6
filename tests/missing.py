"""The command line where a package is not installed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def kutip_without(
    package: str, folder: Path, *arguments: str, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run `kutip` in an empty `folder`, a home of its own; `settings` are `KUTIP_` names in small letters."""
    (folder / f"{package}.py").write_text("raise ModuleNotFoundError('not installed')")
    return subprocess.run(
        [sys.executable, "-c", "from api.commands import main; main()", *arguments],
        env={
            "PYTHONPATH": f"{folder}:{ROOT}",
            "HOME": str(folder),
            **{f"KUTIP_{name.upper()}": value for name, value in settings.items()},
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
