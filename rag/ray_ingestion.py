"""Adds articles to the corpus on many machines at the same time, with Ray Data.

Ray tasks read the files. Workers encode and add the articles, and each worker loads a model. If a worker is
killed, Ray gives its task to another worker. Adding is idempotent, so the second worker leaves the articles
as they are that the first one added.
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
from rag.reading import FoundFile, Overrides, read_found
from rag.service import Service, build_service
from rag.settings import Settings

# The number of articles that a worker gets at a time, and the number of bytes that a task reads before it
# passes them on. If a worker is killed, at most this much work is done again.
_ARTICLES_AT_ONCE = 64
_BYTES_AT_ONCE = 2 * 2**20

_TEXT, _NUMBER = pa.string(), pa.int64()
_RESULT = pa.schema({"id": _TEXT, "status": _TEXT, "version": _TEXT, "passages": _NUMBER, "reason": _TEXT})


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The number of workers, and the number of processors and GPUs that each one reserves."""

    count: int
    cpus: float = 1.0
    gpus: float = 0.0


def ingest_on_ray(
    settings: Settings,
    files: Sequence[FoundFile],
    *,
    overrides: Overrides,
    workers: Workers,
    built: Callable[[Settings], Service] = build_service,
) -> Iterator[IngestResult]:
    """Add the articles from files that every machine can read; yield the results in any order.

    Ray runs on this machine, unless RAY_ADDRESS names a cluster.

    Raises:
        KutipError: a worker raised this error.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # otherwise Ray sends usage data to its makers
    # Ray prints messages about its workers to standard output, which is reserved for results.
    with redirect_stdout(sys.stderr):
        try:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
            rows = _dataset(settings, files, overrides, workers, built).iter_rows()
            yield from _without_duplicates(IngestResult(**row) for row in rows)
        except RayTaskError as error:
            raise _kutip_error(error) from error
        finally:
            ray.shutdown()


def _dataset(
    settings: Settings,
    files: Sequence[FoundFile],
    overrides: Overrides,
    workers: Workers,
    built: Callable[[Settings], Service],
) -> ray.data.Dataset:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = _BYTES_AT_ONCE
    paths = ray.data.from_items([_place(file) for file in files])
    return paths.flat_map(_read, fn_kwargs={"overrides": overrides}).map_batches(
        _Worker,
        fn_constructor_kwargs={"settings": settings, "built": built},
        batch_size=_ARTICLES_AT_ONCE,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(size=workers.count),
        num_cpus=workers.cpus,
        num_gpus=workers.gpus,
    )


def _place(file: FoundFile) -> dict[str, str]:
    """Return where a file is on every machine, and in which folder, from which its id comes."""
    folder = os.path.abspath(file.folder) if file.folder is not None else ""
    return {"path": os.path.abspath(file.path), "folder": folder}


def _read(row: dict[str, str], *, overrides: Overrides) -> list[dict[str, str]]:
    file = FoundFile(row["path"], row["folder"] or None)
    return [_row(item) for item in read_found(file, overrides=overrides)]


def _row(item: Article | Unreadable) -> dict[str, str]:
    if isinstance(item, Article):
        return {"id": item.id, "document": document(item), "reason": ""}
    return {"id": item.source, "document": "", "reason": item.reason}


def _item(row: dict[str, str]) -> Article | Unreadable:
    if row["document"]:
        return from_document(row["id"], row["document"])
    return Unreadable(source=row["id"], reason=row["reason"])


class _Worker:
    """Encodes and adds articles on a machine that Ray chooses."""

    def __init__(self, *, settings: Settings, built: Callable[[Settings], Service]) -> None:
        self._service = built(settings)

    def __call__(self, batch: pa.Table) -> pa.Table:
        items = map(_item, batch.to_pylist())
        results = [asdict(result) for result in self._service.ingestion.ingest(items)]
        return pa.Table.from_pylist(results, schema=_RESULT)


def _without_duplicates(results: Iterator[IngestResult]) -> Iterator[IngestResult]:
    """Reject the second of two articles with the same id, as `Ingestion` does without Ray."""
    seen: set[str] = set()
    for result in results:
        if result.id in seen:
            reason = (
                f"The id {result.id!r} occurs twice, and one article replaced the other: "
                "give each article its own id."
            )
            result = IngestResult(id=result.id, status="rejected", reason=reason)
        seen.add(result.id)
        yield result


def _kutip_error(error: RayTaskError) -> KutipError:
    cause: Any = error
    while cause is not None and not isinstance(cause, KutipError):
        cause = getattr(cause, "cause", None) or cause.__cause__
    return cause or CorpusError(f"A Ray worker failed ({error}): see its log.")
