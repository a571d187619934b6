"""A process that works on a data folder and is killed, and what must be true of the folder afterwards.

Where it is killed has a name (`POINTS`): when a function is called or has returned, as Python's profiler
tells it, or before a statement that SQLite is about to run. So the code itself knows nothing of it.
"""

import atexit
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import numpy as np
import pytest

from embeddings import vector_index
from embeddings.weights import FloatArray
from rag.corpus.keyword_ranking import Statistics, query_weights, rank_by_bm25
from rag.corpus.local import derived_keywords, derived_vectors, indexed_rows
from rag.corpus.local.backup import back_up, restore
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.corpus.local.migrations import m001_create_tables
from rag.datatypes import Article, Filters, IngestResult, Passage, ScoredPassage
from rag.errors import KutipError
from rag.ingestion import Ingestion
from rag.text.languages import words
from tests.conftest import TOPICS, TopicEncoder, article, identity

ENCODER = TopicEncoder()
NO_FILTERS = Filters()
EVERYTHING = 1000  # more passages than any corpus here holds

# Passages that are compared one by one. Up to 128 of them have eight lists at most, all of which are
# searched: so a trained index finds what an exact one does.
EXACT = 40

OTHER_WORDS = ("panen", "rumah", "jalan", "kota", "12", "2024", "harga", "naik")
QUERIES = ("kopi", "gempa 2024", "harga kopi naik di kota")

Articles = Mapping[str, Article]


# What lets a few dozen passages be many: module, name, value.
SMALL_TIERS = (
    (vector_index, "EXACT_BYTES", EXACT * ENCODER.dimension * 4),
    (derived_keywords, "_WRITTEN_FROM", 20),
    (derived_vectors, "ADDED_AT_ONCE", 16),
    (indexed_rows, "ADDED_AT_ONCE", 16),
)


def make_tiers_small() -> None:
    """Let a few dozen passages be many in this process, for good."""
    for part in SMALL_TIERS:
        setattr(*part)


def open_corpus(folder: Path) -> LocalCorpus:
    return LocalCorpus(folder, encoder=identity(ENCODER))


# What is done


Verb = Literal["ingest", "remove", "search", "optimize", "reopen", "backup", "restore"]


@dataclass(frozen=True)
class State:
    """The articles of a folder, and those of its backup; None if there is no backup."""

    articles: Articles
    backup: Articles | None = None

    def after(self, change: Callable[[dict[str, Article]], object]) -> "State":
        articles = dict(self.articles)
        change(articles)
        return State(articles, self.backup)


@dataclass(frozen=True)
class Step:
    """Something done with a corpus."""

    verb: Verb
    articles: tuple[Article, ...] = ()
    article_id: str = ""

    def states_after(self, state: State) -> Iterator[State]:
        """Yield the state after each change, in order."""
        if self.verb == "remove":
            yield state.after(lambda articles: articles.pop(self.article_id, None))
        elif self.verb == "backup":
            yield State(state.articles, state.articles)
        elif self.verb == "restore":
            assert state.backup is not None
            yield State(state.backup, state.backup)
        for each in self.articles:
            state = state.after(lambda articles, each=each: articles.update({each.id: each}))  # type: ignore[misc]
            yield state


class Worker:
    """Works on a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.corpus = open_corpus(folder)

    def perform(self, step: Step) -> Iterator[Any]:
        """Yield after every change that is committed."""
        if step.verb == "ingest":
            yield from ingest(self.corpus, step.articles)
        elif step.verb == "remove":
            yield self.corpus.remove(step.article_id)
        elif step.verb == "search":
            for query in QUERIES:
                vector_scores(self.corpus, query)
                keyword_scores(self.corpus, query)
        elif step.verb == "optimize":
            self.corpus.optimize()
        elif step.verb == "backup":
            yield back_up(self._folder, backup_of(self._folder), overwrite=True, on_progress=lambda *_: None)
        elif step.verb == "restore":
            yield restore(self._folder, backup_of(self._folder), overwrite=True, on_progress=lambda *_: None)
        else:
            self.corpus.close()
            self.corpus = open_corpus(self._folder)


def backup_of(folder: Path) -> Path:
    return folder.with_name("kutip.backup")


def ingest(corpus: LocalCorpus, articles: Sequence[Article]) -> Iterator[IngestResult]:
    for result in Ingestion(corpus, ENCODER, passage_max_tokens=ENCODER.max_tokens).ingest(articles):
        assert result.status != "rejected", result.reason
        yield result


def cut_and_encode(source: Article) -> tuple[list[Passage], FloatArray]:
    """Return what ingestion makes of an article."""
    # No corpus is asked to cut and encode.
    ingestion = Ingestion(None, ENCODER, passage_max_tokens=ENCODER.max_tokens)  # type: ignore[arg-type]
    return ingestion.cut_and_encode(source)


def chance_of(seed: int | str) -> random.Random:
    """Return what draws the same each time."""
    return random.Random(seed)  # noqa: S311 – articles and moments, not secrets


def some_article(number: int, chance: random.Random) -> Article:
    paragraphs = [
        " ".join(chance.choices((*TOPICS, *OTHER_WORDS), k=chance.randint(2, 6))).capitalize() + "."
        for _ in range(chance.randint(1, 4))
    ]
    title = chance.choice(["", "Kabar kopi"])
    return article(f"a{number:02}", *paragraphs, title=title, language=chance.choice(["id", "en"]))


# What a process does: between its changes it brings up, trains and writes indexes; it comes to every point.
USUAL: tuple[Verb, ...] = (
    "search", "ingest", "remove", "search", "optimize", "ingest", "remove", "reopen", "search", "optimize",
)  # fmt: skip


WITH_COPIES: tuple[Verb, ...] = (*USUAL, "backup", "restore")


def usual_steps(chance: random.Random) -> list[Step]:
    return [some_step(verb, chance) for verb in USUAL]


def some_step(verb: Verb, chance: random.Random) -> Step:
    if verb == "ingest":
        numbers = chance.sample(range(24), 5)
        return Step(verb, articles=tuple(some_article(number, chance) for number in numbers))
    return Step(verb, article_id=f"a{chance.randrange(20):02}" if verb == "remove" else "")


# Where it is killed


@dataclass(frozen=True)
class Point:
    """A moment: `call` or `return` of a function, or `sql`, before a statement that begins so.

    A process comes to it `times` or more often. `within_seconds` above 0 kills at any time up to so long
    after it, so within what no hook can see.
    """

    event: Literal["call", "return", "sql"]
    what: str
    times: int = 1
    within_seconds: float = 0.0

    def __str__(self) -> str:
        place = "within" if self.within_seconds else "after" if self.event == "return" else "before"
        return f"{place} {self.what}"


# By what the process is about. The first statement of a kind is often that of opening the corpus.
POINTS = {
    "a transaction": (
        Point("sql", "BEGIN IMMEDIATE", times=8),
        Point("sql", "DELETE FROM passages", times=8),
        Point("sql", "INSERT OR REPLACE INTO versions", times=8),
        Point("sql", "INSERT OR REPLACE INTO articles", times=8),
        Point("sql", "INSERT INTO passages", times=12),
        Point("sql", "DELETE FROM articles", times=2),
        Point("sql", "COMMIT", times=8),
        Point("sql", "COMMIT", times=8, within_seconds=0.002),
    ),
    "between commit and index": (
        Point("return", "LocalCorpus.add", times=8),
        Point("return", "LocalCorpus.remove", times=2),
        Point("sql", "SELECT id, vector FROM passages WHERE id >", times=2),
        Point("return", "DerivedVectors._add", times=2),
        Point("return", "DerivedVectors._remove", times=2),
        Point("call", "KeywordIndex.add", times=2),
        Point("return", "KeywordIndex.remove", times=2),
        Point("call", "Database.close", within_seconds=0.005),
    ),
    "the vector file": (
        Point("call", "VectorIndex.save"),
        Point("return", "_ChecksummedFile.write", times=8),
        Point("call", "fsync", times=4),
        Point("call", "replace"),
        Point("return", "replace"),
    ),
    "the keyword folder": (
        Point("call", "write_index"),
        Point("call", "IndexWriter.commit"),
        Point("call", "IndexWriter.commit", within_seconds=0.03),
        Point("return", "IndexWriter.commit"),
        Point("call", "IndexWriter.wait_merging_threads", within_seconds=0.03),
        Point("return", "IndexWriter.wait_merging_threads"),
        Point("call", "BufferedWriter.write"),
        Point("return", "write_index"),
    ),
    "a damaged keyword folder, rebuilt": (
        Point("return", "unlink", times=3),
        Point("return", "rmtree"),
        Point("call", "IndexWriter.commit", within_seconds=0.03),
        Point("return", "IndexWriter.commit"),
    ),
    "training": (
        Point("call", "VectorIndex.trained_on"),
        Point("call", "VectorIndex.trained_on", within_seconds=0.03),
        Point("return", "VectorIndex.trained_on"),
        Point("return", "VectorIndex.tune"),
        Point("call", "Derived._replace"),
        Point("return", "Derived._replace"),
    ),
    "a migration": (
        Point("sql", "DROP TRIGGER passage_removed"),
        Point("sql", "ALTER TABLE removals", times=2),
        Point("sql", "PRAGMA user_version ="),
        Point("sql", "UPDATE passages SET words", times=40),
        Point("sql", "COMMIT"),
        Point("sql", "COMMIT", within_seconds=0.005),
    ),
    "a backup": (
        Point("call", "copy_pages"),
        Point("call", "copy_pages", within_seconds=0.005),
        Point("call", "_checked"),
        Point("call", "replace"),
        Point("return", "replace"),
    ),
    "a restore": (
        Point("call", "copy_pages", within_seconds=0.005),
        Point("call", "_renumber_passages"),
        Point("call", "Database.take_over"),
        Point("call", "Database.take_over", within_seconds=0.01),
        Point("return", "Database.take_over"),
        Point("return", "delete_files"),
    ),
}


@dataclass(frozen=True)
class Kill:
    """The process is killed when it comes to the point for the `occurrence`-th time."""

    point: Point
    occurrence: int
    delay_seconds: float


class _Hook:
    """Notices that the point is reached, in any thread."""

    def __init__(self, kill: Kill, reached: Callable[[], None]) -> None:
        self._point = kill.point
        self._remaining = kill.occurrence
        self._reached = reached

    def install(self) -> None:
        if self._point.event == "sql":
            connect: Callable[..., sqlite3.Connection] = sqlite3.connect

            def connect_traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
                connection = connect(*arguments, **options)
                connection.set_trace_callback(self._trace)
                return connection

            sqlite3.connect = connect_traced  # type: ignore[assignment]
        else:
            threading.setprofile(self._profile)
            sys.setprofile(self._profile)

    def _trace(self, statement: str) -> None:
        if statement.lstrip().startswith(self._point.what):
            self._count()

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        name = argument.__qualname__ if event.startswith("c_") else frame.f_code.co_qualname
        if event.removeprefix("c_") == self._point.event and name == self._point.what:
            if name == "_ChecksummedFile.write":
                # So few vectors would all wait in memory: the file is to be cut short, not empty.
                frame.f_locals["self"]._file.flush()
            self._count()

    def _count(self) -> None:
        self._remaining -= 1
        if self._remaining == 0:
            self._reached()


class _Errors(logging.Handler):
    """Passes on what is logged as an error: the indexes' upkeep must never fail."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(f"{record.getMessage()} {record.exc_info and record.exc_info[1]!r}")


def _work(folder: Path, steps: Sequence[Step], kill: Kill | None, pipe: Connection) -> None:
    def reached() -> None:
        if kill and kill.delay_seconds:
            pipe.send("reached")
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    make_tiers_small()
    logging.getLogger().addHandler(_Errors(pipe.send))
    if kill:
        _Hook(kill, reached).install()
    pipe.send("begun")
    worker = Worker(folder)
    for step in steps:
        for _ in worker.perform(step):
            pipe.send("committed")
    worker.corpus.close()


def started(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start a process that has imported everything already; return it and the pipe it is given last."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashes", "benchmarks.report"])
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


@dataclass(frozen=True)
class Outcome:
    """Whether the process was killed, and how many changes it had acknowledged."""

    was_killed: bool
    acknowledged: int


def work_until_killed(
    folder: Path, steps: Sequence[Step], kill: Kill | None = None, *, after: tuple[int, float] | None = None
) -> Outcome:
    """Work on the folder in a process that is killed: at a point, or `after` so many changes and seconds."""
    process, pipe = started(_work, folder, steps, kill)
    acknowledged = 0
    with closing(pipe):
        try:
            while True:
                message = pipe.recv()
                if message == "reached" and kill:
                    _kill_later(process, kill.delay_seconds)
                elif message in ("begun", "committed"):
                    acknowledged += message == "committed"
                    if after and after[0] == acknowledged:
                        _kill_later(process, after[1])
                else:
                    raise AssertionError(message)
        except (EOFError, ConnectionResetError):
            process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return Outcome(process.exitcode != 0, acknowledged)


def _kill_later(process: BaseProcess, seconds: float) -> None:
    threading.Timer(seconds, process.kill).start()


# What must be true


def vector_scores(corpus: LocalCorpus, query: str) -> dict[tuple[str, str], float]:
    """Return the similarity of every passage, under its article's id and its text."""
    found = corpus.vector_search(ENCODER.encode_queries([query])[0], depth=EVERYTHING)
    return _scores(corpus, found)


def keyword_scores(corpus: LocalCorpus, query: str) -> dict[tuple[str, str], float]:
    """Return the score of every passage found, under its article's id and its text."""
    return _scores(corpus, corpus.keyword_search(query, language="id", depth=EVERYTHING).passages)


def _scores(corpus: LocalCorpus, found: Sequence[ScoredPassage]) -> dict[tuple[str, str], float]:
    hits = corpus.hits(found, source="vector")
    assert len(hits) == len(found), "a hit without a passage"
    return {(hit.article_id, f"{hit.paragraph} {hit.text}"): hit.score for hit in hits}


def expected_vector_scores(articles: Articles, query: str) -> dict[tuple[str, str], float]:
    """Compare the query with every passage."""
    vector = ENCODER.encode_queries([query])[0]
    return {
        (source.id, f"{passage.paragraph} {passage.text}"): float(stored @ vector)
        for source in articles.values()
        for passage, stored in zip(*cut_and_encode(source), strict=True)
    }


def expected_keyword_scores(articles: Articles, query: str) -> dict[tuple[str, str], float]:
    """Rank every passage that shares a word with the query."""
    texts = {
        (source.id, f"{passage.paragraph} {passage.text}"): words(source.title, language=source.language)
        + words(passage.text, language=source.language)
        for source in articles.values()
        for passage in cut_and_encode(source)[0]
    }
    languages = {source.language for source in articles.values()}
    weights = query_weights(query, language="id", passage_languages=languages)
    statistics = Statistics(
        passages=len(texts),
        words_a_passage=sum(map(len, texts.values())) / max(len(texts), 1),
        passages_with={word: sum(word in text for text in texts.values()) for word in weights},
    )
    keys = [key for key, text in texts.items() if weights.keys() & set(text)]
    candidates = {number: " ".join(texts[key]) for number, key in enumerate(keys)}
    ranked = rank_by_bm25(candidates, weights=weights, statistics=statistics)
    return {keys[passage.passage_id]: passage.score for passage in ranked}


def check_searches(corpus: LocalCorpus, articles: Articles, queries: Sequence[str] = QUERIES) -> None:
    """Hold both legs against what comparing with every passage of `articles` gives."""
    for query in queries:
        near = pytest.approx(expected_vector_scores(articles, query), abs=1e-5)
        assert vector_scores(corpus, query) == near
        near = pytest.approx(expected_keyword_scores(articles, query), abs=1e-5)
        assert keyword_scores(corpus, query) == near


def check_rows(folder: Path, articles: Articles) -> None:
    """See that no article is half there: its passages are those of its current version, and its own alone."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        versions = dict(database.execute("SELECT id, version FROM articles JOIN versions USING (version)"))
        rows = database.execute("SELECT article_id, paragraph, text, vector FROM passages ORDER BY id")
        stored: dict[str, list[tuple[int, str, bytes]]] = {}
        for article_id, *row in rows:
            stored.setdefault(article_id, []).append(tuple(row))
        counted = database.execute("SELECT passages, words FROM statistics").fetchone()
        assert counted == database.execute(
            "SELECT count(*), coalesce(sum(word_count), 0) FROM passages"
        ).fetchone()  # fmt: skip
    assert versions == {source.id: source.version for source in articles.values()}
    assert stored == {
        source.id: [
            (passage.paragraph, passage.text, vector.astype(np.float32).tobytes())
            for passage, vector in zip(*cut_and_encode(source), strict=True)
        ]
        for source in articles.values()
    }


def stored_articles(corpus: LocalCorpus) -> dict[str, Article]:
    """Return the current articles, whole."""
    headers = corpus.articles(NO_FILTERS, limit=EVERYTHING, cursor=None).articles
    found = {header.id: corpus.article(header.id) for header in headers}
    return {article_id: stored for article_id, stored in found.items() if stored}


_FILES = {DATABASE_NAME, VECTORS_NAME, KEYWORDS_NAME, "upkeep.lock"}


def check_folder(folder: Path, possible: Sequence[Articles]) -> Articles:
    """Open what a killed process left; return the articles there, which must be one of those `possible`.

    Twice: with the files it left, and with those that the first opening wrote.
    """
    with _warnings() as warnings:
        with open_corpus(folder) as corpus:
            articles = stored_articles(corpus)
            assert articles in possible
            check_rows(folder, articles)
            check_searches(corpus, articles)
            _check_beside_fresh(corpus, folder)
        others = {path.name for path in folder.iterdir()} - _FILES
        others = {name for name in others if not name.startswith(f"{DATABASE_NAME}.unfinished-")}
        assert not others, others
        with open_corpus(folder) as corpus:
            check_searches(corpus, articles, QUERIES[-1:])
    assert [text for text in warnings if "rebuild" not in text.lower()] == []
    return articles


def _check_beside_fresh(corpus: LocalCorpus, folder: Path) -> None:
    """Compare the hits with those of indexes made of the database alone, in another folder."""
    other = folder.with_name(f"{folder.name}-fresh")
    other.mkdir()
    copy_database(folder, other)
    with open_corpus(other) as fresh:
        for query in QUERIES:
            for scores in (vector_scores, keyword_scores):
                assert scores(corpus, query) == pytest.approx(scores(fresh, query), abs=1e-5)
    # The keyword index may still merge its files when the corpus is closed.
    shutil.rmtree(other, ignore_errors=True)


def copy_database(folder: Path, other: Path) -> None:
    """Copy the database into another folder.

    subtle: not as a file, because closing the file would end all locks that this process has on it.
    """
    with (
        closing(sqlite3.connect(folder / DATABASE_NAME)) as source,
        closing(sqlite3.connect(other / DATABASE_NAME)) as target,
    ):
        source.backup(target)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    found: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("rag")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)


def possible_after(before: State, steps: Sequence[Step], acknowledged: int) -> list[State]:
    """Return the state with what was acknowledged, and the one with the next change, which may be there."""
    states = [before]
    for step in steps:
        states += step.states_after(states[-1])
    return states[acknowledged : acknowledged + 2]


def backed_up_articles(folder: Path) -> dict[str, Article] | None:
    """Return the articles in the backup of a folder, which is complete; None if there is no backup."""
    if not backup_of(folder).exists():
        return None
    other = folder.with_name(f"{folder.name}-restored")
    restore(other, backup_of(folder), overwrite=False, on_progress=lambda *_: None)
    with open_corpus(other) as corpus:
        articles = stored_articles(corpus)
    check_rows(other, articles)
    shutil.rmtree(other)
    return articles


# Bits that flip


def flip_bit(files: Sequence[Path], chance: random.Random) -> None:
    """Flip one bit of one of the files, drawn by size."""
    files = [path for path in sorted(files) if path.is_file() and path.stat().st_size]
    (path,) = chance.choices(files, [path.stat().st_size for path in files])
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.unlink()  # so that whoever has mapped the file into memory keeps the former one
    path.write_bytes(content)


def flip_bit_of_index(folder: Path, chance: random.Random) -> None:
    """Flip one bit of a file of an index, which no process has open."""
    files = [folder / VECTORS_NAME, *(folder / KEYWORDS_NAME).glob("*")]
    if any(path.exists() for path in files):
        flip_bit(files, chance)


def check_flipped(folder: Path, articles: Articles, chance: random.Random) -> None:
    """Flip one bit anywhere in a copy of a folder: it is refused, or finds nothing that is not true."""
    copy = folder.with_name(f"{folder.name}-flipped")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(f"{DATABASE_NAME}*"))
    copy_database(folder, copy)
    flip_bit(list(copy.rglob("*")), chance)
    try:
        with open_corpus(copy) as corpus:
            for query in QUERIES:
                vector = ENCODER.encode_queries([query])[0]
                found = corpus.vector_search(vector, depth=EVERYTHING)
                found += corpus.keyword_search(query, language="id", depth=EVERYTHING).passages
                for hit in corpus.hits(found, source="vector"):
                    source = articles[hit.article_id]
                    assert hit.article_version == source.version
                    assert hit.text == source.text[hit.start : hit.end]
            assert stored_articles(corpus).items() <= articles.items()
    except KutipError:
        pass
    finally:
        shutil.rmtree(copy)


# Folders to begin with


def kill_at(point: Point, *, of: str, folder: Path, chance: random.Random) -> Outcome:
    """Fill a folder, have a process that works on it killed at the point, and check what it left."""
    if of in ("a backup", "a restore"):
        return _kill_copying(point, "backup" if of == "a backup" else "restore", folder, chance)
    articles = make_folder(folder)
    if of == "a migration":
        make_old(folder)
    elif of.startswith("a damaged"):
        next((folder / KEYWORDS_NAME).glob("*.idx")).write_bytes(b"")
    steps = usual_steps(chance)
    outcome = work_until_killed(folder, steps, kill_of(point, chance))
    possible = possible_after(State(articles), steps, outcome.acknowledged)
    check_folder(folder, [state.articles for state in possible])
    return outcome


def kill_of(point: Point, chance: random.Random) -> Kill:
    return Kill(point, chance.randint(1, point.times), chance.uniform(0, point.within_seconds))


def _kill_copying(point: Point, verb: Verb, folder: Path, chance: random.Random) -> Outcome:
    """Kill a backup or a restore; the folder and the backup are as before, or as they are to be."""
    made, state = _edited_folder()
    shutil.copytree(made, folder)
    shutil.copy2(backup_of(made), backup_of(folder))
    edited, articles = state.articles, state.backup
    assert articles is not None
    steps = [Step("search"), Step(verb), Step("search")]
    outcome = work_until_killed(folder, steps, kill_of(point, chance))
    check_folder(folder, [edited] if verb == "backup" else [edited, articles])
    with closing(Worker(folder).corpus):
        back_up(folder, folder.with_name("other.backup"), overwrite=False, on_progress=lambda *_: None)
    restore(folder, backup_of(folder), overwrite=True, on_progress=lambda *_: None)
    check_folder(folder, [articles, edited] if verb == "backup" else [articles])
    back_up(folder, backup_of(folder), overwrite=True, on_progress=lambda *_: None)
    assert [path.name for path in folder.parent.rglob("*unfinished*")] == []
    return outcome


def kill_at_random(folder: Path, before: State, chance: random.Random) -> tuple[Outcome, State]:
    """Have a process that works on the folder killed at any time; return what is there afterwards.

    Before every other process, a bit of an index flips. Afterwards, one flips anywhere in a copy.
    """
    if chance.random() < 0.5:
        flip_bit_of_index(folder, chance)
    steps = [some_step(chance.choice(WITH_COPIES), chance) for _ in range(12)]
    outcome = work_until_killed(folder, steps, after=(chance.randint(0, 15), chance.uniform(0, 0.05)))
    possible = possible_after(before, steps, outcome.acknowledged)
    articles = check_folder(folder, [state.articles for state in possible])
    state = State(articles, backed_up_articles(folder))
    assert state in possible
    check_flipped(folder, articles, chance)
    return outcome, state


def make_folder_with_backup(folder: Path) -> State:
    """Make a folder as `make_folder` does, and a backup of it."""
    articles = make_folder(folder)
    back_up(folder, backup_of(folder), overwrite=False, on_progress=lambda *_: None)
    return State(articles, articles)


def make_folder(folder: Path) -> Articles:
    """Make a corpus that is about to outgrow comparing its vectors one by one, with its files."""
    made, articles = _first_folder()
    shutil.copytree(made, folder)
    return articles


@cache
def _first_folder() -> tuple[Path, Articles]:
    """Make the folder that others begin as copies of."""
    folder, chance = _temporary_folder() / "data", chance_of(0)
    sources = [some_article(number, chance) for number in range(20)]
    with open_corpus(folder) as corpus:
        list(ingest(corpus, sources))
    return folder, {source.id: source for source in sources}


@cache
def _edited_folder() -> tuple[Path, State]:
    """Make a folder with a backup, and edit its articles afterwards."""
    folder = _temporary_folder() / "data"
    state, steps = make_folder_with_backup(folder), usual_steps(chance_of(0))
    worker = Worker(folder)
    edits = sum(len(list(worker.perform(step))) for step in steps)
    worker.corpus.close()
    return folder, possible_after(state, steps, edits)[0]


def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_old(folder: Path) -> None:
    """Make the database one of the first format, which had its keywords in SQLite and another vector file."""
    (folder / VECTORS_NAME).unlink()
    shutil.rmtree(folder / KEYWORDS_NAME)
    new = folder / "new.sqlite3"
    (folder / DATABASE_NAME).rename(new)
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as database:
        database.execute("ATTACH ? AS new", [str(new)])
        database.execute("BEGIN")
        m001_create_tables(database)
        for name in ("versions", "articles"):
            columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({name})"))
            database.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM new.{name}")
        columns = "id, article_id, paragraph, start, end, text, word_count, vector"
        database.execute(f"INSERT INTO passages ({columns}) SELECT {columns} FROM new.passages")
        database.execute("INSERT INTO keywords (rowid, words) SELECT id, words FROM new.passages")
        database.execute("INSERT INTO properties SELECT * FROM new.properties WHERE name = 'encoder'")
        database.execute("PRAGMA user_version = 1")
        database.execute("COMMIT")
    new.unlink()
