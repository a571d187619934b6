"""Articles into the corpus on many machines at once, with Ray Data: read, encode, upsert.

Files are read by tasks, articles encoded and added by workers that each hold a model. A task whose worker is
killed is given to another, which finds what the first one added: adding is idempotent.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.exceptions import RayTaskError

from rag.corpus.documents import document, from_document
from rag.datatypes import Article, IngestResult, Unreadable
from rag.errors import CorpusError, KutipError
from rag.reading import Overrides, read_paths
from rag.service import Service, build_service
from rag.settings import Settings

# Articles that a worker is given at once, and bytes that are read before they are handed on: what is done
# again where a worker is killed.
_ARTICLES_AT_ONCE = 64
_BYTES_AT_ONCE = 2 * 2**20

_TEXT, _NUMBER = pa.string(), pa.int64()
_RESULT = pa.schema({"id": _TEXT, "status": _TEXT, "version": _TEXT, "passages": _NUMBER, "reason": _TEXT})


@dataclass(frozen=True, kw_only=True)
class Workers:
    """How many workers there are, and how many processors and GPUs each has to itself."""

    count: int
    cpus: float = 1.0
    gpus: float = 0.0


def ingest_on_ray(
    settings: Settings,
    files: Sequence[str],
    *,
    overrides: Overrides,
    workers: Workers,
    built: Callable[[Settings], Service] = build_service,
) -> Iterator[IngestResult]:
    """Add the articles of files that every machine can read; yield what became of each, in no order.

    Ray runs on this machine, unless RAY_ADDRESS names a cluster.

    Raises:
        KutipError: a worker's.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it would report to its makers
    # Ray prints to standard output, which is for results, what becomes of its workers.
    with redirect_stdout(sys.stderr):
        try:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
            rows = _added(settings, files, overrides, workers, built).iter_rows()
            yield from _once(IngestResult(**row) for row in rows)
        except RayTaskError as error:
            raise _own(error) from error
        finally:
            ray.shutdown()


def _added(
    settings: Settings,
    files: Sequence[str],
    overrides: Overrides,
    workers: Workers,
    built: Callable[[Settings], Service],
) -> ray.data.Dataset:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = _BYTES_AT_ONCE
    paths = ray.data.from_items([{"path": os.path.abspath(file)} for file in files])
    return paths.flat_map(_read, fn_kwargs={"overrides": overrides}).map_batches(
        _Worker,
        fn_constructor_kwargs={"settings": settings, "built": built},
        batch_size=_ARTICLES_AT_ONCE,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(size=workers.count),
        num_cpus=workers.cpus,
        num_gpus=workers.gpus,
    )


def _read(row: dict[str, str], *, overrides: Overrides) -> list[dict[str, str]]:
    return [_row(item) for item in read_paths([row["path"]], overrides=overrides)]


def _row(item: Article | Unreadable) -> dict[str, str]:
    if isinstance(item, Article):
        return {"id": item.id, "document": document(item), "reason": ""}
    return {"id": item.source, "document": "", "reason": item.reason}


def _item(row: dict[str, str]) -> Article | Unreadable:
    if row["document"]:
        return from_document(row["id"], row["document"])
    return Unreadable(source=row["id"], reason=row["reason"])


class _Worker:
    """Encodes and adds articles, on whatever machine Ray puts it."""

    def __init__(self, *, settings: Settings, built: Callable[[Settings], Service]) -> None:
        self._service = built(settings)

    def __call__(self, batch: pa.Table) -> pa.Table:
        items = map(_item, batch.to_pylist())
        results = [asdict(result) for result in self._service.ingestion.ingest(items)]
        return pa.Table.from_pylist(results, schema=_RESULT)


def _once(results: Iterator[IngestResult]) -> Iterator[IngestResult]:
    """Reject the second of two articles of one id, as where one worker adds all."""
    seen: set[str] = set()
    for result in results:
        if result.id in seen:
            reason = (
                f"The id {result.id!r} came twice, and one replaced the other: give each an id of its own."
            )
            result = IngestResult(id=result.id, status="rejected", reason=reason)
        seen.add(result.id)
        yield result


def _own(error: RayTaskError) -> KutipError:
    cause: Any = error
    while cause is not None and not isinstance(cause, KutipError):
        cause = getattr(cause, "cause", None) or cause.__cause__
    return cause or CorpusError(f"A worker of Ray failed ({error}): see its log.")
