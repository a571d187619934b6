"""Backup and restore: a whole corpus, whatever is going on, or nothing and the reason."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import filelock
import pytest

from rag.corpus.local.backup import Contents, back_up, restore
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.corpus.local.migrations import m001_create_tables
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article, Counts, Filters
from rag.errors import BackupError, CorpusTooNew, EncoderMismatch, KutipError, NotFound
from tests.conftest import article
from tests.corpora import (
    ENCODER,
    OTHER,
    add,
    check_against_brute_force,
    keyword_ids,
    vector_hits,
    vector_ids,
)
from tests.corpus.local.test_corpus import open_corpus

LONG = [article(f"long {number}", "Kopi.", metadata={"pad": "x" * 1_000_000}) for number in range(12)]
FIRST = [article(f"{number}", f"Kopi {number}.", "Banjir lagi.") for number in range(20)]


def ignore_progress(done: int, total: int) -> None:
    assert 0 <= done <= total


def saved(folder: Path, target: Path, *, overwrite: bool = False) -> Contents:
    return back_up(folder, target, overwrite=overwrite, on_progress=ignore_progress)


def put_back(folder: Path, source: Path, *, overwrite: bool = False) -> Contents:
    return restore(folder, source, overwrite=overwrite, on_progress=ignore_progress)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A closed corpus of twenty articles."""
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, *FIRST)
    return tmp_path / "data"


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of `data`."""
    saved(data, tmp_path / "kutip.backup")
    return tmp_path / "kutip.backup"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Backup


def test_a_backup_is_one_file_and_reports_its_contents(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "kutip.backup"
    contents = saved(data, target)
    assert contents == Contents(
        articles=20, passages=40, bytes=target.stat().st_size, encoder=EncoderIdentity("topics", 7)
    )
    assert str(contents) == f"20 articles, 40 passages, {target.stat().st_size:,} bytes"
    assert names(tmp_path) == {"data", "kutip.backup"}


def test_a_restored_corpus_equals_the_original(data: Path, backup: Path, tmp_path: Path) -> None:
    put_back(tmp_path / "new", backup)
    with open_corpus(tmp_path / "new") as corpus:
        assert [corpus.article(source.id) for source in FIRST] == FIRST
        check_against_brute_force(corpus)
        assert keyword_ids(corpus) == sorted(source.id for source in FIRST)
        assert corpus.check(on_progress=ignore_progress) == []


def test_former_versions_are_backed_up_too(data: Path, tmp_path: Path) -> None:
    with open_corpus(data) as corpus:
        add(corpus, article("3", "Lain."))
    saved(data, tmp_path / "b")
    put_back(tmp_path / "new", tmp_path / "b")
    with open_corpus(tmp_path / "new") as corpus:
        assert corpus.article("3", version=FIRST[3].version) == FIRST[3]


def test_an_existing_file_is_replaced_only_if_requested(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "kutip.backup"
    target.write_text("precious")
    with pytest.raises(
        BackupError, match=r"kutip\.backup exists\. Choose another name, or overwrite it with --force"
    ):
        saved(data, target)
    assert target.read_text() == "precious"
    saved(data, target, overwrite=True)
    assert put_back(tmp_path / "new", target).articles == 20


def test_a_backup_needs_a_corpus_and_creates_nothing_without_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There are no articles in .*data\. Set KUTIP_DATA_DIR"):
        saved(tmp_path / "data", tmp_path / "b")
    assert names(tmp_path) == set()


@pytest.mark.parametrize("name", [DATABASE_NAME, "backup"])
def test_no_backup_goes_into_the_data_folder(data: Path, name: str) -> None:
    before = (data / DATABASE_NAME).read_bytes()
    with pytest.raises(BackupError, match=r"is inside the data folder .*data\. Choose a file outside"):
        saved(data, data / name, overwrite=True)
    assert (data / DATABASE_NAME).read_bytes() == before


def test_an_unwritable_target_is_reported(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"Cannot write .*nowhere/b \(.*\)\. Choose another file"):
        saved(data, tmp_path / "nowhere" / "b")


def test_a_damaged_corpus_never_replaces_a_backup(data: Path, backup: Path) -> None:
    before = backup.read_bytes()
    damage_in_the_middle(data)
    with pytest.raises(BackupError, match=r"The corpus in .*data is damaged \(.*\): run `kutip doctor`"):
        saved(data, backup, overwrite=True)
    assert backup.read_bytes() == before


def damage_in_the_middle(folder: Path) -> None:
    """Overwrite the first page of the passages."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'passages'").fetchone()
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    with (folder / DATABASE_NAME).open("r+b") as file:
        file.seek((root - 1) * page_bytes)
        file.write(b"\xa5" * page_bytes)


def test_a_full_disk_keeps_the_former_backup(data: Path, backup: Path) -> None:
    # A limit on the size of files stands for the disk.
    program = f"""
import resource, signal
from tests.corpus.local.test_backup import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
try:
    saved(Path({str(data)!r}), Path({str(backup)!r}), overwrite=True)
except BackupError as error:
    print(error)
"""
    with open_corpus(data) as corpus:
        add(corpus, LONG[0])
    before = backup.read_bytes()
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("Cannot copy the articles to ")
    assert run.stdout.endswith(". Free some space there.\n")
    assert backup.read_bytes() == before
    assert names(backup.parent) == {"data", backup.name}


def test_a_backup_during_changes_is_consistent(data: Path, tmp_path: Path) -> None:
    # Article n+1 is added only after article n, and each is edited once: so a state is a prefix.
    stopped = threading.Event()

    def write(corpus: LocalCorpus) -> None:
        number = 100
        while not stopped.is_set():
            add(corpus, article(f"{number}", f"Kopi {number}."), article(f"{number - 1}", "Banjir."))
            number += 1

    with open_corpus(data) as corpus:
        add(corpus, article("99", "Kopi 99."))
        thread = threading.Thread(target=write, args=(corpus,))
        thread.start()
        for number in range(5):
            saved(data, tmp_path / f"{number}")
        stopped.set()
        thread.join()
    for number in range(5):
        put_back(tmp_path / "new", tmp_path / f"{number}", overwrite=True)
        with open_corpus(tmp_path / "new") as restored:
            assert restored.check(on_progress=ignore_progress) == []
            headers = restored.articles(Filters(), limit=100_000, cursor=None).articles
            added = sorted(int(header.id) for header in headers if int(header.id) >= 99)
            assert added == list(range(99, 99 + len(added)))


def test_commits_during_a_backup_are_not_in_it_and_do_not_delay_it(data: Path, tmp_path: Path) -> None:
    with open_corpus(data) as corpus:
        add(corpus, *LONG)
        steps: list[int] = []

        def add_one(done: int, total: int) -> None:
            steps.append(done)
            add(corpus, article(f"{len(steps)} during", "Bus."))

        contents = back_up(data, tmp_path / "b", overwrite=False, on_progress=add_one)
        assert len(steps) > 2
        assert steps == sorted(set(steps))  # it never began again
        assert (contents.articles, corpus.counts().articles) == (32, 32 + len(steps))


# Restore


def test_articles_are_replaced_only_if_requested(data: Path, backup: Path) -> None:
    with open_corpus(data) as corpus:
        add(corpus, article("new", "Gempa."))
    with pytest.raises(
        BackupError,
        match=r"data already has 21 articles\. Keep it with `kutip backup`, then replace it with --force",
    ):
        put_back(data, backup)
    assert vector_texts(data, "gempa") == ["Gempa."]
    put_back(data, backup, overwrite=True)
    with open_corpus(data) as corpus:
        assert corpus.counts() == Counts(articles=20, passages=40)
        assert corpus.article("new") is None


def vector_texts(folder: Path, query: str) -> list[str]:
    with open_corpus(folder) as corpus:
        return [hit.text for hit in vector_hits(corpus, query, depth=1)]


def test_an_empty_corpus_may_be_replaced(backup: Path, tmp_path: Path) -> None:
    open_corpus(tmp_path / "new").close()
    assert put_back(tmp_path / "new", backup).articles == 20


def test_an_open_corpus_searches_the_restored_articles(data: Path, backup: Path) -> None:
    # An index that went on from where it was would miss some passages and name others.
    with open_corpus(data) as running:
        add(running, *(article(f"later {number}", "Gempa.", "Bus.") for number in range(5)))
        assert vector_ids(running, "gempa")[-1] == "later 4"
        put_back(data, backup, overwrite=True)
        assert running.counts().articles == 20
        add(running, *(article(f"other {number}", "Maraton.") for number in range(12)))
        assert {hit.text for hit in vector_hits(running, "maraton", depth=12)} == {"Maraton."}
        assert keyword_ids(running, "gempa") == []
        assert len(keyword_ids(running, "maraton")) == 12
        check_against_brute_force(running)
        assert running.check(on_progress=ignore_progress) == []
        report = running.index_report()
        assert [progress.passages_behind for progress in report.progress] == [0, 0]
    with open_corpus(data) as corpus:
        check_against_brute_force(corpus)


def test_passage_ids_do_not_double_with_each_backup_and_restore(data: Path, tmp_path: Path) -> None:
    for number in range(8):
        target = tmp_path / f"{number}.backup"
        back_up(data, target, overwrite=False, on_progress=ignore_progress)
        put_back(data, target, overwrite=True)
    with closing(sqlite3.connect(data / DATABASE_NAME)) as connection:
        (last,) = connection.execute("SELECT max(id) FROM passages").fetchone()
    assert last < 9_000_000  # a million are reserved at each restore
    with open_corpus(data) as corpus:
        assert corpus.check(on_progress=ignore_progress) == []


def test_an_open_corpus_reports_how_far_its_indexes_are_behind_the_restored_database(
    data: Path, backup: Path
) -> None:
    with open_corpus(data) as running:
        vector_ids(running)
        keyword_ids(running)
        put_back(data, backup, overwrite=True)
        assert all(progress.passages_behind >= 40 for progress in running.index_report().progress)


def test_searches_during_restores_see_one_corpus_or_the_other(data: Path, tmp_path: Path) -> None:
    with open_corpus(tmp_path / "other") as corpus:
        add(corpus, *(article(f"b{number}", f"Gempa kopi {number}.") for number in range(30)))
    backups = [tmp_path / "a.backup", tmp_path / "b.backup"]
    for folder, target in zip((data, tmp_path / "other"), backups, strict=True):
        saved(folder, target)
    errors: list[BaseException] = []
    stopped = threading.Event()

    def search(corpus: LocalCorpus) -> None:
        try:
            while not stopped.is_set():
                for hits in (vector_hits(corpus, "kopi"), vector_hits(corpus, "gempa", depth=5)):
                    assert len({hit.article_id[0] == "b" for hit in hits}) <= 1
                assert all("kopi" in hit.text.lower() for hit in vector_hits(corpus, "kopi", depth=10))
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    with open_corpus(data) as running:
        threads = [threading.Thread(target=search, args=(running,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for turn in range(10):
            put_back(data, backups[turn % 2], overwrite=True)
        stopped.set()
        for thread in threads:
            thread.join()
        assert errors == []
        assert vector_ids(running)[0] == "b0"


def test_a_server_in_another_process_sees_the_restored_corpus(data: Path, backup: Path) -> None:
    program = f"""
import sys
from tests.corpus.local.test_backup import *
with open_corpus(Path({str(data)!r})) as corpus:
    print(keyword_ids(corpus, "gempa"), flush=True)
    input()
    print(keyword_ids(corpus, "gempa"), len(vector_ids(corpus)), flush=True)
"""
    with open_corpus(data) as corpus:
        add(corpus, article("new", "Gempa."))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "['new']\n"
        put_back(data, backup, overwrite=True)
        out, _ = process.communicate("\n", timeout=60)
    assert out == "[] 20\n"


def test_indexes_are_rebuilt_without_a_message(
    data: Path, backup: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert (data / VECTORS_NAME).exists()
    put_back(data, backup, overwrite=True)
    assert not (data / VECTORS_NAME).exists()
    assert not (data / KEYWORDS_NAME).exists()
    assert VECTORS_NAME not in " ".join(names(data))
    with open_corpus(data) as corpus:
        check_against_brute_force(corpus)
    assert caplog.messages == []


def test_a_backup_of_an_older_format_is_migrated(tmp_path: Path) -> None:
    old = tmp_path / "old"
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        m001_create_tables(connection)
        connection.execute("PRAGMA user_version = 1")
    assert put_back(tmp_path / "new", old).articles == 0
    with open_corpus(tmp_path / "new") as corpus:
        add(corpus, *FIRST)
        check_against_brute_force(corpus)


def test_a_backup_with_another_analysis_of_words_is_analyzed_again(backup: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(backup, isolation_level=None)) as connection:
        connection.execute("UPDATE properties SET value = '0' WHERE name = 'analysis'")
        connection.execute("UPDATE passages SET words = 'x'")
    with open_corpus(tmp_path / "new") as corpus:
        put_back(tmp_path / "new", backup)
        check_against_brute_force(corpus)


def test_a_backup_of_a_newer_kutip_is_refused(backup: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CorpusTooNew, match=r"format 99, but .* supports formats up to 4: upgrade"):
        put_back(tmp_path / "new", backup)


def test_vectors_of_another_encoder_are_restored_and_reported(backup: Path, tmp_path: Path) -> None:
    assert put_back(tmp_path / "new", backup).encoder == EncoderIdentity("topics", 7)
    with pytest.raises(EncoderMismatch, match="run `kutip ingest --rebuild`"):
        LocalCorpus(tmp_path / "new", encoder=OTHER)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a backup of Kutip .no such table: .*Name a file that `kutip backup` wrote"),
        (b"This is no database. " * 400, "is not a backup of Kutip .file is not a database"),
        (None, "is not a backup of Kutip .no such table: properties"),
    ],
)
def test_a_file_that_is_not_a_backup_changes_nothing(
    data: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    wrong = tmp_path / "wrong"
    if content is None:
        with closing(sqlite3.connect(wrong)) as connection:
            connection.execute("CREATE TABLE notes (text TEXT)")
    else:
        wrong.write_bytes(content)
    check_refused(data, wrong, BackupError, message)


def check_refused(data: Path, source: Path, error: type[KutipError], message: str) -> None:
    before = names(data)
    with pytest.raises(error, match=message):
        put_back(data, source, overwrite=True)
    assert names(data) <= before | {f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm"}
    with open_corpus(data) as corpus:
        assert corpus.counts().articles == 20
        check_against_brute_force(corpus)


def test_a_damaged_backup_changes_nothing(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "copied")
    damage_in_the_middle(tmp_path / "copied")
    damaged = tmp_path / "copied" / DATABASE_NAME
    check_refused(data, damaged, BackupError, r"corpus\.sqlite3 is damaged .*: restore another backup")


def test_a_backup_cut_short_changes_nothing(data: Path, backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-4096])
    check_refused(data, backup, BackupError, "is damaged|is not a backup")


def test_a_missing_file_is_reported(data: Path, tmp_path: Path) -> None:
    check_refused(data, tmp_path / "nirgends", NotFound, r"There is no file .*nirgends\. Name a file that")


def test_a_corpus_damaged_in_the_middle_is_replaced(data: Path, backup: Path) -> None:
    damage_in_the_middle(data)
    put_back(data, backup, overwrite=True)
    with open_corpus(data) as corpus:
        assert corpus.check(on_progress=ignore_progress) == []
        check_against_brute_force(corpus)


def test_a_file_that_is_no_longer_a_database_is_moved_aside(data: Path, backup: Path) -> None:
    (data / DATABASE_NAME).write_bytes(b"This is no database. " * 400)
    with pytest.raises(BackupError, match=r"Cannot read .*data \(file is not a database\)\. Keep it"):
        put_back(data, backup)
    put_back(data, backup, overwrite=True)
    assert (data / f"damaged-{DATABASE_NAME}").read_bytes().startswith(b"This is no database. ")
    with open_corpus(data) as corpus:
        assert corpus.check(on_progress=ignore_progress) == []
        assert corpus.counts().articles == 20


def test_a_restore_that_is_killed_changes_nothing(data: Path, tmp_path: Path) -> None:
    with open_corpus(tmp_path / "large") as corpus:
        add(corpus, *LONG)
    saved(tmp_path / "large", tmp_path / "b")
    for calls in (2, 6):  # while it copies to the side, and into the corpus
        program = f"""
import os, signal
from tests.corpus.local.test_backup import *
calls = []
def ignore_progress(done, total):
    calls.append(done)
    if len(calls) == {calls}:
        os.kill(os.getpid(), signal.SIGKILL)
restore(Path({str(data)!r}), Path({str(tmp_path / "b")!r}), overwrite=True, on_progress=ignore_progress)
"""
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        assert run.returncode == -9
        with open_corpus(data) as corpus:
            assert corpus.check(on_progress=ignore_progress) == []
            assert [corpus.article(source.id) for source in FIRST] == FIRST
            check_against_brute_force(corpus)


def test_the_last_state_of_any_article_survives_a_round_trip(tmp_path: Path) -> None:
    full = Article(
        id="a/b \U0001f600",
        paragraphs=("Satu [5].", "", "  Dua 😀 \r\n"),
        language="zh-Hans",
        metadata={"a": [1, None, {"é": 1.5}]},
        permission="surat 12",
    )
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, full)
        stored = corpus.passages_of(full.id)
    saved(tmp_path / "data", tmp_path / "b")
    put_back(tmp_path / "new", tmp_path / "b")
    with open_corpus(tmp_path / "new") as corpus:
        assert corpus.article(full.id) == full
        for (passage, vector), (again, vector_again) in zip(stored, corpus.passages_of(full.id), strict=True):
            assert passage == again
            assert vector.tobytes() == vector_again.tobytes()
    assert ENCODER.name == "topics"


def test_files_of_a_killed_backup_are_removed_but_not_those_of_a_running_one(
    data: Path, tmp_path: Path
) -> None:
    left, in_use = (tmp_path / f"kutip.backup.unfinished-{name}" for name in ("left", "in-use"))
    for folder in (left, in_use):
        folder.mkdir()
        (folder / "kutip.backup").touch()
    with filelock.FileLock(in_use / "in-use.lock"):
        saved(data, tmp_path / "kutip.backup")
        assert not left.exists()
        assert (in_use / "kutip.backup").exists()
    saved(data, tmp_path / "kutip.backup", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kutip.backup"]
