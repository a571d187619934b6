"""A deleted article is gone: no file of the data folder and no new backup contains a word of it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from rag.corpus.local import derived_keywords, migrations
from rag.corpus.local.backup import back_up, restore
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.local.derived_indexes import KEYWORDS_NAME, VECTORS_NAME
from rag.datatypes import Article
from tests.conftest import article
from tests.corpora import TOPIC_IDENTITY, add, keyword_ids
from tests.corpus.local.test_integrity import alter, cut_and_encode

# No word shares its beginning with a word of another article, because a dictionary of words omits what the
# word before has in common.
SECRET = ("zarfelun", "quibonat", "wexomir", "jyldrapo", "vumbrisk")
DELETED = article("dihapus", f"Kopi {' '.join(SECRET)}.", title="xanthopel")
FIRST_DRAFT = article("dihapus", "Kopi gribnolad.", title="xanthopel")
WORDS = (*SECRET, "xanthopel", "gribnolad")


def other(number: int) -> Article:
    return article(f"a{number:02}", f"Kopi banjir nomor {number}.")


def open_corpus(folder: Path) -> LocalCorpus:
    return LocalCorpus(folder, encoder=TOPIC_IDENTITY)


def places_of(folder: Path) -> list[tuple[str, str]]:
    """Return the words of the deleted article that the files of a folder contain, with the files."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with suppress(FileNotFoundError):  # a running service replaces files
                contents[path.name] = path.read_bytes().lower()
    return [(name, word) for name, content in contents.items() for word in WORDS if word.encode() in content]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with files of both indexes, and an article in them that is to be deleted."""
    monkeypatch.setattr(derived_keywords, "_WRITTEN_FROM", 5)
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, *map(other, range(8)), FIRST_DRAFT)
        corpus.optimize()
        add(corpus, DELETED)
        corpus.optimize()
    for name in (KEYWORDS_NAME, VECTORS_NAME):
        assert (tmp_path / "data" / name).exists()
    assert {word for _, word in places_of(tmp_path / "data")} >= {*SECRET, "xanthopel"}
    return tmp_path / "data"


def backed_up(folder: Path) -> list[tuple[str, str]]:
    target = folder.parent / "backups" / "kutip.backup"
    target.parent.mkdir(exist_ok=True)
    back_up(folder, target, overwrite=True, on_progress=lambda *_: None)
    return places_of(target.parent)


def test_no_word_is_left_after_the_corpus_is_closed(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert corpus.remove(DELETED.id)
        assert keyword_ids(corpus, SECRET[0]) == []
    assert places_of(folder) == []
    assert backed_up(folder) == []


def test_no_word_is_left_while_the_service_runs(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert corpus.remove(DELETED.id)
        until = time.monotonic() + 20
        while places_of(folder) and time.monotonic() < until:
            time.sleep(0.05)
        assert places_of(folder) == []
        assert backed_up(folder) == []
        assert keyword_ids(corpus, "banjir") == [f"a{number:02}" for number in range(8)]


def files_of_the_database_with_words(folder: Path) -> set[str]:
    return {name for name, _ in places_of(folder) if name.startswith(DATABASE_NAME)}


@contextmanager
def reader(folder: Path) -> Iterator[None]:
    """Read the database for a long time, as another process may do."""
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM articles").fetchone()
        yield


@pytest.mark.parametrize("end", ["the next write", "the end of the service"])
def test_words_that_a_reader_keeps_in_the_database_are_gone_with(end: str, folder: Path) -> None:
    # Another process has the database open, so that SQLite does not remove the log itself.
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as another, open_corpus(folder) as corpus:
        another.execute("SELECT count(*) FROM articles").fetchone()
        with reader(folder):
            assert corpus.remove(DELETED.id)
            assert files_of_the_database_with_words(folder)
        if end == "the next write":
            add(corpus, other(9))
        else:
            corpus.close()
        assert files_of_the_database_with_words(folder) == set()


def test_a_backup_from_before_the_deletion_contains_the_article(folder: Path) -> None:
    assert backed_up(folder)
    with open_corpus(folder) as corpus:
        assert corpus.remove(DELETED.id)
    assert places_of(folder.parent / "backups")


def test_no_word_is_left_after_another_process_deleted_without_an_encoder(folder: Path) -> None:
    with open_corpus(folder) as served:
        assert keyword_ids(served, SECRET[0]) == [DELETED.id]
        with LocalCorpus(folder, encoder=None) as corpus:
            assert corpus.remove(DELETED.id)
        assert keyword_ids(served, SECRET[0]) == []
    assert places_of(folder) == []


def test_no_word_is_left_after_a_repair_and_a_restore(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        corpus.remove(DELETED.id)
    alter(
        folder,
        "UPDATE versions SET document = replace(document, 'nomor', 'momor') WHERE article_id = 'a01'",
        "UPDATE passages SET text = 'Teh.' WHERE article_id = 'a02'",
        "UPDATE passages SET words = 'teh' WHERE article_id = 'a03'",
        "UPDATE statistics SET passages = 99",
    )
    with open_corpus(folder) as corpus:
        findings = corpus.check(on_progress=lambda *_: None)
        repairs = {finding.problem.repair for finding in findings}
        assert repairs == {"withdraw", "article", "words", "counts"}
        corpus.repair(findings, cut_and_encode)
        (withdrawn,) = corpus.check(on_progress=lambda *_: None)
        assert withdrawn.problem.repair is None
        assert keyword_ids(corpus, "banjir") == ["a00", *(f"a{number:02}" for number in range(2, 8))]
    assert places_of(folder) == []
    assert backed_up(folder) == []
    backup = folder.parent / "backups" / "kutip.backup"
    restore(folder.parent / "other", backup, overwrite=False, on_progress=lambda *_: None)
    assert places_of(folder.parent / "other") == []


def test_no_word_is_left_of_a_damaged_article_that_a_repair_withdrew_before_it_was_deleted(
    folder: Path,
) -> None:
    alter(folder, "UPDATE versions SET document = replace(document, 'Kopi', 'Topi')")
    with open_corpus(folder) as corpus:
        corpus.repair(corpus.check(on_progress=lambda *_: None), cut_and_encode)
        assert corpus.article(DELETED.id) is None
        assert {word for _, word in places_of(folder)} >= {*SECRET, "xanthopel"}
        assert corpus.remove(DELETED.id)
    assert places_of(folder) == []
    assert backed_up(folder) == []


def test_no_word_is_left_of_what_an_earlier_version_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier versions kept the words of deleted articles, and pages that were not overwritten."""
    path = tmp_path / "data" / DATABASE_NAME
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:2])
            migrations.migrate(connection)
        connection.execute("CREATE TABLE dropped (text TEXT)")
        connection.execute("INSERT INTO dropped VALUES (?)", [" ".join(SECRET)])
        connection.execute("DROP TABLE dropped")
        connection.execute("INSERT INTO removals (passage_id, words) VALUES (7, ?)", [" ".join(WORDS)])
    assert places_of(tmp_path)
    with open_corpus(path.parent) as corpus:
        add(corpus, other(1))
    assert places_of(tmp_path) == []


def test_only_the_newest_removals_are_noted_and_indexes_that_lack_older_ones_find_nothing_removed(
    folder: Path,
) -> None:
    """An index without the removals in between compares its ids with those of the database."""
    with open_corpus(folder) as behind, open_corpus(folder) as corpus:
        add(behind, other(20))
        assert keyword_ids(behind, "banjir") == [*(f"a{number:02}" for number in range(8)), "a20"]
        for number in (2, 3, 20):
            corpus.remove(other(number).id)
        add(corpus, other(21))
        with corpus._database.writing() as connection:
            connection.execute("DELETE FROM removals WHERE sequence < (SELECT max(sequence) FROM removals)")
        expected = [other(number).id for number in (0, 1, 4, 5, 6, 7, 21)]
        assert keyword_ids(behind, "banjir") == expected

        assert behind.check(on_progress=lambda *_: None) == []


def test_the_table_of_removals_is_bounded(tmp_path: Path) -> None:
    with open_corpus(tmp_path / "data") as corpus:
        add(corpus, other(1))
        with corpus._database.writing() as connection:
            connection.execute("UPDATE sqlite_sequence SET seq = 200000 WHERE name = 'removals'")
            connection.execute("INSERT OR IGNORE INTO sqlite_sequence VALUES ('removals', 200000)")
            for sequence in (5, 99_999, 100_001, 150_000):
                connection.execute("INSERT INTO removals VALUES (?, 99)", [sequence])
        corpus.remove(other(1).id)
        with corpus._database.reading() as connection:
            kept = [row["sequence"] for row in connection.execute("SELECT sequence FROM removals")]
    assert kept[0] > kept[-1] - 100_000


def test_an_interrupted_removal_of_old_remnants_goes_on(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE former (text)")
        connection.executemany("INSERT INTO former VALUES (?)", [("gribnolad " * 900,)] * 40)
        connection.execute("DROP TABLE former")
        connection.execute("INSERT INTO properties VALUES ('remnants', '1')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (folder / DATABASE_NAME).read_bytes().count(b"gribnolad") > 900
    with open_corpus(folder) as corpus:
        assert corpus.remove(DELETED.id)
    assert places_of(folder) == []
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        assert connection.execute("SELECT 1 FROM properties WHERE name = 'remnants'").fetchone() is None


def test_a_damaged_article_does_not_prevent_another_analysis_of_words(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection, connection:
        connection.execute("UPDATE versions SET document = '{' WHERE article_id = 'a03'")
        connection.execute("UPDATE properties SET value = '2' WHERE name = 'analysis'")
    with open_corpus(folder) as corpus:
        assert keyword_ids(corpus, SECRET[0])
    assert "'a03'" in caplog.text


def test_a_deletion_succeeds_although_the_indexes_cannot_be_updated(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_corpus(folder) as corpus:
        with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection, connection:
            connection.execute("UPDATE passages SET vector = x'00' WHERE article_id = 'a03'")
            connection.execute("UPDATE properties SET value = value + 1 WHERE name = 'corpus'")
        assert corpus.remove(DELETED.id)
        assert corpus.article(DELETED.id) is None
    assert "cannot be updated after a deletion" in caplog.text
