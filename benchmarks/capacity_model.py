"""Estimates of the hardware for a corpus of any size: pure functions of measured and assumed inputs.

Sizes are in bytes and times in seconds unless a name says otherwise. One "piece" is a million passages, the
size at which one search was measured.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, exp, log
from typing import Any

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
Sampler = Callable[[tuple[int, ...]], Times]

INDEXES = ("HNSW", "IVF_SQ8", "IVF_RABITQ", "IVF_RABITQ, refined", "DISKANN")
PIECE = 1_000_000
_HOUR = 3600
_SECTOR_BYTES = 4096
_POSTING_BYTES = 8  # a word's number and its weight, four bytes each
_Z95 = 1.6448536  # standard deviations from the median to the 95th percentile


def _measured(source: str) -> Any:
    return field(metadata={"source": source, "is_measured": True})


def _assumed(value: float, source: str) -> Any:
    return field(default=value, metadata={"source": source, "is_measured": False})


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Every input of the model, with its source."""

    measured_cores: float = _measured("[embedding](embedding.md): the machine")
    tokens_a_passage: float = _measured("[embedding](embedding.md)")
    tokens_a_second: float = _measured("[embedding](embedding.md): ingest, passages a second × tokens")
    gigaflops_a_token: float = _measured("[embedding](embedding.md): GFLOP ÷ passages ÷ tokens")
    share_of_ceiling: float = _measured("[embedding](embedding.md): Kutip ÷ products of matrices alone")
    piece_p50_ms: float = _measured("[scale](scale.md): p50 at 1,000,000 − p50 at 100,000 passages, ÷ .9")
    piece_p95_ms: float = _measured("[scale](scale.md): p95 at 1,000,000 − p95 at 100,000 passages, ÷ .9")
    local_gigabytes: float = _measured("[scale](scale.md): a server with 1,000,000 passages")
    local_gigabytes_a_piece: float = _measured("[scale](scale.md): 1,000,000 − 100,000 passages, ÷ .9")
    api_p50_ms: float = _measured("[concurrency](concurrency.md): one client")
    api_p95_ms: float = _measured("[concurrency](concurrency.md): one client")
    api_requests_a_second: float = _measured("[concurrency](concurrency.md): sixteen clients")
    vector_bytes: float = _measured("this command: `passages.vector`")
    text_bytes: float = _measured("this command: `passages.text`")
    words_bytes: float = _measured("this command: `passages.words`")
    distinct_words: float = _measured("this command: different words of a passage")
    document_bytes: float = _measured("this command: `versions.document`, a passage")
    database_bytes: float = _measured("this command: the SQLite file, a passage")
    word_index_bytes: float = _measured("this command: the tantivy folder, a passage")
    hnsw_bytes: float = _measured("this command: FAISS, 30 links, written, a vector")
    sq8_bytes: float = _measured("this command: FAISS, written, one vector more")
    rabitq_bytes: float = _measured("this command: FAISS, written, one vector more")
    hnsw_build_ms: float = _measured("this command: FAISS, 30 links, breadth 360, processor time a vector")

    search_cores: float = _assumed(2, "both cores of the measured machine, for the whole search")
    worker_cores: float = _assumed(16, "a machine that encodes on its processor")
    worker_efficiency: float = _assumed(
        0.9, "guess: share of the sum of the cores' speeds, as sixteen cores share memory"
    )
    gpu_teraflops: float = _assumed(
        121, "NVIDIA L4, dense float16: four times float32's 30.3 (A10: 125, H100: 989)"
    )
    gpu_keeps: float = _assumed(
        0.25, "guess: share that remains of the share reached on a processor, as the products are 384 wide"
    )
    hnsw_build_growth: float = _assumed(2.0, "guess: for a segment a hundred times as large, by logarithm")
    row_bytes: float = _assumed(32, "key, time and their map in memory, eight bytes each, doubled")
    field_bytes: float = _assumed(100, "the other fields: article, paragraph, offsets, facts, day")
    diskann_code_share: float = _assumed(
        0.125, "`pq_code_budget_gb_ratio`, https://milvus.io/docs/v2.5.x/configure_knowhere.md"
    )
    diskann_cache_share: float = _assumed(
        0.1, "`search_cache_budget_gb_ratio`, https://milvus.io/docs/v2.5.x/configure_knowhere.md"
    )
    diskann_links: float = _assumed(
        56, "`max_degree`, https://milvus.io/docs/v2.5.x/configure_knowhere.md; four bytes each"
    )
    segment_megabytes: float = _assumed(
        1024, "`segment.maxSize`, https://milvus.io/docs/v2.4.x/configure_datacoord.md"
    )
    seal_share: float = _assumed(
        0.12, "`segment.sealProportion`, https://milvus.io/docs/zh/v2.6.x/configure_datacoord.md"
    )
    shards: float = _assumed(2, "write channels; each keeps one growing segment in memory")
    usable_memory: float = _assumed(
        0.7, "nodes refuse to load above .9 (`overloadedMemoryThresholdPercentage`, "
        "https://milvus.io/docs/v2.2.x/load_balance.md); guess for the rest: a replaced segment exists twice"
    )  # fmt: skip
    node_gigabytes: float = _assumed(64, "a query node; four gigabytes per core")
    node_cores: float = _assumed(16, "a query node")
    replicas_at_least: float = _assumed(2, "one node may fail: https://milvus.io/docs/replica.md")
    busy: float = _assumed(0.5, "share of the cores at the planned load")
    network_ms: float = _assumed(2, "guess: two hops and merging the results of the shards")
    garbage: float = _assumed(1.3, "guess: replaced segments that are not deleted yet")
    erasure: float = _assumed(
        16 / 12, "MinIO, 12 data and 4 parity drives: "
        "https://github.com/minio/minio/blob/master/docs/erasure/storage-class/README.md"
    )  # fmt: skip
    core_price: float = _assumed(20, "per month; a round figure, so set your own")
    memory_price: float = _assumed(2.5, "per gigabyte and month; a round figure, so set your own")
    disk_price: float = _assumed(0.1, "per gigabyte and month; a round figure, so set your own")
    object_price: float = _assumed(0.025, "per gigabyte and month; a round figure, so set your own")


# Bytes per passage


def index_bytes(given: Inputs, index: str) -> float:
    """Return the memory that the index takes per vector.

    A refined index scores its candidates again with 8-bit codes.
    """
    return {
        "HNSW": given.hnsw_bytes,
        "IVF_SQ8": given.sq8_bytes,
        "IVF_RABITQ": given.rabitq_bytes,
        "IVF_RABITQ, refined": given.rabitq_bytes + given.sq8_bytes,
        "DISKANN": given.vector_bytes * (given.diskann_code_share + given.diskann_cache_share),
    }[index]


def memory_bytes(given: Inputs, index: str) -> float:
    """Return the memory of a query node per passage. Texts and filters are mapped from disk."""
    return index_bytes(given, index) + given.distinct_words * _POSTING_BYTES + given.row_bytes


def diskann_bytes(given: Inputs) -> float:
    """Return the disk space of a vector with its links, packed into sectors.

    Raises:
        ZeroDivisionError: a vector is larger than a sector.
    """
    return _SECTOR_BYTES / (_SECTOR_BYTES // (given.vector_bytes + 4 * (given.diskann_links + 1)))


def node_disk_bytes(given: Inputs, index: str) -> float:
    """Return the disk space of a query node per passage: mapped fields, words, vectors not in memory."""
    fields = given.text_bytes + given.words_bytes + given.field_bytes + given.word_index_bytes
    if index == "HNSW":
        return fields
    return fields + (diskann_bytes(given) if index == "DISKANN" else given.vector_bytes)


def object_bytes(given: Inputs, index: str) -> float:
    """Return the object storage per passage: rows, indexes, whole articles."""
    words = given.distinct_words * _POSTING_BYTES
    rows = given.vector_bytes + given.text_bytes + given.words_bytes + given.field_bytes + words
    indexes = index_bytes(given, index) + words + given.word_index_bytes
    links = diskann_bytes(given) if index == "DISKANN" else 0.0
    return (rows + indexes + links + given.document_bytes) * given.garbage * given.erasure


# Machines


def growing_bytes(given: Inputs) -> float:
    """Return the memory of the growing segments, which are still written to, in each replica."""
    return given.shards * given.segment_megabytes * given.seal_share * 2**20


def replica_bytes(passages: int, given: Inputs, index: str) -> float:
    """Return the memory of one replica."""
    return passages * memory_bytes(given, index) + growing_bytes(given)


def nodes_a_replica(passages: int, given: Inputs, index: str) -> int:
    """Return the number of query nodes of one replica."""
    usable = given.node_gigabytes * 1e9 * given.usable_memory
    return ceil(replica_bytes(passages, given, index) / usable)


def search_core_seconds(passages: int, given: Inputs) -> float:
    """Return the processor time of one search on all query nodes together."""
    middle, spread = lognormal(given.piece_p50_ms, given.piece_p95_ms)
    return passages / PIECE * exp(middle + spread**2 / 2) / 1000 * given.search_cores


def replicas(passages: int, given: Inputs, index: str, *, requests_a_second: float) -> int:
    """Return the number of replicas that keeps the cores no busier than planned."""
    cores = nodes_a_replica(passages, given, index) * given.node_cores * given.busy
    wanted = ceil(requests_a_second * search_core_seconds(passages, given) / cores)
    return max(int(given.replicas_at_least), wanted)


def api_replicas(given: Inputs, *, requests_a_second: float) -> int:
    """Return the number of services, each with `measured_cores` cores."""
    wanted = ceil(requests_a_second / (given.api_requests_a_second * given.busy))
    return max(int(given.replicas_at_least), wanted)


# Ingest


def ingest_hours(passages: int, given: Inputs) -> float:
    """Return the hours that one worker takes to read, encode and store on its processor."""
    cores = given.worker_cores / given.measured_cores * given.worker_efficiency
    return passages * given.tokens_a_passage / (given.tokens_a_second * cores) / _HOUR


def gpu_hours(passages: int, given: Inputs) -> float:
    """Return the hours that one GPU takes to encode at peak × the processor's share × `gpu_keeps`."""
    rate = given.gpu_teraflops * 1000 * given.share_of_ceiling * given.gpu_keeps
    return passages * given.tokens_a_passage * given.gigaflops_a_token / rate / _HOUR


def index_core_hours(passages: int, given: Inputs) -> float:
    """Return the core hours to build the HNSW index."""
    return passages * given.hnsw_build_ms * given.hnsw_build_growth / 1000 / _HOUR


# Latency


def lognormal(p50: float, p95: float) -> tuple[float, float]:
    """Return the mean and deviation of the logarithm of a distribution with these percentiles.

    >>> middle, spread = lognormal(10, 20)
    >>> round(exp(middle), 3), round(exp(middle + _Z95 * spread), 3)
    (10.0, 20.0)
    """
    return log(p50), log(p95 / p50) / _Z95


def lognormal_sampler(p50_ms: float, p95_ms: float, generator: np.random.Generator) -> Sampler:
    """Return a function that draws times with these percentiles, in seconds."""
    middle, spread = lognormal(p50_ms / 1000, p95_ms / 1000)
    return lambda shape: generator.lognormal(middle, spread, shape)


def arrivals(requests_a_second: float, count: int, generator: np.random.Generator) -> Times:
    """Return the times at which independent requests arrive."""
    times: Times = generator.exponential(1 / requests_a_second, count).cumsum()
    return times


def fan_out(arrived: Times, draw: Sampler, *, nodes: int, pieces: int, slots: int) -> Times:
    """Return the time of each request until the slowest node has finished its part.

    Each node searches `pieces` for a request. It works on `slots` pieces at once, first come, first served.
    """
    free, every = np.zeros((nodes, slots)), np.arange(nodes)
    done = np.empty(len(arrived))
    for number, time in enumerate(arrived):
        durations, last = draw((pieces, nodes)), time
        for duration in durations:
            slot = free.argmin(axis=1)
            ends = np.maximum(free[every, slot], time) + duration
            free[every, slot] = ends
            last = max(last, ends.max())
        done[number] = last
    return done - arrived


def simulate(
    passages: int, given: Inputs, index: str, *, requests_a_second: float, count: int, seed: int
) -> tuple[float, float]:
    """Return p50 and p95 of a search in milliseconds: the service, then the slowest node of one replica."""
    generator = np.random.default_rng(seed)
    nodes = nodes_a_replica(passages, given, index)
    copies = replicas(passages, given, index, requests_a_second=requests_a_second)
    service = fan_out(
        arrivals(requests_a_second, count, generator),
        lognormal_sampler(given.api_p50_ms, given.api_p95_ms, generator),
        nodes=1,
        pieces=1,
        slots=api_replicas(given, requests_a_second=requests_a_second),
    )
    search = fan_out(
        arrivals(requests_a_second / copies, count, generator),
        lognormal_sampler(given.piece_p50_ms, given.piece_p95_ms, generator),
        nodes=nodes,
        pieces=ceil(passages / PIECE / nodes),
        slots=int(given.node_cores / given.search_cores),
    )
    return percentiles(service + search + given.network_ms / 1000)


def percentiles(seconds: Times) -> tuple[float, float]:
    """Return p50 and p95 in milliseconds without the first tenth, which found empty queues."""
    settled = seconds[len(seconds) // 10 :] * 1000
    return float(np.percentile(settled, 50)), float(np.percentile(settled, 95))


# Cost


def monthly_costs(passages: int, given: Inputs, index: str, *, requests_a_second: float) -> dict[str, float]:
    """Return the monthly cost of each kind of resource at the assumed prices."""
    copies = replicas(passages, given, index, requests_a_second=requests_a_second)
    machines = copies * nodes_a_replica(passages, given, index)
    services = api_replicas(given, requests_a_second=requests_a_second)
    return {
        "query nodes' memory": machines * given.node_gigabytes * given.memory_price,
        "query nodes' cores": machines * given.node_cores * given.core_price,
        "query nodes' disk": copies * passages * node_disk_bytes(given, index) / 1e9 * given.disk_price,
        "object storage": passages * object_bytes(given, index) / 1e9 * given.object_price,
        "services' cores": services * given.measured_cores * given.core_price,
    }
