"""Estimate the hardware for 10 million, 100 million and a billion passages from measurements.

The command reads figures of other benchmarks from their pages, and measures sizes on the Indonesian passages
of the development sets. Everything else is an assumption, which `--assume NAME=VALUE` changes.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from benchmarks.capacity_inputs import measure
from benchmarks.capacity_model import (
    INDEXES,
    PIECE,
    Inputs,
    api_replicas,
    arrivals,
    fan_out,
    gpu_hours,
    index_core_hours,
    ingest_hours,
    lognormal_sampler,
    memory_bytes,
    monthly_costs,
    node_disk_bytes,
    nodes_a_replica,
    object_bytes,
    percentiles,
    replica_bytes,
    replicas,
    simulate,
)
from benchmarks.report import FOLDER, Report

_SIZES = (10_000_000, 100_000_000, 1_000_000_000)
_LOADS = (10.0, 100.0)
_INDEX = "IVF_SQ8"
_REQUESTS, _SEED = 2_000, 1
_SHARDS = (1, 4, 16, 64, 256, 1024)
_BUSY = (0.3, 0.6, 0.8)
_SENSITIVITY_FACTORS = (
    {"sq8_bytes": 2},
    {"distinct_words": 2},
    {"usable_memory": 0.5},
    {"piece_p50_ms": 2, "piece_p95_ms": 2},
    {"piece_p95_ms": 2},
    {"search_cores": 0.5},
    {"busy": 0.5},
    {"api_p50_ms": 2, "api_p95_ms": 2, "api_requests_a_second": 0.5},
    {"tokens_a_passage": 2},
    {"tokens_a_second": 2},
    {"gpu_keeps": 0.5},
)
_ASSUMPTIONS = (
    (
        "a Milvus query node searches a million passages as fast as the local corpus does on two cores",
        "not measured",
    ),
    (
        "the time of a search is proportional to the passages of a node",
        "Milvus searches each segment; sizes are limited",
    ),
    (
        "search times follow a lognormal distribution with the measured p50 and p95",
        "the table above shows the effect of longer tails",
    ),
    ("the times of shards are independent", "if all shards are slow at the same time, many shards cost less"),
    (
        "texts, filters and the word index are mapped from disk",
        "`queryNode.mmap.scalarField` and `.scalarIndex`, https://milvus.io/docs/mmap.md",
    ),
    (
        "an index takes as much memory as its file",
        "for DISKANN, four times as much has been reported: https://github.com/milvus-io/milvus/discussions/24956",
    ),
    ("Milvus stores rows as fast as they are encoded", "otherwise ingest takes longer"),
    ("the processor time of a passage is proportional to its tokens", "attention is left out"),
    (
        "coordinators, write-ahead log, etcd and Kubernetes are left out",
        "they are almost the same at each size",
    ),
)
_METHOD = """
This page is a calculation, not a measurement. No system with more than a million passages, no cluster and no
GPU was measured. The inputs in the first table at the end were measured: by the benchmarks named there, on
their machines, and from the bytes of the pooled Indonesian passages of the development sets. All other inputs
are assumptions, listed in the second table. You can change every input (`--assume NAME=VALUE`), and
`--passages`, `--tokens` and `--requests`. Latency: a search waits for the slowest of all query nodes of a
replica. For each million passages, a node takes as long as the local corpus took for one more million (8-bit
codes in lists, and words). 2,000 searches that wait for each other are simulated, with a fixed seed.
""".strip().replace("\n", " ")


def main() -> None:
    """Print and write the tables."""
    options = _options()
    given = _changed(measure(options.data), options)
    report = Report("capacity", "What a billion passages would need", _command(options), _METHOD)
    _add_sizes(report, given, options.passages)
    _add_ingest(report, given, options.passages)
    _add_latency(report, given, options.passages, options.requests)
    _add_fan_out(report, given)
    _add_costs(report, given, options.passages, options.requests[-1])
    _add_sensitivity(report, given, options.passages[len(options.passages) // 2], options.requests[-1])
    _add_inputs(report, given)
    report.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--passages", type=int, nargs="+", default=_SIZES, help="numbers of passages")
    parser.add_argument("--requests", type=float, nargs="+", default=_LOADS, help="searches a second")
    parser.add_argument("--tokens", type=float, help="tokens per passage, instead of the measured number")
    parser.add_argument(
        "--assume",
        type=parse_assumption,
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="value of any input",
    )
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    arguments = ["FOLDER" if argument == str(options.data) else argument for argument in sys.argv[1:]]
    return f"python -m benchmarks.capacity {shlex.join(arguments)}"


def parse_assumption(text: str) -> tuple[str, float]:
    """Read NAME=VALUE.

    >>> parse_assumption("node_cores=32")
    ('node_cores', 32.0)
    """
    names = {field.name for field in fields(Inputs)}
    name, _, value = text.partition("=")
    if name not in names:
        raise argparse.ArgumentTypeError(f"Unknown input {name}. The inputs are {', '.join(sorted(names))}.")
    return name, float(value)


def _changed(given: Inputs, options: argparse.Namespace) -> Inputs:
    return replace(
        given, **({"tokens_a_passage": options.tokens} if options.tokens else {}), **dict(options.assume)
    )


# The tables


def _add_sizes(report: Report, given: Inputs, sizes: Sequence[int]) -> None:
    report.table(
        ["passages", "index", "memory of a replica GB", "query nodes a replica", "disk of a replica TB",
         "object storage TB"],
        [
            [
                f"{size:,}",
                index,
                f"{replica_bytes(size, given, index) / 1e9:,.0f}",
                f"{nodes_a_replica(size, given, index):,}",
                f"{size * node_disk_bytes(given, index) / 1e12:,.2f}",
                f"{size * object_bytes(given, index) / 1e12:,.2f}",
            ]
            for size in sizes
            for index in INDEXES
        ],
    )  # fmt: skip
    report.table(
        ["bytes a passage", *INDEXES],
        [
            [name, *(f"{take(given, index):,.0f}" for index in INDEXES)]
            for name, take in (
                ("memory", memory_bytes),
                ("disk of a replica", node_disk_bytes),
                ("object storage", object_bytes),
            )
        ],
    )
    report.table(
        ["passages", "one machine with the local corpus (extrapolated): memory GB", "disk GB"],
        [
            [
                f"{size:,}",
                f"{given.local_gigabytes + (size / PIECE - 1) * given.local_gigabytes_a_piece:,.0f}",
                f"{size * (given.database_bytes + given.sq8_bytes + given.word_index_bytes) / 1e9:,.0f}",
            ]
            for size in sizes
        ],
    )


def _add_ingest(report: Report, given: Inputs, sizes: Sequence[int]) -> None:
    cores, gpu = f"{given.worker_cores:.0f} cores", f"{given.gpu_teraflops:.0f} TFLOP/s"
    report.table(
        ["passages", f"hours of one worker of {cores}", f"hours of one GPU of {gpu} (assumed)",
         "core hours to build HNSW"],
        [
            [
                f"{size:,}",
                f"{ingest_hours(size, given):,.0f}",
                f"{gpu_hours(size, given):,.1f}",
                f"{index_core_hours(size, given):,.0f}",
            ]
            for size in sizes
        ],
    )  # fmt: skip


def _add_latency(report: Report, given: Inputs, sizes: Sequence[int], loads: Sequence[float]) -> None:
    report.table(
        [
            f"passages, {_INDEX}",
            "requests a second",
            "services",
            "replicas",
            "query nodes",
            "p50 ms",
            "p95 ms",
        ],
        [_latency_row(size, given, load) for size in sizes for load in loads],
    )


def _latency_row(size: int, given: Inputs, load: float) -> list[str]:
    p50, p95 = _simulated(size, given, load)
    copies = replicas(size, given, _INDEX, requests_a_second=load)
    return [
        f"{size:,}",
        f"{load:g}",
        f"{api_replicas(given, requests_a_second=load):,}",
        f"{copies:,}",
        f"{copies * nodes_a_replica(size, given, _INDEX):,}",
        f"{p50:.0f}",
        f"{p95:.0f}",
    ]


def _simulated(size: int, given: Inputs, load: float) -> tuple[float, float]:
    return simulate(size, given, _INDEX, requests_a_second=load, count=_REQUESTS, seed=_SEED)


def _add_fan_out(report: Report, given: Inputs) -> None:
    """Add the cost of waiting for the slowest of many shards of a million passages each."""
    found = {busy: [_fan_out(given, shards, busy) for shards in _SHARDS] for busy in _BUSY}
    report.table(
        ["shards of a million, one search at a time", *(f"{busy:.0%} busy: p50, p95 ms" for busy in _BUSY)],
        [
            [f"{shards:,}", *(f"{found[busy][place][0]:.0f}, {found[busy][place][1]:.0f}" for busy in _BUSY)]
            for place, shards in enumerate(_SHARDS)
        ],
    )
    lines = {
        f"p95, {busy:.0%} busy": ([float(shards) for shards in _SHARDS], [p95 for _, p95 in found[busy]])
        for busy in _BUSY
    }
    report.plot("capacity", lines, x="shards", y="slowest shard, ms (simulated)", log=True)


def _fan_out(given: Inputs, shards: int, busy: float) -> tuple[float, float]:
    generator = np.random.default_rng(_SEED)
    draw = lognormal_sampler(given.piece_p50_ms, given.piece_p95_ms, generator)
    arrived = arrivals(busy / float(draw((10_000,)).mean()), _REQUESTS, generator)
    return percentiles(fan_out(arrived, draw, nodes=shards, pieces=1, slots=1))


def _add_costs(report: Report, given: Inputs, sizes: Sequence[int], load: float) -> None:
    costs = [monthly_costs(size, given, _INDEX, requests_a_second=load) for size in sizes]
    report.table(
        [f"share of the monthly cost, {load:g} requests a second", *(f"{size:,}" for size in sizes)],
        [[name, *(f"{cost[name] / sum(cost.values()):.2f}" for cost in costs)] for name in costs[0]],
    )


Outcome = Callable[[Inputs], str]


def _add_sensitivity(report: Report, given: Inputs, size: int, load: float) -> None:
    def nodes(changed: Inputs) -> str:
        copies = replicas(size, changed, _INDEX, requests_a_second=load)
        return f"{copies * nodes_a_replica(size, changed, _INDEX):,}"

    outcomes: dict[str, Outcome] = {
        "memory of a replica GB": lambda changed: f"{replica_bytes(size, changed, _INDEX) / 1e9:,.0f}",
        "query nodes": nodes,
        "p50, p95 ms": lambda changed: "{:.0f}, {:.0f}".format(*_simulated(size, changed, load)),
        "worker hours": lambda changed: f"{ingest_hours(size, changed):,.0f}",
        "GPU hours": lambda changed: f"{gpu_hours(size, changed):,.1f}",
    }
    report.table(
        [f"{size:,} passages, {load:g} requests a second", *outcomes],
        [[name, *(outcome(changed) for outcome in outcomes.values())] for name, changed in _variants(given)],
    )


def _variants(given: Inputs) -> Iterator[tuple[str, Inputs]]:
    """Yield the inputs with some of them doubled or halved."""
    yield "as above", given
    for factors in _SENSITIVITY_FACTORS:
        changes = {name: getattr(given, name) * factor for name, factor in factors.items()}
        yield (
            ", ".join(f"`{name}` × {factor:g}" for name, factor in factors.items()),
            replace(given, **changes),
        )


def _add_inputs(report: Report, given: Inputs) -> None:
    for is_measured, kind in ((True, "measured"), (False, "assumed")):
        report.table(
            [kind, "value", "source"],
            [
                [f"`{field.name}`", f"{getattr(given, field.name):,.5g}", field.metadata["source"]]
                for field in fields(Inputs)
                if field.metadata["is_measured"] is is_measured
            ],
        )
    report.table(["assumption", "reason, or effect if wrong"], _ASSUMPTIONS)
    pages = ("embedding", "scale", "concurrency")
    report.table(
        ["page", "command, day and machine"],
        [
            [f"[{page}]({page}.md)", (FOLDER / f"{page}.md").read_text("utf-8").splitlines()[-1]]
            for page in pages
        ],
    )


if __name__ == "__main__":
    main()
