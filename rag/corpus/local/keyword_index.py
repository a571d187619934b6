"""Finds passages by their words, with tantivy: most passages are in a folder, the newest in memory."""

import json
import os
import shutil
import threading
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import tantivy
from tantivy import FieldType, Index, Occur, Query, Searcher

from embeddings.vector_index import IdArray, UnusableIndexFile, sync_folder
from rag.corpus.article_facts import facts_of, required_facts
from rag.corpus.documents import Row
from rag.datatypes import Filters

_MUST, _MAY = Occur.Must, Occur.Should

# The minimum memory for a tantivy writer, and a good amount for many passages.
_SMALL_HEAP_BYTES = 15_000_000
_LARGE_HEAP_BYTES = 100_000_000

# A word in at most this many passages is counted exactly. For a more common word, the number in the
# dictionary is close enough, although it may include passages that were removed since the last merge.
_COUNTED_EXACTLY = 10_000

_MOST_COUNTS = 10_000

# subtle: a tantivy file ends with a description, the length of the description, and this number.
_FOOTER_MAGIC = 1337

# The only tantivy file without a checksum of its own.
_META = "meta.json"
_META_CHECKSUM = "meta.crc32"

_UNCHECKED = (".managed.json", ".lock", _META, _META_CHECKSUM)


def _schema() -> tantivy.Schema:
    """Return the fields: words, filterable properties, and the state in a document of its own."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_text_field("facts", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", fast=True)
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


_SCHEMA = _schema()


@dataclass(frozen=True)
class Entry:
    """A passage for the index: its words, separated by white space, and its article's header for filters."""

    passage_id: int
    words: str
    article: Row  # of the `articles` table


class KeywordIndex:
    """Finds passages by words. Several threads can use it; only one at a time adds or removes passages.

    `add` and `remove` change only memory, not the folder. So they are fast, need no lock that another process
    may have, and work on a full disk. `write_index` writes the folder.
    """

    def __init__(self, saved: Index | None = None, *, last_saved: int = 0) -> None:
        """Start with the passages of a folder, up to the passage `last_saved`, or empty."""
        self._saved: Searcher | None = saved.searcher() if saved else None
        self._last_saved = last_saved
        self._recent = Index(_SCHEMA)
        self._writer: tantivy.IndexWriter | None = None
        self._recent_ids: set[int] = set()
        self._removed: frozenset[int] = frozenset()
        # How many passages in the folder contain a word but were removed, for the words of recent searches.
        self._removed_with: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def unsaved(self) -> int:
        """The number of passages that were added or removed since the folder was written."""
        return len(self._recent_ids) + len(self._removed)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add new passages."""
        with self._lock:
            self._writer = self._writer or self._recent.writer(_SMALL_HEAP_BYTES, num_threads=1)
            for entry in entries:
                self._writer.add_document(_document(entry))
                self._recent_ids.add(entry.passage_id)
            self._writer.commit()
            self._recent.reload()

    def remove(self, removed: Collection[int]) -> None:
        """Remove passages, given by id; ignore ids that the index does not contain."""
        with self._lock:
            recent = self._recent_ids & set(removed)
            if recent and self._writer:
                self._writer.delete_documents_by_query(_any_of(recent))
                self._writer.commit()
                self._recent.reload()
                self._recent_ids -= recent
            gone = {number for number in removed if number <= self._last_saved}
            if self._saved and gone - self._removed:
                # subtle: a new mapping, because a search may fill the one of the passages removed before.
                self._removed, self._removed_with = self._removed | gone, {}

    def passages_with(self, word: str) -> int:
        """Return the number of passages that contain the word."""
        saved = _count(self._saved, word) - self._removed_passages_with(word) if self._saved else 0
        return saved + _count(self._recent.searcher(), word)

    def _removed_passages_with(self, word: str) -> int:
        removed, counts = self._removed, self._removed_with
        if not removed or not self._saved:
            return 0
        if word not in counts:
            if len(counts) >= _MOST_COUNTS:
                counts.clear()
            query = Query.boolean_query([(_MUST, _term("words", word)), (_MUST, _any_of(removed))])
            counts[word] = _matches(self._saved, query)
        return counts[word]

    def passage_ids(self) -> IdArray:
        """Return the ids of all passages in the index, in any order; a duplicate occurs twice."""
        recent, saved = _all_ids(self._recent.searcher()), _all_ids(self._saved) if self._saved else []
        return np.array([*recent, *(number for number in saved if number not in self._removed)], np.int64)

    def holds(self, entry: Entry) -> bool:
        """Return whether a search with all its words and filterable properties finds the passage."""
        must = [_any_of([entry.passage_id])]
        must += [_term("words", word) for word in set(entry.words.split())]
        must += [_has_any_fact([fact]) for fact in facts_of(entry.article)]
        query = Query.boolean_query([(_MUST, part) for part in must])
        found = _best(self._recent.searcher(), query, depth=1)
        if self._saved:
            found += _best(self._saved, query, depth=1, without=self._removed)
        return found == [entry.passage_id]

    def search(self, weights: Mapping[str, float], *, depth: int, filters: Filters) -> list[int]:
        """Return the ids of the best passages by tantivy's own BM25.

        Passages in the folder and passages in memory are ranked separately. So the order is meaningless, and
        the result may contain more than `depth` ids.
        """
        if not weights:
            return []
        any_word = Query.boolean_query([(_MAY, _weighted(word, weight)) for word, weight in weights.items()])
        query = Query.boolean_query(
            [(_MUST, any_word), *((_MUST, part) for part in _filter_queries(filters))]
        )
        found = _best(self._recent.searcher(), query, depth=depth)
        if self._saved:
            found += _best(self._saved, query, depth=depth, without=self._removed)
        return found


def open_saved(folder: Path) -> tuple[Index, dict[str, int]]:
    """Return the index in a folder and the state that was written with it.

    Raises:
        UnusableIndexFile: the folder is missing or damaged, or another program wrote it.
    """
    if not folder.exists():
        raise UnusableIndexFile(f"{folder} is missing")
    try:
        _check(folder)
        index = Index(_SCHEMA, path=str(folder))
        searcher = index.searcher()
        ((_, address),) = searcher.search(Query.term_query(_SCHEMA, "facts", "state"), limit=1).hits
        state: dict[str, int] = json.loads(searcher.doc(address).get_first("state") or "")
    # subtle: tantivy raises its own errors and, for some damage, a panic that is not even an Exception.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise UnusableIndexFile(f"{folder} is damaged: {error!r:.300}") from error
    return index, state


def write_index(
    folder: Path,
    entries: Iterable[Entry],
    *,
    removed: Iterable[int],
    state: Mapping[str, int],
    clear_first: bool,
) -> None:
    """Write `entries` into a folder and delete `removed` from it in one step, completely or not at all.

    `clear_first` deletes the former contents of the folder first. The caller must prevent other writers.

    Raises:
        OSError, ValueError: the disk is full, or another process is writing.
    """
    if clear_first:
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        else:  # subtle: `rmtree` opens anything, and waits for ever if it is a named pipe
            folder.unlink(missing_ok=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    writer = Index(_SCHEMA, path=str(folder)).writer(_LARGE_HEAP_BYTES)
    try:
        # subtle: an unfinished file of a killed process may have the name of a file to be written now.
        writer.garbage_collect_files()
        writer.delete_documents_by_query(_any_of(removed))
        writer.delete_documents_by_query(Query.term_query(_SCHEMA, "facts", "state"))
        for entry in entries:
            writer.add_document(_document(entry))
        writer.add_document(_from_dict({"facts": "state", "state": json.dumps(dict(state))}))
        writer.commit()
        writer.wait_merging_threads()
    finally:
        # subtle: a log may keep the traceback of an error, which would keep the writer and its lock.
        del writer
    with open(folder / _META_CHECKSUM, "wb") as file:
        file.write(_checksum((folder / _META).read_bytes()))
        file.flush()
        os.fsync(file.fileno())
    for changed in (folder, folder.parent):
        sync_folder(changed)


def _document(entry: Entry) -> tantivy.Document:
    fields: dict[str, Any] = {"words": entry.words, "passage": entry.passage_id}
    fields["facts"] = list(facts_of(entry.article))
    with suppress(TypeError, ValueError):  # undated, or damaged, which a check of the corpus finds
        fields["day"] = date.fromisoformat(entry.article["published_day"]).toordinal()
    return _from_dict(fields)


def _from_dict(fields: dict[str, Any]) -> tantivy.Document:
    return tantivy.Document.from_dict(fields, _SCHEMA)


def _filter_queries(filters: Filters) -> Iterator[Query]:
    """Yield a query for each filter. The same passages pass as with `rag.corpus.local.filters.where`."""
    for facts in required_facts(filters):
        yield _has_any_fact(facts)
    first, last = filters.published_from, filters.published_to
    if first or last:
        yield _unscored(Query.range_query(_SCHEMA, "day", FieldType.Integer, _day(first), _day(last)))


def _day(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _has_any_fact(facts: Iterable[str]) -> Query:
    return _unscored(Query.term_set_query(_SCHEMA, "facts", list(facts)))


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _term(field: str, value: str) -> Query:
    return Query.term_query(_SCHEMA, field, value, "freq")


def _weighted(word: str, weight: float) -> Query:
    return Query.boost_query(_term("words", word), weight)


def _any_of(passage_ids: Iterable[int]) -> Query:
    return Query.term_set_query(_SCHEMA, "passage", list(passage_ids))


def _count(searcher: Searcher, word: str) -> int:
    upper_bound = searcher.doc_freq("words", word)
    if not 0 < upper_bound <= _COUNTED_EXACTLY:
        return upper_bound
    return _matches(searcher, _term("words", word))


def _matches(searcher: Searcher, query: Query) -> int:
    return int(searcher.search(query, limit=1, count=True).count)  # type: ignore[attr-defined]


def _all_ids(searcher: Searcher) -> list[int]:
    hits = searcher.search(Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
    ids = searcher.fast_field_values("passage", [address for _, address in hits])
    return [cast(int, number) for number in ids if number is not None]  # the state has no passage id


def _best(
    searcher: Searcher, query: Query, *, depth: int, without: frozenset[int] = frozenset()
) -> list[int]:
    """Return the `depth` best passages that are not in `without`."""
    limit = depth
    while True:
        hits = searcher.search(query, limit=limit, count=False).hits
        ids = searcher.fast_field_values("passage", [address for _, address in hits])
        found = [cast(int, number) for number in ids if number not in without]
        if len(found) >= depth or len(hits) < limit:
            return found[:depth]
        limit *= 2


def _check(folder: Path) -> None:
    """Compare every file with its checksum, which tantivy writes into a footer of the file."""
    for file in folder.iterdir():
        if not file.is_file():  # subtle: reading a named pipe waits for ever, here and in tantivy
            raise ValueError(f"{file.name} is not a regular file")
    if (folder / _META_CHECKSUM).read_bytes() != _checksum((folder / _META).read_bytes()):
        raise ValueError(f"{_META} has been altered")
    for file in folder.iterdir():
        if file.name.endswith(_UNCHECKED):
            continue
        content = file.read_bytes()
        length, magic = int.from_bytes(content[-8:-4], "little"), int.from_bytes(content[-4:], "little")
        if len(content) < 8 or magic != _FOOTER_MAGIC:
            raise ValueError(f"{file.name} is cut short")
        if zlib.crc32(content[: -8 - length]) != json.loads(content[-8 - length : -8])["crc"]:
            raise ValueError(f"{file.name} has been altered")


def _checksum(content: bytes) -> bytes:
    return b"%08x\n" % zlib.crc32(content)
