"""Replaces versions of articles in Milvus, which has no transactions.

A worker never changes the rows of a version. It stores each version as a *generation*: rows of documents and
passages under a random number. When all these rows are stored, the worker writes the article's row, in one
step, with the number of the current generation. Then it deletes the passages of the former generation.

Each worker records its changes in the state collection for a while. If a worker is killed, another worker can
finish or undo its change. If two workers change an article at the same time, a later sweep deletes the rows
that neither of them deleted.
"""

import json
import secrets
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Literal, TypeVar

from embeddings.weights import FloatArray
from rag.corpus.milvus.layout import NO_GENERATION, NO_VECTOR, Collections
from rag.corpus.milvus.rows import (
    GENERATION_BITS,
    article_row,
    both,
    document_rows,
    generation_of,
    key_of,
    of_generation,
    one_of,
    passage_rows,
    row_id,
)
from rag.corpus.milvus.server import MilvusServer, Row
from rag.datatypes import Article, IngestStatus, Passage
from rag.errors import CorpusError, CorpusUnreachable

T = TypeVar("T")

# A change that is unfinished after this time counts as abandoned. Adding an article must take less than half
# of this time.
ABANDONED_SECONDS = 1800.0

# The maximum difference between the clocks of two machines.
MAX_CLOCK_SKEW_MILLISECONDS = 10_000

_SWEEP_EVERY_SECONDS = 300
_NUMBERS_AT_ONCE = 100
_PAGE = 1000


@dataclass(frozen=True)
class Change:
    """The addition of a new generation of an article, or the removal of the generations in `removes`.

    `is_done` means that the worker has finished the change.
    """

    article: str  # the key of the article
    generation: int
    begun: int  # milliseconds since 1970
    replaces: int | None = None
    removes: Sequence[int] = ()
    is_done: bool = False

    @property
    def id(self) -> str:
        """The id of the change's row in the state collection."""
        return key_of(f"change {self.generation}")

    def row(self) -> Row:
        """Return the change's row in the state collection."""
        replaces = NO_GENERATION if self.replaces is None else self.replaces
        searched = {"kind": "change", "article": self.article, "begun": self.begun, "replaces": replaces}
        return {"id": self.id, **searched, "value": json.dumps(asdict(self))}


class Generations:
    """Adds and removes generations. Several threads, processes and machines can do this at the same time."""

    def __init__(
        self, server: MilvusServer, collections: Collections, *, abandoned_after_seconds: float
    ) -> None:
        """Prepare, without a request. The first sweep is due some minutes later."""
        self._server = server
        self._collections = collections
        self._abandoned_after_seconds = abandoned_after_seconds
        self._swept_at = time.monotonic()
        self._unused: list[int] = []
        self._lock = threading.Lock()

    def head(self, key: str) -> Row | None:
        """Return the row of an article, None if there is none."""
        return self.heads([key]).get(key)

    def heads(self, keys: Collection[str]) -> dict[str, Row]:
        """Return the rows of articles by key: current generation, version, time of writing, and header."""
        if not keys:
            return {}
        fields = ["generation", "version", "written_at", "header"]
        rows = self._server.query(self._collections.articles, one_of("id", keys), fields)
        return {row["id"]: row for row in rows}

    def pages(
        self,
        collection: str,
        condition: str,
        fields: Sequence[str],
        *,
        key: Literal["number", "text"] = "number",
    ) -> Iterator[Row]:
        """Yield all rows that meet a condition, in the order of their ids; read them in pages."""
        after = '""' if key == "text" else "-1"
        while rows := self._server.first(
            collection, both(f"id > {after}", condition), ["id", *fields], limit=_PAGE
        ):
            yield from rows
            after = f'"{rows[-1]["id"]}"' if key == "text" else str(rows[-1]["id"])

    # Adding

    def add(
        self,
        article: Article,
        passages: Sequence[Passage],
        vectors: FloatArray,
        *,
        collection: str,
        again: bool = False,
    ) -> IngestStatus:
        """Add a version and make it current, completely or not at all.

        With `again`, store the version even if it is already current.

        Raises:
            BadRequest: the article is too large for Milvus.
            CorpusError: adding took so long that other workers could treat the change as abandoned.
        """
        key = key_of(article.id)
        former = self.head(key)
        if former and former["version"] == article.version and not again:
            return "unchanged"
        generation = self._new_generation()
        change = Change(key, generation, now_milliseconds(), former["generation"] if former else None)
        documents = [row | NO_VECTOR for row in document_rows(article, generation=generation)]
        rows = list(passage_rows(article, passages, vectors, generation=generation))
        article_row(article, generation=generation, written_at=0)  # checks the size before any write
        self._record(change)
        self._server.write(self._collections.documents, documents)
        self._server.write(collection, rows)
        status = self._make_current(article, change, collection, again=again)
        self.sweep_if_due()
        return status

    def _make_current(
        self, article: Article, change: Change, collection: str, *, again: bool
    ) -> IngestStatus:
        """Make a completely stored generation the current one."""
        former = self.head(change.article)
        if former and former["version"] == article.version and not again:  # another worker was faster
            self._drop([change.generation], collection)
            self._record(replace(change, replaces=None, is_done=True))
            return "unchanged"
        replaces = former["generation"] if former else None
        if replaces != change.replaces:
            change = replace(change, replaces=replaces)
            self._record(change)
        if now_milliseconds() - change.begun > 1000 * self._abandoned_after_seconds / 2:
            raise CorpusError(
                f"Storing the article {article.id!r} took more than {self._abandoned_after_seconds / 2:.0f} "
                "seconds: add it again when Milvus is less busy."
            )
        row = article_row(article, generation=change.generation, written_at=now_milliseconds())
        try:
            self._server.write_once(self._collections.articles, row | NO_VECTOR)
        except CorpusUnreachable:
            if not _is_current(self.head(change.article), change.generation):
                raise
        with suppress(CorpusUnreachable):  # the version is current now, and a sweep can clean up later
            self._clean_up(change, article.version, former, collection)
        return "updated" if former else "created"

    def _clean_up(self, change: Change, version: str, former: Row | None, collection: str) -> None:
        """Delete the passages of the former generation, or of this one if another worker has replaced it.

        A replaced version stays stored as a former version.
        """
        current = self.head(change.article)
        if former is not None and not _is_current(current, former["generation"]):
            self._drop_replaced(former["generation"], former["version"], current, collection)
        if not _is_current(current, change.generation):
            self._drop_replaced(change.generation, version, current, collection)
        self._record(replace(change, is_done=True))

    def _drop_replaced(
        self, generation: int, version: str, current: Row | None, collection: str | None
    ) -> None:
        if current is None or current["version"] == version:
            self._drop([generation], collection)
        else:
            self._drop_passages([generation], collection)

    def add_former_version(self, article: Article) -> None:
        """Store a former version of an article."""
        change = Change(key_of(article.id), self._new_generation(), now_milliseconds())
        self._record(change)
        documents = document_rows(article, generation=change.generation)
        self._server.write(self._collections.documents, [row | NO_VECTOR for row in documents])
        self._record(replace(change, is_done=True))

    # Removing

    def remove(self, key: str) -> bool:
        """Remove an article with all its versions; return False if there is none.

        The record of the removal stays for a while, because another worker may be adding the article now.
        """
        current = self.head(key)
        if current is None:
            return False
        removes = sorted(self._stored(key) | {current["generation"]})
        self._record(Change(key, self._new_generation(), now_milliseconds(), removes=removes))
        try:
            self._server.delete_once(self._collections.articles, one_of("id", [key]))
        except CorpusUnreachable:
            if self.head(key) is not None:
                raise
        self._drop(removes, self._collections.passages())
        self.sweep_if_due()
        return True

    def _stored(self, key: str) -> set[int]:
        return {generation_of(row["id"]) for row in self.documents([key], [])}

    def documents(self, keys: Collection[str], fields: Sequence[str]) -> list[Row]:
        """Return the documents of versions that are or were current, but not of versions being added."""
        rows = list(self.pages(self._collections.documents, one_of("article", keys), fields))
        # subtle: read changes after documents, because workers record a change before they write documents.
        changes = list(self.changes(one_of("article", keys)))
        current = {head["generation"] for head in self.heads(keys).values()}
        unfinished = {change.generation for change in changes if not change.is_done} - current
        begun = unfinished - {change.replaces for change in changes}
        return [row for row in rows if generation_of(row["id"]) not in begun]

    # Changes and sweeps

    def changes(self, condition: str = "") -> Iterator[Change]:
        """Yield the recent changes of all workers."""
        condition = both(one_of("kind", ["change"]), condition)
        for row in self.pages(self._collections.state, condition, ["value"], key="text"):
            yield Change(**json.loads(row["value"]))

    def sweep_if_due(self) -> None:
        """Sweep, unless this process did so in the last few minutes."""
        if time.monotonic() - self._swept_at > _SWEEP_EVERY_SECONDS:
            self.sweep()

    def sweep(self) -> None:
        """Finish or undo the old changes of workers, and delete the records of these changes."""
        self._swept_at = time.monotonic()
        until = now_milliseconds() - int(1000 * self._abandoned_after_seconds)
        for changes in batched(self.changes(f"begun < {until}"), _PAGE):
            self._sweep(changes, self._collections.passages())

    def _sweep(self, changes: Sequence[Change], collection: str | None) -> None:
        current = self.heads({change.article for change in changes})
        generations = ", ".join(str(change.generation) for change in changes)
        rows = self._server.query(self._collections.state, f"replaces in [{generations}]", ["replaces"])
        replaced = {row["replaces"] for row in rows}
        for change in changes:
            head = current.get(change.article)
            if change.removes:
                self._sweep_removal(change, collection)
            elif not _is_current(head, change.generation):
                was_current = change.is_done or change.generation in replaced
                self._sweep_former(change.generation, head, was_current=was_current, collection=collection)
            elif not change.is_done and change.replaces is not None:
                self._sweep_former(change.replaces, head, was_current=True, collection=collection)
        self._server.delete(self._collections.state, one_of("id", [change.id for change in changes]))

    def _sweep_removal(self, change: Change, collection: str | None) -> None:
        """Delete the rest of a removed article, and the rows that another worker added during the removal."""
        stored = self._stored(change.article)
        current = self.head(change.article)
        if current is None:
            self._drop(sorted(stored | {*change.removes}), collection)
        elif current["generation"] not in change.removes:
            self._drop(change.removes, collection)

    def _sweep_former(
        self, generation: int, head: Row | None, *, was_current: bool, collection: str | None
    ) -> None:
        """Delete the passages of a generation that is not current, and its documents if it never was."""
        condition = of_generation(generation)
        documents = self._server.query(self._collections.documents, condition, ["version"], limit=1)
        if documents and was_current:
            self._drop_replaced(generation, documents[0]["version"], head, collection)
        else:
            self._drop([generation], collection)

    def _record(self, change: Change) -> None:
        self._server.write_once(self._collections.state, change.row() | NO_VECTOR)

    def _drop(self, generations: Sequence[int], collection: str | None) -> None:
        for generation in generations:
            self._server.delete(self._collections.documents, of_generation(generation))
        self._drop_passages(generations, collection)

    def _drop_passages(self, generations: Sequence[int], collection: str | None) -> None:
        if collection is not None:
            for generation in generations:
                self._server.delete(collection, of_generation(generation))

    def _new_generation(self) -> int:
        """Return a generation that has no rows yet."""
        with self._lock:
            while not self._unused:
                drawn = {secrets.randbits(GENERATION_BITS) for _ in range(_NUMBERS_AT_ONCE)}
                first_rows = ", ".join(str(row_id(generation, 0)) for generation in drawn)
                found = self._server.query(self._collections.documents, f"id in [{first_rows}]", ["id"])
                self._unused = list(drawn - {generation_of(row["id"]) for row in found})
            return self._unused.pop()


def now_milliseconds() -> int:
    """Return the time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _is_current(head: Row | None, generation: int) -> bool:
    return head is not None and bool(head["generation"] == generation)
