"""Kill a process that works on a data folder many times, and check the folder after each kill."""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Report
from tests.crashes import (
    POINTS,
    Outcome,
    Point,
    chance_of,
    kill_at,
    kill_at_random,
    make_folder_with_backup,
    make_tiers_small,
)

# For kills at random moments, each process continues with the folder that the killed one left.
_KILLS_OF_A_FOLDER = 20
_ATTEMPTS = 5
_AT_RANDOM = "anything, at random"
_METHOD = """
A process adds, edits and deletes articles, searches, backs up and restores, and trains and writes its
indexes. It reports every change as soon as the change is committed. In half of the kills at random, a bit
of an index file was flipped before the process started, and after each of them a bit is flipped anywhere in
a copy of the folder. `SIGKILL` ends the process at a named point (`POINTS` in `tests/crashes.py`) or at a
random moment. Then the data folder is opened again. A change is *acknowledged* if the process reported it
before the kill. A change is lost if it is acknowledged but missing. A folder is inconsistent if an article
is incomplete (without passages, or with those of another version), if the database is damaged, or if a file
is left over. A folder is also inconsistent if a search finds or scores anything differently from an exact
comparison with every passage, or from indexes rebuilt in another folder. The copy with a flipped bit may
leave passages out, but anything that it finds must be true.
""".strip().replace("\n", " ")
_HEADER = ("killed during", "points", "kills", "changes acknowledged", "lost or inconsistent")


def main() -> None:
    """Print and write one table. Exit with 1 if anything was lost or inconsistent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=6, help="kills at each named point")
    parser.add_argument("--random", type=int, default=120, help="kills at random moments")
    options = parser.parse_args()
    make_tiers_small()
    counts: dict[str, Counter[str]] = {}
    faults: list[str] = []
    for of, outcome in _kills(options.each, options.random):
        counted = counts.setdefault(of, Counter())
        if isinstance(outcome, Outcome):
            counted.update(kills=outcome.was_killed, acknowledged=outcome.acknowledged)
        else:
            counted.update(kills=1, faults=1)
            faults.append(f"{of}: {outcome}")
    report = Report("crashes", "Killed processes", "python -m benchmarks.crashes", _METHOD)
    counts["all"] = sum(counts.values(), Counter())
    report.table(_HEADER, [_row(of, counted) for of, counted in counts.items()])
    report.write()
    sys.exit("\n\n".join(faults))


def _row(of: str, counted: Counter[str]) -> tuple[object, ...]:
    points = len(POINTS.get(of, ())) or ("" if of == _AT_RANDOM else sum(map(len, POINTS.values())))
    return of, points, counted["kills"], counted["acknowledged"], counted["faults"]


def _kills(each: int, at_random: int) -> Iterator[tuple[str, Outcome | AssertionError]]:
    """Yield the work during which each process was killed, and the outcome."""
    chance = chance_of(0)
    for of, points in POINTS.items():
        for point in points:
            for _ in range(each):
                yield of, _killed_at(point, of, chance)
    for first in range(0, at_random, _KILLS_OF_A_FOLDER):
        for outcome in _killed_at_random(min(_KILLS_OF_A_FOLDER, at_random - first), chance):
            yield _AT_RANDOM, outcome


def _killed_at(point: Point, of: str, chance: random.Random) -> Outcome | AssertionError:
    for _ in range(_ATTEMPTS):
        with TemporaryDirectory() as folder:
            try:
                outcome = kill_at(point, of=of, folder=Path(folder, "data"), chance=chance)
            except AssertionError as error:
                return AssertionError(f"{point}: {error}")
            if outcome.was_killed:
                return outcome
    return AssertionError(f"{point} was never reached")


def _killed_at_random(kills: int, chance: random.Random) -> Iterator[Outcome | AssertionError]:
    with TemporaryDirectory() as folder:
        state = make_folder_with_backup(Path(folder, "data"))
        while kills > 0:
            try:
                outcome, state = kill_at_random(Path(folder, "data"), state, chance)
            except AssertionError as error:
                yield error
                return
            kills -= outcome.was_killed
            yield outcome


if __name__ == "__main__":
    main()
