"""The capacity model gives the numbers calculated by hand and those of queueing theory."""

import argparse
import doctest
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks import capacity, capacity_inputs, capacity_model
from benchmarks.capacity_inputs import figure
from benchmarks.capacity_model import (
    INDEXES,
    PIECE,
    Inputs,
    Times,
    api_replicas,
    arrivals,
    diskann_bytes,
    fan_out,
    gpu_hours,
    index_bytes,
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
    search_core_seconds,
    simulate,
)

ROUND = Inputs(
    measured_cores=2,
    tokens_a_passage=100,
    tokens_a_second=1000,
    gigaflops_a_token=0.04,
    share_of_ceiling=0.5,
    piece_p50_ms=10,
    piece_p95_ms=10,
    local_gigabytes=1,
    local_gigabytes_a_piece=0.5,
    api_p50_ms=20,
    api_p95_ms=20,
    api_requests_a_second=50,
    vector_bytes=1536,
    text_bytes=400,
    words_bytes=300,
    distinct_words=50,
    document_bytes=500,
    database_bytes=5000,
    word_index_bytes=200,
    hnsw_bytes=1776,
    sq8_bytes=400,
    rabitq_bytes=60,
    hnsw_build_ms=1,
    worker_cores=4,
    worker_efficiency=0.5,
    gpu_teraflops=100,
    gpu_keeps=0.2,
    row_bytes=32,
    field_bytes=100,
    shards=2,
    segment_megabytes=1000,
    seal_share=0.1,
    node_gigabytes=10,
    usable_memory=0.5,
    node_cores=4,
    busy=0.5,
    garbage=1.5,
    erasure=2,
    network_ms=2,
)


@pytest.mark.parametrize("module", [capacity, capacity_inputs, capacity_model])
def test_examples_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]

    assert (result.failed, result.attempted > 0) == (0, True)


def test_bytes_a_passage() -> None:
    assert [index_bytes(ROUND, index) for index in INDEXES] == pytest.approx([1776, 400, 60, 460, 345.6])
    assert memory_bytes(ROUND, "IVF_SQ8") == 400 + 50 * 8 + 32
    assert node_disk_bytes(ROUND, "HNSW") == 400 + 300 + 100 + 200
    assert node_disk_bytes(ROUND, "IVF_SQ8") == 1000 + 1536
    assert object_bytes(ROUND, "HNSW") == ((1536 + 400 + 300 + 100 + 400) + (1776 + 400 + 200) + 500) * 3


def test_diskann_packs_whole_vectors_into_sectors() -> None:
    assert diskann_bytes(ROUND) == 4096 / 2  # a vector takes 1,536 bytes + 57 numbers of 4 bytes = 1,764
    assert diskann_bytes(replace(ROUND, vector_bytes=400)) == 4096 / 6
    with pytest.raises(ZeroDivisionError, match="zero"):
        diskann_bytes(replace(ROUND, vector_bytes=6144))


def test_machines() -> None:
    growing = 2 * 1000 * 0.1 * 2**20
    assert replica_bytes(10_000_000, ROUND, "IVF_SQ8") == pytest.approx(8.32e9 + growing)
    assert nodes_a_replica(10_000_000, ROUND, "IVF_SQ8") == 2  # five usable gigabytes each
    assert search_core_seconds(10_000_000, ROUND) == pytest.approx(10 * 0.010 * 2)
    assert replicas(10_000_000, ROUND, "IVF_SQ8", requests_a_second=1) == 2
    assert replicas(10_000_000, ROUND, "IVF_SQ8", requests_a_second=99) == 5  # 19.8 cores, four per replica
    assert api_replicas(ROUND, requests_a_second=76) == 4  # 25 each


def test_ingest_hours() -> None:
    assert ingest_hours(3_600_000, ROUND) == pytest.approx(100)  # 360 million tokens, 1,000 a second
    assert gpu_hours(9_000_000, ROUND) == pytest.approx(1)  # 36 million GFLOP, 10,000 a second


def test_monthly_costs_if_every_price_is_one() -> None:
    one = replace(ROUND, core_price=1, memory_price=1, disk_price=1, object_price=1)

    costs = monthly_costs(PIECE, one, "IVF_SQ8", requests_a_second=1)

    assert list(costs.values()) == pytest.approx([20, 8, 2 * 2.536, object_bytes(one, "IVF_SQ8") / 1000, 4])


def every(seconds: float) -> capacity_model.Sampler:
    return lambda shape: np.full(shape, seconds)


@pytest.mark.parametrize(
    ("pieces", "slots", "expected"),
    [(1, 1, [1, 2, 3]), (1, 2, [1, 1, 2]), (2, 1, [2, 4, 6]), (2, 2, [1, 2, 3]), (3, 2, [2, 3, 5])],
)
def test_requests_wait_for_a_free_slot(pieces: int, slots: int, expected: list[float]) -> None:
    together = np.zeros(3)

    for nodes in (1, 3):
        taken = fan_out(together, every(1.0), nodes=nodes, pieces=pieces, slots=slots)
        assert taken.tolist() == expected


def test_later_requests_wait_less() -> None:
    taken = fan_out(np.array([0.0, 0.25, 5.0]), every(1.0), nodes=1, pieces=1, slots=1)

    assert taken.tolist() == [1.0, 1.75, 1.0]


def test_a_request_is_as_slow_as_the_slowest_node() -> None:
    durations: Iterator[Times] = iter([np.array([[1.0, 3.0]]), np.array([[2.0, 1.0]])])

    taken = fan_out(np.array([0.0, 10.0]), lambda _: next(durations), nodes=2, pieces=1, slots=1)

    assert taken.tolist() == [3.0, 2.0]


def test_idle_shards_are_as_slow_as_the_greatest_of_many_draws() -> None:
    """The median of the greatest of n draws is the quantile .5 ** (1 / n), which is .95 for n = 13.5."""
    arrived = np.arange(0, 400_000, 100, dtype=np.float64)
    draw = lognormal_sampler(10, 20, np.random.default_rng(3))

    p50 = {
        shards: percentiles(fan_out(arrived, draw, nodes=shards, pieces=1, slots=1))[0]
        for shards in (1, 13, 14)
    }

    assert p50[1] == pytest.approx(10, rel=0.03)
    assert p50[13] == pytest.approx(20, rel=0.03)
    assert p50[14] == pytest.approx(20, rel=0.03)


def test_waiting_times_of_one_server_match_queueing_theory() -> None:
    """A server that is half busy takes 2 times the work's own time with M/M/1, and 1.5 times with M/D/1."""
    generator = np.random.default_rng(5)
    arrived = arrivals(0.5, 20_000, generator)

    exponential = fan_out(
        arrived, lambda shape: generator.exponential(1.0, shape), nodes=1, pieces=1, slots=1
    )

    assert exponential.mean() == pytest.approx(2.0, rel=0.06)
    assert fan_out(arrived, every(1.0), nodes=1, pieces=1, slots=1).mean() == pytest.approx(1.5, rel=0.06)


def test_a_search_without_others_takes_the_sum_of_its_parts() -> None:
    """20 ms for the service, 2 ms for the network, 3 × 10 ms for five pieces on a node's two slots."""
    found = simulate(10_000_000, ROUND, "IVF_SQ8", requests_a_second=0.001, count=100, seed=1)

    assert found == pytest.approx((20 + 30 + 2, 20 + 30 + 2))


def test_more_passages_and_more_load_take_longer_and_a_seed_repeats_the_result() -> None:
    given = replace(ROUND, piece_p95_ms=20, replicas_at_least=1)

    def p95(passages: int, load: float) -> float:
        return simulate(passages, given, "IVF_SQ8", requests_a_second=load, count=400, seed=1)[1]

    assert all(few < many for few, many in pairwise(p95(size * PIECE, 0.01) for size in (1, 4, 30)))
    assert p95(10 * PIECE, 1) < p95(10 * PIECE, 10)
    assert p95(4 * PIECE, 5) == p95(4 * PIECE, 5)


PAGE = """
| a | b |
| --- | --- |
| x | 1 |

| a | c ms |
| --- | --- |
| x | 1,234.5 |
| y: z | 3 |
"""


def test_a_number_is_read_from_a_page(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)

    assert figure("page", "x", "b", folder=tmp_path) == 1
    assert figure("page", "x", "c ms", folder=tmp_path) == 1234.5
    assert figure("page", "y", "c ms", folder=tmp_path) == 3
    with pytest.raises(ValueError, match=r"has no number for 'b' of 'y': run `python -m benchmarks.page"):
        figure("page", "y", "b", folder=tmp_path)


def test_an_unknown_input_is_refused() -> None:
    with pytest.raises(
        argparse.ArgumentTypeError, match=r"Unknown input cores\. The inputs are .*node_cores"
    ):
        capacity.parse_assumption("cores=3")


def test_every_input_has_a_source() -> None:
    for field in fields(Inputs):
        assert field.metadata["source"], field.name


def test_the_pages_hold_the_figures_that_the_model_reads() -> None:
    assert figure("embedding", "Kutip, ingest", "passages a second") > 0
    assert figure("embedding", "ceiling", "÷ Kutip's") > 0
    for column in ("p50 ms", "p95 ms", "memory of a server GB"):
        assert figure("scale", "1,000,000", column) > figure("scale", "100,000", column)
    assert figure("concurrency", "1 | 16", "requests a second") > 0
