"""Fetch the public sets: `python -m training.fetch FOLDER`.

Each set is a repository on GitHub at a fixed commit, and gets a folder of its name.
"""

import argparse
import subprocess
from pathlib import Path

from training.public_claims import SETS, PublicClaims
from training.public_questions import QUESTION_SETS, PublicQuestions


def main() -> None:
    """Fetch every set that is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/public"))
    folder = parser.parse_args().folder
    for public_set in (*SETS, *QUESTION_SETS):
        if not (folder / public_set.name).is_dir():
            _fetch(public_set, folder / public_set.name)


def _fetch(public_set: PublicClaims | PublicQuestions, folder: Path) -> None:
    """Fetch one commit without its history; an interrupted fetch leaves no folder of the set's name."""
    part = folder.with_name(f"{folder.name}.part")
    git = ["git", "-C", str(part)]
    part.mkdir(parents=True, exist_ok=True)
    url = f"https://github.com/{public_set.repository}.git"
    for arguments in (["init", "-q"], ["fetch", "-q", "--depth", "1", url, public_set.commit]):
        subprocess.run([*git, *arguments], check=True)  # noqa: S603
    subprocess.run([*git, "checkout", "-q", "FETCH_HEAD"], check=True)  # noqa: S603
    part.rename(folder)


if __name__ == "__main__":
    main()
