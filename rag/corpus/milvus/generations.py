"""How one version of an article takes the place of another in Milvus, which has no transactions.

Nothing is changed in place. A version is a *generation*: a number drawn by chance, and rows of documents and
passages under it. They are all there before the article's row, written in one step, names the generation as
the current one; the passages of the former one are deleted afterwards. What a worker begins stands in the
state collection for a while, so that another can finish it, or take it back, if the worker was killed, and
can delete what two workers at once did not know of each other.
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

# What was begun so long ago and is not done, never will be. Whoever adds takes less than half of it.
GIVEN_UP_SECONDS = 1800.0

# How far the clocks of two machines may be apart.
CLOCKS_APART_MILLISECONDS = 10_000

_SWEEP_EVERY_SECONDS = 300
_DRAWN_AT_ONCE = 100
_PAGE = 1000


@dataclass(frozen=True)
class Change:
    """A new generation of an article that a worker adds, or the removal of those in `removes`.

    `is_done` once the worker had nothing more to do.
    """

    article: str  # its key
    generation: int
    begun: int  # milliseconds since 1970
    replaces: int | None = None
    removes: Sequence[int] = ()
    is_done: bool = False

    @property
    def id(self) -> str:
        """The id of its row in the state collection."""
        return key_of(f"change {self.generation}")

    def row(self) -> Row:
        """Return its row in the state collection."""
        replaces = NO_GENERATION if self.replaces is None else self.replaces
        searched = {"kind": "change", "article": self.article, "begun": self.begun, "replaces": replaces}
        return {"id": self.id, **searched, "value": json.dumps(asdict(self))}


class Generations:
    """Says which generation of each article is current; safe for several threads, processes and machines."""

    def __init__(self, server: MilvusServer, collections: Collections, *, given_up_seconds: float) -> None:
        """Begin with nothing known; the first sweep is due later."""
        self._server = server
        self._collections = collections
        self._given_up = given_up_seconds
        self._swept_at = time.monotonic()
        self._drawn: list[int] = []
        self._lock = threading.Lock()

    def head(self, key: str) -> Row | None:
        """Return the row of an article, None where there is none."""
        return self.heads([key]).get(key)

    def heads(self, keys: Collection[str]) -> dict[str, Row]:
        """Return articles' current generations and versions, since when, and their headers, by their keys."""
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
        """Yield all rows that meet a condition, in the order of their ids."""
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
        anew: bool = False,
    ) -> IngestStatus:
        """Make a version the current one, whole or not at all; with `anew` also where it is that already.

        Raises:
            BadRequest: it is larger than Milvus takes.
            CorpusError: it took so long that others would have given it up.
        """
        key = key_of(article.id)
        former = self.head(key)
        if former and former["version"] == article.version and not anew:
            return "unchanged"
        generation = self._new()
        change = Change(key, generation, now_milliseconds(), former["generation"] if former else None)
        documents = [row | NO_VECTOR for row in document_rows(article, generation=generation)]
        rows = list(passage_rows(article, passages, vectors, generation=generation))
        article_row(article, generation=generation, written_at=0)  # for its size, before anything is written
        self._note(change)
        self._server.write(self._collections.documents, documents)
        self._server.write(collection, rows)
        status = self._switch(article, change, collection, anew=anew)
        self.sweep_if_due()
        return status

    def _switch(self, article: Article, change: Change, collection: str, *, anew: bool) -> IngestStatus:
        """Make a generation whose rows are all there the current one."""
        former = self.head(change.article)
        if former and former["version"] == article.version and not anew:  # another worker was quicker
            self._drop([change.generation], collection)
            self._note(replace(change, replaces=None, is_done=True))
            return "unchanged"
        replaces = former["generation"] if former else None
        if replaces != change.replaces:
            change = replace(change, replaces=replaces)
            self._note(change)
        if now_milliseconds() - change.begun > 1000 * self._given_up / 2:
            raise CorpusError(
                f"Storing the article {article.id!r} took more than {self._given_up / 2:.0f} seconds: add it "
                "again when Milvus is less busy."
            )
        row = article_row(article, generation=change.generation, written_at=now_milliseconds())
        try:
            self._server.write_once(self._collections.articles, row | NO_VECTOR)
        except CorpusUnreachable:
            if not _is(self.head(change.article), change.generation):
                raise
        with suppress(CorpusUnreachable):  # it is the current one now, and a sweep does the rest
            self._settle(change, article.version, former, collection)
        return "updated" if former else "created"

    def _settle(self, change: Change, version: str, former: Row | None, collection: str) -> None:
        """Delete what a switch has made superfluous: the former passages, or its own where it was overtaken.

        A version that was overtaken by another stays as an old version.
        """
        current = self.head(change.article)
        if former is not None and not _is(current, former["generation"]):
            self._drop_overtaken(former["generation"], former["version"], current, collection)
        if not _is(current, change.generation):
            self._drop_overtaken(change.generation, version, current, collection)
        self._note(replace(change, is_done=True))

    def _drop_overtaken(
        self, generation: int, version: str, current: Row | None, collection: str | None
    ) -> None:
        if current is None or current["version"] == version:
            self._drop([generation], collection)
        else:
            self._drop_passages([generation], collection)

    def keep_former(self, article: Article) -> None:
        """Store a version of an article of which another is current."""
        change = Change(key_of(article.id), self._new(), now_milliseconds())
        self._note(change)
        documents = document_rows(article, generation=change.generation)
        self._server.write(self._collections.documents, [row | NO_VECTOR for row in documents])
        self._note(replace(change, is_done=True))

    # Removing

    def remove(self, key: str) -> bool:
        """Remove an article with all its versions; False where there is none.

        What is noted of it stays for a while: another worker may be adding the article at this moment.
        """
        current = self.head(key)
        if current is None:
            return False
        removes = sorted(self._stored(key) | {current["generation"]})
        self._note(Change(key, self._new(), now_milliseconds(), removes=removes))
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
        """Return the documents of versions that were current once, or are; not of those being added."""
        rows = list(self.pages(self._collections.documents, one_of("article", keys), fields))
        # subtle: asked for afterwards, as what is being added is noted before its documents are written.
        changes = list(self.changes(one_of("article", keys)))
        current = {head["generation"] for head in self.heads(keys).values()}
        unfinished = {change.generation for change in changes if not change.is_done} - current
        begun = unfinished - {change.replaces for change in changes}
        return [row for row in rows if generation_of(row["id"]) not in begun]

    # What is begun

    def changes(self, condition: str = "") -> Iterator[Change]:
        """Yield what workers have begun of late."""
        condition = both(one_of("kind", ["change"]), condition)
        for row in self.pages(self._collections.state, condition, ["value"], key="text"):
            yield Change(**json.loads(row["value"]))

    def sweep_if_due(self) -> None:
        """Sweep, unless this process did a few minutes ago."""
        if time.monotonic() - self._swept_at > _SWEEP_EVERY_SECONDS:
            self.sweep()

    def sweep(self) -> None:
        """Finish, or take back, what workers began long ago, and forget it."""
        self._swept_at = time.monotonic()
        until = now_milliseconds() - int(1000 * self._given_up)
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
            elif not _is(head, change.generation):
                was_current = change.is_done or change.generation in replaced
                self._sweep_former(change.generation, head, was_current=was_current, collection=collection)
            elif not change.is_done and change.replaces is not None:
                self._sweep_former(change.replaces, head, was_current=True, collection=collection)
        self._server.delete(self._collections.state, one_of("id", [change.id for change in changes]))

    def _sweep_removal(self, change: Change, collection: str | None) -> None:
        """Delete what is left of an article, and what another worker was adding while it was removed."""
        stored = self._stored(change.article)
        current = self.head(change.article)
        if current is None:
            self._drop(sorted(stored | {*change.removes}), collection)
        elif current["generation"] not in change.removes:
            self._drop(change.removes, collection)

    def _sweep_former(
        self, generation: int, head: Row | None, *, was_current: bool, collection: str | None
    ) -> None:
        """Delete what is left of a generation that is not current: it never was, or is an old version."""
        condition = of_generation(generation)
        documents = self._server.query(self._collections.documents, condition, ["version"], limit=1)
        if documents and was_current:
            self._drop_overtaken(generation, documents[0]["version"], head, collection)
        else:
            self._drop([generation], collection)

    def _note(self, change: Change) -> None:
        self._server.write_once(self._collections.state, change.row() | NO_VECTOR)

    def _drop(self, generations: Sequence[int], collection: str | None) -> None:
        for generation in generations:
            self._server.delete(self._collections.documents, of_generation(generation))
        self._drop_passages(generations, collection)

    def _drop_passages(self, generations: Sequence[int], collection: str | None) -> None:
        if collection is not None:
            for generation in generations:
                self._server.delete(collection, of_generation(generation))

    def _new(self) -> int:
        """Return a number under which there are no rows."""
        with self._lock:
            while not self._drawn:
                drawn = {secrets.randbits(GENERATION_BITS) for _ in range(_DRAWN_AT_ONCE)}
                first_rows = ", ".join(str(row_id(generation, 0)) for generation in drawn)
                found = self._server.query(self._collections.documents, f"id in [{first_rows}]", ["id"])
                self._drawn = list(drawn - {generation_of(row["id"]) for row in found})
            return self._drawn.pop()


def now_milliseconds() -> int:
    """Return the time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _is(head: Row | None, generation: int) -> bool:
    return head is not None and bool(head["generation"] == generation)
