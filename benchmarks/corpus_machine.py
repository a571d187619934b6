"""Walk the state machine over the corpus for many steps."""

import argparse

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.corpus_machine import CorpusMachine
from tests.crashes import make_tiers_small


def main() -> None:
    """Print how many steps of each kind were taken; fail at the first that finds something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20_000)
    options = parser.parse_args()
    make_tiers_small()
    taken = CorpusMachine.taken
    while taken.total() < options.steps:
        run_state_machine_as_test(CorpusMachine, settings=_walks())
        print(f"{taken.total()} steps", flush=True)
    for name, count in sorted(taken.items()):
        print(f"{name:28}{count:8}")
    print(f"{'steps':28}{taken.total():8}")


def _walks() -> settings:
    return settings(
        max_examples=20,
        stateful_step_count=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )


if __name__ == "__main__":
    main()
