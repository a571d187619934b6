"""Run a target under atheris: `python -m tests.fuzzing TARGET [--seconds N | --runs N]`.

Inputs that reach new code are kept in `build/fuzzing/TARGET`, from which the next run begins; one that fails
is written there as `crash-…` and belongs, with a telling name, into `tests/fuzzing/corpora`.
"""

import argparse
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rag"], enable_loader_override=False):
    from tests.fuzzing.targets import TARGETS

CORPORA = Path(__file__).parent / "corpora"
FOUND = Path("build") / "fuzzing"


def main() -> None:
    """Fuzz until the time or the runs are over, or something fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=0, help="for so long; 0 for any time")
    parser.add_argument("--runs", type=int, default=-1, help="so many inputs; -1 for any number")
    parser.add_argument("--found", type=Path, default=FOUND, help="folder of what is found")
    options = parser.parse_args()
    target, corpus = TARGETS[options.target], CORPORA / options.target
    target(next(corpus.iterdir()).read_bytes())  # what is loaded once counts for no input's time
    found = options.found / options.target
    found.mkdir(parents=True, exist_ok=True)
    # subtle: whoever started this process passes its own largest memory on as this one's.
    limits = [f"-max_total_time={options.seconds}", f"-runs={options.runs}", "-rss_limit_mb=0"]
    limits += ["-timeout=20", "-max_len=4096"]
    atheris.Setup(["fuzz", *limits, f"-artifact_prefix={found}/", str(found), str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
