"""Nothing that was acknowledged is lost, and nothing is half there, whenever the process is killed."""

from pathlib import Path

import pytest

from tests.crashes import (
    POINTS,
    SMALL_TIERS,
    Point,
    chance_of,
    kill_at,
    kill_at_random,
    make_folder_with_backup,
)

# Many more of each: `python -m benchmarks.crashes`.
RANDOM_KILLS = 20


@pytest.fixture(autouse=True)
def small_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in SMALL_TIERS:
        monkeypatch.setattr(*part)


@pytest.mark.parametrize(("of", "point"), [(of, point) for of in POINTS for point in POINTS[of]], ids=str)
def test_a_kill_at_a_named_point_loses_nothing(tmp_path: Path, of: str, point: Point) -> None:
    outcome = kill_at(point, of=of, folder=tmp_path / "data", chance=chance_of(str(point)))
    assert outcome.was_killed


def test_repeated_kills_at_random_times_lose_nothing(tmp_path: Path) -> None:
    chance = chance_of(0)
    state = make_folder_with_backup(tmp_path / "data")
    outcomes = []
    for _ in range(RANDOM_KILLS):
        outcome, state = kill_at_random(tmp_path / "data", state, chance)
        outcomes.append(outcome)
    assert sum(outcome.was_killed for outcome in outcomes) >= RANDOM_KILLS // 2
    assert sum(outcome.acknowledged for outcome in outcomes) > 0
