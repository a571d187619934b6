"""Test the corpus with many random steps of the state machine in `tests/corpus_machine.py`."""

import argparse

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.corpus_machine import CorpusMachine
from tests.crashes import make_tiers_small


def main() -> None:
    """Print the number of steps of each kind. Fail at the first step with a wrong result."""
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
