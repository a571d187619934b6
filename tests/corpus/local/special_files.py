"""Opens, checks, backs up and restores a corpus with a named pipe or a folder in place of each of its files.

A program of its own, because a process that waits for a named pipe can only be ended from outside.
Prints a line of JSON for each case: the file, what stands in its place, and what came of it.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.vector_index import unfinished
from rag.corpus.local import derived_keywords
from rag.corpus.local.backup import back_up, restore
from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.errors import KutipError
from tests.conftest import article
from tests.corpora import add, keyword_ids, vector_ids
from tests.corpus.local.test_corpus import open_corpus

KINDS: dict[str, Callable[[Path], None]] = {"named pipe": os.mkfifo, "folder": Path.mkdir}
SQLITE_FILES = [f"{DATABASE_NAME}{ending}" for ending in ("", "-journal", "-wal", "-shm")]
OK = "as before"


def fill(folder: Path) -> list[str]:
    """Make a corpus whose indexes are saved; return the names of its files, also of those that come and go.

    Of the many files of the keyword index, one with each ending.
    """
    with open_corpus(folder) as corpus:
        add(corpus, *(article(str(number), f"Kopi {number}.", "Banjir lagi.") for number in range(6)))
        corpus.optimize()
    files = {(path.parent, path.suffix or path.name): path for path in folder.rglob("*")}.values()
    names = {str(path.relative_to(folder)) for path in files}
    return sorted({*names, *SQLITE_FILES, unfinished(Path(VECTORS_NAME)).name, f"{KEYWORDS_NAME}/other"})


def searched(folder: Path) -> str:
    """Search and check the corpus, and close it."""
    with open_corpus(folder) as corpus:
        found = sorted(keyword_ids(corpus, "kopi")), sorted(vector_ids(corpus, "kopi"))
        assert found == ([str(number) for number in range(6)],) * 2, found
        assert corpus.check(on_progress=lambda *_: None) == []
    return OK


def saved(folder: Path) -> str:
    back_up(folder, folder.with_suffix(".backup"), overwrite=True, on_progress=lambda *_: None)
    return OK


def put_back(folder: Path) -> str:
    restore(folder, folder.parent / "whole.backup", overwrite=True, on_progress=lambda *_: None)
    return searched(folder)


STEPS: list[Callable[[Path], str]] = [searched, saved, put_back]


def outcome(step: Callable[[Path], str], folder: Path) -> str:
    """Return what came of a step: the message, if it is one of Kutip's errors."""
    try:
        return step(folder)
    except KutipError as error:
        return str(error)


def main(folder: Path) -> None:
    whole = folder / "whole"
    names = fill(whole)
    saved(whole)
    for kind, make in KINDS.items():
        for name in names:
            # A backup has no index, and restoring deletes them all in one go.
            for step in STEPS if "/" not in name else STEPS[:1]:
                tried = Path(shutil.copytree(whole, folder / "tried"))
                if (tried / name).is_dir():
                    shutil.rmtree(tried / name)
                (tried / name).unlink(missing_ok=True)
                make(tried / name)
                case = name, kind, step.__name__, outcome(step, tried)
                sys.stdout.write(f"{json.dumps(case)}\n")
                shutil.rmtree(tried)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derived_keywords, "_WRITTEN_FROM", 1)
        main(Path(sys.argv[1]))
