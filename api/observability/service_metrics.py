"""The service's metrics for Prometheus."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from api.guards.concurrency_limit import Load
from api.guards.rate_limit import RateLimit
from rag.corpus.index_report import IndexReport
from rag.datatypes import Answer, IngestResult, IngestStatus, Verdict
from rag.errors import CorpusError
from rag.language_model.circuit_breaker import CircuitBreaker, State
from rag.listeners import CompletedWork, Searched
from rag.service import Service

logger = logging.getLogger(__name__)

# The stages in `timings_ms`. Its key `total` is the time of a whole answer and not a stage.
STAGES = ("rewrite", "encode", "vector", "keyword", "fuse", "rerank", "write")

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class ServiceMetrics:
    """The metrics of one application, in their own registry. Every label has only a few values.

    With several workers, the counts are kept in the folder that they share (PROMETHEUS_MULTIPROC_DIR) and
    reported as sums over the workers.
    """

    def __init__(
        self, service: Service, *, load: Load, rate_limit: RateLimit, shared_folder: Path | None = None
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests answered.", "route", "method", "status")
        self._request_seconds = self._histogram(
            "request_seconds", "Time from a request to the end of its reply.", "route", "method"
        )
        self._stage_seconds = self._histogram(
            "stage_seconds", "Time that stages of searches and answers take.", "stage"
        )
        self._answers = self._counter("answers", "Answers, including refusals.", "mode")
        self._refusals = self._counter("refusals", "Refusals.", "reason")
        self._degraded = self._counter("degraded", "Answers whose language model failed.", "reason")
        self._claims = self._counter("claims", "Claims in answers.", "verdict")
        self._tokens = self._counter("language_model_tokens", "Tokens used for answers.", "kind")
        self._articles = self._counter("articles_ingested", "Articles sent for ingestion.", "status")
        self._start_at_zero()
        for metric in (load.working, load.waiting, load.shed, rate_limit.refused):
            self._registry.register(metric)
        self._exposed = CollectorRegistry() if shared_folder else self._registry
        self._exposed.register(_StateCollector(service))
        if shared_folder:
            MultiProcessCollector(self._exposed, path=str(shared_folder))  # type: ignore[no-untyped-call]
            self._exposed.register(_WorkerCollector(shared_folder))
        else:
            ProcessCollector(registry=self._exposed)
        service.pipeline.listeners.append(self.record)
        service.ingestion.listeners.append(self.record)

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._exposed)

    def record_request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request. `route` is a template such as `/v1/models/{model}`, never the path itself."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route, method).observe(seconds)

    def record(self, completed: CompletedWork) -> None:
        """Count a search, an answer or an ingested article."""
        match completed:
            case Searched(found=found):
                self._record_stages(found.timings_ms)
            case Answer():
                self._record_answer(completed)
            case IngestResult(status=status):
                self._articles.labels(status).inc()

    def _record_answer(self, answer: Answer) -> None:
        self._record_stages(answer.timings_ms)
        self._answers.labels(answer.mode).inc()
        if answer.refusal_reason is not None:
            self._refusals.labels(answer.refusal_reason).inc()
        if answer.degraded is not None:
            self._degraded.labels(answer.degraded).inc()
        for claim in answer.claims:
            self._claims.labels(claim.verdict).inc()
        for kind, tokens in (answer.usage or {}).items():
            self._tokens.labels(kind.removesuffix("_tokens")).inc(tokens)

    def _record_stages(self, timings_ms: Mapping[str, float]) -> None:
        for stage in STAGES:
            if stage in timings_ms:
                self._stage_seconds.labels(stage).observe(timings_ms[stage] / 1000)

    def _start_at_zero(self) -> None:
        """Expose counters at 0, so that Prometheus sees the first event as an increase."""
        for counter, values in (
            (self._answers, ("extractive", "llm")),
            (self._claims, get_args(Verdict)),
            (self._articles, get_args(IngestStatus)),
        ):
            for value in values:
                counter.labels(value)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace="kutip", registry=self._registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, namespace="kutip", registry=self._registry, buckets=_SECONDS)


class _StateCollector:
    """Collects the current state of the corpus and of the language model's circuit breaker."""

    def __init__(self, service: Service) -> None:
        self._corpus = service.corpus
        self._breaker = service.breaker

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics. Those of the corpus are left out if the corpus cannot be read."""
        if self._breaker is not None:
            yield from _of_breaker(self._breaker)
        report = self._report()
        yield _gauge("corpus_readable", "Whether the corpus can be read.", report is not None)
        if report is not None:
            yield from _of_indexes(report)

    def _report(self) -> IndexReport | None:
        try:
            return self._corpus.index_report()
        except CorpusError as error:
            logger.warning("%s", error)
            return None


class _WorkerCollector:
    """Collects memory, processor time and open files of each running worker.

    The running workers are known by their files in the shared folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Return the process metrics of each worker, labelled with its process id."""
        metrics: dict[str, Metric] = {}
        for path in self._folder.glob("gauge_live*.db"):
            process_id = path.stem.rpartition("_")[2]
            for found in ProcessCollector(pid=partial(int, process_id), registry=None).collect():
                metric = metrics.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    metric.add_sample(sample.name, {"worker": process_id}, sample.value)
        return metrics.values()


def _of_breaker(breaker: CircuitBreaker) -> Iterator[Metric]:
    text = "1 for the current state of the language model's circuit breaker."
    family = GaugeMetricFamily("kutip_language_model_breaker", text, labels=["state"])
    now = breaker.state
    for state in get_args(State):
        family.add_metric([state], state == now)
    yield family


def _of_indexes(report: IndexReport) -> Iterator[Metric]:
    yield _gauge("corpus_passages", "Passages in the database.", report.passages)
    text = "Hits that this process did not quote because they do not match their article."
    yield _gauge("corpus_damaged_hits", text, report.damaged_hits)
    yield _gauge("index_upkeep_running", "Whether an index is being trained or written.", report.has_upkeep)
    if report.vectors is not None:
        yield _gauge("index_vectors", "Vectors in the index.", report.vectors)
    if report.tier is not None:
        text = "Lists of the vector index; 0 if a search compares every vector."
        yield _gauge("index_lists", text, report.tier.lists)
        text = "Lists that a search examines."
        yield _gauge("index_lists_searched", text, report.tier.lists_searched)
        text = "Share of the ten nearest vectors that a search finds."
        yield _gauge("index_recall", text, report.tier.recall)
    for name, text, values in (
        ("last_passage", "Last passage of the database that the index contains.", "last_passage"),
        ("last_removal", "Last removal of the database that the index has applied.", "last_removal"),
        ("passages_behind", "Passages that the index must add before its next search.", "passages_behind"),
        ("removals_behind", "Removals that the index must apply before its next search.", "removals_behind"),
    ):
        family = GaugeMetricFamily(f"kutip_index_{name}", text, labels=["index"])
        for progress in report.progress:
            family.add_metric([progress.index], getattr(progress, values))
        yield family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"kutip_{name}", text, value=value)
