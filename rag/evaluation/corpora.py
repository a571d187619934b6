"""Opens the corpora of an evaluation, all with the same models."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Article
from rag.evaluation.plan import Index, LeftOut
from rag.service import Service, build_service
from rag.settings import Settings

T = TypeVar("T")

_PAGE_OF_ARTICLES = 1000


class Track(Protocol):
    """Shows the progress of a loop while yielding its items."""

    def __call__(self, items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
        """Yield the items."""


def without_progress(items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
    """Yield the items without showing progress."""
    return items


class Corpora:
    """Opens corpora in one folder. All of them use the models of `sharing`, or load the models once."""

    def __init__(
        self, settings: Settings, folder: Path, *, track: Track, sharing: Service | None = None
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._track = track
        self._last = sharing
        self._full_corpora: dict[tuple[tuple[str, ...], str], Path] = {}
        self.rejected: list[LeftOut] = []

    @property
    def encoder_name(self) -> str:
        """The encoder's name, or its setting if no encoder was needed."""
        return self._last.pipeline.encoder.name if self._last else self._settings.embedding_model

    def open(self, index: Index, articles: Mapping[str, Article]) -> Service:
        """Open the corpus of an index and give it exactly these articles; keep those that it already has."""
        folder = self._folder / index.folder_name
        full = self._full_corpora.setdefault((index.sets, index.language), folder)
        if not folder.exists() and full.exists():
            _copy(full, folder)
        service = self.open_in(folder)
        for article_id in set(_ids(service.corpus)) - articles.keys():
            service.corpus.remove(article_id)
        results = service.ingestion.ingest(articles.values())
        for result in self._track(results, total=len(articles), label=f"Indexing {index.language}"):
            if result.status == "rejected":
                self.rejected.append(LeftOut(id=result.id, reason=result.reason or "rejected"))
        return service

    def open_in(self, folder: Path) -> Service:
        """Open the local corpus in a folder, or create an empty one."""
        settings = self._settings.model_copy(update={"corpus": "local", "data_dir": folder})
        self._last = build_service(settings, sharing=self._last)
        return self._last


def _copy(source: Path, target: Path) -> None:
    """Copy a folder so that `target` is either complete or absent."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial)
    partial.rename(target)


def _ids(corpus: Corpus) -> Iterator[str]:
    cursor = None
    while True:
        page = corpus.articles(NO_FILTERS, limit=_PAGE_OF_ARTICLES, cursor=cursor)
        yield from (header.id for header in page.articles)
        cursor = page.next_cursor
        if cursor is None:
            return
